package authres

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"encoding/base64"
	"net"
	"net/netip"
	"strings"
	"testing"

	"github.com/emersion/go-msgauth/dkim"

	"godwit.dev/godwit/internal/adapter/channel/email/message"
)

// zone is a resolver over a fixed table of TXT records.
type zone map[string][]string

func (z zone) LookupTXT(_ context.Context, name string) ([]string, error) {
	name = strings.TrimSuffix(name, ".")
	if txt, ok := z[name]; ok {
		if len(txt) == 1 && txt[0] == "servfail" {
			return nil, &net.DNSError{Err: "server failure", Name: name, IsTemporary: true}
		}
		return txt, nil
	}
	return nil, &net.DNSError{Err: "no such host", Name: name, IsNotFound: true}
}

func (z zone) LookupMX(context.Context, string) ([]*net.MX, error) {
	return nil, &net.DNSError{IsNotFound: true}
}

func (z zone) LookupIPAddr(context.Context, string) ([]net.IPAddr, error) {
	return nil, &net.DNSError{IsNotFound: true}
}

func (z zone) LookupAddr(context.Context, string) ([]string, error) {
	return nil, &net.DNSError{IsNotFound: true}
}

const mail = "From: Anna <anna@shop.example.com>\r\nTo: help@godwit.test\r\nSubject: Hello\r\nDate: Mon, 2 Nov 2026 10:00:00 +0000\r\nMessage-ID: <1@shop.example.com>\r\n\r\nWhere is my parcel?\r\n"

func sign(t *testing.T, raw, domain string) (signed string, record string) {
	t.Helper()
	pub, priv, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := dkim.Sign(&out, strings.NewReader(raw), &dkim.SignOptions{Domain: domain, Selector: "s", Signer: priv}); err != nil {
		t.Fatal(err)
	}
	return out.String(), "v=DKIM1; k=ed25519; p=" + base64.StdEncoding.EncodeToString(pub)
}

func TestCheckVerifies(t *testing.T) {
	signed, key := sign(t, mail, "example.com")
	foreign, foreignKey := sign(t, mail, "bulk.example.net")
	ip := netip.MustParseAddr("192.0.2.1")
	env := Envelope{RemoteIP: ip, Helo: "mx.example.com", MailFrom: "bounce@example.com"}
	const spfPass, spfFail = "v=spf1 ip4:192.0.2.0/24 -all", "v=spf1 -all"
	tests := []struct {
		name string
		raw  string
		env  Envelope
		zone zone
		want Result
	}{
		{"nothing", mail, Envelope{}, zone{}, Result{SPF: None, DKIM: None, DMARC: None}},
		{"dkim passes, no policy", signed, Envelope{}, zone{"s._domainkey.example.com": {key}}, Result{SPF: None, DKIM: Pass, DMARC: None, Aligned: true}},
		{"dkim passes, relaxed", signed, Envelope{}, zone{"s._domainkey.example.com": {key}, "_dmarc.example.com": {"v=DMARC1; p=reject"}}, Result{SPF: None, DKIM: Pass, DMARC: Pass, Aligned: true}},
		{"dkim passes, strict", signed, Envelope{}, zone{"s._domainkey.example.com": {key}, "_dmarc.example.com": {"v=DMARC1; p=reject; adkim=s"}}, Result{SPF: None, DKIM: Pass, DMARC: Fail}},
		{"dkim of another", foreign, Envelope{}, zone{"s._domainkey.bulk.example.net": {foreignKey}, "_dmarc.example.com": {"v=DMARC1; p=none"}}, Result{SPF: None, DKIM: Pass, DMARC: Fail}},
		{"body changed", strings.Replace(signed, "parcel", "money", 1), Envelope{}, zone{"s._domainkey.example.com": {key}, "_dmarc.example.com": {"v=DMARC1; p=none"}}, Result{SPF: None, DKIM: Fail, DMARC: Fail}},
		{"key missing", signed, Envelope{}, zone{}, Result{SPF: None, DKIM: PermError, DMARC: None}},
		{"dns down", signed, Envelope{}, zone{"s._domainkey.example.com": {"servfail"}, "_dmarc.shop.example.com": {"servfail"}}, Result{SPF: None, DKIM: TempError, DMARC: TempError}},
		{"spf passes", mail, env, zone{"example.com": {spfPass}, "_dmarc.shop.example.com": {"v=DMARC1; p=none"}}, Result{SPF: Pass, DKIM: None, DMARC: Pass, Aligned: true}},
		{"spf strict", mail, env, zone{"example.com": {spfPass}, "_dmarc.shop.example.com": {"v=DMARC1; p=none; aspf=s"}}, Result{SPF: Pass, DKIM: None, DMARC: Fail}},
		{"spf fails", mail, env, zone{"example.com": {spfFail}, "_dmarc.example.com": {"v=DMARC1; p=none"}}, Result{SPF: Fail, DKIM: None, DMARC: Fail}},
		{"spf of a bounce", mail, Envelope{RemoteIP: ip, Helo: "mx.example.com"}, zone{"mx.example.com": {spfPass}}, Result{SPF: Pass, DKIM: None, DMARC: None, Aligned: true}},
		{"lf only", strings.ReplaceAll(signed, "\r\n", "\n"), Envelope{}, zone{"s._domainkey.example.com": {key}}, Result{SPF: None, DKIM: Pass, DMARC: None, Aligned: true}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tt.want.Domain, tt.want.Source = "shop.example.com", SourceVerified
			msg := message.Parse([]byte(tt.raw), message.DefaultLimits())
			if got := Check(t.Context(), []byte(tt.raw), tt.env, msg, Options{Resolver: tt.zone}); got != tt.want {
				t.Errorf("got  %+v\nwant %+v", got, tt.want)
			}
		})
	}
}

func TestCheckTrustsHeader(t *testing.T) {
	const gmail = "mx.google.com;\r\n dkim=pass header.i=@shop.example.com header.s=s header.b=abc;\r\n spf=pass (google.com: domain of x (best guess) designates 192.0.2.1; ok) smtp.mailfrom=x@mailer.test;\r\n dmarc=pass (p=NONE sp=NONE dis=NONE) header.from=shop.example.com"
	tests := []struct {
		name   string
		fields []string
		opts   Options
		want   Result
	}{
		{"trusted", []string{gmail}, Options{AuthServID: "mx.google.com"}, Result{Pass, Pass, Pass, "shop.example.com", true, SourceHeader}},
		{"case of the id", []string{strings.Replace(gmail, "mx.google", "MX.Google", 1)}, Options{AuthServID: "mx.google.com"}, Result{Pass, Pass, Pass, "shop.example.com", true, SourceHeader}},
		{"another server", []string{"evil.test; dmarc=pass header.from=shop.example.com"}, Options{AuthServID: "mx.google.com", Offline: true}, Result{None, None, None, "shop.example.com", false, SourceNone}},
		{"forged below", []string{"mx.us; spf=fail smtp.mailfrom=a@evil.test; dmarc=fail", "mx.us; dmarc=pass; spf=pass"}, Options{AuthServID: "mx.us"}, Result{Fail, None, Fail, "shop.example.com", false, SourceHeader}},
		{"nobody trusted", []string{gmail}, Options{Offline: true}, Result{None, None, None, "shop.example.com", false, SourceNone}},
		{"no id", []string{"spf=pass (sender IP is 192.0.2.1) smtp.mailfrom=shop.example.com; dkim=none (message not signed) header.d=none;dmarc=bestguesspass action=none header.from=shop.example.com;compauth=pass reason=109"}, Options{Unnamed: true}, Result{Pass, None, Neutral, "shop.example.com", true, SourceHeader}},
		{"no id, not on top", []string{"other.test; spf=none", "spf=pass smtp.mailfrom=shop.example.com"}, Options{Unnamed: true, Offline: true}, Result{None, None, None, "shop.example.com", false, SourceNone}},
		{"nothing checked", []string{"mx.us 1; none"}, Options{AuthServID: "mx.us"}, Result{None, None, None, "shop.example.com", false, SourceHeader}},
		{"unaligned dkim", []string{"mx.us; dkim=fail header.d=shop.example.com; dkim=pass header.d=evil.test"}, Options{AuthServID: "mx.us"}, Result{None, Pass, None, "shop.example.com", false, SourceHeader}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var head strings.Builder
			for _, f := range tt.fields {
				head.WriteString("Authentication-Results: " + f + "\r\n")
			}
			raw := []byte(head.String() + mail)
			if got := Check(t.Context(), raw, Envelope{}, message.Parse(raw, message.DefaultLimits()), tt.opts); got != tt.want {
				t.Errorf("got  %+v\nwant %+v", got, tt.want)
			}
		})
	}
}

func TestTwoAuthorsHaveNoDomain(t *testing.T) {
	raw := []byte("From: a@one.test, b@two.test\r\n\r\nhi\r\n")
	got := Check(t.Context(), raw, Envelope{}, message.Parse(raw, message.DefaultLimits()), Options{Resolver: zone{}})
	if want := (Result{None, None, PermError, "", false, SourceVerified}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func FuzzParseField(f *testing.F) {
	f.Add("mx.test 1; spf=pass (a (b) c) smtp.mailfrom=\"a@b\"; dkim=fail/1")
	f.Fuzz(func(t *testing.T, s string) {
		_, results := parseField(s)
		for _, r := range results {
			if knownValue(r.value) != r.value {
				t.Errorf("value %q", r.value)
			}
		}
	})
}
