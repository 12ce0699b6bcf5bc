package customer

import (
	"strings"
	"unicode"

	"golang.org/x/net/idna"
	"golang.org/x/text/unicode/norm"
)

// Kinds of identity with folding rules of their own; any other kind is a
// channel's name for its users and is compared as it stands.
const (
	Email = "email"
	Phone = "phone"
)

// Identity is one way to reach or recognise a customer.
type Identity struct {
	Kind     string // email, phone, or the name of a channel
	Value    string // folded for comparison
	Verified bool   // the customer has shown to hold it
}

// Fold returns the identity with its value in the form in which it is kept. A
// value that cannot be an identity of its kind becomes "".
func (i Identity) Fold() Identity {
	switch i.Kind {
	case Email:
		i.Value = FoldEmail(i.Value)
		if at := strings.LastIndexByte(i.Value, '@'); at < 1 || at == len(i.Value)-1 {
			i.Value = ""
		}
	case Phone:
		i.Value = foldPhone(i.Value)
	default:
		i.Value = strings.TrimSpace(i.Value)
	}
	if len(i.Value) > 320 { // RFC 3696 erratum 1690 allows 254 to addresses; room for handles
		i.Value = ""
	}
	return i
}

// domains maps names as a browser does (UTS #46, non-transitional), but lets
// through labels that only DNS would refuse, such as underscores.
var domains = idna.New(idna.MapForLookup(), idna.Transitional(false), idna.StrictDomainName(false))

// FoldEmail returns an address in the form in which addresses are compared:
// lower case, the domain in ASCII (RFC 5891). The local part is folded although
// RFC 5321 section 2.4 lets servers tell cases apart, because none in use does;
// dots and +tags stay, because servers differ in them.
func FoldEmail(address string) string {
	address = strings.TrimFunc(address, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) })
	at := strings.LastIndexByte(address, '@')
	if at < 0 {
		return norm.NFC.String(strings.ToLower(norm.NFC.String(address)))
	}
	local := norm.NFC.String(strings.ToLower(norm.NFC.String(address[:at]))) // lower case may compose anew
	domain := strings.TrimRight(address[at+1:], ".")
	if ascii, err := domains.ToASCII(domain); err == nil {
		domain = strings.TrimRight(ascii, ".")
	} else {
		domain = strings.ToLower(domain)
	}
	return local + "@" + domain
}

// foldPhone keeps the digits, and a plus in front of them.
func foldPhone(s string) string {
	var b strings.Builder
	for _, r := range norm.NFKC.String(s) {
		switch {
		case r >= '0' && r <= '9':
			b.WriteRune(r)
		case r == '+' && b.Len() == 0:
			b.WriteRune(r)
		}
	}
	if b.Len() < 5 { // no number that a person can be reached under is shorter
		return ""
	}
	return b.String()
}

// FoldName returns a name in the form in which names are searched: lower case,
// compatibility forms and accents unified away.
func FoldName(s string) string {
	var b strings.Builder
	for _, r := range norm.NFKD.String(strings.ToLower(s)) {
		if !unicode.Is(unicode.Mn, r) {
			b.WriteRune(r)
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

// maxKeys bounds the search keys of one customer.
const maxKeys = 24

// Keys returns what a customer is found by when the start of one is typed: the
// name from each of its words on, and each identity.
func (c Customer) Keys() []string {
	var keys []string
	seen := map[string]bool{}
	add := func(k string) {
		if k = cut(k, maxWord); k != "" && !seen[k] && len(keys) < maxKeys {
			seen[k] = true
			keys = append(keys, k)
		}
	}
	words := strings.Fields(FoldName(c.Name))
	for i := range min(len(words), 6) {
		add(strings.Join(words[i:], " "))
	}
	for _, i := range c.Identities {
		add(FoldName(i.Value))
	}
	return keys
}
