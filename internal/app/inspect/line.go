package inspect

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// fields are the members of one line, as they were written.
type fields map[string]json.RawMessage

// sentence is an error worded for a person, in English.
func sentence(format string, args ...any) error { return fmt.Errorf(format, args...) }

// parseLine reads a line. Of one that breaks off it returns the fields up to there as well, for the id among them.
func parseLine(line []byte) (fields, error) {
	var f fields
	err := json.Unmarshal(line, &f)
	if err == nil && f != nil {
		return f, nil
	}
	var typed *json.UnmarshalTypeError
	if err == nil || errors.As(err, &typed) {
		return nil, sentence("The line must hold a JSON object.")
	}
	return beginning(line), sentence("The line is not valid JSON: %v.", err)
}

// beginning reads the members of an object as far as it is valid.
func beginning(line []byte) fields {
	d := json.NewDecoder(bytes.NewReader(line))
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return nil
	}
	f := fields{}
	for d.More() {
		name, err := d.Token()
		key, ok := name.(string)
		var value json.RawMessage
		if err != nil || !ok || d.Decode(&value) != nil {
			break
		}
		f[key] = value
	}
	return f
}

// id is the line's id as it was written, null if it has none.
func (f fields) id() []byte {
	if raw := f["id"]; len(raw) > 0 {
		return bytes.ToValidUTF8(raw, []byte("\ufffd"))
	}
	return []byte("null")
}

// has reports whether a field is there and not null.
func (f fields) has(name string) bool {
	raw := f[name]
	return len(raw) > 0 && string(raw) != "null"
}

// text reads a field that may be absent, which is "".
func (f fields) text(name string) (string, error) {
	if !f.has(name) {
		return "", nil
	}
	var s string
	if json.Unmarshal(f[name], &s) != nil {
		return "", sentence("The field %q must be a string.", name)
	}
	return s, nil
}

// required reads a field that must be there; it may be empty.
func (f fields) required(name string) (string, error) {
	if !f.has(name) {
		return "", sentence("The field %q is missing.", name)
	}
	return f.text(name)
}

// positive reads a whole number of at least 1 that may be absent, which is 0.
func (f fields) positive(name string) (int, error) {
	if !f.has(name) {
		return 0, nil
	}
	n, err := strconv.ParseFloat(string(f[name]), 64)
	if err != nil || n < 1 || n != math.Trunc(n) {
		return 0, sentence("The field %q must be a whole number of at least 1.", name)
	}
	return int(min(n, math.MaxInt32)), nil
}

// encode writes an answer: the id, then the members of v.
func encode(id []byte, v any) ([]byte, error) {
	var b bytes.Buffer
	b.WriteString(`{"id":`)
	b.Write(id)
	b.WriteByte(',')
	at := b.Len()
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, sentence("The answer cannot be written: %v.", strings.TrimSuffix(err.Error(), "."))
	}
	out := b.Bytes()
	return append(out[:at], out[at+1:]...), nil
}

// list is s, or an empty list for nil: arrays are never null.
func list[E any](s []E) []E {
	if s == nil {
		return []E{}
	}
	return s
}
