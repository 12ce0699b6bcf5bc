package fx

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/money"
)

// Address of the bank's daily rates.
// https://www.ecb.europa.eu/stats/policy_and_exchange_rates/euro_reference_exchange_rates/
const ECBDaily = "https://www.ecb.europa.eu/stats/eurofxref/eurofxref-daily.xml"

// maxFeed is the most that is read of a feed; the whole history has 1.8 MB as CSV
// and 8 MB as XML.
const maxFeed = 32 << 20

// ReadECB reads what the European Central Bank publishes: eurofxref-daily.xml,
// -hist.xml, -hist-90d.xml, eurofxref.csv and eurofxref-hist.csv. Currencies that
// do not exist any more (N/A, and codes that money does not know) are left out.
// Anything else fails with errs.Invalid.
func ReadECB(r io.Reader) ([]Rate, error) {
	in := bufio.NewReader(io.LimitReader(r, maxFeed+1))
	for {
		b, err := in.Peek(1)
		if err != nil {
			return nil, errs.Wrap(errs.Invalid, fmt.Errorf("read feed: %w", err), "error.rate_feed")
		}
		if b[0] == '<' {
			return readXML(in)
		}
		if bytes.IndexByte([]byte(" \t\r\n\xEF\xBB\xBF"), b[0]) < 0 {
			return readCSV(in)
		}
		_, _ = in.Discard(1)
	}
}

// envelope is the daily feed: a Cube of Cubes, one for each day, of Cubes.
type envelope struct {
	Days []struct {
		Time  string `xml:"time,attr"`
		Rates []struct {
			Currency string `xml:"currency,attr"`
			Rate     string `xml:"rate,attr"`
		} `xml:"Cube"`
	} `xml:"Cube>Cube"`
}

func readXML(r io.Reader) ([]Rate, error) {
	var e envelope
	if err := xml.NewDecoder(r).Decode(&e); err != nil {
		return nil, errs.Wrap(errs.Invalid, fmt.Errorf("read feed: %w", err), "error.rate_feed")
	}
	var out []Rate
	for _, d := range e.Days {
		day, err := time.Parse(time.DateOnly, d.Time)
		if err != nil {
			return nil, errs.Wrap(errs.Invalid, fmt.Errorf("read day: %w", err), "error.rate_feed")
		}
		for _, c := range d.Rates {
			if out, err = reference(out, day, c.Currency, c.Rate); err != nil {
				return nil, err
			}
		}
	}
	return some(out)
}

// readCSV reads one line for each day: "2024-03-06,1.0874,...," of the history, or
// "08 July 2022, 1.0163, ..." of the daily file.
func readCSV(r io.Reader) ([]Rate, error) {
	rows := csv.NewReader(r)
	rows.FieldsPerRecord, rows.TrimLeadingSpace, rows.ReuseRecord = -1, true, true
	var names []string
	var out []Rate
	for {
		row, err := rows.Read()
		if errors.Is(err, io.EOF) {
			return some(out)
		}
		if err != nil {
			return nil, errs.Wrap(errs.Invalid, fmt.Errorf("read feed: %w", err), "error.rate_feed")
		}
		if names == nil {
			for _, n := range row {
				names = append(names, strings.TrimSpace(n))
			}
			if names[0] != "Date" {
				return nil, errs.Wrap(errs.Invalid, fmt.Errorf("read feed: first column %q", names[0]), "error.rate_feed")
			}
			continue
		}
		day, err := time.Parse(time.DateOnly, row[0])
		if err != nil {
			day, err = time.Parse("02 January 2006", row[0])
		}
		if err != nil {
			return nil, errs.Wrap(errs.Invalid, fmt.Errorf("read day: %w", err), "error.rate_feed")
		}
		for i, value := range row[1:] {
			if value = strings.TrimSpace(value); value == "" || value == "N/A" {
				continue
			}
			if i+1 >= len(names) {
				return nil, errs.Wrap(errs.Invalid, fmt.Errorf("read feed: %s has more values than there are names", row[0]), "error.rate_feed")
			}
			if out, err = reference(out, day, names[i+1], value); err != nil {
				return nil, err
			}
		}
	}
}

func reference(out []Rate, day time.Time, currency, value string) ([]Rate, error) {
	if _, ok := money.Digits(currency); !ok || currency == Euro {
		return out, nil
	}
	v, err := ParseDecimal(value)
	if err != nil {
		return nil, errs.Wrap(errs.Invalid, fmt.Errorf("rate of %s on %s: %w", currency, day.Format(time.DateOnly), err), "error.rate_feed")
	}
	return append(out, Rate{Base: Euro, Quote: currency, Source: ECB, Day: day, Value: v}), nil
}

func some(rates []Rate) ([]Rate, error) {
	if len(rates) == 0 {
		return nil, errs.New(errs.Invalid, "error.rate_feed")
	}
	return rates, nil
}
