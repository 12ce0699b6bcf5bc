package paypal

import (
	"godwit.dev/godwit/internal/base/wire"
	"godwit.dev/godwit/internal/flow/intake"
)

func dispute(n *wire.Node) *intake.Dispute {
	d := &intake.Dispute{Head: head(n), Amount: sum(n.At("dispute_amount")), RespondBy: n.Time("seller_response_due_date"), ReasonCode: n.First("external_reason_code").Text()}
	d.ID = first(n.String("dispute_id"), d.ID)
	d.Reason = n.String("reason")
	d.OpenedAt = d.CreatedAt
	if !d.RespondBy.IsZero() {
		d.RespondSource = "seller_response_due_date"
	}
	d.Status, d.VendorStatus = disputeStatuses.Of(n, "status")
	if state, written := disputeStates.Of(n, "dispute_state"); state == intake.DisputeAppealable || d.VendorStatus == "" {
		d.Status, d.VendorStatus = state, first(d.VendorStatus, written)
	}
	d.Stage, d.VendorStage = disputeStages.Of(n, "dispute_life_cycle_stage")
	switch n.String("dispute_channel") {
	case "INTERNAL":
		if d.Stage == intake.StageChargeback { // PayPal calls a claim that it decides itself a chargeback, too
			d.Stage = intake.StagePlatformCase
		}
	case "ALERT":
		d.Stage = intake.StageAlert
	}
	o := n.At("dispute_outcome")
	d.Outcome, d.VendorOutcome = disputeOutcomes.Of(o, "outcome_code")
	if back := sum(o.At("amount_refunded")); !back.IsZero() {
		d.Moves = append(d.Moves, intake.Move{Type: "amount_refunded", Amount: back})
	}
	for _, m := range n.At("money_movements").Items() {
		d.Moves = append(d.Moves, intake.Move{Type: m.First("type", "reason").Text(), Amount: sum(m.At("amount")), At: m.First("initiated_time", "create_time").Time()})
	}
	if d.Status == intake.DisputeClosed {
		d.ClosedAt = d.UpdatedAt
	}
	for _, t := range n.At("disputed_transactions").Items() {
		d.Refer("payment", t.String("seller_transaction_id"))
		d.Refer("buyer_transaction", t.String("buyer_transaction_id"))
		d.Refer("order", first(t.String("invoice_number"), t.String("custom"), t.String("reference_id")))
		d.Refer("merchant", t.String("seller", "merchant_id"))
	}
	for _, m := range n.At("messages").Items() {
		d.Messages = append(d.Messages, intake.Message{Head: intake.Head{Kind: intake.KindMessage}, From: from(m.String("posted_by")), Text: m.String("content"), SentAt: m.Time("time_posted")})
	}
	offer := n.At("offer")
	d.Offer, d.OfferType = sum(offer.At("seller_offered_amount")), offer.First("offer_type").Text()
	if d.Offer.IsZero() {
		d.Offer = sum(offer.At("buyer_requested_amount"))
	}
	d.EvidenceCount = int64(len(n.At("evidences").Items()))
	return d
}

func from(who string) string {
	switch who {
	case "BUYER":
		return "customer"
	case "SELLER":
		return "merchant"
	case "ARBITER":
		return "provider"
	}
	return who
}
