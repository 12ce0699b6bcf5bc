package api

import (
	"time"

	"godwit.dev/godwit/internal/domain/cases"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/flow/outgoing"
	"godwit.dev/godwit/internal/platform/auth"
)

func outgoingGroup() group {
	read, write := may(auth.ReadCases), may(auth.ReadCases, auth.WriteCases)
	return group{"Replacements", "A replacement is goods that go out for a case: the same again, another variant in exchange, a part. It is made as its resolution is carried out, and is a parcel of the order once it is sent.", []operation{
		{"replacementList", "GET", "/replacements", read, do((*server).replacementList), "List replacements", "Replacements, newest first."},
		{"replacementGet", "GET", "/replacements/{replacement}", read, do((*server).replacementGet), "Get a replacement", "One replacement."},
		{"replacementChoose", "POST", "/replacements/{replacement}/choose", write, do((*server).replacementChoose), "Say what is sent", "Names the SKU that is sent for a line, until it is sent. An exchange has none before."},
		{"replacementAddress", "PUT", "/replacements/{replacement}/address", write, do((*server).replacementAddress), "Say where it is sent to", "As the customer confirmed it, until it is sent."},
		{"replacementShort", "POST", "/replacements/{replacement}/short", write, do((*server).replacementShort), "Say that stock is not there", "The customer is told, with the day on which it is expected if it is known. With `back` it is there again."},
		{"replacementSent", "POST", "/replacements/{replacement}/sent", write, do((*server).replacementSent), "Tell the tracking number", "It is followed from then on as all parcels of the order are. A number that is known already is 422. A repeat changes nothing."},
		{"replacementEnd", "POST", "/replacements/{replacement}/end", write, do((*server).replacementEnd), "Say what became of it", "In a person's word: delivered, lost, back, or that it cannot be sent. Its case follows."},
		{"replacementAgain", "POST", "/replacements/{replacement}/again", write, do((*server).replacementAgain), "Send it again", "One that was lost or came back, as another attempt."},
	}}
}

// ReplacementLine is goods of one line of a case.
type ReplacementLine struct {
	Line     int    `json:"line" doc:"Of the case."`
	Had      string `json:"had" doc:"SKU that the customer has, or had."`
	SKU      string `json:"sku" doc:"That is sent; empty while nobody has said."`
	Title    string `json:"title"`
	Quantity int64  `json:"quantity"`
}

// Replacement is goods that go out for a case.
type Replacement struct {
	ID         Ref[aReplacement] `json:"id"`
	Case       int64             `json:"case" doc:"The case's number."`
	Resolution Ref[aResolution]  `json:"resolution_id"`
	Order      *Ref[anOrder]     `json:"order_id" nullable:"true"`
	Means      string            `json:"means" enum:"exchange_variant,exchange_other,resend,spare_part"`
	State      string            `json:"state" enum:"to_send,short,sent,delivered,lost,came_back,cancelled"`
	From       string            `json:"from" doc:"Where a new unit is sent from, by the decision; empty if it does not say."`
	Address    PostalAddress     `json:"address"`
	Confirm    bool              `json:"confirm" doc:"The customer has to confirm an address before it is sent."`
	Lines      []ReplacementLine `json:"lines" nullable:"false"`
	Difference *int64            `json:"difference" doc:"What an exchange costs more, or less, than what was paid, in the currency's smallest unit; null while a price is not known. Nothing is charged by itself."`
	Currency   string            `json:"currency"`
	Note       string            `json:"note" doc:"Why it is short, lost or cancelled."`
	Expected   *time.Time        `json:"expected_at" doc:"When stock is expected."`
	Attempt    int               `json:"attempt"`
	Carrier    string            `json:"carrier"`
	Tracking   string            `json:"tracking"`
	Shipment   *Ref[aShipment]   `json:"shipment_id" nullable:"true"`
	CreatedAt  time.Time         `json:"created_at"`
	UpdatedAt  time.Time         `json:"updated_at"`
	SentAt     *time.Time        `json:"sent_at"`
	EndedAt    *time.Time        `json:"ended_at"`
}

func replacementRecord(p outgoing.Parcel) Replacement {
	out := Replacement{
		ID: refTo[aReplacement](p.ID), Case: p.Number, Resolution: refTo[aResolution](p.Resolution), Order: optRef[anOrder](p.Order), Means: string(p.Means), State: string(p.State), From: p.From,
		Address: PostalAddress(p.To), Confirm: p.Confirm, Currency: p.Currency, Note: p.Note, Expected: optTime(p.Expected), Attempt: p.Attempt, Carrier: p.Carrier, Tracking: p.Tracking,
		Shipment: optRef[aShipment](p.Shipment), CreatedAt: at(p.CreatedAt), UpdatedAt: at(p.UpdatedAt), SentAt: optTime(p.SentAt), EndedAt: optTime(p.EndedAt),
		Lines: convert(p.Lines, func(l outgoing.Line) ReplacementLine {
			return ReplacementLine{l.Case, l.Had, l.SKU, l.Title, l.Quantity}
		}),
	}
	if n, ok := p.Difference(); ok {
		out.Difference = &n
	}
	return out
}

func replaced(p outgoing.Parcel, err error) (*recordOut[Replacement], error) {
	if err != nil {
		return nil, err
	}
	return record(replacementRecord(p)), nil
}

func (s *server) replacementList(c *call, in *struct {
	State string       `query:"state" enum:"to_send,short,sent,delivered,lost,came_back,cancelled"`
	Case  Ref[aCase]   `query:"case"`
	Order Ref[anOrder] `query:"order"`
	Paging
	Picking
}) (*pageOut[Replacement], error) {
	var before int64
	if err := readCursor('o', in.Cursor, &before); err != nil {
		return nil, err
	}
	f := outgoing.Filter{State: outgoing.State(in.State), Case: cases.ID(in.Case.num()), Order: order.ID(in.Order.num())}
	list, err := s.Outgoing.List(c, c.actor, f, outgoing.ID(before), min(in.Limit+1, outgoing.MaxPage))
	if err != nil {
		return nil, err
	}
	next := ""
	if len(list) > in.Limit || len(list) == outgoing.MaxPage {
		list = list[:min(len(list), in.Limit)]
		next = writeCursor('o', int64(list[len(list)-1].ID))
	}
	return page(c, convert(list, replacementRecord), next), nil
}

// ReplacementPath names a replacement.
type ReplacementPath struct {
	Replacement Ref[aReplacement] `path:"replacement" doc:"The replacement's id."`
}

func (p ReplacementPath) id() outgoing.ID { return outgoing.ID(p.Replacement.num()) }

func (s *server) replacementGet(c *call, in *struct {
	ReplacementPath
	Picking
}) (*recordOut[Replacement], error) {
	return replaced(s.Outgoing.Get(c, c.actor, in.id()))
}

// ReplacementChoice says what is sent for a line.
type ReplacementChoice struct {
	Line int    `json:"line" minimum:"1" example:"1"`
	SKU  string `json:"sku" minLength:"1" maxLength:"200" example:"TENT-2P"`
}

func (s *server) replacementChoose(c *call, in *struct {
	ReplacementPath
	Body ReplacementChoice
}) (*recordOut[Replacement], error) {
	return replaced(s.Outgoing.Choose(c, c.actor, in.id(), in.Body.Line, in.Body.SKU))
}

func (s *server) replacementAddress(c *call, in *struct {
	ReplacementPath
	Body PostalAddress
}) (*recordOut[Replacement], error) {
	return replaced(s.Outgoing.Readdress(c, c.actor, in.id(), order.Address(in.Body)))
}

// ReplacementStock is whether stock is there.
type ReplacementStock struct {
	Back     bool      `json:"back,omitempty" doc:"It is there again."`
	Why      string    `json:"why,omitempty" maxLength:"300" example:"Ordered again"`
	Expected time.Time `json:"expected_at,omitzero" required:"false"`
}

func (s *server) replacementShort(c *call, in *struct {
	ReplacementPath
	Body ReplacementStock
}) (*recordOut[Replacement], error) {
	return replaced(s.Outgoing.Lack(c, c.actor, in.id(), in.Body.Back, in.Body.Why, in.Body.Expected))
}

func (s *server) replacementSent(c *call, in *struct {
	ReplacementPath
	Body ReturnNumber
}) (*recordOut[Replacement], error) {
	return replaced(s.Outgoing.Send(c, c.actor, in.id(), in.Body.Carrier, in.Body.Tracking))
}

// ReplacementFate is what became of a replacement.
type ReplacementFate struct {
	State string `json:"state" enum:"delivered,lost,came_back,cancelled"`
	Why   string `json:"why,omitempty" maxLength:"300" doc:"Needed for anything but a delivery." example:"Sold out"`
}

func (s *server) replacementEnd(c *call, in *struct {
	ReplacementPath
	Body ReplacementFate
}) (*recordOut[Replacement], error) {
	return replaced(s.Outgoing.End(c, c.actor, in.id(), outgoing.State(in.Body.State), in.Body.Why))
}

func (s *server) replacementAgain(c *call, in *struct{ ReplacementPath }) (*recordOut[Replacement], error) {
	return replaced(s.Outgoing.Again(c, c.actor, in.id()))
}
