package policy

import (
	"context"
	"fmt"
	"math/big"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/event"
)

// Periods are the words of a cap's while.
func Periods() []string { return []string{"day", "week", "month"} }

// Spending is a sum under a cap in one day, week or month.
type Spending struct {
	Rule     string // where the clause stands; "" is the terms at the top
	Period   string // 2026-11-23, 2026-W48, 2026-11
	Currency string // of the document
	Amount   int64  // that is added
	Limit    int64
}

// period names the day, week or month of an instant, in UTC; weeks are those of ISO 8601.
func period(per string, t time.Time) string {
	t = t.UTC()
	switch per {
	case "month":
		return t.Format("2006-01")
	case "week":
		year, week := t.ISOWeek()
		return fmt.Sprintf("%d-W%02d", year, week)
	}
	return t.Format(time.DateOnly)
}

func (k CapTerms) spending(now time.Time, amount int64) Spending {
	return Spending{Rule: k.Rule, Period: period(k.Per, now), Currency: k.Currency, Amount: amount, Limit: k.Limit}
}

// scaled returns n × to ÷ from, rounded away from zero, so that what is given back is what was taken; n where there is
// nothing to divide by.
func scaled(n, to, from int64) int64 {
	if from == to || from == 0 {
		return n
	}
	if n < 0 {
		return -scaled(-n, to, from)
	}
	q, r := new(big.Int).QuoRem(new(big.Int).Mul(big.NewInt(n), big.NewInt(to)), big.NewInt(from), new(big.Int))
	if r.Sign() > 0 {
		q.Add(q, big.NewInt(1))
	}
	return q.Int64()
}

// Spend reserves an amount of the order's currency for a resolution from what may go out under a cap now. It reports
// false, and reserves nothing, where that would pass the limit: then a person decides. It joins the transaction in ctx, so
// that what is rolled back was not reserved; who spends at the same moment on another node waits for it. A repeat for the
// same resolution reserves nothing more. When four fifths are gone, and when all is, people are told, once each.
func (s *Service) Spend(ctx context.Context, w auth.WorkspaceID, of int64, k CapTerms, amount int64) (ok bool, err error) {
	if k.Of == 0 {
		return amount <= 0, nil
	}
	x := k.spending(s.cfg.Now(), scaled(amount, k.Limit, k.Of))
	err = s.cfg.Store.InTx(ctx, func(ctx context.Context) error {
		if ok, err = s.cfg.Store.Spend(ctx, w, of, x); err != nil {
			return err
		}
		b, err := s.budget(ctx, w, x, k.Per)
		if err != nil || !b.Near() {
			return err
		}
		return s.warn(ctx, w, b, !ok || b.Used() >= b.Limit)
	})
	return ok, err
}

// GiveBack takes what a resolution has reserved or spent off its cap again: it came to nothing. One that has taken
// nothing is nothing, and so is a repeat.
func (s *Service) GiveBack(ctx context.Context, w auth.WorkspaceID, of int64) error {
	return s.cfg.Store.ReturnSpending(ctx, w, of)
}

// Settle says that what a resolution has reserved went out. Where it had come to nothing before and goes out after all, it
// counts again, past the limit if need be: the money has left. A repeat changes nothing.
func (s *Service) Settle(ctx context.Context, w auth.WorkspaceID, of int64) error {
	return s.cfg.Store.SettleSpending(ctx, w, of)
}

// Spree is what an event about a budget tells.
type Spree struct {
	Rule     string `json:"rule"`
	Per      string `json:"per"`
	Period   string `json:"period"`
	Spent    int64  `json:"spent"`    // that has gone out
	Reserved int64  `json:"reserved"` // that is to
	Limit    int64  `json:"limit"`
	Currency string `json:"currency"`
}

// warn tells of a budget, once for a percentage and period.
func (s *Service) warn(ctx context.Context, w auth.WorkspaceID, b Budget, over bool) error {
	percent := nearPercent
	if over {
		percent = 100
	}
	first, err := s.cfg.Store.Tell(ctx, w, Spending{Rule: b.Rule, Period: b.Period, Currency: b.Currency}, percent)
	if err != nil || !first {
		return err
	}
	b.Over = over
	us, subject, told := auth.ForSystem(w), event.Subject{Kind: SubjectKind}, Spree{b.Rule, b.Per, b.Period, b.Spent, b.Reserved, b.Limit, b.Currency}
	e := event.New(BudgetNear, us, subject, 0, told)
	if over {
		e = event.New(BudgetSpent, us, subject, 0, told)
	}
	err = s.cfg.Journal.Append(ctx, e)
	if err != nil || s.cfg.Warned == nil {
		return err
	}
	return s.cfg.Warned(ctx, w, b)
}

// Budget is a cap with what has gone out, and is to, under it in a day, week or month.
type Budget struct {
	Rule, Per, Period, Currency string
	Spent, Reserved, Limit      int64     // minor units
	From, To                    time.Time // of the period, in UTC; To is after it
	Over                        bool      // used up: something had to wait for a person, or nothing is left
}

// Used is what has gone out or is to.
func (b Budget) Used() int64 { return b.Spent + b.Reserved }

// Percent is how much of a budget is used.
func (b Budget) Percent() int {
	if b.Limit <= 0 {
		return 100
	}
	return int(min(100, float64(b.Used())/float64(b.Limit)*100))
}

// nearPercent is of how much of a budget people are warned.
const nearPercent = 80

// Near reports whether it is time to warn: four fifths are used.
func (b Budget) Near() bool { return b.Percent() >= nearPercent }

// window returns the day, week or month of an instant, in UTC.
func window(per string, t time.Time) (from, to time.Time) {
	t = t.UTC()
	day := time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC)
	switch per {
	case "month":
		from = day.AddDate(0, 0, 1-day.Day())
		return from, from.AddDate(0, 1, 0)
	case "week":
		from = day.AddDate(0, 0, -(int(day.Weekday())+6)%7)
		return from, from.AddDate(0, 0, 7)
	}
	return day, day.AddDate(0, 0, 1)
}

// budget reads what has gone out under a cap in the present period.
func (s *Service) budget(ctx context.Context, w auth.WorkspaceID, x Spending, per string) (Budget, error) {
	b := Budget{Rule: x.Rule, Per: per, Period: x.Period, Currency: x.Currency, Limit: x.Limit}
	b.From, b.To = window(per, s.cfg.Now())
	var err error
	b.Spent, b.Reserved, err = s.cfg.Store.Spent(ctx, w, x)
	b.Over = b.Used() >= b.Limit
	return b, err
}

// Budgets returns the caps of the policy in force for orders of today. It needs what reading policies needs.
func (s *Service) Budgets(ctx context.Context, actor auth.Actor) ([]Budget, error) {
	if err := reads(actor); err != nil {
		return nil, err
	}
	now := s.cfg.Now()
	doc, _, err := s.Public(ctx, actor.Workspace, now)
	if errs.Is(err, errs.NotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var out []Budget
	for _, r := range append([]Rule{{Clauses: doc.Terms}}, doc.Rules...) {
		if r.Cap == nil {
			continue
		}
		x := CapTerms{Rule: r.Name, Per: r.Cap.Per, Limit: r.Cap.Amount.minor(doc.Currency), Currency: doc.Currency}.spending(now, 0)
		b, err := s.budget(ctx, actor.Workspace, x, r.Cap.Per)
		if err != nil {
			return nil, err
		}
		out = append(out, b)
	}
	return out, nil
}
