package app

import (
	"context"
	"fmt"
	"slices"
	"time"

	"godwit.dev/godwit/internal/app/simulate"
	"godwit.dev/godwit/internal/domain/shipment"
	"godwit.dev/godwit/internal/flow/proactive"
)

// demoTracked is how far back the carriers of the demo tell what happened.
const demoTracked = 45 * 24 * time.Hour

// hubs are where parcels come into a country.
var hubs = map[string]string{
	"US": "Los Angeles", "CA": "Richmond", "GB": "Coventry", "DE": "Leipzig", "AT": "Wien", "FR": "Roissy-en-France", "ES": "Madrid", "IT": "Milano",
	"BR": "Curitiba", "MX": "Ciudad de México", "PL": "Warszawa", "NL": "Hoofddorp", "RU": "Екатеринбург", "KZ": "Алматы", "UA": "Київ", "TR": "İstanbul",
	"AE": "Dubai", "SA": "Riyadh", "JP": "大阪市", "KR": "인천", "SG": "Singapore", "TW": "桃園市", "HK": "Hong Kong", "TH": "Bangkok", "VN": "Hà Nội", "ID": "Jakarta",
}

// stage is one event on a parcel's way; at is its share of the time that the way
// takes.
type stage struct {
	status shipment.Status
	reason shipment.Reason
	at     float64
	place  shipment.Place
}

// loadParcels lets carriers tell what happened to the parcels of the last weeks.
func (l *demoLoader) loadParcels(ctx context.Context) error {
	now := time.Now().UTC().Truncate(time.Minute)
	l.clock.to(now)
	var reports []shipment.Report
	for i := range l.merchant.Orders {
		o := &l.merchant.Orders[i]
		for _, f := range o.Fulfillments {
			if now.Sub(f.ShippedAt) < demoTracked && f.ShippedAt.Before(now) {
				reports = append(reports, tracked(o, f, now)...)
			}
		}
	}
	for part := range slices.Chunk(reports, 5*demoBatch) {
		if _, err := l.core.Shipments.Ingest(ctx, l.owner, shipment.Delivery{Source: "demo", Reports: part}); err != nil {
			return fmt.Errorf("tell of parcels: %w", err)
		}
	}
	if err := l.core.Lanes.Work(ctx, l.owner.Workspace); err != nil {
		return fmt.Errorf("learn from parcels: %w", err)
	}
	for _, shop := range l.shops { // the merchant of the demo has turned it on
		p := proactive.Default(l.space.ID, shop.ID)
		p.On = true
		if _, err := l.core.Proactive.Set(ctx, l.owner, p); err != nil {
			return fmt.Errorf("let shops write to customers: %w", err)
		}
	}
	if err := l.core.Proactive.Work(ctx, l.space.ID); err != nil {
		return fmt.Errorf("write to customers: %w", err)
	}
	return nil
}

// tracked is what carriers told of one parcel so far. That it was delivered the
// shop says itself.
func tracked(o *simulate.Order, f simulate.Fulfillment, now time.Time) []shipment.Report {
	end := f.DeliveredAt
	if end.IsZero() {
		end = now.Add(-3 * time.Hour)
	}
	took := end.Sub(f.ShippedAt)
	if took < time.Hour {
		return nil
	}
	var out []shipment.Report
	for _, s := range stages(o, f) {
		out = append(out, shipment.Report{
			Number: shipment.Number{Carrier: f.Carrier, Number: f.Tracking},
			Event:  shipment.Event{Status: s.status, Reason: s.reason, At: f.ShippedAt.Add(time.Duration(s.at * float64(took))), Zoned: true, Place: s.place},
		})
	}
	if last := len(out) - 1; f.DeliveredAt.IsZero() && out[last].Event.Status == shipment.InTransit {
		out[last].Event.Expected = shipment.Window{From: now.AddDate(0, 0, 2), To: now.AddDate(0, 0, 5)}
	}
	return out
}

// stages is the way of a parcel as far as its status says.
func stages(o *simulate.Order, f simulate.Fulfillment) []stage {
	to := shipment.Place{Country: o.Address.Country, City: o.Address.City}
	hub := shipment.Place{Country: to.Country, City: hubs[to.Country]}
	way := []stage{{status: shipment.PickedUp, at: .02, place: hub}, {status: shipment.InTransit, at: .4, place: hub}}
	if o.Shop != "amazon" {
		from, out := shipment.Place{Country: "CN", City: "深圳"}, shipment.Place{Country: "CN", City: "广州"}
		if o.Shop == "shopify" {
			from.City, out.City = "Shenzhen", "Guangzhou"
		}
		way = []stage{
			{status: shipment.PickedUp, at: .02, place: from}, {status: shipment.InTransit, at: .1, place: out},
			{status: shipment.InCustoms, at: .6, place: hub},
		}
		if f.Status == "in_customs" && len(f.Tracking) > 4 && f.Tracking[len(f.Tracking)-4]%2 == 0 { // half of them wait for the recipient
			way = append(way, stage{status: shipment.Held, reason: shipment.CustomsDocuments, at: 1, place: hub})
		}
		if f.Status != "in_customs" {
			way = append(way, stage{status: shipment.InTransit, reason: shipment.CustomsReleased, at: .75, place: hub})
		}
	}
	switch f.Status {
	case "announced":
		return []stage{{status: shipment.Announced, at: 0}}
	case "delivered":
		way = append(way, stage{status: shipment.OutForDelivery, at: .97, place: to})
	case "ready_for_pickup":
		way = append(way, stage{status: shipment.ReadyForPickup, at: 1, place: to})
	case "lost":
		way = append(way, stage{status: shipment.Lost, at: 1})
	case "returned":
		way = append(way, stage{status: shipment.AttemptFailed, reason: shipment.AddressWrong, at: .85, place: to}, stage{status: shipment.Returning, at: .95, place: to}, stage{status: shipment.Returned, at: 1})
	}
	return way
}
