package order

import (
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// longestSlug bounds a slug, in bytes; it is part of an address that people read
// out over the telephone.
const longestSlug = 40

// Slug returns the name that a shop has in addresses: small letters, digits and
// single hyphens. A name without a letter of the Latin alphabet gives "shop".
func Slug(name string) string {
	var b strings.Builder
	gap := false
	for _, r := range norm.NFKD.String(name) {
		r = unicode.ToLower(r)
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			if gap && b.Len() > 0 {
				b.WriteByte('-')
			}
			b.WriteRune(r)
			gap = false
			if b.Len() >= longestSlug {
				break
			}
			continue
		}
		gap = gap || !unicode.Is(unicode.Mn, r)
	}
	if b.Len() == 0 {
		return "shop"
	}
	return b.String()
}

// slugTries is how many plain names are tried for a shop before its ID becomes
// part of the name, which is nobody else's.
const slugTries = 5

// slugs returns the names to try for a shop, best first.
func slugs(s Shop) []string {
	plain := Slug(s.Name)
	out := []string{plain}
	for i := 2; i <= slugTries; i++ {
		out = append(out, plain+"-"+strconv.Itoa(i))
	}
	return append(out, plain+"-"+strconv.FormatInt(int64(s.ID), 36))
}
