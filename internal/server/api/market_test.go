package api

import (
	"reflect"
	"testing"

	"godwit.dev/godwit/internal/domain/habit"
)

// habits tells how customers of markets are served.
func (w *world) habits() *habit.Service {
	return habit.New(habit.Config{Store: w.store, Journal: w.store, Now: w.now})
}

// What a workspace says of a market comes back as it went, and what it did not say stays unsaid.
func TestMarketsComeBackAsTheyWent(t *testing.T) {
	yes, no := true, false
	for _, o := range []habit.Own{
		{}, {FamilyFirst: &no, Large: &yes}, {First: habit.Person, Formality: habit.Informal, Channels: []string{"WhatsApp"}, Hours: &habit.Hours{Days: []string{"mon"}, From: "09:00", To: "24:00"}, FamilyFirst: &yes, Large: &no, Units: habit.Imperial, Volts: []int{120}, Plugs: []string{"A"}},
	} {
		if got := marketOwn(o).own(); !reflect.DeepEqual(got, o) {
			t.Errorf("came back as %+v, was %+v", got, o)
		}
		v := marketRecord(habit.Setting{Market: "CN", Own: o})
		if (v.Profile.Hours != nil) != (o.Hours != nil) || v.Profile.NameOrder == "given" != (o.FamilyFirst == &no) {
			t.Errorf("%+v of %+v", v.Profile, o)
		}
	}
}
