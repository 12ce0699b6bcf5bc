// Package iban reads International Bank Account Numbers (ISO 13616-1): their country, their length there, and their check
// digits (ISO/IEC 7064, MOD 97-10). Lengths are those of the IBAN registry that SWIFT publishes as registration authority.
//
// Whether an account exists, and whose it is, no check digit tells.
package iban

import "strings"

// registry are the countries of the IBAN registry with the length of their numbers.
const registry = "AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BI27 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DJ27 DK18 DO28 EE20 EG29 ES24 FI18 FK18 " +
	"FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HN28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 LB28 LC32 LI21 LT20 LU20 LV21 LY25 MC27 " +
	"MD24 ME22 MK19 MN20 MR27 MT31 MU30 NI28 NL18 NO15 OM23 PK24 PL28 PS29 PT25 QA29 RO24 RS22 RU33 SA24 SC31 SD18 SE24 SI19 SK24 SM27 SO23 " +
	"ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20 YE30"

// shortest and longest are the bounds of the registry (Norway, Russia).
const shortest, longest = 15, 33

// Parse reads a number as people write it, with spaces and small letters, and returns it as machines do. ok is false if its
// country has none, or none of that length, or the check digits are wrong.
func Parse(text string) (number string, ok bool) {
	n := strings.ToUpper(strings.NewReplacer(" ", "", "\u00a0", "", "\u202f", "", "-", "", ".", "").Replace(strings.TrimSpace(text)))
	n = strings.TrimPrefix(n, "IBAN:")
	return n, Valid(n)
}

// Valid reports whether a text is such a number as machines write it: capital letters and digits alone.
func Valid(n string) bool {
	if len(n) < shortest || len(n) > longest || n[2] > '9' || n[3] > '9' || Length(n[:2]) != len(n) || n[2:4] == "00" || n[2:4] == "01" || n[2:4] == "99" {
		return false
	}
	rest := 0
	for i := range len(n) {
		switch c := n[(i+4)%len(n)]; {
		case c >= '0' && c <= '9':
			rest = (rest*10 + int(c-'0')) % 97
		case c >= 'A' && c <= 'Z':
			rest = (rest*100 + int(c-'A') + 10) % 97
		default:
			return false
		}
	}
	return rest == 1
}

// Length returns how long the numbers of a country are, 0 where there are none.
func Length(country string) int {
	if len(country) != 2 || country[0] < 'A' || country[0] > 'Z' || country[1] < 'A' || country[1] > 'Z' {
		return 0
	}
	for i := 0; i < len(registry); i += 5 {
		if registry[i:i+2] == country {
			return int(registry[i+2]-'0')*10 + int(registry[i+3]-'0')
		}
	}
	return 0
}

// Like reports whether a text is meant as such a number: two letters of a country that has them, and two digits.
func Like(text string) bool {
	n, _ := Parse(text)
	return len(n) > 4 && Length(n[:2]) > 0 && n[2] >= '0' && n[2] <= '9' && n[3] >= '0' && n[3] <= '9'
}

// Country returns the country of a number.
func Country(n string) string { return n[:min(2, len(n))] }

// Mask returns a number of which only its country and its end can be read: DE89 •••• 3000.
func Mask(n string) string {
	if len(n) < shortest {
		return ""
	}
	return n[:4] + " •••• " + n[len(n)-4:]
}
