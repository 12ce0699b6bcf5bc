package pay

import (
	"context"
	"errors"
	"regexp"
	"slices"
	"strings"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/domain/refund"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/connector"
	"godwit.dev/godwit/internal/platform/event"
	"godwit.dev/godwit/internal/platform/hook"
)

// AccountID identifies an account.
type AccountID int64

// State says whether an account works.
type State string

// The states of an account.
const (
	On     State = "on"
	Paused State = "paused" // by a person: nothing leaves through it
	Broken State = "broken" // the provider refuses the key; a person must see to it
)

// Account is what a workspace has with a provider: who took the payments of a shop, or of all shops that have none of
// their own with it.
type Account struct {
	ID        AccountID
	Workspace auth.WorkspaceID
	Driver    string
	Shop      order.ShopID // 0: all
	Name      string
	Values    map[string]string // settings by option; sealed at rest
	State     State
	Hook      hook.ID // where the provider calls us, or 0
	Problem   string  // catalogue key of what went wrong last, or ""
	OKAt      time.Time
	FailedAt  time.Time
	CreatedBy auth.PersonID
	CreatedAt time.Time
	UpdatedAt time.Time
}

// The kinds of event that this package announces, the kind of their subject, and that of the hooks through which
// providers call.
const (
	Saved       = "provider.saved"
	Deleted     = "provider.deleted"
	Refusal     = "provider.broken"
	SubjectKind = "provider"
	HookKind    = "payments"
)

const (
	maxAccounts  = 50
	maxName      = 100
	testPatience = 20 * time.Second
)

// Store keeps accounts. One of another workspace does not exist.
type Store interface {
	TransferStore
	InTx(context.Context, func(context.Context) error) error
	// AddPayAccount fails with errs.Conflict if the shop has an account with the driver.
	AddPayAccount(context.Context, Account) error
	SavePayAccount(context.Context, Account) error
	DeletePayAccount(context.Context, auth.WorkspaceID, AccountID) error
	PayAccount(context.Context, auth.WorkspaceID, AccountID) (Account, error)
	// HoldPayAccount is PayAccount that keeps others from changing it until the transaction ends.
	HoldPayAccount(context.Context, auth.WorkspaceID, AccountID) (Account, error)
	// PayAccounts returns the accounts of a workspace, the oldest first.
	PayAccounts(context.Context, auth.WorkspaceID) ([]Account, error)
	// WaitingRefunds returns refunds after one with an allocation of a provider that is not over, in order.
	WaitingRefunds(ctx context.Context, w auth.WorkspaceID, provider string, after refund.ID, limit int) ([]refund.ID, error)
}

// Hooks is what the package needs of hooks.
type Hooks interface {
	Add(context.Context, auth.Actor, hook.New) (hook.Connection, string, error)
	Rotate(context.Context, auth.Actor, hook.ID, string) (string, error)
	Delete(context.Context, auth.Actor, hook.ID) error
}

// may is what everything about accounts takes: they hold the keys of the till.
func may(a auth.Actor) error {
	if err := a.Can(auth.ManageWebhooks); err != nil {
		return err
	}
	if !a.Scope().All {
		return errs.New(errs.Denied, "error.webhook_limited")
	}
	return nil
}

// Driver returns a driver by its name.
func (s *Service) Driver(name string) (Driver, bool) {
	i := slices.IndexFunc(s.Drivers, func(d Driver) bool { return d.Name == name })
	if i < 0 {
		return Driver{}, false
	}
	return s.Drivers[i], true
}

// Accounts returns the accounts of the actor's workspace, the oldest first, without secrets. It needs ManageWebhooks and
// a view of the whole workspace, as all verbs about accounts do.
func (s *Service) Accounts(ctx context.Context, a auth.Actor) ([]Account, error) {
	if err := may(a); err != nil {
		return nil, err
	}
	list, err := s.Store.PayAccounts(ctx, a.Workspace)
	for i := range list {
		list[i].Values = s.shown(list[i])
	}
	return list, err
}

// Account returns one account without secrets.
func (s *Service) Account(ctx context.Context, a auth.Actor, id AccountID) (Account, error) {
	if err := may(a); err != nil {
		return Account{}, err
	}
	c, err := s.Store.PayAccount(ctx, a.Workspace, id)
	c.Values = s.shown(c)
	return c, err
}

func (s *Service) shown(c Account) map[string]string {
	d, _ := s.Driver(c.Driver)
	return connector.Shown(d.Options, c.Values)
}

// Input is what somebody gives of an account.
type Input struct {
	Driver string            // of a new one
	Shop   order.ShopID      // of a new one; 0: all shops
	Name   string            // "" is the provider's
	Values map[string]string // by option; secrets that are not given stay
}

// Add makes an account and, where the provider calls, the hook through which it does. The secret is what it must sign
// with, where it takes one from us, else "". Refunds that wait for the provider leave by it.
func (s *Service) Add(ctx context.Context, a auth.Actor, in Input) (c Account, secret string, err error) {
	if err := may(a); err != nil {
		return Account{}, "", err
	}
	d, ok := s.Driver(in.Driver)
	if !ok {
		return Account{}, "", errs.Field("driver", "error.invalid")
	}
	now := s.Now().UTC().Truncate(time.Millisecond)
	c = Account{ID: AccountID(s.IDs.Next()), Workspace: a.Workspace, Driver: d.Name, Shop: in.Shop, State: On, CreatedBy: a.Person(), CreatedAt: now, UpdatedAt: now}
	if err := c.take(d, in); err != nil {
		return Account{}, "", err
	}
	if err := s.tryBank(d, c); err != nil {
		return Account{}, "", err
	}
	err = s.Store.InTx(ctx, func(ctx context.Context) error {
		list, err := s.Store.PayAccounts(ctx, a.Workspace)
		if err != nil {
			return err
		}
		if len(list) >= maxAccounts {
			return errs.New(errs.Conflict, "error.webhook_many", "max", maxAccounts)
		}
		if d.Scheme != "" {
			given := c.Values[d.HookSecret]
			h, made, err := s.Hooks.Add(ctx, a, hook.New{Name: c.Name, Scheme: d.Scheme, Kind: HookKind, Secret: given})
			if err != nil {
				return hookError(d, err)
			}
			if c.Hook = h.ID; given == "" {
				secret = made
			}
		}
		if err := s.Store.AddPayAccount(ctx, c); err != nil {
			return err
		}
		if err := s.note(ctx, a, Saved, c); err != nil {
			return err
		}
		return s.resume(ctx, c)
	})
	c.Values = s.shown(c)
	return c, secret, err
}

// hookError names the option that a hook's secret came from.
func hookError(d Driver, err error) error {
	var e *errs.Error
	if errors.As(err, &e) && e.Field == "secret" && d.HookSecret != "" {
		return errs.Field(d.HookSecret, e.Key)
	}
	return err
}

// take brings what somebody gave into the account, and checks it.
func (c *Account) take(d Driver, in Input) error {
	c.Name = strings.TrimSpace(in.Name)
	if c.Name == "" {
		c.Name = d.Title
	}
	var err error
	if len(c.Name) > maxName {
		err = errs.Field("name", "error.hook_name")
	}
	values, verr := connector.Check(d.Options, connector.Merge(d.Options, c.Values, in.Values))
	c.Values = values
	return errors.Join(err, verr)
}

// tryBank refuses settings of a bank account that cannot be one, such as a wrong IBAN.
func (s *Service) tryBank(d Driver, c Account) error {
	if d.Bank == nil {
		return nil
	}
	_, err := s.bankOf(c)
	return err
}

// Change gives an account another name or other settings. One that was broken works again, until the provider refuses it
// once more.
func (s *Service) Change(ctx context.Context, a auth.Actor, id AccountID, in Input) (Account, error) {
	return s.change(ctx, a, id, func(ctx context.Context, c *Account, d Driver) error {
		was := c.Values[d.HookSecret]
		if err := c.take(d, in); err != nil {
			return err
		}
		if err := s.tryBank(d, *c); err != nil {
			return err
		}
		if c.State == Broken {
			c.State = On
		}
		c.Problem = ""
		if now := c.Values[d.HookSecret]; c.Hook != 0 && now != "" && now != was {
			if _, err := s.Hooks.Rotate(ctx, a, c.Hook, now); err != nil {
				return hookError(d, err)
			}
		}
		return nil
	})
}

// Pause stops what leaves through an account, or lets it go on. The provider may still tell what became of refunds.
func (s *Service) Pause(ctx context.Context, a auth.Actor, id AccountID, paused bool) (Account, error) {
	return s.change(ctx, a, id, func(_ context.Context, c *Account, _ Driver) error {
		switch {
		case paused:
			c.State = Paused
		case c.State != On:
			c.State, c.Problem = On, ""
		}
		return nil
	})
}

func (s *Service) change(ctx context.Context, a auth.Actor, id AccountID, fn func(context.Context, *Account, Driver) error) (c Account, err error) {
	if err := may(a); err != nil {
		return c, err
	}
	err = s.Store.InTx(ctx, func(ctx context.Context) error {
		if c, err = s.Store.HoldPayAccount(ctx, a.Workspace, id); err != nil {
			return err
		}
		d, ok := s.Driver(c.Driver)
		if !ok {
			return errs.New(errs.Unsupported, "error.invalid")
		}
		if err := fn(ctx, &c, d); err != nil {
			return err
		}
		c.UpdatedAt = s.Now().UTC().Truncate(time.Millisecond)
		if err := s.Store.SavePayAccount(ctx, c); err != nil {
			return err
		}
		if err := s.note(ctx, a, Saved, c); err != nil {
			return err
		}
		return s.resume(ctx, c)
	})
	c.Values = s.shown(c)
	return c, err
}

// Delete removes an account and its hook. Refunds that wait for it stay for people.
func (s *Service) Delete(ctx context.Context, a auth.Actor, id AccountID) error {
	if err := may(a); err != nil {
		return err
	}
	return s.Store.InTx(ctx, func(ctx context.Context) error {
		c, err := s.Store.HoldPayAccount(ctx, a.Workspace, id)
		if err != nil {
			return err
		}
		if err := s.Store.DeletePayAccount(ctx, a.Workspace, id); err != nil {
			return err
		}
		if c.Hook != 0 {
			if err := s.Hooks.Delete(ctx, a, c.Hook); err != nil && !errs.Is(err, errs.NotFound) {
				return err
			}
		}
		return s.note(ctx, a, Deleted, c)
	})
}

// Test asks the provider who we are there. Its errors are those of the provider.
func (s *Service) Test(ctx context.Context, a auth.Actor, id AccountID) (About, error) {
	if err := may(a); err != nil {
		return About{}, err
	}
	c, err := s.Store.PayAccount(ctx, a.Workspace, id)
	if err != nil {
		return About{}, err
	}
	if d, _ := s.Driver(c.Driver); d.Bank != nil {
		bank, err := s.bankOf(c)
		if err != nil {
			return About{}, err
		}
		return bank.About(), nil
	}
	p, err := s.open(c)
	if err != nil {
		return About{}, err
	}
	ctx, cancel := context.WithTimeout(ctx, testPatience)
	defer cancel()
	return p.About(ctx)
}

// outside matches the keys of what a provider, or the way to it, answered.
var outside = regexp.MustCompile(`^error\.(vendor|outbound)_`)

// Trouble reports whether an error of Test is the provider's answer or its absence, and not a refusal of ours, with the
// catalogue key that tells it.
func Trouble(err error) (key string, ok bool) {
	var e *errs.Error
	if errors.As(err, &e) && outside.MatchString(e.Key) {
		return e.Key, true
	}
	return "", false
}

func (s *Service) note(ctx context.Context, a auth.Actor, kind string, c Account) error {
	return s.Journal.Append(ctx, event.New(kind, a, event.Subject{Kind: SubjectKind, ID: int64(c.ID)}, 0,
		map[string]any{"name": c.Name, "driver": c.Driver, "state": string(c.State)}))
}

// opened is an account that was opened, which keeps its vendor's rate.
type opened struct {
	Provider
	as time.Time // UpdatedAt of the account
}

// open returns the provider of an account, the same as long as it is unchanged.
func (s *Service) open(c Account) (Provider, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if o, ok := s.opened[c.ID]; ok && o.as.Equal(c.UpdatedAt) {
		return o.Provider, nil
	}
	d, ok := s.Driver(c.Driver)
	if !ok {
		return nil, errs.New(errs.Unsupported, "error.invalid")
	}
	p, err := d.Connect(c, s.Client, s.Now)
	if err == nil {
		s.opened[c.ID] = opened{p, c.UpdatedAt}
	}
	return p, err
}

// accountOf returns the account that a provider's payments of a shop are refunded by: the shop's own, else that of all.
// ok is false if there is none.
func (s *Service) accountOf(ctx context.Context, w auth.WorkspaceID, driver string, shop order.ShopID) (c Account, ok bool, err error) {
	list, err := s.Store.PayAccounts(ctx, w)
	c, ok = ownAccount(list, driver, shop)
	return c, ok, err
}

// ownAccount returns a shop's own account with a driver, else that of all shops.
func ownAccount(list []Account, driver string, shop order.ShopID) (c Account, ok bool) {
	for _, a := range list {
		if a.Driver == driver && (a.Shop == shop || a.Shop == 0 && !ok) {
			c, ok = a, true
		}
	}
	return c, ok
}
