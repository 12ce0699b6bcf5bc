package goods

import (
	"fmt"
	"io"
	"strings"
)

// symbols are the characters of a number, without those that people and cameras take for each other (I L O U). The check
// character is over all digits and capitals.
const (
	symbols  = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
	alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	rmaBody  = 8 // 40 bits: ten thousand parcels of a workspace meet by chance once in twenty thousand workspaces
)

// newRMA draws a number: R, eight characters and a check character.
func newRMA(random io.Reader) (string, error) {
	var b [rmaBody]byte
	if _, err := io.ReadFull(random, b[:]); err != nil {
		return "", fmt.Errorf("draw a number: %w", err)
	}
	out := []byte{'R'}
	for _, x := range b {
		out = append(out, symbols[x%32])
	}
	return string(out) + string(check(string(out))), nil
}

// check returns the check character of a number by ISO/IEC 7064, MOD 37,36: it tells every single wrong character and
// nearly every swap of neighbours.
func check(s string) byte {
	p := 36
	for i := range len(s) {
		p += strings.IndexByte(alphabet, s[i])
		if p %= 36; p == 0 {
			p = 36
		}
		p = p * 2 % 37
	}
	return alphabet[(37-p)%36]
}

// ParseRMA reads a number as people type and scanners send it: in either case, with spaces and hyphens. Letters that the
// numbers do not have are read as the digits that they look like. ok is false if it is no number.
func ParseRMA(s string) (rma string, ok bool) {
	s = strings.NewReplacer(" ", "", "-", "").Replace(strings.ToUpper(strings.TrimSpace(s)))
	if len(s) != rmaBody+2 || s[0] != 'R' {
		return "", false
	}
	body := strings.NewReplacer("O", "0", "I", "1", "L", "1").Replace(s[:rmaBody+1])
	for i := range len(body) {
		if strings.IndexByte(symbols, body[i]) < 0 {
			return "", false
		}
	}
	return body + s[rmaBody+1:], check(body) == s[rmaBody+1]
}

// Spaced writes a number as people read it: R7K2-M9QP-4X.
func Spaced(rma string) string {
	if len(rma) != rmaBody+2 {
		return rma
	}
	return rma[:4] + "-" + rma[4:8] + "-" + rma[8:]
}
