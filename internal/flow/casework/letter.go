package casework

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/i18n"
	"godwit.dev/godwit/internal/base/money"
	"godwit.dev/godwit/internal/domain/cases"
	"godwit.dev/godwit/internal/domain/customer"
	"godwit.dev/godwit/internal/domain/decision"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/domain/refund"
	"godwit.dev/godwit/internal/domain/warranty"
	"godwit.dev/godwit/internal/platform/auth"
)

// Occasion is why a customer is written to about a case.
type Occasion string

// The occasions.
const (
	Withdrawn Occasion = "withdrawn" // the acknowledgement of a withdrawal by law
	Received  Occasion = "received"
	Needs     Occasion = "needs"
	Approved  Occasion = "approved"
	Declined  Occasion = "declined"
	Arrived   Occasion = "arrived"
	Paid      Occasion = "paid"
	Reversed  Occasion = "reversed"
	Urges     Occasion = "urged"    // of evidence that was asked for
	Reminded  Occasion = "remind"   // of goods that were not sent yet
	Owing     Occasion = "owed"     // the same, of what was given for them already
	Ended     Occasion = "lapsed"   // because no goods came
	Replaced  Occasion = "replaced" // a replacement was sent
	Lacking   Occasion = "short"    // it is not in stock
	Astray    Occasion = "astray"   // it is lost
	Back      Occasion = "back"     // it came back
	Where     Occasion = "where"    // it waits for an address

	HoldBegan Occasion = "hold_began" // a sum is held on their card, and their exchange goes out
	HoldEnds  Occasion = "hold_ends"  // their last day comes
	HoldEnded Occasion = "hold_ended" // it was released
	HoldTaken Occasion = "hold_taken" // it was taken
	HoldBack  Occasion = "hold_back"  // what was taken was paid back
)

// Occasions returns all of them, in the order of a case's life.
func Occasions() []Occasion {
	return []Occasion{Withdrawn, Received, Needs, Urges, Approved, Declined, Reminded, Owing, Ended, Arrived, Differs, Mending, Priced, Resent, Unmended, Replaced, Lacking, Astray, Back, Where, HoldBegan, HoldEnds, HoldEnded, HoldTaken, HoldBack, Paid, Reversed}
}

// Content is what a letter says, before it has words.
type Content struct {
	Occasion   Occasion
	Case       cases.Case
	Order      order.Order
	Resolution cases.Resolution // of one that is about one
	Refund     refund.Refund    // of Paid and Reversed
	Repair     warranty.Repair  // of Mending, Priced, Resent and Unmended
	Note       string           // of Needs, in the words of the person who asks
	Evidence   []string
	Sending    Sending // of Replaced, Lacking, Astray, Back and Where
	Held       Held    // of HoldBegan and what follows it
}

// Held is a sum on a customer's card, and their last day to send the goods.
type Held struct {
	Sum money.Amount
	Day time.Time
}

// Sending is goods that go to a customer, or do not.
type Sending struct {
	Goods    []string  // each as it is named, with its quantity
	Carrier  string    // "" while it is not sent
	Tracking string    // likewise
	Expected time.Time // of stock; zero is not known
}

// occasion says whether an event is one to write about. What is asked for as soon as a wish is received says that it was;
// who wished for nothing is not told that it was received.
func occasion(c cases.Case, e cases.Event) (Occasion, bool) {
	switch {
	case e.Kind == cases.Went && e.Phase == cases.Submitted && e.Was == cases.Draft && !c.Statutory && c.Phase != cases.NeedsInfo && e.By.Kind != auth.System:
		return Received, true
	case e.Kind == cases.Went && e.Phase == cases.NeedsInfo:
		return Needs, true
	case e.Kind == cases.Urged:
		return Urges, true
	case e.Kind == cases.Went && e.Phase == cases.Declined:
		return Declined, true
	case e.Kind == cases.Went && e.Phase == cases.GoodsHere:
		return Arrived, true
	case e.Kind == cases.Stepped && e.Stand == cases.Waiting:
		return Approved, true
	case e.Kind == cases.Nudged && e.Code == string(cases.GiveUp):
		return Ended, true
	case e.Kind == cases.Nudged && (e.Code == string(cases.Remind) || e.Code == string(cases.Press)):
		if r, err := find(c, e.About); err == nil && r.Stand != cases.Waiting {
			return Owing, true
		}
		return Reminded, true
	case asked(c, e):
		return Differs, true
	}
	return "", false
}

// letters writes what the customer is to know of what happened.
func (s *Service) letters(ctx context.Context, c cases.Case, events []cases.Event) error {
	if s.Desk == nil || c.Ticket == 0 {
		return nil
	}
	for _, e := range events {
		x := Content{Case: c, Note: e.Note, Evidence: e.Evidence}
		var ok bool
		if x.Occasion, ok = occasion(c, e); !ok {
			if x, ok = s.ofMoney(ctx, c, e); !ok {
				continue
			}
		}
		if x.Occasion == Arrived && s.Repairs != nil && mending(c) {
			continue // its repair says so, and until when
		}
		if e.About != 0 && x.Resolution.Number == 0 {
			x.Resolution, _ = find(c, e.About)
		}
		if x.Occasion == Owing && s.Secured != nil {
			if held, err := s.Secured(ctx, c, x.Resolution); err != nil {
				return err
			} else if held {
				continue
			}
		}
		if err := s.tell(ctx, x, fmt.Sprintf("case.%d.%d", c.ID, e.Seq)); err != nil {
			return err
		}
	}
	return nil
}

// tell writes a letter for which nothing waits where nobody can be written to.
func (s *Service) tell(ctx context.Context, x Content, key string) error {
	if err := s.write(ctx, x, key); err != nil && !errs.Is(err, errs.Conflict) && !errs.Is(err, errs.Invalid) {
		return err
	}
	return nil
}

// ofMoney is the letter about money that has left or was sent back.
func (s *Service) ofMoney(ctx context.Context, c cases.Case, e cases.Event) (Content, bool) {
	r, err := find(c, e.About)
	if e.Kind != cases.Stepped || err != nil || r.Refund == 0 || e.Stand != cases.Done && e.Stand != cases.Undone {
		return Content{}, false
	}
	f, err := s.Refunds.Get(ctx, auth.ForSystem(c.Workspace), r.Refund)
	if err != nil {
		return Content{}, false
	}
	x := Content{Occasion: Paid, Case: c, Resolution: r, Refund: f}
	if e.Stand == cases.Undone {
		x.Occasion = Reversed
	}
	return x, true
}

// Acknowledge is cases.Config.Acknowledge: the letter without which a withdrawal is none.
func (s *Service) Acknowledge(ctx context.Context, c cases.Case) error {
	return s.write(ctx, Content{Occasion: Withdrawn, Case: c}, fmt.Sprintf("case.%d.withdrawn", c.ID))
}

// write words a letter in the customer's language and puts it into the case's thread.
func (s *Service) write(ctx context.Context, x Content, key string) error {
	system := auth.ForSystem(x.Case.Workspace)
	if list := x.Case.Orders(); len(list) > 0 {
		o, err := s.Orders.Get(ctx, system, list[0])
		if err != nil {
			return err
		}
		x.Order = o
	}
	lang := x.Case.Language
	if lang == "" && x.Case.Customer != 0 {
		people, err := s.Customers.ByIDs(ctx, system, []customer.ID{x.Case.Customer})
		if err != nil {
			return err
		}
		if l := people[x.Case.Customer].Language; l != "und" {
			lang = l
		}
	}
	t := i18n.For(i18n.Lang(cmp.Or(lang, "und-"+cmp.Or(x.Order.ShipTo.Country, "US"))))
	return s.Desk.Write(ctx, x.Case, key, Compose(t, x))
}

// Compose words a letter: what happened, to what, what comes next, and that the customer may answer. It is the same for the
// same content.
func Compose(t *i18n.Printer, x Content) string {
	c := x.Case
	out := []string{t.T("portal.news.hello"), t.T("case.letter.about", "Case", apart(t, fmt.Sprint(c.Number)), "Order", apart(t, x.Order.Number)) + "\n" + t.T("case.letter."+string(x.Occasion), said(t, x)...)}
	switch x.Occasion {
	case Withdrawn:
		out = append(out, goods(t, c, false))
		if !c.Deadline.IsZero() {
			out = append(out, t.T("case.letter.by", "Day", t.Date(c.Deadline, market(x.Order.ShipTo).Zone, i18n.Medium)))
		}
		out = append(out, refusedLines(t, c))
	case Received:
		out = append(out, goods(t, c, false))
	case Needs, Urges:
		var list []string
		for _, word := range x.Evidence {
			list = append(list, "- "+t.T("case.letter.evidence."+word))
		}
		out = append(out, strings.Join(list, "\n"), x.Note)
	case Approved:
		out = append(out, given(t, x.Resolution))
		if x.Resolution.Comes() && !here(c, x.Resolution) {
			out = append(out, t.T("case.letter.send"))
			if _, withheld := c.Withheld(x.Resolution); !withheld {
				out = append(out, sendBy(t, x))
			}
		} else if x.Resolution.Means.BearsMoney() && !x.Resolution.Returns() {
			out = append(out, t.T("case.letter.stay"))
		}
		out = append(out, refusedLines(t, c))
	case Reminded:
		out = append(out, goods(t, c, false), sendBy(t, x), t.T("case.letter.send"))
	case Owing:
		out = append(out, goods(t, c, false), owes(t, x), t.T("case.letter.send"))
	case Ended:
		out = append(out, goods(t, c, false), t.T("case.letter.later"))
	case Replaced, Lacking, Astray, Back, Where:
		out = append(out, sending(t, x.Sending))
	case Declined:
		out = append(out, refusedLines(t, c), t.T("case.letter.appeal"))
	case Arrived:
		out = append(out, goods(t, c, true))
	case Differs:
		out = append(out, differing(t, c)...)
	case Mending, Priced, Resent, Unmended:
		out = append(out, mends(t, x)...)
	case Paid:
		out = append(out, sums(t, x.Refund))
	case Reversed:
		out = append(out, given(t, x.Resolution), t.T("case.letter.account"))
	}
	out = append(out, t.T("portal.news.answer"))
	return strings.Join(slices.DeleteFunc(out, func(p string) bool { return p == "" }), "\n\n")
}

// said are what the sentence of an occasion names.
func said(t *i18n.Printer, x Content) []any {
	if x.Held.Sum.Currency != "" {
		return []any{"Sum", apart(t, sum(t, x.Held.Sum)), "Day", t.Date(x.Held.Day, nil, i18n.Medium)}
	}
	return []any{"Day", t.DateTime(x.Case.OpenedAt, nil, i18n.Medium)}
}

// apart keeps a name from taking the direction of the words around it, or giving them its own (Unicode Bidirectional
// Algorithm, section 2.4.2).
func apart(t *i18n.Printer, name string) string {
	if t.Dir() == "ltr" || name == "" {
		return name
	}
	return "\u2068" + name + "\u2069"
}

// sending lists what goes to the customer, with its carrier and number, or with the day on which stock is expected.
func sending(t *i18n.Printer, x Sending) string {
	var list []string
	for _, g := range x.Goods {
		list = append(list, "- "+apart(t, g))
	}
	if x.Tracking != "" {
		list = append(list, apart(t, strings.TrimSpace(x.Carrier+" "+x.Tracking)))
	}
	if !x.Expected.IsZero() {
		list = append(list, t.T("case.letter.stock", "Day", t.Date(x.Expected, nil, i18n.Medium)))
	}
	return strings.Join(list, "\n")
}

// goods lists what a case is about, or what of it has come.
func goods(t *i18n.Printer, c cases.Case, came bool) string {
	var list []string
	for _, l := range c.Lines {
		n := l.Count(cases.Asked)
		if came {
			n = l.Count(cases.Received)
		}
		if n > 0 && l.Declined == "" {
			list = append(list, "- "+t.Number(n)+" × "+apart(t, cmp.Or(l.Title, l.SKU, l.Foreign)))
		}
	}
	return strings.Join(list, "\n")
}

// refusedLines lists what is declined, each with its reason.
func refusedLines(t *i18n.Printer, c cases.Case) string {
	var list []string
	for _, l := range c.Lines {
		if l.Declined != "" {
			list = append(list, "- "+apart(t, cmp.Or(l.Title, l.SKU, l.Foreign))+": "+t.T("case.letter.no."+Reason(l.Declined)))
		}
	}
	return strings.Join(list, "\n")
}

// Reason is the word by which a customer is told why a line is declined: several codes of package decision are one to them.
func Reason(code string) string {
	switch code {
	case cases.NotBoughtHere, decision.WindowOver.String(), decision.EvidenceMissing.String(), decision.NotLate.String():
		return code
	case decision.UnitSettled.String():
		return "settled"
	case decision.FinalSale.String(), decision.Exempt.String():
		return "exempt"
	case decision.RepairFirst.String(), decision.ExtraPeriodFirst.String():
		return "first"
	}
	return "other"
}

// given is what a resolution gives, with its sum.
func given(t *i18n.Printer, r cases.Resolution) string {
	what := t.T("case.letter.means." + means(r.Means))
	if !r.Means.Pays() {
		return what
	}
	total, err := r.Money.Components.Total(r.Money.Currency)
	if err != nil {
		return what
	}
	return what + ": " + apart(t, sum(t, total))
}

// sum writes an amount with the digits of its currency and its code, which every bank statement shows.
func sum(t *i18n.Printer, a money.Amount) string {
	digits, _ := money.Digits(a.Currency)
	return t.Decimal(float64(a.Minor)/math.Pow10(digits), digits) + "\u00a0" + a.Currency
}

// means is the word for a customer of what they get.
func means(m cases.Means) string {
	switch m {
	case cases.StoreCredit, cases.AllowanceCredit:
		return "credit"
	case cases.ExchangeVariant, cases.ExchangeOther:
		return "exchange"
	case cases.Resend, cases.SparePart:
		return "replace"
	case cases.Repair:
		return "repair"
	case cases.PartialKeep:
		return "partial"
	}
	return "refund"
}

// sums lists what money went where, and when it should be there.
func sums(t *i18n.Printer, f refund.Refund) string {
	var list []string
	for _, a := range f.Allocations {
		if a.State != refund.Succeeded {
			continue
		}
		m, _ := refund.MethodOf(a.Method)
		line := "- " + apart(t, sum(t, money.Amount{Minor: a.Amount, Currency: f.Currency}))
		switch {
		case a.To == refund.ToPayment && m.Name != "":
			line += ", " + apart(t, m.Name)
		case a.To == refund.ToCredit:
			line += ", " + t.T("case.letter.means.credit")
		}
		if from, to, ok := m.Arrival(a.EndedAt); ok && a.To == refund.ToPayment && to.After(a.EndedAt) {
			line += "\n  " + t.T("case.letter.arrives", "From", t.Date(from, nil, i18n.Medium), "To", t.Date(to, nil, i18n.Medium))
		}
		list = append(list, line)
	}
	return strings.Join(list, "\n")
}

// task tells people what is to be sent, repaired or swapped, with all that they need for it.
func (s *Service) task(ctx context.Context, c cases.Case, r cases.Resolution) error {
	t := i18n.For(i18n.English)
	o, err := s.Orders.Get(ctx, auth.ForSystem(c.Workspace), c.Lines[r.Units[0].Line-1].Order)
	if err != nil {
		return err
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n", t.T("case.task."+means(r.Means), "Case", c.Number, "Order", o.Number))
	for _, g := range r.Units {
		l := c.Lines[g.Line-1]
		fmt.Fprintf(&b, "- %d × %s %s\n", g.Quantity, l.SKU, l.Title)
	}
	a := o.ShipTo
	for _, line := range []string{a.Name, a.Company, a.Line1, a.Line2, strings.TrimSpace(a.Postcode + " " + a.City), a.Region, a.Country, a.Phone} {
		if line != "" {
			b.WriteString(line + "\n")
		}
	}
	return s.Desk.Task(ctx, c, fmt.Sprintf("case.%d.task.%d", c.ID, r.Number), strings.TrimSpace(b.String()))
}
