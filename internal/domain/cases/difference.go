package cases

import (
	"context"
	"math/big"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/decision"
	"godwit.dev/godwit/internal/domain/ledger"
	"godwit.dev/godwit/internal/domain/refund"
	"godwit.dev/godwit/internal/platform/auth"
)

// Happenings of differences.
const (
	Differed     Happening = "differed"   // what came is not what was announced, and the customer is asked
	DifferenceOn Happening = "difference" // a difference went on
)

// Finding is how a unit that was announced differs.
type Finding string

// The findings.
const (
	NotThere  Finding = "missing"
	OtherItem Finding = "other" // something else came in its place
	Worse     Finding = "worse" // it came, in a condition that its reason does not explain
)

// Found is units of a line that differ.
type Found struct {
	Group
	Is   Finding `json:"is"`
	Less int64   `json:"less"` // percent of what was paid for them that would not be refunded, 1 to 100; 100 unless worse
}

// Agreement is how far a difference has come.
type Agreement string

// The agreements. Overruled is a difference that changes nothing: a person let it be, or the law's last day came first.
const (
	Asking    Agreement = "asked"
	Agreed    Agreement = "agreed"
	Disputed  Agreement = "disputed"
	Silent    Agreement = "silent"
	Settled   Agreement = "settled" // a person decided
	Overruled Agreement = "overruled"
)

// Agreements returns all of them in the order of a difference's life.
func Agreements() []Agreement {
	return []Agreement{Asking, Disputed, Silent, Agreed, Settled, Overruled}
}

var agreements = map[Agreement][]Agreement{
	Asking:   {Agreed, Disputed, Silent, Settled, Overruled},
	Disputed: {Agreed, Settled, Overruled},
	Silent:   {Agreed, Disputed, Settled, Overruled},
}

// Open reports whether a difference still holds its resolution.
func (a Agreement) Open() bool { return len(agreements[a]) > 0 }

// Difference is what came otherwise than it was announced, and what the customer would get by it. Until they agree, or a
// person decides, the resolution waits and its money is what it was.
type Difference struct {
	Number     int       `json:"n"` // from 1, within its case
	Resolution int64     `json:"resolution"`
	Found      []Found   `json:"found"`
	Was        Money     `json:"was,omitzero"`
	Becomes    Money     `json:"becomes,omitzero"`
	Stand      Agreement `json:"stand"`
	Until      time.Time `json:"until"` // by when the customer is asked to answer
	Note       string    `json:"note,omitempty"`
	Words      string    `json:"words,omitempty"` // of the customer who does not agree
	Why        string    `json:"why,omitempty"`   // of the person who decided
	AskedAt    time.Time `json:"asked_at"`
	EndedAt    time.Time `json:"ended_at,omitzero"`
}

// Bounds of a difference.
const (
	AnswerLife    = 7 * 24 * time.Hour // that a customer has to answer
	BeforeLaw     = 48 * time.Hour     // that a person has left before the law's last day
	mostWordsRune = 2000
)

// AnswerBy returns until when a customer is asked to answer: a week, or less so that two days are left before the law's
// last day, but a day at least.
func AnswerBy(now, law time.Time) time.Time {
	until := now.Add(AnswerLife)
	if !law.IsZero() && law.Add(-BeforeLaw).Before(until) {
		until = law.Add(-BeforeLaw)
	}
	if least := now.Add(24 * time.Hour); until.Before(least) {
		until = least
	}
	return until
}

// Lower returns what a resolution gives once units differ, given what was paid for each of its units. Goods, tax, duty,
// fee and bonus go by the share of the units that are left, rounded in the customer's favour; postage stays while anything
// is left. It is never more than before, and never below zero.
func Lower(was ledger.Components, units []Worth, found []Found) ledger.Components {
	share := func(sum int64, of func(ledger.Components) int64, up bool) int64 {
		all, kept := new(big.Int), new(big.Int)
		for _, u := range units {
			worth := big.NewInt(max(of(u.Paid), 0))
			all.Add(all, new(big.Int).Mul(worth, big.NewInt(100)))
			kept.Add(kept, new(big.Int).Mul(worth, big.NewInt(100-u.less(found))))
		}
		if all.Sign() == 0 {
			return sum
		}
		n := new(big.Int).Mul(big.NewInt(sum), kept)
		if up {
			n.Add(n, new(big.Int).Sub(all, big.NewInt(1)))
		}
		return n.Quo(n, all).Int64() // towards zero: a sum that the customer bears becomes smaller
	}
	goods := func(c ledger.Components) int64 { return c.Goods }
	out := was
	out.Goods = share(was.Goods, goods, was.Goods > 0)
	out.Tax = share(was.Tax, func(c ledger.Components) int64 { return c.Tax }, was.Tax > 0)
	out.Duty = share(was.Duty, func(c ledger.Components) int64 { return c.Duty }, was.Duty > 0)
	out.Fee, out.Bonus = share(was.Fee, goods, was.Fee > 0), share(was.Bonus, goods, was.Bonus > 0)
	nothing := !slices.ContainsFunc(units, func(u Worth) bool { return u.less(found) < 100 })
	if total, err := out.Total("EUR"); nothing || err != nil || total.Minor < 0 {
		return ledger.Components{}
	}
	if total(Money{"EUR", out}) > total(Money{"EUR", was}) { // a fee of a cent that rounding took off
		return was
	}
	return out
}

// Worth is a unit of a case's line and what was paid for it.
type Worth struct {
	Line int
	Unit int64
	Paid ledger.Components
}

func (u Worth) less(found []Found) int64 {
	for _, f := range found {
		if f.overlaps(Group{u.Line, u.Unit, 1}) {
			return f.Less
		}
	}
	return 0
}

// between reports whether each component of a sum lies between those of two others.
func between(a, low, high ledger.Components) bool {
	in := func(x, y, z int64) bool { return x >= min(y, z) && x <= max(y, z) }
	return in(a.Goods, low.Goods, high.Goods) && in(a.Tax, low.Tax, high.Tax) && in(a.Duty, low.Duty, high.Duty) && in(a.ShippingOut, low.ShippingOut, high.ShippingOut) &&
		in(a.ShippingBack, low.ShippingBack, high.ShippingBack) && in(a.Fee, low.Fee, high.Fee) && in(a.Bonus, low.Bonus, high.Bonus) &&
		in(a.Goodwill, low.Goodwill, high.Goodwill) && in(a.Exchange, low.Exchange, high.Exchange)
}

func total(m Money) int64 {
	a, err := m.Components.Total(m.Currency)
	if err != nil {
		return 0
	}
	return a.Minor
}

func (c *Case) differ(d Difference) string {
	r := c.find(d.Resolution)
	switch {
	case r == nil || r.Stand != Waiting && r.Stand != Taken:
		return "nothing waits that could change"
	case slices.ContainsFunc(c.Differences, func(x Difference) bool { return x.Resolution == d.Resolution && x.Stand.Open() }):
		return "the customer is asked already"
	case len(d.Found) == 0 || d.Until.IsZero():
		return "a difference has units and a day"
	case d.Becomes.Currency != r.Money.Currency || !between(d.Becomes.Components, ledger.Components{}, r.Money.Components) || total(d.Becomes) > total(r.Money):
		return "a difference only lowers what is paid"
	}
	for i, f := range d.Found {
		if !slices.ContainsFunc(r.Units, func(g Group) bool {
			return g.Line == f.Line && f.From >= g.From && f.Quantity > 0 && f.From+f.Quantity <= g.From+g.Quantity
		}) || slices.ContainsFunc(d.Found[:i], func(x Found) bool { return x.overlaps(f.Group) }) || f.Less < 1 || f.Less > 100 || f.Is != Worse && f.Less != 100 {
			return "no such units"
		}
	}
	d.Number, d.Was, d.Stand = len(c.Differences)+1, r.Money, Asking
	c.Differences = append(slices.Clone(c.Differences), d)
	return ""
}

func (c *Case) agree(e Event) string {
	if e.Difference == nil || e.Difference.Number < 1 || e.Difference.Number > len(c.Differences) {
		return "no such difference"
	}
	c.Differences = slices.Clone(c.Differences)
	d := &c.Differences[e.Difference.Number-1]
	to := e.Difference.Stand
	if !slices.Contains(agreements[d.Stand], to) {
		return "a difference that is " + string(d.Stand) + " cannot become " + string(to)
	}
	gives := d.Was
	switch to {
	case Agreed:
		gives = d.Becomes
	case Settled:
		gives = e.Difference.Becomes
		if gives.Currency != d.Was.Currency || !between(gives.Components, d.Becomes.Components, d.Was.Components) || total(gives) < total(d.Becomes) || total(gives) > total(d.Was) {
			return "a person decides between what was asked for and what was promised"
		}
	case Disputed:
		d.Words = e.Note
	}
	if to == Settled || to == Overruled {
		d.Why = e.Note
	}
	if d.Stand = to; !to.Open() {
		d.EndedAt, c.find(d.Resolution).Money = e.At, gives
	}
	return ""
}

// held reports whether a difference that is not agreed on keeps a resolution back.
func (c Case) held(r Resolution) bool {
	return slices.ContainsFunc(c.Differences, func(d Difference) bool { return d.Resolution == r.Number && d.Stand.Open() })
}

// OpenDifference returns the difference that waits for an answer or a decision, if there is one.
func (c Case) OpenDifference() (Difference, bool) {
	i := slices.IndexFunc(c.Differences, func(d Difference) bool { return d.Stand.Open() })
	if i < 0 {
		return Difference{}, false
	}
	return c.Differences[i], true
}

// faults are the reasons that explain a bad condition.
var faults = []string{decision.Damaged.String(), decision.Defective.String(), decision.WrongItem.String(), decision.NotAsDescribed.String(), decision.MissingItem.String()}

// Unlike reports whether what came is not what was announced, in a way that nobody has agreed to or decided: units are
// missing, are something else, or came damaged although the reason does not say so. What waits for the inspection, or for
// the receipt of all, then waits for that.
func (c Case) Unlike() bool {
	for _, l := range c.Lines {
		lack := l.Count(Missing) + l.Count(Unexpected)
		var over []Found // what was agreed on or decided
		for _, d := range c.Differences {
			for _, f := range d.Found {
				if f.Line != l.Number || d.Stand.Open() {
					continue
				}
				if over = append(over, f); f.Is != Worse {
					lack -= f.Quantity
				}
			}
		}
		if lack > 0 {
			return true
		}
		for _, p := range c.Placed {
			if p.Line != l.Number || p.Grade != "C" || slices.Contains(faults, l.Reason) {
				continue
			}
			for n := range p.Quantity {
				if !slices.ContainsFunc(over, func(f Found) bool { return f.overlaps(Group{l.Number, p.From + n, 1}) }) {
					return true
				}
			}
		}
	}
	return false
}

// Differ asks the customer whether they agree with what their resolution becomes.
func (c Case) Differ(by auth.Actor, d Difference, at time.Time) ([]Event, error) {
	d.AskedAt = at
	return c.plan(by, at).add(Differed, func(e *Event) { e.Difference, e.Note = &d, d.Note }).done()
}

// AnswerDifference moves a difference on. What it leaves nothing of lapses.
func (c Case) AnswerDifference(by auth.Actor, number int, to Agreement, gives Money, note string, at time.Time) ([]Event, error) {
	s := c.plan(by, at).add(DifferenceOn, func(e *Event) {
		e.Difference, e.Note = &Difference{Number: number, Stand: to, Becomes: gives}, note
	})
	if s.err != nil || to.Open() {
		return s.done()
	}
	d := s.c.Differences[number-1]
	if r := s.c.find(d.Resolution); r.Stand == Waiting || r.Stand == Taken {
		emptied := to == Agreed && d.empties() || to == Settled && r.Means.Pays() && total(r.Money) == 0
		if emptied {
			s.step(r.Number, Lapsed, func(e *Event) { e.Code = "difference" })
		}
	}
	return s.done()
}

// empties reports whether nothing is left by a difference: no money, or, of what gives goods, no unit.
func (d Difference) empties() bool {
	if d.Was.Currency != "" {
		return total(d.Becomes) == 0
	}
	return !slices.ContainsFunc(d.Found, func(f Found) bool { return f.Less < 100 })
}

// overtake ends differences about a resolution that is carried out on the law's last day, without any of their money.
func (c *Case) overtake(resolution int64, at time.Time) {
	c.Differences = slices.Clone(c.Differences)
	for i, d := range c.Differences {
		if d.Resolution == resolution && d.Stand.Open() {
			c.Differences[i].Stand, c.Differences[i].EndedAt = Overruled, at
		}
	}
}

// AskDifference puts before the customer that what came is not what was announced, and what their resolution becomes by it
// once they agree. What it would pay is worked out from what was paid for the units. It fails with errs.Conflict once the
// money has gone, and while the customer is asked already. It needs WriteCases.
func (s *Service) AskDifference(ctx context.Context, actor auth.Actor, c ID, resolution int64, found []Found, note string) (Case, error) {
	note = strings.TrimSpace(note)
	if utf8.RuneCountInString(note) > mostWordsRune {
		return Case{}, errs.Field("note", "error.goods_long", "max", mostWordsRune)
	}
	return s.change(ctx, actor, c, func(c Case, now time.Time) ([]Event, error) {
		r := c.find(resolution)
		if r == nil {
			return nil, errs.New(errs.NotFound, "error.not_found")
		}
		units, err := s.Worth(ctx, c, *r)
		if err != nil {
			return nil, err
		}
		d := Difference{Resolution: resolution, Found: found, Note: note, Until: AnswerBy(now, r.By)}
		if r.Means.Pays() {
			d.Becomes = Money{r.Money.Currency, Lower(r.Money.Components, units, found)}
		}
		return c.Differ(actor, d, now)
	})
}

// Overlook lets a resolution be what was promised although what came is not what was announced: the customer is asked
// nothing. It needs a reason, and ApproveRefunds beside WriteCases.
func (s *Service) Overlook(ctx context.Context, actor auth.Actor, c ID, resolution int64, found []Found, why string) (Case, error) {
	if why = strings.TrimSpace(why); why == "" {
		return Case{}, errs.Field("note", "error.case_why")
	}
	if err := actor.Can(auth.ApproveRefunds); err != nil {
		return Case{}, err
	}
	return s.change(ctx, actor, c, func(c Case, now time.Time) ([]Event, error) {
		r := c.find(resolution)
		if r == nil {
			return nil, errs.New(errs.NotFound, "error.not_found")
		}
		return c.plan(actor, now).add(Differed, func(e *Event) {
			e.Difference = &Difference{Resolution: resolution, Found: found, Becomes: r.Money, Until: now, AskedAt: now}
		}).add(DifferenceOn, func(e *Event) {
			e.Difference, e.Note = &Difference{Number: len(c.Differences) + 1, Stand: Overruled}, why
		}).done()
	})
}

// Worth returns what was paid for each unit of a resolution. It checks no right of its own.
func (s *Service) Worth(ctx context.Context, c Case, r Resolution) ([]Worth, error) {
	var out []Worth
	for _, g := range r.Units {
		l, ok := c.line(g.Line)
		if !ok || l.OrderRow == 0 {
			return nil, errs.Field("units", "error.case_quantity")
		}
		o, err := s.Orders.Get(ctx, auth.ForSystem(c.Workspace), l.Order)
		if err != nil {
			return nil, err
		}
		units, err := refund.SoldOf(o).Units()
		if err != nil {
			return nil, err
		}
		for n := range g.Quantity {
			w := Worth{Line: g.Line, Unit: g.From + n}
			for _, u := range units {
				if o.Lines[u.Line].ID == l.OrderRow && u.Number == l.From+w.Unit-1 {
					w.Paid = w.Paid.Plus(u.Paid)
				}
			}
			out = append(out, w)
		}
	}
	return out, nil
}

// AgreeDifference takes that the customer agrees: from then on their resolution is what the difference makes of it. It is
// the customer's, or that of a person with WriteCases who was told so. One that was agreed on stays as it is.
func (s *Service) AgreeDifference(ctx context.Context, actor auth.Actor, c ID, number int) (Case, error) {
	return s.answerDifference(ctx, actor, c, number, Agreed, Money{}, "")
}

// DisputeDifference takes that the customer does not agree, and why: a person decides.
func (s *Service) DisputeDifference(ctx context.Context, actor auth.Actor, c ID, number int, words string) (Case, error) {
	words = strings.TrimSpace(words)
	if words == "" {
		return Case{}, errs.Field("words", "error.case_why")
	}
	if utf8.RuneCountInString(words) > mostWordsRune {
		return Case{}, errs.Field("words", "error.goods_long", "max", mostWordsRune)
	}
	return s.answerDifference(ctx, actor, c, number, Disputed, Money{}, words)
}

// SettleDifference decides a difference that the customer did not agree to: what is paid lies between what they were asked
// for and what they were promised. Zero components let the promise stand. It needs a reason and, as any sum does,
// ApproveRefunds beside WriteCases.
func (s *Service) SettleDifference(ctx context.Context, actor auth.Actor, c ID, number int, lowered *ledger.Components, why string) (Case, error) {
	if why = strings.TrimSpace(why); why == "" {
		return Case{}, errs.Field("settle_why", "error.case_why")
	}
	if err := actor.Can(auth.ApproveRefunds); err != nil {
		return Case{}, err
	}
	if err := actor.Can(auth.WriteCases); err != nil {
		return Case{}, err
	}
	if lowered == nil {
		return s.answerDifference(ctx, actor, c, number, Overruled, Money{}, why)
	}
	x, err := s.Get(ctx, actor, c)
	if err != nil {
		return Case{}, err
	}
	if number < 1 || number > len(x.Differences) {
		return Case{}, errs.New(errs.NotFound, "error.not_found")
	}
	return s.answerDifference(ctx, actor, c, number, Settled, Money{x.Differences[number-1].Was.Currency, *lowered}, why)
}

func (s *Service) answerDifference(ctx context.Context, actor auth.Actor, c ID, number int, to Agreement, gives Money, note string) (Case, error) {
	decide := func(c Case, now time.Time) ([]Event, error) {
		if number < 1 || number > len(c.Differences) {
			return nil, errs.New(errs.NotFound, "error.not_found")
		}
		if c.Differences[number-1].Stand == to {
			return nil, nil
		}
		return c.AnswerDifference(actor, number, to, gives, note, now)
	}
	if actor.Kind == auth.Customer {
		return s.turn(ctx, actor, c, decide)
	}
	return s.change(ctx, actor, c, decide)
}
