package web

import (
	"cmp"
	"context"
	"encoding/base64"
	"encoding/binary"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/platform/event"
	"godwit.dev/godwit/internal/server/web/ui"
)

// bulkVerb is a verb on one of many tickets.
type bulkVerb func(ctx context.Context, t ticket.ID) (event.ID, error)

// bulk runs one verb on all chosen tickets.
func (s *server) bulk(w http.ResponseWriter, r *request) error {
	var numbers []int64
	for _, v := range r.Form["numbers"] {
		n, err := parseID(v)
		if err != nil {
			return errs.Field("numbers", "error.id", "id", v)
		}
		numbers = append(numbers, n)
	}
	slices.Sort(numbers)
	numbers = slices.Compact(numbers)
	if len(numbers) == 0 {
		return errs.Field("numbers", "error.bulk_none")
	}
	undoable := true
	var verb bulkVerb
	var err error
	switch r.FormValue("do") {
	case "merge":
		numbers, verb, err = r.bulkMerge(numbers)
	case "spam":
		verb = func(ctx context.Context, t ticket.ID) (event.ID, error) {
			return s.Tickets.SetSpam(ctx, r.actor, t, true)
		}
	default:
		undoable = !strings.HasPrefix(r.FormValue("value"), "macro:")
		verb, err = r.bulkVerb(r.FormValue("value"))
	}
	if err != nil {
		return err
	}
	done, refused, err := s.Tickets.Bulk(r.Context(), r.actor, numbers, verb)
	if err != nil {
		return err
	}
	toast := &ui.Toast{Text: r.printer.N("said.bulk", int64(len(done)))}
	if len(refused) > 0 {
		toast.Tone = ui.ToneWarn
		toast.Text += " " + r.printer.N("said.bulk_refused", int64(len(refused)))
		if why := r.worded(refused[slices.Min(slices.Collect(maps.Keys(refused)))]); why != "" {
			toast.Text += " " + why
		}
	}
	if batch := batchOf(done); batch != "" && undoable {
		toast.Undo = "/inbox/bulk/undo/" + batch
	}
	return r.listActed(w, toast)
}

// bulkMerge merges the chosen tickets into the oldest of them.
func (r *request) bulkMerge(numbers []int64) ([]int64, bulkVerb, error) {
	if len(numbers) < 2 {
		return nil, nil, errs.Field("numbers", "error.bulk_merge")
	}
	into, err := r.s.Tickets.ByNumber(r.Context(), r.actor, numbers[0])
	if err != nil {
		return nil, nil, err
	}
	return numbers[1:], func(ctx context.Context, t ticket.ID) (event.ID, error) {
		return r.s.Tickets.Merge(ctx, r.actor, t, into.ID)
	}, nil
}

// bulkVerb reads "verb:argument".
func (r *request) bulkVerb(value string) (bulkVerb, error) {
	s := r.s
	name, arg, _ := strings.Cut(value, ":")
	switch name {
	case "assign":
		to, err := r.assignee(arg)
		return func(ctx context.Context, t ticket.ID) (event.ID, error) { return s.Tickets.Assign(ctx, r.actor, t, to) }, err
	case "status":
		to := ticket.Status(arg)
		if !slices.Contains(ticket.Statuses(), to) {
			return nil, errs.Field("value", "error.status")
		}
		return func(ctx context.Context, t ticket.ID) (event.ID, error) {
			return s.Tickets.SetStatus(ctx, r.actor, t, to, "")
		}, nil
	case "team":
		to, err := r.team(arg)
		return func(ctx context.Context, t ticket.ID) (event.ID, error) {
			return s.Tickets.SetTeam(ctx, r.actor, t, to)
		}, err
	case "tag":
		return func(ctx context.Context, t ticket.ID) (event.ID, error) {
			return s.Tickets.ChangeTags(ctx, r.actor, t, []string{arg}, nil)
		}, nil
	case "priority":
		p, ok := ticket.ParsePriority(arg)
		if !ok {
			return nil, errs.Field("value", "error.priority")
		}
		return func(ctx context.Context, t ticket.ID) (event.ID, error) {
			return s.Tickets.SetPriority(ctx, r.actor, t, p)
		}, nil
	case "snooze":
		until, err := r.until(arg, "")
		return func(ctx context.Context, t ticket.ID) (event.ID, error) {
			return s.Tickets.Snooze(ctx, r.actor, t, until, true)
		}, err
	case "macro":
		id, err := parseID(arg)
		if err != nil {
			return nil, errs.New(errs.NotFound, "error.not_found")
		}
		if _, err := s.Tickets.Macro(r.Context(), r.actor, ticket.MacroID(id)); err != nil {
			return nil, err
		}
		return func(ctx context.Context, t ticket.ID) (event.ID, error) {
			return s.Tickets.ApplyMacro(ctx, r.actor, t, ticket.MacroID(id))
		}, nil
	}
	return nil, errs.Field("value", "error.bulk_verb")
}

// bulkUndo takes back what a bulk action did, as far as that is still possible.
func (s *server) bulkUndo(w http.ResponseWriter, r *request) error {
	events, err := readBatch(r.PathValue("batch"))
	if err != nil {
		return err
	}
	undone, refused := 0, 0
	var missing error
	for _, id := range slices.Backward(events) { // the last change first, as merges build on each other
		t, err := s.Tickets.TicketOf(r.Context(), r.actor, id)
		if err == nil {
			err = s.Tickets.Undo(r.Context(), r.actor, t.ID, id)
		}
		switch errs.KindOf(err) {
		case errs.NotFound:
			missing = err
			refused++
		case errs.Internal, errs.Unavailable:
			if err != nil {
				return err
			}
			undone++
		default:
			refused++
		}
	}
	if undone == 0 && missing != nil {
		return missing
	}
	toast := &ui.Toast{Text: r.printer.N("said.bulk_undone", int64(undone))}
	if refused > 0 {
		toast.Tone = ui.ToneWarn
		toast.Text += " " + r.printer.N("said.bulk_refused", int64(refused))
	}
	return r.listActed(w, toast)
}

// maxBatch is how many events a batch names.
const maxBatch = 200

// batchOf names the events of a bulk action for the path of its undo: their
// identifiers in rising order, each as its distance from the one before. It is
// no secret: every undo judges its ticket and actor anew.
func batchOf(done map[int64]event.ID) string {
	var ids []event.ID
	for _, id := range done {
		if id != 0 {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	var b []byte
	last := event.ID(0)
	for _, id := range ids {
		b = binary.AppendUvarint(b, uint64(id-last))
		last = id
	}
	return base64.RawURLEncoding.EncodeToString(b)
}

// readBatch reads what batchOf wrote.
func readBatch(s string) ([]event.ID, error) {
	gone := errs.New(errs.NotFound, "error.not_found")
	b, err := base64.RawURLEncoding.DecodeString(s)
	if err != nil {
		return nil, gone
	}
	var out []event.ID
	last := event.ID(0)
	for len(b) > 0 {
		d, n := binary.Uvarint(b)
		if n <= 0 || d == 0 || len(out) == maxBatch || last+event.ID(d) < last {
			return nil, gone
		}
		last += event.ID(d)
		out, b = append(out, last), b[n:]
	}
	if len(out) == 0 {
		return nil, gone
	}
	return out, nil
}

// listActed answers a bulk action: the list anew for the script, else the page
// it came from.
func (r *request) listActed(w http.ResponseWriter, toast *ui.Toast) error {
	back := r.back("/inbox/" + cmp.Or(r.FormValue("view"), ui.ViewMine))
	if !r.htmx() {
		f := flashOf(toast)
		f.Tone = cmp.Or(toast.Tone, ui.ToneGood)
		return r.see(w, back, f)
	}
	from, err := url.Parse(back)
	if err != nil {
		from = &url.URL{}
	}
	view := cmp.Or(r.FormValue("view"), from.Query().Get("view"), ui.ViewMine)
	q := from.Query()
	q.Del("after")
	l, err := r.listing(view, q)
	if err != nil {
		return err
	}
	if l.list.Rows, err = r.rows(&l, nil); err != nil {
		return err
	}
	st, err := r.seat()
	if err != nil {
		return err
	}
	p, err := r.page(w, "", ui.SectionInbox)
	if err != nil {
		return err
	}
	return r.draw(w, http.StatusOK, ui.ListActedPart(ui.ListActed{Page: p, Views: r.uiViews(st), List: l.list, Toast: toast}))
}
