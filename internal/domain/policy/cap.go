package policy

import (
	"context"
	"fmt"
	"math/big"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/platform/auth"
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

// Spend takes an amount of the order's currency from what may go out under a cap now. It reports false, and takes nothing,
// where that would pass the limit: then a person decides. It joins the transaction in ctx, so that what is rolled back was
// not spent; who spends at the same moment on another node waits for it. A repeat takes again.
func (s *Service) Spend(ctx context.Context, w auth.WorkspaceID, k CapTerms, amount int64) (bool, error) {
	if k.Of == 0 {
		return amount <= 0, nil
	}
	return s.cfg.Store.Spend(ctx, w, k.spending(s.cfg.Now(), scaled(amount, k.Limit, k.Of)))
}

// Budget is a cap of the policy in force with what has gone out under it in the present day, week or month.
type Budget struct {
	Rule, Per, Period, Currency string
	Spent, Limit                int64
}

// Percent is how much of a budget is spent.
func (b Budget) Percent() int {
	if b.Limit <= 0 {
		return 100
	}
	return int(min(100, float64(b.Spent)/float64(b.Limit)*100))
}

// Near reports whether it is time to warn: four fifths are spent.
func (b Budget) Near() bool { return b.Percent() >= 80 }

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
		spent, err := s.cfg.Store.Spent(ctx, actor.Workspace, x)
		if err != nil {
			return nil, err
		}
		out = append(out, Budget{Rule: x.Rule, Per: r.Cap.Per, Period: x.Period, Currency: x.Currency, Spent: spent, Limit: x.Limit})
	}
	return out, nil
}
