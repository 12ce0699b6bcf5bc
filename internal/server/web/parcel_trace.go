package web

import (
	"cmp"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/money"
	"godwit.dev/godwit/internal/domain/shipment"
	"godwit.dev/godwit/internal/domain/trace"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/event"
	"godwit.dev/godwit/internal/server/web/ui"
)

// shownTraces is how many traces the page of a parcel shows, shownNotes how many
// notes of them all.
const shownTraces, shownNotes = 10, 100

// openTraces reads the open traces of some parcels at once.
func (r *request) openTraces(list []shipment.Shipment) (map[shipment.ID]trace.Trace, error) {
	if len(list) == 0 {
		return nil, nil
	}
	f := trace.Filter{Open: true, Among: make([]shipment.ID, len(list))}
	for i, v := range list {
		f.Among[i] = v.ID
	}
	found, err := r.s.Traces.List(r.Context(), r.actor, f, trace.Cursor{}, len(list))
	if err != nil {
		return nil, err
	}
	out := make(map[shipment.ID]trace.Trace, len(found))
	for _, t := range found {
		out[t.Shipment] = t
	}
	return out, nil
}

// tracedList reads the parcels that are traced, the nearest deadline first.
func (r *request) tracedList(h *house, q sieve, v *ui.Board) error {
	f := q.traces(r.now)
	after, err := parseTraceCursor(q.after)
	if err != nil {
		return err
	}
	list, err := r.s.Traces.List(r.Context(), r.actor, f, after, boardPageSize+1)
	if err != nil || len(list) == 0 {
		return err
	}
	if len(list) > boardPageSize {
		list = list[:boardPageSize]
		v.Next = traceCursor(f, list[len(list)-1])
	}
	place := make(map[shipment.ID]int, len(list))
	ids := make([]shipment.ID, len(list))
	for i, t := range list {
		place[t.Shipment], ids[i] = i, t.Shipment
	}
	parcels, err := r.s.Shipments.List(r.Context(), r.actor, shipment.Filter{IDs: ids}, shipment.Cursor{}, len(ids))
	if err != nil {
		return err
	}
	slices.SortFunc(parcels, func(a, b shipment.Shipment) int { return cmp.Compare(place[a.ID], place[b.ID]) })
	v.Rows, err = r.parcelRows(h, parcels)
	return err
}

// traceCursor writes the place after a trace in a list for an address.
func traceCursor(f trace.Filter, t trace.Trace) string {
	at, c := int64(0), f.CursorAt(t)
	if !c.At.IsZero() {
		at = c.At.UnixMilli()
	}
	return "t." + strconv.FormatInt(at, 36) + "." + strconv.FormatInt(int64(c.ID), 36)
}

// parseTraceCursor reads what traceCursor wrote; "" is the beginning.
func parseTraceCursor(s string) (trace.Cursor, error) {
	if s == "" {
		return trace.Cursor{}, nil
	}
	if parts := strings.Split(s, "."); len(parts) == 3 && parts[0] == "t" {
		at, err1 := strconv.ParseInt(parts[1], 36, 64)
		n, err2 := strconv.ParseInt(parts[2], 36, 64)
		if err1 == nil && err2 == nil && n > 0 {
			c := trace.Cursor{ID: trace.ID(n)}
			if at != 0 {
				c.At = time.UnixMilli(at).UTC()
			}
			return c, nil
		}
	}
	return trace.Cursor{}, errs.Field("after", "error.cursor")
}

// parcelTraces adds the traces of a parcel, the newest first, with what may be
// done about them.
func (r *request) parcelTraces(out *ui.ParcelView, v shipment.Shipment, currency string) error {
	list, err := r.s.Traces.List(r.Context(), r.actor, trace.Filter{Shipment: v.ID}, trace.Cursor{}, shownTraces)
	if err != nil {
		return err
	}
	told, notes, err := r.traceHistory(list)
	if err != nil {
		return err
	}
	open := false
	for _, t := range list {
		open = open || t.State.Open()
		out.Traces = append(out.Traces, r.uiTrace(t, notes, currency))
	}
	out.Steps = r.traceSteps(told, notes)
	if open || v.Number == "" {
		return nil
	}
	out.NewTrace = &ui.TraceForm{Currency: currency}
	if w, ok := trace.WindowOf(v); ok {
		out.NewTrace.OpensAt, out.NewTrace.Deadline, out.NewTrace.Source = w.OpensAt, w.ClosesAt, r.windowSource(w.Rule)
		out.NewTrace.Over = !w.ClosesAt.IsZero() && !w.ClosesAt.After(r.now)
		out.NewTrace.Papers = r.papers(w.Papers)
	}
	return nil
}

// orderTraces adds the traces that are over to the parcels of an order, and returns
// what happened to all of them.
func (r *request) orderTraces(sent []shipment.Shipment, rows []ui.ParcelRow) ([]ui.TraceStep, error) {
	if len(sent) == 0 {
		return nil, nil
	}
	f, place := trace.Filter{}, make(map[shipment.ID]int, len(sent))
	for i, v := range sent {
		f.Among, place[v.ID] = append(f.Among, v.ID), i
	}
	list, err := r.s.Traces.List(r.Context(), r.actor, f, trace.Cursor{}, boardPageSize)
	if err != nil {
		return nil, err
	}
	for _, t := range list {
		if t.State.Open() {
			continue
		}
		brief := ui.TraceBrief{Kind: string(t.Kind), State: string(t.State)}
		if t.State == trace.Paid && t.Amount.Currency != "" {
			brief.Amount = r.money(t.Amount.Minor, t.Amount.Currency)
		}
		row := &rows[place[t.Shipment]]
		row.Ended = append(row.Ended, brief)
	}
	told, notes, err := r.traceHistory(list)
	return r.traceSteps(told, notes), err
}

// traceHistory reads what happened to some traces and what was written to them, the
// newest notes first.
func (r *request) traceHistory(list []trace.Trace) ([]event.Event, []trace.Note, error) {
	if len(list) == 0 {
		return nil, nil, nil
	}
	told, err := r.s.Traces.History(r.Context(), r.actor, list)
	if err != nil {
		return nil, nil, err
	}
	notes, err := r.s.Traces.Notes(r.Context(), r.actor, list, 0, shownNotes)
	return told, notes, err
}

// traceSteps words what happened to traces, in the order in which it was announced. A
// note stands with what it was written about.
func (r *request) traceSteps(told []event.Event, notes []trace.Note) []ui.TraceStep {
	text := make(map[trace.NoteID]string, len(notes))
	for _, n := range notes {
		text[n.ID] = n.Text
	}
	var out []ui.TraceStep
	for _, e := range told {
		var sum trace.Summary
		_ = json.Unmarshal(e.Data, &sum) // what is not read is not said
		step := ui.TraceStep{At: e.At, Shipment: int64(sum.Shipment), Number: sum.Number, Kind: string(sum.Kind), State: string(sum.State), Text: r.printer.T(e.Kind), Note: text[sum.Note]}
		switch {
		case e.Kind == trace.IsMoved:
			step.Text = r.printer.T("trace.became." + string(sum.State))
		case e.Kind == trace.IsNoted && sum.Note != 0:
			step.Text, step.State = r.printer.T("trace.note"), ""
		case e.Kind == trace.IsNoted:
			step.State = ""
		}
		if e.ActorKind != auth.System {
			step.By = e.ActorName
		}
		out = append(out, step)
	}
	return out
}

// uiTrace draws a trace with what was written to it.
func (r *request) uiTrace(t trace.Trace, notes []trace.Note, currency string) ui.Trace {
	out := ui.Trace{
		ID: int64(t.ID), Kind: string(t.Kind), State: string(t.State), Open: t.State.Open(), Reference: t.Reference, Papers: r.papers(t.Papers),
		OpensAt: t.OpensAt, Deadline: t.Deadline, SentAt: t.SentAt, Currency: cmp.Or(t.Amount.Currency, currency),
	}
	if t.Amount.Currency != "" {
		out.Amount = r.money(t.Amount.Minor, t.Amount.Currency)
		out.Minor = strings.TrimSuffix(t.Amount.String(), " "+t.Amount.Currency)
	}
	for _, rule := range trace.Rules() {
		if rule.Name == t.Rule {
			out.Source = r.windowSource(rule)
		}
	}
	for _, s := range t.State.Moves() {
		if s != trace.Expired {
			out.Moves = append(out.Moves, string(s))
		}
	}
	for _, n := range notes {
		if n.Trace == t.ID {
			out.Notes = append(out.Notes, ui.TraceNote{At: n.At, By: n.ActorName, Text: n.Text})
		}
	}
	return out
}

// windowSource says where a carrier's window comes from and how far it is to be
// trusted.
func (r *request) windowSource(rule trace.Rule) string {
	return r.printer.T("trace.source."+rule.Status, "Source", rule.Source, "Date", rule.AsOf)
}

// papers names what a carrier asks for.
func (r *request) papers(list []string) []string {
	var out []string
	for _, p := range list {
		out = append(out, r.printer.T("trace.paper."+p))
	}
	return out
}

// sum reads an amount from a form; an empty field is none. A comma counts as a
// decimal point.
func (r *request) sum(field, currency string) (money.Amount, error) {
	text := strings.Replace(strings.TrimSpace(r.FormValue(field)), ",", ".", 1)
	if text == "" {
		return money.Amount{}, nil
	}
	a, err := money.Parse(text, currency)
	if err != nil || a.Minor < 0 {
		return a, errs.Field(field, "error.amount", "currency", currency)
	}
	return a, nil
}

// day reads a date from a form as the end of that day, for whom it is; an empty
// field is the zero time.
func (r *request) day(field string) (time.Time, error) {
	text := r.FormValue(field)
	if text == "" {
		return time.Time{}, nil
	}
	t, err := time.ParseInLocation(time.DateOnly, text, r.zone)
	if err != nil {
		return t, errs.Field(field, "error.invalid")
	}
	return t.AddDate(0, 0, 1).Add(-time.Second), nil
}

// traceOpen drafts a trace of a parcel.
func (s *server) traceOpen(w http.ResponseWriter, r *request) error {
	v, err := r.parcel()
	if err != nil {
		return err
	}
	n := trace.NewTrace{Shipment: v.ID, Kind: trace.Kind(r.FormValue("kind")), Note: r.FormValue("note")}
	n.Amount, err = r.sum("amount", r.FormValue("currency"))
	if err == nil {
		n.Deadline, err = r.day("deadline")
	}
	if err == nil {
		_, err = s.Traces.Open(r.Context(), r.actor, n)
	}
	if trace.HasOpen(err) { // sent twice: it is there
		err = nil
	}
	if err != nil {
		return r.refusedTrace(w, v, 0, err)
	}
	return r.see(w, "/parcels/"+id64(v.ID)+"#traces", r.told("trace.said.opened"))
}

// traceSave moves a trace on, or writes to it, as the form's button says.
func (s *server) traceSave(w http.ResponseWriter, r *request) error {
	v, err := r.parcel()
	if err != nil {
		return err
	}
	n, err := r.number("trace")
	if err != nil {
		return err
	}
	t, err := s.Traces.Get(r.Context(), r.actor, trace.ID(n))
	if err == nil && t.Shipment != v.ID {
		err = errs.New(errs.NotFound, "error.not_found")
	}
	if err != nil {
		return err
	}
	c, err := r.traceChange(t)
	if err == nil {
		_, err = s.Traces.Change(r.Context(), r.actor, t.ID, c)
	}
	if err != nil {
		return r.refusedTrace(w, v, t.ID, err)
	}
	return r.see(w, "/parcels/"+id64(v.ID)+"#traces", r.told(cmp.Or(told(c.To), "told.saved")))
}

// told is what is said of a trace that went to a state.
func told(s trace.State) string {
	if s == "" {
		return ""
	}
	return "trace.became." + string(s)
}

// traceChange reads what became of a trace.
func (r *request) traceChange(t trace.Trace) (trace.Change, error) {
	c := trace.Change{}
	if do := r.FormValue("do"); do != "note" {
		c.To = trace.State(do)
	}
	ref, note := r.FormValue("reference"), r.FormValue("note")
	if ref != t.Reference && r.Form.Has("reference") {
		c.Reference = &ref
	}
	if strings.TrimSpace(note) != "" {
		c.Note = &note
	}
	amount, err := r.sum("amount", cmp.Or(t.Amount.Currency, r.FormValue("currency")))
	if err != nil {
		return c, err
	}
	if r.Form.Has("amount") && amount != t.Amount {
		c.Amount = &amount
	}
	deadline, err := r.day("deadline")
	if err != nil {
		return c, err
	}
	if r.Form.Has("deadline") && r.FormValue("deadline") != r.isoDay(t.Deadline) {
		c.Deadline = &deadline
	}
	return c, nil
}

// isoDay writes a day as a form does.
func (r *request) isoDay(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.In(r.zone).Format(time.DateOnly)
}

// refusedTrace shows the page of a parcel with what was wrong with the form of a
// trace, 0 for a new one.
func (r *request) refusedTrace(w http.ResponseWriter, v shipment.Shipment, id trace.ID, err error) error {
	f, ok := r.formErrors(err)
	if !ok {
		return err
	}
	page, perr := r.parcelView(w, v)
	if perr != nil {
		return perr
	}
	page.TraceForm, page.Refused = f.Under("t"+id64(id)+"-"), int64(id)
	if id == 0 && page.NewTrace != nil {
		page.NewTrace.Given = true
		page.NewTrace.Kind, page.NewTrace.Amount, page.NewTrace.Note, page.NewTrace.Day = r.FormValue("kind"), r.FormValue("amount"), r.FormValue("note"), r.FormValue("deadline")
	}
	return r.draw(w, formStatus(f), ui.ParcelPage(page))
}

// tracesOpen opens traces of all chosen parcels, and answers for each on the board
// that they were chosen from.
func (s *server) tracesOpen(w http.ResponseWriter, r *request) error {
	var ids []shipment.ID
	for _, v := range r.Form["parcels"] {
		n, err := parseID(v)
		if err != nil {
			return errs.Field("parcels", "error.id", "id", v)
		}
		ids = append(ids, shipment.ID(n))
	}
	if len(ids) == 0 {
		return errs.Field("parcels", "error.bulk_none_parcels")
	}
	did, err := s.Traces.OpenMany(r.Context(), r.actor, ids, trace.Kind(r.FormValue("kind")))
	if err != nil {
		return err
	}
	said, err := r.tracesSaid(ids, did)
	if err != nil {
		return err
	}
	from, err := url.Parse(r.back("/parcels"))
	if err != nil || from.Path != "/parcels" {
		from = &url.URL{Path: "/parcels"}
	}
	q := from.Query()
	q.Del("after")
	v, err := r.boardOf(w, q, true)
	if err != nil {
		return err
	}
	v.Said, v.Page.Path = said, from.String()
	if r.htmx() {
		return r.draw(w, http.StatusOK, ui.BoardActedPart(v))
	}
	return r.draw(w, http.StatusOK, ui.BoardPage(v))
}

// tracesSaid words what was done about each parcel.
func (r *request) tracesSaid(ids []shipment.ID, did []trace.Outcome) (*ui.BoardSaid, error) {
	list, err := r.s.Shipments.List(r.Context(), r.actor, shipment.Filter{IDs: ids}, shipment.Cursor{}, len(ids))
	if err != nil {
		return nil, err
	}
	number := make(map[shipment.ID]string, len(list))
	for _, v := range list {
		number[v.ID] = v.Number
	}
	out := &ui.BoardSaid{}
	opened, refused := int64(0), int64(0)
	for _, o := range did {
		row := ui.BoardSaidRow{ID: int64(o.Shipment), Number: number[o.Shipment], Deadline: o.Trace.Deadline}
		switch {
		case o.Err != nil:
			refused++
			row.Tone, row.Text = ui.ToneWarn, cmp.Or(r.worded(o.Err), r.printer.T("trace.said.refused"))
		case o.Had:
			row.Text = r.printer.T("trace.said.had", "State", r.printer.T("trace.state."+string(o.Trace.State)))
		default:
			opened++
			row.Tone, row.Text = ui.ToneGood, r.printer.T("trace.said.opened")
		}
		out.Rows = append(out.Rows, row)
	}
	out.Text = r.printer.N("trace.said.many", opened)
	if refused > 0 {
		out.Text += " " + r.printer.N("trace.said.not", refused)
	}
	return out, nil
}
