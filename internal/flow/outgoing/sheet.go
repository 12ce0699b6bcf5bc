package outgoing

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/platform/auth"
)

// Bounds of a sheet of tracking numbers.
const (
	MaxSheet = 1 << 20 // bytes
	MaxRows  = 1000
)

// columns are those of a sheet for whoever packs. What comes back needs the first and the last two.
var columns = []string{"replacement", "case", "sku", "title", "quantity", "name", "company", "line1", "line2", "postcode", "city", "region", "country", "phone", "carrier", "tracking"}

// Code is a replacement's number as a sheet has it: letters and digits, since spreadsheets round what is only digits.
func (n ID) Code() string { return "R" + strings.ToUpper(strconv.FormatInt(int64(n), 36)) }

// readCode reads a number as Code writes it; false if it is none.
func readCode(text string) (ID, bool) {
	rest, ok := strings.CutPrefix(strings.ToUpper(text), "R")
	n, err := strconv.ParseInt(rest, 36, 64)
	return ID(n), ok && err == nil && n > 0 && ID(n).Code() == "R"+rest
}

// rounded is what a spreadsheet makes of a long number.
var rounded = regexp.MustCompile(`^\d[.,]?\d*[eE]\+?\d+$`)

// WriteSheet writes what is to be sent as CSV in UTF-8 with a byte order mark, a row for each line of each replacement, with
// carrier and tracking left open. What is not ready, or left, is passed over. Cells that a spreadsheet would take for a formula
// begin with an apostrophe. It is pure.
func WriteSheet(list []Parcel) []byte {
	var out bytes.Buffer
	out.WriteString("\ufeff")
	w := csv.NewWriter(&out)
	w.UseCRLF = true
	_ = w.Write(columns) // a buffer takes all
	for _, p := range list {
		if p.State != ToSend || !p.Ready() {
			continue
		}
		for _, l := range p.Lines {
			a := p.To
			row := []string{p.ID.Code(), strconv.FormatInt(p.Number, 10), l.SKU, l.Title, strconv.FormatInt(l.Quantity, 10), a.Name, a.Company, a.Line1, a.Line2, a.Postcode, a.City, a.Region, a.Country, a.Phone, "", ""}
			for i, text := range row {
				if text != "" && strings.ContainsRune("=+-@\t\r", rune(text[0])) {
					row[i] = "'" + text
				}
			}
			_ = w.Write(row)
		}
	}
	w.Flush()
	return out.Bytes()
}

// Number is the number under which somebody says that a replacement left.
type Number struct {
	Line     int // of the sheet, from 1
	ID       ID
	Carrier  string
	Tracking string
}

// ReadSheet reads tracking numbers from a sheet with a header, separated by commas, semicolons or tabs; columns but
// replacement, carrier and tracking are passed over, and so are rows without a number. A replacement has one number however
// many rows it has, and a number one replacement. What is wrong is errs.Invalid and names the line. It is pure.
func ReadSheet(data []byte) ([]Number, error) {
	bad := func(n int, why string) error {
		return errs.Field("sheet", "error.outgoing_sheet", "line", n, "why", why)
	}
	if len(data) > MaxSheet {
		return nil, errs.Field("sheet", "error.goods_long", "max", MaxSheet)
	}
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	if !utf8.Valid(data) {
		return nil, bad(1, "UTF-8")
	}
	r := csv.NewReader(bytes.NewReader(data))
	r.FieldsPerRecord = -1
	first, _, _ := bytes.Cut(data, []byte("\n"))
	for _, sep := range []rune{';', '\t'} {
		if bytes.ContainsRune(first, sep) && !bytes.ContainsRune(first, ',') {
			r.Comma = sep
		}
	}
	r.TrimLeadingSpace = r.Comma != '\t'
	head, err := r.Read()
	if err != nil {
		return nil, bad(1, "replacement, tracking")
	}
	at := map[string]int{}
	for i, name := range head {
		name = strings.ToLower(strings.TrimSpace(name))
		if _, twice := at[name]; twice && slices.Contains(columns, name) {
			return nil, bad(1, name)
		}
		at[name] = i
	}
	for _, name := range []string{"replacement", "tracking"} {
		if _, ok := at[name]; !ok {
			return nil, bad(1, name)
		}
	}
	var out []Number
	for {
		row, err := r.Read()
		if errors.Is(err, io.EOF) {
			return out, nil
		}
		if wrong := new(csv.ParseError); errors.As(err, &wrong) {
			return nil, bad(wrong.Line, "CSV")
		}
		if err != nil {
			return nil, err
		}
		line, _ := r.FieldPos(0)
		get := func(name string) string {
			if i, ok := at[name]; ok && i < len(row) {
				return strings.Join(strings.Fields(strings.TrimPrefix(strings.TrimSpace(row[i]), "'")), " ")
			}
			return ""
		}
		n := Number{Line: line, Carrier: get("carrier"), Tracking: get("tracking")}
		if n.Tracking == "" {
			continue
		}
		var ok bool
		if n.ID, ok = readCode(get("replacement")); !ok {
			return nil, bad(line, "replacement")
		}
		key := order.TrackingKey(n.Tracking)
		if key == "" || rounded.MatchString(n.Tracking) || len(n.Tracking) > maxTracking || len(n.Carrier) > maxText {
			return nil, bad(line, "tracking")
		}
		same := slices.IndexFunc(out, func(o Number) bool { return o.ID == n.ID || order.TrackingKey(o.Tracking) == key })
		switch {
		case same >= 0 && (out[same].ID != n.ID || order.TrackingKey(out[same].Tracking) != key):
			return nil, bad(line, "tracking")
		case same >= 0:
			continue
		case len(out) >= MaxRows:
			return nil, errs.Field("sheet", "error.outgoing_rows", "max", MaxRows)
		}
		out = append(out, n)
	}
}

// Report is what becomes, or became, of a number.
type Report struct {
	Number
	Parcel Parcel // as it stands; zero where the actor does not see it
	Known  bool   // it left under that number already
	Err    error  // why it cannot be; nil if it can
}

// Foresee says what SendAll would do with numbers, and writes nothing. It needs WriteCases.
func (s *Service) Foresee(ctx context.Context, actor auth.Actor, list []Number) ([]Report, error) {
	if err := actor.Can(auth.WriteCases); err != nil {
		return nil, err
	}
	out := make([]Report, len(list))
	for i, n := range list {
		r := Report{Number: n}
		p, err := s.Get(ctx, actor, n.ID)
		switch r.Parcel = p; {
		case err != nil && !errs.Is(err, errs.NotFound):
			return nil, err
		case err != nil:
			r.Err = err
		case p.State == Sent && order.TrackingKey(p.Tracking) == order.TrackingKey(n.Tracking):
			r.Known = true
		case p.State != ToSend && p.State != Short:
			r.Err = errs.New(errs.Conflict, "error.outgoing_state")
		case !p.Ready():
			r.Err = errs.New(errs.Conflict, "error.outgoing_unready")
		}
		out[i] = r
	}
	return out, nil
}

// SendAll is Send for each of some numbers that Foresee has nothing against, each in a transaction of its own: what cannot be
// is told with its number, and keeps no other back. A repeat changes nothing. It needs WriteCases.
func (s *Service) SendAll(ctx context.Context, actor auth.Actor, list []Number) ([]Report, error) {
	out, err := s.Foresee(ctx, actor, list)
	if err != nil {
		return nil, err
	}
	for i, r := range out {
		if r.Err != nil || r.Known {
			continue
		}
		p, err := s.Send(ctx, actor, r.ID, r.Carrier, r.Tracking)
		switch kind := errs.KindOf(err); {
		case err == nil:
			out[i].Parcel = p
		case kind == errs.Invalid || kind == errs.Conflict || kind == errs.NotFound:
			out[i].Err = err
		default:
			return nil, err
		}
	}
	return out, nil
}
