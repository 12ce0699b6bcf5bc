package redact

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// A label is what the word before a number calls it.
type label int

const (
	labelNone     label = iota
	labelCard           // "card", "卡号"
	labelOther          // "order 123"
	labelNumbered       // "order no. #123", "订单号123": names this very number
)

// around is what stands directly beside a number.
type around struct {
	plus       bool // a plus sign, as before telephone numbers
	iban       bool // the head of an IBAN
	identifier bool // letters attached, as in "YT2229521272164446" or hexadecimal
	path       bool // part of an address before its query
	query      bool // part of an address after the question mark
	label      label
}

func surroundings(s string, start, end int) around {
	var a around
	a.label = labelBefore(s, start)
	before := strings.TrimRight(s[max(0, start-4):start], " (")
	if rest, ok := strings.CutSuffix(before, "+"); ok {
		r, _ := utf8.DecodeLastRuneInString(rest)
		a.plus = !unicode.IsLetter(r) && !unicode.IsDigit(r)
	}
	a.iban = isIBAN(s, start)
	a.identifier = isIdentifier(s, start, end)
	a.path, a.query = inAddress(s, start)
	return a
}

// isIdentifier reports whether the letters attached to the digits make them part of a code. Words such as "card" or
// "exp" attached to a card number do not.
func isIdentifier(s string, start, end int) bool {
	from := start
	for from > 0 && start-from < 40 && isAlnum(s[from-1]) {
		from--
	}
	if head := s[from:start]; head != "" {
		if strings.ContainsAny(head, "0123456789") {
			return true
		}
		if len(head) < 4 && !contains(shortCardWords, strings.ToLower(head)) {
			return true
		}
	}
	to := end
	for to < len(s) && to-end < 40 && isAlnum(s[to]) {
		to++
	}
	tail := s[end:to]
	letters := strings.IndexAny(tail, "0123456789")
	return letters > 0 && letters < 3 // "1111a3f9"; "1111exp1226" is a card
}

func isAlnum(c byte) bool {
	return c-'0' <= 9 || (c|0x20)-'a' <= 25
}

var ibanHead = regexp.MustCompile(`(?:^|[^0-9A-Za-z])(?:[A-Z]{2}[ \x{a0}]?|[A-Z]{2}[0-9]{2}[ \x{a0}]?[A-Z]{4}[ \x{a0}]?)$`)

// isIBAN reports whether the digits at start follow the letters of an IBAN (ISO 13616): "DE|89 3704...",
// "GB82 WEST |1234...".
func isIBAN(s string, start int) bool {
	if start < 2 || !hasUpper(s[max(0, start-6):start]) {
		return false
	}
	loc := ibanHead.FindStringIndex(s[max(0, start-16):start])
	if loc == nil {
		return false
	}
	head := strings.TrimSpace(s[max(0, start-16)+loc[0] : start])
	if len(strings.TrimLeft(head, " :;,.(")) > 4 {
		return true
	}
	// Two letters only: the group must be the two check digits, or the whole account in one run.
	n := start
	for n < len(s) && s[n]-'0' <= 9 {
		n++
	}
	if s[start-2:start] == "NO" && n-start == 13 { // of a Norwegian account, else short for "number"
		return true
	}
	return n-start == 2 || n-start > 4 && s[start-1] != ' ' && !contains(shortCardWords, strings.ToLower(s[start-2:start]))
}

func hasUpper(s string) bool {
	for i := range len(s) {
		if s[i]-'A' <= 25 {
			return true
		}
	}
	return false
}

// inAddress reports whether the number is part of a URL, and on which side of its question mark.
func inAddress(s string, start int) (path, query bool) {
	from := start
	for from > 0 && start-from < 400 && s[from-1] > ' ' && !strings.ContainsRune("\"'<>()[]{}|", rune(s[from-1])) {
		from--
	}
	token := s[from:start]
	at := strings.Index(token, "://")
	if at < 0 {
		return false, false
	}
	query = strings.ContainsAny(token[at:], "?#")
	return !query, query
}

var (
	shortCardWords = []string{"pan", "cc", "mc", "no", "nr", "num", "nb", "cb", "crd", "dc", "exp"}

	cardWords = []string{
		"card", "cards", "credit", "debit", "cc", "pan", "visa", "mastercard", "master card", "maestro", "amex", "american express",
		"unionpay", "discover", "diners", "jcb", "uatp", "mir", "carte", "carte bancaire", "carte bleue", "tarjeta", "cartão", "cartao", "carta",
		"kreditkarte", "karte", "kartennummer", "kreditkartennummer", "creditcard", "karta", "karty", "kart", "kartı", "kaart",
		"kort", "kortnummer", "kartu", "thẻ", "карта", "карты", "карте", "карту", "картой", "картка", "картки", "мир",
		"卡", "卡号", "卡號", "银行卡", "信用卡", "银联", "カード", "カード番号", "카드", "카드번호", "بطاقة", "البطاقة", "כרטיס", "कार्ड", "บัตร",
	}

	otherWords = []string{
		"order", "orders", "tracking", "parcel", "package", "shipment", "shipping", "consignment", "waybill", "awb",
		"invoice", "reference", "ref", "receipt", "ticket", "rma", "booking", "imei", "serial", "sku",
		"ean", "gtin", "upc", "barcode", "isbn", "phone", "tel", "mobile", "whatsapp", "fax", "vat", "iban",
		"bestellung", "bestellnummer", "bestell", "auftrag", "auftragsnummer", "sendung", "sendungsnummer", "rechnung", "rechnungsnummer",
		"paket", "paketnummer", "telefon", "handy", "commande", "colis", "suivi", "facture", "pedido", "envío", "envio", "seguimiento",
		"factura", "rastreio", "encomenda", "ordine", "spedizione", "tracciamento", "fattura", "bestelling", "bestelnummer", "zending",
		"zamówienie", "zamówienia", "przesyłka", "przesyłki", "sipariş", "takip", "kargo", "pesanan", "resi", "đơn hàng", "vận đơn",
		"заказ", "заказа", "заказу", "трек", "трек-номер", "посылка", "посылки", "отправление", "отправления", "накладная",
		"накладной", "счет", "счёт", "телефон", "замовлення", "订单", "訂單", "运单", "運單", "快递", "物流", "单号", "單號", "电话", "手机",
		"注文", "追跡", "伝票", "お問い合わせ", "주문", "운송장", "송장", "طلب", "الطلب", "شحنة", "הזמנה", "ऑर्डर", "คำสั่งซื้อ", "พัสดุ",
	}

	// numberedWords name the number that follows without any mark.
	numberedWords = []string{
		"订单号", "订单编号", "訂單號", "訂單編號", "运单号", "運單號", "快递单号", "物流单号", "单号", "單號", "注文番号", "追跡番号", "伝票番号",
		"お問い合わせ番号", "주문번호", "운송장번호", "송장번호",
	}

	numberWords = []string{
		"number", "numbers", "no", "nr", "num", "id", "code", "номер", "номера", "номером", "号码", "號碼", "编号", "編號", "号", "號",
		"nummer", "numero", "número", "numéro", "n°", "nº", "番号", "번호", "numer", "numarası", "nomor", "số", "رقم", "מספר",
	}

	fillers = []string{"is", "was", "ist", "lautet", "est", "es", "è", "é", "это", "是", "为", "for", "my"}
)

const labelTrim = " \t\r\n\u00a0\u202f:：=-–—.,()[]\"'*_>«»“”„`|/是为"

// labelBefore reads the word before the number, through punctuation, tags, and fillers such as "number is".
func labelBefore(s string, start int) label {
	from := max(0, start-96)
	for from > 0 && from < start && !utf8.RuneStart(s[from]) {
		from++
	}
	text := strings.ToLower(s[from:start])
	marked, numbered := false, false
	for range 6 {
		before := text
		if strings.HasSuffix(text, ">") {
			if i := strings.LastIndexByte(text, '<'); i >= 0 {
				text = text[:i]
			}
		}
		cut := strings.TrimRight(text, labelTrim+"#№")
		if strings.ContainsAny(text[len(cut):], "#№:：=") {
			marked = true
		}
		if strings.ContainsAny(text[len(cut):], "#№") {
			numbered = true
		}
		text = cut
		for _, w := range numberedWords {
			if strings.HasSuffix(text, w) {
				return labelNumbered
			}
		}
		if word, ok := wordSuffix(text, cardWords); ok && word != "" {
			return labelCard
		}
		if _, ok := wordSuffix(text, otherWords); ok {
			if marked && numbered {
				return labelNumbered
			}
			return labelOther
		}
		if w, ok := wordSuffix(text, numberWords); ok {
			numbered = true
			text = strings.TrimSuffix(text, w)
		} else if w, ok := wordSuffix(text, fillers); ok {
			text = strings.TrimSuffix(text, w)
		}
		if text == before {
			break
		}
	}
	return labelNone
}

// wordSuffix finds the longest of the words that ends the text and begins at a word boundary. Scripts written without
// spaces have none.
func wordSuffix(text string, words []string) (string, bool) {
	best := ""
	for _, w := range words {
		if len(w) <= len(best) || !strings.HasSuffix(text, w) {
			continue
		}
		r, _ := utf8.DecodeLastRuneInString(text[:len(text)-len(w)])
		first, _ := utf8.DecodeRuneInString(w)
		if first < 0x2e80 && (unicode.IsLetter(r) || unicode.IsDigit(r)) {
			continue
		}
		best = w
	}
	return best, best != ""
}

func contains(words []string, w string) bool {
	for _, x := range words {
		if x == w {
			return true
		}
	}
	return false
}

// afterCard reads an expiry date and a verification code. PCI DSS requirement 3.3 forbids keeping the code at all.
var afterCard = regexp.MustCompile(`^(?i:(?:exp)?(?:=20|[\s\x{a0},;|/:.()–—-]){0,6}` +
	`(?:(?:exp(?:iry|ires|iration|\.)?(?:\s*date)?|valid(?:\s*(?:thru|until|till|to))?|gültig bis|срок(?:\s+действия)?|годна? до|до|有效期|有効期限)[\s.:：]{0,4})?` +
	`((?:0?[1-9]|1[0-2])\s?[/.-]\s?(?:20)?[0-9]{2}\b)?[\s\x{a0},;|/:()&+–—-]{0,5}(?:and\s+|и\s+|und\s+|et\s+|y\s+)?` +
	`((?:my\s+|the\s+)?(?:cvv2?|cvc2?|cid|csc|cvn|cve|cav|security\s+code|sicherheitscode|prüfnummer|prüfziffer|code\s+de\s+sécurité|cryptogramme|` +
	`código\s+de\s+segur[a-zç]+|codice\s+di\s+sicurezza|код(?:\s+безопасности)?|安全码|验证码|セキュリティコード)(?:\s+(?:code|is|number|ist|est))*)?` +
	`[\s\x{a0}:：#=.-]{0,4})([0-9]{3,4})`)

// verification finds the code after a card number that ends at end: named as one, or bare after an expiry date.
func verification(s string, end int, amex bool) (from, to int, ok bool) {
	window := s[end:min(len(s), end+120)]
	loc := afterCard.FindStringSubmatchIndex(window)
	if loc == nil {
		return 0, 0, false
	}
	expiry, named := loc[2] >= 0, loc[4] >= 0
	from, to = end+loc[6], end+loc[7]
	if to < len(s) {
		if _, size := digitAt(s, to); size > 0 || isAlnum(s[to]) {
			return 0, 0, false
		}
	}
	bare := expiry && (to-from == 3 || amex && to-from == 4)
	if bare && to+1 < len(s) && (s[to] == '.' || s[to] == ',') && s[to+1]-'0' <= 9 { // an amount
		return 0, 0, false
	}
	return from, to, named || bare
}
