package message_test

import (
	"strings"
	"testing"
)

const dsnHead = "From: MAILER-DAEMON@mx.test (Mail Delivery System)\nTo: help@godwit.test\nSubject: Undelivered Mail Returned to Sender\nDate: Mon, 2 Nov 2026 10:00:00 +0000\nMessage-ID: <d@mx.test>\nAuto-Submitted: auto-replied\nMIME-Version: 1.0\n" +
	"Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n--b\nContent-Type: text/plain\n\nSorry.\n\n--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.test\n\n"

const dsnTail = "\n--b\nContent-Type: text/rfc822-headers\n\nFrom: help@godwit.test\nMessage-ID: <sent-1@godwit.test>\nSubject: Re: parcel\n\n--b--\n"

// daemon makes the text bounce of a mail system.
func daemon(from, subject, text string) string {
	return "Return-Path: <>\nFrom: " + from + "\nTo: help@godwit.test\nSubject: " + subject + "\nDate: Mon, 2 Nov 2026 10:00:00 +0000\nMessage-ID: <d@mx.test>\nContent-Type: text/plain; charset=utf-8\n\n" + text + "\n"
}

func TestBounces(t *testing.T) {
	runAll(t, []mailCase{
		{"failed", dsnHead + "Final-Recipient: rfc822; anna@shop.test\nOriginal-Recipient: rfc822;ann@shop.test\nAction: failed\nStatus: 5.1.1\nDiagnostic-Code: smtp; 550 5.1.1 no such user\n" + dsnTail,
			"kind: bounce\nbounce: anna@shop.test 5.1.1 permanent=true\noriginal: sent-1@godwit.test\ndiagnostic: 550 5.1.1 no such user\ntext: Sorry.\nfiles:\nmay_reply: false\nreason: kind"},
		{"delayed", dsnHead + "Final-Recipient: rfc822; anna@shop.test\nAction: delayed\nStatus: 4.2.2\n" + dsnTail, "kind: report"},
		{"delivered", dsnHead + "Final-Recipient: rfc822; anna@shop.test\nAction: delivered\nStatus: 2.0.0\n" + dsnTail, "kind: report"},
		{"one of two failed", dsnHead + "Final-Recipient: rfc822; a@b.test\nAction: delivered\nStatus: 2.0.0\n\nFinal-Recipient: rfc822; c@d.test\nAction: failed (bounced)\nStatus: 5.2.2 (full)\n" + dsnTail, "kind: bounce\nbounce: c@d.test 5.2.2 permanent=true"},
		{"transient but given up", dsnHead + "Final-Recipient: rfc822; a@b.test\nAction: failed\nStatus: 4.4.7\n" + dsnTail, "bounce: a@b.test 4.4.7 permanent=false"},
		{"no empty line between groups", strings.Replace(dsnHead, "mx.test\n\n", "mx.test\n", 1) + "Final-Recipient: RFC822;<a@b.test>\nAction: Failed\nStatus: 5.1.1\n" + dsnTail, "bounce: a@b.test 5.1.1 permanent=true"},
		{"status tells more in the diagnostic", dsnHead + "Final-Recipient: rfc822; a@b.test\nAction: failed\nStatus: 5.0.0\nDiagnostic-Code: smtp; 552 5.2.2 over quota\n" + dsnTail, "bounce: a@b.test 5.2.2 permanent=true"},
		{"report without a type", strings.Replace(dsnHead, "report-type=delivery-status; ", "", 1) + "Final-Recipient: rfc822; a@b.test\nAction: failed\nStatus: 5.1.1\n" + dsnTail, "kind: bounce"},
		{"status in multipart/mixed", strings.Replace(dsnHead, "multipart/report; report-type=delivery-status; ", "multipart/mixed; ", 1) + "Final-Recipient: rfc822; a@b.test\nAction: failed\nStatus: 5.1.1\n" + dsnTail, "kind: bounce"},
		{"returned message kept", dsnHead + "Final-Recipient: rfc822; a@b.test\nAction: failed\nStatus: 5.1.1\n\n--b\nContent-Type: message/rfc822\n\nMessage-ID: <sent-2@godwit.test>\nSubject: Re: x\n\nhello\n--b--\n", "original: sent-2@godwit.test\nfiles~ Re: x.eml (message/rfc822"},
		{"qmail", daemon("MAILER-DAEMON@mx.test", "failure notice", "Hi. This is the qmail-send program at mx.test.\nI'm afraid I wasn't able to deliver your message to the following addresses.\n\n<anna@shop.test>:\n192.0.2.1 does not like recipient.\nRemote host said: 550 5.1.1 User unknown\nGiving up on 192.0.2.1.\n\n--- Below this line is a copy of the message.\n\nReturn-Path: <help@godwit.test>\nMessage-ID: <sent-3@godwit.test>\nSubject: x\n\nhello"), "kind: bounce\nbounce: anna@shop.test 5.1.1 permanent=true\noriginal: sent-3@godwit.test"},
		{"exim", "X-Failed-Recipients: anna@shop.test\nFrom: Mail Delivery System <Mailer-Daemon@mx.test>\nSubject: Mail delivery failed: returning message to sender\n\nThis message was created automatically by mail delivery software.\n\n  anna@shop.test\n    SMTP error from remote mail server after RCPT TO:<anna@shop.test>:\n    550 No such user\n", "kind: bounce\nbounce: anna@shop.test 5.0.0 permanent=true\ndiagnostic: 550 No such user"},
		{"exim warning", daemon("Mail Delivery System <Mailer-Daemon@mx.test>", "Warning: message 1x delayed 24 hours", "This message was created automatically by mail delivery software.\nNo action is required on your part. Delivery attempts will continue for some time\n"), "kind: report"},
		{"exchange", daemon("Microsoft Outlook <MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@shop.test>", "Undeliverable: Re: parcel", "Delivery has failed to these recipients or groups:\n\nanna@shop.test (anna@shop.test)\nThe email address you entered couldn't be found.\n\nRemote Server returned '550 5.1.10 RESOLVER.ADR.RecipientNotFound'"), "kind: bounce\nbounce: anna@shop.test 5.1.10 permanent=true"},
		{"exchange, german", daemon("postmaster@shop.test", "Unzustellbar: Re: Paket", "Fehler bei der Nachrichtenzustellung an folgende Empfänger oder Verteilerlisten:\n\nanna@shop.test\n#550 5.1.1 ##"), "bounce: anna@shop.test 5.1.1 permanent=true"},
		{"qq", daemon("PostMaster@qq.com", "来自qq.com的退信", "尊敬的用户您好！\n很抱歉您发送的邮件被退回，以下是该邮件的相关信息：\n收件人：anna@qq.com\n退信原因：收件人邮件地址不存在 (550 Mailbox not found)"), "kind: bounce\nbounce: anna@qq.com 5.0.0 permanent=true"},
		{"netease", daemon("postmaster@163.com", "系统退信", "抱歉，您的邮件被退回来了……\n无法发送到 anna@163.com\n退信代码 550 User not found: anna@163.com"), "kind: bounce\nbounce: anna@163.com 5.0.0 permanent=true"},
		{"yandex", daemon("mailer-daemon@yandex.ru", "Недоставленное сообщение", "Это письмо отправлено почтовым сервером yandex.ru.\n\nК сожалению, мы вынуждены сообщить Вам о том, что Ваше письмо не может\nбыть отправлено одному или нескольким адресатам.\n\n<anna@shop.test>: host mx.shop.test said: 550 5.7.1 No such user!"), "kind: bounce\nbounce: anna@shop.test 5.7.1 permanent=true"},
		{"mail.ru", daemon("mailer-daemon@corp.mail.ru", "Mail failure.", "Это письмо создано автоматически сервером Mail.Ru, отвечать на него не нужно.\n\nК сожалению, Ваше письмо не может быть доставлено одному или нескольким получателям:\n\nanna@mail.ru\nuser not found"), "kind: bounce\nbounce: anna@mail.ru 5.0.0 permanent=true"},
		{"gmail text", daemon("Mail Delivery Subsystem <mailer-daemon@googlemail.com>", "Delivery Status Notification (Failure)", "Delivery to the following recipient failed permanently:\n\n     anna@shop.test\n\nThe error that the other server returned was: 550 5.1.1 <anna@shop.test>: user unknown"), "bounce: anna@shop.test 5.1.1 permanent=true"},
		{"delay text", daemon("Mail Delivery Subsystem <mailer-daemon@googlemail.com>", "Delivery Status Notification (Delay)", "This is an automatically generated Delivery Status Notification\n\nTHIS IS A WARNING MESSAGE ONLY."), "kind: report"},
		{"a carrier is no bounce", "From: Parcel <noreply@carrier.test>\nSubject: Delivery failed: parcel 123\nTo: help@godwit.test\n\nYour parcel could not be delivered.\n", "kind: message\nmay_reply: false\nreason: noreply_sender"},
		{"a customer is no bounce", strings.Replace(head, "Hello", "Undelivered: where is it?", 1) + "\nMail delivery failed? The parcel was returned to sender.\n", "kind: message\nmay_reply: true"},
		{"a postmaster may write", "From: postmaster@shop.test\nSubject: your order\nTo: help@godwit.test\n\nHello, where is my order?\n", "kind: message\nreason: daemon_sender"},
	})
}

func withHead(fields string) string { return fields + head + "\nBack on Monday.\n" }

func TestKinds(t *testing.T) {
	report := func(kind, part string) string {
		return head + "Content-Type: multipart/report; report-type=" + kind + "; boundary=b\n\n--b\nContent-Type: text/plain\n\nRead.\n--b\nContent-Type: " + part + "\n\nVersion: 1\n--b--\n"
	}
	runAll(t, []mailCase{
		{"read receipt", report("disposition-notification", "message/disposition-notification"), "kind: report\ntext: Read.\nfiles:"},
		{"complaint", report("feedback-report", "message/feedback-report"), "kind: report"},
		{"tls report", report("tlsrpt", "application/tlsrpt+gzip"), "kind: report"},
		{"dmarc report", subject("Report Domain: shop.test Submitter: google.com Report-ID: 1"), "kind: report"},
		{"auto-replied", withHead("Auto-Submitted: auto-replied (vacation)\n"), "kind: auto_reply\nmay_reply: false"},
		{"auto-generated answer", withHead("Auto-Submitted: auto-generated\nIn-Reply-To: <sent@godwit.test>\n"), "kind: auto_reply"},
		{"marketplace notice", withHead("Auto-Submitted: auto-generated\n"), "kind: message\nmay_reply: false\nreason: auto_submitted"},
		{"auto-submitted no", withHead("Auto-Submitted: no\n"), "kind: message\nmay_reply: true"},
		{"outlook out of office", strings.Replace(withHead("X-Auto-Response-Suppress: All\nAuto-Submitted: auto-generated\n"), "Hello", "Automatische Antwort: Ihr Paket", 1), "kind: auto_reply"},
		{"qq answer", subject("自动回复:订单"), "kind: auto_reply"},
		{"japanese answer", subject("【自動返信】お問い合わせ"), "kind: auto_reply"},
		{"out of office, no header", subject("Out of Office: Re: parcel"), "kind: auto_reply"},
		{"out of office chair", subject("Out of office chair broken"), "kind: message\nmay_reply: true"},
		{"auto parts", subject("Auto parts missing"), "kind: message"},
		{"about an automatic reply", subject("Re: Automatic reply: parcel"), "kind: message"},
		{"vendor field", withHead("X-Autoreply: yes\n"), "kind: auto_reply"},
		{"vendor field says no", withHead("X-Autoreply: no\n"), "kind: message"},
		{"precedence auto_reply", withHead("Precedence: auto_reply\n"), "kind: auto_reply"},
		{"autoresponder", withHead("Delivered-To: Autoresponder\n"), "kind: auto_reply"},
		{"list", withHead("List-Id: News <News.shop.test>\n"), "kind: list\nlist: news.shop.test\nreason: list"},
		{"bulk", withHead("List-Unsubscribe: <mailto:u@shop.test>\nPrecedence: bulk\n"), "kind: list\nreason: precedence"},
		{"unsubscribe alone", withHead("List-Unsubscribe: <mailto:u@shop.test>\n"), "kind: message\nreason: list"},
		{"null sender", withHead("Return-Path: <>\n"), "kind: message\nreason: null_return_path"},
		{"receipts suppressed only", withHead("X-Auto-Response-Suppress: DR, RN, NRN\n"), "may_reply: true"},
		{"answers suppressed", withHead("X-Auto-Response-Suppress: OOF, AutoReply\n"), "reason: auto_response_suppress"},
		{"our own mail", withHead("X-Godwit-Loop: 1\n"), "reason: loop"},
		{"no-reply", from("Shop <no-reply@shop.test>"), "reason: noreply_sender"},
		{"no-reply with a tag", from("<order-do_not_reply+7@shop.test>"), "reason: noreply_sender"},
		{"no-reply, but answers elsewhere", "Reply-To: a@b.test\n" + from("<noreply@shop.test>"), "may_reply: true"},
		{"noreen is a person", from("<noreen@shop.test>"), "may_reply: true"},
		{"a person", withHead(""), "kind: message\nmay_reply: true\nreason:"},
	})
}
