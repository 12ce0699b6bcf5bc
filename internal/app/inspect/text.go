package inspect

import (
	"godwit.dev/godwit/internal/adapter/channel/email/reply"
	"godwit.dev/godwit/internal/base/redact"
	"godwit.dev/godwit/internal/base/safehtml"
)

// parts are a body taken apart.
type parts struct {
	Reply     string `json:"reply"`
	Quoted    string `json:"quoted"`
	Signature string `json:"signature"`
}

func partsOf(p reply.Parts) parts { return parts{p.Reply, p.Quoted, p.Signature} }

// inspectReply splits a body, given as text, as HTML, or as both like the alternatives of one mail.
func inspectReply(f fields) (any, error) {
	if !f.has("text") && !f.has("html") {
		return nil, sentence(`The field "text" or "html" is missing.`)
	}
	text, err := f.text("text")
	if err != nil {
		return nil, err
	}
	html, err := f.text("html")
	if err != nil {
		return nil, err
	}
	return partsOf(reply.FromMessage(text, html, false)), nil
}

type safePage struct {
	HTML    string   `json:"html"`
	Text    string   `json:"text"`
	Blocked []string `json:"blocked"`
}

// inspectHTML cleans a page as a reader first sees it: without remote images.
func inspectHTML(f fields) (any, error) {
	source, err := f.required("html")
	if err != nil {
		return nil, err
	}
	r := safehtml.Mail(source, safehtml.Options{})
	return safePage{r.HTML, r.Text, list(r.Blocked)}, nil
}

type redacted struct {
	Text  string   `json:"text"`
	Spans [][2]int `json:"spans"`
}

func inspectRedact(f fields) (any, error) {
	source, err := f.required("text")
	if err != nil {
		return nil, err
	}
	text, spans := redact.Cards(source)
	out := redacted{Text: text, Spans: [][2]int{}}
	for _, s := range spans {
		out.Spans = append(out.Spans, [2]int{s.Start, s.End})
	}
	return out, nil
}
