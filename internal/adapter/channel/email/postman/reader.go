package postman

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"net/netip"
	"slices"
	"strings"
	"time"

	"golang.org/x/text/language"

	"godwit.dev/godwit/internal/adapter/channel/email/authres"
	"godwit.dev/godwit/internal/adapter/channel/email/message"
	"godwit.dev/godwit/internal/adapter/channel/email/reply"
	"godwit.dev/godwit/internal/base/lang"
	"godwit.dev/godwit/internal/base/redact"
	"godwit.dev/godwit/internal/domain/customer"
	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/flow/mailroom"
)

// Reader reads raw mail. The zero value checks no origin over DNS.
type Reader struct {
	// Resolver answers the DNS questions of SPF, DKIM and DMARC; nil asks none
	// and believes only the mailbox's own server.
	Resolver authres.Resolver
}

// authPatience bounds the DNS questions about one message.
const authPatience = 3 * time.Second

// nobody stands for the author of a mail that names none; .invalid never
// resolves (RFC 2606).
const nobody = "unknown@unknown.invalid"

// Read turns a mail into the portable form. It never fails.
func (r Reader) Read(ctx context.Context, box ticket.Mailbox, in mailroom.Intake) ticket.Inbound {
	m := message.Parse(in.Body, message.DefaultLimits())
	parts := reply.FromMessage(m.Text, m.HTML, m.TextFromHTML)
	out := ticket.Inbound{
		Channel: ticket.Email, Mailbox: in.Mailbox, Intake: in.ID, Form: ticket.Form(m.Kind), MayReply: m.Auto.MayReply,
		From:       author(m),
		Recipients: ticket.Recipients{To: addresses(m.To), CC: addresses(m.CC), ReplyTo: addresses(m.ReplyTo)},
		Subject:    clear(m.Subject), Body: clear(parts.Reply), Quoted: clear(parts.Quoted), Signature: clear(parts.Signature), HTML: clear(m.HTML),
		Key: m.MessageID, References: references(m), Warnings: m.Warnings, SentAt: m.Date.UTC(), ReceivedAt: in.ReceivedAt,
		Language: said(m.Header("Content-Language"), parts.Reply),
	}
	if out.From.Address == nobody {
		out.Warnings = append(out.Warnings, "author_unknown")
	}
	for _, list := range [][]string{in.Envelope.RcptTo, m.DeliveredTo} {
		for _, a := range list {
			out.Delivered = append(out.Delivered, customer.FoldEmail(a))
		}
	}
	for _, a := range slices.Concat(out.Recipients.To, out.Recipients.CC) {
		if strings.Contains(a.Address, "+gw-") || a.Address == box.Address {
			out.Delivered = append(out.Delivered, a.Address)
		}
	}
	out.OwnOutgoing = out.From.Address == box.Address && strings.HasPrefix(m.MessageID, "gw.")
	out.Imported = in.Envelope.Imported
	out.FromUs = out.Imported && out.From.Address == box.Address
	for _, a := range m.Attachments {
		out.Files = append(out.Files, ticket.InboundFile{Data: a.Data, File: ticket.File{
			Name: a.Name, ContentType: a.ContentType, Size: a.Size, SHA256: a.SHA256, Inline: a.Inline, ContentID: a.ContentID,
		}})
	}
	if m.Bounce != nil {
		out.Bounced = &ticket.BounceInfo{
			Recipient: m.Bounce.Recipient, Status: m.Bounce.Status, Detail: m.Bounce.Diagnostic, Permanent: m.Bounce.Permanent, Original: m.Bounce.OriginalMessageID,
		}
	}
	if m.ReturnPath != "" && in.Envelope.MailFrom == "" {
		in.Envelope.MailFrom = m.ReturnPath
	}
	out.Origin = r.origin(ctx, box, in, m)
	if out.Key == "" {
		sum := sha256.Sum256(in.Body)
		out.Key = hex.EncodeToString(sum[:16]) + "@no-message-id.invalid"
	}
	return out
}

// clear takes card numbers out of a text.
func clear(s string) string {
	s, _ = redact.Cards(s)
	return s
}

func (r Reader) origin(ctx context.Context, box ticket.Mailbox, in mailroom.Intake, m *message.Message) ticket.Origin {
	ctx, cancel := context.WithTimeout(ctx, authPatience)
	defer cancel()
	env := authres.Envelope{Helo: in.Envelope.Helo, MailFrom: in.Envelope.MailFrom}
	env.RemoteIP, _ = netip.ParseAddr(in.Envelope.RemoteIP)
	res := authres.Check(ctx, in.Body, env, m, authres.Options{AuthServID: box.Settings.AuthServer, Offline: r.Resolver == nil, Resolver: r.Resolver})
	return ticket.Origin{SPF: res.SPF, DKIM: res.DKIM, DMARC: res.DMARC, Domain: res.Domain, Source: res.Source, Aligned: res.Aligned}
}

// author is who wrote a mail: From, else the next best that names somebody.
func author(m *message.Message) ticket.Address {
	candidates := slices.Clone(m.From)
	if m.Sender != nil {
		candidates = append(candidates, *m.Sender)
	}
	candidates = append(candidates, m.ReplyTo...)
	if m.ReturnPath != "" {
		candidates = append(candidates, message.Address{Address: m.ReturnPath})
	}
	for _, a := range candidates {
		if a.Address != "" {
			return ticket.Address{Name: clear(a.Name), Address: customer.FoldEmail(a.Address)}
		}
	}
	return ticket.Address{Address: nobody}
}

// maxAddresses bounds how many addressees of a mail are kept.
const maxAddresses = 100

func addresses(list []message.Address) []ticket.Address {
	var out []ticket.Address
	for _, a := range list {
		if len(out) == maxAddresses {
			break
		}
		if a.Address != "" {
			out = append(out, ticket.Address{Name: a.Name, Address: customer.FoldEmail(a.Address)})
		}
	}
	return out
}

// references are the mails that a mail answers, the nearest last.
func references(m *message.Message) []string {
	out := slices.Clone(m.References)
	for _, id := range m.InReplyTo {
		out = slices.DeleteFunc(out, func(x string) bool { return x == id })
		out = append(out, id)
	}
	return out
}

// said is the language that a mail names for itself, if its text does not speak against it: programs name that of their
// owner's menus. It is "" where whoever reads the text is to tell.
func said(header, text string) string {
	tag, _, _ := strings.Cut(header, ",")
	t, err := language.Parse(strings.TrimSpace(tag))
	base, sure := t.Base()
	if err != nil || sure < language.High {
		return ""
	}
	script, _ := t.Script()
	r := lang.Default().Detect(text, base.String())
	if r.Language == lang.Undetermined || r.Language == base.String() && (base.String() != "zh" || r.Script == script.String()) {
		return t.String()
	}
	return ""
}
