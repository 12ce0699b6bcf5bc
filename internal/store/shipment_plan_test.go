package store_test

import (
	"context"
	"regexp"
	"strings"
	"testing"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/domain/shipment"
	"godwit.dev/godwit/internal/domain/trace"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/store/storetest"
)

func ignore(err error, kind errs.Kind) error {
	if errs.Is(err, kind) {
		return nil
	}
	return err
}

// What is read of parcels, at every report and on every page, must be a seek by
// all that is known: SQLite takes a condition on the workspace for a good one.
func TestReadsOfParcelsSeek(t *testing.T) {
	ctx, s := context.Background(), storetest.SQLite(t)
	scope := auth.Scope{Workspace: 7, All: true}
	list := func(f shipment.Filter, after shipment.Cursor) func() error {
		return func() error { _, err := s.ListShipments(ctx, scope, f, after, 50); return err }
	}
	next := shipment.Cursor{At: time.UnixMilli(5), ID: 5}
	traces := func(f trace.Filter) func() error {
		return func() error {
			_, err := s.Traces(ctx, scope, f, trace.Cursor{At: time.UnixMilli(5), ID: 5}, 50)
			return err
		}
	}
	many := make([]shipment.ID, 256) // when an index of the workspace alone looks cheaper
	for i := range many {
		many[i] = shipment.ID(i + 1)
	}
	walk := regexp.MustCompile(`SCAN (?:shipment|tracking)|TEMP B-TREE|\(workspace_id=\?\)`)
	for _, c := range []struct {
		name string
		read func() error
		want []string
	}{
		{"numbers", func() error { _, err := s.HoldByNumbers(ctx, 7, []string{"a", "b", "c"}); return err }, []string{"shipment_leg_numbers (workspace_id=? AND number_key=?)"}},
		{"held", func() error { _, err := s.HoldShipments(ctx, 7, []shipment.ID{1, 2, 3}); return err }, []string{"shipment_state USING INTEGER PRIMARY KEY", "shipment USING INTEGER PRIMARY KEY"}},
		{"events", func() error { _, err := s.TrackingEvents(ctx, 7, []shipment.ID{1, 2}); return err }, []string{"tracking_event_once (shipment_id=?)"}},
		{"events of many", func() error { _, err := s.TrackingEvents(ctx, 7, many); return err }, []string{"tracking_event_once (shipment_id=?)"}},
		{"fresh events", func() error { _, err := s.FreshTracking(ctx, 7, 5, 50); return err }, []string{"tracking_event_news (workspace_id=? AND rowid>?)"}},
		{"links", func() error { _, err := s.Links(ctx, 7, []order.ID{1, 2}); return err }, []string{"shipment_order_order (workspace_id=? AND order_id=?)"}},
		{"orders", func() error { _, err := s.LinksOf(ctx, 7, []shipment.ID{1, 2}); return err }, []string{"shipment_order_shipment (shipment_id=?)"}},
		{"one", func() error { _, err := s.Shipment(ctx, 7, 1); return ignore(err, errs.NotFound) }, []string{"shipment USING INTEGER PRIMARY KEY"}},
		{"at risk", list(shipment.Filter{AtRisk: time.UnixMilli(9)}, next), []string{"shipment_state_risk (workspace_id=? AND risk_at>?"}},
		{"due", func() error { _, err := s.DueShipments(ctx, 7, time.UnixMilli(9), 50); return err }, []string{"shipment_state_sweep (workspace_id=? AND sweep_at>? AND sweep_at<?)"}},
		{"open", func() error { _, err := s.OpenShipments(ctx, 7, 5, 50); return err }, []string{"shipment_state_open (workspace_id=? AND shipment_id>?)"}},
		{"held open", func() error { _, err := s.HoldOpen(ctx, 7, []shipment.ID{1, 2}); return err }, []string{"shipment_state USING INTEGER PRIMARY KEY"}},
		{"customs", list(shipment.Filter{Status: []shipment.Status{shipment.InCustoms}}, next), []string{"shipment_state_status (workspace_id=? AND status=? AND since>?"}},
		{"attempts", list(shipment.Filter{Attempted: true}, next), []string{"shipment_state_attempts (workspace_id=? AND attempt_at>?"}},
		{"doubtful", list(shipment.Filter{Doubtful: true}, next), []string{"shipment_state_doubtful (workspace_id=? AND risk_at>?"}},
		{"open", list(shipment.Filter{Open: true}, next), []string{"shipment_state_open (workspace_id=? AND shipment_id<?)"}},
		{"open of a lane", list(shipment.Filter{Open: true, From: "CN", To: "DE"}, next), []string{"shipment_state_open (workspace_id=? AND shipment_id<?)"}},
		{"counts", func() error {
			_, err := s.CountShipments(ctx, scope, []shipment.Filter{{AtRisk: time.UnixMilli(9)}, {Attempted: true}, {Doubtful: true}, {Status: []shipment.Status{shipment.Lost}}}, 201)
			return err
		}, []string{
			"shipment_state_risk (workspace_id=? AND risk_at>? AND risk_at<?)", "shipment_state_attempts", "shipment_state_doubtful (workspace_id=? AND risk_at>?)",
			"shipment_state_status (workspace_id=? AND status=?)",
		}},
		{"newest", list(shipment.Filter{}, next), []string{"(workspace_id=? AND id<?)"}},
		{"some", list(shipment.Filter{IDs: []shipment.ID{1, 2}}, shipment.Cursor{}), []string{"shipment USING INTEGER PRIMARY KEY"}},
		{"traces due soon", traces(trace.Filter{}.DueSoon(time.UnixMilli(9))), []string{"trace_state (workspace_id=? AND state=? AND"}},
		{"carrier", list(shipment.Filter{Carrier: "dhl"}, next), []string{"shipment_carrier (workspace_id=? AND carrier=? AND id<?)"}},
		{"shop", list(shipment.Filter{Shop: 3}, next), []string{"shipment_shop (workspace_id=? AND shop_id=? AND id<?)"}},
		{"lane", list(shipment.Filter{From: "CN", To: "DE"}, next), []string{"shipment_lane (workspace_id=? AND destination=? AND origin=? AND id<?)"}},
	} {
		var plans []string
		s.DB.Trace(func(text string, args []any) { plans = append(plans, explain(t, s, text, args)) })
		err := c.read()
		s.DB.Trace(nil)
		// That index holds those alone that it is asked for.
		got := strings.ReplaceAll(strings.Join(plans, "\n"), "shipment_state_attempts (workspace_id=?)", "shipment_state_attempts")
		if strings.Contains(got, "CO-ROUTINE shipment_state") { // what was found by the index before
			got = strings.Replace(got, "SCAN shipment_state", "", 1)
		}
		for _, want := range c.want {
			if !strings.Contains(got, want) {
				t.Errorf("%s: no %s in\n%s", c.name, want, got)
			}
		}
		if bad := walk.FindString(got); err != nil || bad != "" {
			t.Errorf("%s: %v, %s in\n%s", c.name, err, bad, got)
		}
	}
}
