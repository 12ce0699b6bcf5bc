package web

import (
	"encoding/json"
	"net/http"
	"strings"
	"time"
	"unicode/utf8"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/redact"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/event"
	"godwit.dev/godwit/internal/platform/hook"
	"godwit.dev/godwit/internal/platform/webhook"
	"godwit.dev/godwit/internal/server/web/ui"
)

const (
	hookLogPage = 50
	// sinceLayout is what a browser sends for a local date and time.
	sinceLayout = "2006-01-02T15:04"
	// testPatience is how long the test button waits for the outcome.
	testPatience = 5 * time.Second
)

// hookRoutes is the table of webhooks and of hooks that come in. Who changes them
// opens a way out of the house, and proves themself first.
func hookRoutes() []route {
	see := may(auth.ManageWebhooks)
	change := see.fresh()
	return []route{
		{"GET", "/admin/webhooks", see, none, (*server).webhooksPage},
		{"POST", "/admin/webhooks", change, form, (*server).webhookAdd},
		{"GET", "/admin/webhooks/{webhook}", see, none, (*server).webhookPage},
		{"POST", "/admin/webhooks/{webhook}", change, form, (*server).webhookSave},
		{"GET", "/admin/webhooks/{webhook}/{event}", see, none, (*server).deliveryPage},
		{"POST", "/admin/webhooks/{webhook}/{event}", change, form, (*server).deliveryResend},
		{"POST", "/admin/hooks", change, form, (*server).hookAdd},
		{"GET", "/admin/hooks/{hook}", see, none, (*server).hookPage},
		{"POST", "/admin/hooks/{hook}", change, form, (*server).hookSave},
		{"GET", "/admin/hooks/{hook}/{received}", see, none, (*server).receivedPage},
		{"POST", "/admin/hooks/{hook}/{received}", change, form, (*server).receivedReplay},
	}
}

// webhooksPage shows what goes out to other programs and where they come in.
func (s *server) webhooksPage(w http.ResponseWriter, r *request) error {
	return s.drawWebhooks(w, r, ui.Webhooks{})
}

func (s *server) drawWebhooks(w http.ResponseWriter, r *request, v ui.Webhooks) error {
	var err error
	if v.Page, err = r.page(w, r.printer.T("admin.webhooks"), ui.SectionAdmin); err != nil {
		return err
	}
	list, err := s.Webhooks.Endpoints(r.Context(), r.actor)
	if err != nil {
		return err
	}
	waiting, err := s.Webhooks.Waiting(r.Context(), r.actor)
	if err != nil {
		return err
	}
	for _, e := range list {
		v.Rows = append(v.Rows, webhookRow(e, waiting[e.ID]))
		if e.State == webhook.Gone || e.State == webhook.Dead {
			v.Off++
		}
	}
	hooks, err := s.Hooks.Connections(r.Context(), r.actor)
	if err != nil {
		return err
	}
	for _, c := range hooks {
		v.Hooks = append(v.Hooks, hookRow(c))
	}
	for _, name := range s.Hooks.SchemeNames() {
		v.Schemes = append(v.Schemes, ui.Option{Value: name, Label: name, Selected: name == r.PostFormValue("scheme")})
	}
	return r.draw(w, formStatus(v.Form), ui.WebhooksPage(v))
}

func webhookRow(e webhook.Endpoint, waiting int64) ui.WebhookRow {
	return ui.WebhookRow{
		ID: int64(e.ID), URL: e.URL, Description: e.Description, Kinds: strings.Join(e.Kinds, ", "), State: string(e.State),
		Failing: e.State == webhook.On && e.Streak > 0, Waiting: waiting, OKAt: e.OKAt,
	}
}

func hookRow(c hook.Connection) ui.HookRow {
	return ui.HookRow{ID: int64(c.ID), Name: c.Name, Scheme: c.Scheme, Disabled: c.Disabled}
}

// webhookAdd makes an endpoint and shows its secret, this once.
func (s *server) webhookAdd(w http.ResponseWriter, r *request) error {
	n := webhook.New{URL: r.PostFormValue("url"), Description: r.PostFormValue("description"), Kinds: []string{r.PostFormValue("kinds")}}
	e, secret, err := s.Webhooks.Add(r.Context(), r.actor, n)
	if err != nil {
		f, ok := r.formErrors(err)
		if !ok {
			return err
		}
		return s.drawWebhooks(w, r, ui.Webhooks{Form: f, URL: n.URL, Description: n.Description, Kinds: n.Kinds[0]})
	}
	return s.drawWebhook(w, r, e.ID, ui.WebhookEdit{Secret: secret.Reveal()})
}

// webhookPage shows an endpoint with its log.
func (s *server) webhookPage(w http.ResponseWriter, r *request) error {
	n, err := r.number("webhook")
	if err != nil {
		return err
	}
	return s.drawWebhook(w, r, webhook.ID(n), ui.WebhookEdit{})
}

func (s *server) drawWebhook(w http.ResponseWriter, r *request, id webhook.ID, v ui.WebhookEdit) error {
	e, err := s.Webhooks.Endpoint(r.Context(), r.actor, id)
	if err != nil {
		return err
	}
	if v.Page, err = r.page(w, webhook.Host(e.URL), ui.SectionAdmin); err != nil {
		return err
	}
	waiting, err := s.Webhooks.Waiting(r.Context(), r.actor)
	if err != nil {
		return err
	}
	list, err := s.Webhooks.Deliveries(r.Context(), r.actor, id, "", event.ID(r.formNumber("before")), hookLogPage)
	if err != nil {
		return err
	}
	row := webhookRow(e, waiting[id])
	if len(v.Form.Errors) > 0 && r.PostForm.Has("url") {
		row.URL, row.Description, row.Kinds = r.PostFormValue("url"), r.PostFormValue("description"), r.PostFormValue("kinds")
	}
	v.WebhookRow, v.DisabledAt, v.FailedAt, v.Replaying = row, e.DisabledAt, e.FailedAt, !e.Replay.Empty()
	if v.Since == "" && !e.DisabledAt.IsZero() {
		v.Since = e.DisabledAt.In(r.zone).Format(sinceLayout)
	}
	for _, k := range webhook.Kinds() {
		v.Types = append(v.Types, k.Name)
	}
	for _, d := range list {
		v.Log = append(v.Log, deliveryRow(d))
	}
	if len(list) == hookLogPage {
		v.Older = "/admin/webhooks/" + id64(id) + "?before=" + id64(list[len(list)-1].Event)
	}
	return r.draw(w, formStatus(v.Form), ui.WebhookPage(v))
}

func deliveryRow(d webhook.Delivery) ui.DeliveryRow {
	at := d.CreatedAt
	if !d.DoneAt.IsZero() {
		at = d.DoneAt
	}
	return ui.DeliveryRow{Event: int64(d.Event), Kind: d.Kind, State: string(d.State), Attempt: int64(d.Attempt), Status: d.Status, At: at, DueAt: d.DueAt}
}

// webhookSave does what its form's button says to an endpoint.
func (s *server) webhookSave(w http.ResponseWriter, r *request) error {
	n, err := r.number("webhook")
	if err != nil {
		return err
	}
	id, ctx, path := webhook.ID(n), r.Context(), "/admin/webhooks/"+id64(n)
	on, off := true, false
	flash := r.told("told.saved")
	switch do := r.PostFormValue("do"); do {
	case "delete":
		path, flash = "/admin/webhooks", r.told("told.webhook_deleted")
		err = s.Webhooks.Delete(ctx, r.actor, id)
	case "on":
		_, err = s.Webhooks.Change(ctx, r.actor, id, webhook.Update{On: &on})
	case "off":
		_, err = s.Webhooks.Change(ctx, r.actor, id, webhook.Update{On: &off})
	case "rotate":
		var secret webhook.Secret
		if secret, err = s.Webhooks.Rotate(ctx, r.actor, id); err == nil {
			return s.drawWebhook(w, r, id, ui.WebhookEdit{Secret: secret.Reveal()})
		}
	case "test":
		flash, err = s.webhookTest(r, id)
	case "replay":
		since, perr := time.ParseInLocation(sinceLayout, r.PostFormValue("since"), r.zone)
		if perr != nil {
			since = time.Time{} // refused below, with the endpoint's own rights judged first
		}
		flash = r.told("told.webhook_replay")
		_, err = s.Webhooks.ReplaySince(ctx, r.actor, id, since)
	default:
		url, description := r.PostFormValue("url"), r.PostFormValue("description")
		_, err = s.Webhooks.Change(ctx, r.actor, id, webhook.Update{URL: &url, Description: &description, Kinds: []string{r.PostFormValue("kinds")}})
	}
	if err != nil {
		f, ok := r.formErrors(err)
		if !ok {
			return err
		}
		return s.drawWebhook(w, r, id, ui.WebhookEdit{Form: f, Since: r.PostFormValue("since")})
	}
	return r.saved(w, path, flash)
}

// webhookTest sends a test and waits a little for what comes of it.
func (s *server) webhookTest(r *request, id webhook.ID) (*ui.Flash, error) {
	d, err := s.Webhooks.Test(r.Context(), r.actor, id)
	if err != nil {
		return nil, err
	}
	look := time.NewTicker(100 * time.Millisecond)
	defer look.Stop()
	end := time.After(testPatience)
	for {
		select {
		case <-r.Context().Done():
			return nil, r.Context().Err()
		case <-end:
			return &ui.Flash{Tone: ui.ToneWarn, Text: r.printer.T("told.webhook_test_waits")}, nil
		case <-look.C:
		}
		now, attempts, err := s.Webhooks.Delivery(r.Context(), r.actor, id, d.Event)
		switch {
		case err != nil:
			return nil, err
		case now.State == webhook.Delivered:
			return r.told("told.webhook_test_good", "Status", now.Status), nil
		case len(attempts) > 0 && attempts[0].Err != "":
			return &ui.Flash{Tone: ui.ToneBad, Text: r.attemptProblem(attempts[0])}, nil
		case len(attempts) > 0:
			return &ui.Flash{Tone: ui.ToneBad, Text: r.printer.T("told.webhook_test_bad", "Status", now.Status)}, nil
		}
	}
}

func (r *request) attemptProblem(a webhook.Attempt) string {
	if a.Err == "" {
		return ""
	}
	return r.printer.T(a.Err)
}

// deliveryPage shows a delivery with its attempts.
func (s *server) deliveryPage(w http.ResponseWriter, r *request) error {
	id, ev, err := r.delivery()
	if err != nil {
		return err
	}
	e, err := s.Webhooks.Endpoint(r.Context(), r.actor, id)
	if err != nil {
		return err
	}
	d, attempts, err := s.Webhooks.Delivery(r.Context(), r.actor, id, ev)
	if err != nil {
		return err
	}
	v := ui.DeliveryView{WebhookRow: webhookRow(e, 0), DeliveryRow: deliveryRow(d), MessageID: d.MessageID()}
	if v.Page, err = r.page(w, d.Kind, ui.SectionAdmin); err != nil {
		return err
	}
	if m, err := s.Webhooks.Message(r.Context(), r.actor, ev); err == nil {
		body, err := json.MarshalIndent(m, "", "  ")
		if err != nil {
			return err
		}
		v.Body = string(body)
	} else if !errs.Is(err, errs.NotFound) {
		return err
	}
	for _, a := range attempts {
		v.Attempts = append(v.Attempts, ui.AttemptRow{At: a.At, Took: a.Took.String(), Status: a.Status, Answer: a.Answer, Problem: r.attemptProblem(a)})
	}
	return r.draw(w, http.StatusOK, ui.DeliveryPage(v))
}

// deliveryResend makes a delivery due again.
func (s *server) deliveryResend(w http.ResponseWriter, r *request) error {
	id, ev, err := r.delivery()
	if err != nil {
		return err
	}
	if err := s.Webhooks.Resend(r.Context(), r.actor, id, ev); err != nil {
		return err
	}
	return r.saved(w, "/admin/webhooks/"+id64(id)+"/"+id64(ev), r.told("told.webhook_resent"))
}

func (r *request) delivery() (webhook.ID, event.ID, error) {
	n, err := r.number("webhook")
	if err != nil {
		return 0, 0, err
	}
	e, err := r.number("event")
	return webhook.ID(n), event.ID(e), err
}

// hookAdd makes a connection and shows its secret, this once.
func (s *server) hookAdd(w http.ResponseWriter, r *request) error {
	n := hook.New{Name: r.PostFormValue("name"), Scheme: r.PostFormValue("scheme"), Secret: r.PostFormValue("secret")}
	c, secret, err := s.Hooks.Add(r.Context(), r.actor, n)
	if err != nil {
		f, ok := r.formErrors(err)
		if !ok {
			return err
		}
		return s.drawWebhooks(w, r, ui.Webhooks{Form: f, Name: n.Name})
	}
	return s.drawHook(w, r, c.ID, ui.HookEdit{Secret: secret})
}

// hookPage shows a connection with what it received.
func (s *server) hookPage(w http.ResponseWriter, r *request) error {
	n, err := r.number("hook")
	if err != nil {
		return err
	}
	return s.drawHook(w, r, hook.ID(n), ui.HookEdit{})
}

func (s *server) drawHook(w http.ResponseWriter, r *request, id hook.ID, v ui.HookEdit) error {
	c, err := s.Hooks.Connection(r.Context(), r.actor, id)
	if err != nil {
		return err
	}
	if v.Page, err = r.page(w, c.Name, ui.SectionAdmin); err != nil {
		return err
	}
	list, err := s.Hooks.History(r.Context(), r.actor, id, "", hook.ReceivedID(r.formNumber("before")), hookLogPage)
	if err != nil {
		return err
	}
	refused, err := s.Hooks.Refused(r.Context(), r.actor, id)
	if err != nil {
		return err
	}
	v.HookRow, v.Address = hookRow(c), r.base()+id.Path()
	for _, x := range list {
		v.Log = append(v.Log, receivedRow(x))
	}
	for _, x := range refused {
		v.Refused = append(v.Refused, ui.RefusedRow{LastAt: x.LastAt, Reason: string(x.Reason), Count: x.Count})
	}
	if len(list) == hookLogPage {
		v.Older = "/admin/hooks/" + id64(id) + "?before=" + id64(list[len(list)-1].ID)
	}
	return r.draw(w, formStatus(v.Form), ui.HookPage(v))
}

func receivedRow(x hook.Received) ui.ReceivedRow {
	return ui.ReceivedRow{ID: int64(x.ID), Key: x.Key, Topic: x.Topic, State: string(x.State), At: x.At, Problem: x.Problem}
}

// hookSave does what its form's button says to a connection.
func (s *server) hookSave(w http.ResponseWriter, r *request) error {
	n, err := r.number("hook")
	if err != nil {
		return err
	}
	id, ctx, path := hook.ID(n), r.Context(), "/admin/hooks/"+id64(n)
	flash := r.told("told.saved")
	switch do := r.PostFormValue("do"); do {
	case "delete":
		path, flash = "/admin/webhooks", r.told("told.hook_deleted")
		err = s.Hooks.Delete(ctx, r.actor, id)
	case "on", "off":
		disabled := do == "off"
		_, err = s.Hooks.Change(ctx, r.actor, id, hook.Update{Disabled: &disabled})
	case "rotate":
		var secret string
		if secret, err = s.Hooks.Rotate(ctx, r.actor, id, r.PostFormValue("secret")); err == nil {
			return s.drawHook(w, r, id, ui.HookEdit{Secret: secret})
		}
	default:
		name := r.PostFormValue("name")
		_, err = s.Hooks.Change(ctx, r.actor, id, hook.Update{Name: &name})
	}
	if err != nil {
		f, ok := r.formErrors(err)
		if !ok {
			return err
		}
		return s.drawHook(w, r, id, ui.HookEdit{Form: f})
	}
	return r.saved(w, path, flash)
}

// receivedPage shows a hook that came in, as it came.
func (s *server) receivedPage(w http.ResponseWriter, r *request) error {
	id, rid, err := r.received()
	if err != nil {
		return err
	}
	c, err := s.Hooks.Connection(r.Context(), r.actor, id)
	if err != nil {
		return err
	}
	x, err := s.Hooks.Received(r.Context(), r.actor, id, rid)
	if err != nil {
		return err
	}
	v := ui.ReceivedView{Hook: hookRow(c), ReceivedRow: receivedRow(x), ContentType: x.ContentType, Body: r.printer.T("hook.binary")}
	if v.Page, err = r.page(w, c.Name, ui.SectionAdmin); err != nil {
		return err
	}
	if utf8.Valid(x.Body) {
		v.Body, _ = redact.Cards(string(x.Body))
	}
	return r.draw(w, http.StatusOK, ui.ReceivedPage(v))
}

// receivedReplay processes a hook again.
func (s *server) receivedReplay(w http.ResponseWriter, r *request) error {
	id, rid, err := r.received()
	if err != nil {
		return err
	}
	if err := s.Hooks.Replay(r.Context(), r.actor, id, rid); err != nil {
		return err
	}
	return r.saved(w, "/admin/hooks/"+id64(id)+"/"+id64(rid), r.told("told.hook_again"))
}

func (r *request) received() (hook.ID, hook.ReceivedID, error) {
	n, err := r.number("hook")
	if err != nil {
		return 0, 0, err
	}
	x, err := r.number("received")
	return hook.ID(n), hook.ReceivedID(x), err
}
