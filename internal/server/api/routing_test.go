package api

import (
	"reflect"
	"testing"

	"godwit.dev/godwit/internal/domain/route"
	"godwit.dev/godwit/internal/flow/routing"
	"godwit.dev/godwit/internal/platform/auth"
)

// routing gives out tickets.
func (w *world) routing() *routing.Service {
	return routing.New(routing.Config{Store: w.store, Tickets: func() routing.Tickets { return w.tickets }, People: w.auth, Journal: w.store, Queue: w.store, Now: w.now})
}

// TestRoutingComesBackAsItWent holds the settings and sheets of the API against those of the domain: nothing is lost on either way.
func TestRoutingComesBackAsItWent(t *testing.T) {
	b := route.Book{
		On: true, Tiers: map[string]int{"vip": 240}, Weights: map[string]int{"damaged": 3}, Patience: 20, Escalate: 45, Level: route.Fluent, HandOver: route.All,
		Rules: []route.Rule{
			{Name: "all", Team: 7, People: []auth.PersonID{}},
			{Name: "few", When: route.When{Channels: []string{"email"}, Topics: []string{"damaged"}, Tiers: []string{"vip"}, Markets: []string{"DE"}, Languages: []string{"de"}, Shops: []int64{3}}, People: []auth.PersonID{9}},
		},
	}
	if got := routingContents(b).book(); !reflect.DeepEqual(got, b) {
		t.Errorf("came back as\n%+v, was\n%+v", got, b)
	}
	s := route.Sheet{
		Capacity: 8, Languages: map[string]route.Level{"de": route.Working}, Topics: []string{"damaged"}, Zone: "Asia/Shanghai",
		Weekly: map[string][][2]string{"mon": {{"09:00", "12:30"}, {"13:30", "24:00"}}}, Away: []route.Absence{{From: "2026-12-24", To: "2026-12-26", Note: "Home"}},
	}
	if got := sheetContents(s).sheet(); !reflect.DeepEqual(got, s) {
		t.Errorf("came back as\n%+v, was\n%+v", got, s)
	}
}
