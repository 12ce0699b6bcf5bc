package postman

import (
	"context"
	"errors"
	"fmt"
	"html"
	"net/http"
	"strings"

	"godwit.dev/godwit/internal/adapter/channel/email"
	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/i18n"
	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/flow/mailroom"
)

// Post sends letters over SMTP and looks for them over IMAP.
type Post struct {
	Sender     *email.Sender
	AllowPlain bool // sign in without encryption to hosts that are not this machine
	// Rotated is told when a provider has replaced a mailbox's refresh token.
	Rotated func(box ticket.Mailbox, was, is string)
	// Client calls the token issuers that mailboxes name; nil calls the public
	// internet alone.
	Client *http.Client

	grants grants
}

var _ mailroom.Post = (*Post)(nil)

// Send sends a letter; see mailroom.Post.
func (p *Post) Send(ctx context.Context, box ticket.Mailbox, l mailroom.Letter, mark func() error) mailroom.Answer {
	out := Compose(l)
	raw, err := email.Compose(out)
	if err != nil {
		return mailroom.Answer{Verdict: mailroom.RefusedForGood, Detail: err.Error()}
	}
	acct, err := p.Outgoing(box)
	if err != nil {
		return mailroom.Answer{Verdict: mailroom.RefusedForGood, Detail: err.Error()}
	}
	res := p.Sender.SendWitnessed(ctx, acct, box.Address, out.Recipients(), l.EnvelopeCC, raw, mark)
	detail := strings.TrimSpace(fmt.Sprintf("%d %s %s", res.Code, res.EnhancedCode, res.Detail))
	for _, r := range res.Refused {
		detail += fmt.Sprintf("; %s: %d %s", r.Rcpt, r.Code, r.Detail)
	}
	switch res.Kind {
	case email.Sent:
		return mailroom.Answer{Verdict: mailroom.Accepted, Detail: detail}
	case email.RefusedPermanent:
		return mailroom.Answer{Verdict: mailroom.RefusedForGood, Detail: detail}
	case email.Unknown:
		return mailroom.Answer{Verdict: mailroom.Uncertain, Detail: detail}
	}
	return mailroom.Answer{Verdict: mailroom.RefusedNow, Detail: detail}
}

// Find looks for a message among what the mailbox received and sent; see
// mailroom.Post.
func (p *Post) Find(ctx context.Context, box ticket.Mailbox, key string) (bool, error) {
	if box.Settings.InKind != "imap" {
		return false, errs.New(errs.Unsupported, "error.mailbox_blind")
	}
	acct, err := p.Incoming(box)
	if err != nil {
		return false, err
	}
	// Some servers file what they send, whether or not they are asked.
	found, err := email.Find(ctx, acct, key, nil)
	var problem *email.Problem
	if errors.As(err, &problem) && problem.Code == email.CodeNoFolder {
		err = nil
	}
	if found || err != nil {
		return found, err
	}
	if !box.Settings.Copy {
		return false, errs.New(errs.Unsupported, "error.mailbox_blind")
	}
	folders := acct.Folders
	if len(folders) == 0 {
		folders = []string{"INBOX"}
	}
	return email.Find(ctx, acct, key, folders)
}

// Incoming returns the account that a mailbox is read by.
func (p *Post) Incoming(box ticket.Mailbox) (email.Account, error) {
	s := box.Settings
	a := email.Account{
		Host: s.InHost, Port: s.InPort, Security: email.Security(s.InTLS), Username: s.InUser, Password: box.Secrets.InPassword,
		Folders: s.Folders, AllowPlain: p.AllowPlain,
	}
	err := p.grant(&a, s.InAuth, box)
	return a, err
}

// Outgoing returns the account that a mailbox sends by.
func (p *Post) Outgoing(box ticket.Mailbox) (email.Account, error) {
	s := box.Settings
	a := email.Account{
		Host: s.OutHost, Port: s.OutPort, Security: email.Security(s.OutTLS), Username: s.OutUser, Password: box.Secrets.OutPassword, AllowPlain: p.AllowPlain,
	}
	err := p.grant(&a, s.OutAuth, box)
	return a, err
}

// grant lets an account sign in by OAuth2 if its mailbox says so.
func (p *Post) grant(a *email.Account, auth string, box ticket.Mailbox) error {
	if auth != "oauth2" {
		return nil
	}
	var err error
	a.OAuth, err = p.grants.of(box, p.Client, p.Rotated)
	a.Password = ""
	return err
}

// Compose lays a letter out: text and HTML with the same words.
func Compose(l mailroom.Letter) email.Outgoing {
	o := email.Outgoing{
		From: addr(l.From), ReplyTo: addr(l.ReplyTo), To: addrs(l.To), CC: addrs(l.CC), Subject: l.Subject, MessageID: l.Key,
		References: l.References, Date: l.Date, Headers: map[string]string{},
	}
	if n := len(l.References); n > 0 {
		o.InReplyTo = l.References[n-1]
	}
	if l.Language != "" && l.Language != "und" {
		o.Headers["Content-Language"] = l.Language
	}
	switch {
	case l.AutoReplied:
		o.Headers["Auto-Submitted"] = "auto-replied"
	case l.Generated:
		o.Headers["Auto-Submitted"] = "auto-generated"
	}
	if l.Unsubscribe != "" {
		o.Headers["List-Unsubscribe"] = "<" + l.Unsubscribe + ">"
		o.Headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
	}
	text := l.Text
	body := paragraphs(l.Text)
	if l.Signature != "" {
		text += "\n\n-- \n" + l.Signature
		body += `<div class="gw-signature" style="margin-top:1.5em;color:#666">` + lines(l.Signature) + `</div>`
	}
	if l.Quote != "" {
		quoted := strings.Split(strings.TrimSpace(l.Quote), "\n")
		for i := range quoted {
			quoted[i] = strings.TrimRight("> "+quoted[i], " ")
		}
		text += "\n\n" + l.QuoteIntro + "\n" + strings.Join(quoted, "\n")
		body += `<div class="gmail_quote" style="margin-top:1.5em"><div>` + html.EscapeString(l.QuoteIntro) + `</div>` +
			`<blockquote type="cite" style="margin:0 0 0 .8ex;border-left:1px solid #ccc;padding-left:1ex;color:#555">` + lines(l.Quote) + `</blockquote></div>`
	}
	o.Text = text + "\n"
	lang, dir := "", "auto"
	if l.Generated { // nobody wrote it by hand, so it is in its language
		dir = i18n.Dir(i18n.Lang(l.Language))
	}
	if l.Language != "" && l.Language != "und" {
		lang = ` lang="` + html.EscapeString(l.Language) + `"`
	}
	o.HTML = `<!doctype html><html` + lang + `><head><meta charset="utf-8"><meta name="color-scheme" content="light dark"></head>` +
		`<body dir="` + dir + `" style="font-family:system-ui,-apple-system,'Segoe UI',sans-serif;font-size:15px;line-height:1.5">` + body + `</body></html>`
	for _, f := range l.Files {
		o.Attachments = append(o.Attachments, email.File{Name: f.Name, ContentType: f.ContentType, Data: f.Data})
	}
	return o
}

func addr(a ticket.Address) email.Address { return email.Address{Name: a.Name, Addr: a.Address} }

func addrs(list []ticket.Address) []email.Address {
	out := make([]email.Address, len(list))
	for i, a := range list {
		out[i] = addr(a)
	}
	return out
}

// paragraphs writes plain text as HTML, an empty line between paragraphs.
func paragraphs(s string) string {
	var b strings.Builder
	for p := range strings.SplitSeq(s, "\n\n") {
		if p = strings.Trim(p, "\n"); p != "" {
			b.WriteString("<p style=\"margin:0 0 1em\">" + lines(p) + "</p>")
		}
	}
	return b.String()
}

// lines writes plain text as HTML, links made live.
func lines(s string) string {
	words := strings.SplitAfter(strings.TrimSpace(s), " ")
	for i, w := range words {
		rest := strings.SplitAfter(w, "\n")
		for j, x := range rest {
			rest[j] = link(x)
		}
		words[i] = strings.Join(rest, "")
	}
	return strings.ReplaceAll(strings.Join(words, ""), "\n", "<br>\n")
}

func link(w string) string {
	bare := strings.TrimRight(w, " \n.,;:!?)")
	if !strings.HasPrefix(bare, "https://") && !strings.HasPrefix(bare, "http://") {
		return html.EscapeString(w)
	}
	u := html.EscapeString(bare)
	return `<a href="` + u + `">` + u + `</a>` + html.EscapeString(w[len(bare):])
}
