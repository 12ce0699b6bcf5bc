package goods

import (
	"context"
	"slices"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/money"
	"godwit.dev/godwit/internal/domain/fx"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/domain/plan"
	"godwit.dev/godwit/internal/domain/product"
	"godwit.dev/godwit/internal/platform/auth"
)

// Form is a customs declaration of the Universal Postal Union.
type Form string

// The forms. CN 22 is for items of up to 2 kg and 300 SDR, CN 23 for all others (UPU Convention Manual, Regulations art.
// 20-001 "Customs control", and the forms annexed to it).
const (
	NoForm Form = ""
	CN22   Form = "CN22"
	CN23   Form = "CN23"
)

// Declared is goods of one line as customs asks about them.
type Declared struct {
	SKU      string
	Title    string
	Quantity int64
	Grams    int64 // of all of them; 0 is not known
	Value    int64 // of all of them
	HSCode   string
	Origin   string
}

// Declaration is what is said to customs about a parcel on its way back.
type Declaration struct {
	Form     Form // NoForm: the way leads through no customs
	From, To order.Address
	Lines    []Declared
	Currency string
	Value    int64
	Grams    int64
	Order    string // the number of the sale
	SoldAt   time.Time
	SentAt   time.Time // out, zero if that is not known
	SentBy   string    // the tracking number out: the reference of the export
	// Gaps are what is not known and has to be written in by hand: weight, hs_code, origin, value.
	Gaps []string
}

// A CN 22 may be used up to 300 SDR. An SDR has been worth more than a euro since 2000, so that 300 euros are within it;
// where the rate is not known, CN 23 serves, which says all that CN 22 does.
const (
	smallValue = 300_00
	smallGrams = 2000
)

// declare says what customs wants to know of a parcel. It is a pure function.
func declare(p Parcel, o order.Order, to order.Address, products map[string]product.Product, rates fx.Table) Declaration {
	d := Declaration{From: p.Sender, To: to, Currency: p.Currency, Order: o.Number, SoldAt: o.PlacedAt}
	for _, f := range o.Fulfillments {
		if !f.ShippedAt.IsZero() && f.ShippedAt.After(d.SentAt) {
			d.SentAt, d.SentBy = f.ShippedAt, f.Tracking
		}
	}
	gap := map[string]bool{}
	for _, l := range p.Lines {
		x := Declared{SKU: l.SKU, Title: l.Title, Quantity: l.Quantity, Value: l.Value * l.Quantity}
		if v, ok := products[product.Key(l.SKU)].Variant(l.SKU); ok {
			x.Grams, x.HSCode, x.Origin = v.Grams*l.Quantity, v.HSCode, v.Origin
		}
		gap["weight"] = gap["weight"] || x.Grams == 0
		gap["hs_code"] = gap["hs_code"] || x.HSCode == ""
		gap["origin"] = gap["origin"] || x.Origin == ""
		gap["value"] = gap["value"] || x.Value == 0
		d.Value, d.Grams = d.Value+x.Value, d.Grams+x.Grams
		d.Lines = append(d.Lines, x)
	}
	for _, g := range []string{"weight", "hs_code", "origin", "value"} {
		if gap[g] {
			d.Gaps = append(d.Gaps, g)
		}
	}
	if p.Sender.Country == "" || to.Country == "" || plan.Territory(p.Sender.Country) == plan.Territory(to.Country) {
		return d
	}
	d.Form = CN23
	euros, _, err := rates.Convert(money.Amount{Minor: d.Value, Currency: d.Currency}, "EUR", fx.HalfEven)
	if err == nil && euros.Minor <= smallValue && d.Grams <= smallGrams && !gap["weight"] {
		d.Form = CN22
	}
	return d
}

// Declaration returns what is said to customs about a parcel. It needs ReadCases.
func (s *Service) Declaration(ctx context.Context, actor auth.Actor, number ParcelID) (Declaration, error) {
	p, err := s.Get(ctx, actor, number)
	if err != nil {
		return Declaration{}, err
	}
	if p.Place == 0 {
		return Declaration{}, errs.New(errs.Conflict, "error.goods_no_place")
	}
	to, err := s.Store.Place(ctx, p.Workspace, p.Place)
	if err != nil {
		return Declaration{}, err
	}
	return s.declaration(ctx, p, to)
}

func (s *Service) declaration(ctx context.Context, p Parcel, to Place) (Declaration, error) {
	by := auth.ForSystem(p.Workspace)
	o, err := s.Orders.Get(ctx, by, p.Order)
	if err != nil {
		return Declaration{}, err
	}
	var skus []string
	for _, l := range p.Lines {
		if l.SKU != "" && !slices.Contains(skus, l.SKU) {
			skus = append(skus, l.SKU)
		}
	}
	products, err := s.Products.BySKU(ctx, by, p.Shop, skus)
	if err != nil {
		return Declaration{}, err
	}
	rates, err := s.Rates.Table(ctx, by)
	if err != nil {
		return Declaration{}, err
	}
	a := to.Address
	if a.Company == "" {
		a.Company = to.Name
	}
	return declare(p, o, a, products, rates), nil
}
