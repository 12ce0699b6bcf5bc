package importer

import (
	"encoding/json"
	"errors"
	"io"
	"strings"

	"godwit.dev/godwit/internal/base/errs"
)

// Rows reads the rows of a file of another kind than orders, one by one: a CSV
// file whose columns are mapped to the fields of a schema, or a JSONL file whose
// objects have those fields. Both are bounded and read as those of orders are.
type Rows struct {
	// Columns is the column of each field that has one, Ignored the columns that
	// are not read. Both are empty for JSONL.
	Columns map[string]string
	Ignored []string

	schema Schema
	sheet  *sheet  // of CSV
	lines  *reader // of JSONL
}

// Row is what one row says.
type Row struct {
	Line   int
	Values map[string]string // by field; empty ones are left out
	Bad    *RowError         // why it cannot be read, or nil
}

// OpenRows begins to read a file. Of the options Charset and Progress count. It
// fails with errs.Invalid if the file cannot be understood at all.
func OpenRows(r io.Reader, format Format, schema Schema, m Mapping, o Options) (*Rows, error) {
	head, rest, err := peek(&counter{r: r, total: size(r), tell: o.Progress}, sniffSize)
	if err != nil {
		return nil, err
	}
	rows := &Rows{schema: schema}
	switch format {
	case CSV:
		if rows.sheet, err = openSheet(rest, head, schema, m, o.Charset); err != nil {
			return nil, err
		}
		rows.Columns, rows.Ignored = rows.sheet.columns()
	case JSONL:
		rows.lines = newReader(rest)
	default:
		return nil, errs.Field("format", "error.import_format", "format", string(format))
	}
	return rows, nil
}

// Next returns the next row, io.EOF after the last. A row that is bad is no error.
func (rs *Rows) Next() (Row, error) {
	if rs.sheet != nil {
		return rs.cells()
	}
	return rs.object()
}

// Column returns how the file calls a field.
func (rs *Rows) Column(field string) string {
	if c := rs.Columns[field]; c != "" {
		return c
	}
	return field
}

// Error says that a field of a row is bad.
func (rs *Rows) Error(row Row, field string, why Reason) RowError {
	return RowError{Line: row.Line, Column: rs.Column(field), Value: shorten(row.Values[field]), Reason: why}
}

func unread(line int, err error) (Row, error) {
	switch {
	case errors.Is(err, errQuote):
		return Row{Line: line, Bad: &RowError{Line: line, Reason: ReasonQuote}}, nil
	case errors.Is(err, errLong):
		return Row{Line: line, Bad: &RowError{Line: line, Reason: ReasonTooLong}}, nil
	}
	return Row{}, err
}

func (rs *Rows) cells() (Row, error) {
	for {
		values, line, err := rs.sheet.in.read()
		if err != nil {
			return unread(line, err)
		}
		if strings.TrimSpace(strings.Join(values, "")) == "" {
			continue
		}
		if more := rs.sheet.beyond(values); more != "" {
			return Row{Line: line, Bad: &RowError{Line: line, Value: shorten(more), Reason: ReasonColumns}}, nil
		}
		row := Row{Line: line, Values: make(map[string]string, len(rs.sheet.at))}
		for field := range rs.sheet.at {
			if v := rs.sheet.text(values, field); v != "" {
				row.Values[field] = v
			}
		}
		return row, nil
	}
}

func (rs *Rows) object() (Row, error) {
	for {
		text, err := rs.lines.takeLine()
		line := rs.lines.line
		if err != nil {
			return unread(line, err)
		}
		if text = strings.TrimSpace(strings.TrimPrefix(text, "\uFEFF")); text == "" {
			continue
		}
		bad := func(field string) (Row, error) {
			return Row{Line: line, Bad: &RowError{Line: line, Column: field, Value: shorten(text), Reason: ReasonRecord}}, nil
		}
		var record map[string]json.RawMessage
		if err := json.Unmarshal([]byte(text), &record); err != nil || record == nil {
			return bad("")
		}
		row := Row{Line: line, Values: make(map[string]string, len(record))}
		for field, raw := range record {
			if !rs.schema.has(field) {
				return bad(field)
			}
			v, ok := scalar(raw)
			if !ok {
				return bad(field)
			}
			if v = strings.TrimSpace(v); v != "" {
				row.Values[field] = v
			}
		}
		return row, nil
	}
}

// scalar returns the text of a JSON string, or a number as it was written.
func scalar(raw json.RawMessage) (string, bool) {
	var s *string
	if json.Unmarshal(raw, &s) == nil {
		if s == nil {
			return "", true
		}
		return *s, true
	}
	var n json.Number
	if json.Unmarshal(raw, &n) != nil {
		return "", false
	}
	return n.String(), true
}

func (s Schema) has(field string) bool {
	for _, f := range s.Fields {
		if f.Name == field {
			return true
		}
	}
	return false
}
