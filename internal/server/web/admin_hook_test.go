package web_test

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"godwit.dev/godwit/internal/base/outbound"
	"godwit.dev/godwit/internal/platform/hook"
	"godwit.dev/godwit/internal/platform/job"
	"godwit.dev/godwit/internal/platform/webhook"
)

// work runs the jobs of hooks as a server does.
func (h *adminHouse) work() {
	h.t.Helper()
	log := slog.New(slog.DiscardHandler)
	courier := webhook.NewCourier(webhook.CourierConfig{
		Store: h.store, Journal: h.store, Queue: h.store, IDs: h.ids, Now: time.Now, Log: log,
		Client: outbound.New(outbound.Options{Allow: outbound.Loopback(), MaxRedirects: -1}),
	})
	r := job.NewRunner(job.Config{
		Store: h.store, Log: log, Poll: 20 * time.Millisecond, Queues: map[string]int{webhook.Queue: 2, hook.Queue: 1},
		Handlers: map[string]job.Handler{webhook.DeliverJob: courier.Handle, hook.ProcessJob: h.hooks.Process},
	})
	r.Start(h.t.Context())
	h.t.Cleanup(func() { r.Stop(context.Background()) })
}

func TestWebhookPages(t *testing.T) {
	h, owner := founded(t, nil)
	h.work()
	status := http.StatusOK
	receiver := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.WriteHeader(status)
		_, _ = io.WriteString(w, "<b>thanks</b>")
	}))
	defer receiver.Close()
	owner.want(owner.get("/admin/webhooks"), 200, "No program is told yet", "standard")
	owner.want(owner.post("/admin/webhooks", "url", "https://10.0.0.1/", "kinds", "ticket.*"), 422, "does not belong to the public internet", "https://10.0.0.1/")
	owner.want(owner.post("/admin/webhooks", "url", receiver.URL, "kinds", "ticket.eaten"), 422, "There is no event ticket.eaten.")
	page := owner.want(owner.post("/admin/webhooks", "url", receiver.URL, "description", "The <warehouse>", "kinds", "ticket.*"), 200, "whsec_", "It is not shown again.", "The <warehouse>")
	path := formAction(t, page, `/admin/webhooks/\d+`, receiver.URL)
	if page := owner.get(path); page.has("whsec_") || page.status != 200 {
		t.Error("the secret is shown again")
	}
	owner.want(owner.post(path, "do", "test"), 200, "The receiver took the test: 200.", "webhook.test")
	status = http.StatusTeapot
	page = owner.want(owner.post(path, "do", "test"), 200, "The receiver refused the test: 418.", "Waiting")
	one := regexp.MustCompile(path + `/\d+`).FindString(page.body)
	owner.want(owner.get(one), 200, "<b>thanks</b>", "Hello from Godwit.", "evt_", "418")
	owner.want(owner.post(one), 200, "It is sent again.")
	owner.want(owner.post(path, "do", "save", "url", receiver.URL+"/two", "kinds", ""), 200, "Saved.", receiver.URL+"/two", `value="*"`)
	owner.want(owner.post(path, "do", "save", "url", "ftp://x", "kinds", ""), 422, "Enter a whole address")
	owner.want(owner.post(path, "do", "replay", "since", "tomorrow"), 422, "Enter a moment in the past.")
	owner.want(owner.post(path, "do", "replay", "since", "2020-01-01T00:00"), 200, "The replay has begun.")
	owner.want(owner.post(path, "do", "rotate"), 200, "whsec_")
	owner.want(owner.post(path, "do", "off"), 200, "Switch on")
	owner.want(owner.post(path, "do", "test"), 422, "Switch the endpoint on first.")
	owner.want(owner.post(path, "do", "on"), 200, "Switch off")
	owner.want(owner.post(path, "do", "delete"), 200, "The endpoint was deleted.")
	owner.want(owner.get(path), 404)
}

func TestHookPages(t *testing.T) {
	h, owner := founded(t, nil)
	h.work()
	owner.want(owner.post("/admin/hooks", "name", "", "scheme", "standard"), 422, "Enter a name")
	owner.want(owner.post("/admin/hooks", "name", "x", "scheme", "none"), 422, "Choose how the sender signs.")
	owner.want(owner.post("/admin/hooks", "name", "x", "scheme", "standard", "secret", "short"), 422, "can never fit")
	page := owner.want(owner.post("/admin/hooks", "name", "Shop Berlin", "scheme", "standard"), 200, "whsec_", "/hooks/hok_")
	path := formAction(t, page, `/admin/hooks/\d+`, "Shop Berlin")
	secret, err := webhook.ParseSecret(regexp.MustCompile(`whsec_[A-Za-z0-9+/=]{20,}`).FindString(page.body))
	if err != nil {
		t.Fatal(err)
	}
	id, err := hook.ParseID(regexp.MustCompile(`hok_[a-z0-9]+`).FindString(page.body))
	if err != nil {
		t.Fatal(err)
	}
	send := func(key, body string) error {
		req, err := webhook.Request(t.Context(), "http://x/", key, time.Now(), []byte(body), secret)
		if err != nil {
			t.Fatal(err)
		}
		_, err = h.hooks.Accept(t.Context(), id, req.Header, []byte(body))
		return err
	}
	if err := send("m1", `{"type":"order.paid","card":"4111 1111 1111 1111","x":"<script>"}`); err != nil {
		t.Fatal(err)
	}
	fresh := secret
	secret = webhook.NewSecret()
	if err := send("m2", "{}"); err == nil {
		t.Fatal("a forged hook is taken")
	}
	secret = fresh
	if err := h.hooks.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	page = owner.want(owner.get(path), 200, "m1", "order.paid", "No secret fits the signature")
	one := regexp.MustCompile(path + `/\d+`).FindString(page.body)
	a := owner.want(owner.get(one), 200, "•••• 1111")
	if a.has("4111") || !strings.Contains(a.body, "<script>") {
		t.Error("the content is shown otherwise")
	}
	owner.want(owner.post(one), 200, "It is processed again.")
	owner.want(owner.post(path, "do", "save", "name", "Shop Bremen"), 200, "Saved.", "Shop Bremen")
	owner.want(owner.post(path, "do", "rotate"), 200, "whsec_")
	if err := send("m3", "{}"); err != nil {
		t.Errorf("the old secret is refused at once: %v", err)
	}
	owner.want(owner.post(path, "do", "off"), 200, "Switch on")
	if err := send("m4", "{}"); err == nil {
		t.Error("taken while it is off")
	}
	owner.want(owner.get("/admin/webhooks"), 200, "Shop Bremen")
	owner.want(owner.post(path, "do", "delete"), 200, "The connection was deleted.")
	owner.want(owner.get(path), 404)
}
