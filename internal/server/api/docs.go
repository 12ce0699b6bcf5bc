package api

import (
	"bytes"
	"context"
	_ "embed" // the style sheet of the reference
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"godwit.dev/godwit/internal/platform/auth"
)

//go:embed static/reference.css
var styleSheet []byte

// Where the reference stands.
const (
	docsPath  = "/api/docs"
	stylePath = "/api/docs/reference.css"
)

// reference is the page that explains the API.
type reference struct {
	query    string
	intro    []block
	groups   []refGroup
	records  []refRecord
	problems []problemKind
	found    int
}

// refGroup is a group of operations on the page.
type refGroup struct {
	name, anchor, text string
	operations         []refOperation
}

// refOperation is an operation on the page.
type refOperation struct {
	id, method, path, summary, curl string
	text                            []block
	scopes                          []auth.Permission
	params, body                    []property
	bodyName                        string // of the record that is sent
	answer, answerName, media       string
	created                         bool
}

// refRecord is a type of record on the page.
type refRecord struct {
	name       string
	properties []property
}

// property is a parameter or a property of a record.
type property struct {
	name, in, kind, link, text string
	required                   bool
	values                     []string
}

// block is a paragraph, or a table if it has rows.
type block struct {
	spans []span
	rows  [][]string
}

// span is a part of a paragraph.
type span struct {
	text       string
	code, bold bool
}

// blocks reads the few marks that descriptions use: paragraphs, tables, `code`
// and **bold**.
func blocks(text string) []block {
	var out []block
	for _, p := range strings.Split(text, "\n\n") {
		if !strings.HasPrefix(p, "|") {
			out = append(out, block{spans: spans(p)})
			continue
		}
		var b block
		for _, line := range strings.Split(p, "\n") {
			if !strings.HasPrefix(line, "|---") {
				cells := strings.Split(strings.Trim(line, "| "), "|")
				b.rows = append(b.rows, convert(cells, func(c string) string { return strings.Trim(c, " `") }))
			}
		}
		out = append(out, b)
	}
	return out
}

func spans(text string) []span {
	var out []span
	for i, part := range strings.Split(text, "`") {
		if i%2 == 1 {
			out = append(out, span{text: part, code: true})
			continue
		}
		for j, piece := range strings.Split(part, "**") {
			if piece != "" {
				out = append(out, span{text: piece, bold: j%2 == 1})
			}
		}
	}
	return out
}

// anchor makes a name fit for an address.
func anchor(name string) string { return strings.ReplaceAll(strings.ToLower(name), " ", "-") }

// refer makes the page of what matches a query; "" matches everything.
func (d *description) refer(query string) reference {
	r := reference{query: query, intro: blocks(about), problems: problemKinds()}
	words := strings.Fields(strings.ToLower(query))
	ops := operationsOf(d.doc)
	for _, g := range groups() {
		out := refGroup{name: g.tag, anchor: "group-" + anchor(g.tag), text: g.text}
		for _, op := range g.operations {
			about := strings.ToLower(strings.Join([]string{op.id, op.method, op.path, op.summary, op.text, g.tag, fmt.Sprint(op.rule.scopes)}, " "))
			if slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(about, w) }) {
				continue
			}
			out.operations = append(out.operations, d.operation(op, ops[op.id]))
		}
		if r.found += len(out.operations); len(out.operations) > 0 {
			r.groups = append(r.groups, out)
		}
	}
	schemas := d.doc.Components.Schemas.Map()
	for _, name := range slices.Sorted(maps.Keys(schemas)) {
		if len(words) == 0 && !strings.HasPrefix(name, "Page") && len(schemas[name].Properties) > 0 {
			r.records = append(r.records, refRecord{name, properties(schemas[name])})
		}
	}
	return r
}

func (d *description) operation(op operation, o *huma.Operation) refOperation {
	out := refOperation{
		id: op.id, method: op.method, path: Prefix + op.path, summary: op.summary, text: blocks(op.text), scopes: op.rule.scopes, curl: op.curl(),
		media: op.handle.media, created: op.handle.status == http.StatusCreated,
	}
	for _, p := range o.Parameters {
		if p.Ref != "" {
			p = d.doc.Components.Parameters[p.Ref[strings.LastIndexByte(p.Ref, '/')+1:]]
		}
		row := propertyOf(p.Name, p.Schema, p.Required)
		row.in, row.text = p.In, p.Description
		out.params = append(out.params, row)
	}
	if o.RequestBody != nil {
		s := o.RequestBody.Content["application/json"].Schema
		out.bodyName = refName(s)
		if full := d.doc.Components.Schemas.SchemaFromRef(s.Ref); full != nil {
			out.body = properties(full)
		}
	}
	for _, status := range []string{"200", "201"} {
		if res := o.Responses[status]; res != nil && op.handle.media == "" && res.Content["application/json"] != nil {
			out.answerName = refName(res.Content["application/json"].Schema)
			out.answer = strings.TrimPrefix(out.answerName, "Page")
		}
	}
	return out
}

func refName(s *huma.Schema) string { return s.Ref[strings.LastIndexByte(s.Ref, '/')+1:] }

// properties lists the properties of a record.
func properties(s *huma.Schema) []property {
	var out []property
	for _, name := range slices.Sorted(maps.Keys(s.Properties)) {
		out = append(out, propertyOf(name, s.Properties[name], slices.Contains(s.Required, name)))
	}
	slices.SortStableFunc(out, func(a, b property) int {
		switch {
		case a.required == b.required:
			return 0
		case a.required:
			return -1
		}
		return 1
	})
	return out
}

func propertyOf(name string, s *huma.Schema, required bool) property {
	p := property{name: name, required: required, text: s.Description}
	p.kind, p.link = kindOf(s)
	for _, v := range s.Enum {
		if v != nil {
			p.values = append(p.values, fmt.Sprint(v))
		}
	}
	return p
}

// kindOf words the type of a schema, with the record that it leads to.
func kindOf(s *huma.Schema) (words, link string) {
	switch {
	case s.Ref != "":
		return refName(s), refName(s)
	case s.Type == huma.TypeArray:
		of, link := kindOf(s.Items)
		return "list of " + of, link
	case s.Type == huma.TypeObject:
		if more, ok := s.AdditionalProperties.(*huma.Schema); ok {
			of, link := kindOf(more)
			return "map of " + of, link
		}
		return "object", ""
	case s.Format == "date-time":
		words = "time"
	case strings.HasPrefix(s.Pattern, "^") && strings.Contains(s.Pattern, "_[0-7]"):
		words = "id " + s.Pattern[1:strings.IndexByte(s.Pattern, '_')] + "_…"
	default:
		words = s.Type
	}
	if s.Nullable {
		words += " or null"
	}
	return words, ""
}

// docsPolicy is the policy of the reference, which needs no script.
const docsPolicy = "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// docs answers with the reference, narrowed to a query.
func (s *server) docs(w http.ResponseWriter, r *http.Request) {
	c := r.Context().Value(callKey{}).(*call)
	query := strings.TrimSpace(r.URL.Query().Get("q"))
	if len(query) > 200 {
		query = ""
	}
	a := newAnswer()
	if query == "" {
		_, _ = a.body.Write(s.page)
	} else if err := referencePage(s.spec.refer(query)).Render(c, &a.body); err != nil {
		s.refuse(w, c, c.problem(err))
		return
	}
	a.status = http.StatusOK
	a.header.Set("Content-Type", "text/html; charset=utf-8")
	a.header.Set("Content-Security-Policy", docsPolicy)
	s.send(w, c, a)
}

// style answers with the style sheet of the reference.
func (s *server) style(w http.ResponseWriter, r *http.Request) {
	c := r.Context().Value(callKey{}).(*call)
	a := newAnswer()
	a.status = http.StatusOK
	a.header.Set("Content-Type", "text/css; charset=utf-8")
	a.header.Set("Cache-Control", "max-age=300")
	_, _ = a.body.Write(styleSheet)
	s.send(w, c, a)
}

// drawn renders the whole reference, which is the same for everybody.
func (d *description) drawn() []byte {
	var b bytes.Buffer
	if err := referencePage(d.refer("")).Render(context.Background(), &b); err != nil {
		panic("api: " + err.Error()) // the page is made of the tables alone
	}
	return b.Bytes()
}
