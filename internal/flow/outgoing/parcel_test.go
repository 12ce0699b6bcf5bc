package outgoing

import (
	"slices"
	"testing"

	"godwit.dev/godwit/internal/domain/cases"
	"godwit.dev/godwit/internal/domain/shipment"
)

// What a carrier or a person says leads only to where a resolution can follow.
func TestAResolutionFollowsItsReplacement(t *testing.T) {
	for _, from := range States() {
		for _, to := range States() {
			if !CanGo(from, to) {
				continue
			}
			at := cases.Executing // as long as nothing was heard of it
			switch from {
			case Delivered:
				at = cases.Done
			case Lost, CameBack, Cancelled:
				at = cases.Failed
			}
			for _, step := range follows(at, to) {
				if !cases.CanStep(at, step) {
					t.Errorf("%s -> %s: %s cannot become %s", from, to, at, step)
				}
				at = step
			}
			want := map[State]cases.Stand{ToSend: cases.Executing, Short: cases.Executing, Sent: cases.Executing, Delivered: cases.Done}[to]
			if want != "" && at != want || want == "" && at != cases.Failed && at != cases.Undone {
				t.Errorf("%s -> %s leaves the resolution %s", from, to, at)
			}
		}
	}
}

func TestACarriersWordIsAnEndOrNone(t *testing.T) {
	for _, s := range shipment.Statuses() {
		to := after(s)
		if to != "" && !CanGo(Sent, to) {
			t.Errorf("%s leads from sent to %s", s, to)
		}
		if ends := slices.Contains([]shipment.Status{shipment.Delivered, shipment.Lost, shipment.Destroyed, shipment.Returned}, s); ends != (to != "") {
			t.Errorf("%s leads to %q", s, to)
		}
	}
}

func TestAnExchangeTellsItsDifference(t *testing.T) {
	price := int64(2900)
	p := Parcel{Means: cases.ExchangeVariant, Lines: []Line{{Had: "SHIRT-M", SKU: "SHIRT-L", Quantity: 2, Paid: 2500, Price: &price}}}
	if n, ok := p.Difference(); !ok || n != 800 {
		t.Errorf("%d, %v", n, ok)
	}
	p.Lines = append(p.Lines, Line{Had: "MUG", SKU: "MUG-2", Quantity: 1})
	if _, ok := p.Difference(); ok {
		t.Error("a price that is not known was taken for none")
	}
	p.Means = cases.Resend
	if _, ok := p.Difference(); ok {
		t.Error("the same again costs nothing")
	}
	p.Lines[0].SKU = ""
	if p.Ready() {
		t.Error("it is sent without anybody saying what")
	}
}

// What waits for an address waits for the customer, and nothing else of ours does.
func TestWhoHasIt(t *testing.T) {
	for _, s := range States() {
		for _, confirm := range []bool{false, true} {
			p := Parcel{State: s, Confirm: confirm}
			want := map[bool]cases.Party{true: cases.ByCarrier, false: cases.ByUs}[s == Sent]
			if confirm && (s == ToSend || s == Short) {
				want = cases.ByCustomer
			}
			if got := p.Hand().By; got != want {
				t.Errorf("%s, asked %v: %s", s, confirm, got)
			}
		}
	}
}
