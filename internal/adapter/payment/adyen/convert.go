package adyen

import (
	_ "embed"
	"net/http"
	"strings"
	"unicode"

	"godwit.dev/godwit/internal/base/wire"
	"godwit.dev/godwit/internal/flow/intake"
	"godwit.dev/godwit/internal/flow/pay"
)

//go:embed known.txt
var known string

// Source reads notifications.
func Source() intake.Source {
	return intake.Source{Name: "adyen", Known: wire.MustVocabulary(known), Convert: convert}
}

func convert(_ http.Header, body *wire.Node) intake.Told {
	items := body.At("notificationItems").Items()
	if len(items) == 0 && body.Has("eventCode") {
		return told([]*wire.Node{body}, false)
	}
	if len(items) == 0 {
		return typed(body)
	}
	inner := make([]*wire.Node, len(items))
	for i, m := range items {
		inner[i] = m
		if n := m.At("NotificationRequestItem"); n.Given() {
			inner[i] = n
		}
	}
	return told(inner, body.Has("live") && !body.Bool("live"))
}

// told reads the notifications of one message: its type and moment are those of the first, its key names them all.
func told(items []*wire.Node, test bool) intake.Told {
	var t intake.Told
	var keys []string
	for _, n := range items {
		code := n.String("eventCode")
		o, kind := object(code, n)
		o.Base().Test = test
		if len(t.Objects) == 0 {
			t.VendorType, t.Type, t.OccurredAt = code, kind, n.Time("eventDate")
		}
		t.Objects = append(t.Objects, o)
		keys = append(keys, n.String("pspReference")+":"+code+":"+n.String("success"))
	}
	t.Key = strings.Join(keys, ",")
	if strings.HasPrefix(t.Key, ":") { // no reference, no key
		t.Key = ""
	}
	return t
}

// typed reads a message that says its type and holds data.
func typed(body *wire.Node) intake.Told {
	what := body.String("type")
	t := intake.Told{VendorType: what, Type: snake(what), Key: body.First("eventId", "id").Text(), OccurredAt: body.First("createdAt", "timestamp").Time()}
	data := body.At("data")
	if !data.Given() {
		data = body
	}
	r := intake.NewRecord(what, data)
	if r.ID == "" {
		r.ID = data.First("pspReference", "storedPaymentMethodId", "disputeId").Text()
	}
	r.Refer("payment", data.Peek("pspReference").Text())
	r.Refer("customer", data.Peek("shopperReference").Text())
	if a := data.At("amount"); a.Given() {
		r.Amount = intake.Minor(a.At("value"), a.String("currency"), decimals)
	}
	r.CreatedAt = t.OccurredAt
	r.Test = body.String("environment") == "test"
	t.Objects = []intake.Object{r}
	return t
}

// snake is a dotted name in our letters: eft.notificationOfChange is eft.notification_of_change.
func snake(s string) string {
	var b strings.Builder
	for i, c := range s {
		if unicode.IsUpper(c) && i > 0 && s[i-1] != '.' && s[i-1] != '_' {
			b.WriteByte('_')
		}
		b.WriteRune(unicode.ToLower(c))
	}
	return b.String()
}

func object(code string, n *wire.Node) (o intake.Object, kind string) {
	e, known := events[code]
	if !known {
		n.At("eventCode").Puzzle()
	}
	data := n.At("additionalData")
	for _, m := range data.Members() {
		if strings.HasPrefix(m.Key(), "metadata.") {
			data.At(m.Key())
		}
	}
	if code == "CANCEL_OR_REFUND" {
		e = events["CANCELLATION"]
		if data.String("modification.action") == "refund" {
			e = events["REFUND"]
		}
	}
	if e.verb == "" {
		e.verb = "updated"
	}
	h := head(n, code, e)
	money := n
	if n.Peek("amount").Kind() == wire.Object { // a form has value and currency without it
		money = n.At("amount")
	}
	sum := intake.Minor(money.At("value"), money.String("currency"), decimals)
	switch e.kind {
	case intake.KindPayment:
		p := &intake.Payment{Head: h, Operation: operation(code), Amount: sum, Method: method(n, data), Email: data.String("shopperEmail")}
		if h.Status == "failed" {
			p.Error = h.Reason
			p.ErrorCode = data.First("refusalReasonRaw", "rawAcquirerResponse").Text()
		}
		return p, "payment." + e.verb
	case intake.KindRefund:
		r := &intake.Refund{Head: h, Amount: sum, Method: method(n, data), Trace: data.First("acquirerReferenceNumber", "arn").Text()}
		if h.Status == "failed" || h.Status == "reversed" {
			r.Failure = h.Reason
		}
		r.Allocations = []intake.Allocation{{ID: h.ID, To: n.String("paymentMethod"), Payment: h.Refs["payment"], Amount: sum, Status: h.Status, VendorStatus: h.VendorStatus, At: h.CreatedAt}}
		return r, "refund." + e.verb
	case intake.KindPayout:
		return &intake.Payout{Head: h, Amount: sum, Failure: failure(h)}, "payout." + e.verb
	case intake.KindDispute:
		return dispute(n, data, h, e, sum), "dispute." + e.verb
	}
	r := intake.NewRecord(strings.ToLower(code), n)
	h.Kind = r.Kind
	r.Head, r.Amount = h, sum
	return r, strings.ToLower(code) + "." + e.verb
}

func failure(h intake.Head) string {
	if h.Status == "failed" {
		return h.Reason
	}
	return ""
}

// operation is what was asked of a payment.
func operation(code string) string {
	switch code {
	case "AUTHORISATION":
		return "authorization"
	case "CAPTURE", "CAPTURE_FAILED":
		return "capture"
	case "CANCELLATION", "TECHNICAL_CANCEL", "CANCEL_OR_REFUND":
		return "void"
	}
	return strings.ToLower(code)
}

func head(n *wire.Node, code string, e event) intake.Head {
	h := intake.Head{ID: n.String("pspReference"), Status: e.done, VendorStatus: code, Reason: n.String("reason"), CreatedAt: n.Time("eventDate")}
	if n.Has("success") {
		h.VendorStatus += ":" + n.String("success")
		if !n.Bool("success") && e.failed != "" {
			h.Status = e.failed
		}
	}
	if h.Reason == "null" { // a text, in the vendor's own examples
		h.Reason = ""
	}
	if mine := n.String("merchantReference"); strings.HasPrefix(mine, "godwit-") {
		h.Refer(pay.KeyRef, mine)
	} else {
		h.Refer("order", mine)
	}
	payment := n.String("originalReference")
	if payment == "" && e.kind != "" && e.kind != intake.KindPayout {
		payment = h.ID
	}
	h.Refer("payment", payment)
	h.Refer("account", n.String("merchantAccountCode"))
	data := n.At("additionalData")
	h.Refer("customer", data.First("shopperReference", "recurring.shopperReference", "tokenization.shopperReference").Text())
	h.Refer("payment_method", data.First("recurring.recurringDetailReference", "tokenization.storedPaymentMethodId").Text())
	h.Refer("capture", data.String("capturePspReference"))
	h.Refer("modification", data.String("modificationMerchantReferences"))
	return h
}

func method(n, data *wire.Node) *intake.Method {
	m := intake.Method{Type: n.String("paymentMethod"), Brand: data.String("paymentMethodVariant"), Last4: data.String("cardSummary"), Name: data.String("cardHolderName")}
	if m == (intake.Method{}) {
		return nil
	}
	return &m
}

func dispute(n, data *wire.Node, h intake.Head, e event, sum intake.Money) *intake.Dispute {
	d := &intake.Dispute{
		Head: h, Stage: e.stage, Outcome: e.outcome, Amount: sum, Method: method(n, data),
		ReasonCode: strings.TrimSpace(data.First("chargebackReasonCode", "nofReasonCode", "rfiReasonCode").Text()), Network: data.First("chargebackSchemeCode", "nofSchemeCode", "rfiSchemeCode").Text(),
		RespondBy: data.Time("defensePeriodEndsAt"),
	}
	d.VendorStage = n.String("eventCode")
	d.Refer("capture", data.String("capturePspReference"))
	if !d.RespondBy.IsZero() {
		d.RespondSource = "additionalData.defensePeriodEndsAt"
	}
	if d.Stage != intake.StageAlert && d.Outcome == "" && data.Has("defendable") && !data.Bool("defendable") {
		d.Status = intake.DisputeUnderReview // nothing can be said against it
		if data.Bool("autoDefended") {
			d.Status = intake.DisputeSubmitted
		}
	}
	if status, written := disputeStatuses.Of(data, "disputeStatus"); written != "" {
		d.VendorOutcome = written
		if status == intake.DisputeClosed && d.Outcome == "" {
			d.Status, d.Outcome = status, outcomes[written]
		}
	}
	if d.Status == intake.DisputeClosed {
		d.ClosedAt = h.CreatedAt
	} else if e.verb == "opened" {
		d.OpenedAt = h.CreatedAt
	}
	for _, m := range data.Members() {
		if what, ok := strings.CutPrefix(m.Key(), "issuerComments."); ok && m.Text() != "" {
			data.At(m.Key())
			d.Messages = append(d.Messages, intake.Message{Head: intake.Head{Kind: intake.KindMessage, Reason: what}, From: "issuer", Text: m.Text()})
		}
	}
	return d
}
