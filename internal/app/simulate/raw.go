package simulate

import (
	"fmt"
	"strings"
	"time"
)

// Raw renders message i of a thread as the RFC 5322 mail that its sender's
// program would have sent to the mailbox. It returns nil for what agents wrote
// and for notes, which do not arrive by mail. replyTo is the Message-ID (with
// or without angle brackets) of the agent's mail that this one answers; when
// it is "" the mail refers to the customer's own earlier mails of the thread.
func (m *Merchant) Raw(t *Thread, i int, replyTo string) []byte {
	mail := t.Messages[i]
	if mail.From == FromAgent || mail.From == FromNote {
		return nil
	}
	e := envelope{
		m: m, d: newDice(m.config.Seed, "raw"+t.Key, i), mail: mail, lang: t.Language, key: t.Key, n: i, order: t.OrderNumber,
		box: m.mailbox(t.Mailbox), zone: time.UTC,
	}
	if t.Customer >= 0 {
		e.who = &m.Customers[t.Customer]
		e.zone = time.FixedZone("", e.who.Offset*3600)
	}
	for k := range i {
		switch t.Messages[k].From {
		case FromCustomer:
			e.refs = append(e.refs, m.messageID(t.Key, k, t.Messages[k]))
		case FromAgent:
			e.answers = &t.Messages[k]
		}
	}
	if len(e.refs) > 8 {
		e.refs = e.refs[len(e.refs)-8:]
	}
	if replyTo != "" {
		e.replyTo = "<" + strings.Trim(replyTo, "<>") + ">"
	}
	return e.render()
}

func (m *Merchant) mailbox(key string) Mailbox {
	for _, b := range m.Mailboxes {
		if b.Key == key {
			return b
		}
	}
	return m.Mailboxes[0]
}

// messageID is in the style of the sender's program and depends on nothing
// but seed, thread and position.
func (m *Merchant) messageID(key string, n int, mail Mail) string {
	d := newDice(m.config.Seed, "id"+key, n)
	_, host, _ := strings.Cut(mail.Address, "@")
	switch mail.Client {
	case "gmail":
		return "<CA" + d.digits("?#??#?#??##??=?#?#??#?-") + key + fmt.Sprint(n) + "@mail." + host + ">"
	case "apple":
		return "<" + d.digits("~~~~~~~~-~~~~-4~~~-A~~~-~~~~~~~~~~~~") + "@" + host + ">"
	case "outlook":
		return "<" + d.digits("??#P###MB####") + d.digits("?##?#?##?#?##") + key + fmt.Sprint(n) + "@" + d.digits("??#P###MB####") + ".outlook." + host + ">"
	case "gmx":
		return "<trinity-" + d.digits("########-####-4###-") + key + "-" + fmt.Sprint(n, mail.At.UnixMilli())[2:] + "@3c-app-" + host + ">"
	case "qq":
		return "<tencent_" + d.digits("#?##??#?#??###?#?##??") + key + fmt.Sprint(n) + "@" + host + ">"
	case "mailru":
		return "<" + fmt.Sprint(mail.At.Unix()) + "." + d.digits("#########") + "." + key + fmt.Sprint(n) + "@f4" + d.digits("##") + ".i." + host + ">"
	case "yandex":
		return "<" + d.digits("#####%") + fmt.Sprint(mail.At.Unix()) + "-" + key + fmt.Sprint(n) + "@mail." + host + ">"
	}
	return "<" + fmt.Sprint(mail.At.UnixMilli()) + "." + d.digits("#######") + "." + key + "." + fmt.Sprint(n) + "@" + host + ">"
}

// envelope is one mail on its way to bytes.
type envelope struct {
	m       *Merchant
	d       dice
	mail    Mail
	who     *Customer
	lang    string
	key     string
	n       int
	order   string
	box     Mailbox
	zone    *time.Location
	refs    []string
	replyTo string
	answers *Mail // the agent's mail that is quoted
}

func (e *envelope) render() []byte {
	var w writer
	charset := "utf-8"
	if e.mail.From == FromCustomer || e.mail.From == FromAuto {
		charset = charsetFor(e.d, e.mail.Client, e.lang)
	}
	text, html := e.bodies()
	charset = w.choose(charset, text, e.mail.Subject, e.mail.Name, html)
	_, host, _ := strings.Cut(e.mail.Address, "@")
	at := e.mail.At.In(e.zone)
	received := e.mail.At.Add(time.Duration(e.d.between(1, 6)) * time.Second).UTC().Format(time.RFC1123Z)
	w.header("Return-Path", e.returnPath())
	w.header("Received", fmt.Sprintf("from mx%d.%s (mx%d.%s [203.0.113.%d])\r\n\tby mail.greywing.example with ESMTPS id %s\r\n\tfor <%s>; %s",
		e.d.between(1, 9), host, e.d.between(1, 9), host, e.d.between(2, 250), e.d.digits("?#?##?#?##"), e.box.Address, received))
	w.header("Date", at.Format(time.RFC1123Z))
	w.header("From", w.word(e.mail.Name)+" <"+e.mail.Address+">")
	w.header("To", w.word(e.box.Name)+" <"+e.box.Address+">")
	w.header("Subject", w.fold(e.mail.Subject))
	w.header("Message-ID", e.m.messageID(e.key, e.n, e.mail))
	e.threading(&w)
	for _, h := range clientHeaders(e.mail.Client, e.d) {
		w.header(h[0], h[1])
	}
	switch e.mail.From {
	case FromBounce:
		w.header("Auto-Submitted", "auto-replied")
		e.report(&w)
		return w.Bytes()
	case FromAuto:
		w.header("Auto-Submitted", "auto-replied")
		w.header("X-Auto-Response-Suppress", "All")
		w.header("Precedence", "bulk")
	case FromList:
		w.header("List-Id", "<news."+host+">")
		w.header("List-Unsubscribe", "<https://"+host+"/unsubscribe?u="+e.d.digits("######")+">")
		w.header("List-Unsubscribe-Post", "List-Unsubscribe=One-Click")
		w.header("Precedence", "bulk")
	case FromCarrier, FromMarketplace:
		w.header("Auto-Submitted", "auto-generated")
	}
	w.charset = charset
	e.body(&w, text, html)
	return w.Bytes()
}

func (e *envelope) returnPath() string {
	if e.mail.From == FromBounce {
		return "<>"
	}
	return "<" + e.mail.Address + ">"
}

func (e *envelope) threading(w *writer) {
	if e.mail.From == FromBounce && e.replyTo == "" {
		return
	}
	refs := e.refs
	last := e.replyTo
	if e.replyTo != "" {
		refs = append(refs[:len(refs):len(refs)], e.replyTo)
	} else if len(refs) > 0 {
		last = refs[len(refs)-1]
	}
	if last == "" {
		return
	}
	w.header("In-Reply-To", last)
	w.header("References", strings.Join(refs, "\r\n "))
}

// bodies makes the plain and the HTML text, with what the client quotes.
func (e *envelope) bodies() (text, html string) {
	if e.mail.From != FromCustomer {
		return e.mail.Text, e.mail.HTML
	}
	switch {
	case e.mail.Client == "amazon" && base(e.lang) == "de":
		return e.relayed("Sie haben eine Nachricht erhalten.", "Bestellnummer", "Beginn der Nachricht", "Ende der Nachricht"), ""
	case e.mail.Client == "amazon":
		return e.relayed("You have received a message.", "Order ID", "Begin message", "End message"), ""
	case e.mail.Client == "ozon":
		return e.relayed("Новое сообщение от покупателя: "+e.who.Given, "Отправление", "Текст сообщения", "Конец сообщения"), ""
	}
	tail := ""
	if e.mail.Client == "apple" || e.d.chance(0.15) {
		tail = e.m.books.phrase(e.lang, e.mail.Client, "sent")
		if tail == "" && e.mail.Client == "apple" {
			tail = "Sent from my iPhone"
		}
	}
	text = e.mail.Text
	html = paragraphs(e.mail.Client, text)
	if tail != "" {
		text += "\n\n" + tail
		html += "<br><div>" + escape(tail) + "</div>"
	}
	if e.answers != nil && !e.d.chance(0.08) {
		q := quoted{
			at: e.answers.At.In(e.zone), who: e.box.Name, address: e.box.Address, me: e.mail.Address, name: e.mail.Name,
			subject: e.answers.Subject, text: e.answers.Text,
		}
		line := e.m.books.attribution(e.lang, e.mail.Client, q)
		text += "\n\n" + quotePlain(e.mail.Client, line, q.text)
		html += quoteHTML(e.mail.Client, line, q.text)
	}
	html = `<html><head><meta http-equiv="Content-Type" content="text/html; charset=CHARSET"></head><body` + dir(e.lang) + `>` + html + `</body></html>`
	if e.mail.Client == "gmail" {
		html = `<div dir="` + direction(e.lang) + `">` + strings.TrimSuffix(html[strings.Index(html, "<body")+len("<body"+dir(e.lang)+">"):], "</body></html>")
	}
	return text, html
}

// relayed is a buyer's message as a marketplace passes it on.
func (e *envelope) relayed(head, label, begin, end string) string {
	const rule = "-------------"
	if e.order != "" {
		head += "\n\n" + label + " " + e.order + ":"
	}
	return head + "\n\n" + rule + " " + begin + " " + rule + "\n\n" + e.mail.Text + "\n\n" + rule + " " + end + " " + rule + "\n"
}

func direction(lang string) string {
	if base(lang) == "ar" {
		return "rtl"
	}
	return "ltr"
}

func dir(lang string) string {
	if base(lang) == "ar" {
		return ` dir="rtl"`
	}
	return ""
}

// paragraphs sets new text as the client's editor does.
func paragraphs(client, text string) string {
	lines := strings.Split(escape(text), "\n")
	switch client {
	case "gmail":
		return strings.Join(lines, "<br>") + "</div>"
	case "outlook":
		var b strings.Builder
		b.WriteString(`<div class="WordSection1">`)
		for _, l := range lines {
			if l == "" {
				l = "<o:p>&nbsp;</o:p>"
			}
			b.WriteString(`<p class="MsoNormal"><span style="font-family:Calibri,sans-serif;font-size:11.0pt">` + l + `</span></p>`)
		}
		return b.String() + "</div>"
	case "gmx":
		return `<div style="font-family: Verdana;font-size: 12.0px;">` + divs(lines, "<div>", "&nbsp;") + "</div>"
	case "qq":
		return `<div style="font-family: -apple-system, system-ui; font-size: 14px; color: rgb(0, 0, 0);">` + divs(lines, "<div>", "<br>") + "</div>"
	}
	return divs(lines, "<div>", "<br>")
}

func divs(lines []string, open, blank string) string {
	var b strings.Builder
	for _, l := range lines {
		if l == "" {
			l = blank
		}
		b.WriteString(open + l + "</div>")
	}
	return b.String()
}

// quotePlain marks quoted text as the client does in its plain part: most put
// a sign before each line, some put a header block above untouched text.
func quotePlain(client, line, text string) string {
	switch client {
	case "outlook":
		return "________________________________\n" + line + "\n\n" + text
	case "qq", "naver", "netease":
		return line + "\n\n" + text
	case "mailru":
		return line + "\n\n>" + strings.ReplaceAll(text, "\n", "\n>")
	}
	return line + "\n\n> " + strings.ReplaceAll(strings.ReplaceAll(text, "\n", "\n> "), "> \n", ">\n")
}

func quoteHTML(client, line, text string) string {
	head := strings.ReplaceAll(escape(line), "\n", "<br>")
	body := strings.ReplaceAll(escape(text), "\n", "<br>")
	switch client {
	case "gmail":
		return `<br><div class="gmail_quote gmail_quote_container"><div dir="ltr" class="gmail_attr">` + head + `<br></div><blockquote class="gmail_quote" style="margin:0px 0px 0px 0.8ex;border-left:1px solid rgb(204,204,204);padding-left:1ex">` + body + `</blockquote></div>`
	case "outlook":
		return `<div id="appendonsend"></div><hr style="display:inline-block;width:98%" tabindex="-1"><div id="divRplyFwdMsg" dir="ltr"><font face="Calibri, sans-serif" style="font-size:11pt" color="#000000">` + head + `</font></div><div>` + body + `</div>`
	case "gmx":
		return `<div>&nbsp;<div name="quote" style="margin:10px 5px 5px 10px; padding: 10px 0 10px 10px; border-left:2px solid #C3D9E5;"><div style="margin:0 0 10px 0;">` + head + `</div><div name="quoted-content">` + body + `</div></div></div>`
	case "yahoo":
		return `<div id="yahoo_quoted_` + "1" + `" class="yahoo_quoted"><div style="font-family:Helvetica;font-size:13px"><div>` + head + `</div><div><br></div>` + body + `</div></div>`
	case "qq":
		return `<div><br></div><div style="font-size: 12px;font-family: Arial Narrow;padding:2px 0 2px 0;">` + head + `</div><div><br></div>` + body
	case "mailru":
		return `<blockquote style="border-left:1px solid #0857A6; margin:10px; padding:0 0 0 10px;">` + head + `<br><br>` + body + `</blockquote>`
	case "yandex":
		return `<div> </div><div>` + head + `</div><blockquote><p>` + body + `</p></blockquote>`
	}
	return `<div><br><blockquote type="cite">` + head + `<br><br></blockquote></div><blockquote type="cite"><div>` + body + `</div></blockquote>`
}
