package dump

import (
	"encoding/json"
	"strconv"
	"strings"
	"time"
)

// Text is a text, number or truth value as a text; null and anything else are "".
type Text string

// UnmarshalJSON reads any value.
func (t *Text) UnmarshalJSON(b []byte) error {
	*t = ""
	switch {
	case len(b) == 0 || b[0] == '{' || b[0] == '[' || string(b) == "null":
	case b[0] == '"':
		var s string
		if err := json.Unmarshal(b, &s); err != nil {
			return err
		}
		*t = Text(s)
	default:
		*t = Text(b)
	}
	return nil
}

// String returns the text.
func (t Text) String() string { return string(t) }

// Bool is a truth value; whatever is not true is false.
type Bool bool

// UnmarshalJSON reads any value.
func (v *Bool) UnmarshalJSON(b []byte) error {
	var t Text
	if err := t.UnmarshalJSON(b); err != nil {
		return err
	}
	*v = t == "true" || t == "1"
	return nil
}

// Number is a whole number; whatever is none is 0.
type Number int64

// UnmarshalJSON reads any value.
func (n *Number) UnmarshalJSON(b []byte) error {
	var t Text
	if err := t.UnmarshalJSON(b); err != nil {
		return err
	}
	v, err := strconv.ParseInt(string(t), 10, 64)
	if err != nil {
		v = 0
	}
	*n = Number(v)
	return nil
}

// List is a list of something; whatever is none is empty, and elements that do
// not fit are left out.
type List[T any] []T

// UnmarshalJSON reads any value.
func (l *List[T]) UnmarshalJSON(b []byte) error {
	*l = nil
	var raw []json.RawMessage
	if json.Unmarshal(b, &raw) != nil {
		return nil
	}
	for _, r := range raw {
		var v T
		if json.Unmarshal(r, &v) == nil {
			*l = append(*l, v)
		}
	}
	return nil
}

// Time is a moment in any of the ways in which exports write one: RFC 3339 with
// or without a zone (UTC), a space instead of the T, or seconds or milliseconds
// since 1970.
type Time struct{ time.Time }

// UnmarshalJSON reads any value; what is no time is the zero time.
func (t *Time) UnmarshalJSON(b []byte) error {
	var s Text
	if err := s.UnmarshalJSON(b); err != nil {
		return err
	}
	t.Time = ParseTime(string(s))
	return nil
}

// layouts are the ways of writing times, with zones as far as they name one.
var layouts = []string{
	time.RFC3339Nano, "2006-01-02T15:04:05.999999999", "2006-01-02 15:04:05 MST", "2006-01-02 15:04:05 -0700", "2006-01-02 15:04:05.999999999", "2006-01-02T15:04",
	"2006-01-02 15:04", time.DateOnly,
}

// ParseTime reads a moment; what is none is the zero time.
func ParseTime(s string) time.Time {
	s = strings.TrimSpace(s)
	if n, err := strconv.ParseFloat(s, 64); err == nil {
		switch {
		case n > 1e8 && n < 1e11:
			return time.UnixMilli(int64(n * 1000)).UTC()
		case n >= 1e11 && n < 1e14:
			return time.UnixMilli(int64(n)).UTC()
		}
		return time.Time{}
	}
	for _, l := range layouts {
		if t, err := time.Parse(l, s); err == nil {
			return t.UTC()
		}
	}
	return time.Time{}
}
