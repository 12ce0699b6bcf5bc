package adyen

import "godwit.dev/godwit/internal/flow/intake"

// decimals are those of currencies for which Adyen differs from ISO 4217 ("Currency codes").
var decimals = map[string]int{"CLP": 2, "CVE": 0, "IDR": 0, "ISK": 2}

// event says what an event code means.
type event struct {
	kind    string // of the object
	verb    string // of our type
	done    string // the status if it succeeded
	failed  string // the status if not
	stage   string // of a dispute
	outcome string // of a dispute
}

var events = map[string]event{
	"AUTHORISATION":            {kind: intake.KindPayment, verb: "authorized", done: "authorized", failed: "failed"},
	"AUTHORISATION_ADJUSTMENT": {kind: intake.KindPayment, verb: "adjusted", done: "authorized", failed: "failed"},
	"AUTORESCUE":               {kind: intake.KindPayment, verb: "rescued", done: "succeeded", failed: "failed"},
	"CANCEL_AUTORESCUE":        {kind: intake.KindPayment, verb: "rescue_cancelled", done: "cancelled", failed: "failed"},
	"CANCELLATION":             {kind: intake.KindPayment, verb: "cancelled", done: "cancelled", failed: "failed"},
	"TECHNICAL_CANCEL":         {kind: intake.KindPayment, verb: "cancelled", done: "cancelled", failed: "failed"},
	"CAPTURE":                  {kind: intake.KindPayment, verb: "captured", done: "succeeded", failed: "failed"},
	"CAPTURE_FAILED":           {kind: intake.KindPayment, verb: "capture_failed", done: "failed", failed: "failed"},
	"EXPIRE":                   {kind: intake.KindPayment, verb: "expired", done: "expired", failed: "failed"},
	"OFFER_CLOSED":             {kind: intake.KindPayment, verb: "expired", done: "expired", failed: "failed"},
	"PENDING":                  {kind: intake.KindPayment, verb: "pending", done: "pending", failed: "failed"},
	"HANDLED_EXTERNALLY":       {kind: intake.KindPayment, verb: "handled_externally", done: "pending", failed: "failed"},
	"MANUAL_REVIEW_ACCEPT":     {kind: intake.KindPayment, verb: "review_accepted", done: "authorized", failed: "failed"},
	"MANUAL_REVIEW_REJECT":     {kind: intake.KindPayment, verb: "review_rejected", done: "cancelled", failed: "failed"},
	"ORDER_OPENED":             {kind: intake.KindPayment, verb: "order_opened", done: "pending", failed: "failed"},
	"ORDER_CLOSED":             {kind: intake.KindPayment, verb: "order_closed", done: "authorized", failed: "failed"},
	"DONATION":                 {kind: intake.KindPayment, verb: "donated", done: "succeeded", failed: "failed"},

	"REFUND":              {kind: intake.KindRefund, verb: "updated", done: "succeeded", failed: "failed"},
	"REFUND_WITH_DATA":    {kind: intake.KindRefund, verb: "updated", done: "succeeded", failed: "failed"},
	"REFUND_FAILED":       {kind: intake.KindRefund, verb: "failed", done: "failed", failed: "failed"},
	"REFUNDED_REVERSED":   {kind: intake.KindRefund, verb: "reversed", done: "reversed", failed: "succeeded"},
	"POSTPONED_REFUND":    {kind: intake.KindRefund, verb: "scheduled", done: "scheduled", failed: "failed"},
	"VOID_PENDING_REFUND": {kind: intake.KindRefund, verb: "cancelled", done: "cancelled", failed: "failed"},

	"PAYOUT_THIRDPARTY": {kind: intake.KindPayout, verb: "updated", done: "succeeded", failed: "failed"},
	"PAYOUT_DECLINE":    {kind: intake.KindPayout, verb: "failed", done: "failed", failed: "failed"},
	"PAYOUT_EXPIRE":     {kind: intake.KindPayout, verb: "expired", done: "cancelled", failed: "failed"},
	"PAIDOUT_REVERSED":  {kind: intake.KindPayout, verb: "reversed", done: "reversed", failed: "succeeded"},

	"NOTIFICATION_OF_FRAUD":             {kind: intake.KindDispute, verb: "opened", stage: intake.StageAlert, done: intake.DisputeNeedsResponse},
	"REQUEST_FOR_INFORMATION":           {kind: intake.KindDispute, verb: "opened", stage: intake.StageInquiry, done: intake.DisputeNeedsResponse},
	"INFORMATION_SUPPLIED":              {kind: intake.KindDispute, verb: "evidence_submitted", stage: intake.StageInquiry, done: intake.DisputeSubmitted},
	"NOTIFICATION_OF_CHARGEBACK":        {kind: intake.KindDispute, verb: "opened", stage: intake.StageChargeback, done: intake.DisputeNeedsResponse},
	"CHARGEBACK":                        {kind: intake.KindDispute, verb: "opened", stage: intake.StageChargeback, done: intake.DisputeNeedsResponse},
	"CHARGEBACK_REVERSED":               {kind: intake.KindDispute, verb: "defended", stage: intake.StageChargeback, done: intake.DisputeUnderReview},
	"SECOND_CHARGEBACK":                 {kind: intake.KindDispute, verb: "lost", stage: intake.StageChargeback, done: intake.DisputeClosed, outcome: intake.OutcomeLost},
	"ISSUER_COMMENTS":                   {kind: intake.KindDispute, verb: "commented", stage: intake.StageChargeback, done: intake.DisputeUnderReview},
	"ISSUER_RESPONSE_TIMEFRAME_EXPIRED": {kind: intake.KindDispute, verb: "won", stage: intake.StageChargeback, done: intake.DisputeClosed, outcome: intake.OutcomeWon},
	"DISPUTE_DEFENSE_PERIOD_ENDED":      {kind: intake.KindDispute, verb: "missed_deadline", stage: intake.StageChargeback, done: intake.DisputeClosed, outcome: intake.OutcomeMissed},
	"PREARBITRATION_WON":                {kind: intake.KindDispute, verb: "won", stage: intake.StagePreArbitration, done: intake.DisputeClosed, outcome: intake.OutcomeWon},
	"PREARBITRATION_LOST":               {kind: intake.KindDispute, verb: "lost", stage: intake.StagePreArbitration, done: intake.DisputeClosed, outcome: intake.OutcomeLost},
	"ARBITRATION_WON":                   {kind: intake.KindDispute, verb: "won", stage: intake.StageArbitration, done: intake.DisputeClosed, outcome: intake.OutcomeWon},
	"ARBITRATION_LOST":                  {kind: intake.KindDispute, verb: "lost", stage: intake.StageArbitration, done: intake.DisputeClosed, outcome: intake.OutcomeLost},
	"SCHEME_ARBITRATION_WON":            {kind: intake.KindDispute, verb: "won", stage: intake.StageArbitration, done: intake.DisputeClosed, outcome: intake.OutcomeWon},
	"SCHEME_ARBITRATION_LOST":           {kind: intake.KindDispute, verb: "lost", stage: intake.StageArbitration, done: intake.DisputeClosed, outcome: intake.OutcomeLost},

	"RECURRING_CONTRACT": {verb: "created"}, "REPORT_AVAILABLE": {verb: "available"}, "PROCESS_RETRY": {verb: "updated"},
}

// outcomes are the words of additionalData.disputeStatus that end a dispute.
var outcomes = map[string]string{"Won": intake.OutcomeWon, "Lost": intake.OutcomeLost, "Accepted": intake.OutcomeAccepted, "Expired": intake.OutcomeMissed}

var disputeStatuses = intake.Words{
	"undefended": intake.DisputeNeedsResponse, "unresponded": intake.DisputeNeedsResponse, "notificationofchargeback": intake.DisputeNeedsResponse, "pending": intake.DisputeUnderReview,
	"responded": intake.DisputeSubmitted, "won": intake.DisputeClosed, "lost": intake.DisputeClosed, "accepted": intake.DisputeClosed, "expired": intake.DisputeClosed,
}
