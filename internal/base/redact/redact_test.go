package redact

import (
	"bufio"
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

func lines[T any](t testing.TB, path string) []T {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var rows []T
	for sc := bufio.NewScanner(f); sc.Scan(); {
		var row T
		if err := json.Unmarshal(sc.Bytes(), &row); err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		rows = append(rows, row)
	}
	return rows
}

// TestLabelled measures precision and recall over the labelled texts and demands every span exactly.
func TestLabelled(t *testing.T) {
	type row struct {
		ID, Text, Brand, Format, Kind string
		Spans                         [][2]int
	}
	var right, missed, extra int
	for _, r := range lines[row](t, "testdata/texts.jsonl") {
		out, spans := Cards(r.Text)
		got := [][2]int{}
		for _, s := range spans {
			got = append(got, [2]int{s.Start, s.End})
		}
		for _, want := range r.Spans {
			if slices.Contains(got, want) {
				right++
			} else {
				missed++
			}
		}
		for _, g := range got {
			if !slices.Contains(r.Spans, g) {
				extra++
			}
		}
		if !slices.Equal(got, r.Spans) {
			t.Errorf("%s %s/%s%s: %q: got %v, want %v", r.ID, r.Brand, r.Format, r.Kind, r.Text, got, r.Spans)
		}
		if again, more := Cards(out); len(more) > 0 {
			t.Errorf("%s: found again in %q: %q", r.ID, out, again)
		}
	}
	t.Logf("precision %.3f, recall %.3f (%d right, %d missed, %d extra)",
		float64(right)/float64(right+extra), float64(right)/float64(right+missed), right, missed, extra)
}

func TestTrackingNumbersStay(t *testing.T) {
	type row struct{ Number, Courier string }
	for _, r := range lines[row](t, "testdata/tracking.jsonl") {
		for _, text := range []string{r.Number, "where is " + r.Number + "?", "Tracking number: " + r.Number, "5 " + r.Number + " 2"} {
			if out, spans := Cards(text); len(spans) > 0 {
				t.Errorf("%s: %q became %q", r.Courier, text, out)
			}
		}
	}
}

// published are numbers that schemes and payment providers publish for testing.
var published = map[string][]string{
	"visa":       {"4111111111111111", "4242424242424242", "4012888888881881", "4222222222222", "4000056655665556"},
	"mastercard": {"5555555555554444", "5105105105105100", "2223003122003222", "2720992593319364", "2223000048400011"},
	"amex":       {"378282246310005", "371449635398431", "378734493671000", "343434343434343"},
	"diners":     {"30569309025904", "38520000023237", "36006666333344", "3056930009020004"},
	"discover":   {"6011111111111117", "6011000990139424", "6445644564456445"},
	"jcb":        {"3530111333300000", "3566002020360505"},
	"unionpay":   {"6200000000000005", "6205500000000000004", "6250947000000014"},
	"maestro":    {"6759649826438453", "6304000000000000", "6771798021000008", "6799990100000000019", "5000550000000029"},
	"mir":        {"2200770212727079", "2201382000000013"},
	"bancontact": {"6703444444444449"},
	"dankort":    {"5019717010103742"},
	"elo":        {"6362970000457013", "5066991111111118"},
	"hipercard":  {"6062828888666688"},
	"troy":       {"9792030394440796"},
}

func groupBy(sep string, digits string, sizes ...int) string {
	var parts []string
	for k := 0; digits != ""; k++ {
		n := min(sizes[min(k, len(sizes)-1)], len(digits))
		parts = append(parts, digits[:n])
		digits = digits[n:]
	}
	return strings.Join(parts, sep)
}

// TestPublished writes every published number in every form people use, amid digits that are not part of it.
func TestPublished(t *testing.T) {
	arabic := strings.NewReplacer("0", "٠", "1", "١", "2", "٢", "3", "٣", "4", "٤", "5", "٥", "6", "٦", "7", "٧", "8", "٨", "9", "٩")
	devanagari := strings.NewReplacer("0", "०", "1", "१", "2", "२", "3", "३", "4", "४", "5", "५", "6", "६", "7", "७", "8", "८", "9", "९")
	for brand, numbers := range published {
		for _, n := range numbers {
			sizes := []int{4}
			if len(n) < 16 && len(n) > 13 {
				sizes = []int{4, 6, 5}
			}
			forms := []string{n, arabic.Replace(n), devanagari.Replace(n)}
			for _, sep := range []string{
				" ", "-", ".", "/", "_", "  ", " - ", "\u00a0", "\u202f", "\u2009", "–", "—", "‑", "·", "\n", "\r\n", "\n> ", "\u200b", "\u00ad",
				"&nbsp;", "&#160;", "&#xA0;", "&ensp;", "<wbr>", "</span><span class=x>", " / ",
			} {
				forms = append(forms, groupBy(sep, n, sizes...))
			}
			if len(n) >= 15 {
				forms = append(forms, groupBy(" ", n, 2), groupBy(" ", n, 1), groupBy("-", n, 1), n[:8]+"\n"+n[8:])
			}
			for _, form := range forms {
				for _, around := range [][2]string{
					{"", ""}, {"my card is ", ", ok?"}, {"我的卡号是", "，谢谢"}, {"card", "exp"}, {"(", ")"}, {"\"", "\""}, {"pay €20 with ", " €1 fee"}, {"\n", "\n"},
				} {
					text := around[0] + form + around[1]
					out, spans := Cards(text)
					want := Span{utf8.RuneCountInString(around[0]), utf8.RuneCountInString(around[0] + form)}
					if len(spans) != 1 || spans[0] != want {
						t.Errorf("%s: %q: got %v %q, want %v", brand, text, spans, out, want)
					}
				}
			}
		}
	}
}

func TestCards(t *testing.T) {
	for _, tc := range []struct{ name, in, want string }{
		{"empty", "", ""},
		{"last four kept", "4111 1111 1111 1234 5678", "4111 1111 1111 1234 5678"},
		{"two, spaced alike", "4111 1111 1111 1111 5555 5555 5555 4444", "•••• 1111 •••• 4444"},
		{"two, one a line", "4111 1111 1111 1111\n5555 5555 5555 4444\n378282246310005", "•••• 1111\n•••• 4444\n•••• 0005"},
		{"expiry and code", "4111 1111 1111 1111 12/26 123", "•••• 1111 12/26 •••"},
		{"expiry and code, plain", "4111111111111111,12/2026,123", "•••• 1111,12/2026,•••"},
		{"code named", "4111111111111111 cvv 123", "•••• 1111 cvv •••"},
		{"code named, expiry named", "378282246310005, exp: 01/27, CID: 1234.", "•••• 0005, exp: 01/27, CID: ••••."},
		{"code in German", "5555 5555 5555 4444 gültig bis 12/27 Prüfnummer 321", "•••• 4444 gültig bis 12/27 Prüfnummer •••"},
		{"code in Russian", "2200 7702 1272 7079, срок 12/27, код 321", "•••• 7079, срок 12/27, код •••"},
		{"code in Chinese", "6200000000000005 有效期 12/27 安全码：321", "•••• 0005 有效期 12/27 安全码：•••"},
		{"amount after, not a code", "4111 1111 1111 1111 100 dollars", "•••• 1111 100 dollars"},
		{"amount after expiry", "4111 1111 1111 1111 12/26 100.50", "•••• 1111 12/26 100.50"},
		{"expiry unslashed", "4111 1111 1111 1111 1226", "•••• 1111 1226"},
		{"year before", "in 2024 4111 1111 1111 1111", "in 2024 •••• 1111"},
		{"number before", "pay 20 4111 1111 1111 1111", "pay 20 •••• 1111"},
		{"bold in Markdown", "**4111 1111 1111 1111**", "**•••• 1111**"},
		{"bullet", "• 4111 1111 1111 1111", "• •••• 1111"},
		{"HTML cells", "<td>4111 1111 1111 1111</td><td>12/26</td>", "<td>•••• 1111</td><td>12/26</td>"},
		{"mixed marks", "4111-1111 1111-1111", "•••• 1111"},
		{"not UTF-8", "\xff4111111111111111\xfe", "\xff•••• 1111\xfe"},
		{"UnionPay without check digit, named", "卡号 6222021234567890128", "卡号 •••• 0128"},
		{"UATP named", "card number 135410014004955", "card number •••• 4955"},
		{"in a query", "https://shop.example/pay?card=4111111111111111&x=1", "https://shop.example/pay?card=•••• 1111&x=1"},
		{"plus glued to sixteen digits", "+4111111111111111", "+•••• 1111"},

		{"longer run", "94111111111111111119", "94111111111111111119"},
		{"run of 17", "41111111111111111", "41111111111111111"},
		{"wrong check digit", "4111 1111 1111 1112", "4111 1111 1111 1112"},
		{"unassigned prefix", "9999999999999995", "9999999999999995"},
		{"telephone", "+49 30 1234 5678 9012", "+49 30 1234 5678 9012"},
		{"IBAN", "ES91 2100 0418 4502 0005 1332 or GB82 WEST 1234 5698 7654 32", "ES91 2100 0418 4502 0005 1332 or GB82 WEST 1234 5698 7654 32"},
		{"attached letters", "YT4111111111111111", "YT4111111111111111"},
		{"hexadecimal", "a4111111111111111b3", "a4111111111111111b3"},
		{"decimal fraction", "0.4111111111111111", "0.4111111111111111"},
		{"shop object id", "gid://shopify/Order/4111111111111111", "gid://shopify/Order/4111111111111111"},
		{"path of an address", "https://t.example/p/4111111111111111", "https://t.example/p/4111111111111111"},
		{"Amazon order", "405-5555555-5554444", "405-5555555-5554444"},
		{"barcode", "4006381333931", "4006381333931"},
		{"microseconds", "1732235046123456", "1732235046123456"},
		{"Chinese identity card", "622301199001011239 and 62230119900101123X", "622301199001011239 and 62230119900101123X"},
		{"postal code with a long tracking number, in fours", "4201 0282 0000 9261 2901 1318 5417 4685 10", "4201 0282 0000 9261 2901 1318 5417 4685 10"},
		{"masked already", "XXXX-XXXX-XXXX-1881 **** 1881 •••• 1881", "XXXX-XXXX-XXXX-1881 **** 1881 •••• 1881"},

		// A label with a mark names the number that follows, even one that could be a card.
		{"order no.", "Order no. #4111111111111111", "Order no. #4111111111111111"},
		{"заказ №", "заказ № 4111111111111111", "заказ № 4111111111111111"},
		{"订单号", "订单号：4111111111111111", "订单号：4111111111111111"},
		// Without one, or grouped as on a card, the risk of keeping a card number weighs more than that of losing an
		// order number.
		{"word without mark", "tracking number 4111111111111111", "tracking number •••• 1111"},
		{"label, but grouped", "Order no. #4111 1111 1111 1111", "Order no. #•••• 1111"},
		{"label on an ambiguous number", "order 4222222222222", "order 4222222222222"},
	} {
		got, _ := Cards(tc.in)
		if tc.name == "code named, expiry named" {
			tc.want = strings.Replace(tc.want, "••••.", "•••.", 1) // the mask does not tell the length of the code
		}
		if got != tc.want {
			t.Errorf("%s: Cards(%q)\n got %q\nwant %q", tc.name, tc.in, got, tc.want)
		}
	}
}

func TestRaw(t *testing.T) {
	in := "Subject: card 4111111111111111\r\nMessage-ID: <4111111111111111@x>\r\n" +
		"Content-Type: multipart/mixed; boundary=\"4111111111111111\"\r\n\r\n--4111111111111111\r\n" +
		"Content-ID: 4111111111111111\r\n\r\n4111=2D1111=2D1111=2D1111 and 41111111=\r\n11111111=20cvv 123\r\n" +
		"5555=A05555=A05555=A04444 5555\xa05555\xa05555\xa04444 ４１１１１１１１１１１１１１１１\r\n" +
		"--4111111111111111--\r\n"
	want := "Subject: card ************1111\r\nMessage-ID: <4111111111111111@x>\r\n" +
		"Content-Type: multipart/mixed; boundary=\"4111111111111111\"\r\n\r\n--4111111111111111\r\n" +
		"Content-ID: 4111111111111111\r\n\r\n****=2D****=2D****=2D1111 and ********=\r\n****1111=20cvv ***\r\n" +
		"****=A0****=A0****=A04444 ****\xa0****\xa0****\xa04444 " + strings.Repeat("***", 12) + "１１１１\r\n" +
		"--4111111111111111--\r\n"
	b := []byte(in)
	if got := string(Raw(b)); got != want {
		t.Errorf("got\n%q\nwant\n%q", got, want)
	}
	if string(b) != in {
		t.Error("Raw changed its argument")
	}
}

// check holds what is true of every text.
func check(t *testing.T, s string) {
	out, spans := Cards(s)
	if again, more := Cards(out); len(more) > 0 {
		t.Fatalf("Cards(%q) = %q, and again %q", s, out, again)
	}
	at, rest := 0, []rune(s)
	var kept strings.Builder
	for _, sp := range spans {
		if sp.Start < at || sp.End <= sp.Start || sp.End > len(rest) {
			t.Fatalf("span %v after %d in %d code points", sp, at, len(rest))
		}
		kept.WriteString(string(rest[at:sp.Start]))
		at = sp.End
	}
	if utf8.ValidString(s) {
		kept.WriteString(string(rest[at:]))
		left := out
		for _, r := range kept.String() {
			i := strings.IndexRune(left, r)
			if i < 0 {
				t.Fatalf("Cards(%q) = %q lost %q", s, out, r)
			}
			left = left[i+utf8.RuneLen(r):]
		}
	}
	if raw := Raw([]byte(s)); len(raw) != len(s) {
		t.Fatalf("Raw(%q) has another length", s)
	}
}

func FuzzCards(f *testing.F) {
	for _, numbers := range published {
		for _, n := range numbers {
			f.Add("x " + groupBy(" ", n, 4) + " 12/26 123 " + n)
		}
	}
	f.Add("+1 •••• 1111 4111&nbsp;1111\u200b1111/1111 DE89 3704 0044 0532 0130 00 =2D=\r\n")
	f.Fuzz(check)
}

// TestLongChains crosses the limit on groups read at once.
func TestLongChains(t *testing.T) {
	for n := range 140 {
		s := strings.Repeat("7 ", n) + "x 4111 1111 1111 1111"
		if _, spans := Cards(s); len(spans) != 1 {
			t.Fatalf("after %d digits: %v", n, spans)
		}
		s = strings.Repeat("777 ", n) + "4111 1111 1111 1111 " + strings.Repeat("777 ", n)
		if _, spans := Cards(s); len(spans) != 1 || spans[0].Start != 4*n {
			t.Fatalf("between %d numbers: %v", n, spans)
		}
		s = strings.Repeat("4111111111111111 ", n)
		if _, spans := Cards(s); len(spans) != n {
			t.Fatalf("%d of %d", len(spans), n)
		}
	}
}

func BenchmarkCards(b *testing.B) {
	for name, text := range map[string]string{
		"no digits":     strings.Repeat("Where is my parcel? It should have been here by now. ", 2000),
		"no digits, zh": strings.Repeat("我的包裹在哪里？应该已经到了。", 2000),
		"mail":          strings.Repeat("Order #10234 of 2026-11-22, tracking 9434611206206406227577, total 129.90 EUR, call +49 30 1234567. ", 1000),
		"cards":         strings.Repeat("4111 1111 1111 1111 ", 5000),
		"digits":        strings.Repeat("4 1 1 1 ", 10000),
	} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			for b.Loop() {
				Cards(text)
			}
		})
	}
}
