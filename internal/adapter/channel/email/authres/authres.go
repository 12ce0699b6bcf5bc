package authres

import (
	"bytes"
	"context"
	"errors"
	"net"
	"net/netip"
	"strings"

	"blitiri.com.ar/go/spf"
	"github.com/emersion/go-msgauth/dkim"
	"github.com/emersion/go-msgauth/dmarc"
	"golang.org/x/net/idna"
	"golang.org/x/net/publicsuffix"

	"godwit.dev/godwit/internal/adapter/channel/email/message"
)

// The values of a check, as RFC 8601 section 2.7 spells them.
const (
	Pass      = "pass"
	Fail      = "fail"
	SoftFail  = "softfail"
	Neutral   = "neutral"
	None      = "none"
	TempError = "temperror"
	PermError = "permerror"
)

// Sources of a Result.
const (
	SourceVerified = "verified" // checked here
	SourceHeader   = "header"   // told by the trusted server
	SourceNone     = "none"     // nobody checked
)

// maxSignatures bounds the DKIM signatures verified: each costs a DNS query.
const maxSignatures = 5

// Envelope is what only the receiving server knows. A zero RemoteIP means that
// the mail did not come by our own SMTP door; SPF is "none" then.
type Envelope struct {
	RemoteIP netip.Addr
	Helo     string
	MailFrom string // "" for the null sender
}

// Resolver answers the DNS questions of the checks; *net.Resolver does.
type Resolver interface {
	LookupTXT(ctx context.Context, name string) ([]string, error)
	LookupMX(ctx context.Context, name string) ([]*net.MX, error)
	LookupIPAddr(ctx context.Context, host string) ([]net.IPAddr, error)
	LookupAddr(ctx context.Context, addr string) ([]string, error)
}

// Options choose between trusting and verifying.
type Options struct {
	// AuthServID is the name of the server whose Authentication-Results are
	// believed, "" for nobody's.
	AuthServID string
	// Unnamed believes a topmost field without any authserv-id, as Exchange
	// Online writes. Set it only for mailboxes hosted there.
	Unnamed bool
	// Offline forbids DNS: with no trusted field, everything is "none".
	Offline bool
	// Resolver is asked; nil means the system's.
	Resolver Resolver
}

// Result is what is known about the sender. SPF, DKIM and DMARC hold RFC 8601
// values. Domain is the author's (From), in lower case and Unicode. Aligned is
// true if a passed SPF or DKIM check speaks for that very domain, whether or
// not it publishes a DMARC policy.
type Result struct {
	SPF     string `json:"spf"`
	DKIM    string `json:"dkim"`
	DMARC   string `json:"dmarc"`
	Domain  string `json:"domain"`
	Aligned bool   `json:"aligned"`
	Source  string `json:"source"`
}

// Check authenticates one mail. It never fails: what cannot be checked is
// "none" or "temperror". ctx bounds its DNS queries. raw is the message as
// received; msg is the same, parsed.
func Check(ctx context.Context, raw []byte, env Envelope, msg *message.Message, opts Options) Result {
	r := Result{SPF: None, DKIM: None, DMARC: None, Source: SourceNone, Domain: authorDomain(msg)}
	if r.fromHeader(msg, opts) {
		return r
	}
	if opts.Offline {
		return r
	}
	if opts.Resolver == nil {
		opts.Resolver = net.DefaultResolver
	}
	c := checker{ctx: ctx, resolver: opts.Resolver, author: ascii(r.Domain)}
	r.Source = SourceVerified
	var signers []string
	r.DKIM, signers = c.dkim(raw)
	var spfDomain string
	r.SPF, spfDomain = c.spf(env)
	r.DMARC, r.Aligned = c.dmarc(r, signers, spfDomain, len(msg.From))
	return r
}

// authorDomain is the domain of From; more than one author has none, as no
// policy speaks for all of them (RFC 7489 section 6.6.1).
func authorDomain(msg *message.Message) string {
	if msg == nil || len(msg.From) == 0 {
		return ""
	}
	domain := ""
	for _, a := range msg.From {
		_, d, _ := strings.Cut(a.Address[max(0, strings.LastIndexByte(a.Address, '@')):], "@")
		if domain != "" && d != domain {
			return ""
		}
		domain = d
	}
	return domain
}

type checker struct {
	ctx      context.Context
	resolver Resolver
	author   string // in A-labels
}

func (c *checker) txt(name string) ([]string, error) {
	return c.resolver.LookupTXT(c.ctx, strings.TrimSuffix(name, "."))
}

// dkim returns the best value and the domains whose signatures hold.
func (c *checker) dkim(raw []byte) (string, []string) {
	if !bytes.Contains(raw, []byte("\r\n")) { // a file from a mailbox on disk
		raw = bytes.ReplaceAll(raw, []byte("\n"), []byte("\r\n"))
	}
	found, err := dkim.VerifyWithOptions(bytes.NewReader(raw), &dkim.VerifyOptions{LookupTXT: c.txt, MaxVerifications: maxSignatures})
	if err != nil && !errors.Is(err, dkim.ErrTooManySignatures) {
		return PermError, nil
	}
	value := None
	var signers []string
	for _, v := range found {
		switch {
		case v.Err == nil:
			signers = append(signers, ascii(v.Domain))
			value = Pass
		case value == Pass:
		case dkim.IsTempFail(v.Err):
			value = TempError
		case value == TempError:
		case dkim.IsPermFail(v.Err):
			if value == None {
				value = PermError
			}
		default:
			value = Fail
		}
	}
	return value, signers
}

// spf returns the value and the domain it was asked for.
func (c *checker) spf(env Envelope) (string, string) {
	if !env.RemoteIP.IsValid() {
		return None, ""
	}
	sender, domain := env.MailFrom, env.Helo
	if i := strings.LastIndexByte(sender, '@'); i >= 0 {
		domain = ascii(sender[i+1:])
		sender = sender[:i+1] + domain
	}
	if domain == "" {
		return None, ""
	}
	res, _ := spf.CheckHostWithSender(net.IP(env.RemoteIP.Unmap().AsSlice()), env.Helo, sender, spf.WithContext(c.ctx), spf.WithResolver(c.resolver))
	return string(res), domain
}

// dmarc looks the policy up at the author's domain, then at its organisational
// domain, and aligns what passed.
func (c *checker) dmarc(r Result, signers []string, spfDomain string, authors int) (value string, aligned bool) {
	if c.author == "" {
		if authors > 1 {
			return PermError, false
		}
		return None, false
	}
	record, err := c.policy()
	adkim, aspf := dmarc.AlignmentMode(dmarc.AlignmentRelaxed), dmarc.AlignmentMode(dmarc.AlignmentRelaxed)
	if record != nil {
		adkim, aspf = record.DKIMAlignment, record.SPFAlignment
	}
	for _, d := range signers {
		aligned = aligned || alignedDomains(d, c.author, adkim == dmarc.AlignmentStrict)
	}
	aligned = aligned || r.SPF == Pass && alignedDomains(spfDomain, c.author, aspf == dmarc.AlignmentStrict)
	switch {
	case errors.Is(err, dmarc.ErrNoPolicy):
		return None, aligned
	case err != nil && dmarc.IsTempFail(err), err != nil && c.ctx.Err() != nil:
		return TempError, aligned
	case err != nil:
		return PermError, aligned
	case aligned:
		return Pass, true
	case r.SPF == TempError || r.DKIM == TempError:
		return TempError, false
	}
	return Fail, false
}

func (c *checker) policy() (*dmarc.Record, error) {
	record, err := dmarc.LookupWithOptions(c.author, &dmarc.LookupOptions{LookupTXT: c.txt})
	if !errors.Is(err, dmarc.ErrNoPolicy) {
		return record, err
	}
	if org := organisation(c.author); org != c.author {
		return dmarc.LookupWithOptions(org, &dmarc.LookupOptions{LookupTXT: c.txt})
	}
	return nil, err
}

// alignedDomains compares two A-label domains (RFC 7489 section 3.1).
func alignedDomains(a, b string, strict bool) bool {
	if a == "" || b == "" {
		return false
	}
	if strict {
		return strings.EqualFold(a, b)
	}
	return strings.EqualFold(organisation(a), organisation(b))
}

func organisation(domain string) string {
	if org, err := publicsuffix.EffectiveTLDPlusOne(strings.ToLower(domain)); err == nil {
		return org
	}
	return strings.ToLower(domain)
}

func ascii(domain string) string {
	if a, err := idna.Lookup.ToASCII(strings.TrimSuffix(domain, ".")); err == nil {
		return a
	}
	return strings.ToLower(domain)
}
