package web

import (
	"bufio"
	"encoding/csv"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/platform/audit"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/event"
	"godwit.dev/godwit/internal/server/web/ui"
)

// auditRoutes is the table of the audit trail. To take it out of the house asks
// for a fresh proof.
func auditRoutes() []route {
	see := may(auth.ReadAudit)
	return []route{
		{"GET", "/admin/audit", see, none, (*server).auditPage},
		{"POST", "/admin/audit/check", see, none, (*server).auditCheck},
		{"POST", "/admin/audit/export", see.fresh(), form, (*server).auditExport},
	}
}

const (
	auditRows = 50
	// auditFaults is how many faults are listed.
	auditFaults = 10
	// exportPatience is how long a reader of an export may stand still.
	exportPatience = time.Minute
)

// auditAsk is what a request narrows the trail to, and the same as a query.
type auditAsk struct {
	filter audit.Filter
	query  url.Values
}

// auditAsk reads the filter of a request.
func (r *request) auditAsk() (auditAsk, error) {
	x := auditAsk{query: url.Values{}}
	take := func(name string) string {
		v := strings.TrimSpace(r.FormValue(name))
		if v != "" {
			x.query.Set(name, v)
		}
		return v
	}
	var err error
	if v := take("person"); v != "" {
		n, err := strconv.ParseInt(v, 10, 64)
		if err != nil {
			return x, errs.New(errs.NotFound, "error.not_found")
		}
		x.filter.Person = auth.PersonID(n)
	}
	if x.filter.Family, x.filter.Kind, err = audit.KindOf(take("kind")); err != nil {
		return x, errs.New(errs.NotFound, "error.not_found")
	}
	day := func(name string) time.Time {
		t, err := time.ParseInLocation(time.DateOnly, take(name), r.zone)
		if err != nil {
			x.query.Del(name) // a date half typed narrows nothing
			return time.Time{}
		}
		return t
	}
	x.filter.From = day("from")
	if last := day("until"); !last.IsZero() {
		x.filter.Until = last.AddDate(0, 0, 1)
	}
	if v := take("subject"); v != "" {
		kind, id, _ := strings.Cut(v, ".")
		n, err := strconv.ParseInt(id, 10, 64)
		if err != nil || kind == "" || n <= 0 {
			return x, errs.New(errs.NotFound, "error.not_found")
		}
		x.filter.Subject = event.Subject{Kind: kind, ID: n}
	}
	return x, nil
}

// auditPage shows who did what, and how it stands with the chain.
func (s *server) auditPage(w http.ResponseWriter, r *request) error {
	ask, err := r.auditAsk()
	if err != nil {
		return err
	}
	page, err := r.page(w, r.printer.T("admin.audit"), ui.SectionAdmin)
	if err != nil {
		return err
	}
	h, err := r.house()
	if err != nil {
		return err
	}
	before := event.ID(r.queryNumber("before"))
	list, err := s.Audit.Page(r.Context(), r.actor, ask.filter, before, auditRows+1)
	if err != nil {
		return err
	}
	state, err := s.Audit.Check(r.Context(), r.actor, false)
	if err != nil {
		return err
	}
	v := ui.Audit{Page: page, Query: ask.query, From: ask.query.Get("from"), Until: ask.query.Get("until"), First: before == 0, Chain: uiChain(state)}
	if len(list) > auditRows {
		list = list[:auditRows]
		v.Older = auditPath(ask.query, "before", id64(list[auditRows-1].Event))
	}
	if v.Subject = ask.query.Get("subject"); v.Subject != "" {
		v.About = r.auditAbout(h, list, ask.filter.Subject)
	}
	for _, e := range list {
		v.Rows = append(v.Rows, r.auditRow(h, e))
	}
	for _, p := range h.people {
		v.People = append(v.People, ui.Option{Value: id64(p.ID), Label: p.Name, Selected: p.ID == ask.filter.Person})
	}
	slices.SortStableFunc(v.People, func(a, b ui.Option) int { return strings.Compare(a.Label, b.Label) })
	for _, family := range audit.Families() {
		if label := r.printer.T("audit.family." + family); label != "audit.family."+family {
			v.Kinds = append(v.Kinds, ui.Option{Value: family, Label: label, Selected: family == ask.filter.Family})
		}
	}
	return r.draw(w, http.StatusOK, ui.AuditPage(v))
}

// auditPath is the page of the trail under a query, with one more value.
func auditPath(query url.Values, name, value string) string {
	q := url.Values{}
	for k, v := range query {
		q[k] = v
	}
	q.Set(name, value)
	return "/admin/audit?" + q.Encode()
}

func uiChain(x audit.State) ui.AuditChain {
	out := ui.AuditChain{Whole: x.Whole(), Through: x.Checked, CheckedAt: x.At, Anchor: x.Anchor.Seq, AnchorAt: x.Anchor.At}
	for i, f := range x.Faults {
		if i == auditFaults {
			out.More = len(x.Faults) - i
			break
		}
		out.Faults = append(out.Faults, ui.AuditFault{Kind: string(f.Kind), Seq: f.Seq})
	}
	return out
}

// auditRow words an entry.
func (r *request) auditRow(h *house, e audit.Entry) ui.AuditRow {
	row := ui.AuditRow{Seq: e.Seq, At: e.What.At, Kind: e.What.Kind, Family: audit.Family(e.What.Kind), By: e.What.ActorName, Erased: e.Erased, Hash: hex.EncodeToString(e.Hash)}
	if e.What.ID == 0 {
		row.Gone, row.What, row.By = true, r.printer.T("audit.gone"), "–"
		return row
	}
	if key := "audit.did." + e.What.Kind; r.printer.T(key) != key {
		row.What = r.printer.T(key)
	} else {
		row.What = e.What.Kind
	}
	from := e.What.Origin()
	row.Address, row.Inside = from.Address, e.What.ActorKind == auth.System
	if from.Token != 0 {
		row.Token = id64(from.Token)
	}
	if e.What.ActorKind == auth.Agent {
		if p, ok := h.person[auth.PersonID(e.What.ActorID)]; ok {
			row.By = p.Name
		}
		row.ByHref = auditPath(nil, "person", id64(e.What.ActorID))
	}
	self := e.What.Subject.Kind == "person" && e.What.Subject.ID == e.What.ActorID
	if !self {
		row.Object, row.Href = r.auditObject(h, e.What)
	}
	if e.What.Subject.ID != 0 && e.What.Subject.Kind != "workspace" {
		row.Trail = auditPath(nil, "subject", e.What.Subject.Kind+"."+id64(e.What.Subject.ID))
	}
	row.Facts = facts(e.What.Data)
	return row
}

// auditObject names what something was done to, and leads to it if the reader may
// go there.
func (r *request) auditObject(h *house, e event.Event) (name, href string) {
	var d struct{ Name, Email, Address, Host, Key, Tool, Title string }
	_ = e.Decode(&d) // an event of another shape is shown without a name
	n := e.Subject.ID
	switch e.Subject.Kind {
	case "person":
		name, href = d.Email, "/admin/people/"+id64(n)+"/sessions"
		if p, ok := h.person[auth.PersonID(n)]; ok {
			name = p.Name
		}
	case "role":
		name, href = d.Name, "/admin/roles/"+url.PathEscape(d.Key)
		if strings.HasSuffix(e.Kind, ".deleted") {
			href = ""
		}
	case "team":
		name, href = d.Name, "/admin/teams"
		if t := h.team[auth.TeamID(n)]; t != "" {
			name = t
		}
	case "token":
		name, href = d.Name, "/admin/tokens"
		if name == "" {
			name = d.Tool
		}
	case "mailbox":
		name, href = d.Address, ""
		for _, b := range h.boxes {
			if int64(b.ID) == n {
				name, href = b.Address, "/admin/mailboxes/"+id64(n)
			}
		}
	case "webhook":
		name, href = d.Host, "/admin/webhooks/"+id64(n)
	case "hook":
		name, href = d.Name, "/admin/hooks/"+id64(n)
	case "product":
		name, href = d.Title, "/products/"+id64(n)
	case "workspace":
		if e.Kind == "security.changed" {
			return "", ""
		}
		name = d.Name
	}
	if strings.HasSuffix(e.Kind, ".deleted") || href != "" && !r.s.allows(r.actor, http.MethodGet, href) {
		href = ""
	}
	return name, href
}

// auditAbout names the record that the trail is narrowed to.
func (r *request) auditAbout(h *house, list []audit.Entry, s event.Subject) string {
	for _, e := range list {
		if name, _ := r.auditObject(h, e.What); name != "" {
			return name
		}
	}
	return s.Kind + " " + id64(s.ID)
}

// facts lists what an event says, by name.
func facts(data json.RawMessage) []ui.Fact {
	var d map[string]json.RawMessage
	if json.Unmarshal(data, &d) != nil {
		return nil
	}
	var out []ui.Fact
	for name, raw := range d {
		text := string(raw)
		var s string
		if json.Unmarshal(raw, &s) == nil {
			text = s
		}
		out = append(out, ui.Fact{Name: name, Value: text})
	}
	slices.SortFunc(out, func(a, b ui.Fact) int { return strings.Compare(a.Name, b.Name) })
	return out
}

// auditCheck compares the whole chain, link by link.
func (s *server) auditCheck(w http.ResponseWriter, r *request) error {
	x, err := s.Audit.Check(r.Context(), r.actor, true)
	if err != nil {
		return err
	}
	flash := r.told("told.audit_whole", "Number", r.printer.Number(x.Checked))
	if !x.Whole() {
		flash = &ui.Flash{Tone: ui.ToneBad, Text: r.printer.T("told.audit_broken")}
	}
	return r.see(w, "/admin/audit", flash)
}

// auditExport sends the trail as a file, as far as the filter lets it through. It
// is read and written page by page, however long it is.
func (s *server) auditExport(w http.ResponseWriter, r *request) error {
	ask, err := r.auditAsk()
	if err != nil {
		return err
	}
	format := r.FormValue("format")
	if format != "csv" {
		format = "jsonl"
	}
	out := bufio.NewWriterSize(w, 64<<10)
	begin := func() {
		kind := map[string]string{"csv": "text/csv; charset=utf-8", "jsonl": "application/jsonl"}[format]
		w.Header().Set("Content-Type", kind)
		w.Header().Set("Content-Disposition", contentDisposition("attachment", "godwit-audit-"+r.now.In(r.zone).Format(time.DateOnly)+"."+format))
	}
	table, lines, began := csv.NewWriter(out), json.NewEncoder(out), false
	timer := http.NewResponseController(w)
	err = s.Audit.Export(r.Context(), r.actor, ask.filter, format, func(e audit.Entry) error {
		if !began {
			began = true
			begin()
			if format == "csv" {
				if err := table.Write(audit.Columns()); err != nil {
					return err
				}
			}
		}
		_ = timer.SetWriteDeadline(time.Now().Add(exportPatience)) // a writer of tests has none
		if format == "csv" {
			return table.Write(audit.LineOf(e).Cells())
		}
		return lines.Encode(audit.LineOf(e))
	})
	if err != nil {
		return fmt.Errorf("export audit: %w", err)
	}
	if !began {
		begin()
		if format == "csv" {
			_ = table.Write(audit.Columns()) // kept until it is flushed
		}
	}
	table.Flush()
	if err := table.Error(); err != nil {
		return err
	}
	return out.Flush()
}
