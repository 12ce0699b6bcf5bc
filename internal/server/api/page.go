package api

import (
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"hash/fnv"
	"net/url"
	"slices"
	"strings"

	"godwit.dev/godwit/internal/base/errs"
)

// Page is a part of a list.
type Page[T any] struct {
	Data       []T     `json:"data" nullable:"false" doc:"The records of this page."`
	NextCursor *string `json:"next_cursor" example:"dAAAAZrQvN4LXn0cSi-eMw" doc:"Send it as cursor to get the next page; null on the last one."`
}

// Paging is how an operation lets a list be read in parts.
type Paging struct {
	Limit  int    `query:"limit" minimum:"1" maximum:"200" default:"50" doc:"How many records a page holds at most."`
	Cursor string `query:"cursor" maxLength:"500" doc:"The next_cursor of the page before, with the same filters; without it the list begins."`
}

// Picking is how an operation lets a part of each record be asked for.
type Picking struct {
	Fields string `query:"fields" maxLength:"500" doc:"Names of the record's properties apart by commas; the answer has no others. All of them by default."`
}

// pageOut is a page as an answer.
type pageOut[T any] struct {
	Link string `header:"Link" doc:"The address of the next page, with rel=next (RFC 8288)."`
	Body Page[T]
}

// page answers with a part of a list and the cursor of the next one, "" if it
// is the last.
func page[T any](c *call, data []T, next string) *pageOut[T] {
	c.out.records = len(data)
	out := &pageOut[T]{Body: Page[T]{Data: data}}
	if data == nil {
		out.Body.Data = []T{}
	}
	if next == "" {
		return out
	}
	out.Body.NextCursor = &next
	q := c.URL.Query()
	q.Set("cursor", next)
	out.Link = "<" + (&url.URL{Path: c.URL.Path, RawQuery: q.Encode()}).String() + `>; rel="next"`
	return out
}

// writeCursor writes a place in a list: numbers, behind a letter that tells the
// list.
func writeCursor(list byte, place ...int64) string {
	b := []byte{list}
	for _, v := range place {
		b = binary.BigEndian.AppendUint64(b, uint64(v))
	}
	return base64.RawURLEncoding.EncodeToString(b)
}

// readCursor reads what writeCursor wrote for the list; "" is the beginning.
func readCursor(list byte, cursor string, place ...*int64) error {
	if cursor == "" {
		return nil
	}
	b, err := base64.RawURLEncoding.DecodeString(cursor)
	if err != nil || len(b) != 1+8*len(place) || b[0] != list {
		return errs.Field("cursor", "error.cursor")
	}
	for i, v := range place {
		*v = int64(binary.BigEndian.Uint64(b[1+8*i:]))
	}
	return nil
}

// part cuts a page out of a whole list, whose entries are named by numbers.
func part[T any](list []T, name func(T) int64, p Paging) (data []T, next string, err error) {
	var after int64
	if err := readCursor('w', p.Cursor, &after); err != nil {
		return nil, "", err
	}
	if p.Cursor != "" {
		i := slices.IndexFunc(list, func(x T) bool { return name(x) == after })
		if i < 0 { // it was deleted since
			return nil, "", errs.Field("cursor", "error.cursor")
		}
		list = list[i+1:]
	}
	if len(list) > p.Limit {
		list = list[:p.Limit]
		next = writeCursor('w', name(list[len(list)-1]))
	}
	return list, next, nil
}

// placeOf names in cursors what has a name and no number: by its hash.
func placeOf(name string) int64 {
	h := fnv.New64a()
	_, _ = h.Write([]byte(name)) // a hash takes every write
	return int64(h.Sum64() >> 1)
}

// convert converts each entry of a list.
func convert[A, B any](list []A, fn func(A) B) []B {
	out := make([]B, len(list))
	for i, x := range list {
		out[i] = fn(x)
	}
	return out
}

// askedFields reads which properties the caller asks for.
func (c *call) askedFields() error {
	if len(c.op.fields) == 0 {
		return nil
	}
	for _, name := range strings.Split(c.URL.Query().Get("fields"), ",") {
		if name = strings.TrimSpace(name); name == "" {
			continue
		}
		if !slices.Contains(c.op.fields, name) {
			return errs.Field("fields", "problem.fields_unknown", "name", name)
		}
		c.fields = append(c.fields, name)
	}
	return nil
}

// sparse leaves out all but some properties: of each entry of a page, else of
// the record itself.
func sparse(v any, fields []string) (any, error) {
	raw, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	var whole map[string]json.RawMessage
	if err := json.Unmarshal(raw, &whole); err != nil {
		return nil, err
	}
	data, isPage := whole["data"]
	if !isPage {
		return picked(whole, fields), nil
	}
	var list []map[string]json.RawMessage
	if err := json.Unmarshal(data, &list); err != nil {
		return nil, err
	}
	for i := range list {
		list[i] = picked(list[i], fields)
	}
	if whole["data"], err = json.Marshal(list); err != nil {
		return nil, err
	}
	return whole, nil
}

func picked(record map[string]json.RawMessage, fields []string) map[string]json.RawMessage {
	out := make(map[string]json.RawMessage, len(fields))
	for _, name := range fields {
		if v, ok := record[name]; ok {
			out[name] = v
		}
	}
	return out
}

// included reads what an answer is to hold besides its records.
func included(list string, known ...string) (map[string]bool, error) {
	out := map[string]bool{}
	for _, name := range strings.Split(list, ",") {
		if name = strings.TrimSpace(name); name == "" {
			continue
		}
		if !slices.Contains(known, name) {
			return nil, errs.Field("include", "problem.include", "name", name)
		}
		out[name] = true
	}
	return out, nil
}
