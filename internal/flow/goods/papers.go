package goods

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/i18n"
	"godwit.dev/godwit/internal/base/money"
	"godwit.dev/godwit/internal/base/paper"
	"godwit.dev/godwit/internal/domain/plan"
	"godwit.dev/godwit/internal/platform/auth"
)

// Papers returns what customs wants of a parcel on its way back, as PDF: the form CN 22 to stick on, or CN 23, and a
// commercial invoice, which say that these are returned goods. Forms are in English and French, the languages of the UPU.
// What is not known of the goods is left open, to be written in. It fails with errs.NotFound where the way leads through
// no customs, with errs.Conflict as Label does, and needs ReadCases.
func (s *Service) Papers(ctx context.Context, actor auth.Actor, number ParcelID) ([]byte, error) {
	return s.print(ctx, actor, number, func(p Parcel, to Place) ([]byte, error) {
		d, err := s.declaration(ctx, p, to)
		if err != nil {
			return nil, err
		}
		if d.Form == NoForm {
			return nil, errs.New(errs.NotFound, "error.goods_no_customs")
		}
		x := customs{paper.New(paper.A4, string(d.Form)+" "+Spaced(p.RMA), s.clock()), d, p, s.clock().Format("2006-01-02"), i18n.For(i18n.English)}
		x.Page()
		if d.Form == CN22 {
			x.cn22()
		} else {
			x.cn23()
		}
		x.Page()
		if err := x.invoice(); err != nil {
			return nil, err
		}
		return x.Bytes()
	})
}

type customs struct {
	*paper.Sheet
	Declaration
	parcel Parcel
	day    string
	say    *i18n.Printer
}

// sum writes an amount without its currency, nothing for one that is not known.
func (x customs) sum(minor int64) string {
	if minor == 0 {
		return ""
	}
	return money.Amount{Minor: minor, Currency: x.Currency}.String()
}

func kilos(grams int64) string {
	if grams == 0 {
		return ""
	}
	return fmt.Sprintf("%.3f", float64(grams)/1000)
}

// cell draws a framed field with its heading and what stands in it.
func (x customs) cell(b paper.Box, head, text string) {
	x.Frame(b, 0.2)
	h := 0.0
	if head != "" {
		h = x.Text(paper.Box{X: b.X + 1, Y: b.Y + 0.5, Width: b.Width - 2, Height: min(b.Height/2, 8)}, head, paper.Style{Size: 5.5, Lead: 1.1})
	}
	x.Text(paper.Box{X: b.X + 1.5, Y: b.Y + h + 0.8, Width: b.Width - 3, Height: b.Height - h - 1.2}, text, paper.Style{Size: 8, Lead: 1.2, Align: paper.Left})
}

// kinds are the boxes of both forms that say what an item is.
var itemKinds = []string{"Gift\nCadeau", "Documents", "Commercial sample\nÉchantillon commercial", "Sale of goods\nVente de marchandises", "Returned goods\nRetour de marchandise", "Other\nAutre"}

const returned = 4

func (x customs) kinds(b paper.Box, columns int) {
	x.Frame(b, 0.2)
	w := b.Width / float64(columns)
	rows := (len(itemKinds) + columns - 1) / columns
	h := b.Height / float64(rows)
	for i, k := range itemKinds {
		cx, cy := b.X+float64(i%columns)*w, b.Y+float64(i/columns)*h
		x.Tick(cx+1.5, cy+1.2, 2.6, i == returned)
		x.Text(paper.Box{X: cx + 5.2, Y: cy + 0.6, Width: w - 6, Height: h - 0.8}, k, paper.Style{Size: 5.5, Lead: 1.1})
	}
}

// cn22 draws the form of the UPU, 74 by 105 mm, in the corner of the page.
func (x customs) cn22() {
	const left, top, width = 10.0, 10.0, 74.0
	at := func(dx, dy, w, h float64) paper.Box { return paper.Box{X: left + dx, Y: top + dy, Width: w, Height: h} }
	x.Frame(at(0, 0, width, 105), 0.4)
	x.Text(at(1.5, 1, 50, 8), "CUSTOMS DECLARATION\nDÉCLARATION EN DOUANE", paper.Style{Size: 7.5, Bold: true, Lead: 1.15})
	x.Text(at(45, 1, 27.5, 5), "CN 22", paper.Style{Size: 10, Bold: true, Align: paper.Right})
	x.Text(at(1.5, 8, 71, 4), "May be opened officially  ·  Peut être ouvert d’office", paper.Style{Size: 6})
	x.kinds(at(0, 12, width, 15), 2)
	cols := []float64{0, 40, 56, width}
	heads := []string{"Quantity and detailed description of contents (1)\nQuantité et description détaillée du contenu", "Net weight, kg (2)\nPoids net", "Value and currency (3)\nValeur et monnaie"}
	for i, h := range heads {
		x.cell(at(cols[i], 27, cols[i+1]-cols[i], 8), h, "")
	}
	const rows = 4
	for i := range rows {
		y := 35 + float64(i)*7.5
		var v [3]string
		if i < len(x.Lines) {
			l := x.Lines[i]
			v = [3]string{fmt.Sprintf("%d × %s", l.Quantity, l.Title), kilos(l.Grams), strings.TrimSpace(x.sum(l.Value) + " " + x.Currency)}
			if i == rows-1 && len(x.Lines) > rows {
				v = [3]string{"See invoice / Voir facture", "", ""}
			}
		}
		for j := range v {
			x.cell(at(cols[j], y, cols[j+1]-cols[j], 7.5), "", v[j])
		}
	}
	hs, origin := x.tariff()
	x.cell(at(0, 65, 40, 12), "For commercial items only: HS tariff number (4) and country of origin of goods (5)\nN° tarifaire du SH et pays d’origine des marchandises", strings.TrimSpace(hs+"  "+origin))
	x.cell(at(40, 65, 16, 12), "Total weight, kg (6)\nPoids total", kilos(x.Grams))
	x.cell(at(56, 65, 18, 12), "Total value (7)\nValeur totale", strings.TrimSpace(x.sum(x.Value)+" "+x.Currency))
	x.Text(at(1.5, 78, 71, 15), certify, paper.Style{Size: 5.5, Lead: 1.15})
	x.cell(at(0, 93, width, 12), "Date and sender’s signature (8)\nDate et signature de l’expéditeur", "")
	x.Text(at(width+6, 0, 100, 60), "Stick this form on the parcel, sign it, and put the invoice that follows into the parcel or a pouch on it.", paper.Style{Size: 9})
}

const certify = "I, the undersigned, whose name and address are given on the item, certify that the particulars given in this declaration are correct and that this item does not contain any dangerous article or articles prohibited by legislation or by postal or customs regulations. / Je, soussigné, certifie que les renseignements donnés dans la présente déclaration sont exacts et que cet envoi ne contient aucun objet dangereux ou interdit."

// tariff returns the codes and origins of all goods, each once.
func (x customs) tariff() (hs, origin string) {
	var codes, from []string
	add := func(list *[]string, s string) {
		if s != "" && !slices.Contains(*list, s) {
			*list = append(*list, s)
		}
	}
	for _, l := range x.Lines {
		add(&codes, l.HSCode)
		add(&from, l.Origin)
	}
	return strings.Join(codes, ", "), strings.Join(from, ", ")
}

// cn23 draws the form of the UPU on the upper half of the page, 210 by 148 mm.
func (x customs) cn23() {
	const left, width = 8.0, 194.0
	at := func(dx, dy, w, h float64) paper.Box { return paper.Box{X: left + dx, Y: 8 + dy, Width: w, Height: h} }
	x.Frame(at(0, 0, width, 134), 0.4)
	x.Text(at(2, 1, 120, 5), "CUSTOMS DECLARATION  ·  DÉCLARATION EN DOUANE", paper.Style{Size: 9, Bold: true})
	x.Text(at(150, 1, 42, 5), "CN 23", paper.Style{Size: 11, Bold: true, Align: paper.Right})
	x.cell(at(0, 8, 97, 26), "From / De", lines(x.From))
	x.cell(at(97, 8, 97, 9), "Sender’s customs reference (if any) / Référence en douane de l’expéditeur", Spaced(x.parcel.RMA))
	x.cell(at(97, 17, 97, 9), "No. of item (barcode, if any) / N° de l’envoi", x.parcel.Tracking)
	x.cell(at(97, 26, 97, 8), "May be opened officially / Peut être ouvert d’office", "")
	x.cell(at(0, 34, 97, 24), "To / À", lines(x.To))
	x.cell(at(97, 34, 97, 12), "Importer’s reference (if any: tax code, VAT No., importer code) / Référence de l’importateur", "")
	x.cell(at(97, 46, 97, 12), "Importer’s telephone, fax, e-mail (if known) / N° de téléphone, fax, e-mail de l’importateur", x.To.Phone)
	cols := []float64{0, 78, 96, 118, 146, 172, width}
	heads := []string{"Detailed description of contents (1)\nDescription détaillée du contenu", "Quantity (2)\nQuantité", "Net weight, kg (3)\nPoids net", "Value (5) " + x.Currency + "\nValeur", "HS tariff number (7)\nN° tarifaire du SH", "Country of origin (8)\nPays d’origine"}
	for i, h := range heads {
		x.cell(at(cols[i], 58, cols[i+1]-cols[i], 7), h, "")
	}
	const rows = 5
	for i := range rows {
		y := 65 + float64(i)*6
		var v [6]string
		if i < len(x.Lines) {
			l := x.Lines[i]
			v = [6]string{l.Title, fmt.Sprint(l.Quantity), kilos(l.Grams), x.sum(l.Value), l.HSCode, l.Origin}
			if i == rows-1 && len(x.Lines) > rows {
				v = [6]string{"See invoice / Voir facture"}
			}
		}
		for j := range v {
			x.cell(at(cols[j], y, cols[j+1]-cols[j], 6), "", v[j])
		}
	}
	x.cell(at(0, 95, 97, 9), "", "")
	x.cell(at(97, 95, 32, 9), "Total gross weight, kg (4)\nPoids brut total", kilos(x.Grams))
	x.cell(at(129, 95, 32, 9), "Total value (6)\nValeur totale", strings.TrimSpace(x.sum(x.Value)+" "+x.Currency))
	x.cell(at(161, 95, 33, 9), "Postal charges / Fees (9)\nFrais de port / Frais", "")
	x.kinds(at(0, 104, 97, 15), 2)
	x.cell(at(97, 104, 97, 7.5), "Explanation / Explication", "Returned goods. Sold under order "+x.Order+" of "+x.SoldAt.Format("2006-01-02"))
	x.cell(at(97, 111.5, 97, 7.5), "Comments (11): e.g. goods subject to quarantine, sanitary or phytosanitary inspection / Observations", "")
	x.cell(at(0, 119, 30, 15), "Licence (12) / Licence\nNo(s).", "")
	x.cell(at(30, 119, 30, 15), "Certificate (13) / Certificat\nNo(s).", "")
	x.cell(at(60, 119, 37, 15), "Invoice (14) / Facture\nNo.", Spaced(x.parcel.RMA))
	x.Frame(at(97, 119, 97, 15), 0.2)
	x.Text(at(98, 119.5, 95, 8), certify, paper.Style{Size: 5, Lead: 1.1})
	x.Text(at(98, 128, 95, 5), "Date and sender’s signature (15) / Date et signature de l’expéditeur", paper.Style{Size: 5.5})
}

// relief says under which law goods that come back are free of duty, where that is certain.
func relief(country string) string {
	switch plan.Territory(country) {
	case plan.Territory("DE"):
		return "Relief from import duty is claimed for returned goods: Regulation (EU) No 952/2013, article 203 (within three years of export)."
	case "GB":
		return "Returned Goods Relief is claimed: HMRC Notice 236 (within three years of export)."
	}
	return "These goods come back to the seller unaltered. Relief from import duty is claimed as the law of the country of import gives it."
}

// invoice draws the commercial invoice of goods that come back: a value for customs alone.
func (x customs) invoice() error {
	x.Text(paper.Box{X: 15, Y: 14, Width: 120}, "Commercial invoice", paper.Style{Size: 20, Bold: true})
	x.Text(paper.Box{X: 15, Y: 24, Width: 120}, "Returned goods · value for customs purposes only · no payment is due", paper.Style{Size: 10})
	if err := x.Code128(paper.Box{X: 133, Y: 13, Width: 64, Height: 12}, x.parcel.RMA); err != nil {
		return err
	}
	x.Text(paper.Box{X: 133, Y: 26, Width: 64}, Spaced(x.parcel.RMA), paper.Style{Size: 10, Align: paper.Centre})
	x.cell(paper.Box{X: 15, Y: 35, Width: 90, Height: 32}, "Exporter (consumer who sends the goods back)", lines(x.From))
	x.cell(paper.Box{X: 105, Y: 35, Width: 90, Height: 32}, "Importer (seller, or who acts for them)", lines(x.To))
	ref := "Order " + x.Order + ", sold " + x.SoldAt.Format("2006-01-02")
	if !x.SentAt.IsZero() {
		ref += "\nExported " + x.SentAt.Format("2006-01-02")
		if x.SentBy != "" {
			ref += " under " + x.SentBy
		}
	}
	x.cell(paper.Box{X: 15, Y: 67, Width: 60, Height: 16}, "Invoice number and date", Spaced(x.parcel.RMA)+"\n"+x.day)
	x.cell(paper.Box{X: 75, Y: 67, Width: 60, Height: 16}, "Reason for export", "Returned goods")
	x.cell(paper.Box{X: 135, Y: 67, Width: 60, Height: 16}, "Reference of the original export", ref)
	cols := []float64{15, 85, 100, 122, 142, 157, 176, 195}
	row := func(y, h float64, bold bool, v ...string) {
		for i, t := range v {
			b := paper.Box{X: cols[i], Y: y, Width: cols[i+1] - cols[i], Height: h}
			x.Frame(b, 0.2)
			al := paper.Left
			if i == 1 || i >= 4 {
				al = paper.Right
			}
			x.Text(paper.Box{X: b.X + 1, Y: b.Y + 1, Width: b.Width - 2, Height: h - 1.5}, t, paper.Style{Size: 8, Bold: bold, Align: al})
		}
	}
	y := 88.0
	heads := []string{"Description", "Quantity", "HS code", "Origin", "kg", "Unit value", "Value"}
	row(y, 6, true, heads...)
	y += 6
	for _, l := range x.Lines {
		if y > 250 {
			x.Page()
			y = 15
			row(y, 6, true, heads...)
			y += 6
		}
		row(y, 9, false, l.Title+" "+l.SKU, fmt.Sprint(l.Quantity), l.HSCode, l.Origin, kilos(l.Grams), x.sum(l.Value/max(l.Quantity, 1)), x.sum(l.Value))
		y += 9
	}
	row(y, 7, true, "Total "+x.Currency, fmt.Sprint(x.parcel.Units()), "", "", kilos(x.Grams), "", x.sum(x.Value))
	y += 13
	y += x.Text(paper.Box{X: 15, Y: y, Width: 180}, relief(x.To.Country), paper.Style{Size: 9}) + 3
	x.Text(paper.Box{X: 15, Y: y, Width: 180}, "I declare that the information on this invoice is true and correct.", paper.Style{Size: 9})
	x.Line(15, y+24, 85, y+24, 0.2)
	x.Text(paper.Box{X: 15, Y: y + 25, Width: 90}, "Date and signature of the exporter", paper.Style{Size: 8})
	return nil
}
