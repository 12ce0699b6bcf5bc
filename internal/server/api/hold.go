package api

import (
	"time"

	"godwit.dev/godwit/internal/domain/hold"
)

// CardHold is a sum that is, or was, held on a customer's card so that an exchange goes out before their goods are back.
type CardHold struct {
	Resolution Ref[aResolution] `json:"resolution_id"`
	Provider   string           `json:"provider"`
	State      string           `json:"state" enum:"asked,held,lapsed,taking,taken,unpaid,releasing,released,failed,returning,returned"`
	Amount     int64            `json:"amount" doc:"That the customer agreed to, in the currency's smallest unit."`
	Taken      int64            `json:"taken" doc:"Of it, that was taken or is to be."`
	Currency   string           `json:"currency"`
	Terms      string           `json:"terms" doc:"As the customer read them."`
	Code       string           `json:"code" doc:"Why it failed, in the provider's words."`
	Note       string           `json:"note" doc:"Why a person did what they did."`
	DueAt      time.Time        `json:"due_at" doc:"The customer's last day to send the goods."`
	EndsAt     *time.Time       `json:"ends_at" doc:"When the bank lets go of it. The card may be charged after that."`
	CreatedAt  time.Time        `json:"created_at"`
	UpdatedAt  time.Time        `json:"updated_at"`
	EndedAt    *time.Time       `json:"ended_at"`
}

func cardHold(h hold.Hold) CardHold {
	return CardHold{
		Resolution: refTo[aResolution](h.Resolution), Provider: h.Provider, State: string(h.State), Amount: h.Amount, Taken: h.Take, Currency: h.Currency, Terms: h.Terms, Code: h.Code, Note: h.Note,
		DueAt: at(h.DueAt), EndsAt: optTime(h.EndsAt), CreatedAt: at(h.CreatedAt), UpdatedAt: at(h.UpdatedAt), EndedAt: optTime(h.EndedAt),
	}
}

func (s *server) caseHolds(c *call, in *struct {
	CasePath
	Picking
}) (*pageOut[CardHold], error) {
	if _, err := s.Cases.Get(c, c.actor, in.id()); err != nil {
		return nil, err
	}
	list, err := s.Pay.Holds(c, c.actor, in.id())
	if err != nil {
		return nil, err
	}
	return page(c, convert(list, cardHold), ""), nil
}

// HoldDecision is what a person does with a hold.
type HoldDecision struct {
	Do  string `json:"do" enum:"release,take,return" doc:"take: ask once more for what the card had no money for; return: pay back what was taken."`
	Why string `json:"why,omitempty" maxLength:"1000" doc:"Needed for release and return." example:"The goods came after all."`
}

func (s *server) caseHold(c *call, in *struct {
	CasePath
	Body HoldDecision
}) (*recordOut[CardHold], error) {
	if _, err := s.Cases.Get(c, c.actor, in.id()); err != nil {
		return nil, err
	}
	h, err := s.Pay.DecideHold(c, c.actor, in.id(), in.Body.Do, in.Body.Why)
	if err != nil {
		return nil, err
	}
	return record(cardHold(h)), nil
}
