package redact

// A trust says how much a prefix and length tell by themselves.
type trust int

const (
	notCard trust = iota
	// needsProof: only with a word for "card" before it or in the grouping printed on cards.
	needsProof
	// ambiguous: a card unless its surroundings name it otherwise.
	ambiguous
	// certain: a card unless a label with a mark ("order #") says otherwise.
	certain
)

// A scheme is a range of issuer prefixes, written as first and last prefix of equal width.
type scheme struct {
	first, last int
	width       int
	lengths     [20]trust
}

func lens(t trust, ns ...int) func(*scheme) {
	return func(s *scheme) {
		for _, n := range ns {
			s.lengths[n] = t
		}
	}
}

func prefix(first, last int, opts ...func(*scheme)) scheme {
	s := scheme{first: first, last: last}
	for n := last; n > 0; n /= 10 {
		s.width++
	}
	for _, o := range opts {
		o(&s)
	}
	return s
}

// schemes follows the published issuer ranges; where ranges overlap, the highest trust counts.
var schemes = []scheme{
	prefix(4, 4, lens(certain, 16), lens(ambiguous, 13, 19)),                                         // Visa, Elo, Dankort
	prefix(51, 55, lens(certain, 16)),                                                                // Mastercard
	prefix(2221, 2720, lens(certain, 16)),                                                            // Mastercard since 2017
	prefix(34, 34, lens(certain, 15)),                                                                // American Express
	prefix(37, 37, lens(certain, 15)),                                                                // American Express
	prefix(300, 305, lens(ambiguous, 14, 16), lens(needsProof, 19)),                                  // Diners Club
	prefix(3095, 3095, lens(ambiguous, 14, 16), lens(needsProof, 19)),                                // Diners Club
	prefix(36, 36, lens(ambiguous, 14, 16), lens(needsProof, 19)),                                    // Diners Club
	prefix(38, 39, lens(ambiguous, 14, 16), lens(needsProof, 19)),                                    // Diners Club, Hipercard
	prefix(3528, 3589, lens(certain, 16), lens(needsProof, 17, 18, 19)),                              // JCB, RuPay
	prefix(1800, 1800, lens(needsProof, 15)),                                                         // JCB before 1989
	prefix(2131, 2131, lens(needsProof, 15)),                                                         // JCB before 1989
	prefix(6011, 6011, lens(certain, 16), lens(needsProof, 19)),                                      // Discover
	prefix(644, 659, lens(certain, 16), lens(needsProof, 17, 18, 19)),                                // Discover, RuPay, Elo, Troy, Verve
	prefix(62, 62, lens(certain, 16, 19), lens(ambiguous, 17, 18)),                                   // UnionPay
	prefix(81, 82, lens(ambiguous, 16, 17, 18, 19)),                                                  // UnionPay, RuPay
	prefix(2200, 2205, lens(certain, 16), lens(ambiguous, 17, 18, 19)),                               // Mir, Borica
	prefix(50, 50, lens(certain, 16), lens(ambiguous, 18, 19), lens(needsProof, 12, 13, 14, 15, 17)), // Maestro, Verve, Elo, Dankort, RuPay
	prefix(56, 58, lens(certain, 16), lens(ambiguous, 18, 19), lens(needsProof, 12, 13, 14, 15, 17)), // Maestro
	prefix(60, 60, lens(ambiguous, 16), lens(needsProof, 13, 19)),                                    // RuPay, Cabal, UkrCard
	prefix(606282, 606282, lens(certain, 16, 19), lens(needsProof, 13)),                              // Hipercard
	prefix(63, 63, lens(certain, 16), lens(ambiguous, 18, 19), lens(needsProof, 12, 13, 14, 15, 17)), // Maestro, Elo, Hiper
	prefix(67, 67, lens(certain, 16), lens(ambiguous, 17, 18, 19), lens(needsProof, 12, 13, 14, 15)), // Maestro, Bancontact
	prefix(9792, 9792, lens(certain, 16)),                                                            // Troy
	prefix(9860, 9860, lens(certain, 16)),                                                            // Humo
	prefix(8600, 8600, lens(certain, 16)),                                                            // Uzcard
	prefix(9704, 9704, lens(certain, 16), lens(ambiguous, 19)),                                       // Napas
	prefix(9112, 9112, lens(certain, 16)),                                                            // Belkart
	prefix(1, 1, lens(needsProof, 15)),                                                               // UATP
}

// trustOf looks the digits (values 0 to 9) up in the scheme table; the check digit is not looked at.
func trustOf(digits []byte) trust {
	if len(digits) < 12 || len(digits) > 19 {
		return notCard
	}
	best := notCard
	for i := range schemes {
		s := &schemes[i]
		t := s.lengths[len(digits)]
		if t <= best {
			continue
		}
		n := 0
		for _, d := range digits[:s.width] {
			n = n*10 + int(d)
		}
		if n >= s.first && n <= s.last {
			best = t
		}
	}
	return best
}

// luhn checks the last digit (ISO/IEC 7812-1 annex B).
func luhn(digits []byte) bool {
	sum := 0
	for i, d := range digits {
		n := int(d)
		if (len(digits)-i)%2 == 0 {
			n *= 2
			if n > 9 {
				n -= 9
			}
		}
		sum += n
	}
	return sum%10 == 0
}

// isEAN13 checks the last digit of a thirteen-digit barcode (GS1 General Specifications 7.9). The barcodes of Germany
// and Japan start with 4 as Visa does.
func isEAN13(digits []byte) bool {
	if len(digits) != 13 {
		return false
	}
	sum := 0
	for i, d := range digits {
		sum += int(d) * (1 + 2*(i%2))
	}
	return sum%10 == 0
}

// isChineseID checks an eighteen-digit resident identity number (GB 11643): region, birth date, check digit. Regions
// 50 and 62 to 65 look like Maestro, UnionPay and Discover.
func isChineseID(digits []byte) bool {
	if len(digits) != 18 {
		return false
	}
	num := func(part []byte) int {
		n := 0
		for _, d := range part {
			n = n*10 + int(d)
		}
		return n
	}
	year, month, day := num(digits[6:10]), num(digits[10:12]), num(digits[12:14])
	if year < 1880 || year > 2100 || month < 1 || month > 12 || day < 1 || day > 31 {
		return false
	}
	sum, weight := 0, 1
	for i := 17; i >= 0; i-- { // weights are 2^(position from the right) mod 11
		sum += int(digits[i]) * weight
		weight = weight * 2 % 11
	}
	return sum%11 == 1
}
