package postman

import (
	"encoding/base64"
	"fmt"
	"strings"
	"testing"
	"time"

	"golang.org/x/oauth2"

	"godwit.dev/godwit/internal/adapter/channel/email"
	"godwit.dev/godwit/internal/adapter/channel/email/message"
	"godwit.dev/godwit/internal/adapter/channel/email/reply"
	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/flow/mailroom"
)

func TestReadKeepsWhatAMailSays(t *testing.T) {
	raw := "From: \"Петров, Иван\" <Ivan@Почта.example>\r\nTo: help@shop.example\r\nReply-To: ivan@other.example\r\n" +
		"Delivered-To: help@shop.example\r\nSubject: card 4111 1111 1111 1111\r\nMessage-ID: <b@c>\r\nReferences: <1@x> <2@x>\r\nIn-Reply-To: <1@x>\r\n" +
		"Date: Sun, 22 Nov 2026 10:00:00 +0300\r\n\r\nпривет\r\n\r\n22.11.2026, 09:00, Shop <help@shop.example>:\r\n> alt\r\n"
	in := Reader{}.Read(t.Context(), ticket.Mailbox{ID: 3, Address: "help@shop.example"}, mailroom.Intake{ID: 9, Mailbox: 3, Raw: mailroom.Raw{Body: []byte(raw)}})
	if in.From.Address != "ivan@xn--80a1acny.example" || in.From.Name != "Петров, Иван" {
		t.Errorf("from %+v", in.From)
	}
	if strings.Contains(in.Subject, "4111 1111") || in.Body != "привет" || !strings.Contains(in.Quoted, "alt") {
		t.Errorf("subject %q, body %q, quoted %q", in.Subject, in.Body, in.Quoted)
	}
	if fmt.Sprint(in.References) != "[2@x 1@x]" { // what it answers stands last
		t.Errorf("references %v", in.References)
	}
	if in.Intake != 9 || in.Form != ticket.Plain || in.Recipients.ReplyTo[0].Address != "ivan@other.example" {
		t.Errorf("%+v", in)
	}
}

func TestAMailWithoutAuthorHasOne(t *testing.T) {
	for _, raw := range []string{"", "garbage", "Subject: x\r\n\r\ny", "From: \r\n\r\nz"} {
		in := Reader{}.Read(t.Context(), ticket.Mailbox{}, mailroom.Intake{Raw: mailroom.Raw{Body: []byte(raw)}})
		if in.From.Address == "" || in.Key == "" {
			t.Errorf("%q: from %q, key %q", raw, in.From.Address, in.Key)
		}
	}
}

func TestCleanTakesCardsOutOfEncodedText(t *testing.T) {
	part := func(body string) string {
		return "--b\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n" + base64.StdEncoding.EncodeToString([]byte(body)) + "\r\n"
	}
	picture := "--b\r\nContent-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n\r\n" + base64.StdEncoding.EncodeToString([]byte("4111111111111111")) + "\r\n"
	raw := "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n" + part("my card 4111-1111-1111-1111, please") + picture + part("nothing here") + "--b--\r\n"
	clean := Reader{}.Clean([]byte(raw))
	m := message.Parse(clean, message.DefaultLimits())
	if strings.Contains(m.Text, "4111-1111") || !strings.Contains(m.Text, "my card") {
		t.Errorf("text %q", m.Text)
	}
	if len(m.Attachments) == 0 || string(m.Attachments[0].Data) != "4111111111111111" {
		t.Error("a picture was changed")
	}
	if again := (Reader{}).Clean(clean); string(again) != string(clean) {
		t.Error("cleaning twice changes more")
	}
}

func FuzzClean(f *testing.F) {
	f.Add([]byte("Content-Transfer-Encoding: base64\r\n\r\nNDExMTExMTExMTExMTExMQ=="))
	f.Add([]byte("--\n\n--\nContent-Type: text/html\nContent-Transfer-Encoding: BASE64\n\n!!!!\n"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		clean := Reader{}.Clean(raw)
		if len(clean) > len(raw)*2+4096 {
			t.Errorf("%d bytes became %d", len(raw), len(clean))
		}
	})
}

func TestLettersAreTheSameEveryTimeAndReadBack(t *testing.T) {
	l := mailroom.Letter{
		From: ticket.Address{Name: "李伟 (Shop)", Address: "help@shop.example"}, ReplyTo: ticket.Address{Address: "help+gw-x@shop.example"},
		To: []ticket.Address{{Name: "Анна", Address: "anna@client.example"}}, Subject: "Re: Где посылка?", Key: "gw.1.2.3@shop.example",
		References: []string{"a@x", "b@x"}, Text: "Здравствуйте <Анна>\n\nhttps://track.example/?a=1&b=2.", Signature: "The shop", Language: "ru",
		Quote: "Где моя посылка?", QuoteIntro: "Анна, 2026-11-22 09:00 UTC:", Date: time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC),
		Files: []mailroom.LetterFile{{File: ticket.File{Name: "этикетка.pdf", ContentType: "application/pdf"}, Data: []byte("%PDF")}},
	}
	a, err := email.Compose(Compose(l))
	if err != nil {
		t.Fatal(err)
	}
	if b, _ := email.Compose(Compose(l)); string(a) != string(b) {
		t.Error("the same letter was composed differently")
	}
	m := message.Parse(a, message.DefaultLimits())
	if m.From[0].Name != l.From.Name || m.To[0].Name != "Анна" || m.Subject != l.Subject || m.MessageID != l.Key || m.InReplyTo[0] != "b@x" || m.Attachments[0].Name != "этикетка.pdf" {
		t.Errorf("read back %+v", m)
	}
	if !strings.Contains(m.HTML, `<a href="https://track.example/?a=1&amp;b=2">`) || strings.Contains(m.HTML, "<Анна>") {
		t.Errorf("html %s", m.HTML)
	}
	for what, p := range map[string]reply.Parts{"text": reply.FromText(m.Text), "html": reply.FromHTML(m.HTML)} {
		if strings.Contains(p.Reply, "Где моя посылка") || !strings.Contains(p.Reply, "Здравствуйте") {
			t.Errorf("our own %s letter splits into %q", what, p.Reply)
		}
	}
}

func TestARotatedRefreshTokenIsKeptAndIsNoOtherGrant(t *testing.T) {
	var told []string
	p := &Post{Rotated: func(_ ticket.Mailbox, was, is string) { told = append(told, was+">"+is) }}
	box := ticket.Mailbox{ID: 5, Settings: ticket.MailSettings{InAuth: "oauth2", OutAuth: "oauth2", TokenURL: "https://issuer.example/token"}, Secrets: ticket.MailSecrets{RefreshToken: "r0"}}
	in, err := p.Incoming(box)
	if err != nil {
		t.Fatal(err)
	}
	out, _ := p.Outgoing(box)
	if in.OAuth != out.OAuth {
		t.Error("the two ways of one mailbox have two grants")
	}
	in.OAuth.OnRefresh(&oauth2.Token{AccessToken: "a1", RefreshToken: "r1"})
	after := box
	after.Secrets.RefreshToken = "r1"
	if again, _ := p.Incoming(after); again.OAuth != in.OAuth || !p.Same(box, after) {
		t.Error("a rotated token looks like another grant")
	}
	after.Secrets.RefreshToken = "entered by hand"
	if p.Same(box, after) {
		t.Error("another token looks like the same grant")
	}
	if fmt.Sprint(told) != "[r0>r1]" {
		t.Errorf("told %v", told)
	}
	if _, err := p.Incoming(ticket.Mailbox{Settings: ticket.MailSettings{InAuth: "oauth2"}}); err == nil {
		t.Error("a grant without a token is accepted")
	}
}

// Programs name the language of their owner's menus; what the text is written in goes before that.
func TestSaid(t *testing.T) {
	for _, x := range []struct{ header, text, want string }{
		{"", "Wo bleibt mein Paket? Ich warte seit drei Wochen.", ""},
		{"de-DE", "Wo bleibt mein Paket? Ich warte seit drei Wochen.", "de-DE"},
		{"en-US", "Wo bleibt mein Paket? Ich warte seit drei Wochen.", ""},
		{"en-US, de-DE", "Where is my parcel? I have waited for three weeks.", "en-US"},
		{"pt-br", "Onde está o meu pacote? Estou esperando há três semanas.", "pt-BR"},
		{"de", "1048", "de"},
		{"zh-CN", "您好，訂單已經超過預計送達日期一週了，還沒有收到。", ""},
		{"zh-TW", "您好，訂單已經超過預計送達日期一週了，還沒有收到。", "zh-TW"},
		{"zh", "你好，订单还没有收到，请问什么时候发货？", "zh"},
		{"<script>", "Where is my parcel?", ""},
		{"und", "Where is my parcel?", ""},
	} {
		if got := said(x.header, x.text); got != x.want {
			t.Errorf("%q says %q of %q, want %q", x.header, got, x.text, x.want)
		}
	}
}
