package brand

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base32"
	"encoding/binary"
	"net/netip"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/net/idna"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/order"
)

// Records looks into the DNS. A name that has no such record gives none and no error.
type Records interface {
	TXT(ctx context.Context, name string) ([]string, error)
	Addresses(ctx context.Context, host string) ([]netip.Addr, error)
}

// Record is what the owner of a domain puts into the DNS.
type Record struct {
	Name, Kind, Value string
}

// recordLabel stands before the host whose owner is to be proven.
const recordLabel = "_godwit."

var label = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$`)

// hostOf brings a host that somebody typed into its ASCII form. What is no name with
// two labels or more is errs.Invalid.
func hostOf(typed string) (string, error) {
	wrong := errs.Field("domain", "error.brand_domain")
	host := strings.ToLower(strings.TrimSpace(typed))
	host = strings.TrimPrefix(strings.TrimPrefix(host, "https://"), "http://")
	host = strings.TrimSuffix(strings.TrimSuffix(host, "/"), ".")
	host, err := idna.Lookup.ToASCII(host)
	if err != nil || len(host) > 253 {
		return "", wrong
	}
	parts := strings.Split(host, ".")
	if len(parts) < 2 || !slices.ContainsFunc([]byte(parts[len(parts)-1]), func(c byte) bool { return c >= 'a' && c <= 'z' }) {
		return "", wrong
	}
	for _, p := range parts {
		if !label.MatchString(p) {
			return "", wrong
		}
	}
	return host, nil
}

// Host returns the name in a Host header in one form: without port and final dot, in
// small letters.
func Host(header string) string {
	host := header
	if i := strings.LastIndexByte(host, ':'); i >= 0 && !strings.HasSuffix(host, "]") {
		host = host[:i]
	}
	return strings.ToLower(strings.TrimSuffix(host, "."))
}

// proof is the value that proves a host for one shop of one workspace. Whoever reads
// it learns nothing, for it is good for that shop alone.
func proof(secret []byte, shop order.ShopID, host string) string {
	h := hmac.New(sha256.New, secret)
	h.Write([]byte("brand: domain\x00"))
	h.Write(binary.BigEndian.AppendUint64(nil, uint64(shop)))
	h.Write([]byte(host))
	return "godwit=" + strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(h.Sum(nil)[:15]))
}

// prove looks into the DNS for the two things that make a host a shop's: our record,
// which only the host's owner can have set, and that it leads where we do.
func prove(ctx context.Context, r Records, want Record, host, ours string) error {
	texts, err := r.TXT(ctx, want.Name)
	if err != nil {
		return errs.Wrap(errs.Unavailable, err, "error.brand_dns")
	}
	if !slices.Contains(texts, want.Value) {
		return errs.Field("domain", "error.brand_record", "name", want.Name)
	}
	theirs, err := r.Addresses(ctx, host)
	if err != nil {
		return errs.Wrap(errs.Unavailable, err, "error.brand_dns")
	}
	own, err := r.Addresses(ctx, ours)
	if err != nil {
		return errs.Wrap(errs.Unavailable, err, "error.brand_dns")
	}
	if len(theirs) > 0 && len(own) == 0 { // it is our own name that is broken
		return errs.New(errs.Unavailable, "error.brand_dns")
	}
	if !slices.ContainsFunc(theirs, func(a netip.Addr) bool { return slices.Contains(own, a) }) {
		return errs.Field("domain", "error.brand_elsewhere", "host", host, "ours", ours)
	}
	return nil
}
