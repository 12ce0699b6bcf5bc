package csv

import (
	"bytes"
	"cmp"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"

	"godwit.dev/godwit/internal/adapter/helpdesk/dump"
	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/flow/migrate"
)

// Name is the system's name, as keys of imported messages contain it.
const Name = "csv"

// names are the usual headers of each field.
var names = map[string][]string{
	"ticket":     {"ticket id", "ticket number", "ticket", "conversation id", "case number", "id"},
	"subject":    {"subject", "title", "ticket subject"},
	"status":     {"status", "state", "ticket status"},
	"priority":   {"priority"},
	"channel":    {"channel", "source"},
	"tags":       {"tags", "labels"},
	"assignee":   {"assignee", "assignee email", "agent email", "owner"},
	"email":      {"customer email", "requester email", "email", "contact email"},
	"name":       {"customer name", "requester name", "requester", "customer", "contact name"},
	"phone":      {"phone", "customer phone", "phone number"},
	"language":   {"language", "locale"},
	"message":    {"message id", "comment id"},
	"message_id": {"internet message id", "mail message id"},
	"kind":       {"kind", "direction", "type", "message type"},
	"from":       {"from", "author email", "sender email", "from email"},
	"from_name":  {"author", "author name", "sender", "from name"},
	"to":         {"to", "recipient", "to email"},
	"cc":         {"cc"},
	"body":       {"body", "message", "text", "description", "content", "comment"},
	"html":       {"html", "body html", "html body"},
	"at":         {"date", "sent at", "message created at", "created at", "created", "time", "timestamp"},
	"created":    {"ticket created at", "opened at"},
	"solved":     {"solved at", "resolved at", "closed at"},
	"files":      {"attachments", "files"},
}

// Fields lists the fields that a mapping can name.
func Fields() []string {
	out := make([]string, 0, len(names))
	for f := range names {
		out = append(out, f)
	}
	slices.Sort(out)
	return out
}

// row is a message with what its row says of the ticket.
type row struct {
	Line   int               `json:"l"`
	File   string            `json:"f"`
	Values map[string]string `json:"v"`
}

// Read returns a reader of the tables at a path; mapping names the columns of
// fields where headers do not tell.
func Read(path string, mapping map[string]string) migrate.Reader {
	return func(ctx context.Context, sink migrate.Sink) (err error) {
		for f := range mapping {
			if names[f] == nil {
				return errs.Field("map", "error.migrate_field", "field", f, "known", strings.Join(Fields(), ", "))
			}
		}
		src, err := dump.Open(path)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, src.Close()) }()
		spool, err := dump.NewSpool()
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, spool.Close()) }()
		t := table{mapping: mapping, spool: spool, seen: map[string]bool{}, sink: sink, src: src}
		if err := src.Each(ctx, []string{".csv", ".tsv", ".txt"}, sink.Progress, t.file); err != nil {
			return err
		}
		for _, id := range t.order {
			if err := t.ticket(ctx, id); err != nil {
				return err
			}
		}
		return nil
	}
}

type table struct {
	mapping map[string]string
	spool   *dump.Spool
	order   []string // tickets in the order in which they occur
	seen    map[string]bool
	sink    migrate.Sink
	src     *dump.Source
}

func fold(s string) string {
	return strings.Join(strings.FieldsFunc(strings.ToLower(s), func(r rune) bool { return r == ' ' || r == '_' || r == '-' || r == '\t' }), " ")
}

// columns finds the column of each field.
func (t *table) columns(header []string) (map[string]int, error) {
	folded := make([]string, len(header))
	for i, h := range header {
		folded[i] = fold(h)
	}
	out := map[string]int{}
	for field, usual := range names {
		if column, ok := t.mapping[field]; ok {
			i := slices.Index(folded, fold(column))
			if i < 0 {
				return nil, errs.Field("map", "error.import_column", "column", column)
			}
			out[field] = i
			continue
		}
		for _, u := range usual {
			if i := slices.Index(folded, u); i >= 0 {
				out[field] = i
				break
			}
		}
	}
	for _, need := range []string{"ticket", "body"} {
		if _, ok := out[need]; !ok && (need != "body" || !has(out, "html")) {
			return nil, errs.Field("map", "error.import_missing", "field", need)
		}
	}
	return out, nil
}

func has(m map[string]int, k string) bool { _, ok := m[k]; return ok }

// file reads a table: UTF-8 or UTF-16 with a byte order mark; commas, semicolons
// or tabs.
func (t *table) file(name string, r io.Reader, _ int64) error {
	text := transform.NewReader(r, unicode.BOMOverride(transform.Nop))
	head := make([]byte, 64<<10)
	n, err := io.ReadFull(text, head)
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, io.EOF) {
		return err
	}
	first, _, _ := bytes.Cut(head[:n], []byte("\n"))
	rows := csv.NewReader(io.MultiReader(bytes.NewReader(head[:n]), text))
	rows.FieldsPerRecord, rows.LazyQuotes = -1, true
	for _, c := range "\t;" {
		if bytes.Count(first, []byte(string(c))) > bytes.Count(first, []byte(string(rows.Comma))) {
			rows.Comma = c
		}
	}
	var at map[string]int
	for {
		cells, err := rows.Read()
		var broken *csv.ParseError
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case errors.As(err, &broken):
			t.sink.Find(migrate.Finding{Place: migrate.Place{File: name, Line: broken.StartLine}, Reason: migrate.Unreadable, Detail: broken.Err.Error()})
			continue
		case err != nil:
			return err
		}
		line, _ := rows.FieldPos(0)
		if at == nil {
			if at, err = t.columns(cells); err != nil {
				return err
			}
			continue
		}
		if err := t.keep(name, line, cells, at); err != nil {
			return err
		}
	}
}

func (t *table) keep(name string, line int, cells []string, at map[string]int) error {
	values := map[string]string{}
	for f, i := range at {
		if i < len(cells) && cells[i] != "" {
			values[f] = cells[i]
		}
	}
	id := strings.TrimSpace(values["ticket"])
	if id == "" {
		t.sink.Find(migrate.Finding{Place: migrate.Place{File: name, Line: line}, Record: "ticket", Reason: migrate.NoID})
		return nil
	}
	if !t.seen[id] {
		t.seen[id] = true
		t.order = append(t.order, id)
	}
	raw, err := json.Marshal(row{line, name, values})
	if err != nil {
		return err
	}
	return t.spool.Add(id, raw)
}

func (t *table) ticket(ctx context.Context, id string) error {
	kept, err := t.spool.Take(id)
	if err != nil {
		return err
	}
	out := migrate.Ticket{ID: id}
	for i, raw := range kept {
		var r row
		if err := json.Unmarshal(raw, &r); err != nil {
			return fmt.Errorf("row of ticket: %w", err)
		}
		if i == 0 {
			t.open(r, &out)
		}
		out.Messages = append(out.Messages, t.message(r, i, out))
	}
	return t.sink.Ticket(ctx, out)
}

// open reads what the first row says of the ticket.
func (t *table) open(r row, out *migrate.Ticket) {
	v := r.Values
	out.Place = migrate.Place{File: r.File, Line: r.Line}
	out.Subject, out.Channel, out.Language, out.Priority = v["subject"], strings.ToLower(v["channel"]), v["language"], dump.Priorities(v["priority"])
	out.Tags = strings.FieldsFunc(v["tags"], func(r rune) bool { return r == ',' || r == ';' || r == '|' })
	out.Assignee = v["assignee"]
	out.Customer = migrate.Person{Name: v["name"], Email: v["email"], Phone: v["phone"], Language: v["language"]}
	if out.Customer.Email == "" && inbound(v["kind"]) {
		out.Customer.Email, out.Customer.Name = v["from"], cmp.Or(v["name"], v["from_name"])
	}
	out.CreatedAt = dump.ParseTime(cmp.Or(v["created"], v["at"]))
	out.SolvedAt = dump.ParseTime(v["solved"])
	switch s := strings.ToLower(strings.TrimSpace(v["status"])); s {
	case "new":
		out.Status = ticket.New
	case "open", "":
		out.Status = ticket.Open
	case "pending", "waiting", "on hold", "hold":
		out.Status = ticket.Pending
	case "solved", "resolved", "done":
		out.Status = ticket.Solved
	case "closed":
		out.Status = ticket.Closed
	default:
		out.Status = ticket.Open
		t.sink.Find(migrate.Finding{Place: out.Place, Record: "ticket " + out.ID, Reason: migrate.StatusMapped, Detail: s + ": open"})
	}
}

func inbound(kind string) bool {
	switch strings.ToLower(strings.TrimSpace(kind)) {
	case "", "inbound", "incoming", "in", "customer", "received", "0":
		return true
	}
	return false
}

func (t *table) message(r row, i int, of migrate.Ticket) migrate.Message {
	v := r.Values
	m := migrate.Message{
		ID: cmp.Or(v["message"], "row "+strconv.Itoa(i+1)), Text: v["body"], HTML: v["html"], MessageID: v["message_id"], At: dump.ParseTime(v["at"]), Subject: v["subject"],
		To: dump.Addresses([]dump.Text{dump.Text(v["to"])}), CC: dump.Addresses([]dump.Text{dump.Text(v["cc"])}), Author: migrate.Person{Name: v["from_name"], Email: v["from"]},
	}
	switch kind := strings.ToLower(strings.TrimSpace(v["kind"])); {
	case inbound(kind):
		m.Kind = ticket.KindInbound
		if m.Author.Email == "" {
			m.Author = of.Customer
		}
	case kind == "note" || kind == "internal" || kind == "private" || kind == "internal note":
		m.Kind = ticket.KindNote
	default:
		m.Kind = ticket.KindOutbound
	}
	for _, name := range strings.FieldsFunc(v["files"], func(r rune) bool { return r == ';' || r == '|' || r == '\n' }) {
		name = strings.TrimSpace(name)
		f := migrate.File{Name: name[strings.LastIndexAny(name, `/\`)+1:], URL: name}
		if open := t.src.File(name); open != nil {
			f.Open, f.URL = open, ""
		}
		m.Files = append(m.Files, f)
	}
	return m
}
