package app

import (
	"context"
	"net/http"
	"strings"
	"time"

	adapter "godwit.dev/godwit/internal/adapter/hook"
	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/i18n"
	"godwit.dev/godwit/internal/base/outbound"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/hook"
	"godwit.dev/godwit/internal/platform/job"
	"godwit.dev/godwit/internal/platform/webhook"
	door "godwit.dev/godwit/internal/server/hook"
)

const (
	webhookWorkers = 16 // endpoints served at a time; most of it is waiting
	hookWorkers    = 4
	// webhookPatience is how long a receiver may take for its answer.
	webhookPatience = 15 * time.Second
)

// buildHooks builds what calls other programs and what they call.
func (c *Core) buildHooks() {
	s := c.Store
	out := outbound.Options{Allow: c.Networks, HTTPS: true}
	c.Transport.Client = outbound.New(out)
	c.Webhooks = webhook.NewService(webhook.Config{Store: s, Journal: s, Queue: s, IDs: c.IDs, Now: c.Now, Check: out})
	out.MaxRedirects, out.Timeout = -1, webhookPatience
	c.courier = webhook.NewCourier(webhook.CourierConfig{
		Store: s, Journal: s, Queue: s, IDs: c.IDs, Client: outbound.New(out), Now: c.Now, Log: c.Log,
		Disabled: c.webhookOff,
	})
	c.dispatcher = webhook.NewDispatcher(s, s, c.Now, c.Log)
	s.WhenOwed(c.dispatcher.Nudge)
	schemes := adapter.Schemes()
	schemes["paypal"] = adapter.PayPal(outbound.New(out))
	c.Hooks = hook.NewService(hook.Config{
		Store: s, Journal: s, Queue: s, IDs: c.IDs, Now: c.Now, Log: c.Log,
		Schemes: schemes, Processors: map[string]hook.Processor{hook.Journal: hook.JustTell},
	})
}

// A letter about a webhook that was switched off is a job for each owner, so that
// one whose mailbox is down does not get it twice because of another.
const webhookNoticeJob = "webhook.notice"

type webhookNotice struct {
	Webhook webhook.ID    `json:"webhook"`
	Person  auth.PersonID `json:"person"`
}

// webhookOff asks for letters to the owners.
func (c *Core) webhookOff(ctx context.Context, e webhook.Endpoint) error {
	c.Log.WarnContext(ctx, "a webhook was switched off", "webhook", int64(e.ID), "workspace", int64(e.Workspace), "state", string(e.State))
	people, err := c.Store.People(ctx, e.Workspace)
	if err != nil {
		return err
	}
	var jobs []job.Job
	for _, p := range people {
		if p.Role == auth.Owner && p.Status == auth.Active {
			jobs = append(jobs, job.New(e.Workspace, webhookNoticeJob, webhookNotice{e.ID, p.ID}).On(errandQueue).Tries(errandTries))
		}
	}
	return c.Store.Enqueue(ctx, jobs...)
}

// webhookLetter tells an owner, unless somebody has seen to it meanwhile. Without
// a mailbox that sends, the settings page is what tells.
func (c *Core) webhookLetter(ctx context.Context, j job.Job) error {
	var n webhookNotice
	if err := j.Decode(&n); err != nil {
		return errs.Wrap(errs.Invalid, err, "error.invalid")
	}
	e, err := c.Store.Endpoint(ctx, j.Workspace, n.Webhook)
	if errs.Is(err, errs.NotFound) || err == nil && (e.State == webhook.On || e.State == webhook.Off) {
		return nil
	}
	if err != nil {
		return err
	}
	p, err := c.Store.Person(ctx, j.Workspace, n.Person)
	if err != nil {
		return err
	}
	say := i18n.For(i18n.Lang(p.Language))
	host := webhook.Host(e.URL)
	err = c.letter(ctx, j.Workspace, auth.Mail{
		To: p.Email, Name: p.Name, Language: p.Language, Subject: say.T("webhook.letter_subject", "Host", host), Text: say.T("webhook.letter_text", "Host", host),
	})
	if errs.Is(err, errs.NotFound) {
		return nil
	}
	return err
}

// hookDoor puts the door of hooks in front of another handler.
func (c *Core) hookDoor(next http.Handler) http.Handler {
	d := door.New(door.Config{Hooks: c.Hooks, Now: c.Now, Log: c.Log})
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/hooks/") {
			d.ServeHTTP(w, r)
			return
		}
		next.ServeHTTP(w, r)
	})
}
