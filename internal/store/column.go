package store

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"strings"
	"time"
)

// ms stores a time as Unix milliseconds; the zero time is NULL-safe as 0.
func ms(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

// optMS stores an optional time: zero is NULL.
func optMS(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.UnixMilli()
}

// opt stores an optional reference: zero is NULL.
func opt[T ~int64](v T) any {
	if v == 0 {
		return nil
	}
	return int64(v)
}

// js stores a value as JSON text.
func js(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic("store: " + err.Error()) // only domain values of our own types come here
	}
	return clean(string(b))
}

// optJS writes JSON, NULL for nothing.
func optJS[T any](v *T) any {
	if v == nil {
		return nil
	}
	return js(v)
}

// clean removes what PostgreSQL's text cannot hold: NUL, also escaped in JSON.
func clean(s string) string {
	if strings.IndexByte(s, 0) >= 0 {
		s = strings.ReplaceAll(s, "\x00", "")
	}
	if strings.Contains(s, escapedNUL) {
		s = withoutNUL(s)
	}
	return strings.ToValidUTF8(s, "\uFFFD")
}

const escapedNUL = `\u0000`

// withoutNUL takes the escapes of NUL out of JSON. Behind an odd number of
// backslashes it is no escape, but a text of somebody's who writes such things.
func withoutNUL(s string) string {
	var b strings.Builder
	for {
		before, after, found := strings.Cut(s, escapedNUL)
		b.WriteString(before)
		if !found {
			return b.String()
		}
		if (len(before)-len(strings.TrimRight(before, `\`)))%2 == 1 {
			b.WriteString(escapedNUL)
		}
		s = after
	}
}

type msCol struct{ t *time.Time }

func (c msCol) Scan(src any) error {
	switch v := src.(type) {
	case nil:
		*c.t = time.Time{}
	case int64:
		*c.t = time.Time{}
		if v != 0 {
			*c.t = time.UnixMilli(v).UTC()
		}
	default:
		return fmt.Errorf("time column holds %T", src)
	}
	return nil
}

// at scans Unix milliseconds, NULL or 0 as the zero time.
func at(t *time.Time) sql.Scanner { return msCol{t} }

type spanCol struct{ v *time.Duration }

func (c spanCol) Scan(src any) error {
	n, ok := src.(int64)
	if !ok {
		return fmt.Errorf("a span of time is %T", src)
	}
	*c.v = time.Duration(n) * time.Millisecond
	return nil
}

// span reads a span of time that is kept in milliseconds.
func span(d *time.Duration) sql.Scanner { return spanCol{d} }

type refCol[T ~int64] struct{ v *T }

func (c refCol[T]) Scan(src any) error {
	switch v := src.(type) {
	case nil:
		*c.v = 0
	case int64:
		*c.v = T(v)
	default:
		return fmt.Errorf("reference column holds %T", src)
	}
	return nil
}

// ref scans an optional reference, NULL as zero.
func ref[T ~int64](v *T) sql.Scanner { return refCol[T]{v} }

type jsonCol struct{ v any }

func (c jsonCol) Scan(src any) error {
	switch v := src.(type) {
	case nil:
		return nil
	case string:
		return json.Unmarshal([]byte(v), c.v)
	case []byte:
		return json.Unmarshal(v, c.v)
	default:
		return fmt.Errorf("JSON column holds %T", src)
	}
}

// doc scans JSON text into what v points at.
func doc(v any) sql.Scanner { return jsonCol{v} }

type boolCol struct{ v *bool }

func (c boolCol) Scan(src any) error {
	switch v := src.(type) {
	case bool:
		*c.v = v
	case int64:
		*c.v = v != 0
	default:
		return fmt.Errorf("boolean column holds %T", src)
	}
	return nil
}

// flag scans a boolean, which SQLite keeps as 0 or 1.
func flag(v *bool) sql.Scanner { return boolCol{v} }

// columns prefixes a comma-separated list of columns with a table's name.
func columns(table, list string) string {
	parts := strings.Split(list, ",")
	for i, p := range parts {
		parts[i] = table + "." + strings.TrimSpace(p)
	}
	return strings.Join(parts, ", ")
}

type textCol struct{ v *string }

func (c textCol) Scan(src any) error {
	switch v := src.(type) {
	case nil:
		*c.v = ""
	case string:
		*c.v = v
	default:
		return fmt.Errorf("text column holds %T", src)
	}
	return nil
}

// text scans an optional text, NULL as "".
func text(v *string) sql.Scanner { return textCol{v} }

// bool stores a boolean, which SQLite keeps as 0 or 1.
func (d *DB) bool(v bool) any {
	if !d.lite {
		return v
	}
	if v {
		return int64(1)
	}
	return int64(0)
}
