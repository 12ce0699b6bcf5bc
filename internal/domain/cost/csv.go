package cost

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/money"
)

// The columns of the tables that books are exchanged as. A lane has a row for each
// band. Amounts are decimals of the book's currency.
var (
	laneColumns  = []string{"way", "from", "to", "route", "up_to_grams", "freight", "fee", "days", "duty_back"}
	goodsColumns = []string{"sku", "cost", "resale_a", "resale_b", "resale_c", "grams"}
)

// LanesCSV writes the lanes of a book as a table.
func (b Book) LanesCSV() []byte {
	rows := [][]string{laneColumns}
	for _, l := range b.Lanes {
		for _, band := range l.Bands {
			rows = append(rows, []string{l.Way, l.From, l.To, l.Route, strconv.FormatInt(band.Grams, 10), b.decimal(&band.Freight), b.decimal(&l.Fee), strconv.Itoa(l.Days), string(l.DutyBack)})
		}
	}
	return table(rows)
}

// GoodsCSV writes the goods of a book as a table.
func (b Book) GoodsCSV() []byte {
	rows := [][]string{goodsColumns}
	for _, g := range b.Goods {
		grams := ""
		if g.Grams > 0 {
			grams = strconv.FormatInt(g.Grams, 10)
		}
		rows = append(rows, []string{g.SKU, b.decimal(g.Cost), b.decimal(g.ResaleA), b.decimal(g.ResaleB), b.decimal(g.ResaleC), grams})
	}
	return table(rows)
}

func table(rows [][]string) []byte {
	var out bytes.Buffer
	if err := csv.NewWriter(&out).WriteAll(rows); err != nil {
		panic("cost: " + err.Error()) // a buffer takes all
	}
	return out.Bytes()
}

// decimal writes an amount without its currency; nil is empty.
func (b Book) decimal(n *int64) string {
	if n == nil {
		return ""
	}
	a, err := money.New(*n, b.Currency)
	if err != nil {
		return ""
	}
	return a.String()
}

// ReadCSV puts the table of a file in the place of the book's lanes or goods, by
// its columns. The book must have its currency. What cannot be read is errs.Invalid
// with its line; the book still has to be checked.
func (b Book) ReadCSV(in io.Reader) (Book, error) {
	r := csv.NewReader(in)
	r.FieldsPerRecord, r.TrimLeadingSpace = -1, true
	head, err := r.Read()
	if err != nil {
		return b, errs.Field("file", "error.cost_file")
	}
	if len(head) > 0 {
		head[0] = strings.TrimPrefix(head[0], "\ufeff")
	}
	for i := range head {
		head[i] = strings.ToLower(strings.TrimSpace(head[i]))
	}
	goods := slices.Contains(head, "sku")
	for _, name := range head {
		if goods && !slices.Contains(goodsColumns, name) || !goods && !slices.Contains(laneColumns, name) {
			return b, errs.Field("file", "error.cost_column", "column", name)
		}
	}
	if !goods && (!slices.Contains(head, "way") || !slices.Contains(head, "route") || !slices.Contains(head, "freight")) {
		return b, errs.Field("file", "error.cost_file")
	}
	if goods {
		b.Goods = nil
	} else {
		b.Lanes = nil
	}
	for {
		fields, err := r.Read()
		if errors.Is(err, io.EOF) {
			return b, nil
		}
		if bad := new(csv.ParseError); errors.As(err, &bad) {
			return b, errs.Field("file", "error.cost_line", "line", bad.Line)
		}
		if err != nil {
			return b, errs.Field("file", "error.cost_file")
		}
		line, _ := r.FieldPos(0)
		if len(fields) > len(head) {
			return b, errs.Field("file", "error.cost_line", "line", line)
		}
		row := reader{book: &b, cells: map[string]string{}}
		for i, text := range fields {
			row.cells[head[i]] = strings.TrimSpace(text)
		}
		if goods {
			row.goods()
		} else {
			row.lane()
		}
		if row.bad != "" {
			return b, errs.Field("file", "error.cost_cell", "line", line, "column", row.bad, "text", row.cells[row.bad])
		}
		if len(b.Goods) > MaxGoods || len(b.Lanes) > MaxLanes {
			return b, errs.Field("file", "error.policy_list", "most", MaxGoods)
		}
	}
}

// reader reads one row.
type reader struct {
	book  *Book
	cells map[string]string
	bad   string // the first column that cannot be read
}

func (r *reader) number(column string) int64 {
	text := r.cells[column]
	if text == "" {
		return 0
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil && r.bad == "" {
		r.bad = column
	}
	return n
}

func (r *reader) amount(column string) *int64 {
	text := r.cells[column]
	if text == "" {
		return nil
	}
	a, err := money.Parse(text, r.book.Currency)
	if err != nil {
		if r.bad == "" {
			r.bad = column
		}
		return nil
	}
	return &a.Minor
}

func (r *reader) sum(column string) int64 {
	if n := r.amount(column); n != nil {
		return *n
	}
	return 0
}

func (r *reader) goods() {
	r.book.Goods = append(r.book.Goods, Goods{SKU: r.cells["sku"], Cost: r.amount("cost"), ResaleA: r.amount("resale_a"), ResaleB: r.amount("resale_b"), ResaleC: r.amount("resale_c"), Grams: r.number("grams")})
}

func (r *reader) lane() {
	l := Lane{Way: r.cells["way"], From: strings.ToUpper(r.cells["from"]), To: strings.ToUpper(r.cells["to"]), Route: r.cells["route"], Fee: r.sum("fee"), Days: int(r.number("days")), DutyBack: Percent(r.cells["duty_back"])}
	band := Band{Grams: r.number("up_to_grams"), Freight: r.sum("freight")}
	for i := range r.book.Lanes {
		x := &r.book.Lanes[i]
		if x.Way == l.Way && x.From == l.From && x.To == l.To && x.Route == l.Route {
			x.Bands = append(x.Bands, band)
			return
		}
	}
	l.Bands = []Band{band}
	r.book.Lanes = append(r.book.Lanes, l)
}
