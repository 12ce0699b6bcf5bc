package app

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"godwit.dev/godwit/internal/domain/shipment"
	"godwit.dev/godwit/internal/platform/auth"
)

// soon is how long a test waits for what happens by itself.
const soon = 60 * time.Second

// eventually waits until something is so.
func eventually(t *testing.T, what string, is func() bool) {
	t.Helper()
	for end := time.Now().Add(soon); !is(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("never %s", what)
		}
	}
}

// The demo's parcels are followed as any others are, are where the story says, and
// move.
func TestDemoShowsAllOfItMoving(t *testing.T) {
	d, err := StartDemo(t.Context(), DemoConfig{Listen: "127.0.0.1:0", Seed: 1, Orders: 400, Tickets: 60, Pace: time.Millisecond, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := d.Stop(context.WithoutCancel(t.Context())); err != nil {
			t.Error(err)
		}
	})
	spaces, err := d.Core.Store.Workspaces(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	by := auth.ForSystem(spaces[0].ID)
	demoParcelsMove(t, d.Core, by)
	demoTrade(t, d.Core, by)
	demoOrders(t, d.Core, by)
	demoRecoveries(t, d.Core, by)
	demoCasesMove(t, d.Core, by)
	demoHoldsEnd(t, d.Core, by)
	demoOutlet(t, d.Core, by)
	t.Run("rules act", func(t *testing.T) { demoRulesAct(t, d.Core, spaces[0].ID) })
	t.Run("in many languages", func(t *testing.T) { demoLettersAnswered(t, d.Core, by) })
}

func demoParcelsMove(t *testing.T, c *Core, by auth.Actor) {
	t.Helper()
	parcels := func() (statuses map[shipment.Status]int, scanned int64) {
		statuses = map[shipment.Status]int{}
		var after shipment.Cursor
		for {
			list, err := c.Shipments.List(t.Context(), by, shipment.Filter{}, after, shipment.MaxPage)
			if err != nil {
				t.Fatal(err)
			}
			for _, v := range list {
				statuses[v.Status]++
				scanned += v.LastScanAt.Unix()
				after = shipment.Filter{}.CursorAt(v)
			}
			if len(list) < shipment.MaxPage {
				return statuses, scanned
			}
		}
	}
	statuses, was := parcels()
	// Which of the others there are at this hour of the day, the hour decides.
	if statuses[shipment.InTransit] == 0 || statuses[shipment.Delivered] == 0 || len(statuses) < 4 {
		t.Errorf("parcels are %v", statuses)
	}
	eventually(t, "was a parcel scanned", func() bool { _, is := parcels(); return is != was })
}
