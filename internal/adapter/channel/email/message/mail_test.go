package message_test

import (
	"encoding/base64"
	"fmt"
	"strings"
	"testing"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/korean"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"

	"godwit.dev/godwit/internal/adapter/channel/email/message"
)

// describe renders what a test may ask for.
func describe(m *message.Message) map[string]string {
	addrs := func(list []message.Address) string {
		var out []string
		for _, a := range list {
			out = append(out, a.Name+"<"+a.Address+">")
		}
		return strings.Join(out, " ")
	}
	var files []string
	for _, a := range m.Attachments {
		inline := ""
		if a.Inline {
			inline = " inline"
		}
		files = append(files, fmt.Sprintf("%s (%s, %d%s)", a.Name, a.ContentType, a.Size, inline))
	}
	d := map[string]string{
		"from": addrs(m.From), "to": addrs(m.To), "cc": addrs(m.CC), "reply_to": addrs(m.ReplyTo),
		"subject": m.Subject, "text": strings.ReplaceAll(m.Text, "\n", "|"), "html": m.HTML, "from_html": fmt.Sprint(m.TextFromHTML),
		"files": strings.Join(files, "; "), "kind": string(m.Kind), "may_reply": fmt.Sprint(m.Auto.MayReply), "reason": m.Auto.Reason,
		"list": m.ListID, "warnings": strings.Join(m.Warnings, " "), "delivered": strings.Join(m.DeliveredTo, " "),
		"id": m.MessageID, "irt": strings.Join(m.InReplyTo, " "), "refs": strings.Join(m.References, " "), "return": m.ReturnPath,
	}
	if m.Bounce != nil {
		d["bounce"] = strings.TrimSpace(fmt.Sprintf("%s %s permanent=%t", m.Bounce.Recipient, m.Bounce.Status, m.Bounce.Permanent))
		d["original"] = m.Bounce.OriginalMessageID
		d["diagnostic"] = m.Bounce.Diagnostic
	}
	return d
}

type mailCase struct{ name, raw, want string }

// run checks each "key: value" line of want; "key~ value" asks for a part of it.
func (c mailCase) run(t *testing.T) {
	for form, raw := range map[string]string{"lf": c.raw, "crlf": strings.ReplaceAll(c.raw, "\n", "\r\n")} {
		m := message.Parse([]byte(raw), message.DefaultLimits())
		checkInvariants(t, m, message.DefaultLimits())
		got := describe(m)
		for _, line := range strings.Split(strings.TrimSpace(c.want), "\n") {
			i := strings.IndexAny(line, ":~")
			key, value := strings.TrimSpace(line[:i]), strings.TrimSpace(line[i+1:])
			if line[i] == ':' && got[key] != value || line[i] == '~' && !strings.Contains(got[key], value) {
				t.Errorf("%s: %s = %q, want %q (warnings %v)", form, key, got[key], value, m.Warnings)
			}
		}
	}
}

func runAll(t *testing.T, cases []mailCase) {
	t.Helper()
	for _, c := range cases {
		t.Run(c.name, c.run)
	}
}

const head = "From: Anna <anna@shop.test>\nTo: help@godwit.test\nSubject: Hello\nDate: Mon, 2 Nov 2026 10:00:00 +0100\nMessage-ID: <1@shop.test>\n"

func encode(e encoding.Encoding, s string) string {
	out, err := e.NewEncoder().String(s)
	if err != nil {
		panic(err)
	}
	return out
}

func body(charset, cte, text string) string {
	return head + "MIME-Version: 1.0\nContent-Type: text/plain; charset=" + charset + "\nContent-Transfer-Encoding: " + cte + "\n\n" + text + "\n"
}

func TestCharsets(t *testing.T) {
	const zh, zht, ru, ja, ko, th, de = "您好，我的包裹还没有到，请帮我查一下。谢谢", "您好，我的包裹還沒有到，請幫我查一下。", "Здравствуйте, где моя посылка? Трек не обновляется уже неделю.", "荷物がまだ届きません。確認してください。", "안녕하세요, 제 소포가 아직 도착하지 않았습니다.", "สวัสดีครับ พัสดุยังไม่มา", "Grüße aus München, wo bleibt mein Päckchen?"
	b64 := func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }
	runAll(t, []mailCase{
		{"gb2312 label, gbk bytes", body("gb2312", "8bit", encode(simplifiedchinese.GBK, zh+"镕")), "text: " + zh + "镕"},
		{"gb18030 base64", body("GB18030", "base64", b64(encode(simplifiedchinese.GB18030, zh))), "text: " + zh},
		{"hz", body("hz-gb-2312", "7bit", encode(simplifiedchinese.HZGB2312, zh)+"~}"), "text: " + zh},
		{"big5", body("big5", "8bit", encode(traditionalchinese.Big5, zht)), "text: " + zht},
		{"koi8-r", body("koi8-r", "8bit", encode(charmap.KOI8R, ru)), "text: " + ru},
		{"windows-1251 with a bad name", body("cp-1251", "8bit", encode(charmap.Windows1251, ru)), "text: " + ru},
		{"windows-1251 undeclared", head + "\n" + encode(charmap.Windows1251, ru) + "\n", "text: " + ru},
		{"koi8-r undeclared", head + "\n" + encode(charmap.KOI8R, ru) + "\n", "text: " + ru},
		{"windows-1251 declared us-ascii", body("us-ascii", "8bit", encode(charmap.Windows1251, ru)), "text: " + ru + "\nwarnings: charset_wrong"},
		{"latin1 undeclared", head + "\n" + encode(charmap.Windows1252, de) + "\n", "text: " + de},
		{"latin1 declared utf-8", body("utf-8", "8bit", encode(charmap.Windows1252, de)), "text: " + de + "\nwarnings: charset_wrong"},
		{"utf-8 declared latin1", body("iso-8859-1", "8bit", de), "text: " + de},
		{"utf-8 declared gbk", body("gbk", "8bit", zh), "text: " + zh},
		{"utf-8 undeclared", head + "\n" + zh + "\n", "text: " + zh},
		{"utf-8 cut inside a character", body("utf-8", "8bit", zh+zh[:2]), "text~ " + zh + "\nwarnings: charset_wrong"},
		{"iso-2022-jp", body("iso-2022-jp", "7bit", encode(japanese.ISO2022JP, ja)), "text: " + ja},
		{"iso-2022-jp undeclared", head + "\n" + encode(japanese.ISO2022JP, ja) + "\n", "text: " + ja},
		{"iso-2022-jp label on utf-8", body("iso-2022-jp", "8bit", ja), "text: " + ja},
		{"shift_jis", body("x-sjis", "8bit", encode(japanese.ShiftJIS, ja)), "text: " + ja},
		{"euc-jp", body("euc-jp", "8bit", encode(japanese.EUCJP, ja)), "text: " + ja},
		{"euc-kr by its old name", body("ks_c_5601-1987", "8bit", encode(korean.EUCKR, ko)), "text: " + ko},
		{"tis-620", body("tis-620", "8bit", encode(charmap.Windows874, th)), "text: " + th},
		{"utf-7", body("utf-7", "7bit", "Gr+APw-n 1 +- 1"), "text: Grün 1 + 1"},
		{"iso-8859-9", body("iso-8859-9", "8bit", encode(charmap.ISO8859_9, "Kargom gelmedi, teşekkür ığ")), "text: Kargom gelmedi, teşekkür ığ"},
		{"unknown label", body("x-made-up", "8bit", de), "text: " + de + "\nwarnings: charset_unknown"},
		{"label with a prefix", body(`"charset=utf-8"`, "8bit", de), "text: " + de},
		{"meta charset", head + "Content-Type: text/html\n\n<html><meta charset=windows-1251><body>" + encode(charmap.Windows1251, "Где посылка") + "</body></html>\n", "text: Где посылка\nfrom_html: true"},
		{"gbk subject raw, body tells", strings.Replace(body("gbk", "8bit", encode(simplifiedchinese.GBK, zh)), "Hello", encode(simplifiedchinese.GBK, "订单问题"), 1), "subject: 订单问题\nwarnings: header_charset"},
		{"cyrillic subject raw, nothing tells", strings.Replace(head, "Hello", encode(charmap.Windows1251, "Где моя посылка?"), 1) + "\nx\n", "subject: Где моя посылка?"},
		{"latin subject raw", strings.Replace(head, "Hello", encode(charmap.Windows1252, "Päckchen für Sie"), 1) + "\nx\n", "subject: Päckchen für Sie"},
		{"utf-8 subject raw", strings.Replace(head, "Hello", "Заказ 订单", 1) + "\nx\n", "subject: Заказ 订单"},
		{"hebrew undeclared", head + "\n" + encode(charmap.Windows1255, "שלום, איפה החבילה שלי? אני מחכה כבר שבוע") + "\n", "text: שלום, איפה החבילה שלי? אני מחכה כבר שבוע"},
		{"arabic undeclared", head + "\n" + encode(charmap.Windows1256, "مرحبا، أين طردي؟ أنا أنتظر منذ أسبوع") + "\n", "text: مرحبا، أين طردي؟ أنا أنتظر منذ أسبوع"},
		{"thai undeclared", head + "\n" + encode(charmap.Windows874, "สวัสดีครับ พัสดุยังไม่มา รอมาหนึ่งสัปดาห์แล้ว") + "\n", "text: สวัสดีครับ พัสดุยังไม่มา รอมาหนึ่งสัปดาห์แล้ว"},
		{"polish undeclared", head + "\n" + encode(charmap.Windows1250, "Czekam już tydzień na tę paczkę") + "\n", "text: Czekam już tydzień na tę paczkę"},
		{"turkish undeclared", head + "\n" + encode(charmap.Windows1254, "Bir haftadır bekliyorum, şikayetçiyim") + "\n", "text: Bir haftadır bekliyorum, şikayetçiyim"},
		{"big5 undeclared", head + "\n" + encode(traditionalchinese.Big5, zht+"我已經等了三天還沒有回覆") + "\n", "text: " + zht + "我已經等了三天還沒有回覆"},
		{"shift_jis undeclared", head + "\n" + encode(japanese.ShiftJIS, ja) + "\n", "text: " + ja},
		{"euc-kr undeclared", head + "\n" + encode(korean.EUCKR, ko) + "\n", "text: " + ko},
		{"gbk undeclared", head + "\n" + encode(simplifiedchinese.GBK, zh) + "\n", "text: " + zh},
		{"iso-2022-jp subject raw", strings.Replace(head, "Hello", encode(japanese.ISO2022JP, "荷物"), 1) + "\nx\n", "subject: 荷物"},
	})
}

func subject(s string) string { return strings.Replace(head, "Hello", s, 1) + "\nx\n" }

func TestEncodedWords(t *testing.T) {
	cut := base64.StdEncoding.EncodeToString([]byte("订单")[:4])
	rest := base64.StdEncoding.EncodeToString([]byte("订单")[4:])
	runAll(t, []mailCase{
		{"folded words join", subject("=?UTF-8?B?0JfQsNC60LDQtw==?=\n =?UTF-8?Q?_42?="), "subject: Заказ 42"},
		{"a character cut in two", subject("=?utf-8?B?" + cut + "?= =?utf-8?B?" + rest + "?="), "subject: 订单"},
		{"unpadded base64 cut", subject("=?utf-8?B?6K6i5Y?= =?utf-8?B?2V?="), "subject: 订单"},
		{"text between words", subject("Re: =?utf-8?q?=C3=A4?= b =?utf-8?q?=C3=A4?="), "subject: Re: ä b ä"},
		{"word inside a word", subject("a=?utf-8?q?=C3=A4?=b"), "subject: aäb"},
		{"language tag", subject("=?utf-8*de?q?=C3=A4?="), "subject: ä"},
		{"blanks in Q", subject("=?utf-8?Q?=C3=A4 und mehr?="), "subject: ä und mehr"},
		{"never closed", subject("=?utf-8?Q?=C3=A4"), "subject: ä"},
		{"encoded twice", subject("=?utf-8?B?" + base64.StdEncoding.EncodeToString([]byte("=?utf-8?q?=C3=A4?=")) + "?="), "subject: ä"},
		{"no charset known", subject("=?NONE?B?VEVTVA=?="), "subject: TEST"},
		{"gb2312 with gbk bytes", subject("=?gb2312?B?" + base64.StdEncoding.EncodeToString([]byte(encode(simplifiedchinese.GBK, "镕的订单"))) + "?="), "subject: 镕的订单"},
		{"line breaks smuggled in", subject("=?utf-8?Q?a=0D=0ABcc:_x@y.test?="), "subject: a  Bcc: x@y.test"},
		{"direction override", subject("=?utf-8?Q?a=E2=80=AEb?="), "subject: ab"},
		{"not a word", subject("a =?b?= c"), "subject: a =?b?= c"},
	})
}

func from(s string) string { return strings.Replace(head, "Anna <anna@shop.test>", s, 1) + "\nx\n" }

func TestAddresses(t *testing.T) {
	runAll(t, []mailCase{
		{"comment name", from("a@B.Test (Anna)"), "from: Anna<a@b.test>"},
		{"no brackets", from("Anna Bee a@b.test"), "from: Anna Bee<a@b.test>"},
		{"comma in quotes", from(`"Bee, Anna" <a@b.test>, c@d.test`), "from: Bee, Anna<a@b.test> <c@d.test>"},
		{"comma in an encoded word", from("=?utf-8?Q?Bee,_Anna?= <a@b.test>"), "from: Bee, Anna<a@b.test>"},
		{"comma encoded", from("=?utf-8?Q?Bee=2C_Anna?= <a@b.test>"), "from: Bee, Anna<a@b.test>"},
		{"word in quotes", from(`"=?utf-8?B?5a6J5aic?=" <a@b.test>`), "from: 安娜<a@b.test>"},
		{"quote never closed", from(`"Anna <a@b.test>, c@d.test`), `from: Anna<a@b.test> <c@d.test>`},
		{"group", from("Team: a@b.test, C <c@d.test>;, e@f.test"), "from: <a@b.test> C<c@d.test> <e@f.test>"},
		{"empty group", from("undisclosed-recipients:;"), "from: \nwarnings: from_missing\nreason: no_sender"},
		{"semicolons", from("a@b.test; c@d.test"), "from: <a@b.test> <c@d.test>"},
		{"address for a name", from(`"a@b.test" <a@b.test>`), "from: a@b.test<a@b.test>"},
		{"doubled brackets", from("Anna <<a@b.test>>"), "from: Anna<a@b.test>"},
		{"bracket never closed", from("Anna <a@b.test"), "from: Anna<a@b.test>"},
		{"mailto", from("<mailto:a@b.test>"), "from: <a@b.test>"},
		{"route", from("Anna <@x.test,@y.test:a@b.test>"), "from: Anna<a@b.test>"},
		{"idn", from("<a@xn--mnchen-3ya.test>"), "from: <a@münchen.test>"},
		{"utf-8 local part", from("Анна <анна@почта.test>"), "from: Анна<анна@почта.test>"},
		{"local user", from("MAILER-DAEMON (Mail Delivery System)"), "from: Mail Delivery System<MAILER-DAEMON>\nreason: daemon_sender"},
		{"gbk name raw", from(encode(simplifiedchinese.GBK, "张伟张伟") + " <a@b.test>"), "from: 张伟张伟<a@b.test>"},
		{"empty brackets", from("Anna <>"), "from: \nwarnings: address_invalid from_missing"},
		{"leading comma", from(", a@b.test, ,c@d.test"), "from: <a@b.test> <c@d.test>"},
		{"quoted local part", from(`<"a b"@c.test>`), `from: <"a b"@c.test>`},
		{"two From fields", "From: a@b.test\n" + head + "\nx\n", "from: <a@b.test>\nwarnings: from_multiple"},
	})
}

func TestIDsAndEnvelope(t *testing.T) {
	runAll(t, []mailCase{
		{"threading", head + "In-Reply-To: <a@b>\nReferences: <r@b> <r@b>\n <a@b>\n\nx\n", "id: 1@shop.test\nirt: a@b\nrefs: r@b a@b"},
		{"phrase", head + "In-Reply-To: Your message of Monday <a@b>\n\nx\n", "irt: a@b"},
		{"phrase without id", head + "In-Reply-To: anna@b.test's message of Monday\n\nx\n", "irt:"},
		{"bare id", head + "In-Reply-To: a@b.test\n\nx\n", "irt: a@b.test"},
		{"broken ids", head + "References: <a b@c> <ok@c> <open@c\n\nx\n", "refs: ok@c"},
		{"glued ids", head + "References: <a@b><c@d>,<e@f>\n\nx\n", "refs: a@b c@d e@f"},
		{"no id", "From: a@b.test\nDate: Mon, 2 Nov 2026 10:00:00 +0000\n\nx\n", "id:\nwarnings: message_id_missing"},
		{"delivered", "Return-Path: <x@y.test>\nDelivered-To: a@b.test\nX-Original-To: C@D.test\nEnvelope-To: a@b.test\n" + head + "\nx\n", "delivered: a@b.test C@d.test\nreturn: x@y.test"},
		{"mbox line and blank lines", "\n\nFrom a@b.test Mon Nov  2 10:00:00 2026\n" + head + "\nx\n", "subject: Hello\ntext: x"},
		{"body without blank line", head + "This is the body.\n\nSecond: line\n", "text: This is the body.||Second: line\nwarnings: header_malformed"},
		{"no header", "Just a text\nof two lines\n", "text: Just a text|of two lines\nwarnings: header_missing from_missing date_missing message_id_missing"},
		{"empty", "", "text:\nkind: message"},
		{"header only", head, "subject: Hello\ntext:"},
	})
}
