package intake

import "time"

// Payment is money on its way in: an authorisation, a capture, a sale, or a movement on a balance. Its statuses are
// pending, authorized, succeeded, failed, cancelled, needs_action, expired, refunded, partially_refunded.
type Payment struct {
	Head
	Operation string    `json:"operation,omitempty"` // authorization, capture, sale, void, refund, ...
	Amount    Money     `json:"amount,omitzero"`
	Captured  Money     `json:"captured,omitzero"`
	Refunded  Money     `json:"refunded,omitzero"`
	Fee       Money     `json:"fee,omitzero"`
	Net       Money     `json:"net,omitzero"`
	Method    *Method   `json:"method,omitempty"`
	Gateway   string    `json:"gateway,omitempty"`
	Email     string    `json:"email,omitempty"`
	ShipTo    *Address  `json:"ship_to,omitempty"`
	BillTo    *Address  `json:"bill_to,omitempty"`
	Disputed  bool      `json:"disputed,omitempty"`
	ErrorCode string    `json:"error_code,omitempty"`
	Error     string    `json:"error,omitempty"`
	ExpiresAt time.Time `json:"expires_at,omitzero"`
}

// Refund is money on its way back. Its statuses are those of docs/states.md: requested, approved, scheduled, submitted,
// pending, succeeded, failed, needs_action, cancelled, reversed.
type Refund struct {
	Head
	Amount      Money        `json:"amount,omitzero"`
	Components  Components   `json:"components,omitzero"`
	Lines       []Line       `json:"lines,omitempty"`
	Allocations []Allocation `json:"allocations,omitempty"`
	Trace       string       `json:"trace,omitempty"` // the number by which a bank finds it (ARN, RRN)
	Failure     string       `json:"failure,omitempty"`
	Method      *Method      `json:"method,omitempty"`
	ArrivesBy   time.Time    `json:"arrives_by,omitzero"`
}

// Components say what a refund is made of.
type Components struct {
	Goods      Money `json:"goods,omitzero"`
	Tax        Money `json:"tax,omitzero"`
	Duty       Money `json:"duty,omitzero"`
	Shipping   Money `json:"shipping,omitzero"`
	Fee        Money `json:"fee,omitzero"`        // kept by the provider or given back by it
	Adjustment Money `json:"adjustment,omitzero"` // what the vendor calls so
	Net        Money `json:"net,omitzero"`        // what leaves the merchant's balance
}

// Allocation is the part of a refund that goes one way.
type Allocation struct {
	ID           string    `json:"id,omitempty"`
	To           string    `json:"to,omitempty"` // gateway or method
	Payment      string    `json:"payment,omitempty"`
	Amount       Money     `json:"amount,omitzero"`
	Status       string    `json:"status,omitempty"`
	VendorStatus string    `json:"vendor_status,omitempty"`
	At           time.Time `json:"at,omitzero"`
}

// Payout is money that a provider pays to the merchant, or a movement between the merchant's accounts.
type Payout struct {
	Head
	Amount    Money     `json:"amount,omitzero"`
	Fee       Money     `json:"fee,omitzero"`
	ArrivesAt time.Time `json:"arrives_at,omitzero"`
	Failure   string    `json:"failure,omitempty"`
	Trace     string    `json:"trace,omitempty"`
}

// Stages of a dispute.
const (
	StageAlert          = "alert"
	StageInquiry        = "inquiry"
	StagePlatformCase   = "platform_case"
	StageChargeback     = "chargeback"
	StagePreArbitration = "pre_arbitration"
	StageArbitration    = "arbitration"
)

// Statuses of a dispute.
const (
	DisputeNeedsResponse = "needs_response"
	DisputeWaitingBuyer  = "waiting_buyer"
	DisputeSubmitted     = "submitted"
	DisputeUnderReview   = "under_review"
	DisputeAppealable    = "appealable"
	DisputeClosed        = "closed"
)

// Outcomes of a dispute.
const (
	OutcomeWon       = "won"
	OutcomeLost      = "lost"
	OutcomeSplit     = "split"
	OutcomeAccepted  = "accepted"
	OutcomePrevented = "prevented"
	OutcomeWithdrawn = "withdrawn"
	OutcomeMissed    = "missed_deadline"
)

// Dispute is a claim by a customer or their bank against a payment. Stage, status (in the head) and outcome are three
// axes; see docs/states.md.
type Dispute struct {
	Head
	Stage          string    `json:"stage,omitempty"`
	VendorStage    string    `json:"vendor_stage,omitempty"`
	Outcome        string    `json:"outcome,omitempty"`
	VendorOutcome  string    `json:"vendor_outcome,omitempty"`
	Amount         Money     `json:"amount,omitzero"`
	ReasonCode     string    `json:"reason_code,omitempty"` // of the card network
	Network        string    `json:"network,omitempty"`
	RespondBy      time.Time `json:"respond_by,omitzero"`
	RespondSource  string    `json:"respond_by_source,omitempty"` // the vendor's field that says so
	EvidenceCount  int64     `json:"evidence_count,omitempty"`
	EvidenceSentAt time.Time `json:"evidence_sent_at,omitzero"`
	OpenedAt       time.Time `json:"opened_at,omitzero"`
	ClosedAt       time.Time `json:"closed_at,omitzero"`
	Moves          []Move    `json:"moves,omitempty"`
	Messages       []Message `json:"messages,omitempty"`
	Offer          Money     `json:"offer,omitzero"`
	OfferType      string    `json:"offer_type,omitempty"`
	Refundable     *bool     `json:"refundable,omitempty"` // whether the payment can still be refunded
	Method         *Method   `json:"method,omitempty"`
}

// Move is one booking that a dispute caused.
type Move struct {
	ID     string    `json:"id,omitempty"`
	Type   string    `json:"type,omitempty"` // the vendor's word
	Amount Money     `json:"amount,omitzero"`
	Fee    Money     `json:"fee,omitzero"`
	At     time.Time `json:"at,omitzero"`
}
