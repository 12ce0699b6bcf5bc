package product

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/event"
)

// Own is a value that somebody wrote by hand over what the shop says.
type Own struct {
	Value string `json:"value"`
	Told  string `json:"told,omitempty"` // by the shop; it stands again once the own one is taken back
}

// The fields of a variant that can be written by hand.
const (
	HSCode   = "hs_code"
	Origin   = "origin"
	Supplier = "supplier"
	Batch    = "batch"
)

// field returns the place of a field that can be written by hand, nil for any other.
func (v *Variant) field(name string) *string {
	switch name {
	case HSCode:
		return &v.HSCode
	case Origin:
		return &v.Origin
	case Supplier:
		return &v.Supplier
	case Batch:
		return &v.Batch
	}
	return nil
}

// over lays the values that were written by hand over a variant as it was just told.
func (v Variant) over(own map[string]Own) Variant {
	v.Own = maps.Clone(own)
	for name, o := range v.Own {
		if at := v.field(name); at != nil {
			o.Told, v.Own[name] = *at, Own{o.Value, *at}
			*at = o.Value
		}
	}
	return v
}

// set writes a field by hand; an empty value takes back what was written, and so does
// the value that the shop tells.
func (v Variant) set(name, value string) Variant {
	at := v.field(name)
	told := *at
	if o, ok := v.Own[name]; ok {
		told = o.Told
	}
	v.Own = maps.Clone(v.Own)
	delete(v.Own, name)
	if *at = told; value != "" && value != told {
		if v.Own == nil {
			v.Own = map[string]Own{}
		}
		*at, v.Own[name] = value, Own{value, told}
	}
	return v
}

// Change is what somebody writes to a product by hand; what is nil stays.
type Change struct {
	Seen       int64     // the Edits of the product that was looked at
	Variant    VariantID // of the fields below
	Fields     map[string]string
	Attributes map[string]string // all that the merchant adds to the shop's own
}

// Edit writes to a product by hand: fields of a variant (HSCode and so on), over what the
// shop says, and attributes of the merchant's own beside those of the shop. No telling of
// the shop replaces either; an empty field is the shop's again. It fails with
// errs.Conflict if somebody else wrote since the product was seen, with errs.Invalid and
// the field that is wrong, and with errs.NotFound. What is as it was changes nothing. It
// needs ImportProducts.
func (s *Service) Edit(ctx context.Context, actor auth.Actor, id ID, c Change) (p Product, err error) {
	if err := actor.Can(auth.ImportProducts); err != nil {
		return p, err
	}
	err = s.store.InTx(ctx, func(ctx context.Context) error {
		known, err := s.Get(ctx, actor, id)
		if err != nil {
			return err
		}
		if p, err = s.store.HoldProduct(ctx, actor.Workspace, known.Shop, known.ExternalID); err != nil {
			return err
		}
		was := p
		if err := p.change(c); err != nil {
			return err
		}
		fields := edited(was, p)
		if len(fields) == 0 {
			return nil
		}
		if c.Seen != was.Edits {
			return errs.New(errs.Conflict, "error.conflict")
		}
		p.Edits, p.UpdatedAt = was.Edits+1, s.now().UTC().Truncate(time.Millisecond)
		if err := s.store.SaveProduct(ctx, p); err != nil {
			return err
		}
		return s.journal.Append(ctx, event.New(Edited, actor, p.ID.subject(), 0, Written{Summary: summary(p), Variant: c.Variant, Fields: fields}))
	})
	if err != nil {
		return Product{}, fmt.Errorf("edit product: %w", err)
	}
	return p, nil
}

// change makes a change, without looking at what was seen.
func (p *Product) change(c Change) error {
	if c.Attributes != nil {
		if len(c.Attributes) > maxList {
			return errs.Field("attributes", "error.product_too_long", "variants", len(c.Attributes))
		}
		own := values(c.Attributes)
		maps.DeleteFunc(own, func(_, value string) bool { return value == "" })
		if p.Own = own; len(own) == 0 {
			p.Own = nil
		}
	}
	if len(c.Fields) == 0 {
		return nil
	}
	i := slices.IndexFunc(p.Variants, func(v Variant) bool { return v.ID == c.Variant })
	if i < 0 {
		return errs.New(errs.NotFound, "error.not_found")
	}
	v := p.Variants[i]
	for _, name := range slices.Sorted(maps.Keys(c.Fields)) {
		if v.field(name) == nil {
			return errs.Field(name, "error.invalid")
		}
		value, err := written(name, c.Fields[name])
		if err != nil {
			return err
		}
		v = v.set(name, value)
	}
	p.Variants = slices.Clone(p.Variants)
	p.Variants[i] = v
	return nil
}

// written brings a value into the form in which it is kept.
func written(name, value string) (string, error) {
	value = line(value, maxText)
	switch {
	case value == "":
	case name == HSCode:
		if value = hsCode(value); len(value) < 6 {
			return "", errs.Field(name, "error.product_hs")
		}
	case name == Origin:
		if value = strings.ToUpper(value); !isCountry(value) {
			return "", errs.Field(name, "error.country", "country", value)
		}
	}
	return value, nil
}

// edited names what differs between two states of a product, as far as people write it.
func edited(was, is Product) []string {
	var out []string
	for _, name := range []string{HSCode, Origin, Supplier, Batch} {
		for i := range is.Variants {
			if was.Variants[i].Own[name] != is.Variants[i].Own[name] {
				out = append(out, name)
			}
		}
	}
	for name, value := range is.Own {
		if old, ok := was.Own[name]; !ok || old != value {
			out = append(out, "attributes."+name)
		}
	}
	for name := range was.Own {
		if _, ok := is.Own[name]; !ok {
			out = append(out, "attributes."+name)
		}
	}
	slices.Sort(out)
	return out
}
