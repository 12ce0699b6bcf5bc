package pay

import (
	"context"
	"time"

	"godwit.dev/godwit/internal/base/money"
	"godwit.dev/godwit/internal/domain/hold"
)

// Holder is a Provider that can hold a sum on a customer's card and take it later: Capabilities.Holds. The card is given on a
// page of the provider, so that its number never comes here. All of it may be repeated: the same ask has the same effect
// once. An error says that no answer came, and that the outcome is not known.
type Holder interface {
	// OpenHold opens the page on which the customer agrees, once per key.
	OpenHold(context.Context, HoldAsk) (HoldPage, error)
	// LookHold says how far a hold is that was opened.
	LookHold(context.Context, HoldRef) (HoldAnswer, error)
	// TakeHold takes a sum, of at most what was agreed, once per key: of what is held or, if that is gone, of the card. What is
	// left is released and the card forgotten. Of a hold that was released it is hold.Refused.
	TakeHold(ctx context.Context, r HoldRef, key string, sum money.Amount) (HoldAnswer, error)
	// EndHold releases what is held, closes the page and forgets the card. What was taken before stays so, and is the answer.
	EndHold(context.Context, HoldRef) (HoldAnswer, error)
}

// Rehearsal is a Holder without a page of its own: what the customer says is asked on one of ours. Only a provider that moves
// no money may be one.
type Rehearsal interface {
	// AnswerHold takes the customer's word: that the sum be held, or not.
	AnswerHold(ctx context.Context, r HoldRef, agrees bool) error
}

// HoldAsk is a sum that a customer is asked to let be held.
type HoldAsk struct {
	Key      string // names the hold, at the provider too
	Sum      money.Amount
	What     string // it is for, in the customer's language
	Terms    string // when what is charged, in the customer's language: shown where they agree
	Language string // BCP 47, of the page
	Email    string // "" is not known
	Back     string // where the page leads to, however it ends
	At       time.Time
}

// HoldPage is a page that was opened.
type HoldPage struct {
	Reference string // by which the provider knows it
	Address   string // "" where the customer answers on a page of ours
}

// HoldRef names a hold at its provider.
type HoldRef struct {
	Key  string
	Page string // HoldPage.Reference
}

// HoldAnswer is what a provider said of a hold.
type HoldAnswer struct {
	Outcome hold.Outcome
	EndsAt  time.Time    // when the bank lets go of what is held; zero is not known
	Payment string       // of what was taken: the provider's name of it, as of any payment
	Taken   money.Amount // likewise
	Code    string       // why it was refused, in the provider's words
}
