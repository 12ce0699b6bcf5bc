package importer

import (
	"errors"
	"testing"
	"time"

	"pgregory.net/rapid"

	"godwit.dev/godwit/internal/base/money"
)

func TestParseAmount(t *testing.T) {
	for _, c := range []struct {
		text, currency string
		decimal        byte
		want           int64
		err            error
	}{
		{"12.34", "EUR", 0, 1234, nil},
		{"12,34", "EUR", 0, 1234, nil},
		{"12", "EUR", 0, 1200, nil},
		{".5", "EUR", 0, 50, nil},
		{"12.", "EUR", 0, 1200, nil},
		{"1,234.50", "USD", 0, 123450, nil},
		{"1.234,50", "EUR", 0, 123450, nil},
		{"1 234,50 ₽", "RUB", 0, 123450, nil},
		{"1\u00a0234,50 руб.", "RUB", 0, 123450, nil},
		{"CHF 1'234.50", "CHF", 0, 123450, nil},
		{"￥１２８８．５０", "CNY", 0, 128850, nil},
		{"1,234", "USD", 0, 123400, nil},
		{"1,234", "USD", ',', 0, errDecimals},
		{"1.234", "EUR", '.', 0, errDecimals},
		{"1.234", "EUR", ',', 123400, nil},
		{"1.234", "KWD", 0, 1234, nil},
		{"1,234", "KWD", 0, 1234, nil},
		{"1.234", "EUR", 0, 0, errDecimals},
		{"1.2300", "EUR", 0, 123, nil},
		{"1000.00", "JPY", 0, 1000, nil},
		{"1000.50", "JPY", 0, 0, errDecimals},
		{"12,34,567.50", "INR", 0, 123456750, nil},
		{"-5.00", "EUR", 0, -500, nil},
		{"(5.00)", "EUR", 0, -500, nil},
		{"−5,00 €", "EUR", 0, -500, nil},
		{"1.234.567", "EUR", 0, 123456700, nil},
		{"1.23.4", "EUR", 0, 0, errAmount},
		{"12,3456.78", "EUR", 0, 0, errAmount},
		{"ten", "EUR", 0, 0, errAmount},
		{"1e5", "EUR", 0, 15 * 100, nil}, // a letter is a currency's, never an exponent
		{"5-3", "EUR", 0, 0, errAmount},
		{"=1+2", "EUR", 0, 0, errAmount},
		{"99999999999999999999", "EUR", 0, 0, errAmount},
		{"1", "XXQ", 0, 0, errAmount},
		{"", "EUR", 0, 0, errAmount},
	} {
		got, err := parseAmount(c.text, c.currency, c.decimal)
		if got != c.want && err == nil || !errors.Is(err, c.err) {
			t.Errorf("parseAmount(%q, %s, %q) = %d, %v; want %d, %v", c.text, c.currency, c.decimal, got, err, c.want, c.err)
		}
	}
}

func TestParseAmountReadsWhatMoneyWrites(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := money.Amount{
			Minor:    rapid.Int64Range(-1e15, 1e15).Draw(t, "minor"),
			Currency: rapid.SampledFrom([]string{"EUR", "JPY", "KWD", "USD", "CLF"}).Draw(t, "currency"),
		}
		if got, err := parseAmount(a.String(), a.Currency, 0); err != nil || got != a.Minor {
			t.Fatalf("parseAmount(%q) = %d, %v", a.String(), got, err)
		}
	})
}

func TestParseDate(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		text     string
		dayFirst bool
		want     string
	}{
		{"2026-02-11 09:15:28 +0100", false, "2026-02-11T08:15:28Z"},
		{"2026-02-11T09:15:28+00:00", false, "2026-02-11T09:15:28Z"},
		{"2026-02-11T09:15:28.123Z", false, "2026-02-11T09:15:28Z"},
		{"2026-02-11 09:15", false, "2026-02-11T08:15:00Z"},
		{"2026-07-11", false, "2026-07-10T22:00:00Z"},
		{"11.02.2026 09:15", false, "2026-02-11T08:15:00Z"},
		{"03/04/2026", false, "2026-03-03T23:00:00Z"},
		{"03/04/2026", true, "2026-04-02T22:00:00Z"},
		{"25/04/2026 10:00", false, "2026-04-25T08:00:00Z"},
		{"2/11/26 9:15", false, "2026-02-11T08:15:00Z"},
		{"Feb 11, 2026 9:15 PM", false, "2026-02-11T20:15:00Z"},
		{"2026年2月11日 09:15", false, "2026-02-11T08:15:00Z"},
		{"1770801328", false, "2026-02-11T09:15:28Z"},
		{"yesterday", false, ""}, {"0000-00-00", false, ""}, {"2026-02-30", false, ""}, {"12345", false, ""}, {"0001-01-01", false, ""},
	} {
		got, ok := parseDate(c.text, berlin, c.dayFirst)
		if ok != (c.want != "") || ok && got.Format("2006-01-02T15:04:05Z") != c.want {
			t.Errorf("parseDate(%q) = %v, %v; want %s", c.text, got, ok, c.want)
		}
	}
}
