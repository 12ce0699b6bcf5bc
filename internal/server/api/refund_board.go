package api

import (
	"time"

	"godwit.dev/godwit/internal/domain/ledger"
	"godwit.dev/godwit/internal/domain/refund"
)

// refundWaits is what a refund waits for, in the words of the board.
func refundWaits(w refund.Waiting) string {
	if w.Second {
		return string(refund.LaneSecond)
	}
	return string(w.Lane)
}

// refundBoard lists what waits in a lane, or in all of them, the most urgent first.
func (s *server) refundBoard(c *call, in *refundQuery) (*pageOut[Refund], error) {
	var urgency, since, id int64
	if err := readCursor('b', in.Cursor, &urgency, &since, &id); err != nil {
		return nil, err
	}
	after := refund.Place{Urgency: int(urgency), ID: refund.ID(id)}
	if id != 0 {
		after.Since = time.UnixMilli(since).UTC()
	}
	b := in.board()
	list, err := s.Refunds.Board(c, c.actor, b, after, min(in.Limit+1, refund.MaxPage))
	if err != nil {
		return nil, err
	}
	next := ""
	if len(list) > in.Limit || len(list) == refund.MaxPage {
		list = list[:min(in.Limit, len(list))]
		p := list[len(list)-1].Place()
		next = writeCursor('b', int64(p.Urgency), p.Since.UnixMilli(), int64(p.ID))
	}
	return page(c, convert(list, func(w refund.Waiting) Refund {
		out := refundRecord(w.Refund)
		out.Waits, out.Since = refundWaits(w), optTime(w.Since)
		return out
	}), next), nil
}

// RefundSum is what waits in a lane in a currency.
type RefundSum struct {
	Waits string `json:"waits" example:"stuck"`
	Count int64  `json:"count"`
	Owed  Money  `json:"owed" doc:"What has neither arrived nor was cancelled."`
	Out   Money  `json:"out" doc:"What customers got twice and have not sent back."`
}

// RefundSums is what waits, by lane and currency.
type RefundSums struct {
	Data []RefundSum `json:"data" nullable:"false"`
}

func (s *server) refundSums(c *call, _ *struct{}) (*recordOut[RefundSums], error) {
	list, err := s.Refunds.Sums(c, c.actor)
	if err != nil {
		return nil, err
	}
	return record(RefundSums{convert(list, func(x refund.Sum) RefundSum {
		return RefundSum{string(x.Lane), x.Count, Money{x.Owed, x.Currency}, Money{x.Out, x.Currency}}
	})}), nil
}

// RefundEvent is one thing that happened to a refund.
type RefundEvent struct {
	Number     int       `json:"number" doc:"From 1, within the refund."`
	Kind       string    `json:"kind" enum:"requested,approved,scheduled,submitted,in_doubt,pending,needs_action,succeeded,failed,reversed,paid_twice,asked_back,came_back,written_off,not_twice,withdrawn,elsewhere,redirected,cancelled,dispute_opened,dispute_settled"`
	State      string    `json:"state" doc:"Of the refund, after it."`
	At         time.Time `json:"at"`
	ActorKind  string    `json:"actor_kind" enum:"customer,agent,bot,system"`
	ActorName  string    `json:"actor_name"`
	Allocation *int      `json:"allocation" doc:"Null: all of it."`
	Attempt    *int      `json:"attempt"`
	Key        *string   `json:"key" doc:"Under which the provider was asked, once."`
	Reference  *string   `json:"reference" doc:"The provider's own name of the refund."`
	Code       *string   `json:"code" doc:"In the provider's words, or the reason that a person gave."`
	Moved      *Money    `json:"moved,omitempty" doc:"What left the provider's balance, if in another sum or currency."`
	To         *string   `json:"to" doc:"Where it goes from then on."`
	Dispute    *string   `json:"dispute"`
}

func refundEventRecord(e refund.Event) RefundEvent {
	out := RefundEvent{
		Number: e.Seq, Kind: string(e.Kind), State: string(e.State), At: at(e.At), ActorKind: string(e.By.Kind), ActorName: e.By.Name, Key: optText(e.Key), Reference: optText(e.Reference), Code: optText(e.Code), Dispute: optText(e.Dispute),
	}
	if e.Allocation != 0 {
		out.Allocation = &e.Allocation
	}
	if e.Attempt != 0 {
		out.Attempt = &e.Attempt
	}
	if !e.Moved.IsZero() {
		out.Moved = &Money{e.Moved.Minor, e.Moved.Currency}
	}
	if e.To != nil {
		out.To = optText(refund.Allocation{Target: *e.To}.Way())
	}
	return out
}

func (s *server) refundEvents(c *call, in *struct {
	RefundPath
	Picking
}) (*pageOut[RefundEvent], error) {
	list, err := s.Refunds.History(c, c.actor, in.id())
	if err != nil {
		return nil, err
	}
	return page(c, convert(list, refundEventRecord), ""), nil
}

// RefundEntry is one entry in the books; its lines add up to zero in each currency.
type RefundEntry struct {
	Kind  string       `json:"kind" example:"refund_succeeded"`
	At    time.Time    `json:"at"`
	Lines []RefundLine `json:"lines" nullable:"false"`
}

// RefundLine moves a sum into an account or out of it.
type RefundLine struct {
	Account string `json:"account" example:"clearing.stripe"`
	Amount  Money  `json:"amount" doc:"Plus is debit, minus is credit."`
}

func (s *server) refundEntries(c *call, in *struct {
	RefundPath
	Picking
}) (*pageOut[RefundEntry], error) {
	if _, err := s.Refunds.Get(c, c.actor, in.id()); err != nil {
		return nil, err
	}
	list, err := s.Ledger.EntriesOf(c, c.actor, ledger.Source{Kind: refund.SourceKind, ID: int64(in.id())}, 0, ledger.MaxPage)
	if err != nil {
		return nil, err
	}
	return page(c, convert(list, func(e ledger.Entry) RefundEntry {
		return RefundEntry{string(e.Kind), at(e.At), convert(e.Lines, func(l ledger.Line) RefundLine { return RefundLine{string(l.Account), Money{l.Amount, l.Currency}} })}
	}), ""), nil
}

// RefundPart names an allocation.
type RefundPart struct {
	Allocation int `json:"allocation" minimum:"1" example:"1"`
}

func (s *server) refundAsk(c *call, in *struct {
	RefundPath
	Body RefundPart
}) (*recordOut[Refund], error) {
	return refundOut(s.Pay.AskNow(c, c.actor, in.id(), in.Body.Allocation))
}
