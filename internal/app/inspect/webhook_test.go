package inspect_test

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// hookCases are where each provider's samples lie.
var hookCases = map[string]string{
	"shopify": "../../adapter/commerce/shopify/testdata/hook", "shopify_rest": "../../adapter/commerce/shopify/testdata/rest", "amazon": "../../adapter/commerce/amazon/testdata",
	"woocommerce": "../../adapter/commerce/woocommerce/testdata", "medusa": "../../adapter/commerce/medusa/testdata", "vendure": "../../adapter/commerce/vendure/testdata",
	"stripe": "../../adapter/payment/stripe/testdata", "paypal": "../../adapter/payment/paypal/testdata", "adyen": "../../adapter/payment/adyen/testdata",
	"aftership": "../../adapter/carrier/aftership/testdata", "17track": "../../adapter/carrier/seventeentrack/testdata", "easypost": "../../adapter/carrier/easypost/testdata", "karrio": "../../adapter/carrier/karrio/testdata",
}

// hookLines are the lines that ask for all samples, by provider and name.
func hookLines(t testing.TB) map[string]string {
	t.Helper()
	out := map[string]string{}
	for provider, dir := range hookCases {
		files, err := fs.Glob(os.DirFS(dir), "*.json")
		if err != nil || len(files) == 0 {
			t.Fatalf("%s: %d samples, %v", provider, len(files), err)
		}
		for _, name := range files {
			body, err := os.ReadFile(filepath.Join(dir, name))
			if err != nil {
				t.Fatal(err)
			}
			id := provider + "/" + strings.TrimSuffix(name, ".json")
			line, err := json.Marshal(object{"id": id, "provider": provider, "headers": object{}, "body": json.RawMessage(body)})
			if err != nil {
				t.Fatal(err)
			}
			out[id] = string(line)
		}
	}
	return out
}

// What the payloads say, read by hand: type, identifier, status, sum, moment.
var hookTold = []struct {
	id                                string
	kind, oid, status, money, at, ref string // ref is "name=value"
}{
	{"shopify/orders__fulfilled", "order.updated", "820982911946154508", "cancelled", "total 404.95 USD", "2021-12-31T19:00:00-05:00", "customer=115310627314723954"},
	{"shopify/disputes__update", "dispute.updated", "285332461850802050", "under_review", "amount 11.50 CAD", "2021-12-31T19:00:00-05:00", "order=820982911946154500"},
	{"shopify/customers__enable", "customer.updated", "706405506930370084", "inactive", "", "2021-12-31T19:00:00-05:00", ""},
	{"shopify/fulfillments__update", "shipment.updated", "123456", "announced", "", "2021-12-31T19:00:00-05:00", "order=820982911946154500"},
	{"shopify/returns__close", "return.updated", "123134564567890", "closed", "", "", "order=4783296544821"},
	{"shopify/inventory_levels__connect", "inventory.updated", "24826418?inventory_item_id=271878346596884015", "", "", "2021-12-31T19:00:00-05:00", "item=271878346596884015"},
	{"shopify/fulfillment_orders__moved", "fulfillment_order.updated", "2", "open", "", "", "destination_location=1"},
	{"shopify/customers__data_request", "customer.updated", "191167", "", "", "", "request=9999"},
	{"shopify/reverse_deliveries__attach_deliverable", "return_delivery.updated", "9080907654321", "announced", "", "", "return=123134564567890"},
	{"shopify_rest/orders", "order.updated", "123456", "cancelled", "total 10.00 USD", "2016-05-17T04:14:36-04:00", ""},
	{"shopify_rest/transaction", "payment.updated", "389404469", "succeeded", "amount 409.94 USD", "2017-07-24T19:09:43Z", "order=450789469"},
	{"shopify_rest/payments_transactions", "payment.updated", "699519475", "", "amount -50.00 USD", "2013-11-01T00:00:00Z", "payout=623721858"},
	{"shopify_rest/payouts", "payout.updated", "854088011", "scheduled", "amount 43.12 USD", "2013-11-01T00:00:00Z", ""},
	{"shopify_rest/fulfillment", "shipment.updated", "1022782888", "announced", "", "2018-07-05T13:08:40-04:00", "order=450789469"},
	{"shopify_rest/fulfillment_reject", "fulfillment_order.updated", "1046000830", "open", "", "", "order=450789469"},
	{"shopify_rest/variant_with_metafields", "variant.updated", "2", "", "", "2017-10-18T12:22:36-04:00", "product=1"},
	{"stripe/dispute", "dispute.updated", "dp_1Pgc71B7WZ01zgkWMevJiAUx", "needs_response", "amount 10.00 USD", "2009-02-13T23:31:30Z", "charge=ch_1PgafuB7WZ01zgkWXYmPNZs8"},
	{"stripe/payment_intent", "payment.updated", "pi_1PgafyB7WZ01zgkWSjxsAJo3", "pending", "amount 10.99 USD", "2009-02-13T23:31:30Z", ""},
	{"stripe/transfer", "payout.updated", "tr_1Pgc7BB7WZ01zgkWVJfE40RX", "", "amount 11.00 USD", "2009-02-13T23:31:30Z", "destination=acct_1PgafTB7WZ01zgkW"},
	{"stripe/customer_balance_transaction", "customer_balance_transaction.updated", "cbtxn_1Pgc75B7WZ01zgkWgM0DfYYl", "", "amount -5.00 USD", "2009-02-13T23:31:30Z", "customer=cus_QXg1o8vcGmoR32"},
	{"stripe/price", "price.updated", "price_1PgafmB7WZ01zgkW6dKueIc5", "", "amount 20.00 USD", "2009-02-13T23:31:30Z", "product=prod_QXg1hqf4jFNsqG"},
	{"adyen/post-CHARGEBACK-chargeback", "dispute.opened", "QFQTPCQ8HXSKGK82", "needs_response", "amount 10.00 EUR", "2021-01-01T01:00:00+01:00", "payment=9913140798220028"},
	{"adyen/post-SECOND_CHARGEBACK-second_chargeback", "dispute.lost", "QFQTPCQ8HXSKGK82", "closed", "amount 10.00 EUR", "2021-01-01T01:00:00+01:00", "order=YOUR_MERCHANT_REFERENCE"},
	{"adyen/post-REFUND_WITH_DATA-refund_with_data", "refund.updated", "QFQTPCQ8HXSKGK82", "succeeded", "amount 10.00 EUR", "2021-01-01T01:00:00+01:00", "payment=9913140798220028"},
	{"adyen/post-CAPTURE_FAILED-capture_failed", "payment.capture_failed", "QFQTPCQ8HXSKGK82", "failed", "amount 10.00 EUR", "2021-01-01T01:00:00+01:00", "payment=9913140798220028"},
	{"adyen/post-TECHNICAL_CANCEL-technical_cancel", "payment.cancelled", "8515208516304269", "cancelled", "amount 10.00 EUR", "2018-07-18T22:35:14+02:00", "payment=8313547924770610"},
	{"paypal/customer_disputes_v1___v1_customer_disputes_id_make-offer_post_requestBody_make_offer", "dispute.offer_made", "", "waiting_buyer", "offer 23.00 USD", "", ""},
	{"paypal/customer_disputes_v1___v1_customer_disputes_id_adjudicate_post_requestBody_adjudicate", "dispute.adjudicated", "", "closed", "", "", ""},
	{"amazon/orders_2026-01-01__getOrder_200_0", "order.updated", "171-9876543-2109876", "open", "total 299.90 BRL", "2024-12-25T08:15:00Z", "marketplace=A2Q3Y263D00KWC"},
	{"amazon/orders_2026-01-01__getOrder_200_1", "order.updated", "028-1234567-8901234", "open", "total 125.00 TRY", "2025-03-15T14:20:00Z", "seller_order=TR-ORDER-2025-001"},
	{"amazon/ordersV0__getOrders_200_1", "order.updated", "902-3159896-1390916", "open", "", "2017-01-20T19:49:35Z", ""},
	{"amazon/ordersV0__getOrders_400_0", "answer.failed", "", "", "", "", ""},
	{"amazon/tracking_2026-01-30__getShipmentTracking_200_8", "shipment.updated", "1ZX222222222222222", "out_for_delivery", "", "2026-06-13T16:20:51Z", ""},
	{"amazon/tracking_2026-01-30__getShipmentTracking_200_6", "shipment.updated", "AFTN6666666666", "cancelled", "", "2026-07-03T05:56:06Z", ""},
	{"amazon/finances_2024-06-19__listBalances_200_0", "balance.updated", "", "", "amount 15000.00 USD", "2025-01-12T10:30:00+09:00", ""},
	{"amazon/messaging__confirmCustomizationDetails_201_0", "message.created", "", "", "", "", "order=123-1234567-1234567"},
	{"amazon/customerFeedback_2024-06-01__getItemReviewTopics_200_0", "feedback.updated", "B0BT5K9B2T", "", "", "2024-09-22T08:35:43.717Z", "marketplace=ATVPDKIKX0DER"},
	{"amazon/notification__PricingHealthNotification_0", "pricing_health.updated", "B007IBIWZY", "", "", "2020-09-23T21:30:13.713Z", "account=A3EZFOFNDPFB8R"},
}

func TestWebhooksTellWhatTheySay(t *testing.T) {
	lines := hookLines(t)
	for _, want := range hookTold {
		t.Run(want.id, func(t *testing.T) {
			got, bad := answer(t, "webhook", lines[want.id], "")
			var a struct {
				ID, Type, Key string
				OccurredAt    *string        `json:"occurred_at"`
				Object        map[string]any `json:"object"`
				Unknown       []string
			}
			if err := json.Unmarshal([]byte(strings.Join(got, "")), &a); err != nil || bad != 0 {
				t.Fatal(got, err)
			}
			text := func(v any) string {
				if v == nil {
					return ""
				}
				return fmt.Sprint(v)
			}
			at := ""
			if a.OccurredAt != nil {
				at = *a.OccurredAt
			}
			if a.ID != want.id || a.Type != want.kind || text(a.Object["id"]) != want.oid || text(a.Object["status"]) != want.status || at != want.at || a.Key == "" {
				t.Errorf("got %s %s %v %v %s", a.Type, a.Key, a.Object["id"], a.Object["status"], at)
			}
			if name, sum, ok := strings.Cut(want.money, " "); ok {
				m, _ := a.Object[name].(map[string]any)
				if got := text(m["amount"]) + " " + text(m["currency"]); got != sum {
					t.Errorf("%s is %s, want %s", name, got, sum)
				}
			}
			if name, id, ok := strings.Cut(want.ref, "="); ok {
				refs, _ := a.Object["refs"].(map[string]any)
				if refs[name] != id {
					t.Errorf("%s is %v, want %s", name, refs[name], id)
				}
			}
			if len(a.Unknown) != 0 {
				t.Errorf("unknown %v", a.Unknown)
			}
		})
	}
}

func TestWebhookLines(t *testing.T) {
	for _, c := range []struct{ line, want string }{
		{`{"id":1}`, `The field "provider" is missing.`}, {`{"id":1,"provider":"stripe"}`, `The field "body" is missing.`},
		{`{"id":1,"provider":"nobody","body":{}}`, `There is no provider "nobody"; there are 17track, `}, {`{"id":1,"provider":"stripe","body":"{"}`, `The body is not a JSON object that can be read`},
		{`{"id":1,"provider":"stripe","headers":1,"body":{}}`, `The field "headers" must be an object.`}, {`{"id":1,"provider":"stripe","body":5}`, `The body is not a JSON object that can be read`},
		{`{"id":1,"provider":"SHOPIFY","headers":{"x-shopify-topic":"orders/delete","X-Shopify-Webhook-Id":["w1"]},"body":"{\"id\":9007199254740993}"}`, `"type":"order.deleted","vendor_type":"orders/delete","key":"w1","occurred_at":null,"object":{"kind":"other","id":"9007199254740993"`},
		{`{"id":1,"provider":"woocommerce","headers":{"Content-Type":"application/x-www-form-urlencoded"},"body":"webhook_id=12"}`, `"type":"ping.received"`},
		{`{"id":1,"provider":"adyen","headers":{"Content-Type":"application/x-www-form-urlencoded"},"body":"eventCode=REFUND&success=true&pspReference=A&value=1000&currency=EUR&live=true"}`, `"key":"A:REFUND:true"`},
	} {
		got, _ := answer(t, "webhook", c.line, "")
		if !strings.Contains(strings.Join(got, ""), strings.ReplaceAll(c.want, `"`, quoteIn(c.want))) {
			t.Errorf("%s: %s", c.line, got)
		}
	}
}

// quoteIn is how a quote stands in an answer: escaped in a sentence.
func quoteIn(want string) string {
	if strings.HasPrefix(want, `"`) {
		return `"`
	}
	return `\"`
}

// FuzzWebhook holds that any body gives one answer, twice the same, whoever is said to have sent it.
func FuzzWebhook(f *testing.F) {
	providers := make([]string, 0, len(hookCases))
	for p := range hookCases {
		providers = append(providers, p)
	}
	for id, line := range hookLines(f) {
		provider, _, _ := strings.Cut(id, "/")
		var l struct{ Body json.RawMessage }
		if err := json.Unmarshal([]byte(line), &l); err != nil {
			f.Fatal(err)
		}
		f.Add(provider, []byte(l.Body))
	}
	for _, p := range providers {
		f.Add(p, []byte(`[{"id":1e5,"amount":{"value":1,"currency":"EUR"},"notificationItems":[{}],"object":"event","data":[]}]`))
	}
	f.Fuzz(func(t *testing.T, provider string, body []byte) {
		line, err := json.Marshal(object{"id": 1, "provider": provider, "body": string(body)})
		if err != nil {
			t.Fatal(err)
		}
		a, _ := answer(t, "webhook", string(line), "")
		b, _ := answer(t, "webhook", string(line), "")
		if len(a) != 1 || a[0] != b[0] || !json.Valid([]byte(a[0])) || strings.Contains(a[0], "a defect to report") {
			t.Errorf("%s: %s", line, a)
		}
	})
}
