package portal_test

import (
	"strings"
	"sync"
	"testing"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/domain/shipment"
	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/flow/portal"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/store"
	"godwit.dev/godwit/internal/store/storetest"
)

const parcel = "LP123456785CN"

// delivered saves an order whose parcel is said to be delivered, and opens it.
func (w *world) delivered() (token, session string) {
	w.t.Helper()
	w.save(w.shops[0], "GW-3000", buyer, order.Fulfillment{Carrier: "China Post", Tracking: parcel, ShippedAt: w.now.AddDate(0, 0, -6)})
	_, err := w.shipments.Ingest(w.t.Context(), auth.ForSystem(w.spaces[0]), shipment.Delivery{Source: "api", Reports: []shipment.Report{{
		Number: shipment.Number{Carrier: "China Post", Number: parcel},
		Event:  shipment.Event{Status: shipment.Delivered, Reason: shipment.AtSafePlace, At: w.now.AddDate(0, 0, -1), Zoned: true, Place: shipment.Place{City: "Kiel", Country: "DE"}},
	}}})
	w.must(err)
	token = w.link(w.shops[0], "GW-3000")
	session, err = w.enter(token, w.ask(token), home)
	w.must(err)
	return token, session
}

func (w *world) tickets() []ticket.Ticket {
	w.t.Helper()
	page, _, err := w.desk.List(w.t.Context(), auth.ForSystem(w.spaces[0]), ticket.ListQuery{}, ticket.Cursor{})
	w.must(err)
	return page
}

// TestMissingParcels: a report opens one ticket on the order with what the customer
// said, however often and however many times at once it is sent.
func TestMissingParcels(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		w := newWorld(t, s)
		token, session := w.delivered()
		report := portal.Report{Parcel: parcel, Looked: []string{portal.AtDoor, "elsewhere"}, When: "2026-11-19", Note: "The bell was broken.", Photo: append([]byte("\x89PNG\r\n\x1a\n"), 0, 1)}
		var wg sync.WaitGroup
		out := make([]portal.Missing, 4)
		for i := range out {
			wg.Go(func() {
				var err error
				if out[i], err = w.pages.ReportMissing(t.Context(), w.shops[0], token, session, report, home); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		list := w.tickets()
		if len(list) != 1 || list[0].Topic != portal.NotReceived || list[0].Language != "de" || list[0].Shop != w.shops[0].ID || list[0].Order == 0 {
			t.Fatalf("%+v", list)
		}
		for _, m := range out {
			if m.Ticket != list[0].ID || m.AnswerBy.Sub(m.ReportedAt) < 48*time.Hour {
				t.Errorf("%+v", m)
			}
		}
		messages, err := s.Messages(t.Context(), w.spaces[0], list[0].ID, 0, 10)
		w.must(err)
		if len(messages) != 1 || !messages[0].Verified || messages[0].Address != buyer || len(messages[0].Files) != 1 || messages[0].Files[0].ContentType != "image/png" {
			t.Fatalf("%+v", messages)
		}
		for _, want := range []string{parcel, "China Post", "The bell was broken.", "Briefkasten", "19.11.2026"} {
			if !strings.Contains(messages[0].Body, want) {
				t.Errorf("%q is not told: %s", want, messages[0].Body)
			}
		}
		if strings.Contains(messages[0].Body, "elsewhere") {
			t.Error("what is no place of ours is told")
		}
		st, err := w.pages.Show(t.Context(), w.shops[0], token, "")
		w.must(err)
		if st.Parcels[0].Missing == nil {
			t.Error("the status does not tell of the report")
		}
	})
}

func TestWhoMayReport(t *testing.T) {
	w := newWorld(t, storetest.SQLite(t))
	token, session := w.delivered()
	try := func(shop order.Shop, session string, r portal.Report) error {
		_, err := w.pages.ReportMissing(t.Context(), shop, token, session, r, home)
		return err
	}
	for name, c := range map[string]struct {
		err  error
		want errs.Kind
	}{
		"without a session":  {try(w.shops[0], "", portal.Report{Parcel: parcel}), errs.Denied},
		"by the link":        {try(w.shops[0], token, portal.Report{Parcel: parcel}), errs.Denied},
		"at another shop":    {try(w.shops[1], session, portal.Report{Parcel: parcel}), errs.NotFound},
		"of another parcel":  {try(w.shops[0], session, portal.Report{Parcel: "X"}), errs.NotFound},
		"with a program":     {try(w.shops[0], session, portal.Report{Parcel: parcel, Photo: []byte("MZ\x90")}), errs.Invalid},
		"with a large photo": {try(w.shops[0], session, portal.Report{Parcel: parcel, Photo: append([]byte("\x89PNG\r\n\x1a\n"), make([]byte, portal.MostPhoto)...)}), errs.Invalid},
	} {
		if !errs.Is(c.err, c.want) {
			t.Errorf("%s: %v", name, c.err)
		}
	}
	if list := w.tickets(); len(list) != 0 {
		t.Errorf("%+v", list)
	}
}

func TestAnswersComeOnWorkdays(t *testing.T) {
	for day, want := range map[string]string{"2026-11-18": "2026-11-20", "2026-11-19": "2026-11-23", "2026-11-20": "2026-11-24", "2026-11-21": "2026-11-24", "2026-11-22": "2026-11-24"} {
		at, err := time.Parse(time.DateOnly, day)
		if err != nil {
			t.Fatal(err)
		}
		if got := portal.AnswerBy(at).Format(time.DateOnly); got != want {
			t.Errorf("%s: %s, want %s", day, got, want)
		}
	}
}
