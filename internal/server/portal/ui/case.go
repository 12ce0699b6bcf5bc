package ui

import (
	"slices"
	"strings"
	"time"

	"godwit.dev/godwit/internal/base/i18n"
	"godwit.dev/godwit/internal/domain/cases"
	"godwit.dev/godwit/internal/domain/decision"
	"godwit.dev/godwit/internal/domain/refund"
	"godwit.dev/godwit/internal/domain/warranty"
)

// Case is an after-sales case as its customer sees it.
type Case struct {
	Flow
	Case     cases.Case
	Files    []Picture
	Parts    []Part // offers that are on the table
	Refused  []Refused
	Refunds  []refund.Refund
	Payee    *Payee // nil where no money goes to a bank
	Backs    []Back
	Sendings []Sending
	Holds    []Hold
	Repairs  []warranty.Repair
	Wrong    string
}

// At is a path below the case's page.
func (v Case) At(rest string) string {
	return v.Link + "/case/" + number64(int64(v.Case.ID)) + rest
}

// standing says in one word where a case stands, and how that feels. It is computed and stored nowhere.
type standing struct {
	Word string // of portal.case.is.*
	Tone tone
}

// Standing computes where a case stands from its phase and its resolutions.
func Standing(c cases.Case) standing {
	has := func(stands ...cases.Stand) bool {
		return slices.ContainsFunc(c.Resolutions, func(r cases.Resolution) bool { return slices.Contains(stands, r.Stand) })
	}
	switch c.Phase {
	case cases.NeedsInfo:
		return standing{"info", asks}
	case cases.Declined:
		return standing{"declined", bad}
	case cases.AwaitingGoods:
		return standing{"send", asks}
	case cases.GoodsMoving:
		return standing{"moving", moving}
	case cases.GoodsHere, cases.Inspecting:
		if has(cases.Offered) && !has(cases.Taken, cases.Waiting, cases.Executing) { // a repair came to nothing
			return standing{"choose", asks}
		}
		return standing{"here", moving}
	case cases.Closed:
		switch {
		case has(cases.Undone):
			return standing{"trouble", asks}
		case c.Reason == cases.Completed:
			return standing{"done", good}
		case c.Reason == cases.WasDeclined:
			return standing{"declined", bad}
		}
		return standing{"closed", still}
	}
	switch {
	case has(cases.Failed, cases.Undone):
		return standing{"trouble", asks}
	case has(cases.Executing):
		if slices.ContainsFunc(c.Resolutions, func(r cases.Resolution) bool { return r.Stand == cases.Executing && r.Means.Pays() }) {
			return standing{"paying", moving}
		}
		return standing{"shipping", moving}
	case has(cases.Done):
		return standing{"done", good}
	case has(cases.Offered):
		return standing{"choose", asks}
	case has(cases.Waiting) || has(cases.Taken) && c.Phase != cases.Submitted && c.Phase != cases.Appealed:
		return standing{"waiting", moving}
	}
	return standing{"looking", moving}
}

// Asks reports whether offers are on the table.
func (v Case) Asks() bool { return v.standing().Word == "choose" }

func (v Case) standing() standing { return Standing(v.Case) }

func (v Case) word() string { return v.T("portal.case.is." + v.standing().Word) }

func (v Case) next() string {
	if v.standing().Word == "send" && slices.ContainsFunc(v.Backs, func(b Back) bool { return b.Place.ID != 0 }) {
		return v.T("portal.slip.stick") // the label is on the page
	}
	return v.T("portal.case.next." + v.standing().Word)
}

// steps are the way of a case, or none of one that was declined or given up.
func (v Case) steps() []mark {
	words := []string{"portal.case.step.asked", "portal.case.step.agreed"}
	goods := slices.ContainsFunc([]cases.Phase{cases.AwaitingGoods, cases.GoodsMoving, cases.GoodsHere, cases.Inspecting}, func(p cases.Phase) bool { return v.Case.Phase == p }) ||
		slices.ContainsFunc(v.Case.Lines, func(l cases.Line) bool { return l.Count(cases.Received) > 0 || l.Count(cases.Shipped) > 0 })
	if goods {
		words = append(words, "portal.case.step.sent", "portal.case.step.arrived")
	}
	words = append(words, "portal.case.step.settled")
	at := 0
	switch v.standing().Word {
	case "declined", "closed", "trouble":
		return nil
	case "send", "waiting":
		at = 1
	case "moving":
		at = 2
	case "here":
		at = 3
	case "paying", "shipping":
		at = len(words) - 2
	case "done":
		at = len(words) - 1
	}
	out := make([]mark, len(words))
	for i, w := range words {
		out[i] = mark{Word: v.T(w), Done: i < at || v.standing().Word == "done", Current: i == at}
	}
	return out
}

// declined says why a line is, "" if it is not.
func (v Case) declined(l cases.Line) string {
	if l.Declined == "" {
		return ""
	}
	return v.code(l.Declined)
}

// gives names what a customer has chosen or got.
func (v Case) gives() []string {
	var out []string
	for _, r := range v.Case.Resolutions {
		if !r.Stand.Alive() {
			continue
		}
		text := v.T("portal.remedy." + remedyOf(r.Means))
		if total, err := r.Money.Components.Total(r.Money.Currency); err == nil && total.Minor != 0 {
			text += " · " + total.Format(string(v.Lang()))
		}
		out = append(out, text)
	}
	return out
}

// remedyOf is the word by which customers know what they get.
func remedyOf(m cases.Means) string {
	switch m {
	case cases.StoreCredit, cases.AllowanceCredit:
		return decision.StoreCredit.String()
	case cases.ExchangeVariant, cases.ExchangeOther:
		return decision.Exchange.String()
	case cases.Resend, cases.SparePart:
		return decision.Replace.String()
	case cases.Repair:
		return decision.Repair.String()
	case cases.PartialKeep:
		return decision.PartialKeep.String()
	case cases.FullKeep:
		return decision.FullKeep.String()
	}
	return decision.Refund.String()
}

// paid is one way that a refund goes.
type paid struct{ Amount, Method, State, When string }

// paying says of each part of a refund where it goes, how far it is and when it arrives.
func (v Case) paying(f refund.Refund) []paid {
	var out []paid
	for _, a := range f.Allocations {
		if a.State == refund.Cancelled {
			continue
		}
		p := paid{Amount: v.money(a.Amount, f.Currency), Method: v.method(a.Method), State: v.T("portal.money." + moneyWord(a.State))}
		leaves := a.LeftAt
		if leaves.IsZero() {
			leaves = v.Now
		}
		m, _ := refund.MethodOf(a.Method)
		if from, to, ok := m.Arrival(leaves); ok && a.State.Moving() || ok && a.State == refund.Succeeded && to.After(v.Now) {
			p.When = v.T("portal.money.arrives", "From", v.Date(from, nil, i18n.Medium), "To", v.Date(to, nil, i18n.Medium))
		} else if a.State == refund.Succeeded && !a.EndedAt.IsZero() {
			p.When = v.Date(a.EndedAt, nil, i18n.Medium)
		}
		out = append(out, p)
	}
	return out
}

// moneyWord brings the states of a refund to the few that customers are told.
func moneyWord(s refund.State) string {
	switch s {
	case refund.Succeeded:
		return "paid"
	case refund.Submitted, refund.Pending:
		return "moving"
	case refund.Failed, refund.NeedsAction, refund.Reversed:
		return "trouble"
	}
	return "prepared"
}

// method names a way of payment: our words for our own, else its own name.
func (v Case) method(key string) string {
	if key == "bank" || key == "store_credit" {
		return v.T("portal.to." + key)
	}
	if key == "" {
		return v.T("portal.to.original")
	}
	m, _ := refund.MethodOf(key)
	return v.T("portal.to.original") + " (" + m.Name + ")"
}

// sums are the components of a refund.
func (v Case) sums(f refund.Refund) []sum {
	c := f.Components
	return v.components(f.Currency, []part{{"portal.sum.goods", c.Goods}, {"portal.sum.tax", c.Tax}, {"portal.sum.duty", c.Duty}, {"portal.sum.shipping", c.ShippingOut},
		{"portal.sum.back", c.ShippingBack}, {"portal.sum.fee", c.Fee}, {"portal.sum.bonus", c.Bonus + c.Goodwill}})
}

// wholeOf is what a refund comes to.
func (v Case) wholeOf(f refund.Refund) string { return f.Total().Format(string(v.Lang())) }

// deadline is by when the law wants money to be on its way, "" if it does not say or nothing is owed.
func (v Case) deadline() string {
	if v.Case.Deadline.IsZero() || v.Case.Phase == cases.Closed || v.Case.Deadline.Before(v.Now.Add(-time.Hour)) {
		return ""
	}
	return v.T("portal.case.deadline", "Date", v.Date(v.Case.Deadline, nil, i18n.Medium))
}

// cancellable reports whether the customer may still give it up: nothing was carried out, and nothing came back.
func (v Case) cancellable() bool {
	switch v.standing().Word {
	case "info", "choose", "looking", "waiting", "send":
		return true
	}
	return false
}

// waits is the evidence that a person asked for.
func (v Case) waits() []string {
	var out []string
	for _, word := range strings.Fields(strings.ReplaceAll(v.Case.Waiting, ",", " ")) {
		if v.Has("portal.evidence." + word) {
			out = append(out, word)
		}
	}
	return out
}

// caseGlyph is the picture of a tone.
func caseGlyph(t tone) string {
	switch t {
	case good:
		return "check"
	case asks, bad:
		return "alert"
	}
	return "box"
}
