package app

import (
	"context"
	"time"

	"godwit.dev/godwit/internal/adapter/channel/email"
	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/server/web"
)

// mailTestPatience bounds a connection test.
const mailTestPatience = 20 * time.Second

// testMailbox tries the ways in and out of a mailbox as given. It sends nothing
// and changes nothing.
func (c *Core) testMailbox(ctx context.Context, box ticket.Mailbox) []web.TestStep {
	ctx, cancel := context.WithTimeout(ctx, mailTestPatience)
	defer cancel()
	var steps []web.TestStep
	if box.Settings.InKind == "imap" {
		acct, err := c.Transport.Incoming(box)
		step := web.TestStep{Name: "incoming", Detail: errText(err), Key: "mailtest.oauth_incomplete"}
		if err == nil {
			step = testStep("incoming", email.Test(ctx, acct))
		}
		steps = append(steps, step)
	}
	if box.Settings.OutKind == "smtp" {
		acct, err := c.Transport.Outgoing(box)
		step := web.TestStep{Name: "outgoing", Detail: errText(err), Key: "mailtest.oauth_incomplete"}
		if err == nil {
			step = testStep("outgoing", c.sender.TestSMTP(ctx, acct))
		}
		steps = append(steps, step)
	}
	return steps
}

func errText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

func testStep(name string, r email.TestReport) web.TestStep {
	s := web.TestStep{Name: name, OK: r.OK, Took: r.Took, Key: "mailtest.ok"}
	if p := r.Problem; p != nil {
		s.Key, s.Args, s.Detail = "mailtest."+string(p.Code), []any{"folder", p.Folder}, p.Detail
	}
	return s
}
