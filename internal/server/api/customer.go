package api

import (
	"slices"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/customer"
	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/event"
)

func customerGroup() group {
	read, write, merge := may(auth.ReadCustomers), may(auth.ReadCustomers, auth.WriteTickets), may(auth.ReadCustomers, auth.MergeCustomer)
	return group{"Customers", "A customer is one person who writes or buys, however many addresses lead there.", []operation{
		{"customerList", "GET", "/customers", read, do((*server).customerList), "List or find customers",
			"All customers, newest first; with `q` those of whom a name, a later part of it, or an identity begins so; with `email` the one who holds an address."},
		{"customerCreate", "POST", "/customers", write, do((*server).customerCreate), "Make a customer known",
			"Returns the customer behind an address or number, and makes one if nobody has it. What is known already stays as it is."},
		{"customerGet", "GET", "/customers/{customer}", read, do((*server).customerGet), "Get a customer",
			"One customer. One that was merged away names the one that took over."},
		{"customerUpdate", "PATCH", "/customers/{customer}", write, do((*server).customerUpdate), "Update a customer",
			"Changes the properties that are sent and leaves the others."},
		{"customerLink", "POST", "/customers/{customer}/identities", write, do((*server).customerLink), "Add an identity",
			"Adds an address, number or handle to a customer. It is refused if another customer holds it."},
		{"customerUnlink", "DELETE", "/customers/{customer}/identities", write, do((*server).customerUnlink), "Take an identity away",
			"Takes an identity from a customer, whose tickets and orders stay. The last one stays too."},
		{"customerMerges", "GET", "/customers/{customer}/merges", read, do((*server).customerMerges), "List merges",
			"The merges into a customer that can be undone, newest first."},
		{"customerMerge", "POST", "/customers/{customer}/merge", merge, do((*server).customerMerge), "Merge customers",
			"Gives this customer the identities, orders and tickets of another, whose emptied record stays and points here."},
		{"customerUnmerge", "POST", "/customers/{customer}/unmerge", merge, do((*server).customerUnmerge), "Undo a merge",
			"Gives back exactly what a merge moved. What came since stays."},
		{"customerTickets", "GET", "/customers/{customer}/tickets", may(auth.ReadCustomers, auth.ReadTickets), do((*server).customerTickets), "List a customer's tickets",
			"The newest 200 tickets of a customer that you may see."},
	}}
}

// Customer is one person who writes to the merchant or buys from it.
type Customer struct {
	ID           Ref[aCustomer]  `json:"id"`
	Name         string          `json:"name" example:"Anna Kowalska"`
	Language     *string         `json:"language" example:"pl" doc:"BCP 47, if it is known."`
	Country      *string         `json:"country" example:"PL" doc:"ISO 3166-1 alpha-2, if it is known."`
	Tier         *string         `json:"tier" example:"vip" doc:"The merchant's own word."`
	Note         string          `json:"note" doc:"For agents only."`
	AgentID      *Ref[aPerson]   `json:"agent_id" nullable:"true" doc:"Their own person, to whom routing gives their tickets before all others."`
	Identities   []Identity      `json:"identities" nullable:"false"`
	MergedIntoID *Ref[aCustomer] `json:"merged_into_id" nullable:"true" doc:"The customer that took over."`
	CreatedAt    time.Time       `json:"created_at"`
	UpdatedAt    time.Time       `json:"updated_at"`
}

// Identity is one way to reach or recognise a customer.
type Identity struct {
	Kind     string `json:"kind" example:"email" doc:"email, phone, or the name of a channel."`
	Value    string `json:"value" example:"anna@client.example" doc:"Folded: lower case, digits alone."`
	Verified bool   `json:"verified" doc:"The customer has shown to hold it."`
}

func customerRecord(x customer.Customer) Customer {
	return Customer{
		ID: refTo[aCustomer](x.ID), Name: x.Name, Language: optText(x.Language), Country: optText(x.Country), Tier: optText(x.Tier), Note: x.Note,
		AgentID:      optRef[aPerson](x.Agent),
		Identities:   convert(x.Identities, func(i customer.Identity) Identity { return Identity{i.Kind, i.Value, i.Verified} }),
		MergedIntoID: optRef[aCustomer](x.MergedInto), CreatedAt: at(x.CreatedAt), UpdatedAt: at(x.UpdatedAt),
	}
}

func (s *server) customerList(c *call, in *struct {
	Q     string `query:"q" maxLength:"200" example:"anna"`
	Email string `query:"email" maxLength:"320" example:"anna@client.example"`
	Paging
	Picking
}) (*pageOut[Customer], error) {
	var before int64
	if err := readCursor('c', in.Cursor, &before); err != nil {
		return nil, err
	}
	var found []customer.Customer
	var err error
	switch {
	case in.Email != "":
		var one customer.Customer
		if one, err = s.Customers.ByEmail(c, c.actor.Workspace, in.Email); err == nil {
			found = []customer.Customer{one}
		} else if errs.Is(err, errs.NotFound) {
			err = nil
		}
	case in.Q != "":
		found, err = s.Customers.Search(c, c.actor, in.Q, in.Limit)
	default:
		found, err = s.Customers.List(c, c.actor, customer.ID(before), in.Limit)
	}
	if err != nil {
		return nil, err
	}
	next := ""
	if in.Email == "" && in.Q == "" && len(found) == in.Limit {
		next = writeCursor('c', int64(found[len(found)-1].ID))
	}
	return page(c, convert(found, customerRecord), next), nil
}

// CustomerDraft is a customer to be made known.
type CustomerDraft struct {
	Identity IdentityDraft `json:"identity"`
	Name     string        `json:"name,omitempty" maxLength:"200" example:"Anna Kowalska"`
	Language string        `json:"language,omitempty" maxLength:"35" example:"pl"`
}

// IdentityDraft is an identity to be added.
type IdentityDraft struct {
	Kind  string `json:"kind" minLength:"1" maxLength:"40" example:"email" doc:"email, phone, or the name of a channel."`
	Value string `json:"value" minLength:"1" maxLength:"320" example:"anna@client.example"`
}

func (s *server) customerCreate(c *call, in *struct{ Body CustomerDraft }) (*recordOut[Customer], error) {
	x, _, err := s.Customers.Ensure(c, c.actor.Workspace, customer.Identity{Kind: in.Body.Identity.Kind, Value: in.Body.Identity.Value}, in.Body.Name, in.Body.Language)
	if err != nil {
		return nil, err
	}
	return record(customerRecord(x)), nil
}

// CustomerPath names a customer.
type CustomerPath struct {
	Customer Ref[aCustomer] `path:"customer" doc:"The customer's id."`
}

func (p CustomerPath) id() customer.ID { return customer.ID(p.Customer.num()) }

func (s *server) customerGet(c *call, in *struct {
	CustomerPath
	Picking
}) (*recordOut[Customer], error) {
	return s.customerNow(c, in.id())
}

func (s *server) customerNow(c *call, x customer.ID) (*recordOut[Customer], error) {
	found, err := s.Customers.Get(c, c.actor, x)
	if err != nil {
		return nil, err
	}
	return record(customerRecord(found)), nil
}

// CustomerUpdate changes a customer; a property that is left out stays.
type CustomerUpdate struct {
	Name     *string             `json:"name,omitempty" maxLength:"200" example:"Anna Kowalska"`
	Language Maybe[string]       `json:"language,omitzero"`
	Country  Maybe[string]       `json:"country,omitzero"`
	Tier     Maybe[string]       `json:"tier,omitzero" doc:"The merchant's own word."`
	Note     *string             `json:"note,omitempty" maxLength:"10000"`
	AgentID  Maybe[Ref[aPerson]] `json:"agent_id,omitzero" doc:"Their own person; null for nobody."`
}

func (m Maybe[T]) pointer() *T {
	if !m.Sent {
		return nil
	}
	v := m.orZero()
	return &v
}

func (s *server) customerUpdate(c *call, in *struct {
	CustomerPath
	Matching
	Body CustomerUpdate
}) (out *recordOut[Customer], err error) {
	err = s.inTx(c, func(c *call) error {
		now, err := s.Customers.Update(c, c.actor, in.id(), customer.Update{}) // locked until the end
		if err != nil {
			return err
		}
		if err := c.match(in.Matching, tagOf(customerRecord(now))); err != nil {
			return err
		}
		b := in.Body
		u := customer.Update{Name: b.Name, Language: b.Language.pointer(), Country: b.Country.pointer(), Tier: b.Tier.pointer(), Note: b.Note}
		if b.AgentID.Sent {
			who := auth.PersonID(b.AgentID.orZero().num())
			u.Agent = &who
		}
		_, err = s.Customers.Update(c, c.actor, in.id(), u)
		if err != nil {
			return err
		}
		out, err = s.customerNow(c, in.id())
		return err
	})
	return out, err
}

func (s *server) customerLink(c *call, in *struct {
	CustomerPath
	Body IdentityDraft
}) (*recordOut[Customer], error) {
	if _, err := s.Customers.Link(c, c.actor, in.id(), customer.Identity{Kind: in.Body.Kind, Value: in.Body.Value}); err != nil {
		return nil, err
	}
	return s.customerNow(c, in.id())
}

func (s *server) customerUnlink(c *call, in *struct {
	CustomerPath
	Kind  string `query:"kind" required:"true" maxLength:"40" example:"email"`
	Value string `query:"value" required:"true" maxLength:"320" example:"anna@work.example"`
}) (*noneOut, error) {
	return &noneOut{}, s.Customers.Unlink(c, c.actor, in.id(), customer.Identity{Kind: in.Kind, Value: in.Value})
}

// CustomerMerge is a merge into a customer that still stands.
type CustomerMerge struct {
	EventID Ref[anEvent]   `json:"event_id" doc:"What to send to undo it."`
	FromID  Ref[aCustomer] `json:"from_id"`
	Name    string         `json:"name" example:"A. Kowalska"`
	At      time.Time      `json:"at"`
}

func (s *server) customerMerges(c *call, in *struct {
	CustomerPath
	Paging
}) (*pageOut[CustomerMerge], error) {
	if _, err := s.Customers.Get(c, c.actor, in.id()); err != nil {
		return nil, err
	}
	merges, err := s.Customers.Merges(c, c.actor, in.id())
	if err != nil {
		return nil, err
	}
	merges, next, err := part(merges, func(m customer.Merge) int64 { return int64(m.Event) }, in.Paging)
	if err != nil {
		return nil, err
	}
	return page(c, convert(merges, func(m customer.Merge) CustomerMerge {
		return CustomerMerge{refTo[anEvent](m.Event), refTo[aCustomer](m.From), m.Name, at(m.At)}
	}), next), nil
}

// MergeSource names the customer that is emptied.
type MergeSource struct {
	FromID Ref[aCustomer] `json:"from_id" doc:"The customer whose identities, orders and tickets move here."`
}

// CustomerChange is what a merge did.
type CustomerChange struct {
	Customer Customer     `json:"customer" doc:"The customer as it is now."`
	EventID  Ref[anEvent] `json:"event_id" doc:"What to send to undo it."`
}

func (s *server) customerMerge(c *call, in *struct {
	CustomerPath
	Body MergeSource
}) (*recordOut[CustomerChange], error) {
	if _, err := s.Customers.Get(c, c.actor, in.id()); err != nil {
		return nil, err
	}
	from := customer.ID(in.Body.FromID.num())
	if _, err := s.Customers.Get(c, c.actor, from); errs.Is(err, errs.NotFound) {
		return nil, errs.Field("from_id", "problem.unknown")
	}
	e, err := s.Customers.Merge(c, c.actor, from, in.id())
	if err != nil {
		return nil, err
	}
	now, err := s.Customers.Get(c, c.actor, in.id())
	if err != nil {
		return nil, err
	}
	return record(CustomerChange{customerRecord(now), refTo[anEvent](e)}), nil
}

func (s *server) customerUnmerge(c *call, in *struct {
	CustomerPath
	Body EventChoice
}) (*recordOut[Customer], error) {
	merges, err := s.Customers.Merges(c, c.actor, in.id())
	if err != nil {
		return nil, err
	}
	e := event.ID(in.Body.EventID.num())
	if !slices.ContainsFunc(merges, func(m customer.Merge) bool { return m.Event == e }) {
		return nil, errs.New(errs.NotFound, "error.not_found") // the event of another customer
	}
	if err := s.Customers.Unmerge(c, c.actor, e); err != nil {
		return nil, err
	}
	return s.customerNow(c, in.id())
}

func (s *server) customerTickets(c *call, in *struct {
	CustomerPath
	Paging
	Picking
}) (*pageOut[Ticket], error) {
	if _, err := s.Customers.Get(c, c.actor, in.id()); err != nil {
		return nil, err
	}
	tickets, err := s.Tickets.OfCustomer(c, c.actor, in.id(), 200)
	if err != nil {
		return nil, err
	}
	tickets, next, err := part(tickets, func(t ticket.Ticket) int64 { return int64(t.ID) }, in.Paging)
	if err != nil {
		return nil, err
	}
	return page(c, convert(tickets, ticketRecord), next), nil
}
