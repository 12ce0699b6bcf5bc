package message

import (
	"regexp"
	"strings"
)

// report is what the machine-readable parts of a message say.
type report struct {
	kind       string // "delivery-status", "disposition-notification", "feedback-report", or another report-type
	recipients []header
	original   header // of the returned message
	returned   bool   // a returned message or its header was found
}

// findReport looks for report parts anywhere in the tree: several servers wrap
// a delivery-status in multipart/mixed.
func findReport(root *part) report {
	var r report
	if root.mediaType == "multipart/report" {
		r.kind = strings.ToLower(strings.TrimSpace(root.params["report-type"]))
		if r.kind == "" {
			r.kind = "unknown"
		}
	}
	var walk func(p *part, inReport bool)
	walk = func(p *part, inReport bool) {
		switch p.mediaType {
		case "message/delivery-status", "message/global-delivery-status":
			r.kind = "delivery-status"
			data, _ := decodeTransfer(p.body, p.header.get("content-transfer-encoding"))
			r.recipients = append(r.recipients, recipientGroups(data)...)
		case "message/disposition-notification", "message/global-disposition-notification":
			r.kind = "disposition-notification"
		case "message/feedback-report":
			r.kind = "feedback-report"
		case "message/rfc822", "text/rfc822-headers", "message/rfc822-headers", "message/global", "message/global-headers":
			if !r.returned {
				data, _ := decodeTransfer(p.body, p.header.get("content-transfer-encoding"))
				r.original, _ = parseHeader(trimPreamble(data), 64<<10, func(string) {})
				r.returned = true
			}
		}
		for _, child := range p.children {
			walk(child, inReport)
		}
	}
	walk(root, r.kind != "")
	return r
}

// recipientGroups splits a delivery-status into its field groups (RFC 3464
// section 2.1): the first tells about the message, each other about one
// recipient. Some servers forget the empty line between, so that the first
// group holds a recipient too.
func recipientGroups(data []byte) []header {
	var groups []header
	for len(data) > 0 && len(groups) < 200 {
		h, rest := parseHeader(data, 64<<10, func(string) {})
		if len(rest) == len(data) {
			break
		}
		data = rest
		if h.has("final-recipient") || h.has("original-recipient") || h.has("action") || h.has("status") {
			groups = append(groups, h)
		}
	}
	return groups
}

// dsn types a delivery status notification: failed makes a bounce, any other
// action (delayed, delivered, relayed, expanded) a report.
func (m *Message) dsn(r report) bool {
	if r.kind != "delivery-status" {
		return false
	}
	m.Kind = KindReport
	for i := range r.recipients {
		g := &r.recipients[i]
		status := statusRE.FindString(g.get("status"))
		action, _ := stripComments(strings.ToLower(g.get("action")))
		action = strings.TrimSpace(action)
		if action == "" && strings.HasPrefix(status, "5") {
			action = "failed"
		}
		if action != "failed" && action != "fail" && action != "failure" {
			continue
		}
		b := &Bounce{Action: "failed", Status: status}
		b.Recipient = typedAddress(g.get("final-recipient"))
		if b.Recipient == "" {
			b.Recipient = typedAddress(g.get("original-recipient"))
		}
		b.Diagnostic = typedText(m.text(g.get("diagnostic-code")))
		m.bounced(b, r)
		return true
	}
	// Without any usable group the text must tell.
	if len(r.recipients) == 0 && !delayRE.MatchString(m.Subject) && !deliveredRE.MatchString(m.Subject) {
		m.bounced(&Bounce{Action: "failed"}, r)
	}
	return true
}

var deliveredRE = regexp.MustCompile(`(?i)successful|relayed|expanded|^delivered`)

// bounced completes b from whatever else the message tells, and sets it.
func (m *Message) bounced(b *Bounce, r report) {
	body := m.Text[:min(len(m.Text), 32<<10)]
	if b.Recipient == "" {
		b.Recipient = m.failedRecipient(body)
	}
	if b.Status == "" || strings.HasSuffix(b.Status, ".0.0") {
		for _, source := range []string{b.Diagnostic, body} {
			if s := enhancedRE.FindStringSubmatch(source); s != nil {
				b.Status = s[1]
				break
			}
		}
	}
	if b.Diagnostic == "" {
		b.Diagnostic = diagnosticLine(body)
	}
	b.Permanent = !strings.HasPrefix(b.Status, "4")
	if b.Status == "" { // RFC 3463 section 3.1: class known, detail not
		b.Status = "5.0.0"
		if s := replyCodeRE.FindStringSubmatch(b.Diagnostic); s != nil && s[1][0] == '4' {
			b.Status, b.Permanent = "4.0.0", false
		}
	}
	b.OriginalMessageID = m.originalID(r, body)
	m.Kind, m.Bounce = KindBounce, b
}

// originalID finds the id of the returned mail: in the returned message, in a
// copy of its header within the text, or in the threading fields of the bounce.
func (m *Message) originalID(r report, body string) string {
	if r.returned {
		if id := messageID(r.original.get("message-id")); id != "" {
			return id
		}
	}
	if match := bodyIDRE.FindStringSubmatch(m.Text); match != nil && validID(match[1]) {
		return match[1]
	}
	if match := bodyIDRE.FindStringSubmatch(body); match != nil && validID(match[1]) {
		return match[1]
	}
	if len(m.InReplyTo) > 0 {
		return m.InReplyTo[0]
	}
	if len(m.References) > 0 {
		return m.References[len(m.References)-1]
	}
	return ""
}

var (
	statusRE    = regexp.MustCompile(`[245]\.\d{1,3}\.\d{1,3}`)
	enhancedRE  = regexp.MustCompile(`(?:^|[^0-9.])([45]\.\d{1,3}\.\d{1,3})(?:[^0-9.]|\.?\s|\.?$)`)
	replyCodeRE = regexp.MustCompile(`(?:^|[^0-9.])([45]\d\d)(?:[ -]|$)`)
	bodyIDRE    = regexp.MustCompile(`(?im)^[>\s]*message-id:\s*<([^<>\s]{3,998})>`)
	diagRE      = regexp.MustCompile(`(?m)^.{0,200}(?:^|[^0-9.])[45]\d\d[ -](?:[45]\.\d{1,3}\.\d{1,3}|[^0-9\s]).{0,300}$`)
	bodyAddrRE  = regexp.MustCompile(`[<\s("':：\[]([^\s<>()"':：\[\],;]{1,64}@[A-Za-z0-9][A-Za-z0-9.-]{1,250}\.[A-Za-z]{2,24})`)
	delayRE     = regexp.MustCompile(`(?i)\bdelay|\bwarning: |verzögert|задержк|retard|延迟|延遲|could not be delivered for the last|still being retried`)
)

// typedAddress reads `rfc822; a@b` (RFC 3464 section 2.3.2).
func typedAddress(s string) string {
	s = typedText(s)
	list, _ := parseAddresses(s)
	if len(list) > 0 {
		return list[0].Address
	}
	return ""
}

func typedText(s string) string {
	if kind, rest, ok := strings.Cut(s, ";"); ok && !strings.ContainsAny(strings.TrimSpace(kind), " @") {
		s = rest
	}
	return cutUTF8(collapse(s), 1000)
}

func diagnosticLine(body string) string {
	return cutUTF8(collapse(diagRE.FindString(body)), 500)
}

// failedRecipient finds the address that failed: in the vendors' fields, else
// the first address of the text that is not the sender of the bounce.
func (m *Message) failedRecipient(body string) string {
	for _, name := range []string{"x-failed-recipients", "x-failed-recipient", "x-original-recipient"} {
		if list, _ := parseAddresses(m.utf8(m.header.get(name))); len(list) > 0 {
			return list[0].Address
		}
	}
	own := map[string]bool{}
	for _, list := range [][]Address{m.From, m.To} {
		for _, a := range list {
			own[strings.ToLower(a.Address)] = true
		}
	}
	for _, match := range bodyAddrRE.FindAllStringSubmatch(" "+body, 20) {
		a := cleanAddress(strings.TrimRight(match[1], "."))
		local, _, _ := strings.Cut(strings.ToLower(a), "@")
		if a != "" && !own[strings.ToLower(a)] && !daemonLocal(local) {
			return a
		}
	}
	return ""
}

// textBounce recognises the bounces of servers that do not speak RFC 3464. It
// takes two witnesses: a sender that only mail systems use (or the null
// envelope sender), and a subject or an opening that they write. A carrier's
// "delivery failed" about a parcel has neither.
func (m *Message) textBounce() bool {
	body := m.Text[:min(len(m.Text), 8<<10)]
	failed := m.header.has("x-failed-recipients")
	daemon := m.NullReturnPath
	for _, a := range m.From {
		local, _, _ := strings.Cut(strings.ToLower(a.Address), "@")
		daemon = daemon || daemonLocal(local) && !strings.Contains(local, "owner") || daemonNameRE.MatchString(a.Name)
	}
	if !failed && !daemon {
		return false
	}
	subject, text := bounceSubjectRE.MatchString(m.Subject), bounceBodyRE.MatchString(body)
	if !failed && !subject && !text {
		return false
	}
	if autoReplySubject(m.Subject) && !text && !failed {
		return false
	}
	if delayRE.MatchString(m.Subject) || delayBodyRE.MatchString(body) {
		m.Kind = KindReport
		return true
	}
	m.bounced(&Bounce{Action: "failed"}, report{})
	return true
}

var daemonNameRE = regexp.MustCompile(`(?i)^(mail delivery (sub)?system|mail delivery service|mailer[- ]?daemon|mail administrator|postmaster|系统退信|system administrator)$`)

var bounceSubjectRE = regexp.MustCompile(`(?i)` + strings.Join([]string{
	`undeliver(able|ed)`, `delivery status notification`, `deliver(y|ing) (has )?fail`, `delivery (problem|error|report|notification)`, `failure notice`, `returned mail`, `mail (could not be|not) delivered`,
	`mail delivery (failed|failure|system|error)`, `returning message to sender`, `non[- ]?delivery`, `not delivered`, `mail system error`, `bounce`, `rejected`, `could not deliver`, `unable to deliver`, `address not found`, `message (blocked|undeliverable|not delivered)`, `nondeliverable`, `user unknown`, `warning: `, `^delayed`, `delay`,
	`unzustellbar`, `nicht zugestellt`, `zustell(ung|fehler)`, `non remis`, `échec de la remise`, `non distribu`, `retour(né)? .* expéditeur`, `no se (puede|pudo|ha podido) entregar`, `no entregado`, `mensaje (devuelto|no entregado)`, `não (foi possível )?entreg`, `non recapitabile`, `mancato recapito`, `onbestelbaar`, `niet bezorgd`, `kan inte levereras`, `kan ikke leveres`, `niedostarcz`, `nie można dostarczyć`, `nedoručiteľn`, `nedoručiteln`, `nelze doručit`, `kézbesíthetetlen`, `nelivrabil`, `teslim edilem`, `iletilem`,
	`недоставлен`, `не (удается|удаётся|удалось) доставить`, `не доставлен`, `невозможно доставить`, `ошибка доставки`, `сообщение не доставлено`, `не вдалося доставити`, `недоставлене`,
	`退信`, `退回`, `未送达`, `未送達`, `无法(送达|投递|传递|递送)`, `無法(送達|投遞|傳遞|遞送)`, `投递失败`, `投遞失敗`, `发送失败`, `配信(不能|エラー|できません)`, `配信に失敗`, `送信できません`, `エラーメール`, `배달되지`, `배달 실패`, `반송`, `발송 실패`, `전송 실패`, `ส่งไม่ได้`, `ไม่สามารถส่ง`, `không (thể )?gửi được`, `tidak (dapat )?terkirim`, `tidak dapat dikirim`, `تعذر تسليم`, `לא ניתן למסירה`,
}, "|"))

var bounceBodyRE = regexp.MustCompile(`(?i)` + strings.Join([]string{
	`this is the qmail-send program`, `this is the mail system at host`, `created automatically by mail delivery software`, `i wasn't able to deliver your message`, `your message (did not reach|couldn't be delivered|could not be delivered|wasn't delivered|was not delivered|cannot be delivered)`,
	`delivery (to the following recipients?|has) failed`, `delivery to the following recipients? (failed|has been)`, `the following (address|recipient|addresses|recipients)(\(e?s\))? (had permanent|failed|could not)`, `were unable to deliver your message`, `unable to deliver (your|the) message`, `message (that you sent )?could not be delivered`, `the original message was received at`, `transcript of session follows`, `recipient('s)? (address|mailbox) (was )?rejected`, `mailbox (unavailable|not found|is full)`, `no such user`, `user (unknown|not found|doesn't exist|does not exist)`, `permanent fatal errors`, `undeliverable (mail|message)`, `could not be delivered to one or more`,
	`konnte(n)? nicht (zugestellt|ausgeliefert) werden`, `n'a (pas )?pu être (remis|délivré|distribué)`, `no se pudo entregar`, `não pôde ser entregue`, `non è stato possibile (recapitare|consegnare)`,
	`не может быть доставлено`, `не (удалось|было|может) .{0,40}доставить`, `письмо не доставлено`, `не было доставлено`, `сообщение не доставлено`, `создано автоматически сервером`, `отправлено почтовым сервером`,
	`您的邮件被退回`, `邮件被退回`, `您发送的邮件`, `退信原因`, `无法发送到`, `无法投递`, `未能投递`, `无法送达`, `被对方拒收`, `收件人邮件地址不存在`, `配信できません`, `配信されませんでした`, `送信できませんでした`, `배달되지 못`, `전달되지 못`,
}, "|"))

var delayBodyRE = regexp.MustCompile(`(?i)this is a warning message only|you do not need to resend|has been delayed|delivery attempts will continue|will (continue|keep) (trying|to (try|be))|still (trying|be retried)|temporarily deferred|message delayed|повторные попытки|не нужно отправлять`)
