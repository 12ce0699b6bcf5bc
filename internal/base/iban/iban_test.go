package iban

import (
	"strings"
	"testing"
)

// The examples of the IBAN registry, as their banks write them.
var examples = []string{
	"AD12 0001 2030 2003 5910 0100", "AE07 0331 2345 6789 0123 456", "AL47 2121 1009 0000 0002 3569 8741", "AT61 1904 3002 3457 3201", "AZ21 NABZ 0000 0000 1370 1000 1944",
	"BE68 5390 0754 7034", "BG80 BNBG 9661 1020 3456 78", "BH67 BMAG 0000 1299 1234 56", "BR18 0036 0305 0000 1000 9795 493C 1", "CH93 0076 2011 6238 5295 7",
	"CY17 0020 0128 0000 0012 0052 7600", "CZ65 0800 0000 1920 0014 5399", "DE89 3704 0044 0532 0130 00", "DK50 0040 0440 1162 43", "EE38 2200 2210 2014 5685",
	"ES91 2100 0418 4502 0005 1332", "FI21 1234 5600 0007 85", "FR14 2004 1010 0505 0001 3M02 606", "GB29 NWBK 6016 1331 9268 19", "GR16 0110 1250 0000 0001 2300 695",
	"HR12 1001 0051 8630 0016 0", "HU42 1177 3016 1111 1018 0000 0000", "IE29 AIBK 9311 5212 3456 78", "IL62 0108 0000 0009 9999 999", "IS14 0159 2600 7654 5510 7303 39",
	"IT60 X054 2811 1010 0000 0123 456", "KW81 CBKU 0000 0000 0000 1234 5601 01", "LI21 0881 0000 2324 013A A", "LT12 1000 0111 0100 1000", "LU28 0019 4006 4475 0000",
	"LV80 BANK 0000 4351 9500 1", "MC58 1122 2000 0101 2345 6789 030", "MT84 MALT 0110 0001 2345 MTLC AST0 01S", "NL91 ABNA 0417 1643 00", "NO93 8601 1117 947",
	"PL61 1090 1014 0000 0712 1981 2874", "PT50 0002 0123 1234 5678 9015 4", "RO49 AAAA 1B31 0075 9384 0000", "RS35 2600 0560 1001 6113 79", "SE45 5000 0000 0583 9825 7466",
	"SI56 2633 0001 2039 086", "SK31 1200 0000 1987 4263 7541", "SM86 U032 2509 8000 0000 0270 100", "TR33 0006 1005 1978 6457 8413 26", "UA21 3223 1300 0002 6007 2335 6600 1",
}

func TestExamplesOfTheRegistry(t *testing.T) {
	for _, text := range examples {
		n, ok := Parse(strings.ToLower(text))
		if !ok || n != strings.ReplaceAll(text, " ", "") || !Like(text) {
			t.Errorf("%s: %s, %v", text, n, ok)
		}
		if m := Mask(n); !strings.HasPrefix(m, n[:4]) || !strings.HasSuffix(m, n[len(n)-4:]) || len([]rune(m)) != 14 {
			t.Errorf("%s is shown as %s", n, m)
		}
	}
}

// One wrong digit, one wrong letter, two of a kind that changed places, one missing and one too many are found, in every
// place; a letter for a digit mostly is, which is all that the digits promise.
func TestSlipsAreFound(t *testing.T) {
	for _, text := range examples {
		n, _ := Parse(text)
		for i := range n {
			for _, c := range "0123456789ABCXYZ" {
				if slip := n[:i] + string(c) + n[i+1:]; slip != n && digit(c) == digit(rune(n[i])) && Valid(slip) {
					t.Errorf("%s passes for %s", slip, n)
				}
			}
			if i > 0 && n[i] != n[i-1] && digit(rune(n[i])) == digit(rune(n[i-1])) {
				if slip := n[:i-1] + n[i:i+1] + n[i-1:i] + n[i+1:]; Valid(slip) {
					t.Errorf("%s passes for %s", slip, n)
				}
			}
			if Valid(n[:i]+n[i+1:]) || Valid(n[:i]+"0"+n[i:]) {
				t.Errorf("%s passes with another length", n)
			}
		}
	}
	for _, bad := range []string{"", "DE", "DE89", "XX89370400440532013000", "DE00370400440532013000", "DE8937040044053201300é", "US64SVBKUS6S3300958879", "١٢٣٤"} {
		if _, ok := Parse(bad); ok {
			t.Errorf("%q passes", bad)
		}
	}
}

func digit(c rune) bool { return c >= '0' && c <= '9' }

func FuzzParse(f *testing.F) {
	for _, text := range examples {
		f.Add(text)
	}
	f.Add("DE8\xff")
	f.Fuzz(func(t *testing.T, text string) {
		n, ok := Parse(text)
		if Like(text); ok && (Length(Country(n)) != len(n) || !Valid(n) || Mask(n) == "") {
			t.Errorf("%q is %q", text, n)
		}
	})
}
