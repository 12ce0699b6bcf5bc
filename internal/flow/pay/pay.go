package pay

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/id"
	"godwit.dev/godwit/internal/base/money"
	"godwit.dev/godwit/internal/domain/credit"
	"godwit.dev/godwit/internal/domain/customer"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/domain/refund"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/event"
	"godwit.dev/godwit/internal/platform/job"
)

// Orders is what is asked of orders, which are told of payments whose payer disputes them; *order.Service is it.
type Orders interface {
	Get(ctx context.Context, actor auth.Actor, id order.ID) (order.Order, error)
	Dispute(ctx context.Context, actor auth.Actor, provider, payment string, open bool) ([]order.ID, error)
}

// Refunds is what is asked of refunds; *refund.Service is one.
type Refunds interface {
	Get(context.Context, auth.Actor, refund.ID) (refund.Refund, error)
	Submit(ctx context.Context, actor auth.Actor, r refund.ID, allocation int) (refund.Refund, error)
	Observe(ctx context.Context, actor auth.Actor, r refund.ID, x refund.Answer) (refund.Refund, error)
	Withdraw(ctx context.Context, actor auth.Actor, r refund.ID, allocation, attempt int) (refund.Refund, error)
	Elsewhere(ctx context.Context, actor auth.Actor, r refund.ID, allocation int, payer, reference string) (refund.Refund, error)
	ByReference(ctx context.Context, actor auth.Actor, provider, reference string) (refund.ID, int, error)
	On(ctx context.Context, actor auth.Actor, provider, payment string) ([]refund.ID, error)
	PaidBy(ctx context.Context, actor auth.Actor, provider, payment string) ([]refund.Refund, error)
	FoundTwice(ctx context.Context, actor auth.Actor, r refund.ID, x refund.Overlap) (refund.Refund, error)
	DisputeOpened(ctx context.Context, actor auth.Actor, provider, payment, dispute string) ([]refund.ID, error)
	DisputeSettled(ctx context.Context, actor auth.Actor, provider, payment, dispute string) ([]refund.ID, error)
}

// Credit gives store credit; *credit.Service is it.
type Credit interface {
	Issue(ctx context.Context, a auth.Actor, who customer.ID, sum money.Amount, bonus, refund int64, key string) (credit.Credit, error)
}

// The kinds of job: one carries an allocation, the other takes up what waits for a provider.
const (
	Kind   = "refund.carry"
	Resume = "refund.resume"
)

// Queue is where these jobs wait: providers are slow at times, and nobody else is to wait for them.
const Queue = "pay"

// resumed is how many refunds are taken up at a time.
const resumed = 200

// Config is what a Service needs.
type Config struct {
	Store   Store
	Refunds Refunds
	Orders  Orders // nil: nobody else is told of disputes
	Credit  Credit // nil: store credit waits for people
	Hooks   Hooks
	Journal event.Journal
	Queue   job.Queue
	IDs     *id.Source
	Now     func() time.Time
	Client  *http.Client // of package outbound
	Drivers []Driver
	// Told is called, in the transaction, when an order has another account for its refunds; it tells the customer. Nil
	// tells nobody.
	Told func(ctx context.Context, o order.Order, p Payee) error
	// Holding carries sums that are held on cards.
	Holding Holding
}

// Service holds the verbs of accounts and carries refunds.
type Service struct {
	Config
	mu     sync.Mutex
	opened map[AccountID]opened
}

// New returns a Service.
func New(cfg Config) *Service {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	return &Service{Config: cfg, opened: map[AccountID]opened{}}
}

// errand names the allocation that a job carries.
type errand struct {
	Refund     refund.ID `json:"refund"`
	Allocation int       `json:"allocation"`
	After      int       `json:"after,omitempty"` // the attempt that failed, and after which somebody wants another
}

// Carry asks for the jobs that carry a refund, in the transaction in ctx: it is refund.Config.Carry. An allocation has one
// job at most.
func (s *Service) Carry(ctx context.Context, r refund.Refund) error {
	var jobs []job.Job
	for _, a := range r.Allocations {
		if _, ok := s.Driver(a.Provider); (ok && a.To == refund.ToPayment || a.To == refund.ToCredit && s.Credit != nil) && a.State != refund.Cancelled {
			x, key := errand{Refund: r.ID, Allocation: a.Number}, fmt.Sprintf("%d/%d", r.ID, a.Number)
			if (a.State == refund.Failed || a.State == refund.Reversed) && a.Code == "" { // somebody redirected it
				x.After, key = a.Attempt, fmt.Sprintf("%s/%d", key, a.Attempt)
			}
			jobs = append(jobs, job.New(r.Workspace, Kind, x).On(Queue).WithKey(key))
		}
	}
	if len(jobs) == 0 {
		return nil
	}
	return s.Queue.Enqueue(ctx, jobs...)
}

// waiting names the provider whose refunds a job takes up.
type waiting struct {
	Provider string `json:"provider"`
}

// resume asks, in the transaction in ctx, to take up what waits for the provider of an account.
func (s *Service) resume(ctx context.Context, c Account) error {
	if c.State != On || c.Driver == BankName { // people collect what waits for a bank
		return nil
	}
	return s.Queue.Enqueue(ctx, job.New(c.Workspace, Resume, waiting{c.Driver}).On(Queue).WithKey("resume/"+c.Driver))
}

// TakeUp asks for the jobs of refunds that wait for a provider; it is the handler of Resume.
func (s *Service) TakeUp(ctx context.Context, j job.Job) error {
	var of waiting
	if err := j.Decode(&of); err != nil {
		return errs.Wrap(errs.Invalid, err, "")
	}
	us, after := auth.ForSystem(j.Workspace), refund.ID(0)
	for {
		list, err := s.Store.WaitingRefunds(ctx, j.Workspace, of.Provider, after, resumed)
		if err != nil || len(list) == 0 {
			return err
		}
		for _, id := range list {
			r, err := s.Refunds.Get(ctx, us, id)
			if err == nil {
				err = s.Carry(ctx, r)
			}
			if err != nil {
				return fmt.Errorf("take refunds up: %w", err)
			}
		}
		after = list[len(list)-1]
	}
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
	if a.To == refund.ToCredit && s.Credit != nil {
		return s.credit(ctx, r, a, e.After)
	}
	if a.To != refund.ToPayment {
		return nil
	}
	c, ok, err := s.accountOf(ctx, j.Workspace, a.Provider, r.Shop)
	if err != nil || !ok || c.State != On && !a.State.Moving() {
		return err // whoever connects it, or lets it go on, takes up what waits
	}
	p, err := s.open(c)
	if err != nil {
		return fmt.Errorf("carry refund: %w", err)
	}
	switch {
	case a.State == refund.Approved || a.State == refund.Scheduled, again(a, e.After):
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
		return s.hear(ctx, c, r, e.Allocation, p.Refund)
	case a.State.Moving():
		return s.hear(ctx, c, r, e.Allocation, func(ctx context.Context, x Ask) (Answer, error) {
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
		return s.hear(ctx, c, r, e.Allocation, p.Lookup)
	}
	return nil
}

// again reports whether an allocation that failed, or came back, is to be tried once more after that attempt.
func again(a refund.Allocation, after int) bool {
	return after > 0 && after == a.Attempt && (a.State == refund.Failed || a.State == refund.Reversed)
}

// hear asks a provider and takes what it says.
func (s *Service) hear(ctx context.Context, c Account, r refund.Refund, n int, ask func(context.Context, Ask) (Answer, error)) error {
	a := r.Allocations[n-1]
	answer, err := ask(ctx, Ask{Key: a.Key, Payment: a.Payment, Reference: a.Reference, Amount: money.Amount{Minor: a.Amount, Currency: r.Currency}, At: a.LeftAt})
	if err != nil {
		answer = Answer{Outcome: refund.OutcomeUnknown}
	}
	after, seen := s.Refunds.Observe(ctx, auth.ForSystem(r.Workspace), r.ID, refund.Answer{
		Allocation: n, Attempt: a.Attempt, Outcome: answer.Outcome, Reference: answer.Reference, Code: answer.Code, Moved: answer.Moved})
	if seen != nil {
		return errors.Join(fmt.Errorf("take the answer: %w", seen), err)
	}
	if err := s.health(ctx, c, err); err != nil {
		return fmt.Errorf("note how %s does: %w", c.Driver, err)
	}
	return s.later(after.Allocations[n-1])
}

// health notes whether an account's provider answers, once a minute at most. One that refuses the key is for people, who
// are told; what is on its way through it is asked about meanwhile, more and more seldom.
func (s *Service) health(ctx context.Context, c Account, failure error) error {
	now := s.Now().UTC().Truncate(time.Millisecond)
	broken := errs.Is(failure, errs.Denied)
	switch {
	case failure == nil && c.State != Broken && c.Problem == "" && now.Sub(c.OKAt) < time.Minute,
		failure != nil && c.Problem != "" && now.Sub(c.FailedAt) < time.Minute && broken == (c.State == Broken):
		return nil
	}
	return s.Store.InTx(ctx, func(ctx context.Context) error {
		c, err := s.Store.HoldPayAccount(ctx, c.Workspace, c.ID)
		if errs.Is(err, errs.NotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		was := c.State
		if failure == nil {
			c.OKAt, c.Problem = now, ""
			if c.State == Broken {
				c.State = On
			}
		} else {
			c.FailedAt, c.Problem = now, "error.vendor_busy"
			if key, ok := Trouble(failure); ok {
				c.Problem = key
			}
			if broken && c.State == On {
				c.State = Broken
			}
		}
		if err := s.Store.SavePayAccount(ctx, c); err != nil || c.State == was {
			return err
		}
		if c.State == On {
			return s.note(ctx, auth.ForSystem(c.Workspace), Saved, c)
		}
		return s.note(ctx, auth.ForSystem(c.Workspace), Refusal, c)
	})
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

// later returns when to look at an allocation next: the longer it takes, the later, between a few seconds and an hour.
func (s *Service) later(a refund.Allocation) error {
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
