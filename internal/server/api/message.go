package api

import (
	"encoding/base64"
	"mime"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/safehtml"
	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/platform/auth"
)

func messageGroup() group {
	read, write, send := may(auth.ReadTickets), may(auth.WriteTickets), may(auth.WriteTickets, auth.SendMail)
	return group{"Messages", "The items of a ticket: what came in, what went out, and notes.", []operation{
		{"messageList", "GET", "/tickets/{ticket}/messages", read, do((*server).messageList), "List messages",
			"The messages of a ticket, newest first, side conversations included."},
		{"messageGet", "GET", "/tickets/{ticket}/messages/{message}", read, do((*server).messageGet), "Get a message", "One message of a ticket."},
		{"messageHTML", "GET", "/tickets/{ticket}/messages/{message}/html", read, do((*server).messageHTML).as("text/html"), "Get a mail's layout",
			"The mail's own layout, made safe: no script, no form, nothing fetched from afar unless `images` allows it. Show it in a sandboxed frame all the same."},
		{"messageRaw", "GET", "/tickets/{ticket}/messages/{message}/raw", read, do((*server).messageRaw).as("message/rfc822"), "Get a mail as it came",
			"The mail as it came in from outside, byte for byte. Messages that did not come in have none."},
		{"messageFile", "GET", "/tickets/{ticket}/messages/{message}/files/{name}", read, do((*server).messageFile).as("application/octet-stream"), "Get a file",
			"A file of a message. What it claims to be is not to be trusted: it always comes as a download."},
		{"messageCancel", "POST", "/tickets/{ticket}/messages/{message}/cancel", write, do((*server).messageCancel), "Take a message back",
			"Takes a scheduled message back before it leaves; its text returns to the draft. It is refused once sending has begun; a repeat does nothing."},
		{"messageSend", "POST", "/tickets/{ticket}/messages/{message}/send", send, do((*server).messageSend), "Send a message now",
			"Sends a scheduled message at once."},
		{"messageRetry", "POST", "/tickets/{ticket}/messages/{message}/retry", send, do((*server).messageRetry), "Send a message again",
			"Sends a failed, returned or unclear message again, by your decision."},
	}}
}

// MessagePath names a message of a ticket.
type MessagePath struct {
	TicketPath
	Message Ref[aMessage] `path:"message" doc:"The message's id."`
}

func (p MessagePath) message() ticket.MessageID { return ticket.MessageID(p.Message.num()) }

func (s *server) messageList(c *call, in *struct {
	TicketPath
	Paging
	Picking
}) (*pageOut[Message], error) {
	t, err := s.Tickets.Get(c, c.actor, in.id())
	if err != nil {
		return nil, err
	}
	var before int64
	if err := readCursor('m', in.Cursor, &before); err != nil {
		return nil, err
	}
	th, err := s.Tickets.Thread(c, c.actor, t.Number, ticket.MessageID(before))
	if err != nil {
		return nil, err
	}
	found := slices.Clone(th.Messages)
	slices.Reverse(found)
	next := ""
	switch {
	case len(found) > in.Limit:
		found = found[:in.Limit]
		next = writeCursor('m', int64(found[in.Limit-1].ID))
	case th.Older != 0:
		next = writeCursor('m', int64(th.Older))
	}
	return page(c, convert(found, messageRecord), next), nil
}

// message returns the message that a path names, and the number of its ticket.
func (s *server) message(c *call, p MessagePath) (ticket.Message, int64, error) {
	t, err := s.Tickets.Get(c, c.actor, p.id())
	if err != nil {
		return ticket.Message{}, 0, err
	}
	m, err := s.Tickets.MessageIn(c, c.actor, t.Number, p.message())
	return m, t.Number, err
}

func (s *server) messageGet(c *call, in *struct {
	MessagePath
	Picking
}) (*recordOut[Message], error) {
	m, _, err := s.message(c, in.MessagePath)
	if err != nil {
		return nil, err
	}
	return record(messageRecord(m)), nil
}

// filePolicy is the policy of what came from outside: nothing in it runs, loads
// or navigates.
const filePolicy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox"

// bytesOut is an answer that is not JSON.
type bytesOut struct {
	ContentType string `header:"Content-Type"`
	Disposition string `header:"Content-Disposition"`
	Policy      string `header:"Content-Security-Policy"`
	Body        []byte
}

func (s *server) messageHTML(c *call, in *struct {
	MessagePath
	Images bool `query:"images" doc:"Leaves pictures in that are fetched from afar, which tells the sender that the mail was read."`
}) (*bytesOut, error) {
	m, _, err := s.message(c, in.MessagePath)
	if err != nil {
		return nil, err
	}
	if m.HTML == "" {
		return nil, errs.New(errs.NotFound, "error.not_found")
	}
	safe := safehtml.Mail(m.HTML, safehtml.Options{RemoteImages: in.Images, CID: s.held(c, m)})
	policy := filePolicy
	if in.Images {
		policy = strings.Replace(policy, "img-src data:", "img-src data: https:", 1)
	}
	return &bytesOut{ContentType: "text/html; charset=utf-8", Policy: policy, Body: []byte(safehtml.Frame(safe.HTML))}, nil
}

// Bounds of the pictures that are put into a mail's own document.
const (
	maxHeldPicture  = 1 << 20
	maxHeldPictures = 6 << 20
)

// held returns the pictures that came with a mail as data, by their content id.
func (s *server) held(c *call, m ticket.Message) func(string) string {
	names, room := ticket.FileNames(m.Files), int64(maxHeldPictures)
	return func(contentID string) string {
		i := slices.IndexFunc(m.Files, func(f ticket.File) bool { return f.ContentID == contentID && picture(f.ContentType) })
		if i < 0 || m.Files[i].Size > maxHeldPicture || m.Files[i].Size > room {
			return ""
		}
		f, data, err := s.Tickets.Attachment(c, c.actor, m.ID, names[i])
		if err != nil {
			return "" // the mail is shown without the picture
		}
		room -= f.Size
		kind, _, _ := mime.ParseMediaType(f.ContentType)
		return "data:" + kind + ";base64," + base64.StdEncoding.EncodeToString(data)
	}
}

// picture reports whether a media type is of pictures that hold no script.
func picture(contentType string) bool {
	kind, _, err := mime.ParseMediaType(contentType)
	return err == nil && slices.Contains([]string{"image/png", "image/jpeg", "image/gif", "image/webp", "image/avif", "image/bmp"}, kind)
}

func (s *server) messageRaw(c *call, in *struct{ MessagePath }) (*bytesOut, error) {
	_, number, err := s.message(c, in.MessagePath)
	if err != nil {
		return nil, err
	}
	raw, err := s.Tickets.Original(c, c.actor, number, in.message())
	if err != nil {
		return nil, err
	}
	return &bytesOut{ContentType: "message/rfc822", Policy: filePolicy, Disposition: download(string(in.Message) + ".eml"), Body: raw}, nil
}

func (s *server) messageFile(c *call, in *struct {
	MessagePath
	Name string `path:"name" maxLength:"500" doc:"The file's name, as the message lists it."`
}) (*bytesOut, error) {
	if _, _, err := s.message(c, in.MessagePath); err != nil {
		return nil, err
	}
	f, data, err := s.Tickets.Attachment(c, c.actor, in.message(), in.Name)
	if err != nil {
		return nil, err
	}
	kind := "application/octet-stream"
	if picture(f.ContentType) {
		kind, _, _ = mime.ParseMediaType(f.ContentType)
	}
	return &bytesOut{ContentType: kind, Policy: filePolicy, Disposition: download(f.Name), Body: data}, nil
}

// download writes the header with a name in any script (RFC 6266 section 4.3).
func download(name string) string {
	plain := strings.Map(func(r rune) rune {
		if r < ' ' || r >= utf8.RuneSelf || r == '"' || r == '\\' || r == '%' {
			return '_'
		}
		return r
	}, name)
	out := `attachment; filename="` + plain + `"`
	if plain != name {
		out += "; filename*=UTF-8''" + strings.ReplaceAll(url.QueryEscape(name), "+", "%20")
	}
	return out
}

func (s *server) messageCancel(c *call, in *struct{ MessagePath }) (*recordOut[Message], error) {
	return s.sending(c, in.MessagePath, func() error { return s.Tickets.Unsend(c, c.actor, in.id(), in.message()) })
}

func (s *server) messageSend(c *call, in *struct{ MessagePath }) (*recordOut[Message], error) {
	return s.sending(c, in.MessagePath, func() error { return s.Tickets.SendNow(c, c.actor, in.id(), in.message()) })
}

func (s *server) messageRetry(c *call, in *struct{ MessagePath }) (*recordOut[Message], error) {
	return s.sending(c, in.MessagePath, func() error { return s.Tickets.Resend(c, c.actor, in.id(), in.message()) })
}

// sending runs a verb on an outgoing message and answers with how it is now.
func (s *server) sending(c *call, p MessagePath, verb func() error) (*recordOut[Message], error) {
	if err := verb(); err != nil {
		return nil, err
	}
	m, _, err := s.message(c, p)
	if err != nil {
		return nil, err
	}
	return record(messageRecord(m)), nil
}
