package web

import (
	"bytes"
	"cmp"
	"encoding/csv"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/money"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/domain/recovery"
	"godwit.dev/godwit/internal/domain/shipment"
	"godwit.dev/godwit/internal/flow/recoup"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/server/web/ui"
)

// recoveryRoutes is the table of claims against carriers, insurers, suppliers and marketplaces.
func recoveryRoutes() []route {
	read, write, approve := may(auth.ReadCases), may(auth.WriteCases), may(auth.ApproveRefunds)
	return []route{
		{"GET", "/recoveries", read, none, (*server).recoveriesPage},
		{"POST", "/recoveries", write, form, (*server).recoveryOpen},
		{"GET", "/recoveries.csv", read, none, (*server).recoveriesFile},
		{"GET", "/recoveries/{recovery}", read, none, (*server).recoveryPage},
		{"POST", "/recoveries/{recovery}", write, form, (*server).recoveryChange},
		{"POST", "/recoveries/{recovery}/payments", approve, form, (*server).recoveryPay},
		{"GET", "/recoveries/{recovery}/dossier.zip", read, none, (*server).recoveryDossier},
		{"GET", "/recoveries/{recovery}/letter.pdf", read, none, (*server).recoveryLetter},
		{"POST", "/recoveries/{recovery}/documents", write, upload, (*server).recoveryDocuments},
		{"GET", "/recoveries/{recovery}/documents/{document}", read, none, (*server).recoveryDocument},
	}
}

// recoveryPageSize is how many claims the board shows at once, recoveryFileSize how many the file holds at most.
const recoveryPageSize, recoveryFileSize = 50, 10_000

// recoveryTabs are the boards: what must still be submitted, what the party must answer or pay, and what is over.
var recoveryTabs = []struct {
	key    string
	states []recovery.State
}{
	{"open", nil},
	{"submit", []recovery.State{recovery.Collecting, recovery.Ready}},
	{"answer", []recovery.State{recovery.Submitted, recovery.Asked, recovery.Refused, recovery.Appealed}},
	{"pay", []recovery.State{recovery.Accepted, recovery.Partly}},
	{"done", []recovery.State{recovery.Paid, recovery.WrittenOff, recovery.Lapsed}},
}

// recoveryAsk reads the query of the board.
func (r *request) recoveryAsk(v *ui.Recoveries) recovery.Filter {
	q := r.URL.Query()
	v.Tab, v.Filter = "open", ui.RecoveryFilter{Party: strings.TrimSpace(q.Get("party")), Batch: strings.TrimSpace(q.Get("batch"))}
	f := recovery.Filter{Party: v.Filter.Party, Batch: v.Filter.Batch}
	for _, a := range recovery.Parties() {
		on := string(a) == q.Get("against")
		if on {
			v.Filter.Against, f.Against = string(a), a
		}
		v.Filter.Parties = append(v.Filter.Parties, ui.Option{Value: string(a), Label: r.printer.T("recovery.against." + string(a)), Selected: on})
	}
	for _, t := range recoveryTabs {
		if t.key == q.Get("tab") {
			v.Tab, f.States = t.key, t.states
		}
	}
	f.Open = v.Tab != "done"
	return f
}

// recoveriesPage draws the board of claims.
func (s *server) recoveriesPage(w http.ResponseWriter, r *request) error {
	return r.drawRecoveries(w, http.StatusOK, ui.Form{})
}

func (r *request) drawRecoveries(w http.ResponseWriter, status int, f ui.Form) error {
	page, err := r.page(w, r.printer.T("recovery.title"), ui.SectionRefunds)
	if err != nil {
		return err
	}
	v := ui.Recoveries{Page: page, Form: f}
	ask := r.recoveryAsk(&v)
	after, err := parseRecoveryCursor(r.URL.Query().Get("after"))
	if err != nil {
		return err
	}
	list, err := r.s.Recovery.List(r.Context(), r.actor, ask, after, recoveryPageSize+1)
	if err != nil {
		return err
	}
	if len(list) > recoveryPageSize {
		list = list[:recoveryPageSize]
		v.Next = recoveryCursor(ask.CursorAt(list[len(list)-1]))
	}
	for _, c := range list {
		v.Rows = append(v.Rows, r.recoveryRow(c))
	}
	if err := r.recoverySums(&v, ask); err != nil {
		return err
	}
	v.New = ui.RecoveryNew{Number: r.FormValue("number"), Party: r.FormValue("party"), Amount: r.FormValue("amount"), Deadline: r.FormValue("deadline")}
	for _, a := range recovery.Parties() {
		if a != recovery.Supplier {
			v.New.Against = append(v.New.Against, ui.Option{Value: string(a), Label: r.printer.T("recovery.against." + string(a)), Selected: string(a) == r.FormValue("against")})
		}
	}
	for _, c := range recovery.Causes() {
		if c != recovery.Defective {
			v.New.Causes = append(v.New.Causes, ui.Option{Value: string(c), Label: r.printer.T("recovery.cause." + string(c)), Selected: string(c) == r.FormValue("cause")})
		}
	}
	return r.draw(w, status, ui.RecoveriesPage(v))
}

// recoverySums counts the boards, and adds up what all claims under the filter come to, whichever board is shown.
func (r *request) recoverySums(v *ui.Recoveries, f recovery.Filter) error {
	f.Open, f.States = false, nil
	list, err := r.s.Recovery.Sums(r.Context(), r.actor, f)
	if err != nil {
		return err
	}
	type sum struct{ asked, due, received, lost int64 }
	sums, counts := map[string]*sum{}, map[string]int64{}
	for _, x := range list {
		if sums[x.Currency] == nil {
			sums[x.Currency] = &sum{}
		}
		s := sums[x.Currency]
		s.received += x.Received
		s.due += max(x.Granted-x.Received, 0)
		if x.State.Open() {
			s.asked += x.Asked
			counts["open"] += x.Claims
		} else {
			s.lost += max(x.Asked-x.Received, 0)
		}
		for _, t := range recoveryTabs {
			if slices.Contains(t.states, x.State) {
				counts[t.key] += x.Claims
			}
		}
	}
	for _, t := range recoveryTabs {
		v.Tabs = append(v.Tabs, ui.BoardTab{Key: t.key, Count: counts[t.key]})
	}
	codes := make([]string, 0, len(sums))
	for code := range sums {
		codes = append(codes, code)
	}
	slices.Sort(codes)
	for _, code := range codes {
		s := sums[code]
		v.Sums = append(v.Sums, ui.RecoverySum{Currency: code, Asked: r.money(s.asked, code), Due: r.moneyOr(s.due, code), Received: r.moneyOr(s.received, code), Lost: r.moneyOr(s.lost, code)})
	}
	return nil
}

// recoveryRow draws a claim in a list.
func (r *request) recoveryRow(c recovery.Claim) ui.RecoveryRow {
	row := ui.RecoveryRow{
		ID: int64(c.ID), Against: string(c.Against), Party: c.Name, Cause: string(c.Cause), State: string(c.State), Clock: c.Clock(), Asked: r.money(c.Asked, c.Currency), Received: r.moneyOr(c.Received, c.Currency),
	}
	if c.State.Unsent() {
		row.Missing = int64(len(c.Missing()))
	}
	if !c.State.Open() {
		row.Clock = time.Time{}
	}
	if c.Against == recovery.Supplier {
		var n int64
		for _, x := range c.Items {
			n += x.Quantity
		}
		row.What = r.printer.N("recovery.units", n, "Batch", cmp.Or(c.Batch, r.printer.T("recovery.no_batch")))
	} else if len(c.Items) > 0 {
		row.What = cmp.Or(c.Items[0].Tracking, c.Items[0].Title)
	}
	return row
}

// mostClaims is how many claims stand on the page of a case or a parcel.
const mostClaims = 20

// claimsOf draws the newest claims of a case or a parcel, for readers who may see claims.
func (r *request) claimsOf(f recovery.Filter) ([]ui.RecoveryRow, error) {
	if !r.actor.May(auth.ReadCases) {
		return nil, nil
	}
	list, err := r.s.Recovery.List(r.Context(), r.actor, f, recovery.Cursor{}, mostClaims)
	var out []ui.RecoveryRow
	for _, c := range list {
		out = append(out, r.recoveryRow(c))
	}
	return out, err
}

// recoveryCursor writes a place on the board for an address.
func recoveryCursor(c recovery.Cursor) string {
	at := int64(0)
	if !c.At.IsZero() {
		at = c.At.UnixMilli()
	}
	return strconv.FormatInt(at, 36) + "." + strconv.FormatInt(int64(c.ID), 36)
}

// parseRecoveryCursor reads what recoveryCursor wrote; "" is the beginning.
func parseRecoveryCursor(s string) (recovery.Cursor, error) {
	if s == "" {
		return recovery.Cursor{}, nil
	}
	first, second, _ := strings.Cut(s, ".")
	at, err1 := strconv.ParseInt(first, 36, 64)
	n, err2 := strconv.ParseInt(second, 36, 64)
	if err1 != nil || err2 != nil || n <= 0 {
		return recovery.Cursor{}, errs.Field("after", "error.cursor")
	}
	c := recovery.Cursor{ID: recovery.ID(n)}
	if at != 0 {
		c.At = time.UnixMilli(at).UTC()
	}
	return c, nil
}

// recoveriesFile saves the claims of the board as a table, to be handed to one party at once: sums in minor units.
func (s *server) recoveriesFile(w http.ResponseWriter, r *request) error {
	f := r.recoveryAsk(&ui.Recoveries{})
	rows := [][]string{{"claim", "against", "party", "cause", "state", "batch", "reference", "tracking", "order", "sku", "units", "value", "refunded", "currency", "asked", "granted", "received", "deadline"}}
	for after := (recovery.Cursor{}); ; {
		list, err := s.Recovery.List(r.Context(), r.actor, f, after, recovery.MaxPage)
		if err != nil {
			return err
		}
		for _, c := range list {
			deadline := ""
			if !c.Deadline.IsZero() {
				deadline = c.Deadline.UTC().Format(time.RFC3339)
			}
			for _, x := range c.Items {
				rows = append(rows, []string{
					id64(int64(c.ID)), string(c.Against), inCell(c.Name), string(c.Cause), string(c.State), inCell(c.Batch), inCell(c.Reference), inCell(x.Tracking), id64(int64(x.Order)), inCell(x.SKU), id64(x.Quantity), id64(x.Value), id64(x.Refunded),
					c.Currency, id64(c.Asked), id64(c.Granted), id64(c.Received), deadline,
				})
			}
		}
		if len(list) < recovery.MaxPage || len(rows) > recoveryFileSize {
			break
		}
		after = f.CursorAt(list[len(list)-1])
	}
	var out bytes.Buffer
	if err := csv.NewWriter(&out).WriteAll(rows); err != nil {
		return err
	}
	return r.sendFile(w, "text/csv; charset=utf-8", `attachment; filename="claims.csv"`, out.Bytes())
}

// inCell is a text as a cell of a table: one that a spreadsheet would take for a formula begins with an apostrophe.
func inCell(text string) string {
	if text != "" && strings.ContainsRune("=+-@\t\r", rune(text[0])) {
		return "'" + text
	}
	return text
}

// recoveryOpen opens a claim for the parcel that a tracking number names.
func (s *server) recoveryOpen(w http.ResponseWriter, r *request) error {
	c, err := r.recoveryNew()
	if err != nil {
		f, ok := r.formErrors(err)
		if !ok {
			return err
		}
		return r.drawRecoveries(w, http.StatusUnprocessableEntity, f)
	}
	return r.see(w, "/recoveries/"+id64(int64(c.ID)), r.told("recovery.said.opened"))
}

func (r *request) recoveryNew() (recovery.Claim, error) {
	var c recovery.Claim
	key := order.TrackingKey(r.FormValue("number"))
	if key == "" {
		return c, errs.Field("number", "error.required")
	}
	list, err := r.s.Shipments.List(r.Context(), r.actor, shipment.Filter{Key: key}, shipment.Cursor{}, 1)
	if errs.Is(err, errs.Denied) || err == nil && (len(list) == 0 || list[0].Order == 0) {
		return c, errs.Field("number", "error.not_found")
	}
	if err != nil {
		return c, err
	}
	o, err := r.s.Orders.Get(r.Context(), r.actor, list[0].Order)
	if errs.Is(err, errs.Denied) || errs.Is(err, errs.NotFound) {
		return c, errs.Field("number", "error.not_found")
	}
	if err != nil {
		return c, err
	}
	w := recoup.Wish{Shipment: list[0].ID, Against: recovery.Against(r.FormValue("against")), Party: r.FormValue("party"), Cause: recovery.Cause(r.FormValue("cause"))}
	if w.Amount, err = r.sum("amount", o.Currency); err != nil {
		return c, err
	}
	if w.Deadline, err = r.dayEnd("deadline"); err != nil {
		return c, err
	}
	c, _, err = r.s.Recoup.Claim(r.Context(), r.actor, w)
	return c, err
}

// dayEnd reads the end of a day from a form; an empty field is none.
func (r *request) dayEnd(field string) (time.Time, error) {
	text := r.FormValue(field)
	if text == "" {
		return time.Time{}, nil
	}
	t, err := time.ParseInLocation(time.DateOnly, text, r.zone)
	if err != nil {
		return t, errs.Field(field, "error.invalid")
	}
	return t.AddDate(0, 0, 1).Add(-time.Millisecond), nil
}

// recoveryOf reads the claim that a path names.
func (r *request) recoveryOf() (recovery.Claim, error) {
	n, err := r.number("recovery")
	if err != nil {
		return recovery.Claim{}, err
	}
	return r.s.Recovery.Get(r.Context(), r.actor, recovery.ID(n))
}

// recoveryPage shows a claim with all that happened to it.
func (s *server) recoveryPage(w http.ResponseWriter, r *request) error {
	c, err := r.recoveryOf()
	if err != nil {
		return err
	}
	return r.drawRecovery(w, http.StatusOK, c, ui.Form{})
}

func (r *request) drawRecovery(w http.ResponseWriter, status int, c recovery.Claim, f ui.Form) error {
	h, err := r.house()
	if err != nil {
		return err
	}
	row := r.recoveryRow(c)
	page, err := r.page(w, r.printer.T("recovery.heading", "Sum", row.Asked, "Party", row.Party), ui.SectionRefunds)
	if err != nil {
		return err
	}
	v := ui.RecoveryView{
		Page: page, Row: row, Reference: c.Reference, Owner: h.person[c.Owner].Name, Why: c.Why, OpensAt: c.OpensAt, Deadline: c.Deadline, ReplyBy: c.ReplyBy, Unsent: c.State.Unsent(), Open: c.State.Open(),
		CanPay: c.State.Open() && !c.State.Unsent(), Currency: c.Currency, Form: f, People: append([]ui.Option{{Label: "–"}}, r.peopleOptions(h, c.Owner)...),
		Fields: ui.RecoveryFields{
			Asked: cmp.Or(r.FormValue("asked"), c.Amount(c.Asked).String()), Granted: r.FormValue("granted"), Reference: cmp.Or(r.FormValue("reference"), c.Reference), Why: r.FormValue("why"),
			Deadline: r.FormValue("deadline"), Paid: r.FormValue("amount"), Currency: r.FormValue("currency"), Bank: r.FormValue("bank"),
		},
	}
	if v.Fields.Deadline == "" && !c.Deadline.IsZero() {
		v.Fields.Deadline = c.Deadline.In(r.zone).Format(time.DateOnly)
	}
	if c.Batch != "" {
		v.Batch = r.printer.T("recovery.batch") + " " + c.Batch
	}
	for _, rule := range recovery.Rules() {
		if rule.Name == c.Rule {
			v.Source = r.printer.T("trace.source."+rule.Status, "Source", rule.Source, "Date", rule.AsOf)
		}
	}
	if c.Agreed != nil {
		v.Agreed = r.agreedWords(*c.Agreed)
	}
	for _, to := range c.State.Verbs() {
		money := to == recovery.Accepted || to == recovery.Partly || to == recovery.Paid || to == recovery.WrittenOff
		if !money || r.actor.May(auth.ApproveRefunds) {
			v.Moves = append(v.Moves, string(to))
		}
	}
	v.Sums = []ui.Sum{{Label: r.printer.T("recovery.sum.asked"), Text: row.Asked}, {Label: r.printer.T("recovery.granted"), Text: r.money(c.Granted, c.Currency)},
		{Label: r.printer.T("recovery.sum.received"), Text: r.money(c.Received, c.Currency)}}
	if c.State.Open() {
		v.Sums = append(v.Sums, ui.Sum{Label: r.printer.T("recovery.sum.due"), Text: r.money(c.Due(), c.Currency)})
	} else {
		v.Sums = append(v.Sums, ui.Sum{Label: r.printer.T("recovery.sum.lost"), Text: r.money(c.Gone(), c.Currency)})
	}
	if err := r.recoveryPapers(&v, c); err != nil {
		return err
	}
	for _, x := range c.Items {
		v.Items = append(v.Items, r.recoveryItem(c, x))
	}
	if err := r.recoveryTold(&v, c); err != nil {
		return err
	}
	return r.draw(w, status, ui.RecoveryPage(v))
}

// recoveryItem draws what happened.
func (r *request) recoveryItem(c recovery.Claim, x recovery.Item) ui.RecoveryItem {
	item := ui.RecoveryItem{Label: cmp.Or(x.Tracking, x.SKU, x.Title), What: x.Title, Case: int64(x.Case), Value: r.money(x.Value, c.Currency), Refunded: r.moneyOr(x.Refunded, c.Currency), Href: "/orders/" + id64(int64(x.Order))}
	if x.Shipment != 0 {
		item.Href = "/parcels/" + id64(int64(x.Shipment))
	} else {
		item.What = r.printer.N("recovery.pieces", x.Quantity, "Title", x.Title)
	}
	return item
}

// recoveryTold adds what was paid, and what happened, the newest first.
func (r *request) recoveryTold(v *ui.RecoveryView, c recovery.Claim) error {
	paid, err := r.s.Recovery.Payments(r.Context(), r.actor, c.ID)
	if err != nil {
		return err
	}
	for _, p := range paid {
		v.Payments = append(v.Payments, ui.RecoveryPaid{Reference: p.Reference, Paid: r.money(p.Paid.Minor, p.Paid.Currency), Counts: r.money(p.Counts, c.Currency), At: p.At})
	}
	events, err := r.s.Recovery.History(r.Context(), r.actor, c.ID)
	if err != nil {
		return err
	}
	icons := map[string]string{recovery.IsOpened: "plus", recovery.IsMoved: "forward", recovery.IsNoted: "pencil", recovery.IsPaid: "circle-check", recovery.IsDue: "calendar-clock"}
	for _, e := range slices.Backward(events) {
		var told recovery.Summary
		if err := e.Decode(&told); err != nil {
			return err
		}
		x := ui.CaseEvent{Icon: icons[e.Kind], Text: r.printer.T("recovery.told." + strings.TrimPrefix(e.Kind, "recovery.")), Note: told.Paid, At: e.At}
		if e.Kind == recovery.IsMoved {
			x.Text, x.Note = r.printer.T("recovery.state."+string(told.State)), told.Why
		}
		switch {
		case told.Added != "":
			x.Text, x.Note = r.printer.T("recovery.told.added"), r.printer.T("recovery.paper."+told.Added)
		case told.Removed != "":
			x.Text, x.Note = r.printer.T("recovery.told.removed"), r.printer.T("recovery.paper."+told.Removed)
		}
		if e.ActorKind != auth.System {
			x.By = e.ActorName
		}
		v.Timeline = append(v.Timeline, x)
	}
	return nil
}

// recoveryDo does something to the claim that a path names; what is wrong with the form is shown on its page.
func (r *request) recoveryDo(w http.ResponseWriter, said string, do func(recovery.Claim) error) error {
	c, err := r.recoveryOf()
	if err != nil {
		return err
	}
	if err := do(c); err != nil {
		f, ok := r.formErrors(err)
		if !ok {
			return err
		}
		return r.drawRecovery(w, http.StatusUnprocessableEntity, c, f)
	}
	return r.see(w, "/recoveries/"+id64(int64(c.ID)), r.told("recovery.said."+said))
}

// recoveryChange moves a claim on, or writes to it.
func (s *server) recoveryChange(w http.ResponseWriter, r *request) error {
	return r.recoveryDo(w, "saved", func(c recovery.Claim) error {
		x := recovery.Change{To: recovery.State(r.FormValue("to"))}
		if k := r.FormValue("have"); k != "" {
			x.Have = []string{k}
		}
		if k := r.FormValue("lack"); k != "" {
			x.Lack = []string{k}
		}
		for field, to := range map[string]**string{"reference": &x.Reference, "why": &x.Why} {
			if text := r.FormValue(field); r.Form.Has(field) && (field != "why" || text != "") {
				*to = &text
			}
		}
		for field, to := range map[string]**int64{"asked": &x.Asked, "granted": &x.Granted} {
			a, err := r.sum(field, c.Currency)
			if err != nil {
				return err
			}
			if a.Minor > 0 {
				*to = &a.Minor
			}
		}
		if r.Form.Has("owner") {
			who := auth.PersonID(r.formNumber("owner"))
			x.Owner = &who
		}
		if r.Form.Has("deadline") && r.FormValue("deadline") != c.Deadline.In(r.zone).Format(time.DateOnly) {
			t, err := r.dayEnd("deadline")
			if err != nil {
				return err
			}
			if !t.IsZero() || !c.Deadline.IsZero() {
				x.Deadline = &t
			}
		}
		_, err := s.Recovery.Change(r.Context(), r.actor, c.ID, x)
		return err
	})
}

// recoveryPay books what a party paid.
func (s *server) recoveryPay(w http.ResponseWriter, r *request) error {
	return r.recoveryDo(w, "paid", func(c recovery.Claim) error {
		currency := strings.ToUpper(strings.TrimSpace(r.FormValue("currency")))
		if _, ok := money.Digits(currency); !ok {
			return errs.Field("currency", "error.currency", "currency", currency)
		}
		a, err := r.sum("amount", currency)
		if err != nil {
			return err
		}
		_, err = s.Recovery.Pay(r.Context(), r.actor, c.ID, recovery.NewPayment{Paid: a, Reference: r.FormValue("bank")})
		return err
	})
}
