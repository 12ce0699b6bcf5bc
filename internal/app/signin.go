package app

import (
	"context"
	"slices"
	"strings"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/outbound"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/flow/mailroom"
	"godwit.dev/godwit/internal/flow/portal"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/job"
)

// Errands of sign-in are jobs: a letter about a password waits for the mail server
// and outlives a crash.
const (
	errandQueue = "signin"
	errandJob   = "signin.errand"
	errandTries = 8
)

// signin is what sign-in needs of the rest.
func (c *Core) signin() auth.Signin {
	return auth.Signin{
		Later: func(ctx context.Context, e auth.Errand) error {
			return c.Store.Enqueue(ctx, job.New(e.Workspace, errandJob, e).On(errandQueue).Tries(errandTries))
		},
		Mailer: c.letter, Address: c.Address, Notes: c.Log,
		HTTP: outbound.New(outbound.Options{HTTPS: true, Allow: c.Issuers, Timeout: 15 * time.Second, MaxBody: 1 << 20}),
	}
}

// errand runs one.
func (c *Core) errand(ctx context.Context, j job.Job) error {
	var e auth.Errand
	if err := j.Decode(&e); err != nil {
		return err
	}
	err := c.Auth.Run(ctx, e)
	if errs.Is(err, errs.NotFound) {
		return nil // the person is gone, and with them the reason to write
	}
	return err
}

// warnEvery is how often tokens that end soon are looked for.
const warnEvery = time.Hour

// warn tells the people of API tokens that end soon, until ctx ends.
func (c *Core) warn(ctx context.Context) {
	tick := time.NewTicker(warnEvery)
	defer tick.Stop()
	for {
		if _, err := c.Auth.WarnOfEnds(ctx); err != nil && ctx.Err() == nil {
			c.Log.Error("tell of tokens that end soon", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// letter sends a letter of the house by the workspace's first mailbox that sends.
func (c *Core) letter(ctx context.Context, w auth.WorkspaceID, m auth.Mail) error {
	return c.post(ctx, w, 0, mailroom.Letter{To: []ticket.Address{{Name: m.Name, Address: m.To}}, Subject: m.Subject, Text: m.Text, Language: m.Language})
}

// customerLetter sends a letter to a customer of a shop.
func (c *Core) customerLetter(ctx context.Context, shop order.Shop, l portal.Letter) error {
	return c.post(ctx, shop.Workspace, shop.ID, mailroom.Letter{
		To: []ticket.Address{{Name: l.Name, Address: l.To}}, Subject: l.Subject, Text: l.Text, Language: l.Language, Unsubscribe: l.Unsubscribe,
	})
}

// post sends a letter that no ticket knows by the first mailbox of a shop that
// sends, or else the first of all. Its Message-ID is signed as that of a reply is, so
// that a copy of it in that mailbox opens no ticket.
func (c *Core) post(ctx context.Context, w auth.WorkspaceID, shop order.ShopID, l mailroom.Letter) error {
	space, err := c.Store.Workspace(ctx, w)
	if err != nil {
		return err
	}
	boxes, err := c.Store.Mailboxes(ctx, w)
	if err != nil {
		return err
	}
	boxes = slices.DeleteFunc(boxes, func(b ticket.Mailbox) bool { return b.Disabled || b.Settings.OutKind != "smtp" })
	if len(boxes) == 0 {
		return errs.New(errs.NotFound, "error.no_mailbox")
	}
	box := boxes[max(slices.IndexFunc(boxes, func(b ticket.Mailbox) bool { return shop != 0 && b.Shop == shop }), 0)]
	_, domain, _ := strings.Cut(box.Address, "@")
	l.From, l.Date, l.AutoReplied = ticket.Address{Name: box.Name, Address: box.Address}, c.Now(), true
	l.Key = ticket.MessageKey(space.Secret, 0, ticket.MessageID(c.IDs.Next()), domain)
	switch answer := c.Post.Send(ctx, box, l, func() error { return nil }); answer.Verdict {
	case mailroom.Accepted, mailroom.Uncertain: // a second letter would be worse than none: it can be asked for again
		return nil
	case mailroom.RefusedForGood:
		c.Log.WarnContext(ctx, "a letter was refused", "mailbox", int64(box.ID), "detail", answer.Detail)
		return nil
	}
	return errs.New(errs.Unavailable, "error.mailbox_down")
}
