package simulate

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"mime/quotedprintable"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/korean"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
)

// writer builds a message; lines end in CRLF.
type writer struct {
	bytes.Buffer
	charset string
}

func encoder(charset string) encoding.Encoding {
	switch charset {
	case "gb18030":
		return simplifiedchinese.GB18030
	case "big5":
		return traditionalchinese.Big5
	case "iso-2022-jp":
		return japanese.ISO2022JP
	case "euc-kr":
		return korean.EUCKR
	case "windows-1251":
		return charmap.Windows1251
	case "koi8-r":
		return charmap.KOI8R
	case "iso-8859-1":
		return charmap.ISO8859_1
	case "iso-8859-2":
		return charmap.ISO8859_2
	case "windows-1254":
		return charmap.Windows1254
	}
	return encoding.Nop
}

// choose settles on a charset all the texts can be written in.
func (w *writer) choose(charset string, texts ...string) string {
	w.charset = charset
	for _, t := range texts {
		if _, err := encoder(charset).NewEncoder().String(t); err != nil {
			w.charset = "utf-8"
		}
	}
	return w.charset
}

func (w *writer) encode(s string) string {
	out, err := encoder(w.charset).NewEncoder().String(s)
	if err != nil {
		return s // choose has ruled this out for whole bodies
	}
	return out
}

func (w *writer) header(name, value string) {
	w.WriteString(name + ": " + value + "\r\n")
}

// word writes a display name: plain, quoted or as RFC 2047 encoded words.
func (w *writer) word(s string) string {
	if ascii(s) {
		if strings.ContainsAny(s, `.,()<>@;:"[]`) {
			return `"` + strings.ReplaceAll(s, `"`, `\"`) + `"`
		}
		return s
	}
	return w.fold(s)
}

// fold writes a text as encoded words of at most 75 characters, split between
// runes (RFC 2047 section 2 and 5).
func (w *writer) fold(s string) string {
	if ascii(s) {
		return s
	}
	var words []string
	word, start := "", 0
	for i, r := range s {
		longer := "=?" + w.charset + "?B?" + base64.StdEncoding.EncodeToString([]byte(w.encode(s[start:i+utf8.RuneLen(r)]))) + "?="
		if len(longer) > 72 {
			words = append(words, word)
			start = i
			longer = "=?" + w.charset + "?B?" + base64.StdEncoding.EncodeToString([]byte(w.encode(s[i:i+utf8.RuneLen(r)]))) + "?="
		}
		word = longer
	}
	return strings.Join(append(words, word), "\r\n ")
}

func ascii(s string) bool {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}

func (w *writer) base64(data []byte) {
	enc := base64.StdEncoding.EncodeToString(data)
	for len(enc) > 76 {
		w.WriteString(enc[:76] + "\r\n")
		enc = enc[76:]
	}
	w.WriteString(enc + "\r\n")
}

// text writes a text part with its headers.
func (w *writer) text(subtype, body string) {
	if subtype == "html" {
		body = strings.ReplaceAll(body, "charset=CHARSET", "charset="+w.charset)
	}
	raw := w.encode(strings.ReplaceAll(body, "\n", "\r\n"))
	w.header("Content-Type", "text/"+subtype+"; charset="+w.charset)
	if w.charset == "iso-2022-jp" && subtype == "plain" {
		w.header("Content-Transfer-Encoding", "7bit")
		w.WriteString("\r\n" + raw + "\r\n")
		return
	}
	high := 0
	for i := range len(raw) {
		if raw[i] >= 0x80 {
			high++
		}
	}
	if high*4 > len(raw) {
		w.header("Content-Transfer-Encoding", "base64")
		w.WriteString("\r\n")
		w.base64([]byte(raw))
		return
	}
	w.header("Content-Transfer-Encoding", "quoted-printable")
	w.WriteString("\r\n")
	q := quotedprintable.NewWriter(w)
	q.Write([]byte(raw)) //nolint:errcheck // bytes.Buffer never fails
	q.Close()            //nolint:errcheck // as above
	w.WriteString("\r\n")
}

// body writes the content: mixed around related around alternative, as far as
// each is needed.
func (e *envelope) body(w *writer, text, html string) {
	var inline, files []Attachment
	for _, a := range e.mail.Attachments {
		if a.Inline && html != "" {
			inline = append(inline, a)
		} else {
			files = append(files, a)
		}
	}
	cid := "part1." + e.d.digits("????####.####") + "@" + e.key
	if len(inline) > 0 {
		img := `<div><img src="cid:` + cid + `" alt="` + inline[0].Name + `" width="240"></div>`
		if i := strings.LastIndex(html, "</body>"); i >= 0 {
			html = html[:i] + img + html[i:]
		} else {
			html += img
		}
	}
	alternative := func() {
		if html == "" {
			w.text("plain", text)
			return
		}
		e.multipart(w, "alternative", "", func() { w.text("plain", text) }, func() { w.text("html", html) })
	}
	related := alternative
	if len(inline) > 0 {
		related = func() {
			e.multipart(w, "related", "", alternative, func() { e.file(w, inline[0], cid) })
		}
	}
	if len(files) == 0 {
		related()
		return
	}
	parts := []func(){related}
	for _, f := range files {
		parts = append(parts, func() { e.file(w, f, "") })
	}
	e.multipart(w, "mixed", "", parts...)
}

func (e *envelope) multipart(w *writer, subtype, param string, parts ...func()) {
	mark := map[string]string{
		"gmail": "000000000000" + e.d.digits("##?##?##?#"), "outlook": "_000_" + e.d.digits("??#P###MB####??#"),
		"apple": "Apple-Mail-" + e.d.digits("%#######-####"), "qq": "----=_NextPart_" + e.d.digits("########_########"),
		"mailru": "--ALT--" + e.d.digits("########") + "." + e.d.digits("##########"),
	}[e.mail.Client]
	if mark == "" {
		mark = "----=_Part_" + e.d.digits("%#####_#########.%##########")
	}
	w.WriteString(fmt.Sprintf("Content-Type: multipart/%s%s;\r\n\tboundary=%q\r\n\r\n", subtype, param, mark))
	for _, p := range parts {
		w.WriteString("--" + mark + "\r\n")
		p()
	}
	w.WriteString("--" + mark + "--\r\n")
}

func (e *envelope) file(w *writer, a Attachment, cid string) {
	w.header("Content-Type", fmt.Sprintf("%s; name=%q", a.ContentType, a.Name))
	kind := "attachment"
	if cid != "" {
		kind = "inline"
		w.header("Content-ID", "<"+cid+">")
	}
	w.header("Content-Disposition", fmt.Sprintf("%s; filename=%q", kind, a.Name))
	w.header("Content-Transfer-Encoding", "base64")
	w.WriteString("\r\n")
	w.base64(a.Data)
}

// report writes a delivery status notification (RFC 3464).
func (e *envelope) report(w *writer) {
	w.charset = "utf-8"
	to := ""
	if e.who != nil {
		to = e.who.Email
	}
	status := "5.1.1"
	for _, s := range []string{"5.2.2", "4.4.1"} {
		if strings.Contains(e.mail.Text, s) {
			status = s
		}
	}
	diagnostic := e.mail.Text[strings.LastIndex(e.mail.Text, "said: ")+len("said: "):]
	e.multipart(w, "report", "; report-type=delivery-status",
		func() { w.text("plain", e.mail.Text) },
		func() {
			w.WriteString("Content-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx1.relay.example\r\nArrival-Date: " +
				e.mail.At.Format("Mon, 02 Jan 2006 15:04:05 -0700") + "\r\n\r\nFinal-Recipient: rfc822; " + to +
				"\r\nAction: failed\r\nStatus: " + status + "\r\nDiagnostic-Code: smtp; " + strings.TrimSpace(diagnostic) + "\r\n\r\n")
		},
		func() {
			w.WriteString("Content-Type: text/rfc822-headers\r\n\r\nFrom: " + e.box.Name + " <" + e.box.Address + ">\r\nTo: <" + to + ">\r\n")
			if e.answers != nil {
				w.header("Subject", w.fold(e.answers.Subject))
			}
			if e.replyTo != "" {
				w.header("Message-ID", e.replyTo)
			}
			w.WriteString("\r\n")
		})
}
