package email

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	netmail "net/mail"
	"net/textproto"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jhillyerd/enmime/v2"

	"godwit.dev/godwit/internal/base/errs"
)

func sample() Outgoing {
	return Outgoing{
		From:      Address{"Godwit Shop", "desk@example.test"},
		To:        []Address{{"Anna", "anna@example.com"}},
		Subject:   "Re: your order",
		MessageID: "<m1@example.test>",
		Date:      time.Date(2026, 7, 1, 9, 30, 0, 0, time.FixedZone("", 7200)),
		Text:      "Hello Anna,\n\nit is on its way.\n",
	}
}

func TestComposePlain(t *testing.T) {
	o := sample()
	o.InReplyTo = "c1@example.com"
	o.References = []string{"<c0@example.com>", "<c1@example.com>"}
	o.Headers = map[string]string{"Auto-Submitted": "auto-replied"}
	got, err := Compose(o)
	if err != nil {
		t.Fatal(err)
	}
	want := strings.Join([]string{
		"Date: Wed, 01 Jul 2026 07:30:00 +0000",
		"From: Godwit Shop <desk@example.test>",
		"To: Anna <anna@example.com>",
		"Subject: Re: your order",
		"Message-ID: <m1@example.test>",
		"In-Reply-To: <c1@example.com>",
		"References: <c0@example.com> <c1@example.com>",
		"Auto-Submitted: auto-replied",
		"MIME-Version: 1.0",
		"Content-Type: text/plain; charset=utf-8",
		"Content-Transfer-Encoding: 7bit",
		"",
		"Hello Anna,",
		"",
		"it is on its way.",
		"",
	}, "\r\n")
	if string(got) != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// legal checks what every composed message must keep to, whatever it was made of.
func legal(t *testing.T, raw []byte) {
	t.Helper()
	for i, line := range strings.Split(string(raw), "\r\n") {
		if strings.ContainsAny(line, "\r\n") {
			t.Fatalf("line %d has a bare CR or LF: %q", i, line)
		}
		if len(line) > hardLine {
			t.Fatalf("line %d has %d octets", i, len(line))
		}
	}
}

func TestComposeRoundTrip(t *testing.T) {
	names := map[string]string{
		"cyrillic": "Возврат заказа №12345: размер не подошёл, прошу оформить обмен на больший",
		"chinese":  "关于订单12345的退货申请：尺码不合适，请尽快处理，谢谢您的帮助与支持，期待您的回复",
		"arabic":   "بخصوص طلبي رقم ١٢٣٤٥: المنتج تالف وأرغب في استرداد المبلغ بالكامل",
		"latin":    "Größe paßt nicht – bitte Rückgabe für Bestellung 12345 ermöglichen",
		"emoji":    "👩‍👩‍👧‍👦 thanks!! 🎉🎉🎉🎉🎉🎉🎉🎉🎉🎉🎉🎉🎉🎉🎉🎉🎉🎉🎉🎉",
		"quoted":   `"Smith, John" \ (sales) <x>`,
		"encoded":  "=?utf-8?B?dHJpY2s=?= and  two  spaces ",
		"one word": strings.Repeat("a", 1500),
	}
	for name, s := range names {
		t.Run(name, func(t *testing.T) {
			o := sample()
			o.Subject = s
			o.From.Name = s[:min(len(s), 300)]
			o.From.Name = strings.ToValidUTF8(o.From.Name, "")
			o.ReplyTo = Address{o.From.Name, "reply+token@example.test"}
			o.Text = s + "\n.\nFrom here\n" + s + "\n"
			o.HTML = "<p>" + s + "</p><img src=\"cid:logo@example.test\">\n"
			o.Attachments = []File{
				{Name: "logo.png", ContentType: "image/png", ContentID: "logo@example.test", Inline: true, Data: []byte{0, 1, 2, 255}},
				{Name: "счёт-发票-" + "فاتورة.pdf", ContentType: "application/pdf", Data: bytes.Repeat([]byte("pdf"), 1000)},
				{Name: "forward.eml", ContentType: "message/rfc822", Data: []byte(mail(9))},
			}
			for i := range 30 {
				o.CC = append(o.CC, Address{fmt.Sprintf("%s %d", "Имя Фамилия", i), fmt.Sprintf("c%d@example.com", i)})
			}
			raw, err := Compose(o)
			if err != nil {
				t.Fatal(err)
			}
			legal(t, raw)
			again, _ := Compose(o)
			if !bytes.Equal(raw, again) {
				t.Error("not deterministic")
			}
			env, err := enmime.ReadEnvelope(bytes.NewReader(raw))
			if err != nil {
				t.Fatal(err)
			}
			if len(env.Errors) > 0 {
				t.Errorf("reader complains: %v", env.Errors)
			}
			if got := env.GetHeader("Subject"); strings.TrimSpace(got) != strings.TrimSpace(s) {
				t.Errorf("subject %q", got)
			}
			m, err := netmail.ReadMessage(bytes.NewReader(raw))
			if err != nil {
				t.Fatal(err)
			}
			from, err := m.Header.AddressList("From")
			if err != nil || len(from) != 1 || from[0].Address != "desk@example.test" || strings.TrimSpace(from[0].Name) != strings.TrimSpace(o.From.Name) {
				t.Errorf("from %v, %v", from, err)
			}
			cc, err := env.AddressList("Cc")
			if err != nil || len(cc) != 30 || cc[29].Name != "Имя Фамилия 29" {
				t.Errorf("cc %v, %v", cc, err)
			}
			if env.Text != strings.ReplaceAll(o.Text, "\n", "\r\n") {
				t.Errorf("text %q", env.Text)
			}
			if env.HTML != strings.ReplaceAll(o.HTML, "\n", "\r\n") {
				t.Errorf("html %q", env.HTML)
			}
			if len(env.Inlines)+len(env.OtherParts) != 1 || len(env.Attachments) != 2 {
				t.Fatalf("%d inline, %d other, %d attached", len(env.Inlines), len(env.OtherParts), len(env.Attachments))
			}
			if a := env.Attachments[0]; a.FileName != o.Attachments[1].Name || !bytes.Equal(a.Content, o.Attachments[1].Data) {
				t.Errorf("attachment %q, %d bytes", a.FileName, len(a.Content))
			}
		})
	}
}

func TestComposeRefusesInjection(t *testing.T) {
	for _, evil := range []string{"x\r\nBcc: spy@example.com", "x\nEvil: 1", "x\rEvil: 1", "x\x00y"} {
		for name, change := range map[string]func(*Outgoing){
			"subject":       func(o *Outgoing) { o.Subject = evil },
			"from name":     func(o *Outgoing) { o.From.Name = evil },
			"from address":  func(o *Outgoing) { o.From.Addr = evil + "@example.com" },
			"domain":        func(o *Outgoing) { o.From.Addr = "a@" + evil },
			"reply-to":      func(o *Outgoing) { o.ReplyTo = Address{evil, "a@example.com"} },
			"to":            func(o *Outgoing) { o.To[0].Name = evil },
			"bcc":           func(o *Outgoing) { o.BCC = []Address{{"", "a@b" + evil}} },
			"message id":    func(o *Outgoing) { o.MessageID = evil },
			"in-reply-to":   func(o *Outgoing) { o.InReplyTo = evil },
			"references":    func(o *Outgoing) { o.References = []string{evil} },
			"header value":  func(o *Outgoing) { o.Headers = map[string]string{"X-A": evil} },
			"header name":   func(o *Outgoing) { o.Headers = map[string]string{evil: "x"} },
			"file name":     func(o *Outgoing) { o.Attachments = []File{{Name: evil}} },
			"content type":  func(o *Outgoing) { o.Attachments = []File{{ContentType: "text/plain; a=" + evil}} },
			"content id":    func(o *Outgoing) { o.Attachments = []File{{ContentID: evil}} },
			"owned header":  func(o *Outgoing) { o.Headers = map[string]string{"bCC": "spy@example.com"} },
			"content field": func(o *Outgoing) { o.Headers = map[string]string{"content-type": "text/html"} },
			"no date":       func(o *Outgoing) { o.Date = time.Time{} },
			"no recipient":  func(o *Outgoing) { o.To = nil },
			"twice": func(o *Outgoing) {
				o.Headers = map[string]string{"X-A": "1", "x-a": "2"}
			},
		} {
			o := sample()
			change(&o)
			if raw, err := Compose(o); !errs.Is(err, errs.Invalid) {
				t.Errorf("%s %q: error %v\n%s", name, evil, err, raw)
			}
		}
	}
}

func TestComposeHidesBCC(t *testing.T) {
	o := sample()
	o.BCC = []Address{{"Boss", "boss@example.test"}, {"", "ANNA@example.com"}}
	raw, err := Compose(o)
	if err != nil || bytes.Contains(raw, []byte("boss")) {
		t.Errorf("%v\n%s", err, raw)
	}
	if got := o.Recipients(); !slices.Equal(got, []string{"anna@example.com", "boss@example.test"}) {
		t.Errorf("recipients %v", got)
	}
	o.To = nil
	if raw, err = Compose(o); err != nil || !bytes.Contains(raw, []byte("To: undisclosed-recipients:;\r\n")) {
		t.Errorf("%v\n%s", err, raw)
	}
}

func TestComposeBoundsReferences(t *testing.T) {
	o := sample()
	for i := range 500 {
		o.References = append(o.References, fmt.Sprintf("<%s.%d@example.com>", strings.Repeat("r", 60), i))
	}
	o.References = append(o.References, "<no spaces allowed>", strings.Repeat("x", 3000))
	raw, err := Compose(o)
	if err != nil {
		t.Fatal(err)
	}
	legal(t, raw)
	m, err := netmail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	refs := strings.Fields(m.Header.Get("References"))
	if len(refs) != maxReferences || !strings.Contains(refs[0], ".0@") || !strings.Contains(refs[19], ".499@") {
		t.Errorf("%d references, %s … %s", len(refs), refs[0], refs[len(refs)-1])
	}
}

func TestFileName(t *testing.T) {
	for in, want := range map[string]string{
		"a.pdf":                           "a.pdf",
		`C:\temp\счёт.pdf`:                "счёт.pdf",
		"../../etc/passwd":                "passwd",
		"a\tb.txt":                        "ab.txt",
		strings.Repeat("x", 200) + ".pdf": strings.Repeat("x", 146) + ".pdf",
		strings.Repeat("名", 100) + ".png": strings.Repeat("名", 48) + ".png",
		strings.Repeat("y", 160):          strings.Repeat("y", 150),
	} {
		if got := fileName(in); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
}

func TestTransferEncoding(t *testing.T) {
	for name, tt := range map[string]struct{ text, want string }{
		"ascii":     {"hello\n", "7bit"},
		"empty":     {"", "7bit"},
		"latin":     {"Größe passt nicht, bitte umtauschen\n", "quoted-printable"},
		"cyrillic":  {"Здравствуйте, где мой заказ?\n", "base64"},
		"long line": {strings.Repeat("x", 5000), "quoted-printable"},
		"from":      {"From now on\n", "quoted-printable"},
		"control":   {"a\x01b\n", "quoted-printable"},
		"old mac":   {"a\rb\r", "7bit"},
	} {
		p := textPart("plain", tt.text)
		if p.encoding != tt.want {
			t.Errorf("%s: %s, want %s", name, p.encoding, tt.want)
		}
		var got []byte
		var err error
		switch p.encoding {
		case "base64":
			got, err = base64.StdEncoding.DecodeString(strings.ReplaceAll(string(p.data), "\r\n", ""))
		case "quoted-printable":
			got, err = io.ReadAll(quotedprintable.NewReader(bytes.NewReader(p.data)))
		default:
			got = p.data
		}
		want := strings.TrimRight(strings.ReplaceAll(strings.ReplaceAll(tt.text, "\r", "\n"), "\n", "\r\n"), "\r\n")
		if err != nil || strings.TrimRight(string(got), "\r\n") != want {
			t.Errorf("%s: got %q, %v", name, got, err)
		}
		if bytes.HasPrefix(p.data, []byte("From ")) {
			t.Errorf("%s: begins with From", name)
		}
	}
}

func FuzzCompose(f *testing.F) {
	f.Add("Re: заказ", "Anna", "anna@example.com", "m1@x", "<r@x>", "X-A", "v", "счёт.pdf", "application/pdf", "text")
	f.Add("a\r\nb", "\"q\" \\", "a@[127.0.0.1]", "", "\n", "To", "", "../../x", "multipart/mixed; boundary=x", "--=_gw_\r\n.")
	f.Add("=?utf-8?q?x?=", "   ", "почта@пример.рф", "a b", " ", "", "\xff", strings.Repeat("名", 400), "a/b", strings.Repeat("x", 2000))
	f.Fuzz(func(t *testing.T, subject, name, addr, id, ref, hname, hvalue, file, kind, text string) {
		o := Outgoing{
			From: Address{name, addr}, To: []Address{{subject, addr}}, Subject: subject, MessageID: id, InReplyTo: ref,
			References: []string{ref, id}, Headers: map[string]string{hname: hvalue}, Text: text, HTML: text,
			Attachments: []File{{Name: file, ContentType: kind, Data: []byte(text)}},
			Date:        time.Unix(1_800_000_000, 0),
		}
		raw, err := Compose(o)
		if err != nil {
			if !errs.Is(err, errs.Invalid) {
				t.Fatalf("kind of %v", err)
			}
			return
		}
		legal(t, raw)
		h, err := textproto.NewReader(bufio.NewReader(bytes.NewReader(raw))).ReadMIMEHeader()
		if err != nil {
			t.Fatalf("header: %v\n%q", err, raw)
		}
		// Nothing that came in made a field of its own.
		allowed := []string{"Date", "From", "To", "Subject", "Message-Id", "In-Reply-To", "References", "Mime-Version", "Content-Type", textproto.CanonicalMIMEHeaderKey(hname)}
		for k, v := range h {
			if !slices.Contains(allowed, k) || len(v) != 1 {
				t.Fatalf("field %q %q", k, v)
			}
		}
		_, params, err := mime.ParseMediaType(h.Get("Content-Type"))
		if err != nil {
			t.Fatal(err)
		}
		m, err := netmail.ReadMessage(bytes.NewReader(raw))
		if err != nil {
			t.Fatal(err)
		}
		r := multipart.NewReader(m.Body, params["boundary"])
		parts := 0
		for {
			p, err := r.NextRawPart()
			if err == io.EOF {
				break
			}
			if err != nil {
				t.Fatalf("part %d: %v\n%q", parts, err, raw)
			}
			if _, err := io.Copy(io.Discard, p); err != nil {
				t.Fatal(err)
			}
			parts++
		}
		if parts != 2 { // the text, and the file
			t.Fatalf("%d parts, want 2", parts)
		}
	})
}

// TestComposeKeepsListAddresses: the address that ends letters stands as it is, however
// long it is (RFC 2369, RFC 8058); programs that read it know no encoded words.
func TestComposeKeepsListAddresses(t *testing.T) {
	long := "<https://shop.example/p/shop/updates/" + strings.Repeat("x", 200) + ">"
	o := Outgoing{From: Address{Addr: "a@shop.example"}, To: []Address{{Addr: "b@client.example"}}, Subject: "s", MessageID: "1@shop.example", Text: "t", Date: time.Unix(1e9, 0)}
	o.Headers = map[string]string{"List-Unsubscribe": long}
	raw, err := Compose(o)
	if err != nil || !strings.Contains(string(raw), "\r\nList-Unsubscribe: "+long+"\r\n") {
		t.Errorf("%v\n%s", err, raw)
	}
	for _, bad := range []string{"<https://shop.example/ü>", "<https://shop.example/" + strings.Repeat("x", 1000) + ">"} {
		o.Headers["List-Unsubscribe"] = bad
		if _, err := Compose(o); err == nil {
			t.Errorf("%.40s was taken", bad)
		}
	}
}
