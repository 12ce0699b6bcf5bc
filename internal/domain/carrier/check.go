package carrier

import (
	"fmt"
	"strconv"
	"strings"
)

// check is a check digit: the rule, and what part of a number it covers. The last character of that part is the check
// character itself.
type check struct {
	rule     func(covered string) bool // nil if there is no check digit
	from, to int
}

func (c check) agrees(number string) bool { return c.rule == nil || c.rule(number[c.from:c.to]) }

// rules are the algorithms by their names in data/formats.csv.
var rules = map[string]func(string) bool{
	"s10":         s10,
	"gs1":         gs1,
	"impb":        impb,
	"implied91":   func(s string) bool { return gs1("91" + s) },
	"implied92":   func(s string) bool { return gs1("92" + s) },
	"alternate12": alternate12,
	"ontrac":      regional,
	"weights317":  func(s string) bool { return weighted(s, [3]int{3, 1, 7}) },
	"weights173":  func(s string) bool { return weighted(s, [3]int{1, 7, 3}) },
	"mod7":        mod7,
	"luhn":        luhn,
	"mod37_36":    mod3736,
	"identcode":   identcode,
	"gls":         gs1Plus1,
	"evri":        alternate21,
	"sf":          oddWeights,
	"correos":     mod23,
	"posting":     func(string) bool { return true }, // its groups are the rule, see posting
}

// parseCheck reads "rule", "rule@from" or "rule@from+length" for numbers of a length.
func parseCheck(text string, length int) (check, error) {
	if text == "" {
		return check{}, nil
	}
	name, part, cut := strings.Cut(text, "@")
	c := check{rule: rules[name], to: length}
	var err1, err2 error
	if cut {
		from, size, sized := strings.Cut(part, "+")
		c.from, err1 = strconv.Atoi(from)
		if sized {
			c.to, err2 = strconv.Atoi(size)
			c.to += c.from
		}
	}
	if c.rule == nil || err1 != nil || err2 != nil || c.to > length || c.to-c.from < 2 {
		return check{}, fmt.Errorf("check %q", text)
	}
	return c, nil
}

// value is what a character counts: a digit itself, a letter 10 and on from A.
func value(c byte) int {
	if c <= '9' {
		return int(c - '0')
	}
	return int(c-'A') + 10
}

// folded is what a character counts where letters fold onto digits: A is 2, B is 3, I is 0 (UPS; also Evri).
func folded(c byte) int {
	if c <= '9' {
		return int(c - '0')
	}
	return int(c-3) % 10
}

func cut(s string) (body string, last byte) { return s[:len(s)-1], s[len(s)-1] }

func complement(sum, modulus int) int { return (modulus - sum%modulus) % modulus }

// gs1 is the check digit of GS1 (General Specifications, 7.9.1): weights 3 and 1 in turns from the right. SSCC, USPS
// (Publication 199, 4.6), FedEx Ground, Canada Post, Russian Post and Hermes share it.
func gs1(s string) bool {
	body, last := cut(s)
	sum := 0
	for i := range len(body) {
		w := 1
		if (len(body)-i)%2 == 1 {
			w = 3
		}
		sum += w * value(body[i])
	}
	return complement(sum, 10) == value(last)
}

// gs1Plus1 is gs1 with a sum that begins at 1 (GLS).
func gs1Plus1(s string) bool {
	body, last := cut(s)
	for d := byte('0'); d <= '9'; d++ {
		if gs1(body + string(d)) {
			return (value(d)+9)%10 == value(last)
		}
	}
	return false
}

// impb is gs1 over a USPS Intelligent Mail package barcode. The mailer ID, from the sixth digit on, has nine digits and
// begins with 9 if the application identifier is 92, and has six and does not if it is 93 (Publication 199, appendix J).
func impb(s string) bool {
	switch s[:2] {
	case "92":
		if s[5] != '9' {
			return false
		}
	case "93":
		if s[5] == '9' {
			return false
		}
	}
	return gs1(s)
}

// s10 is the check digit of UPU S10 (part B, 4.3): weights 8 6 4 2 3 5 9 7, modulus 11. The two letters at the end must be
// a country that issues such numbers.
func s10(s string) bool {
	sum := 0
	for i, w := range [8]int{8, 6, 4, 2, 3, 5, 9, 7} {
		sum += w * value(s[2+i])
	}
	c := 11 - sum%11
	switch c {
	case 10:
		c = 0
	case 11:
		c = 5
	}
	return c == value(s[10]) && issues(s[11:])
}

// issues reports whether a country's post issues S10 numbers.
func issues(country string) bool {
	for i := 0; i+1 < len(countries); i += 3 {
		if countries[i:i+2] == country {
			return true
		}
	}
	return false
}

// countries are the members of the Universal Postal Union and their territories with codes of their own.
const countries = "AD AE AF AG AI AL AM AO AR AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BM BN BO BR BS BT BW BY BZ CA CD CF CG CH CI " +
	"CK CL CM CN CO CR CU CV CW CY CZ DE DJ DK DM DO DZ EC EE EG ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR " +
	"GT GU GW GY HK HN HR HT HU ID IE IL IM IN IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU " +
	"LV LY MA MC MD ME MG MH MK ML MM MN MO MQ MR MS MT MU MV MW MX MY MZ NA NC NE NG NI NL NO NP NR NZ OM PA PE PF PG PH PK PL PR " +
	"PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TG TH TJ TK TL TM TN TO TR TT " +
	"TV TW TZ UA UG US UY UZ VA VC VE VG VI VN VU WF WS YE YT YU ZA ZM ZW"

// alternate12 has weights 1 and 2 in turns from the left, letters folded (UPS).
func alternate12(s string) bool {
	body, last := cut(s)
	sum := 0
	for i := range len(body) {
		sum += folded(body[i]) * (1 + i%2)
	}
	return complement(sum, 10) == value(last)
}

// alternate21 has weights 2 and 1 in turns from the left, letters folded; the sum itself is the check digit (Evri).
func alternate21(s string) bool {
	body, last := cut(s)
	sum := 0
	for i := range len(body) {
		sum += folded(body[i]) * (2 - i%2)
	}
	return sum%10 == value(last)
}

// regional is alternate12 with the letter in front as a digit: C counts 4, D counts 5, unless that digit stands there
// already (OnTrac).
func regional(s string) bool {
	lead := "4"
	if s[0] == 'D' {
		lead = "5"
	}
	if s[1] == lead[0] {
		lead = ""
	}
	return alternate12(lead + s[1:])
}

// weighted sums with three weights in turns from the left; modulus 11, of which 10 counts 0 (FedEx Express).
func weighted(s string, weights [3]int) bool {
	body, last := cut(s)
	sum := 0
	for i := range len(body) {
		sum += value(body[i]) * weights[i%3]
	}
	return sum%11%10 == value(last)
}

// mod7 is the remainder of the number by 7: the check of air waybills (IATA Resolution 600a), DHL Express and the
// Japanese carriers ("7DR").
func mod7(s string) bool {
	body, last := cut(s)
	rest := 0
	for i := range len(body) {
		rest = (rest*10 + value(body[i])) % 7
	}
	return rest == value(last)
}

// luhn is the check digit of ISO/IEC 7812-1, annex B.
func luhn(s string) bool {
	sum := 0
	for i := range len(s) {
		d := value(s[i])
		if (len(s)-i)%2 == 0 {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum += d
	}
	return sum%10 == 0
}

// mod3736 is the hybrid system MOD 37,36 of ISO/IEC 7064 (DPD, Parcel Label Specification 2.4.1; Chronopost, La Poste).
func mod3736(s string) bool {
	body, last := cut(s)
	p := 36
	for i := range len(body) {
		sum := (p + value(body[i])) % 36
		if sum == 0 {
			sum = 36
		}
		p = 2 * sum % 37
	}
	return (37-p)%36 == value(last)
}

// identcode has weights 4 and 9 in turns from the left (Deutsche Post, Identcode).
func identcode(s string) bool {
	body, last := cut(s)
	sum := 0
	for i := range len(body) {
		sum += value(body[i]) * (4 + 5*(i%2))
	}
	return complement(sum, 10) == value(last)
}

// oddWeights leaves out the first three digits, weights the rest 1, 3, 5 and on from the right, and sums the digits of the
// products (SF Express).
func oddWeights(s string) bool {
	body, last := cut(s)
	sum := 0
	for i, w := len(body)-1, 1; i >= 3; i, w = i-1, w+2 {
		p := value(body[i]) * w
		sum += p/100 + p/10%10 + p%10
	}
	return complement(sum, 10) == value(last)
}

// mod23 is the sum of the characters' codes in ASCII, as one of the letters of the Spanish identity card (Correos).
func mod23(s string) bool {
	body, last := cut(s)
	sum := 0
	for i := range len(body) {
		sum += int(body[i])
	}
	return "TRWAGMYFPDXBNJZSQVHLCKE"[sum%23] == last
}
