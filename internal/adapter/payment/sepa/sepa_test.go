package sepa

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"godwit.dev/godwit/internal/base/money"
	"godwit.dev/godwit/internal/domain/refund"
	"godwit.dev/godwit/internal/flow/pay"
	"godwit.dev/godwit/internal/platform/connector"
)

var noon = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)

func house(t testing.TB) pay.Bank {
	b, err := Driver().Bank(connector.Settings{Values: map[string]string{"holder": "Greywing Küche GmbH", "iban": "DE89 3704 0044 0532 0130 00", "bic": "cobadeffxxx"}})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func batch(payees ...pay.Payee) pay.Batch {
	b := pay.Batch{ID: 0x0b5e7d1c4a2f9e3, Format: pay.BySEPA, Currency: "EUR", MadeAt: noon, ExecuteOn: time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)}
	for i, p := range payees {
		sum := int64(100*i + 7)
		b.Transfers = append(b.Transfers, pay.Transfer{Number: i + 1, EndToEnd: pay.EndToEnd(refund.ID(1<<62+i), i+1, 1), Amount: sum, Payee: p, About: fmt.Sprintf("#10%d", i)})
		b.Total, b.Count = b.Total+sum, i+1
	}
	return b
}

// rule is an element of the schema of pain.001.001.09 as EPC132-08 restricts it, as far as it is used: what may stand in
// it, in this order, and the shape of its text.
type rule struct {
	children string         // by name; a star marks those that may be left out, a plus those that may be repeated
	text     *regexp.Regexp // of a leaf
}

var (
	set     = `[A-Za-z0-9/\-?:().,'+ ]`
	max35   = regexp.MustCompile(`^` + set + `{1,35}$`)
	max70   = regexp.MustCompile(`^` + set + `{1,70}$`)
	max140  = regexp.MustCompile(`^` + set + `{1,140}$`)
	count   = regexp.MustCompile(`^[0-9]{1,15}$`)
	sum     = regexp.MustCompile(`^[0-9]{1,15}\.[0-9]{2}$`)
	theIBAN = regexp.MustCompile(`^[A-Z]{2}[0-9]{2}[A-Z0-9]{1,30}$`)
	schema  = map[string]rule{
		"Document":                         {children: "CstmrCdtTrfInitn"},
		"Document/CstmrCdtTrfInitn":        {children: "GrpHdr PmtInf+"},
		"Document/CstmrCdtTrfInitn/GrpHdr": {children: "MsgId CreDtTm NbOfTxs CtrlSum InitgPty"},
		"Document/CstmrCdtTrfInitn/PmtInf": {children: "PmtInfId PmtMtd NbOfTxs CtrlSum PmtTpInf ReqdExctnDt Dbtr DbtrAcct DbtrAgt ChrgBr CdtTrfTxInf+"},
		"CdtTrfTxInf":                      {children: "PmtId Amt CdtrAgt* Cdtr CdtrAcct RmtInf*"},
		"MsgId":                            {text: max35}, "PmtInfId": {text: max35}, "EndToEndId": {text: max35},
		"CreDtTm": {text: regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$`)}, "NbOfTxs": {text: count}, "CtrlSum": {text: sum}, "InstdAmt": {text: sum},
		"InitgPty": {children: "Nm"}, "Dbtr": {children: "Nm"}, "Cdtr": {children: "Nm"}, "Nm": {text: max70},
		"PmtMtd": {text: regexp.MustCompile(`^TRF$`)}, "PmtTpInf": {children: "SvcLvl"}, "SvcLvl": {children: "Cd"}, "Cd": {text: regexp.MustCompile(`^SEPA$`)},
		"ReqdExctnDt": {children: "Dt"}, "Dt": {text: regexp.MustCompile(`^\d{4}-\d\d-\d\d$`)}, "DbtrAcct": {children: "Id"}, "CdtrAcct": {children: "Id"}, "IBAN": {text: theIBAN},
		"DbtrAcct/Id": {children: "IBAN"}, "CdtrAcct/Id": {children: "IBAN"}, "DbtrAgt": {children: "FinInstnId"}, "CdtrAgt": {children: "FinInstnId"},
		"DbtrAgt/FinInstnId": {children: "BICFI* Othr*"}, "CdtrAgt/FinInstnId": {children: "BICFI"}, "BICFI": {text: bicShape}, "Othr": {children: "Id"},
		"Othr/Id": {text: regexp.MustCompile(`^NOTPROVIDED$`)}, "ChrgBr": {text: regexp.MustCompile(`^SLEV$`)}, "PmtId": {children: "EndToEndId"}, "Amt": {children: "InstdAmt"},
		"RmtInf": {children: "Ustrd"}, "Ustrd": {text: max140},
	}
)

// valid walks a document by the schema.
func valid(data []byte) error {
	d := xml.NewDecoder(bytes.NewReader(data))
	for {
		t, err := d.Token()
		if err != nil {
			return err
		}
		if s, ok := t.(xml.StartElement); ok {
			if s.Name.Space != Namespace {
				return fmt.Errorf("namespace %q", s.Name.Space)
			}
			return walk(d, s, s.Name.Local)
		}
	}
}

func walk(d *xml.Decoder, s xml.StartElement, path string) error {
	r, ok := schema[path]
	parts := strings.Split(path, "/")
	for i := 1; !ok && i < len(parts); i++ {
		r, ok = schema[strings.Join(parts[i:], "/")]
	}
	if !ok {
		return fmt.Errorf("%s is not known", path)
	}
	var text strings.Builder
	want := strings.Fields(r.children)
	for {
		t, err := d.Token()
		if err != nil {
			return err
		}
		switch t := t.(type) {
		case xml.CharData:
			text.Write(t)
		case xml.StartElement:
			for len(want) > 0 && strings.TrimRight(want[0], "*+") != t.Name.Local {
				if !strings.HasSuffix(want[0], "*") {
					return fmt.Errorf("%s has %s where it wants %s", path, t.Name.Local, want[0])
				}
				want = want[1:]
			}
			if len(want) == 0 {
				return fmt.Errorf("%s has %s", path, t.Name.Local)
			}
			if !strings.HasSuffix(want[0], "+") {
				want = want[1:]
			}
			if err := walk(d, t, path+"/"+t.Name.Local); err != nil {
				return err
			}
		case xml.EndElement:
			for _, w := range want {
				if !strings.HasSuffix(w, "*") && !strings.HasSuffix(w, "+") {
					return fmt.Errorf("%s lacks %s", path, w)
				}
			}
			if r.text != nil && !r.text.MatchString(text.String()) {
				return fmt.Errorf("%s is %q", path, text.String())
			}
			if r.text == nil && strings.TrimSpace(text.String()) != "" {
				return fmt.Errorf("%s holds %q", path, text.String())
			}
			return nil
		}
	}
}

// Whatever customers are called and whatever they are owed, the file is what the schema and the EPC ask for, its sums are
// exact, and the same batch is the same file.
func TestEveryFileIsByTheSchema(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := batch()
		for i := range rapid.IntRange(1, 5).Draw(t, "transfers") {
			p := pay.Payee{Name: rapid.StringN(1, 70, -1).Draw(t, "name"), IBAN: rapid.SampledFrom([]string{"DE89370400440532013000", "FR1420041010050500013M02606", "NO9386011117947"}).Draw(t, "iban"),
				BIC: rapid.SampledFrom([]string{"", "COBADEFFXXX"}).Draw(t, "bic")}
			amount := rapid.Int64Range(1, largest).Draw(t, "amount")
			b.Transfers = append(b.Transfers, pay.Transfer{Number: i + 1, EndToEnd: pay.EndToEnd(refund.ID(1<<62+i), 99, 99), Amount: amount, Payee: p, About: rapid.String().Draw(t, "about")})
			b.Total, b.Count = b.Total+amount, i+1
		}
		f, err := house(&testing.T{}).File(b)
		if err != nil {
			t.Fatal(err)
		}
		if err := valid(f.Data); err != nil {
			t.Fatalf("%v in\n%s", err, f.Data)
		}
		again, err := house(&testing.T{}).File(b)
		if err != nil || !bytes.Equal(f.Data, again.Data) {
			t.Fatalf("the same batch is another file: %v", err)
		}
		var d document
		if err := xml.Unmarshal(f.Data, &d); err != nil {
			t.Fatal(err)
		}
		total := money.Amount{Currency: "EUR"}
		for i, x := range d.Init.Payment.Transfer {
			part, err := money.Parse(x.Amount.Sum, x.Amount.Currency)
			if err != nil || part.Minor != b.Transfers[i].Amount || x.To != b.Transfers[i].Payee.IBAN || x.EndToEnd != b.Transfers[i].EndToEnd {
				t.Fatalf("%+v, %v", x, err)
			}
			total, _ = total.Add(part)
		}
		if d.Init.Header.Sum != total.String() || d.Init.Payment.Sum != total.String() || d.Init.Header.Count != b.Count || d.Init.Payment.Count != b.Count {
			t.Fatalf("control sum %s of %s", d.Init.Header.Sum, total)
		}
	})
}

func TestTheWalkOfTheSchemaRefuses(t *testing.T) {
	f, err := house(t).File(batch(pay.Payee{Name: "Anna", IBAN: "DE89370400440532013000"}))
	if err != nil {
		t.Fatal(err)
	}
	good := string(f.Data)
	if err := valid(f.Data); err != nil {
		t.Fatal(err)
	}
	for _, change := range [][2]string{
		{"<ChrgBr>SLEV</ChrgBr>", ""}, {"<ChrgBr>SLEV</ChrgBr>", "<ChrgBr>SHAR</ChrgBr>"}, {"Anna", "Änna"}, {"pain.001.001.09", "pain.001.001.03"},
		{"<PmtMtd>TRF</PmtMtd>", "<PmtMtd>TRF</PmtMtd><Extra/>"}, {"0.07", "0.7"}, {"<Dt>", "<DtTm>"},
	} {
		if bad := strings.Replace(good, change[0], change[1], 1); bad == good || valid([]byte(bad)) == nil {
			t.Errorf("%q for %q passes", change[1], change[0])
		}
	}
}

func TestNamesAreWrittenInWhatBanksCarry(t *testing.T) {
	for name, want := range map[string]string{
		"Jürgen Groß-Müller": "Jurgen Gross-Muller", "Łukasz Żółć": "Lukasz Zolc", "Σωκράτης Παπαδόπουλος": "Sokratis Papadopoylos", "Мария Цветкова": "Mariya Tsvetkova",
		"François & Søren Ærø": "Francois + Soren AEro", "//Anna//B/": "Anna/B", "王小明": "...", "O’Neill, Seán": "O'Neill, Sean", "ﬁsh": "fish", "a\u0301": "a", "İpek": "Ipek",
	} {
		if got := letters(name, 70); got != want {
			t.Errorf("%q is %q; want %q", name, got, want)
		}
	}
}

func TestDaysOnWhichTARGETIsOpen(t *testing.T) {
	for told, want := range map[string]string{
		"2026-11-20": "2026-11-23", "2026-04-02": "2026-04-07", "2027-03-25": "2027-03-30", "2026-12-24": "2026-12-28", "2026-12-31": "2027-01-04", "2026-04-30": "2026-05-04",
		"2028-04-13": "2028-04-18", "2026-11-23": "2026-11-24", "2026-05-24": "2026-05-25", // Whit Monday is open
	} {
		at, _ := time.Parse(time.DateOnly, told)
		if got := house(t).Day(at.Add(23 * time.Hour)).Format(time.DateOnly); got != want {
			t.Errorf("told on %s it is executed on %s; want %s", told, got, want)
		}
	}
	// Sundays of Easter, from the table of the Astronomical Society.
	for year, want := range map[int]string{2024: "03-31", 2025: "04-20", 2026: "04-05", 2027: "03-28", 2028: "04-16", 2029: "04-01", 2030: "04-21", 2038: "04-25", 2285: "03-22"} {
		if got := easter(year).Format("01-02"); got != want {
			t.Errorf("Easter of %d is %s; want %s", year, got, want)
		}
	}
}

func TestWhatAFileCannotCarryIsOnAList(t *testing.T) {
	eur, anna := money.Amount{Minor: 100, Currency: "EUR"}, pay.Payee{Name: "Anna", IBAN: "DE89370400440532013000"}
	b := house(t)
	for name, c := range map[string]struct {
		p    pay.Payee
		a    money.Amount
		want bool
	}{
		"euros in the area":      {anna, eur, true},
		"Switzerland":            {pay.Payee{Name: "Urs", IBAN: "CH9300762011623852957"}, eur, false},
		"no IBAN":                {pay.Payee{Name: "Bob", Account: "021000021 12345678"}, eur, false},
		"another currency":       {anna, money.Amount{Minor: 100, Currency: "PLN"}, false},
		"more than one may send": {anna, money.Amount{Minor: largest + 1, Currency: "EUR"}, false},
	} {
		if b.Takes(c.p, c.a) != c.want {
			t.Errorf("%s: %v", name, !c.want)
		}
	}
	none, err := Driver().Bank(connector.Settings{Values: map[string]string{"holder": "Greywing"}})
	if err != nil || none.Takes(anna, eur) {
		t.Errorf("from an account without an IBAN: %v", err)
	}
	l := batch(pay.Payee{Name: "=cmd()", Account: "+1 bank"})
	l.Format, l.Currency = pay.ByList, "JPY"
	f, err := b.File(l)
	if err != nil || !strings.Contains(string(f.Data), `1,`+l.Transfers[0].EndToEnd+`,7,JPY,'=cmd(),,,'+1 bank,Refund #100`) {
		t.Errorf("%s, %v", f.Data, err)
	}
	for _, bad := range []map[string]string{{"holder": "x", "iban": "DE88370400440532013000"}, {"holder": "x", "bic": "nope"}} {
		if _, err := Driver().Bank(connector.Settings{Values: bad}); err == nil {
			t.Errorf("%v is taken", bad)
		}
	}
}

func statement(space, inner string) []byte {
	return []byte(`<?xml version="1.0" encoding="UTF-8"?><Document xmlns="urn:iso:std:iso:20022:tech:xsd:` + space + `"><BkToCstmrStmt><GrpHdr><MsgId>S</MsgId></GrpHdr><Stmt><Id>1</Id>` + inner + `</Stmt></BkToCstmrStmt></Document>`)
}

// Both versions that banks send, single bookings and batches booked as one, returns with their reason, and what is none of
// ours.
func TestStatementsAreRead(t *testing.T) {
	for name, c := range map[string]struct {
		space, in, want string
	}{
		"version 08": {"camt.053.001.08", `<Ntry><Amt Ccy="EUR">12.50</Amt><CdtDbtInd>DBIT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts><NtryDtls><TxDtls><Refs><EndToEndId>GW1-1-1</EndToEndId></Refs><Amt Ccy="EUR">12.50</Amt><CdtDbtInd>DBIT</CdtDbtInd></TxDtls></NtryDtls></Ntry>`,
			"[{GW1-1-1  12.50 EUR succeeded }]"},
		"version 02": {"camt.053.001.02", `<Ntry><Amt Ccy="EUR">12.50</Amt><CdtDbtInd>DBIT</CdtDbtInd><Sts>BOOK</Sts><NtryDtls><TxDtls><Refs><EndToEndId>GW1-1-1</EndToEndId></Refs><AmtDtls><TxAmt><Amt Ccy="EUR">12.50</Amt></TxAmt></AmtDtls></TxDtls></NtryDtls></Ntry>`,
			"[{GW1-1-1  12.50 EUR succeeded }]"},
		"a return": {"camt.054.001.08", `<Ntry><Amt Ccy="EUR">11.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts><NtryDtls><TxDtls><Refs><EndToEndId>GW1-1-1</EndToEndId></Refs><Amt Ccy="EUR">11.00</Amt><AmtDtls><InstdAmt><Amt Ccy="EUR">12.50</Amt></InstdAmt></AmtDtls><RtrInf><Rsn><Cd>AC04</Cd></Rsn></RtrInf></TxDtls></NtryDtls></Ntry>`,
			"[{GW1-1-1  12.50 EUR reversed AC04}]"},
		"several in one": {"camt.053.001.08", `<Ntry><Amt Ccy="EUR">3.00</Amt><CdtDbtInd>DBIT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts><NtryDtls><TxDtls><Refs><EndToEndId>A</EndToEndId></Refs><Amt Ccy="EUR">1.00</Amt></TxDtls><TxDtls><Refs><EndToEndId>B</EndToEndId></Refs><Amt Ccy="EUR">2.00</Amt></TxDtls></NtryDtls></Ntry>`,
			"[{A  1.00 EUR succeeded } {B  2.00 EUR succeeded }]"},
		"a batch as one": {"camt.053.001.08", `<Ntry><Amt Ccy="EUR">3.00</Amt><CdtDbtInd>DBIT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts><NtryDtls><Btch><PmtInfId>GWB1</PmtInfId><NbOfTxs>2</NbOfTxs></Btch></NtryDtls></Ntry>`,
			"[{ GWB1 3.00 EUR succeeded }]"},
		"not booked yet": {"camt.053.001.08", `<Ntry><Amt Ccy="EUR">1.00</Amt><CdtDbtInd>DBIT</CdtDbtInd><Sts><Cd>PDNG</Cd></Sts><NtryDtls><TxDtls><Refs><EndToEndId>A</EndToEndId></Refs></TxDtls></NtryDtls></Ntry>`,
			"[{A  1.00 EUR pending }]"},
		"told only": {"camt.053.001.08", `<Ntry><Amt Ccy="EUR">1.00</Amt><CdtDbtInd>DBIT</CdtDbtInd><Sts><Cd>INFO</Cd></Sts><NtryDtls><TxDtls><Refs><EndToEndId>A</EndToEndId></Refs></TxDtls></NtryDtls></Ntry>`, "[]"},
		"no name":   {"camt.053.001.08", `<Ntry><Amt Ccy="EUR">1.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts><NtryDtls><TxDtls><Refs><EndToEndId>NOTPROVIDED</EndToEndId></Refs></TxDtls></NtryDtls></Ntry>`, "[]"},
	} {
		got, err := Read(statement(c.space, c.in))
		text := "["
		for i, b := range got {
			if i > 0 {
				text += " "
			}
			text += fmt.Sprintf("{%s %s %s %s %s %s}", b.EndToEnd, b.Batch, b.Amount, b.Amount.Currency, b.Outcome, b.Code)
		}
		if text += "]"; err != nil || text != c.want {
			t.Errorf("%s: %s, %v; want %s", name, text, err, c.want)
		}
	}
}

func TestWhatIsNoStatementIsRefused(t *testing.T) {
	bomb := `<!DOCTYPE lolz [<!ENTITY lol "lol"><!ENTITY lol2 "&lol;&lol;">]>` + string(statement("camt.053.001.08", "&lol2;"))
	for name, data := range map[string][]byte{
		"nothing": nil, "text": []byte("hello"), "another message": statement("pain.001.001.09", ""), "cut off": statement("camt.053.001.08", "<Ntry>")[:120], "entities": []byte(bomb),
		"too deep": statement("camt.053.001.08", strings.Repeat("<a>", 100)+strings.Repeat("</a>", 100)), "too large": bytes.Repeat([]byte(" "), MostStatement+1),
		"another charset": []byte(`<?xml version="1.0" encoding="utf-16"?><Document/>`),
	} {
		if got, err := Read(data); err == nil {
			t.Errorf("%s is read as %+v", name, got)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add(statement("camt.053.001.08", `<Ntry><Amt Ccy="EUR">1.00</Amt><CdtDbtInd>DBIT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts><NtryDtls><TxDtls><Refs><EndToEndId>A</EndToEndId></Refs></TxDtls></NtryDtls></Ntry>`))
	f.Add([]byte("<Document"))
	f.Fuzz(func(t *testing.T, data []byte) {
		got, err := Read(data)
		if err != nil && got != nil {
			t.Errorf("%+v with %v", got, err)
		}
		for _, b := range got {
			if (b.EndToEnd == "") == (b.Batch == "") || b.Outcome == "" {
				t.Errorf("%+v", b)
			}
		}
		if err == nil && len(data) > 0 {
			if _, err := xml.NewDecoder(bytes.NewReader(data)).Token(); err != nil && !errors.Is(err, io.EOF) {
				t.Errorf("read although %v", err)
			}
		}
	})
}

func FuzzLetters(f *testing.F) {
	f.Add("Jürgen //")
	f.Fuzz(func(t *testing.T, text string) {
		out := letters(text, 70)
		if len(out) > 70 || strings.Contains(out, "//") || strings.HasPrefix(out, "/") || strings.HasSuffix(out, "/") {
			t.Errorf("%q is %q", text, out)
		}
		if i := slices.IndexFunc([]rune(out), func(r rune) bool { return !strings.ContainsRune(carried, r) }); i >= 0 {
			t.Errorf("%q is %q", text, out)
		}
	})
}
