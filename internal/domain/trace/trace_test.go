package trace

import (
	"slices"
	"testing"
	"time"

	"godwit.dev/godwit/internal/domain/shipment"
)

func date(month time.Month, d int) time.Time { return time.Date(2026, month, d, 10, 0, 0, 0, time.UTC) }

func TestWindows(t *testing.T) {
	parcel := func(carrier, number, from, to string) shipment.Shipment {
		return shipment.Shipment{Carrier: carrier, Number: number, Origin: shipment.Place{Country: from}, To: shipment.Place{Country: to}, CreatedAt: date(1, 1),
			State: shipment.State{PickedUpAt: date(3, 2), FirstScanAt: date(3, 3)}} // a Monday
	}
	due := parcel("royalmail", "X", "GB", "GB")
	due.Expected.To = date(3, 4)
	unscanned := parcel("4px", "X", "CN", "BR")
	unscanned.PickedUpAt, unscanned.FirstScanAt = time.Time{}, time.Time{}
	unscanned.Legs = []shipment.Leg{{LabelAt: date(2, 1)}}
	express := parcel("usps", "X", "US", "US")
	express.Service = "express"
	for _, c := range []struct {
		name          string
		v             shipment.Shipment
		rule          string
		opens, closes time.Time
	}{
		{"scanned", parcel("4px", "X", "CN", "BR"), "4px", date(3, 12), date(5, 2)},
		{"never scanned", unscanned, "4px_unscanned", date(3, 3), date(5, 2)},
		{"at home", parcel("usps", "X", "US", "US"), "usps", date(3, 17), date(5, 1)},
		{"express", express, "usps_express", date(3, 9), date(5, 1)},
		{"ten working days after it was due", due, "royal_mail_uk", date(3, 18), date(5, 21)},
		{"to Europe", parcel("royalmail", "X", "GB", "PL"), "royal_mail_europe", date(3, 30), date(9, 1)},
		{"to the world", parcel("royalmail", "X", "GB", "BR"), "royal_mail_world", date(4, 6), date(9, 1)},
		{"no deadline", parcel("auspost", "X", "AU", "AU"), "australia_post", date(3, 9), time.Time{}},
		{"any post abroad", parcel("cnpost", "RR123456785CN", "CN", "PL"), "upu", date(3, 2), date(9, 1)},
		{"a post at home", parcel("cnpost", "RR123456785CN", "CN", "CN"), "", time.Time{}, time.Time{}},
		{"nobody known", parcel("acme", "12345", "CN", "PL"), "", time.Time{}, time.Time{}},
	} {
		w, ok := WindowOf(c.v)
		if ok != (c.rule != "") || w.Name != c.rule || !w.OpensAt.Equal(c.opens) || !w.ClosesAt.Equal(c.closes) {
			t.Errorf("%s: %s %v to %v, want %s %v to %v", c.name, w.Name, w.OpensAt, w.ClosesAt, c.rule, c.opens, c.closes)
		}
	}
}

// Every rule says where it comes from and how far it is to be trusted.
func TestRulesHaveSources(t *testing.T) {
	for _, r := range Rules() {
		if r.Source == "" || r.AsOf == "" || !slices.Contains([]string{"sourced", "verify", "general_knowledge"}, r.Status) ||
			!slices.Contains([]string{"dispatch", "first_scan", "due"}, r.OpensAfter) {
			t.Errorf("%+v", r)
		}
	}
}

func TestStatesLeadOn(t *testing.T) {
	for _, from := range States() {
		for _, to := range States() {
			if CanMove(from, to) && from == to {
				t.Errorf("%s moves to itself", from)
			}
		}
		if ends := len(moves[from]) == 0; ends && from.Open() {
			t.Errorf("nothing leads on from %s", from)
		}
	}
}
