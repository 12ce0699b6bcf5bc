package redact

import (
	"math/rand/v2"
	"strings"
	"testing"
	"unicode/utf8"
)

func someDigits(r *rand.Rand, n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte('0' + r.IntN(10))
	}
	return string(b)
}

// withCheckDigit makes a number of n digits that passes Luhn.
func withCheckDigit(r *rand.Rand, prefix string, n int) string {
	body := prefix + someDigits(r, n-1-len(prefix))
	values := make([]byte, n)
	for i := range body {
		values[i] = body[i] - '0'
	}
	for values[n-1] = 0; !luhn(values); values[n-1]++ {
	}
	return body + string('0'+values[n-1])
}

// sentences are the texts of customers without their numbers.
func sentences(t *testing.T) []string {
	type row struct{ Text, Value string }
	var all []string
	for _, r := range lines[row](t, "testdata/texts.jsonl") {
		if r.Value != "" {
			all = append(all, strings.TrimSpace(strings.Replace(r.Text, r.Value, "", 1)))
		}
	}
	return all
}

// TestGeneratedCards puts invented numbers of each scheme at random places of real sentences, in all usual forms.
func TestGeneratedCards(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	texts := sentences(t)
	seps := []string{"", " ", "-", "/", ".", "\u00a0", "\u202f", "–", "  ", "\u200b", "&nbsp;", "\n", "_"}
	for _, s := range []struct {
		name     string
		prefixes string
		n        int
		recall   float64
	}{
		{"visa", "4", 16, 1}, {"mastercard", "51 52 53 54 55 2221 2500 2720", 16, 1}, {"amex", "34 37", 15, 1},
		{"diners", "300 305 36 38 39", 14, 1}, {"discover", "6011 644 65", 16, 1}, {"jcb", "3528 3589", 16, 1},
		{"unionpay", "62", 16, 1}, {"unionpay 19", "62", 19, 0.99}, {"mir", "2200 2204", 16, 1},
		{"maestro", "5018 6304 6759 6763", 16, 1}, {"rupay", "60 508 82", 16, 1}, {"troy", "9792", 16, 1},
		{"visa 19", "4", 19, 0.9}, // a number of sixteen digits and a code may read the same
		{"visa 13", "4", 13, 0.9}, // plain ones that are barcodes too stay
	} {
		const rounds = 1000
		right := 0
		for range rounds {
			prefixes := strings.Fields(s.prefixes)
			form := withCheckDigit(r, prefixes[r.IntN(len(prefixes))], s.n)
			if sep := seps[r.IntN(len(seps))]; sep != "" && (s.n == 14 || s.n == 15) {
				form = groupBy(sep, form, 4, 6, 5)
			} else if sep != "" {
				form = groupBy(sep, form, 4)
			}
			words := strings.Split(texts[r.IntN(len(texts))], " ")
			k := r.IntN(len(words) + 1)
			before, after := strings.Join(words[:k], " ")+" ", " "+strings.Join(words[k:], " ")
			_, spans := Cards(before + form + after)
			if len(spans) == 1 && spans[0] == (Span{utf8.RuneCountInString(before), utf8.RuneCountInString(before + form)}) {
				right++
			} else if s.recall == 1 {
				t.Logf("%s: %q: %v", s.name, before+form+after, spans)
			}
		}
		if recall := float64(right) / rounds; recall < s.recall {
			t.Errorf("%s: recall %.3f, want %.3f", s.name, recall, s.recall)
		}
	}
}

// TestGeneratedOthers puts other numbers after real sentences. Where only chance tells a number from a card, limit says how
// often it may go wrong: one in ten random numbers passes Luhn.
func TestGeneratedOthers(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	texts := sentences(t)
	d := func(n int) string { return someDigits(r, n) }
	for name, tc := range map[string]struct {
		limit float64
		make  func() string
	}{
		"USPS":                  {0, func() string { return "94" + d(20) }},
		"USPS in fours":         {0, func() string { return groupBy(" ", "94"+d(20), 4) }},
		"USPS with ZIP":         {0, func() string { return "420 " + d(5) + " 94" + d(20) }},
		"USPS with ZIP, fours":  {0, func() string { return groupBy(" ", "420"+d(5)+"92"+d(20), 4) }},
		"USPS with ZIP, single": {0, func() string { return groupBy(" ", "420"+d(5)+"92"+d(20), 1) }},
		"FedEx 12":              {0, func() string { return groupBy(" ", d(12), 4) }},
		"FedEx 15":              {0.01, func() string { return d(15) }},
		"FedEx 34":              {0, func() string { return d(34) }},
		"UPS":                   {0, func() string { return "1Z" + d(16) }},
		"UPU S10":               {0, func() string { return "RB" + d(9) + "CN" }},
		"letters and digits":    {0, func() string { return "YT" + d(16) }},
		"DPD":                   {0.02, func() string { return d(14) }},
		"Amazon order":          {0, func() string { return d(3) + "-" + d(7) + "-" + d(7) }},
		"IBAN":                  {0, func() string { return "DE" + d(20) }},
		"IBAN in fours":         {0, func() string { return groupBy(" ", "ES"+d(22), 4) }},
		"IBAN of 15":            {0, func() string { return "NO" + d(13) }},
		"IBAN with letters":     {0, func() string { return "GB82 WEST " + groupBy(" ", d(14), 4) }},
		"shop object id":        {0, func() string { return "gid://shopify/Order/" + d(13) }},
		"milliseconds":          {0, func() string { return "17" + d(11) }},
		"microseconds":          {0, func() string { return "17" + d(14) }},
		"telephone":             {0, func() string { return "+" + d(2) + " " + d(3) + " " + d(4) + " " + d(4) }},
		"IMEI":                  {0, func() string { return withCheckDigit(r, "35", 15) }},
		"ICCID":                 {0, func() string { return withCheckDigit(r, "89", 19) }},
		"order in a label":      {0, func() string { return "订单号 " + d(16) }},
		"random 16":             {0.06, func() string { return d(16) }},
		"random 19":             {0.04, func() string { return d(19) }},
	} {
		const rounds = 1000
		wrong, example := 0, ""
		for range rounds {
			text := texts[r.IntN(len(texts))] + " " + tc.make()
			if _, spans := Cards(text); len(spans) > 0 {
				wrong, example = wrong+1, text
			}
		}
		if rate := float64(wrong) / rounds; rate > tc.limit {
			t.Errorf("%s: %.3f redacted, at most %.3f: %q", name, rate, tc.limit, example)
		}
	}
}
