package message_test

import (
	"strings"
	"testing"
	"time"

	"godwit.dev/godwit/internal/adapter/channel/email/message"
)

func multi(kind string, parts ...string) string {
	return head + "MIME-Version: 1.0\nContent-Type: multipart/" + kind + "; boundary=b\n\n--b\n" + strings.Join(parts, "\n--b\n") + "\n--b--\n"
}

const (
	plain = "Content-Type: text/plain; charset=utf-8\n\nplain ä"
	rich  = "Content-Type: text/html; charset=utf-8\n\n<p>rich <img src=\"cid:pic@1\"></p>"
	pdf   = "Content-Type: application/pdf; name=a.pdf\nContent-Transfer-Encoding: base64\nContent-Disposition: attachment; filename=a.pdf\n\nJVBERg=="
	pic   = "Content-Type: image/png\nContent-ID: <pic@1>\nContent-Transfer-Encoding: base64\n\niVBORw=="
)

func file(headers string) string {
	return multi("mixed", plain, headers+"Content-Transfer-Encoding: base64\n\nJVBERg==")
}

func TestStructure(t *testing.T) {
	runAll(t, []mailCase{
		{"alternative", multi("alternative", plain, rich), "text: plain ä\nhtml~ <p>rich\nfrom_html: false"},
		{"html first", multi("alternative", rich, plain), "text: plain ä\nhtml~ <p>rich"},
		{"html only", multi("mixed", rich, pdf), "text: rich\nfrom_html: true\nfiles: a.pdf (application/pdf, 4)"},
		{"related", multi("related", rich, pic), "files: attachment.png (image/png, 4 inline)"},
		{"picture attached but shown", multi("mixed", rich, strings.Replace(pic, "Content-ID", "Content-Disposition: attachment; filename=p.png\nContent-ID", 1)), "files: p.png (image/png, 4 inline)"},
		{"footer of a list", multi("mixed", strings.ReplaceAll("Content-Type: multipart/alternative; boundary=c\n\n--c\n"+plain+"\n--c\n"+rich+"\n--c--", "--b", "--c"), "Content-Type: text/plain\n\n-- <list>"), "text: plain ä||-- <list>\nhtml~ &lt;list&gt;"},
		{"two forms wrongly mixed", multi("mixed", plain, rich), "text: plain ä\nhtml~ <p>rich"},
		{"text around a picture", multi("mixed", plain, pic, "Content-Type: text/plain\n\nmore"), "text: plain ä||more"},
		{"text attached", multi("mixed", plain, "Content-Type: text/plain; name=log.txt\nContent-Disposition: attachment\n\nlog"), "text: plain ä\nfiles: log.txt (text/plain, 3)"},
		{"calendar", multi("alternative", plain, "Content-Type: text/calendar; method=REQUEST\n\nBEGIN:VCALENDAR"), "text: plain ä\nfiles: attachment.ics (text/calendar, 15)"},
		{"tnef", file("Content-Type: application/ms-tnef; name=\"winmail.dat\"\n"), "files: winmail.dat (application/ms-tnef, 4)"},
		{"signed", multi("signed; protocol=\"application/pgp-signature\"", plain, "Content-Type: application/pgp-signature\n\nsig"), "text: plain ä\nfiles: attachment.asc (application/pgp-signature, 3)"},
		{"encrypted", multi("encrypted", "Content-Type: application/pgp-encrypted\n\nVersion: 1", "Content-Type: application/octet-stream; name=encrypted.asc\n\nx"), "text:\nwarnings: encrypted\nfiles: attachment.asc (application/pgp-encrypted, 10); encrypted.asc (application/octet-stream, 1)"},
		{"forwarded message", multi("mixed", plain, "Content-Type: message/rfc822\n\nSubject: =?utf-8?q?In/ner?=\n\ninner text"), "text: plain ä\nfiles~ In_ner.eml (message/rfc822"},
		{"digest", multi("digest", "\nSubject: one\n\n1", "\nSubject: two\n\n2"), "files~ one.eml"},
		{"flowed", body("utf-8; format=flowed", "7bit", "Hello \nworld,\n> a \n> b\n\n-- \nAnna"), "text: Hello world,|> a b||-- |Anna"},
		{"flowed, delsp", body("utf-8; format=flowed; delsp=yes", "8bit", "你 \n好"), "text: 你好"},
		{"enriched", strings.Replace(body("utf-8", "7bit", "<bold>Hi</bold> a << b\n\nnext"), "text/plain", "text/enriched", 1), "text: Hi a < b|next"},
		{"html without a type", head + "\n<!DOCTYPE html><html><body>Hi<br>there</body></html>\n", "text: Hi|there\nfrom_html: true"},
		{"html text", head + "Content-Type: text/html\n\n<style>x</style><p>One&nbsp;&amp; two</p><ul><li>a<li>b</ul><blockquote>old<br>older</blockquote><script>evil()</script>end\n", "text: One & two||- a|- b||> old|> older|end"},
		{"no boundary given", strings.Replace(multi("mixed", plain), "; boundary=b", "", 1), "text: plain ä\nwarnings: boundary_missing"},
		{"another boundary used", strings.Replace(multi("mixed", plain), "boundary=b", "boundary=wrong", 1), "text: plain ä\nwarnings: boundary_missing"},
		{"never closed", strings.TrimSuffix(multi("mixed", plain, pdf), "\n--b--\n"), "text: plain ä\nfiles: a.pdf (application/pdf, 4)\nwarnings: boundary_unclosed"},
		{"inner never closed", multi("mixed", "Content-Type: multipart/alternative; boundary=inner\n\n--inner\n"+plain, pdf), "text: plain ä\nfiles: a.pdf (application/pdf, 4)\nwarnings: boundary_unclosed"},
		{"parts behind the end", multi("mixed", plain) + "--b\n" + pdf + "\n--b--\n", "files: a.pdf (application/pdf, 4)"},
		{"boundary with tspecials", strings.ReplaceAll(multi("mixed", plain), "boundary=b", "boundary==_b/?"), "text~ plain ä"},
		{"similar boundaries", strings.ReplaceAll(multi("mixed", "Content-Type: multipart/alternative; boundary=b-1\n\n--b-1\n"+plain+"\n--b-1--", pdf), "x", "x"), "text: plain ä\nfiles: a.pdf (application/pdf, 4)"},
		{"attachment alone", head + pdf + "\n", "text:\nfiles: a.pdf (application/pdf, 4)"},
		{"empty multipart", multi("mixed"), "kind: message"},
		{"encoding spelt oddly", body("utf-8", "Base64;", "aGVsbG8="), "text: hello"},
		{"encoding unknown", body("utf-8", "x-own", "hello"), "text: hello\nwarnings: encoding_unknown"},
		{"base64 that is text", body("utf-8", "base64", "This is not encoded at all, dear reader of it"), "text: This is not encoded at all, dear reader of it\nwarnings: encoding_broken"},
		{"base64 with a plain footer", body("utf-8", "base64", "aGVsbG8=\n-- \nlist footer"), "text: hello\nwarnings: encoding_broken"},
		{"base64 padded twice", body("utf-8", "base64", "aGVsbG8=\nIHdvcmxk"), "text: hello world"},
		{"broken quoted-printable", body("utf-8", "quoted-printable", "=C3=A4 =ZZ 100= \n% =3d ok="), "text: ä =ZZ 100% = ok"},
		{"uuencoded part", multi("mixed", plain, "Content-Type: application/octet-stream; name=x\nContent-Transfer-Encoding: x-uuencode\n\nbegin 644 x\n#0V%T\n`\nend"), "files: x (application/octet-stream, 3)"},
	})
}

func TestFileNames(t *testing.T) {
	runAll(t, []mailCase{
		{"rfc 2231", file("Content-Disposition: attachment; filename*=UTF-8''%e8%ae%a2%e5%8d%95.pdf\n"), "files~ 订单.pdf"},
		{"rfc 2231 in pieces", file("Content-Disposition: attachment;\n filename*0*=UTF-8''%e8%ae;\n filename*1*=%a2%e5%8d%95;\n filename*2=\".pdf\"\n"), "files~ 订单.pdf"},
		{"pieces out of order", file("Content-Disposition: attachment; filename*1=b.pdf; filename*0=a\n"), "files~ ab.pdf"},
		{"gbk by rfc 2231", file("Content-Disposition: attachment; filename*=gbk''%b6%a9%b5%a5.pdf\n"), "files~ 订单.pdf"},
		{"encoded word", file("Content-Disposition: attachment; filename=\"=?utf-8?B?6K6i5Y2VLnBkZg==?=\"\n"), "files~ 订单.pdf"},
		{"encoded words folded", file("Content-Type: application/pdf; name=\"=?utf-8?Q?=D0=A7=D0?=\n =?utf-8?Q?=B5=D0=BA.pdf?=\"\n"), "files~ Чек.pdf"},
		{"raw utf-8", file("Content-Disposition: attachment; filename=чек 1.pdf\n"), "files~ чек 1.pdf"},
		{"windows path", file(`Content-Disposition: attachment; filename="C:\docs\a.pdf"` + "\n"), "files~ a.pdf ("},
		{"climbing path", file("Content-Disposition: attachment; filename=\"../../etc/passwd\"\n"), "files~ passwd ("},
		{"dots only", file("Content-Type: application/pdf\nContent-Disposition: attachment; filename=\"..\"\n"), "files~ attachment.pdf"},
		{"direction override", file("Content-Disposition: attachment; filename*=UTF-8''a%E2%80%AEfdp.exe\n"), "files~ afdp.exe"},
		{"quote never closed", file("Content-Disposition: attachment; filename=\"a.pdf\n"), "files~ a.pdf"},
		{"very long", file("Content-Disposition: attachment; filename=" + strings.Repeat("x", 500) + ".pdf\n"), "files~ xxx.pdf ("},
	})
}

func TestDates(t *testing.T) {
	for in, want := range map[string]string{
		"Mon, 2 Nov 2026 10:00:00 +0800":         "2026-11-02T10:00:00+08:00",
		"2 Nov 2026 10:00 GMT":                   "2026-11-02T10:00:00Z",
		"Mon, 02 Nov 26 10:00:00 EST":            "2026-11-02T10:00:00-05:00",
		"Mon Nov  2 10:00:00 2026":               "2026-11-02T10:00:00Z",
		"Mon, 2 Nov 2026 10:00:00 -0700 (PDT)":   "2026-11-02T10:00:00-07:00",
		"2026-11-02T10:00:00+02:00":              "2026-11-02T10:00:00+02:00",
		"2026-11-02 10:00:00 +0200":              "2026-11-02T10:00:00+02:00",
		"Mon, 2-Nov-2026 10:00:00 +0000":         "2026-11-02T10:00:00Z",
		"пн, 02 Nov 2026 10:00:00 +0300":         "2026-11-02T10:00:00+03:00",
		"Mon, 2 Nov 2026 10:00:00 GMT+0800":      "2026-11-02T10:00:00+08:00",
		"Mon, 2 Nov 2026 10:00:00 +08:00":        "2026-11-02T10:00:00+08:00",
		"Fri, 21 Nov 1997 09(x):   55  :  06 UT": "1997-11-21T09:55:06Z",
		"Nov 2, 2026 10:00:00 PM":                "2026-11-02T22:00:00Z",
		"Wed, 15 Dec 2010    59:10 -0500":        "",
		"Mon, 2 Nov 1066 10:00:00 +0000":         "",
		"yesterday":                              "",
	} {
		m := message.Parse([]byte("Date: "+in+"\n\nx\n"), message.DefaultLimits())
		got := ""
		if !m.Date.IsZero() {
			got = m.Date.Format(time.RFC3339)
		}
		if got != want {
			t.Errorf("%q = %s, want %s", in, got, want)
		}
	}
}
