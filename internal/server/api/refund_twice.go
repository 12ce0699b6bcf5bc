package api

import (
	"time"

	"godwit.dev/godwit/internal/domain/refund"
)

// refundTwiceOperations are those of money that a customer got twice.
func refundTwiceOperations(approve rule) []operation {
	return []operation{
		{"refundTwice", "POST", "/refunds/{refund}/twice", approve, do((*server).refundTwice), "Note that a customer got money twice", "Says that somebody else has paid what an allocation pays, or has paid, as well. What is known changes nothing. The allocation is not tried again until it is settled."},
		{"refundTwiceAsk", "POST", "/refunds/{refund}/twice/ask-back", approve, do((*server).refundTwiceAsk), "Note that it was asked back", "Says that the customer was asked for what they got twice: in the books it is due from them, no longer a loss. Nothing is sent to the customer."},
		{"refundTwiceBack", "POST", "/refunds/{refund}/twice/came-back", approve, do((*server).refundTwiceBack), "Book what came back", "Books a sum of it that came back, once for each reference. When all has, it is settled."},
		{"refundTwiceWriteOff", "POST", "/refunds/{refund}/twice/write-off", approve, do((*server).refundTwiceWriteOff), "Write it off", "Gives up what the customer still has of it, with a reason. Above what the caller's role approves it is refused."},
		{"refundTwiceDismiss", "POST", "/refunds/{refund}/twice/dismiss", approve, do((*server).refundTwiceDismiss), "Say that it was not twice", "Says, with a reason, that it was the same money told by two, or money for something else. What an attempt of ours paid, and what came back in part, cannot be dismissed."},
	}
}

// RefundTwice is money that a customer got beside an allocation that pays, or has paid, the same.
type RefundTwice struct {
	Number    int        `json:"number" example:"1" doc:"From 1, within its allocation."`
	State     string     `json:"state" enum:"open,asked_back,recovered,written_off,not_twice" doc:"The last three settle it."`
	Amount    Money      `json:"amount"`
	Out       Money      `json:"out" doc:"Of it, what the customer still has and somebody minds."`
	Back      Money      `json:"back" doc:"Of it, what came back."`
	Attempt   *int       `json:"attempt" doc:"The attempt that had been given up and was paid after all; null: somebody else paid."`
	Payer     *string    `json:"payer" doc:"Who else paid." example:"paypal"`
	Reference *string    `json:"reference" doc:"How they know it."`
	Note      *string    `json:"note" doc:"How it was asked back, or why it was settled."`
	FoundAt   time.Time  `json:"found_at"`
	AskedAt   *time.Time `json:"asked_at"`
	EndedAt   *time.Time `json:"ended_at"`
}

func refundTwiceRecord(t refund.Twice, currency string) RefundTwice {
	out := RefundTwice{
		Number: t.Number, State: string(t.State), Amount: Money{t.Amount, currency}, Out: Money{t.Out(), currency}, Back: Money{t.Back, currency}, Payer: optText(t.Payer), Reference: optText(t.Reference), Note: optText(t.Note),
		FoundAt: at(t.At), AskedAt: optTime(t.AskedAt), EndedAt: optTime(t.EndedAt),
	}
	if t.Attempt != 0 {
		out.Attempt = &t.Attempt
	}
	return out
}

// RefundOverlap is money that somebody else paid for what an allocation pays.
type RefundOverlap struct {
	Allocation int    `json:"allocation" minimum:"1" example:"1"`
	Amount     int64  `json:"amount" minimum:"1" example:"2500" doc:"In minor units of the refund's currency, at most the allocation's."`
	Payer      string `json:"payer" minLength:"1" maxLength:"60" example:"paypal" doc:"A provider, a marketplace, the shop."`
	Reference  string `json:"reference" minLength:"1" maxLength:"200" example:"7XK12345"`
}

func (s *server) refundTwice(c *call, in *struct {
	RefundPath
	Body RefundOverlap
}) (*recordOut[Refund], error) {
	return refundOut(s.Refunds.FoundTwice(c, c.actor, in.id(), refund.Overlap{Allocation: in.Body.Allocation, Amount: in.Body.Amount, Payer: in.Body.Payer, Reference: in.Body.Reference}))
}

// RefundTwicePart names what was paid twice.
type RefundTwicePart struct {
	Allocation int `json:"allocation" minimum:"1" example:"1"`
	Twice      int `json:"twice" minimum:"1" example:"1" doc:"Its number within the allocation."`
}

func (s *server) refundTwiceAsk(c *call, in *struct {
	RefundPath
	Body struct {
		RefundTwicePart
		Note string `json:"note,omitempty" maxLength:"500" example:"letter of 22 November"`
	}
}) (*recordOut[Refund], error) {
	return refundOut(s.Refunds.AskBack(c, c.actor, in.id(), in.Body.Allocation, in.Body.Twice, in.Body.Note))
}

func (s *server) refundTwiceBack(c *call, in *struct {
	RefundPath
	Body struct {
		RefundTwicePart
		Amount    int64  `json:"amount" minimum:"1" example:"2500" doc:"In minor units of the refund's currency, at most what is out."`
		Into      string `json:"into" enum:"bank,payer" doc:"bank: the merchant's own account; payer: whoever had paid it holds it again."`
		Reference string `json:"reference" minLength:"1" maxLength:"200" example:"transfer of 24 November" doc:"Counts once."`
	}
}) (*recordOut[Refund], error) {
	return refundOut(s.Refunds.CameBack(c, c.actor, in.id(), in.Body.Allocation, in.Body.Twice, refund.Returned{Amount: in.Body.Amount, Bank: in.Body.Into == "bank", Reference: in.Body.Reference}))
}

// RefundTwiceReason settles what was paid twice, with a reason.
type RefundTwiceReason struct {
	RefundTwicePart
	Reason string `json:"reason" minLength:"1" maxLength:"500" example:"the customer is gone"`
}

func (s *server) refundTwiceWriteOff(c *call, in *struct {
	RefundPath
	Body RefundTwiceReason
}) (*recordOut[Refund], error) {
	return refundOut(s.Refunds.WriteOff(c, c.actor, in.id(), in.Body.Allocation, in.Body.Twice, in.Body.Reason))
}

func (s *server) refundTwiceDismiss(c *call, in *struct {
	RefundPath
	Body RefundTwiceReason
}) (*recordOut[Refund], error) {
	return refundOut(s.Refunds.NotTwice(c, c.actor, in.id(), in.Body.Allocation, in.Body.Twice, in.Body.Reason))
}
