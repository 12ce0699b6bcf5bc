package pay

import (
	"context"
	"errors"
	"fmt"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/money"
	"godwit.dev/godwit/internal/domain/refund"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/job"
)

// Ask is one attempt of an allocation, as a provider is asked for it.
type Ask struct {
	Key     string // under which the provider pays once, however often it is asked
	Payment string // the provider's own name of the payment that the money goes back to, "" for other destinations
	Amount  money.Amount
	At      time.Time // when the provider was first asked
}

// Answer is what a provider said.
type Answer struct {
	Outcome   refund.Outcome // anything but unknown
	Reference string         // the provider's own name of the refund
	Code      string         // why it failed, waits or was reversed, in the provider's words
	Moved     money.Amount   // what left the provider's balance, or came back, if in another sum or currency
}

// Provider pays refunds. Its methods may be called by several goroutines.
type Provider interface {
	// Refund asks to pay, once per key: a repeat returns what became of the first. An error says that no answer came, or
	// none that was understood, and that the outcome is not known; a refusal is an answer.
	Refund(context.Context, Ask) (Answer, error)
	// Lookup returns what became of an ask by its key. errs.NotFound says that the provider has never heard of it; any
	// other error that it could not be asked.
	Lookup(context.Context, Ask) (Answer, error)
}

// Refunds is what is asked of refunds; *refund.Service is one.
type Refunds interface {
	Get(context.Context, auth.Actor, refund.ID) (refund.Refund, error)
	Submit(ctx context.Context, actor auth.Actor, r refund.ID, allocation int) (refund.Refund, error)
	Observe(ctx context.Context, actor auth.Actor, r refund.ID, x refund.Answer) (refund.Refund, error)
}

// Kind is the kind of job that carries one allocation.
const Kind = "refund.carry"

// Queue is where these jobs wait: providers are slow at times, and nobody else is to wait for them.
const Queue = "pay"

// Config is what a Service needs.
type Config struct {
	Refunds   Refunds
	Queue     job.Queue
	Providers map[string]Provider // by the name under which allocations know them
	Now       func() time.Time
}

// Service carries refunds.
type Service struct{ Config }

// New returns a Service.
func New(cfg Config) *Service {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	return &Service{cfg}
}

// errand names the allocation that a job carries.
type errand struct {
	Refund     refund.ID `json:"refund"`
	Allocation int       `json:"allocation"`
}

// Carry asks for the jobs that carry a refund, in the transaction in ctx: it is refund.Config.Carry. An allocation has one
// job at most.
func (s *Service) Carry(ctx context.Context, r refund.Refund) error {
	var jobs []job.Job
	for _, a := range r.Allocations {
		if _, ok := s.Providers[providerOf(a)]; ok {
			jobs = append(jobs, job.New(r.Workspace, Kind, errand{r.ID, a.Number}).On(Queue).WithKey(fmt.Sprintf("%d/%d", r.ID, a.Number)))
		}
	}
	if len(jobs) == 0 {
		return nil
	}
	return s.Queue.Enqueue(ctx, jobs...)
}

// providerOf names who carries an allocation: who took the payment, and for other destinations these themselves.
func providerOf(a refund.Allocation) string {
	if a.To == refund.ToPayment {
		return a.Provider
	}
	return string(a.To)
}

// Work carries one allocation as far as it goes now; it is the handler of Kind. It may be run at any time and any number
// of times: it returns job.Later when there is something to look at again.
func (s *Service) Work(ctx context.Context, j job.Job) error {
	var e errand
	if err := j.Decode(&e); err != nil {
		return errs.Wrap(errs.Invalid, err, "")
	}
	us := auth.ForSystem(j.Workspace)
	r, err := s.Refunds.Get(ctx, us, e.Refund)
	if err != nil {
		return fmt.Errorf("carry refund: %w", err)
	}
	if e.Allocation < 1 || e.Allocation > len(r.Allocations) {
		return errs.New(errs.Invalid, "")
	}
	a := r.Allocations[e.Allocation-1]
	p, ok := s.Providers[providerOf(a)]
	if !ok {
		return nil
	}
	switch {
	case a.State == refund.Approved || a.State == refund.Scheduled:
		ready, from := r.Ready(a.Number, s.Now())
		if !ready && from.IsZero() {
			return nil // a dispute is open; its end asks for the job anew
		}
		if !ready {
			return job.Later{At: from}
		}
		if r, err = s.Refunds.Submit(ctx, us, r.ID, a.Number); err != nil {
			return fmt.Errorf("begin attempt: %w", err)
		}
		return s.hear(ctx, r, e.Allocation, p.Refund)
	case a.State.Moving():
		return s.hear(ctx, r, e.Allocation, func(ctx context.Context, x Ask) (Answer, error) {
			answer, err := p.Lookup(ctx, x)
			if errs.Is(err, errs.NotFound) { // it was never asked: the process died before it could
				return p.Refund(ctx, x)
			}
			return answer, err
		})
	case a.State == refund.Succeeded && a.Payer == "":
		if first := next(a.EndedAt, a.EndedAt); s.Now().Before(first) {
			return job.Later{At: first}
		}
		return s.hear(ctx, r, e.Allocation, p.Lookup)
	}
	return nil
}

// hear asks a provider and takes what it says.
func (s *Service) hear(ctx context.Context, r refund.Refund, n int, ask func(context.Context, Ask) (Answer, error)) error {
	a := r.Allocations[n-1]
	answer, err := ask(ctx, Ask{Key: a.Key, Payment: a.Payment, Amount: money.Amount{Minor: a.Amount, Currency: r.Currency}, At: a.LeftAt})
	if err != nil {
		answer = Answer{Outcome: refund.OutcomeUnknown}
	}
	after, seen := s.Refunds.Observe(ctx, auth.ForSystem(r.Workspace), r.ID, refund.Answer{
		Allocation: n, Attempt: a.Attempt, Outcome: answer.Outcome, Reference: answer.Reference, Code: answer.Code, Moved: answer.Moved})
	if seen != nil {
		return errors.Join(fmt.Errorf("take the answer: %w", seen), err)
	}
	return s.again(after.Allocations[n-1])
}

// looks are the days after its success on which a refund is looked at again.
var looks = []int{1, 3, 7, 14}

// next returns the first look after a moment, zero after the last one.
func next(ended, now time.Time) time.Time {
	for _, days := range looks {
		if at := ended.AddDate(0, 0, days); at.After(now) {
			return at
		}
	}
	return time.Time{}
}

// again returns when to look at an allocation next: the longer it takes, the later, between a few seconds and an hour.
func (s *Service) again(a refund.Allocation) error {
	now := s.Now()
	switch {
	case a.State.Moving():
		return job.Later{At: now.Add(min(max(now.Sub(a.LeftAt)/4, 5*time.Second), time.Hour))}
	case a.State == refund.Succeeded && a.Payer == "":
		if at := next(a.EndedAt, now); !at.IsZero() {
			return job.Later{At: at}
		}
	}
	return nil
}
