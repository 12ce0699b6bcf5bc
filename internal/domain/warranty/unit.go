package warranty

import (
	"slices"
	"strings"
	"time"
	"unicode"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/decision"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/platform/auth"
)

// UnitID identifies a registered unit.
type UnitID int64

// Unit is one piece of an order's line that somebody registered.
type Unit struct {
	ID           UnitID
	Workspace    auth.WorkspaceID
	Shop         order.ShopID
	Order        order.ID
	Row          int64 // order.Line.ID
	Number       int64 // of the line's units, from 1
	SKU          string
	Title        string
	Serial       string // as it was written; "" has none
	RegisteredAt time.Time
	UpdatedAt    time.Time
}

// maxSerial bounds a serial number.
const maxSerial = 80

// SerialKey is the form in which serial numbers are compared: letters and digits alone, in capitals. Of what has none it
// is "".
func SerialKey(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToUpper(r)
		}
		return -1
	}, s)
}

// serial returns a serial number as it is kept.
func serial(s string) (string, error) {
	s = line(s)
	if len(s) > maxSerial || s != "" && SerialKey(s) == "" {
		return "", errs.Field("serial", "error.warranty_serial")
	}
	return s, nil
}

// free returns the first of n units of a line that is not registered, 0 if all are.
func free(taken []Unit, row, n int64) int64 {
	for u := int64(1); u <= n; u++ {
		if !slices.ContainsFunc(taken, func(x Unit) bool { return x.Row == row && x.Number == u }) {
			return u
		}
	}
	return 0
}

// Covered is units of a line that the same covers, from First on; one that is registered, or repaired, stands by itself.
type Covered struct {
	Row       int64
	SKU       string
	Title     string
	First     int64
	Quantity  int64
	Unit      *Unit // that is registered
	Delivered decision.Day
	Term      *Term // that holds for it, whatever its months
	Coverage  Coverage
}

// planned gives the units of an order's lines the plans that were sold with it: each plan prolongs as many units as were
// bought of it, the first ones of the lines that it is for, and a unit has one plan. The key is the line's row and the unit.
func planned(o order.Order, plans []Plan, goods func(order.Line) Goods) map[[2]int64]*Plan {
	out := map[[2]int64]*Plan{}
	for _, sold := range o.Lines {
		p := planOf(plans, sold.SKU)
		if p == nil {
			continue
		}
		left := sold.Quantity
		for _, l := range o.Lines {
			if planOf(plans, l.SKU) != nil || p.Scope.rank(goods(l)) < 0 {
				continue
			}
			for u := int64(1); u <= l.Quantity && left > 0; u++ {
				if key := [2]int64{l.ID, u}; out[key] == nil {
					out[key], left = p, left-1
				}
			}
		}
	}
	return out
}

// planOf returns the plan that an SKU is, the oldest of several.
func planOf(plans []Plan, sku string) *Plan {
	var found *Plan
	for i, p := range plans {
		if !p.Off && (found == nil || p.ID < found.ID) && slices.ContainsFunc(p.SKUs, func(x string) bool { return fits(x, sku) }) {
			found = &plans[i]
		}
	}
	return found
}
