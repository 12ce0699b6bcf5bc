package habit

import (
	"reflect"
	"slices"
	"testing"

	"godwit.dev/godwit/internal/base/errs"
)

func TestWhatIsWrongOfAMarketIsNamed(t *testing.T) {
	for field, o := range map[string]Own{
		"first": {First: "machine"}, "formality": {Formality: "rude"}, "units": {Units: "furlongs"}, "channels": {Channels: []string{"pigeon"}}, "plugs": {Plugs: []string{"Z"}},
		"volts": {Volts: []int{12}}, "hours": {Hours: &Hours{Days: []string{"mon"}, From: "18:00", To: "09:00"}},
	} {
		_, err := o.tidy()
		if got := errs.Fields(err); len(got) != 1 || got[0].Field != field {
			t.Errorf("%s: %v", field, err)
		}
	}
	for name, o := range map[string]Own{
		"no day": {Hours: &Hours{From: "09:00", To: "18:00"}}, "a day of its own": {Hours: &Hours{Days: []string{"mon", "moonday"}, From: "09:00", To: "18:00"}},
		"six channels": {Channels: []string{"email", "phone", "chat", "sms", "social", "WhatsApp"}}, "five voltages": {Volts: []int{100, 110, 120, 220, 230}},
	} {
		if _, err := o.tidy(); !errs.Is(err, errs.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	got, err := Own{Channels: []string{"email", "email"}, Plugs: []string{"g", "G"}, Hours: &Hours{Days: []string{"sun", "mon"}, From: "00:00", To: "24:00"}}.tidy()
	want := Own{Channels: []string{"email"}, Plugs: []string{"G"}, Hours: &Hours{Days: []string{"mon", "sun"}, From: "00:00", To: "24:00"}}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%+v, %v", got, err)
	}
}

// What a workspace says holds field by field, and what it leaves open is as shipped.
func TestOwnGoesBeforeShipped(t *testing.T) {
	yes, no := true, false
	shipped, _ := Of("DE")
	if got := shipped.With(Own{}); !reflect.DeepEqual(got, shipped) {
		t.Errorf("changed by nothing: %+v", got)
	}
	if got := shipped.With(Own{Formality: Formal}); !slices.Equal(got.AddressAs, []string{"Sie"}) {
		t.Errorf("addressed as %v", got.AddressAs)
	}
	h := Hours{Days: []string{"mon"}, From: "09:00", To: "18:00"}
	got := shipped.With(Own{First: Person, Formality: Informal, Channels: []string{"chat"}, Hours: &h, FamilyFirst: &yes, Large: &yes, Units: Imperial, Volts: []int{120}, Plugs: []string{"A"}})
	want := shipped
	want.First, want.Formality, want.AddressAs, want.Channels, want.Hours, want.FamilyFirst, want.Large, want.Units, want.Volts, want.Plugs = Person, Informal, nil, []string{"chat"}, h, true, true, Imperial, []int{120}, []string{"A"}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%+v", got)
	}
	china, _ := Of("CN")
	if got := china.With(Own{FamilyFirst: &no, Large: &no}); got.FamilyFirst || got.Large {
		t.Errorf("%+v", got)
	}
}
