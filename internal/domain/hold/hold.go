package hold

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/money"
	"godwit.dev/godwit/internal/domain/cases"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/platform/auth"
)

// ID identifies a hold.
type ID int64

// State is how far a hold is.
type State string

// The states.
const (
	Asked     State = "asked"     // the customer is at the provider's page
	Held      State = "held"      // the sum is held, and the goods went out
	Lapsed    State = "lapsed"    // the bank let go of it; the card may be charged still
	Taking    State = "taking"    // the provider is asked to take it, or may have been
	Taken     State = "taken"     // it was
	Unpaid    State = "unpaid"    // the card had no money for it
	Releasing State = "releasing" // the provider is asked to let go
	Released  State = "released"  // it did
	Failed    State = "failed"    // nothing was ever held
	Returning State = "returning" // what was taken is being paid back
	Returned  State = "returned"  // it was
)

// States returns all of them in the order of a hold's life.
func States() []State {
	return []State{Asked, Held, Lapsed, Taking, Taken, Unpaid, Releasing, Released, Failed, Returning, Returned}
}

var paths = map[State][]State{
	Asked:     {Held, Failed, Releasing},
	Held:      {Lapsed, Taking, Taken, Releasing, Released},
	Lapsed:    {Taking, Taken, Releasing, Released},
	Taking:    {Taken, Unpaid},
	Taken:     {Returning},
	Unpaid:    {Taking, Releasing},
	Releasing: {Released, Taken},
	Released:  {},
	Failed:    {},
	Returning: {Returned, Taken},
	Returned:  {},
}

// CanGo reports whether a hold may go from one state to another.
func CanGo(from, to State) bool { return slices.Contains(paths[from], to) }

// Over reports whether nothing happens to a hold by itself any more.
func (s State) Over() bool {
	return s == Taken || s == Unpaid || s == Released || s == Failed || s == Returned
}

// Live reports whether a hold stands for its exchange, so that no other is asked for.
func (s State) Live() bool { return s != Released && s != Failed && s != Returned }

// Unit is one unit that the customer is to send back, and what is held for it: what they paid, tax included, or a share of it
// (Share).
type Unit struct {
	Line int   `json:"line"`
	Unit int64 `json:"unit"`
	Paid int64 `json:"paid"`
}

// Hold is a sum that a customer agreed to have held on a card, for one exchange.
type Hold struct {
	ID         ID
	Workspace  auth.WorkspaceID
	Case       cases.ID
	Number     int64 // of the case
	Resolution int64
	Shop       order.ShopID
	Order      order.ID
	Provider   string // driver
	State      State
	Currency   string
	Amount     int64 // that was agreed, in minor units
	Units      []Unit
	Terms      string // that the customer agreed to, as they read them
	Language   string
	Page       string // the provider's own name of the page
	Address    string // of the page, "" where the customer answers on ours
	Attempt    int    // of taking it, from 1
	Take       int64  // to be taken, or that was
	Payment    string // the provider's own name of what was taken
	Code       string // why it failed, or was not paid
	Note       string // why a person did what they did
	Tries      int    // how often in a row no answer came
	CreatedAt  time.Time
	UpdatedAt  time.Time
	HeldAt     time.Time
	EndsAt     time.Time // when the bank lets go; zero is not known
	DueAt      time.Time // the customer's last day to send the goods
	RemindedAt time.Time
	LookAt     time.Time // when something is to be done about it
	EndedAt    time.Time
}

// Resource returns the hold as rights see it: with the orders of its shop.
func (h Hold) Resource() auth.Resource {
	return auth.Resource{Kind: auth.OfOrder, Workspace: h.Workspace, Shop: int64(h.Shop)}
}

// Sum is what was agreed.
func (h Hold) Sum() money.Amount { return money.Amount{Minor: h.Amount, Currency: h.Currency} }

// ToTake is what is to be taken, or was.
func (h Hold) ToTake() money.Amount { return money.Amount{Minor: h.Take, Currency: h.Currency} }

const keyed = "godwit-hold-"

// Key names the hold at its provider.
func (h Hold) Key() string { return keyed + strconv.FormatInt(int64(h.ID), 10) }

// TakeKey names this attempt to take it.
func (h Hold) TakeKey() string { return fmt.Sprintf("%s-%d", h.Key(), h.Attempt) }

// ReturnKey names the paying back of what this attempt took.
func (h Hold) ReturnKey() string { return h.TakeKey() + "-back" }

// ParseKey returns the hold that a key names.
func ParseKey(key string) (ID, bool) {
	rest, ok := strings.CutPrefix(key, keyed)
	rest, _, _ = strings.Cut(rest, "-")
	n, err := strconv.ParseInt(rest, 10, 64)
	return ID(n), ok && err == nil && n > 0
}

// go to a state, if it can.
func (h *Hold) to(s State, now time.Time) bool {
	if !CanGo(h.State, s) {
		return false
	}
	h.State, h.Tries, h.LookAt = s, 0, now
	if s.Over() {
		h.EndedAt = now
	}
	return true
}

// Go takes a hold to a state; where it cannot go there it is errs.Conflict.
func (h *Hold) Go(s State, now time.Time) error {
	if !h.to(s, now) {
		return errs.New(errs.Conflict, "error.hold_state")
	}
	return nil
}

// Said is what a provider said of a hold.
type Said struct {
	Outcome Outcome
	EndsAt  time.Time
	Payment string
	Taken   money.Amount
	Code    string
}

// Hear takes what the provider said, and reports whether the state changed. What is nothing new, or cannot follow, changes
// nothing.
func (h Hold) Hear(x Said, now time.Time) (Hold, bool) {
	to := State("")
	switch x.Outcome {
	case Open:
		if h.State == Asked && now.Sub(h.CreatedAt) > pageLife {
			to = Releasing
		}
	case IsHeld:
		if h.State == Asked {
			h.HeldAt, to = now, Held
		}
		h.EndsAt = x.EndsAt
	case Gone:
		to = map[State]State{Held: Lapsed, Releasing: Released}[h.State]
	case WasTaken:
		if CanGo(h.State, Taken) && h.State != Returning {
			h.Take, h.Payment, to = x.Taken.Minor, x.Payment, Taken
		}
	case LetGo:
		to = map[State]State{Asked: Failed, Held: Released, Lapsed: Released, Releasing: Released, Taking: Unpaid}[h.State]
	case Refused:
		to = map[State]State{Asked: Failed, Releasing: Released, Taking: Unpaid}[h.State]
	}
	if to == "" || !h.to(to, now) {
		return h, false
	}
	h.Code = x.Code
	return h, true
}
