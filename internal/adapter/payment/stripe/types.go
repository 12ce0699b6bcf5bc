package stripe

import "godwit.dev/godwit/internal/flow/intake"

// decimals are those of currencies for which Stripe's minor unit differs from ISO 4217 ("Supported currencies").
var decimals = map[string]int{"ISK": 2, "UGX": 2, "MGA": 0}

// nouns are the first parts of our types, by the vendor's object; others are the object's own name.
var nouns = map[string]string{
	"charge": "payment", "payment_intent": "payment", "checkout.session": "payment", "balance_transaction": "payment", "refund": "refund", "dispute": "dispute",
	"issuing.dispute": "dispute", "radar.early_fraud_warning": "dispute", "payout": "payout", "transfer": "payout", "topup": "payout", "payment_record": "payment",
	"issuing.authorization": "payment", "issuing.transaction": "payment", "payment_attempt_record": "payment", "terminal.refund": "refund", "fee_refund": "refund", "transfer_reversal": "refund",
}

// verbs are the last parts of event types that have another form with us.
var verbs = map[string]string{"canceled": "cancelled", "payment_failed": "failed", "funds_withdrawn": "funds_withdrawn", "requires_action": "needs_action"}

var chargeStatuses = intake.Words{"succeeded": "succeeded", "pending": "pending", "failed": "failed"}

var intentStatuses = intake.Words{
	"requires_payment_method": "pending", "requires_confirmation": "pending", "requires_action": "needs_action", "processing": "pending",
	"requires_capture": "authorized", "canceled": "cancelled", "succeeded": "succeeded",
}

var sessionStatuses = intake.Words{"open": "pending", "complete": "succeeded", "expired": "expired"}

var refundStatuses = intake.Words{
	"pending": "pending", "requires_action": "needs_action", "succeeded": "succeeded", "failed": "failed", "canceled": "cancelled",
}

// disputeStatuses fold the stage into the status: a warning is an inquiry.
var disputeStatuses = intake.Words{
	"warning_needs_response": intake.DisputeNeedsResponse, "warning_under_review": intake.DisputeUnderReview, "warning_closed": intake.DisputeClosed,
	"needs_response": intake.DisputeNeedsResponse, "under_review": intake.DisputeUnderReview, "won": intake.DisputeClosed, "lost": intake.DisputeClosed,
	"charge_refunded": intake.DisputeClosed, "prevented": intake.DisputeClosed, "unsubmitted": intake.DisputeNeedsResponse, "submitted": intake.DisputeSubmitted, "expired": intake.DisputeClosed,
}

// disputeOutcomes are those of closed disputes. An inquiry that was closed never became a chargeback.
var disputeOutcomes = map[string]string{
	"won": intake.OutcomeWon, "lost": intake.OutcomeLost, "warning_closed": intake.OutcomeWithdrawn, "charge_refunded": intake.OutcomePrevented,
	"prevented": intake.OutcomePrevented, "expired": intake.OutcomeMissed,
}

var payoutStatuses = intake.Words{
	"paid": "succeeded", "pending": "pending", "in_transit": "submitted", "canceled": "cancelled", "failed": "failed", "succeeded": "succeeded", "reversed": "reversed",
}
