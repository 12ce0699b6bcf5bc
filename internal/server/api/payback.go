package api

import (
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/domain/refund"
	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/flow/casework"
)

// Payback is money to be given back of an order.
type Payback struct {
	All      bool          `json:"all,omitempty" doc:"Every unit that nothing else pays for and all postage that is left; lines and postage do not count then."`
	Lines    []PaybackLine `json:"lines,omitempty" nullable:"false" maxItems:"200"`
	Postage  int64         `json:"postage,omitempty" minimum:"0" example:"490" doc:"Of the way out, in minor units of the order's currency."`
	Goodwill int64         `json:"goodwill,omitempty" minimum:"0" doc:"Beyond what was paid."`
	Credit   bool          `json:"credit,omitempty" doc:"As store credit, which the customer agreed to."`
	Reason   string        `json:"reason" minLength:"1" maxLength:"40" example:"damaged" doc:"As of a case's items."`
	Why      string        `json:"why,omitempty" maxLength:"2000" example:"Torn, and she keeps it." doc:"Needed to give it; a quote needs none."`
	Ticket   Ref[aTicket]  `json:"ticket_id,omitempty" doc:"The conversation that it is from; without it one is opened."`
}

// PaybackLine is units of a line that are paid back.
type PaybackLine struct {
	Line     Ref[aLine] `json:"line_id"`
	Quantity int64      `json:"quantity" minimum:"1" example:"1"`
}

func (p Payback) payback(o order.ID) casework.Payback {
	out := casework.Payback{Order: o, All: p.All, Units: map[int64]int64{}, Postage: p.Postage, Goodwill: p.Goodwill, Credit: p.Credit, Reason: p.Reason, Why: p.Why, Ticket: ticket.ID(p.Ticket.num())}
	for _, l := range p.Lines {
		out.Units[l.Line.num()] += l.Quantity
	}
	return out
}

// PaybackQuote is what a payback comes to.
type PaybackQuote struct {
	Total      Money            `json:"total"`
	Components RefundComponents `json:"components"`
	Ways       []PaybackWay     `json:"ways" nullable:"false"`
	Alone      bool             `json:"alone" doc:"It leaves without another person's approval."`
	Left       Money            `json:"left" doc:"What of the order may still go back, goodwill apart."`
	Postage    Money            `json:"postage_left"`
}

// PaybackWay is a part of a payback and where it would go.
type PaybackWay struct {
	To       string `json:"to" example:"payment" doc:"payment, bank, store_credit, gift_card, points or marketplace."`
	Provider string `json:"provider,omitempty" example:"stripe"`
	Method   string `json:"method,omitempty" example:"card"`
	Why      string `json:"why,omitempty" doc:"Why it does not go back to the payment."`
	Amount   Money  `json:"amount"`
}

func (s *server) casePaybackQuote(c *call, in *struct {
	Order Ref[anOrder] `path:"order" doc:"The order's id."`
	Body  Payback
}) (*recordOut[PaybackQuote], error) {
	q, err := s.Casework.QuotePayback(c, c.actor, in.Body.payback(order.ID(in.Order.num())))
	if err != nil {
		return nil, err
	}
	sum := func(n int64) Money { return Money{n, q.Currency} }
	return record(PaybackQuote{sum(q.Total.Minor), RefundComponents(q.Components), append([]PaybackWay{}, convert(q.Ways, func(p refund.Planned) PaybackWay {
		return PaybackWay{string(p.To), p.Provider, p.Method, p.Why, sum(p.Amount)}
	})...), q.Alone, sum(q.Left), sum(q.Postage)}), nil
}

// PaybackMade is the case that a payback was given by, and its refund.
type PaybackMade struct {
	Case   Case   `json:"case"`
	Refund Refund `json:"refund"`
}

func (s *server) casePayback(c *call, in *struct {
	Order Ref[anOrder] `path:"order" doc:"The order's id."`
	Body  Payback
}) (*recordOut[PaybackMade], error) {
	p := in.Body.payback(order.ID(in.Order.num()))
	if p.Ticket != 0 {
		if _, err := s.Tickets.Get(c, c.actor, p.Ticket); err != nil {
			return nil, err
		}
	}
	x, f, err := s.Casework.PayBack(c, c.actor, p)
	if err != nil {
		return nil, err
	}
	return record(PaybackMade{caseRecord(x), refundRecord(f)}), nil
}
