package order

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// maxKeys bounds the keys of one look-up, maxScan the bytes of text that are
// searched for numbers.
const (
	maxKeys = 40
	maxScan = 64 << 10
)

// Key returns a number in the form in which numbers are compared: letters and
// digits only, in lower case, digits of every script as 0 to 9.
func Key(number string) string {
	var b strings.Builder
	for _, r := range norm.NFKC.String(number) {
		switch {
		case unicode.IsDigit(r):
			b.WriteByte(digit(r))
		case unicode.IsLetter(r):
			b.WriteRune(unicode.ToLower(r))
		}
	}
	return b.String()
}

// altKey returns a second key by which customers call an order, or "": the
// digits alone of GW-1042, and an Ozon order without its posting.
func altKey(number string) string {
	if groups := strings.Split(number, "-"); len(groups) == 3 && posting(groups) {
		return groups[0] + groups[1]
	}
	key := Key(number)
	return bare(key)
}

// bare returns the only run of digits in a key that has letters as well, or ""
// if there are several or it is too short to mean anything.
func bare(key string) string {
	start := strings.IndexFunc(key, isDigit)
	if start < 0 {
		return ""
	}
	run := key[start:]
	if end := strings.IndexFunc(run, func(r rune) bool { return !isDigit(r) }); end >= 0 {
		if strings.ContainsFunc(run[end:], isDigit) {
			return ""
		}
		run = run[:end]
	}
	if len(run) < 3 || len(run) == len(key) {
		return ""
	}
	return run
}

// TrackingKey returns a tracking number in the form in which they are compared.
func TrackingKey(tracking string) string { return strings.ToUpper(Key(tracking)) }

// Numbers returns the keys of what may be order numbers in a text that people
// wrote, in the order of the text, each once, at most max. They are candidates:
// whether such an order exists, and whose it is, the caller looks up.
//
// Taken are the shapes of the platforms wherever they stand (Amazon 3-7-7, eBay
// 2-5-5, Ozon 8-4 with or without posting, AliExpress and others of 13 to 19
// digits, letters with digits as GW-1042), and other runs of digits only behind
// a sign (#, №, No.), behind a word for an order, or alone on a line.
func Numbers(text string, max int) []string {
	text = plain(text)
	var keys []string
	add := func(k string) {
		if k == "" || len(keys) >= max {
			return
		}
		for _, have := range keys {
			if have == k {
				return
			}
		}
		keys = append(keys, k)
	}
	for i := 0; i < len(text) && len(keys) < max; {
		if !isWord(text[i]) {
			i++
			continue
		}
		end := i
		for end < len(text) && (isWord(text[end]) || text[end] == '-' && end+1 < len(text) && isWord(text[end+1])) {
			end++
		}
		for _, k := range candidates(text, i, end) {
			add(k)
		}
		i = end
	}
	return keys
}

// candidates returns the keys of the word text[from:to], best first.
func candidates(text string, from, to int) []string {
	word := text[from:to]
	if to-from > 40 || strings.IndexFunc(word, isDigit) < 0 {
		return nil
	}
	groups := strings.Split(word, "-")
	if key := strings.Join(groups, ""); allDigits(key) {
		switch {
		case shape(groups, 3, 7, 7), shape(groups, 2, 5, 5):
			return []string{key}
		case posting(groups):
			if len(groups) == 3 {
				return []string{key, groups[0] + groups[1]}
			}
			return []string{key}
		case len(groups) == 1 && len(key) >= 13 && len(key) <= 19:
			return []string{key}
		case len(groups) > 2 || len(groups[0]) < 3 || len(key) > 12:
			return nil // dates, telephone numbers
		case announced(text, from) || aloneOnLine(text, from, to):
			if len(groups) == 2 {
				return []string{key, groups[0]}
			}
			return []string{key}
		}
		return nil
	}
	key := Key(word)
	run := bare(key)
	letters := len(key) - len(run)
	if run == "" || letters > 6 || len(run) > 12 || len(groups) > 3 {
		return nil
	}
	return []string{key, run}
}

// announced reports whether a sign or a word for an order stands shortly before
// a place in a text.
func announced(text string, at int) bool {
	before := strings.TrimRight(text[max(0, at-48):at], " \t(\"'*:")
	for _, sign := range signs {
		if strings.HasSuffix(before, sign) {
			return true
		}
	}
	if cut := strings.LastIndexFunc(before, isDigit); cut >= 0 {
		before = before[cut+1:]
	}
	if cut := strings.LastIndexByte(before, '\n'); cut >= 0 {
		before = before[cut+1:]
	}
	for _, w := range orderWords {
		if strings.Contains(before, w) {
			return true
		}
	}
	return false
}

func aloneOnLine(text string, from, to int) bool {
	start := strings.LastIndexByte(text[:from], '\n') + 1
	end := len(text)
	if n := strings.IndexByte(text[to:], '\n'); n >= 0 {
		end = to + n
	}
	return strings.TrimSpace(text[start:from]) == "" && strings.Trim(text[to:end], " \t\r.!?") == ""
}

// signs stand right in front of a number.
var signs = []string{"#", "№", " no", " no.", " nr", " nr.", " n°", " nº", " num", " č.", "番号", "号", "號", "번호"}

// orderWords are stems of the words for an order, in lower case, in the
// languages that customers write in.
var orderWords = []string{
	"order", "bestell", "auftrag", "commande", "cmd", "pedido", "orden", "encomenda", "compra", "ordine",
	"zamówieni", "zamowieni", "objednáv", "objednav", "sipariş", "siparis", "ordre", "beställ", "tilaus",
	"παραγγελ", "rendelés", "comand", "narudžb", "заказ", "замовлен", "поръчк", "поруџб", "тапсырыс", "purchase",
	"订单", "訂單", "单号", "單號", "注文", "オーダー", "주문", "오더", "đơn", "pesanan", "order", "คำสั่งซื้อ",
	"ออเดอร์", "الطلب", "طلب", "הזמנ", "ऑर्डर", "অর্ডার", "سفارش",
}

// plain lowers a text and unifies digits, dashes and signs, so that only ASCII
// ones remain, and bounds it.
func plain(text string) string {
	if len(text) > maxScan {
		text = strings.ToValidUTF8(text[:maxScan], "")
	}
	return strings.Map(func(r rune) rune {
		switch {
		case r < 0x80:
			if r >= 'A' && r <= 'Z' {
				return r + 'a' - 'A'
			}
			return r
		case unicode.IsDigit(r):
			return rune(digit(r))
		case r >= 0xFF01 && r <= 0xFF5E: // full-width forms of ASCII
			return unicode.ToLower(r - 0xFEE0)
		case unicode.Is(unicode.Pd, r) || r == '\u2212':
			return '-'
		case unicode.Is(unicode.Zs, r):
			return ' '
		case unicode.Is(unicode.Cf, r): // marks of direction, joiners
			return -1
		}
		return unicode.ToLower(r)
	}, text)
}

// digit returns the ASCII form of a decimal digit of any script. The digits of a
// script are ten code points in a row that begin at a range of class Nd.
func digit(r rune) byte {
	if r < 0x80 {
		return byte(r)
	}
	for _, t := range unicode.Nd.R16 {
		if uint32(r) <= uint32(t.Hi) {
			return '0' + byte((uint32(r)-uint32(t.Lo))%10)
		}
	}
	for _, t := range unicode.Nd.R32 {
		if uint32(r) <= t.Hi {
			return '0' + byte((uint32(r)-t.Lo)%10)
		}
	}
	return '0'
}

func isDigit(r rune) bool { return r >= '0' && r <= '9' }

func isWord(b byte) bool { return b >= '0' && b <= '9' || b >= 'a' && b <= 'z' }

func allDigits(s string) bool {
	return s != "" && strings.IndexFunc(s, func(r rune) bool { return !isDigit(r) }) < 0
}

// shape reports whether groups of digits have these lengths.
func shape(groups []string, lens ...int) bool {
	if len(groups) != len(lens) {
		return false
	}
	for i, g := range groups {
		if len(g) != lens[i] {
			return false
		}
	}
	return true
}

// posting reports whether groups are an order number of Ozon (8-4), perhaps with its
// posting behind it.
func posting(groups []string) bool {
	if len(groups) < 2 || len(groups) > 3 || len(groups[0]) < 7 || len(groups[0]) > 10 || len(groups[1]) != 4 {
		return false
	}
	if len(groups) == 3 && (len(groups[2]) < 1 || len(groups[2]) > 3) {
		return false
	}
	return allDigits(strings.Join(groups, ""))
}
