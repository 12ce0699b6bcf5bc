package commerce

import (
	"cmp"
	_ "embed"
	"encoding/csv"
	"strings"
	"sync"

	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/domain/refund"
	"godwit.dev/godwit/internal/flow/intake"
)

//go:embed gateways.csv
var gatewayTable string

// gateways are the providers behind what platforms call the ways in which their shops take money.
var gateways = sync.OnceValue(func() map[string]string {
	rows, err := csv.NewReader(strings.NewReader(gatewayTable)).ReadAll()
	if err != nil {
		panic(err) // it is part of the program, and tested
	}
	out := map[string]string{}
	for _, r := range rows[1:] {
		out[r[0]] = r[1]
	}
	return out
})

// providerOf returns the provider behind a gateway, or "".
func providerOf(gateway string) string {
	g := strings.NewReplacer("-", "_", " ", "_").Replace(strings.ToLower(gateway))
	g = strings.TrimPrefix(g, "pp_") // how one platform begins the names of all its providers
	for g != "" {
		if p := gateways()[g]; p != "" {
			return p
		}
		g = g[:max(strings.LastIndexByte(g, '_'), 0)]
	}
	return ""
}

// taken are the operations that bring money in.
var taken = map[string]bool{"": true, "payment": true, "sale": true, "capture": true, "authorization": true}

// payments are what a platform tells of how an order was paid; nil where it tells nothing. Who can give a payment back is
// the provider behind its gateway, where the platform tells what that calls it, and otherwise the platform itself. An
// authorisation that was captured is told by its capture.
func payments(shop order.Shop, o *intake.Order, m *sums) []order.Payment {
	captured := map[string]bool{}
	for _, p := range o.Payments {
		if p.Operation == "capture" && p.Status == "succeeded" {
			captured[p.Refs["parent"]] = true
		}
	}
	var out []order.Payment
	for _, p := range o.Payments {
		good := p.Status == "succeeded" || p.Status == "authorized"
		if !good || !taken[p.Operation] || p.Operation == "authorization" && captured[p.ID] {
			continue
		}
		said := []string{p.Gateway, o.PaymentMethod}
		if x := p.Method; x != nil {
			said = append([]string{x.Wallet, x.Type, x.Brand}, said...)
		}
		at := intake.Latest(p.CreatedAt)
		if at.IsZero() {
			at = o.PlacedAt
		}
		v := order.Payment{
			ID: p.ID, Provider: cmp.Or(shop.Platform, "shop"), Method: refund.MethodKey(said...), PaidAt: at, Until: p.ExpiresAt, Disputed: p.Disputed,
			Amount: m.of("payment", p.Amount), Refunded: m.of("payment refunded", cmp.Or(p.Refunded, wentBack(o, p.ID))),
		}
		if !p.Captured.IsZero() {
			v.Amount = m.of("captured", p.Captured)
		}
		if provider, own := providerOf(p.Gateway), p.Refs["transaction"]; provider != "" && own != "" {
			v.Provider, v.ID = provider, own
		}
		if p.Status == "succeeded" && p.Operation != "authorization" {
			v.CapturedAt = at
		}
		out = append(out, v)
	}
	return out
}

// wentBack is what the refunds of an order gave back to one of its payments.
func wentBack(o *intake.Order, payment string) intake.Money {
	var sum intake.Money
	for _, r := range o.Refunds {
		if r.Status == "failed" || r.Status == "cancelled" {
			continue
		}
		if len(r.Allocations) == 0 && r.Refs["payment"] == payment {
			sum = intake.Add(sum, r.Amount)
		}
		for _, a := range r.Allocations {
			if a.Payment == payment && a.Status != "failed" && a.Status != "cancelled" {
				sum = intake.Add(sum, a.Amount)
			}
		}
	}
	return sum
}
