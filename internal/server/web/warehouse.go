package web

import (
	"cmp"
	"crypto/rand"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/cases"
	"godwit.dev/godwit/internal/flow/goods"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/server/web/ui"
)

// warehouseRoutes is the table of the door of a warehouse.
func warehouseRoutes() []route {
	read, write := may(auth.ReadCases), may(auth.WriteCases)
	return []route{
		{"GET", "/warehouse", read, none, (*server).warehousePage},
		{"POST", "/warehouse/scan", read, form, (*server).warehouseScan},
		{"POST", "/warehouse/unknown", write, form, (*server).warehouseUnknown},
		{"GET", "/warehouse/{back}/label", read, none, (*server).warehouseLabel},
		{"POST", "/warehouse/{back}", write, upload, (*server).warehouseDo},
	}
}

// waitingBacks is how many parcels on their way, and unknown ones, the door shows.
const waitingBacks = 50

// fates are the dispositions of goods in the order in which the door offers them; the verbs of Chinese warehouses are
// among them. What is missing is counted, not disposed of.
var fates = []cases.Disposition{
	cases.RestockNew, cases.RestockSecond, cases.HubHold, cases.Refurbish, cases.ForRepair, cases.Redispatch, cases.Relabel, cases.BackToBuyer, cases.ToSupplier,
	cases.ConsolidateHome, cases.Donate, cases.Destroy,
}

// warehousePage shows the parcel that lies open, what a code may mean, or what is on its way.
func (s *server) warehousePage(w http.ResponseWriter, r *request) error {
	q := r.URL.Query()
	v := ui.Warehouse{Asked: strings.TrimSpace(q.Get("unknown")), Sound: q.Get("sound")}
	var err error
	if code := q.Get("code"); code != "" {
		found, _, err := s.Goods.Look(r.Context(), r.actor, code, 0)
		if err != nil {
			return err
		}
		for _, p := range found {
			v.Found = append(v.Found, uiBack(p))
		}
	}
	if n, bad := strconv.ParseInt(q.Get("open"), 10, 64); bad == nil {
		if err = r.openBack(&v, goods.ParcelID(n)); err != nil {
			return err
		}
	}
	return s.drawWarehouse(w, r, v)
}

func (s *server) drawWarehouse(w http.ResponseWriter, r *request, v ui.Warehouse) error {
	var err error
	if v.Page, err = r.page(w, r.printer.T("nav.warehouse"), ui.SectionParcels); err != nil {
		return err
	}
	v.Key, v.MayWrite = rand.Text(), r.actor.May(auth.WriteCases)
	if v.Open == nil {
		list, err := s.Goods.List(r.Context(), r.actor, goods.Filter{Open: true}, 0, waitingBacks)
		if err != nil {
			return err
		}
		for _, p := range list {
			v.Waiting = append(v.Waiting, uiBack(p))
		}
	}
	kept, err := s.Goods.Unknown(r.Context(), r.actor, 0, waitingBacks)
	if err != nil {
		return err
	}
	for _, x := range kept {
		v.Unknown = append(v.Unknown, ui.Unknown{ID: x.ID, Code: x.Code, Note: x.Note, By: x.By.Name, At: x.At})
	}
	for _, g := range goods.Grades() {
		v.Grades = append(v.Grades, string(g))
	}
	for _, d := range fates {
		v.Fates = append(v.Fates, ui.Option{Value: string(d), Label: r.printer.T("warehouse.fate." + string(d))})
	}
	return r.draw(w, formStatus(v.Form), ui.WarehousePage(v))
}

func uiBack(p goods.Parcel) ui.Back {
	return ui.Back{
		ID: int64(p.ID), RMA: goods.Spaced(p.RMA), Case: p.Number, State: string(p.State), Customer: cmp.Or(p.Sender.Name, p.Sender.Company), Tracking: p.Tracking, Units: p.Units(), At: p.UpdatedAt,
	}
}

// openBack puts a parcel on the table.
func (r *request) openBack(v *ui.Warehouse, n goods.ParcelID) error {
	p, err := r.s.Goods.Get(r.Context(), r.actor, n)
	if err != nil {
		return err
	}
	b := uiBack(p)
	v.Open, v.Counted, v.Crooked, v.HasLabel = &b, p.Opened(), p.Discrepant(), p.State.Open() && p.Place != 0
	if v.HasLabel {
		d, err := r.s.Goods.Declaration(r.Context(), r.actor, n)
		if err != nil {
			return err
		}
		v.HasPapers = d.Form != goods.NoForm
	}
	c, err := r.s.Cases.Get(r.Context(), r.actor, p.Case)
	if err != nil {
		return err
	}
	units, err := r.shots(v, c, p)
	if err != nil {
		return err
	}
	r.dropping(v, c, p)
	for _, l := range p.Lines {
		line := ui.BackLine{
			Line: l.Case, SKU: l.SKU, Title: l.Title, Quantity: l.Quantity, Matched: l.Matched, Unexpected: l.Unexpected, Missing: l.Missing,
			Left: l.Quantity - l.Matched - l.Unexpected - l.Missing,
		}
		for _, x := range c.Lines {
			if x.Number == l.Case {
				line.Reason = x.Reason
			}
		}
		for i := range l.Matched + l.Unexpected {
			g := "-"
			if i < int64(len(l.Grades)) {
				g = l.Grades[i : i+1]
			}
			line.Grades, line.Shots = append(line.Grades, g), append(line.Shots, units[[2]int64{int64(l.Case), i + 1}])
		}
		v.Lines = append(v.Lines, line)
	}
	return nil
}

// shots are the pictures of what lies on the table: what the customer showed when they announced the goods, and what was seen
// here, of which those of one unit are returned by line and unit.
func (r *request) shots(v *ui.Warehouse, c cases.Case, p goods.Parcel) (units map[[2]int64][]ui.Shot, err error) {
	files, err := r.s.Cases.Files(r.Context(), r.actor, c.ID)
	if err != nil {
		return nil, err
	}
	shot := func(f cases.File) ui.Shot {
		return ui.Shot{Href: "/cases/" + id64(c.ID) + "/files/" + id64(f.ID), Name: f.Name}
	}
	for _, f := range files {
		if f.Kind == cases.Photo && f.Announced() {
			v.Announced = append(v.Announced, shot(f))
		}
	}
	photos, err := r.s.Goods.Photos(r.Context(), r.actor, p.ID)
	units = map[[2]int64][]ui.Shot{}
	for _, x := range photos {
		if x.Unit == 0 {
			v.Shots = append(v.Shots, shot(x.File))
			continue
		}
		at := [2]int64{int64(x.Line), x.Unit}
		units[at] = append(units[at], shot(x.File))
	}
	return units, err
}

// dropping says what it leads to that a parcel will not come.
func (r *request) dropping(v *ui.Warehouse, c cases.Case, p goods.Parcel) {
	v.Drop.Law, v.Drop.May = p.Droppable(c)
	for _, x := range c.Resolutions {
		if x.Number == p.Resolution && x.Stand == cases.Waiting {
			v.Drop.Gets = strings.TrimSpace(r.printer.T("cases.means."+string(x.Means)) + " " + r.moneyOr(worth(x), x.Money.Currency))
			v.Drop.Ends = c.Alone(x.Number)
		}
	}
}

// takeShots adds the photos of a form to a parcel, to one unit of it or to none in particular. The same photo is added once.
func (r *request) takeShots(p goods.Parcel, line int, unit int64) error {
	files, err := r.uploads("photo")
	if err == nil && len(files) == 0 {
		err = errs.Field("photo", "error.required")
	}
	for _, f := range files {
		if err != nil {
			break
		}
		_, err = r.s.Goods.Photograph(r.Context(), r.actor, p.ID, line, unit, f.Name, f.Data)
	}
	return err
}

func openPath(n goods.ParcelID, sound string) string {
	return "/warehouse?open=" + id64(int64(n)) + "&sound=" + sound
}

// warehouseScan takes what a scanner read: the code of goods in the open parcel counts one unit of them, once by the key of
// its form; any other code opens the parcel that it means.
func (s *server) warehouseScan(w http.ResponseWriter, r *request) error {
	n, _ := strconv.ParseInt(r.PostFormValue("open"), 10, 64)
	code, open := strings.TrimSpace(r.PostFormValue("code")), goods.ParcelID(n)
	if code == "" {
		return r.see(w, "/warehouse", nil)
	}
	found, line, err := s.Goods.Look(r.Context(), r.actor, code, open)
	if err != nil {
		return s.warehouseWrong(w, r, open, err)
	}
	switch {
	case line != 0:
		_, err := s.Goods.Receive(r.Context(), r.actor, open, r.PostFormValue("key"), []goods.Counted{{Line: line, Matched: 1}})
		if err != nil {
			return s.warehouseWrong(w, r, open, err)
		}
		return r.see(w, openPath(open, "good"), nil)
	case len(found) == 1:
		return r.see(w, openPath(found[0].ID, "good"), nil)
	case len(found) > 1:
		return r.see(w, "/warehouse?sound=good&code="+url.QueryEscape(code), nil)
	}
	return r.see(w, "/warehouse?sound=bad&unknown="+url.QueryEscape(code), nil)
}

// warehouseWrong shows what went wrong on the table, and makes it heard.
func (s *server) warehouseWrong(w http.ResponseWriter, r *request, open goods.ParcelID, err error) error {
	f, ok := r.formErrors(err)
	if !ok {
		return err
	}
	v := ui.Warehouse{Form: f, Sound: "bad"}
	if open != 0 {
		if err := r.openBack(&v, open); err != nil {
			return err
		}
	}
	return s.drawWarehouse(w, r, v)
}

// warehouseDo counts or grades what lies on the table.
func (s *server) warehouseDo(w http.ResponseWriter, r *request) error {
	n, err := r.number("back")
	if err != nil {
		return err
	}
	open, do := goods.ParcelID(n), r.PostFormValue("do")
	p, err := s.Goods.Get(r.Context(), r.actor, open)
	if err != nil {
		return err
	}
	line, _ := strconv.Atoi(r.PostFormValue("line"))
	key := r.PostFormValue("key")
	unit, _ := strconv.ParseInt(r.PostFormValue("unit"), 10, 64)
	if grade, ok := strings.CutPrefix(do, "grade"); ok {
		_, err = s.Goods.Inspect(r.Context(), r.actor, open, line, unit, 1, goods.Grade(grade), cases.Disposition(r.PostFormValue("as")))
	} else if do == "photo" {
		err = r.takeShots(p, line, unit)
	} else if do == "drop" {
		_, err = s.Goods.Drop(r.Context(), r.actor, open)
	} else if do == "finish" {
		_, err = s.Goods.Finish(r.Context(), r.actor, open)
	} else {
		_, err = s.Goods.Receive(r.Context(), r.actor, open, key, countedBy(p, do, line))
	}
	if err != nil {
		return s.warehouseWrong(w, r, open, err)
	}
	if do == "drop" {
		return r.see(w, openPath(open, "good"), r.told("warehouse.dropped"))
	}
	return r.see(w, openPath(open, "good"), nil)
}

// countedBy is what a button says of the lines of a parcel.
func countedBy(p goods.Parcel, do string, line int) []goods.Counted {
	var out []goods.Counted
	for _, l := range p.Lines {
		left := l.Quantity - l.Matched - l.Unexpected - l.Missing
		switch {
		case left <= 0:
		case do == "all" || do == "rest" && l.Case == line:
			out = append(out, goods.Counted{Line: l.Case, Matched: left})
		case do == "one" && l.Case == line:
			out = append(out, goods.Counted{Line: l.Case, Matched: 1})
		case do == "other" && l.Case == line:
			out = append(out, goods.Counted{Line: l.Case, Unexpected: 1})
		}
	}
	return out
}

// warehouseUnknown keeps a parcel that nobody expected, or says whose it is.
func (s *server) warehouseUnknown(w http.ResponseWriter, r *request) error {
	if scan, bad := strconv.ParseInt(r.PostFormValue("scan"), 10, 64); bad == nil {
		n, _ := strconv.ParseInt(r.PostFormValue("open"), 10, 64)
		if _, err := s.Goods.Claim(r.Context(), r.actor, scan, goods.ParcelID(n)); err != nil {
			return err
		}
		return r.see(w, openPath(goods.ParcelID(n), "good"), r.told("warehouse.claimed"))
	}
	if err := s.Goods.Keep(r.Context(), r.actor, r.PostFormValue("key"), r.PostFormValue("code"), r.PostFormValue("note")); err != nil {
		return s.warehouseWrong(w, r, 0, err)
	}
	return r.see(w, "/warehouse", r.told("warehouse.kept"))
}

// warehouseLabel sends the label of a parcel, or its customs papers.
func (s *server) warehouseLabel(w http.ResponseWriter, r *request) error {
	n, err := r.number("back")
	if err != nil {
		return err
	}
	name, print := "label.pdf", func() ([]byte, error) {
		return s.Goods.Label(r.Context(), r.actor, goods.ParcelID(n), string(r.printer.Lang()))
	}
	if r.URL.Query().Get("papers") != "" {
		name, print = "customs.pdf", func() ([]byte, error) { return s.Goods.Papers(r.Context(), r.actor, goods.ParcelID(n)) }
	}
	pdf, err := print()
	if err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", "application/pdf")
	h.Set("Content-Disposition", `attachment; filename="`+name+`"`)
	if _, err := w.Write(pdf); err != nil {
		return errs.Wrap(errs.Unavailable, err, "error.busy")
	}
	return nil
}
