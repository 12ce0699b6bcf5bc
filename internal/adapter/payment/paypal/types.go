package paypal

import "godwit.dev/godwit/internal/flow/intake"

// verbs are the last parts of event types in our words; others are theirs in small letters.
var verbs = map[string]string{
	"COMPLETED": "succeeded", "DENIED": "failed", "DECLINED": "failed", "VOIDED": "cancelled", "CANCELLED": "cancelled", "REFUNDED": "refunded",
}

var captureStatuses = intake.Words{
	"completed": "succeeded", "declined": "failed", "denied": "failed", "partially_refunded": "partially_refunded", "pending": "pending", "refunded": "refunded", "failed": "failed", "reversed": "refunded",
	// authorisations
	"created": "authorized", "captured": "succeeded", "expired": "expired", "partially_captured": "authorized", "voided": "cancelled",
	// sales of the first version
	"authorized": "authorized", "approved": "authorized", "canceled": "cancelled",
}

var refundStatuses = intake.Words{"cancelled": "cancelled", "canceled": "cancelled", "failed": "failed", "pending": "pending", "completed": "succeeded"}

var orderStatuses = intake.Words{
	"created": "open", "saved": "open", "approved": "open", "voided": "cancelled", "completed": "closed", "payer_action_required": "open", "pending": "open",
}

var disputeStatuses = intake.Words{
	"open": intake.DisputeNeedsResponse, "waiting_for_buyer_response": intake.DisputeWaitingBuyer, "waiting_for_seller_response": intake.DisputeNeedsResponse,
	"under_review": intake.DisputeUnderReview, "resolved": intake.DisputeClosed, "other": intake.DisputeUnderReview,
}

// disputeStates say for the merchant what the status says for both sides.
var disputeStates = intake.Words{
	"required_action": intake.DisputeNeedsResponse, "required_other_party_action": intake.DisputeWaitingBuyer, "under_paypal_review": intake.DisputeUnderReview,
	"resolved": intake.DisputeClosed, "open_inquiries": intake.DisputeNeedsResponse, "appealable": intake.DisputeAppealable, "other": intake.DisputeUnderReview,
}

var disputeStages = intake.Words{
	"inquiry": intake.StageInquiry, "chargeback": intake.StageChargeback, "pre_arbitration": intake.StagePreArbitration, "arbitration": intake.StageArbitration,
}

var disputeOutcomes = intake.Words{
	"resolved_buyer_favour": intake.OutcomeLost, "resolved_seller_favour": intake.OutcomeWon, "resolved_with_payout": intake.OutcomeSplit, "canceled_by_buyer": intake.OutcomeWithdrawn,
	"accepted": intake.OutcomeAccepted, "denied": intake.OutcomeWon, "none": "", "buyer_favor": intake.OutcomeLost, "seller_favor": intake.OutcomeWon,
}

var payoutStatuses = intake.Words{
	"success": "succeeded", "failed": "failed", "pending": "pending", "unclaimed": "needs_action", "returned": "reversed", "onhold": "pending", "blocked": "failed", "refunded": "reversed", "reversed": "reversed",
	"denied": "failed", "processing": "pending", "new": "pending", "canceled": "cancelled",
}

// actions are bodies by which a dispute is acted on, told by the member that only they have.
var actions = []struct{ member, verb, status string }{
	{"adjudication_outcome", "adjudicated", intake.DisputeClosed}, {"offer_type", "offer_made", intake.DisputeWaitingBuyer}, {"offer_amount", "offer_made", intake.DisputeWaitingBuyer},
	{"accept_claim_reason", "accepted", intake.DisputeClosed}, {"accept_claim_type", "accepted", intake.DisputeClosed}, {"evidences", "evidence_submitted", intake.DisputeSubmitted}, {"acknowledgement_type", "return_acknowledged", ""},
}
