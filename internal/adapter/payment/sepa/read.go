package sepa

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/money"
	"godwit.dev/godwit/internal/domain/refund"
	"godwit.dev/godwit/internal/flow/pay"
)

// Bounds of what is read.
const (
	// MostStatement is the largest statement, in bytes.
	MostStatement = 16 << 20
	mostBookings  = 50_000
	mostDepth     = 40
)

// entry is a booking of a statement or a notification, as far as it is read. Version 02 writes the status as text, later
// ones as a code within; amounts of details moved likewise.
type entry struct {
	Amount  amount `xml:"Amt"`
	Sign    string `xml:"CdtDbtInd"`
	Reverse string `xml:"RvslInd"`
	Status  struct {
		Text string `xml:",chardata"`
		Code string `xml:"Cd"`
	} `xml:"Sts"`
	Details []struct {
		Batch struct {
			Message string `xml:"MsgId"`
			Payment string `xml:"PmtInfId"`
		} `xml:"Btch"`
		Single []detail `xml:"TxDtls"`
	} `xml:"NtryDtls"`
}

type detail struct {
	EndToEnd string   `xml:"Refs>EndToEndId"`
	Payment  string   `xml:"Refs>PmtInfId"`
	Amount   amount   `xml:"Amt"`
	Told     amount   `xml:"AmtDtls>InstdAmt>Amt"`
	Moved    amount   `xml:"AmtDtls>TxAmt>Amt"`
	Sign     string   `xml:"CdtDbtInd"`
	Return   struct { // why it came back
		Code string `xml:"Rsn>Cd"`
		Own  string `xml:"Rsn>Prtry"`
	} `xml:"RtrInf"`
}

type amount struct {
	Currency string `xml:"Ccy,attr"`
	Sum      string `xml:",chardata"`
}

func (a amount) read() (money.Amount, bool) {
	if a.Currency == "" {
		return money.Amount{}, false
	}
	m, err := money.Parse(strings.TrimSpace(a.Sum), strings.TrimSpace(a.Currency))
	return m, err == nil
}

var errStatement = errs.New(errs.Invalid, "error.transfer_statement")

// Read reads what a bank booked out of a camt.053 (statement) or camt.054 (notification), in their order: transfers by the
// name that we gave them, and batches that were booked as one. What names neither is left out. It fails with errs.Invalid
// for what is no such document, is too large, or is cut off.
func Read(statement []byte) ([]pay.Booked, error) {
	if len(statement) > MostStatement {
		return nil, errs.New(errs.Invalid, "error.transfer_statement_large", "max", MostStatement>>20)
	}
	d := xml.NewDecoder(bytes.NewReader(statement))
	d.CharsetReader = func(label string, in io.Reader) (io.Reader, error) {
		if strings.EqualFold(label, "us-ascii") {
			return in, nil
		}
		return nil, fmt.Errorf("charset %q", label) // the standard asks for UTF-8
	}
	var out []pay.Booked
	for depth, known := 0, false; ; {
		t, err := d.Token()
		if errors.Is(err, io.EOF) && known && depth == 0 {
			return out, nil
		}
		if err != nil {
			return nil, errs.Wrap(errs.Invalid, err, "error.transfer_statement")
		}
		switch t := t.(type) {
		case xml.Directive: // a DTD has no place in it
			return nil, errStatement
		case xml.EndElement:
			depth--
		case xml.StartElement:
			if depth++; depth > mostDepth {
				return nil, errStatement
			}
			if depth == 1 && (t.Name.Local != "Document" || !strings.Contains(t.Name.Space, ":camt.053.") && !strings.Contains(t.Name.Space, ":camt.054.")) {
				return nil, errStatement
			}
			known = true
			if t.Name.Local != "Ntry" {
				continue
			}
			var e entry
			if err := d.DecodeElement(&e, &t); err != nil {
				return nil, errs.Wrap(errs.Invalid, err, "error.transfer_statement")
			}
			depth--
			if out = append(out, e.booked()...); len(out) > mostBookings {
				return nil, errs.New(errs.Invalid, "error.transfer_statement_large", "max", MostStatement>>20)
			}
		}
	}
}

// booked returns what an entry says of transfers.
func (e entry) booked() []pay.Booked {
	status := strings.TrimSpace(e.Status.Code)
	if status == "" {
		status = strings.TrimSpace(e.Status.Text)
	}
	if status != "BOOK" && status != "PDNG" {
		return nil // INFO and FUTR have not moved anything
	}
	var out []pay.Booked
	for _, group := range e.Details {
		for _, t := range group.Single {
			name := strings.TrimSpace(t.EndToEnd)
			if name == "" || name == "NOTPROVIDED" {
				continue
			}
			sign := t.Sign
			if sign == "" {
				sign = e.Sign
			}
			b := pay.Booked{EndToEnd: name}
			b.Outcome, b.Code = e.outcome(sign, status, t)
			for _, a := range []amount{t.Told, t.Amount, t.Moved, e.Amount} { // what we told comes back less charges at times
				if sum, ok := a.read(); ok {
					b.Amount = sum
					break
				}
			}
			if b.Outcome != "" {
				out = append(out, b)
			}
		}
		name := strings.TrimSpace(group.Batch.Payment)
		if name == "" {
			name = strings.TrimSpace(group.Batch.Message)
		}
		if sum, ok := e.Amount.read(); ok && len(group.Single) == 0 && len(e.Details) == 1 && name != "" && e.Sign == "DBIT" && status == "BOOK" && e.Reverse != "true" {
			out = append(out, pay.Booked{Batch: name, Amount: sum, Outcome: refund.OutcomeSucceeded})
		}
	}
	return out
}

// outcome says what a booking of a transfer means: money that came in under the name of one of ours came back.
func (e entry) outcome(sign, status string, t detail) (refund.Outcome, string) {
	code := strings.TrimSpace(t.Return.Code)
	if code == "" {
		code = strings.TrimSpace(t.Return.Own)
	}
	back := sign == "CRDT" || code != "" || strings.TrimSpace(e.Reverse) == "true"
	switch {
	case status == "PDNG" && back:
		return "", "" // it will be told again when it is booked
	case status == "PDNG":
		return refund.OutcomePending, ""
	case back && code == "":
		return refund.OutcomeReversed, "returned"
	case back:
		return refund.OutcomeReversed, code[:min(len(code), 35)]
	case sign != "DBIT":
		return "", ""
	}
	return refund.OutcomeSucceeded, ""
}
