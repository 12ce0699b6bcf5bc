package stripetest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// holds answers what is asked of Checkout Sessions, PaymentIntents and cards, as the reference says, and reports whether it
// did.
func (b *Server) holds(w http.ResponseWriter, r *http.Request, body string) bool {
	part := strings.Split(strings.TrimPrefix(r.URL.Path, "/v1/"), "/")
	if part[0] != "checkout" && part[0] != "payment_intents" && part[0] != "payment_methods" {
		return false
	}
	form, err := url.ParseQuery(body)
	if err != nil {
		b.wrong("%v", err)
	}
	key := r.Header.Get("Idempotency-Key")
	if r.Method != http.MethodPost {
		status, raw := b.hold(r, part, form, "", body)
		reply(w, status, raw)
		return true
	}
	b.at(Asked, key)
	status, raw := b.hold(r, part, form, key, body)
	b.at(Paid, key)
	reply(w, status, raw)
	if f, ok := w.(http.Flusher); ok {
		f.Flush()
	}
	b.at(Told, key)
	return true
}

// hold returns the answer to a key, which is made once; "" is no key.
func (b *Server) hold(r *http.Request, part []string, form url.Values, key, body string) (int, []byte) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if was, ok := b.keys[key]; ok {
		if was.params != body {
			raw, _ := json.Marshal(Refused("idempotency_error", ""))
			return http.StatusBadRequest, raw
		}
		return was.status, was.body
	}
	status, answer := b.held(r, part, form, key)
	raw, _ := json.Marshal(answer)
	if key != "" && status < http.StatusInternalServerError {
		if b.keys == nil {
			b.keys = map[string]kept{}
		}
		b.keys[key] = kept{body, status, raw}
	}
	return status, raw
}

func (b *Server) held(r *http.Request, part []string, form url.Values, key string) (int, map[string]any) {
	missing := Refused("invalid_request_error", "resource_missing")
	switch path := strings.Join(part, "/"); {
	case path == "checkout/sessions" && r.Method == http.MethodPost:
		if form.Get("payment_intent_data[capture_method]") != "manual" || form.Get("payment_intent_data[setup_future_usage]") != "off_session" || form.Get("payment_intent_data[metadata][godwit_key]") != key {
			b.wrong("a page that holds nothing: %v", form)
		}
		id := fmt.Sprintf("cs_%d", len(b.sessions)+1)
		s := map[string]any{"object": "checkout.session", "id": id, "status": "open", "url": "https://checkout.stripe.com/c/pay/" + id, "key": key,
			"amount": json.Number(form.Get("line_items[0][price_data][unit_amount]")), "currency": form.Get("line_items[0][price_data][currency]")}
		b.sessions = append(b.sessions, s)
		return http.StatusOK, s
	case part[0] == "checkout":
		for _, s := range b.sessions {
			if s["id"] != part[2] {
				continue
			}
			if len(part) == 4 { // expire
				s["status"] = "expired"
			}
			return http.StatusOK, s
		}
		return http.StatusNotFound, missing
	case part[0] == "payment_methods":
		for _, x := range b.intents {
			if x["payment_method"] == part[1] && x["forgotten"] == nil {
				x["forgotten"] = true
				return http.StatusOK, map[string]any{"object": "payment_method", "id": part[1]}
			}
		}
		return http.StatusBadRequest, missing
	case path == "payment_intents" && r.Method == http.MethodGet:
		list := []map[string]any{}
		for _, x := range b.intents {
			if x["customer"] == r.URL.Query().Get("customer") {
				list = append(list, x)
			}
		}
		return http.StatusOK, map[string]any{"object": "list", "url": "/v1/payment_intents", "data": list}
	case path == "payment_intents":
		if b.poor {
			return http.StatusPaymentRequired, map[string]any{"error": map[string]any{"type": "card_error", "code": "card_declined", "decline_code": "insufficient_funds", "message": "no"}}
		}
		if form.Get("off_session") != "true" || form.Get("confirm") != "true" || form.Get("customer") == "" || form.Get("payment_method") == "" {
			b.wrong("charged without the customer by %v", form)
		}
		x := b.intent(form.Get("amount"), form.Get("currency"), form.Get("metadata[godwit_key]"), "succeeded", form.Get("amount"))
		x["customer"], x["payment_method"] = form.Get("customer"), form.Get("payment_method")
		return http.StatusOK, x
	}
	for _, x := range b.intents {
		if x["id"] != part[1] || len(part) < 3 {
			continue
		}
		if x["status"] != "requires_capture" {
			return http.StatusBadRequest, Refused("invalid_request_error", "payment_intent_unexpected_state")
		}
		switch part[2] {
		case "capture":
			x["status"], x["amount_received"] = "succeeded", json.Number(form.Get("amount_to_capture"))
		case "cancel":
			x["status"], x["cancellation_reason"] = "canceled", form.Get("cancellation_reason")
		}
		return http.StatusOK, x
	}
	return http.StatusNotFound, missing
}

func (b *Server) intent(amount, currency, key, status, received string) map[string]any {
	n := len(b.intents) + 1
	x := map[string]any{"object": "payment_intent", "id": fmt.Sprintf("pi_%d", n), "amount": json.Number(amount), "currency": currency, "status": status, "customer": fmt.Sprintf("cus_%d", n), "payment_method": fmt.Sprintf("pm_%d", n),
		"metadata": map[string]any{"godwit_key": key}, "amount_received": json.Number(received),
		"latest_charge": map[string]any{"object": "charge", "id": "ch_1", "payment_method_details": map[string]any{"card": map[string]any{"capture_before": time.Now().Add(7 * 24 * time.Hour).Unix()}}}}
	b.intents = append(b.intents, x)
	return x
}

// Agree is the customer who agrees on a page.
func (b *Server) Agree(page string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, s := range b.sessions {
		if s["id"] == page && s["status"] == "open" {
			s["status"], s["payment_intent"] = "complete", b.intent(fmt.Sprint(s["amount"]), s["currency"].(string), s["key"].(string), "requires_capture", "0")
		}
	}
}

// Lapse lets the bank let go of what a page held.
func (b *Server) Lapse(page string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, s := range b.sessions {
		if x, ok := s["payment_intent"].(map[string]any); ok && s["id"] == page && x["status"] == "requires_capture" {
			x["status"], x["cancellation_reason"] = "canceled", "automatic"
		}
	}
}

// Poor leaves the card without money.
func (b *Server) Poor() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.poor = true
}

// Charged adds up what was taken of cards, in minor units.
func (b *Server) Charged() (n int64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, x := range b.intents {
		if got, err := x["amount_received"].(json.Number).Int64(); err == nil {
			n += got
		}
	}
	return n
}

// Holding reports whether the card of a page is known still, and whether its sum is held.
func (b *Server) Holding(page string) (kept, active bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, s := range b.sessions {
		if x, ok := s["payment_intent"].(map[string]any); ok && s["id"] == page {
			kept, active = x["forgotten"] == nil, x["status"] == "requires_capture"
		}
	}
	return kept, active
}

// Held is what a server knows of a sum that was held.
type Held struct {
	Times  int   // how often it was held or charged
	Active bool  // it is held now
	Kept   bool  // its card is known still
	Taken  int64 // of it, in minor units
}

// Held returns what is known of what was held under a key.
func (b *Server) Held(key string) (h Held) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, x := range b.intents {
		if x["metadata"].(map[string]any)["godwit_key"] != key {
			continue
		}
		h.Times++
		h.Active = h.Active || x["status"] == "requires_capture"
		h.Kept = h.Kept || x["forgotten"] == nil
		if got, err := x["amount_received"].(json.Number).Int64(); err == nil {
			h.Taken += got
		}
	}
	return h
}
