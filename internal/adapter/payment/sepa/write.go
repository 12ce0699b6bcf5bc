package sepa

import (
	"bytes"
	"cmp"
	"encoding/csv"
	"encoding/xml"
	"fmt"
	"strconv"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/money"
	"godwit.dev/godwit/internal/flow/pay"
)

// Namespace is that of the credit transfers that are written.
const Namespace = "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"

// The longest texts of a SEPA credit transfer (EPC132-08, customer-to-bank).
const (
	mostName  = 70
	mostAbout = 140
)

// document is a pain.001.001.09 as far as a transfer of the SEPA uses it, in the order of its schema.
type document struct {
	XMLName xml.Name `xml:"urn:iso:std:iso:20022:tech:xsd:pain.001.001.09 Document"`
	Init    struct {
		Header struct {
			ID      string `xml:"MsgId"`
			Created string `xml:"CreDtTm"`
			Count   int    `xml:"NbOfTxs"`
			Sum     string `xml:"CtrlSum"`
			Party   party  `xml:"InitgPty"`
		} `xml:"GrpHdr"`
		Payment struct {
			ID       string     `xml:"PmtInfId"`
			Method   string     `xml:"PmtMtd"`
			Count    int        `xml:"NbOfTxs"`
			Sum      string     `xml:"CtrlSum"`
			Service  string     `xml:"PmtTpInf>SvcLvl>Cd"`
			Day      string     `xml:"ReqdExctnDt>Dt"`
			Payer    party      `xml:"Dbtr"`
			From     string     `xml:"DbtrAcct>Id>IBAN"`
			Bank     agent      `xml:"DbtrAgt"`
			Charges  string     `xml:"ChrgBr"`
			Transfer []transfer `xml:"CdtTrfTxInf"`
		} `xml:"PmtInf"`
	} `xml:"CstmrCdtTrfInitn"`
}

type party struct {
	Name string `xml:"Nm"`
}

type agent struct {
	BIC   string `xml:"FinInstnId>BICFI,omitempty"`
	Other *other `xml:"FinInstnId>Othr"`
}

type other struct {
	ID string `xml:"Id"`
}

type transfer struct {
	EndToEnd string `xml:"PmtId>EndToEndId"`
	Amount   struct {
		Currency string `xml:"Ccy,attr"`
		Sum      string `xml:",chardata"`
	} `xml:"Amt>InstdAmt"`
	Bank  *agent `xml:"CdtrAgt"`
	Payee party  `xml:"Cdtr"`
	To    string `xml:"CdtrAcct>Id>IBAN"`
	About string `xml:"RmtInf>Ustrd"`
}

// File implements pay.Bank.
func (b bank) File(x pay.Batch) (pay.File, error) {
	if x.Format == pay.ByList {
		return list(x)
	}
	var d document
	sum := money.Amount{Currency: x.Currency}
	for _, t := range x.Transfers {
		amount := money.Amount{Minor: t.Amount, Currency: x.Currency}
		if !b.Takes(t.Payee, amount) {
			return pay.File{}, errs.New(errs.Internal, "")
		}
		var err error
		if sum, err = sum.Add(amount); err != nil {
			return pay.File{}, err
		}
		to := transfer{EndToEnd: t.EndToEnd, Payee: party{cmp.Or(letters(t.Payee.Name, mostName), "NOTPROVIDED")}, To: t.Payee.IBAN, About: cmp.Or(letters("Refund "+t.About, mostAbout), "Refund")}
		to.Amount.Currency, to.Amount.Sum = x.Currency, amount.String()
		if t.Payee.BIC != "" {
			to.Bank = &agent{BIC: t.Payee.BIC}
		}
		d.Init.Payment.Transfer = append(d.Init.Payment.Transfer, to)
	}
	if sum.Minor != x.Total || len(x.Transfers) != x.Count {
		return pay.File{}, errs.Wrap(errs.Internal, fmt.Errorf("batch %d: transfers come to %d, not %d", x.ID, sum.Minor, x.Total), "")
	}
	us := party{cmp.Or(letters(b.holder, mostName), "NOTPROVIDED")}
	h, p := &d.Init.Header, &d.Init.Payment
	h.ID, h.Created, h.Count, h.Sum, h.Party = x.ID.Name(), x.MadeAt.UTC().Format("2006-01-02T15:04:05Z"), x.Count, sum.String(), us
	p.ID, p.Method, p.Count, p.Sum, p.Service, p.Day = x.ID.Name(), "TRF", x.Count, sum.String(), "SEPA", x.ExecuteOn.Format(time.DateOnly)
	p.Payer, p.From, p.Bank, p.Charges = us, b.iban, agent{BIC: b.bic}, "SLEV"
	if b.bic == "" {
		p.Bank = agent{Other: &other{"NOTPROVIDED"}}
	}
	var out bytes.Buffer
	out.WriteString(xml.Header)
	e := xml.NewEncoder(&out)
	e.Indent("", " ")
	if err := e.Encode(d); err != nil {
		return pay.File{}, fmt.Errorf("write transfers: %w", err)
	}
	out.WriteByte('\n')
	return pay.File{Name: x.ID.Name() + ".xml", Media: "application/xml", Data: out.Bytes()}, nil
}

// list writes a batch as a table for people: one line for a transfer, with decimals as people write them.
func list(x pay.Batch) (pay.File, error) {
	var out bytes.Buffer
	out.WriteString("\ufeff") // spreadsheets read UTF-8 by it
	w := csv.NewWriter(&out)
	_ = w.Write([]string{"number", "end_to_end_id", "amount", "currency", "payee", "iban", "bic", "account", "remittance"}) // the buffer takes all
	for _, t := range x.Transfers {
		_ = w.Write([]string{strconv.Itoa(t.Number), t.EndToEnd, money.Amount{Minor: t.Amount, Currency: x.Currency}.String(), x.Currency,
			cell(t.Payee.Name), t.Payee.IBAN, t.Payee.BIC, cell(t.Payee.Account), cell("Refund " + t.About)})
	}
	w.Flush()
	if err := w.Error(); err != nil {
		return pay.File{}, fmt.Errorf("write list: %w", err)
	}
	return pay.File{Name: x.ID.Name() + ".csv", Media: "text/csv; charset=utf-8", Data: out.Bytes()}, nil
}

// cell keeps a spreadsheet from taking a customer's words for a formula.
func cell(text string) string {
	if text != "" && bytes.IndexByte([]byte("=+-@\t\r"), text[0]) >= 0 {
		return "'" + text
	}
	return text
}
