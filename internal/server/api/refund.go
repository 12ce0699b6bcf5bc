package api

import (
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/ledger"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/domain/refund"
	"godwit.dev/godwit/internal/platform/auth"
)

func refundGroup() group {
	read, books, ask, approve := may(auth.ReadCases), may(auth.ReadCases, auth.SeeReports), may(auth.ReadOrders, auth.WriteCases), may(auth.ReadCases, auth.ApproveRefunds)
	return group{"Refunds", "A refund is what a customer is owed, in components that are kept apart, divided into allocations that go one way each.", append([]operation{
		{"refundList", "GET", "/refunds", read, do((*server).refundList), "List refunds", "Refunds, newest first; `stuck` are those that somebody must do something about. With `waits` they come as on the board: by what they wait for, the most urgent first."},
		{"refundSums", "GET", "/refunds/sums", read, do((*server).refundSums), "Add up what waits", "How many refunds wait for what, and what they still owe, by currency. What is done is not counted."},
		{"refundLimits", "GET", "/refund-limits", may(auth.ReadCases), do((*server).refundLimits), "List refund limits", "Sums up to which refunds are approved, by role and currency; without a role it is that above which it takes two people."},
		{"refundLimitsPut", "PUT", "/refund-limits", may(auth.ReadCases, auth.ManagePeople), do((*server).refundLimitsPut), "Set refund limits", "Puts these limits in the place of all that there are."},
		{"refundGet", "GET", "/refunds/{refund}", read, do((*server).refundGet), "Get a refund", "One refund with its allocations."},
		{"refundEvents", "GET", "/refunds/{refund}/events", read, do((*server).refundEvents), "List a refund's events", "What happened to a refund, oldest first: every attempt with what was asked and answered."},
		{"refundEntries", "GET", "/refunds/{refund}/entries", books, do((*server).refundEntries), "List a refund's entries in the books", "What a refund booked, oldest first."},
		{"refundAsk", "POST", "/refunds/{refund}/ask", approve, do((*server).refundAsk), "Ask the provider now", "Asks the provider of an allocation on its way, or that has arrived, what became of it. Nothing is paid under a new key; no answer leaves it in doubt."},
		{"refundCreate", "POST", "/refunds", ask, do((*server).refundCreate).created(), "Ask for a refund", "Asks for a refund of an order beside its units, such as its postage or a gesture, and plans where it goes: back to what paid the order, in its order, and what cannot go there to the fallback. Nothing leaves before it is approved. What units were paid for, goods, tax and duty, is given back by `POST /orders/{order}/refunds`, which holds them: a unit is paid back once."},
		{"refundApprove", "POST", "/refunds/{refund}/approve", approve, do((*server).refundApprove), "Approve a refund", "Makes a refund payable; it leaves by itself. Above the sum for four eyes, whoever asked for it is refused."},
		{"refundCancel", "POST", "/refunds/{refund}/cancel", approve, do((*server).refundCancel), "Cancel a refund", "Gives a refund up, with a reason, unless any of it is on its way or has arrived."},
		{"refundRedirect", "POST", "/refunds/{refund}/redirect", approve, do((*server).refundRedirect), "Send an allocation another way", "Sends an allocation that is not on its way somewhere else, or once more to where it failed."},
		{"refundElsewhere", "POST", "/refunds/{refund}/elsewhere", approve, do((*server).refundElsewhere), "Mark an allocation as paid elsewhere", "Says that somebody else has paid it, such as a marketplace or a person by hand. It is then never paid here."},
	}, refundTwiceOperations(approve)...)}
}

// Refund is what a customer is owed, and how far it has come.
type Refund struct {
	ID          Ref[aRefund]       `json:"id"`
	OrderID     Ref[anOrder]       `json:"order_id"`
	State       string             `json:"state" example:"succeeded" doc:"requested, approved, scheduled, submitted, pending, needs_action, partial, succeeded, failed, reversed or cancelled."`
	Stuck       bool               `json:"stuck" doc:"Somebody must do something before it goes on."`
	Total       Money              `json:"total"`
	Owed        Money              `json:"owed" doc:"Of it, what has neither arrived nor was cancelled."`
	Out         Money              `json:"out" doc:"What the customer got twice and has not sent back, while somebody minds."`
	Components  RefundComponents   `json:"components"`
	Reason      string             `json:"reason,omitempty" example:"Late parcel"`
	NotAfter    *time.Time         `json:"not_after,omitempty" doc:"By law it must be on its way by then."`
	Disputed    bool               `json:"disputed" doc:"A dispute is open on one of its payments: nothing leaves meanwhile."`
	Waits       string             `json:"waits" example:"provider" doc:"twice, reversed, stuck, action, hand, unknown, approve, leave, provider or done; on the board also second: above the sum for four eyes."`
	Since       *time.Time         `json:"waits_since,omitempty" doc:"Since when; told on the board."`
	Allocations []RefundAllocation `json:"allocations" nullable:"false"`
	CreatedAt   time.Time          `json:"created_at"`
	UpdatedAt   time.Time          `json:"updated_at"`
}

// RefundComponents are what a refund is made of, in minor units: plus is paid to the customer, minus is borne by them.
type RefundComponents struct {
	Goods        int64 `json:"goods,omitempty" example:"2500"`
	Tax          int64 `json:"tax,omitempty"`
	Duty         int64 `json:"duty,omitempty"`
	ShippingOut  int64 `json:"shipping_out,omitempty" doc:"Postage of the way out."`
	ShippingBack int64 `json:"shipping_back,omitempty" doc:"Minus: a label that the customer pays."`
	Fee          int64 `json:"fee,omitempty" doc:"Minus: kept."`
	Bonus        int64 `json:"bonus,omitempty" doc:"On top of store credit."`
	Goodwill     int64 `json:"goodwill,omitempty" doc:"Beyond what is owed."`
	Exchange     int64 `json:"exchange,omitempty"`
}

// RefundAllocation is a part of a refund that goes one way.
type RefundAllocation struct {
	Number    int           `json:"number" example:"1"`
	To        string        `json:"to" example:"payment" doc:"payment, bank, store_credit, gift_card, points or marketplace."`
	Provider  string        `json:"provider,omitempty" example:"stripe"`
	Payment   string        `json:"payment,omitempty" example:"pi_3Nq8"`
	Method    string        `json:"method,omitempty" example:"card"`
	Why       string        `json:"why,omitempty" doc:"Why it does not go back to the payment."`
	Amount    Money         `json:"amount"`
	State     string        `json:"state" example:"succeeded"`
	Attempts  int           `json:"attempts"`
	Code      string        `json:"code,omitempty" doc:"Why it failed, waits or came back, in the provider's words."`
	Doubt     bool          `json:"in_doubt" doc:"No answer came: it is asked about, never paid again."`
	Reference string        `json:"reference,omitempty" doc:"The provider's own name of the refund."`
	Payer     string        `json:"payer,omitempty" doc:"Who paid it instead of us."`
	From      *time.Time    `json:"arrives_from,omitempty"`
	Until     *time.Time    `json:"arrives_to,omitempty"`
	Twice     []RefundTwice `json:"twice" nullable:"false" doc:"What the customer got beside it."`
}

func refundRecord(r refund.Refund) Refund {
	sum := func(n int64) Money { return Money{n, r.Currency} }
	return Refund{
		ID: refTo[aRefund](r.ID), OrderID: refTo[anOrder](r.Order), State: string(r.State()), Stuck: r.Stuck(), Waits: string(r.Lane()), Total: sum(r.Total().Minor), Owed: sum(r.Owed()), Out: sum(r.Out()),
		Components: RefundComponents(r.Components), Reason: r.Reason, NotAfter: optTime(r.NotAfter), Disputed: len(r.Disputes) > 0, CreatedAt: at(r.CreatedAt), UpdatedAt: at(r.UpdatedAt),
		Allocations: convert(r.Allocations, func(a refund.Allocation) RefundAllocation {
			x := RefundAllocation{Number: a.Number, To: string(a.To), Provider: a.Provider, Payment: a.Payment, Method: a.Method, Why: a.Why, Amount: sum(a.Amount), State: string(a.State), Attempts: a.Attempt,
				Code: a.Code, Doubt: a.Doubt, Reference: a.Reference, Payer: a.Payer,
				Twice: convert(a.Twice, func(t refund.Twice) RefundTwice { return refundTwiceRecord(t, r.Currency) })}
			if m, known := refund.MethodOf(a.Method); known && !a.LeftAt.IsZero() && a.State != refund.Failed && a.State != refund.Reversed {
				if from, to, ok := m.Arrival(a.LeftAt); ok {
					x.From, x.Until = optTime(from), optTime(to)
				}
			}
			return x
		}),
	}
}

// refundQuery narrows a list of refunds.
type refundQuery struct {
	Paging
	State    string       `query:"state" maxLength:"20" doc:"Only those in this state."`
	Order    Ref[anOrder] `query:"order_id" doc:"Only those of this order."`
	Stuck    bool         `query:"stuck" doc:"Only those that somebody must do something about."`
	Waits    string       `query:"waits" enum:"open,approve,second,twice,reversed,stuck,action,hand,unknown,leave,provider,done" doc:"Only those that wait for this, the most urgent and of these the oldest first; open: all but what is done."`
	Shop     Ref[aShop]   `query:"shop_id" doc:"With waits: only those of this shop."`
	Way      string       `query:"way" maxLength:"60" doc:"With waits: only those that go this way, a provider or a destination." example:"stripe"`
	Currency string       `query:"currency" maxLength:"3" doc:"With waits: only those in this currency." example:"EUR"`
	Before   time.Time    `query:"before" doc:"With waits: only those that have waited for it since before then."`
	Person   Ref[aPerson] `query:"person_id" doc:"With waits: only those that this person asked for."`
}

func (q *refundQuery) board() refund.Board {
	b := refund.Board{Lane: refund.Lane(q.Waits), State: refund.State(q.State), Order: order.ID(q.Order.num()), Shop: order.ShopID(q.Shop.num()), Way: q.Way, Currency: q.Currency, Before: q.Before, Person: auth.PersonID(q.Person.num())}
	if q.Waits == "open" {
		b.Lane = ""
	}
	return b
}

func (s *server) refundList(c *call, in *refundQuery) (*pageOut[Refund], error) {
	if in.Waits != "" {
		return s.refundBoard(c, in)
	}
	var before int64
	if err := readCursor('r', in.Cursor, &before); err != nil {
		return nil, err
	}
	list, err := s.Refunds.List(c, c.actor, refund.Filter{State: refund.State(in.State), Order: order.ID(in.Order.num()), Stuck: in.Stuck}, refund.ID(before), min(in.Limit+1, refund.MaxPage))
	if err != nil {
		return nil, err
	}
	next := ""
	if len(list) > in.Limit || len(list) == refund.MaxPage {
		list = list[:min(in.Limit, len(list))]
		next = writeCursor('r', int64(list[len(list)-1].ID))
	}
	return page(c, convert(list, refundRecord), next), nil
}

// RefundPath names a refund.
type RefundPath struct {
	Refund Ref[aRefund] `path:"refund" doc:"The refund's id."`
}

func (p RefundPath) id() refund.ID { return refund.ID(p.Refund.num()) }

func refundOut(r refund.Refund, err error) (*recordOut[Refund], error) {
	if err != nil {
		return nil, err
	}
	return record(refundRecord(r)), nil
}

func (s *server) refundGet(c *call, in *struct{ RefundPath }) (*recordOut[Refund], error) {
	return refundOut(s.Refunds.Get(c, c.actor, in.id()))
}

// RefundDraft is a refund to be asked for.
type RefundDraft struct {
	Order      Ref[anOrder]     `json:"order_id"`
	Components RefundComponents `json:"components"`
	Reason     string           `json:"reason" minLength:"1" maxLength:"500" example:"Late parcel"`
	Credit     bool             `json:"credit,omitempty" doc:"The customer wants store credit for all of it."`
}

func (s *server) refundCreate(c *call, in *struct{ Body RefundDraft }) (out *recordOut[Refund], err error) {
	if x := in.Body.Components; x.Goods != 0 || x.Tax != 0 || x.Duty != 0 || x.Exchange != 0 {
		return nil, errs.Field("components", "error.refund_units")
	}
	err = s.inTx(c, func(c *call) error {
		o, err := s.Orders.Get(c, c.actor, order.ID(in.Body.Order.num()))
		if err != nil {
			return err
		}
		left, err := s.Refunds.Left(c, c.actor.Workspace, o)
		if err != nil {
			return err
		}
		r, err := s.Refunds.Request(c, c.actor, refund.NewRefund{
			Terms:    refund.Terms{Order: o.ID, Currency: o.Currency, Components: ledger.Components(in.Body.Components), Reason: in.Body.Reason},
			Payments: left, Wish: refund.Wish{Credit: in.Body.Credit},
		})
		out = &recordOut[Refund]{Body: refundRecord(r)}
		return err
	})
	return out, err
}

func (s *server) refundApprove(c *call, in *struct{ RefundPath }) (*recordOut[Refund], error) {
	return refundOut(s.Refunds.Approve(c, c.actor, in.id()))
}

func (s *server) refundCancel(c *call, in *struct {
	RefundPath
	Body struct {
		Reason string `json:"reason" minLength:"1" maxLength:"500" example:"asked for by mistake"`
	}
}) (*recordOut[Refund], error) {
	return refundOut(s.Refunds.Cancel(c, c.actor, in.id(), in.Body.Reason))
}

// RefundWay names an allocation and where it is to go.
type RefundWay struct {
	Allocation int    `json:"allocation" minimum:"1" example:"1"`
	To         string `json:"to" enum:"again,bank,store_credit" doc:"again: to where it failed."`
}

func (s *server) refundRedirect(c *call, in *struct {
	RefundPath
	Body RefundWay
}) (out *recordOut[Refund], err error) {
	return refundOut(s.Refunds.Resend(c, c.actor, in.id(), in.Body.Allocation, in.Body.To))
}

// RefundPaid says who paid an allocation.
type RefundPaid struct {
	Allocation int    `json:"allocation" minimum:"1" example:"1"`
	Payer      string `json:"payer" minLength:"1" maxLength:"60" example:"bank"`
	Reference  string `json:"reference" minLength:"1" maxLength:"200" example:"transfer of 22 November"`
}

func (s *server) refundElsewhere(c *call, in *struct {
	RefundPath
	Body RefundPaid
}) (*recordOut[Refund], error) {
	return refundOut(s.Refunds.Elsewhere(c, c.actor, in.id(), in.Body.Allocation, in.Body.Payer, in.Body.Reference))
}
