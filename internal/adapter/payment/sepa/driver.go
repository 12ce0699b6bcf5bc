package sepa

import (
	"regexp"
	"slices"
	"strings"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/iban"
	"godwit.dev/godwit/internal/base/money"
	"godwit.dev/godwit/internal/flow/pay"
	"godwit.dev/godwit/internal/platform/connector"
)

// Driver is the merchant's own bank account. Without an IBAN all transfers out of it are on lists.
func Driver() pay.Driver {
	return pay.Driver{
		Name: pay.BankName, Title: "Bank transfer", Docs: "https://www.europeanpaymentscouncil.eu/what-we-do/sepa-payment-schemes/sepa-credit-transfer",
		Options: []connector.Option{
			{Name: "holder", Kind: connector.Text, Required: true},
			{Name: "iban", Kind: connector.Text},
			{Name: "bic", Kind: connector.Text},
		},
		Bank: open, Statement: Read,
	}
}

var bicShape = regexp.MustCompile(`^[A-Z]{6}[A-Z0-9]{2}([A-Z0-9]{3})?$`)

// bank is the merchant's account.
type bank struct {
	holder, iban, bic string
}

func open(s connector.Settings) (pay.Bank, error) {
	b := bank{holder: s.Values["holder"], bic: strings.ToUpper(s.Values["bic"])}
	if text := s.Values["iban"]; text != "" {
		var ok bool
		if b.iban, ok = iban.Parse(text); !ok {
			return nil, errs.Field("iban", "error.payee_iban")
		}
	}
	if b.bic != "" && !bicShape.MatchString(b.bic) {
		return nil, errs.Field("bic", "error.payee_bic")
	}
	return b, nil
}

// About implements pay.Bank.
func (b bank) About() pay.About {
	return pay.About{Name: strings.TrimSpace(b.holder + " " + iban.Mask(b.iban))}
}

// area is the European Economic Area, with what of its members has a code of its own in IBANs.
var area = strings.Fields("AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IS IT LI LT LU LV MT NL NO PL PT RO SE SI SK")

// largest is what a transfer of the SEPA carries at most: 999,999,999.99 EUR.
const largest = 99_999_999_999

// Takes implements pay.Bank.
func (b bank) Takes(p pay.Payee, a money.Amount) bool {
	return b.iban != "" && slices.Contains(area, iban.Country(b.iban)) && p.IBAN != "" && slices.Contains(area, iban.Country(p.IBAN)) &&
		a.Currency == "EUR" && a.Minor > 0 && a.Minor <= largest
}

// Day implements pay.Bank: the next day on which TARGET is open, since banks close their books for a day before people
// close theirs.
func (b bank) Day(told time.Time) time.Time {
	d := told.UTC().Truncate(24*time.Hour).AddDate(0, 0, 1)
	for !Open(d) {
		d = d.AddDate(0, 0, 1)
	}
	return d
}

// Open reports whether TARGET, through which euros are settled, is open on a day (European Central Bank, long-term calendar
// of closing days): not on weekends, 1 January, Good Friday, Easter Monday, 1 May, 25 and 26 December.
func Open(day time.Time) bool {
	if w := day.Weekday(); w == time.Saturday || w == time.Sunday {
		return false
	}
	switch _, m, d := day.Date(); {
	case m == time.January && d == 1, m == time.May && d == 1, m == time.December && (d == 25 || d == 26):
		return false
	}
	e := easter(day.Year())
	return day.YearDay() != e.AddDate(0, 0, -2).YearDay() && day.YearDay() != e.AddDate(0, 0, 1).YearDay()
}

// easter returns Easter Sunday of a Gregorian year (the anonymous algorithm, as Meeus gives it).
func easter(year int) time.Time {
	a, b, c := year%19, year/100, year%100
	d, e := b/4, b%4
	g := (8*b + 13) / 25
	h := (19*a + b - d - g + 15) % 30
	i, k := c/4, c%4
	l := (32 + 2*e + 2*i - h - k) % 7
	m := (a + 11*h + 19*l) / 433
	month := (h + l - 7*m + 90) / 25
	return time.Date(year, time.Month(month), (h+l-7*m+33*month+19)%32, 0, 0, 0, 0, time.UTC)
}
