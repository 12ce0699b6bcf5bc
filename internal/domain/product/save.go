package product

import (
	"context"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"time"
	"unicode"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/money"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/event"
)

// Bounds of one product; what lies beyond is an error, not cut away.
const (
	maxVariants   = 2000 // the most that a platform known to us allows is 2,048 with few shops near it
	maxList       = 250  // tags, images, attributes
	maxText       = 500  // characters of any one text
	maxAddress    = 2000
	maxGrams      = 1e8     // 100 t
	maxMillimetre = 100_000 // 100 m
)

// Save brings the copy of a product up to what the platform says, and adds it if
// it is new. It joins the transaction in ctx. What was told before something
// newer changes nothing, nor does the same telling twice; neither is announced.
// It fails with errs.Invalid if the input cannot be a product, and with
// errs.NotFound if there is no such shop. It needs ImportProducts.
func (s *Service) Save(ctx context.Context, actor auth.Actor, n New) (p Product, out order.Outcome, err error) {
	if err := actor.Can(auth.ImportProducts); err != nil {
		return p, order.Unchanged, err
	}
	err = s.store.InTx(ctx, func(ctx context.Context) error {
		shop, err := s.store.Shop(ctx, actor.Workspace, n.Shop)
		if err != nil {
			return err
		}
		told, err := normalise(shop, n)
		if err != nil {
			return err
		}
		p, out, err = s.put(ctx, told, n.Part)
		if err != nil || out == order.Unchanged {
			return err
		}
		if out == order.Added {
			return s.journal.Append(ctx, event.New(Created, actor, p.ID.subject(), 0, summary(p)))
		}
		return s.journal.Append(ctx, event.New(Updated, actor, p.ID.subject(), 0, summary(p)))
	})
	if err != nil {
		return Product{}, order.Unchanged, fmt.Errorf("save product %q: %w", n.ExternalID, err)
	}
	return p, out, nil
}

// Gone notes that a shop has a product no more: its status is Deleted, and all else
// stays. It joins the transaction in ctx; a product that is not known, and a
// repeat, change nothing. It needs ImportProducts.
func (s *Service) Gone(ctx context.Context, actor auth.Actor, shop order.ShopID, external string) error {
	if err := actor.Can(auth.ImportProducts); err != nil {
		return err
	}
	return s.store.InTx(ctx, func(ctx context.Context) error {
		p, err := s.store.HoldProduct(ctx, actor.Workspace, shop, line(external, maxText))
		if errs.Is(err, errs.NotFound) || err == nil && p.Status == Deleted {
			return nil
		}
		if err != nil {
			return err
		}
		p.Status, p.UpdatedAt = Deleted, s.now().UTC().Truncate(time.Millisecond)
		if err := s.store.SaveProduct(ctx, p); err != nil {
			return fmt.Errorf("note deleted product: %w", err)
		}
		return s.journal.Append(ctx, event.New(Updated, actor, p.ID.subject(), 0, summary(p)))
	})
}

func (s *Service) put(ctx context.Context, told Product, part bool) (Product, order.Outcome, error) {
	now := s.now().UTC().Truncate(time.Millisecond)
	old, err := s.store.HoldProduct(ctx, told.Workspace, told.Shop, told.ExternalID)
	if errs.Is(err, errs.NotFound) {
		p := fold(Product{Workspace: told.Workspace, Shop: told.Shop, ExternalID: told.ExternalID, Status: Active, Currency: told.Currency}, told, part)
		p.ID, p.CreatedAt, p.UpdatedAt = ID(s.ids.Next()), now, now
		s.number(&p)
		added, err := s.store.AddProduct(ctx, p)
		if err != nil {
			return p, order.Unchanged, err
		}
		if added {
			return p, order.Added, nil
		}
		old, err = s.store.HoldProduct(ctx, told.Workspace, told.Shop, told.ExternalID) // somebody else was faster
		if err != nil {
			return p, order.Unchanged, err
		}
	} else if err != nil {
		return told, order.Unchanged, err
	}
	p := fold(old, told, part)
	s.number(&p)
	if reflect.DeepEqual(p, old) {
		return old, order.Unchanged, nil
	}
	p.UpdatedAt = now
	return p, order.Changed, s.store.SaveProduct(ctx, p)
}

func (s *Service) number(p *Product) {
	for i := range p.Variants {
		if p.Variants[i].ID == 0 {
			p.Variants[i].ID = VariantID(s.ids.Next())
		}
	}
}

// fold returns a product after it was told anew: of the product itself and of
// each variant the last one told stands. A variant that a newer whole telling
// leaves out is gone; what was written to it by hand passes to a new one with its SKU.
func fold(old, told Product, part bool) (p Product) {
	p = old
	whole := !part && !before(told.ToldAt, old.ToldAt)
	if whole {
		p = told
		p.Own, p.Edits = old.Own, old.Edits
		p.ID, p.CreatedAt, p.UpdatedAt, p.ToldAt = old.ID, old.CreatedAt, old.UpdatedAt, later(told.ToldAt, old.ToldAt)
	}
	if part && before(told.ToldAt, old.ToldAt) { // the whole product was told since
		return old
	}
	p.Variants = nil
	defer func() { p.inherit(old) }()
	news := map[string]Variant{}
	for _, v := range told.Variants {
		news[v.ExternalID] = v
	}
	kept := map[string]Variant{}
	for _, v := range old.Variants {
		kept[v.ExternalID] = v
	}
	newest := func(v Variant) Variant {
		was, ok := kept[v.ExternalID]
		switch {
		case !ok:
		case before(v.ToldAt, was.ToldAt):
			return was
		default:
			v = v.over(was.Own)
			v.ID, v.ToldAt = was.ID, later(v.ToldAt, was.ToldAt)
		}
		return v
	}
	if whole { // in the platform's order, then those that were told since
		for _, v := range told.Variants {
			p.Variants = append(p.Variants, newest(v))
		}
		for _, v := range old.Variants {
			if _, ok := news[v.ExternalID]; !ok && before(told.ToldAt, v.ToldAt) {
				p.Variants = append(p.Variants, v)
			}
		}
		return p
	}
	for _, v := range old.Variants {
		if told, ok := news[v.ExternalID]; ok && part {
			v = newest(told)
		}
		p.Variants = append(p.Variants, v)
	}
	for _, v := range told.Variants {
		if _, ok := kept[v.ExternalID]; !ok && part {
			p.Variants = append(p.Variants, v)
		}
	}
	return p
}

// inherit shelves what was written by hand to variants that are gone, by their SKUs, and
// gives it to a new one that comes under such an SKU.
func (p *Product) inherit(old Product) {
	known, stays := map[string]bool{}, map[string]bool{}
	for _, v := range old.Variants {
		known[v.ExternalID] = true
	}
	for _, v := range p.Variants {
		stays[v.ExternalID] = true
	}
	shelf := map[string]map[string]Own{}
	maps.Copy(shelf, old.Shelf)
	for _, v := range old.Variants {
		if key := Key(v.SKU); key != "" && len(v.Own) > 0 && !stays[v.ExternalID] {
			shelf[key] = v.Own
		}
	}
	for i, v := range p.Variants {
		if own, ok := shelf[Key(v.SKU)]; ok && !known[v.ExternalID] {
			p.Variants[i] = v.over(own)
			delete(shelf, Key(v.SKU))
		}
	}
	if p.Shelf = shelf; len(shelf) == 0 {
		p.Shelf = nil
	}
}

// before reports whether a telling is older than what is known; one without a
// time is news.
func before(told, known time.Time) bool { return !told.IsZero() && told.Before(known) }

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// normalise turns what a platform says into the form in which products are kept.
func normalise(shop order.Shop, n New) (Product, error) {
	p := Product{
		Workspace: shop.Workspace, Shop: shop.ID, ExternalID: line(n.ExternalID, maxText), Title: line(n.Title, maxText), Status: n.Status,
		Brand: line(n.Brand, maxText), Type: line(n.Type, maxText), Supplier: line(n.Supplier, maxText), Batch: line(n.Batch, maxText),
		URL: line(n.URL, maxAddress), Attributes: values(n.Attributes), Currency: strings.ToUpper(line(n.Currency, maxText)), ToldAt: milli(n.ToldAt),
	}
	if p.ExternalID == "" {
		return p, errs.Field("external_id", "error.required")
	}
	if p.Status == "" {
		p.Status = Active
	}
	if !slices.Contains([]string{Active, Draft, Archived, Deleted}, p.Status) {
		return p, errs.Field("status", "error.product_status", "status", p.Status)
	}
	if p.Currency == "" {
		p.Currency = shop.Currency
	}
	if _, ok := money.Digits(p.Currency); !ok {
		return p, errs.Field("currency", "error.currency", "currency", p.Currency)
	}
	if len(n.Variants) > maxVariants || len(n.Tags) > maxList || len(n.Images) > maxList || len(n.Attributes) > maxList {
		return p, errs.Field("variants", "error.product_too_long", "variants", len(n.Variants))
	}
	for _, t := range n.Tags {
		if t = line(t, maxText); t != "" && !slices.Contains(p.Tags, t) {
			p.Tags = append(p.Tags, t)
		}
	}
	for _, i := range n.Images {
		if i = line(i, maxAddress); i != "" && !slices.Contains(p.Images, i) {
			p.Images = append(p.Images, i)
		}
	}
	known := map[string]bool{}
	for _, v := range n.Variants {
		v, err := variant(v, p)
		if err != nil {
			return p, err
		}
		if known[v.ExternalID] {
			return p, errs.Field("variants", "error.variant_twice", "variant", v.ExternalID)
		}
		known[v.ExternalID] = true
		p.Variants = append(p.Variants, v)
	}
	return p, nil
}

func variant(v Variant, p Product) (Variant, error) {
	v.Own = nil
	v.ID, v.ExternalID, v.SKU, v.Barcode, v.Title = 0, line(v.ExternalID, maxText), line(v.SKU, maxText), line(v.Barcode, maxText), line(v.Title, maxText)
	v.Attributes, v.Image, v.Supplier, v.Batch = values(v.Attributes), line(v.Image, maxAddress), line(v.Supplier, maxText), line(v.Batch, maxText)
	v.HSCode, v.Origin = hsCode(v.HSCode), strings.ToUpper(line(v.Origin, maxText))
	if v.ToldAt = milli(v.ToldAt); v.ToldAt.IsZero() {
		v.ToldAt = p.ToldAt
	}
	if v.ExternalID == "" {
		v.ExternalID = v.SKU // the only variant of a platform without any has neither
	}
	if len(v.Attributes) > maxList {
		return v, errs.Field("variants", "error.product_too_long", "variants", len(v.Attributes))
	}
	if v.Origin != "" && !isCountry(v.Origin) {
		return v, errs.Field("origin", "error.country", "country", v.Origin)
	}
	for _, n := range []int64{v.Grams, v.Price, v.Listed, v.Cost, v.Size.Length, v.Size.Width, v.Size.Height} {
		if n < 0 {
			return v, errs.Field("variants", "error.product_measure", "variant", v.ExternalID)
		}
	}
	if v.Grams > maxGrams || max(v.Size.Length, v.Size.Width, v.Size.Height) > maxMillimetre {
		return v, errs.Field("variants", "error.product_measure", "variant", v.ExternalID)
	}
	if v.Stock != nil {
		n := *v.Stock
		v.Stock = &n
	}
	return v, nil
}

// hsCode keeps the digits of an HS code: "6109.10.00" is 61091000. What has fewer
// than four digits names no goods and is left out.
func hsCode(s string) string {
	digits := strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, s)
	if len(digits) < 4 || len(digits) > 12 {
		return ""
	}
	return digits
}

func isCountry(s string) bool {
	return len(s) == 2 && s[0] >= 'A' && s[0] <= 'Z' && s[1] >= 'A' && s[1] <= 'Z'
}

func values(in map[string]string) map[string]string {
	if len(in) == 0 {
		return nil
	}
	out := make(map[string]string, len(in))
	for _, k := range slices.Sorted(maps.Keys(in)) {
		if name := line(k, maxText); name != "" {
			out[name] = line(in[k], maxText)
		}
	}
	return out
}

func milli(t time.Time) time.Time {
	if t.IsZero() || t.UnixMilli() == 0 {
		return time.Time{}
	}
	return time.UnixMilli(t.UnixMilli()).UTC()
}

// line makes one line of a text and bounds it.
func line(s string, most int) string {
	s = strings.Join(strings.FieldsFunc(strings.ToValidUTF8(s, "\uFFFD"), func(r rune) bool {
		return unicode.IsSpace(r) || unicode.IsControl(r)
	}), " ")
	if r := []rune(s); len(r) > most {
		return string(r[:most])
	}
	return s
}
