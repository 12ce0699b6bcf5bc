package api

import (
	"time"

	"godwit.dev/godwit/internal/flow/pay"
	"godwit.dev/godwit/internal/platform/auth"
)

func paymentGroup() group {
	manage := may(auth.ManageWebhooks)
	return group{"Payment accounts", "A payment account is what the merchant has with a provider of payments: refunds leave through it, and its webhooks tell what became of them.", []operation{
		{"paymentProviders", "GET", "/payment-providers", manage, do((*server).paymentProviders), "List payment providers", "The providers that there are clients for, with the settings that an account needs."},
		{"paymentAccountList", "GET", "/payment-accounts", manage, do((*server).paymentAccountList), "List payment accounts", "The accounts with providers, oldest first, without their secrets."},
		{"paymentAccountCreate", "POST", "/payment-accounts", manage, do((*server).paymentAccountCreate).created(), "Add a payment account", "Adds an account. Refunds that wait for the provider leave by it. The secret that the provider must sign with is shown this once, where it takes one from us."},
		{"paymentAccountGet", "GET", "/payment-accounts/{account}", manage, do((*server).paymentAccountGet), "Get a payment account", "One account, without its secrets."},
		{"paymentAccountUpdate", "PATCH", "/payment-accounts/{account}", manage, do((*server).paymentAccountUpdate), "Change a payment account", "Changes the properties that are sent and leaves the others. A secret that is left out stays."},
		{"paymentAccountDelete", "DELETE", "/payment-accounts/{account}", manage, do((*server).paymentAccountDelete), "Delete a payment account", "Deletes an account with its hook. Refunds that wait for it stay for people."},
		{"paymentAccountTest", "POST", "/payment-accounts/{account}/test", manage, do((*server).paymentAccountTest), "Test a payment account", "Asks the provider who we are there. It moves nothing."},
	}}
}

// PaymentProvider is a provider that there is a client for.
type PaymentProvider struct {
	Name     string          `json:"name" example:"stripe"`
	Title    string          `json:"title" example:"Stripe"`
	Docs     string          `json:"docs" format:"uri" example:"https://docs.stripe.com/docs/trackers" doc:"The reference that the client speaks."`
	Settings []TrackerOption `json:"settings" nullable:"false"`
}

// PaymentProviders is the list of providers.
type PaymentProviders struct {
	Data []PaymentProvider `json:"data" nullable:"false"`
}

func (s *server) paymentProviders(_ *call, _ *struct{}) (*recordOut[PaymentProviders], error) {
	return record(PaymentProviders{convert(s.Pay.Drivers, func(d pay.Driver) PaymentProvider {
		return PaymentProvider{d.Name, d.Title, d.Docs, convert(d.Options, optionRecord)}
	})}), nil
}

// PaymentAccount is a account with a payment provider.
type PaymentAccount struct {
	ID        Ref[aPayAccount]  `json:"id"`
	Service   string            `json:"service" example:"stripe"`
	Name      string            `json:"name" example:"Stripe"`
	State     string            `json:"state" enum:"on,paused,broken" doc:"Broken: the provider refuses the key."`
	Settings  map[string]string `json:"settings" nullable:"false" doc:"Without secrets."`
	Hook      *Ref[aHook]       `json:"hook_id" nullable:"true" doc:"Where the provider calls us."`
	Address   string            `json:"address,omitempty" format:"uri" doc:"The address of that hook."`
	Problem   string            `json:"problem,omitempty" example:"error.vendor_busy" doc:"What went wrong last."`
	ShopID    *Ref[aShop]       `json:"shop_id" nullable:"true" doc:"Null: all shops that have none of their own."`
	OKAt      *time.Time        `json:"ok_at" doc:"When the provider last answered, to the minute."`
	CreatedAt time.Time         `json:"created_at"`
	UpdatedAt time.Time         `json:"updated_at"`
}

func (s *server) payAccountRecord(c *call, x pay.Account) PaymentAccount {
	out := PaymentAccount{
		ID: refTo[aPayAccount](x.ID), Service: x.Driver, Name: x.Name, State: string(x.State), Settings: x.Values, Hook: optRef[aHook](x.Hook), Problem: x.Problem,
		ShopID: optRef[aShop](x.Shop), OKAt: optTime(x.OKAt), CreatedAt: at(x.CreatedAt), UpdatedAt: at(x.UpdatedAt),
	}
	if x.Hook != 0 {
		out.Address = s.base(c) + x.Hook.Path()
	}
	return out
}

func (s *server) paymentAccountList(c *call, in *struct{ Paging }) (*pageOut[PaymentAccount], error) {
	all, err := s.Pay.Accounts(c, c.actor)
	if err != nil {
		return nil, err
	}
	all, next, err := part(all, func(x pay.Account) int64 { return int64(x.ID) }, in.Paging)
	if err != nil {
		return nil, err
	}
	return page(c, convert(all, func(x pay.Account) PaymentAccount { return s.payAccountRecord(c, x) }), next), nil
}

// PaymentAccountDraft is an account to be made.
type PaymentAccountDraft struct {
	Service  string            `json:"service" minLength:"1" maxLength:"60" example:"stripe"`
	Name     string            `json:"name,omitempty" maxLength:"100" doc:"The provider's by default."`
	Settings map[string]string `json:"settings,omitempty" doc:"By name; GET /payment-providers tells which there are."`
}

// PaymentAccountMade is a account with the secret that its provider must sign with.
type PaymentAccountMade struct {
	Account PaymentAccount `json:"account"`
	Secret  string         `json:"secret,omitempty" doc:"Shown this once, if it was made here."`
}

func (s *server) paymentAccountCreate(c *call, in *struct{ Body PaymentAccountDraft }) (*recordOut[PaymentAccountMade], error) {
	x, secret, err := s.Pay.Add(c, c.actor, pay.Input{Driver: in.Body.Service, Name: in.Body.Name, Values: in.Body.Settings})
	if err != nil {
		return nil, err
	}
	return &recordOut[PaymentAccountMade]{Body: PaymentAccountMade{s.payAccountRecord(c, x), secret}}, nil
}

// PaymentAccountPath names an account.
type PaymentAccountPath struct {
	Account Ref[aPayAccount] `path:"account" doc:"The account's id."`
}

func (p PaymentAccountPath) id() pay.AccountID { return pay.AccountID(p.Account.num()) }

func (s *server) paymentAccountGet(c *call, in *struct{ PaymentAccountPath }) (*recordOut[PaymentAccount], error) {
	x, err := s.Pay.Account(c, c.actor, in.id())
	if err != nil {
		return nil, err
	}
	return record(s.payAccountRecord(c, x)), nil
}

// PaymentAccountUpdate changes an account; a property that is left out stays.
type PaymentAccountUpdate struct {
	Name     *string           `json:"name,omitempty" minLength:"1" maxLength:"100"`
	Settings map[string]string `json:"settings,omitempty"`
	Paused   *bool             `json:"paused,omitempty" doc:"What came meanwhile is taken up when it goes on."`
}

func (s *server) paymentAccountUpdate(c *call, in *struct {
	PaymentAccountPath
	Matching
	Body PaymentAccountUpdate
}) (out *recordOut[PaymentAccount], err error) {
	err = s.inTx(c, func(c *call) error {
		x, err := s.Pay.Account(c, c.actor, in.id())
		if err != nil {
			return err
		}
		if err := c.match(in.Matching, tagOf(s.payAccountRecord(c, x))); err != nil {
			return err
		}
		if in.Body.Name != nil || in.Body.Settings != nil {
			change := pay.Input{Name: x.Name, Values: in.Body.Settings}
			if in.Body.Name != nil {
				change.Name = *in.Body.Name
			}
			if x, err = s.Pay.Change(c, c.actor, in.id(), change); err != nil {
				return err
			}
		}
		if in.Body.Paused != nil {
			if x, err = s.Pay.Pause(c, c.actor, in.id(), *in.Body.Paused); err != nil {
				return err
			}
		}
		out = record(s.payAccountRecord(c, x))
		return nil
	})
	return out, err
}

func (s *server) paymentAccountDelete(c *call, in *struct{ PaymentAccountPath }) (*noneOut, error) {
	return &noneOut{}, s.Pay.Delete(c, c.actor, in.id())
}

// PaymentTest is what a provider says of an account.
type PaymentTest struct {
	OK      bool   `json:"ok"`
	Name    string `json:"name,omitempty" doc:"The provider's name of the account."`
	Test    bool   `json:"test" doc:"No real money moves."`
	Problem string `json:"problem,omitempty" example:"error.vendor_denied"`
}

func (s *server) paymentAccountTest(c *call, in *struct{ PaymentAccountPath }) (*recordOut[PaymentTest], error) {
	about, err := s.Pay.Test(c, c.actor, in.id())
	if problem, ok := pay.Trouble(err); ok {
		return record(PaymentTest{Problem: problem}), nil
	}
	if err != nil {
		return nil, err
	}
	return record(PaymentTest{OK: true, Name: about.Name, Test: about.Test}), nil
}
