package store_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	rows "godwit.dev/godwit/internal/domain/order/importer"
	"godwit.dev/godwit/internal/domain/shipment"
	"godwit.dev/godwit/internal/domain/shipment/importer"
	"godwit.dev/godwit/internal/store"
	"godwit.dev/godwit/internal/store/storetest"
)

func (d dock) importTracking(t testing.TB, file string, dry bool) importer.Report {
	t.Helper()
	im := importer.New(importer.Config{Parcels: d.parcels, Orders: d.orders, Store: d.Store})
	rep, err := im.Import(context.Background(), d.owner, strings.NewReader(file), rows.CSV, nil, importer.Options{DryRun: dry})
	if err != nil {
		t.Fatal(err)
	}
	return rep
}

func TestTrackingIsImportedOnce(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		d := newDock(t, s)
		o := d.order(t, "S-1", "RM123456785GB")
		var b strings.Builder
		b.WriteString("Carrier,Tracking Number,Time,Status,Order\n")
		line := func(carrier, number string, ago int, status, order string) {
			fmt.Fprintf(&b, "%s,%s,%s,%s,%s\n", carrier, number, d.now.Add(-time.Duration(ago)*time.Hour).Format(time.RFC3339), status, order)
		}
		line("royal-mail", "RM123456785GB", 9, "Delivered", "S-1")
		line("royal-mail", "RM123456785GB", 20, "Out for delivery", "")
		line("", "1Z999AA10123456784", 30, "Sorted by elves", "S-1")
		line("UPS", "1Z999AA10123456784", 29, "Delivered", "")
		line("UPS", "1Z999AA10123456784", -99, "Delivered", "")
		for i := range 1200 { // more than one batch
			line("UPS", "T"+fmt.Sprint(100000+i), 40, "in_transit", "")
		}
		kinds := len(d.kinds(t))
		if rep := d.importTracking(t, b.String(), true); rep.Added != 1204 || rep.Bad != 1 || len(d.kinds(t)) != kinds {
			t.Fatalf("dry run: %+v", rep)
		}
		first := d.importTracking(t, b.String(), false)
		if first.Good != 1204 || first.Added != 1204 || first.Created != 1201 || first.Unlinked != 0 || len(first.Rows) != 1 || first.Rows[0].Reason != rows.ReasonDate {
			t.Fatalf("first: %+v", first)
		}
		kinds = len(d.kinds(t))
		if rep := d.importTracking(t, b.String(), false); rep.Good != 1204 || rep.Added != 0 || rep.Known != 1204 || rep.Created != 0 || rep.Changed != 0 || len(d.kinds(t)) != kinds {
			t.Errorf("again: %+v", rep)
		}
		// The order has its own parcel and the one that the file gave it, and keeps
		// both when its platform tells it anew.
		d.order(t, "S-1", "RM123456785GB", "NEW1234567")
		list := d.list(t, shipment.Filter{Order: o.ID})
		if len(list) != 3 {
			t.Fatalf("%d parcels: %+v", len(list), list)
		}
		for _, v := range list {
			if want := map[string]shipment.Status{"NEW1234567": shipment.Announced}[v.Number]; v.Order != o.ID || v.Shop != o.Shop || want == "" && v.Status != shipment.Delivered || want != "" && v.Status != want {
				t.Errorf("parcel %+v", v)
			}
		}
	})
}
