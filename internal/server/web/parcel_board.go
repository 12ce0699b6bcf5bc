package web

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/i18n"
	"godwit.dev/godwit/internal/domain/carrier"
	"godwit.dev/godwit/internal/domain/customer"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/domain/shipment"
	"godwit.dev/godwit/internal/domain/trace"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/server/web/ui"
)

// parcelRoutes is the table of parcels and lanes.
func parcelRoutes() []route {
	read, tell := may(auth.ReadShipments), may(auth.WriteShipments)
	return []route{
		{"GET", "/parcels", read, none, (*server).boardPage},
		{"GET", "/parcels/rows", read.unasked(), none, (*server).boardRows},
		{"GET", "/parcels/counts", read.unasked(), none, (*server).boardCounts},
		{"GET", "/parcels/{parcel}", read, none, (*server).parcelPage},
		{"GET", "/parcels/{parcel}/payload/{payload}", tell, none, (*server).parcelPayload},
		{"POST", "/parcels/{parcel}/correct", tell, form, (*server).parcelCorrect},
		{"GET", "/lanes", read, none, (*server).lanesPage},
		{"GET", "/lanes.csv", read, none, (*server).lanesFile},
		{"POST", "/parcels/{parcel}/write", may(auth.SendMail), text, (*server).parcelWrite},
		{"POST", "/parcels/{parcel}/traces", may(auth.WriteTickets), form, (*server).traceOpen},
		{"POST", "/parcels/{parcel}/traces/{trace}", may(auth.WriteTickets), form, (*server).traceSave},
		{"POST", "/parcels/traces", may(auth.BulkTickets), form, (*server).tracesOpen},
	}
}

// boardPageSize is how many parcels the board shows at once.
const boardPageSize = 50

// traced is the tab of the parcels that are traced, by the deadline of their traces.
const traced shipment.Board = "traces"

// boards are the tabs in the order in which they are shown.
func boards() []shipment.Board {
	list := shipment.Boards()
	return slices.Insert(list, slices.Index(list, shipment.Dubious), traced)
}

// sieve is what the board is asked for: a tab, what narrows it, and the place
// after which it goes on.
type sieve struct {
	board  shipment.Board
	filter shipment.Filter // without the board
	after  string
	shown  ui.BoardFilter
}

// on returns the filter of the tab that is shown.
func (v sieve) on(now time.Time) shipment.Filter { return v.filter.On(v.board, now) }

// traces returns the filter of the traces behind the parcels of the tab of those.
func (v sieve) traces(now time.Time) trace.Filter {
	f := trace.Filter{Open: true, Parcels: v.filter}
	if v.shown.Claim != "" {
		f = f.DueSoon(now)
	}
	return f
}

// sieve reads the query of the board. Words are a tracking number or that of an
// order; a value that names nothing finds nothing.
func (r *request) sieve(h *house, q url.Values) (sieve, error) {
	get := func(name string) string { return strings.TrimSpace(q.Get(name)) }
	v := sieve{board: shipment.Board(get("tab")), after: q.Get("after"), shown: ui.BoardFilter{
		Q: get("q"), From: country(get("from")), To: country(get("to")), Carrier: get("carrier"), Shop: get("shop"), Status: get("status"),
	}}
	if get("claim") == ui.ClaimSoon {
		v.shown.Claim, v.board = ui.ClaimSoon, traced
	}
	if !slices.Contains(boards(), v.board) {
		switch {
		case v.shown.Q != "": // whoever looks for a number wants its parcel, whatever became of it
			v.board = ""
		case v.shown.Active():
			v.board = shipment.AllOpen
		default:
			v.board = shipment.Risky
		}
	}
	f := &v.shown
	shop, err := strconv.ParseInt(f.Shop, 10, 64)
	if f.Shop != "" && err != nil {
		shop = -1
	}
	v.filter = shipment.Filter{From: f.From, To: f.To, Carrier: f.Carrier, Shop: order.ShopID(shop), Key: order.TrackingKey(f.Q)}
	if f.Status != "" {
		v.filter.Status = []shipment.Status{shipment.Status(f.Status)}
	}
	if f.Q != "" {
		if v.filter.Order, err = r.orderNamed(f.Q); err != nil {
			return v, err
		}
		if v.filter.Order != 0 || v.filter.Key == "" {
			v.filter.Key = ""
			v.filter.Order = cmp.Or(v.filter.Order, -1)
		}
	}
	for _, s := range shipment.Statuses() {
		f.Statuses = append(f.Statuses, ui.Option{Value: string(s), Label: r.printer.T("parcel." + string(s)), Selected: string(s) == f.Status})
	}
	for _, c := range carrier.Carriers() {
		f.Carriers = append(f.Carriers, ui.Option{Value: string(c.Key), Label: c.Name, Selected: string(c.Key) == f.Carrier})
	}
	slices.SortFunc(f.Carriers, func(a, b ui.Option) int { return strings.Compare(strings.ToLower(a.Label), strings.ToLower(b.Label)) })
	scope := r.actor.Scope()
	for _, x := range h.shops {
		if scope.Sees(x.Resource()) {
			f.Shops = append(f.Shops, ui.Option{Value: id64(x.ID), Label: x.Name, Selected: id64(x.ID) == f.Shop})
		}
	}
	return v, nil
}

// country reads the code of a country.
func country(code string) string {
	if len(code) != 2 {
		return ""
	}
	return strings.ToUpper(code)
}

// orderNamed returns the order of a number that the reader may see, 0 for none.
func (r *request) orderNamed(words string) (order.ID, error) {
	key := order.Key(words)
	if key == "" || !r.actor.May(auth.ReadOrders) {
		return 0, nil
	}
	list, err := r.s.Orders.List(r.Context(), r.actor, order.Filter{Keys: []string{key}}, order.Cursor{}, 1)
	if err != nil || len(list) == 0 {
		return 0, err
	}
	return list[0].ID, nil
}

// parcelCursor writes the place after a parcel in a list for an address.
func parcelCursor(f shipment.Filter, v shipment.Shipment) string {
	key, _ := f.Sort()
	c := f.CursorAt(v)
	at := int64(0)
	if !c.At.IsZero() {
		at = c.At.UnixMilli()
	}
	return strconv.Itoa(int(key)) + "." + strconv.FormatInt(at, 36) + "." + strconv.FormatInt(int64(c.ID), 36)
}

// parseParcelCursor reads what parcelCursor wrote for the same list; "" is the
// beginning.
func parseParcelCursor(f shipment.Filter, s string) (shipment.Cursor, error) {
	if s == "" {
		return shipment.Cursor{}, nil
	}
	key, _ := f.Sort()
	parts := strings.Split(s, ".")
	if len(parts) == 3 && parts[0] == strconv.Itoa(int(key)) {
		ms, err1 := strconv.ParseInt(parts[1], 36, 64)
		n, err2 := strconv.ParseInt(parts[2], 36, 64)
		if err1 == nil && err2 == nil && n > 0 {
			return shipment.Cursor{At: time.UnixMilli(ms).UTC(), ID: shipment.ID(n)}, nil
		}
	}
	return shipment.Cursor{}, errs.Field("after", "error.cursor")
}

// boardPage draws the parcels that want looking after.
func (s *server) boardPage(w http.ResponseWriter, r *request) error {
	v, err := r.board(w, true)
	if err != nil {
		return err
	}
	return r.draw(w, http.StatusOK, ui.BoardPage(v))
}

// boardRows draws the rows of the board alone.
func (s *server) boardRows(w http.ResponseWriter, r *request) error {
	v, err := r.board(w, false)
	if err != nil {
		return err
	}
	return r.draw(w, http.StatusOK, ui.BoardRows(v))
}

// boardCounts draws the tabs of the board alone.
func (s *server) boardCounts(w http.ResponseWriter, r *request) error {
	h, err := r.house()
	if err != nil {
		return err
	}
	q, err := r.sieve(h, r.URL.Query())
	if err != nil {
		return err
	}
	page, err := r.page(w, "", ui.SectionParcels)
	if err != nil {
		return err
	}
	tabs, err := r.boardTabs(q)
	if err != nil {
		return err
	}
	return r.draw(w, http.StatusOK, ui.BoardTabs(ui.Board{Page: page, Tab: string(q.board), Filter: q.shown, Tabs: tabs}))
}

// board reads a page of the board, with the tabs and their counts if they are
// shown.
func (r *request) board(w http.ResponseWriter, tabs bool) (ui.Board, error) {
	return r.boardOf(w, r.URL.Query(), tabs)
}

// boardOf is board under a query.
func (r *request) boardOf(w http.ResponseWriter, asked url.Values, tabs bool) (ui.Board, error) {
	h, err := r.house()
	if err != nil {
		return ui.Board{}, err
	}
	q, err := r.sieve(h, asked)
	if err != nil {
		return ui.Board{}, err
	}
	page, err := r.page(w, r.printer.T("nav.parcels"), ui.SectionParcels)
	if err != nil {
		return ui.Board{}, err
	}
	v := ui.Board{Page: page, Tab: string(q.board), Filter: q.shown, First: q.after == ""}
	if err := r.boardList(h, q, &v); err != nil || !tabs {
		return v, err
	}
	v.Tabs, err = r.boardTabs(q)
	return v, err
}

// boardList reads the rows of the tab that is shown.
func (r *request) boardList(h *house, q sieve, v *ui.Board) error {
	if q.board == traced {
		return r.tracedList(h, q, v)
	}
	f := q.on(r.now)
	after, err := parseParcelCursor(f, q.after)
	if err != nil {
		return err
	}
	list, err := r.s.Shipments.List(r.Context(), r.actor, f, after, boardPageSize+1)
	if err != nil {
		return err
	}
	if len(list) > boardPageSize {
		list = list[:boardPageSize]
		v.Next = parcelCursor(f, list[len(list)-1])
	}
	v.Rows, err = r.parcelRows(h, list)
	return err
}

// boardTabs counts the boards under what narrows the list.
func (r *request) boardTabs(q sieve) ([]ui.BoardTab, error) {
	var filters []shipment.Filter
	for _, b := range shipment.Boards() {
		filters = append(filters, q.filter.On(b, r.now))
	}
	counts, err := r.s.Shipments.Counts(r.Context(), r.actor, filters, shipment.CountLimit+1)
	if err != nil {
		return nil, err
	}
	traces, err := r.s.Traces.Counts(r.Context(), r.actor, []trace.Filter{q.traces(r.now)}, shipment.CountLimit+1)
	if err != nil {
		return nil, err
	}
	var out []ui.BoardTab
	for _, b := range boards() {
		n := 0
		if b == traced {
			n = traces[0]
		} else {
			n, counts = counts[0], counts[1:]
		}
		out = append(out, ui.BoardTab{Key: string(b), Count: int64(min(n, shipment.CountLimit)), More: n > shipment.CountLimit})
	}
	return out, nil
}

// parcelRows draws parcels as the rows of a list; orders and customers are read
// at once.
func (r *request) parcelRows(h *house, list []shipment.Shipment) ([]ui.ParcelRow, error) {
	orders, known, err := r.parcelOrders(list)
	if err != nil {
		return nil, err
	}
	traces, err := r.openTraces(list)
	if err != nil {
		return nil, err
	}
	rows := make([]ui.ParcelRow, len(list))
	for i, v := range list {
		o := orders[v.Order]
		rows[i] = ui.ParcelRow{
			ID: int64(v.ID), Number: v.Number, Carrier: carrierName(v), Order: o.Number, Shop: h.shop[v.Shop].Name, Customer: o.ShipTo.Name,
			From: v.Origin.Country, To: v.To.Country, Status: ui.ParcelStatus(v.Status), Since: v.Since, Back: v.Direction == shipment.Back,
			Silent: int64(v.Silent(r.now)), Risk: v.AtRisk(r.now), Early: v.Expected.From, Late: v.Expected.To,
		}
		if c, ok := known[o.Customer]; ok {
			rows[i].Customer = who(r, c)
		}
		rows[i].Customer = cmp.Or(rows[i].Customer, o.Email)
		rows[i].Why, rows[i].Tone = r.parcelWhy(v)
		if t, ok := traces[v.ID]; ok {
			rows[i].Trace = &ui.TraceBrief{Kind: string(t.Kind), State: string(t.State), Deadline: t.Deadline}
		}
	}
	return rows, nil
}

// parcelOrders reads the orders of parcels and their customers, as far as the
// reader may see them.
func (r *request) parcelOrders(list []shipment.Shipment) (map[order.ID]order.Order, map[customer.ID]customer.Customer, error) {
	var ids []order.ID
	for _, v := range list {
		if v.Order != 0 {
			ids = append(ids, v.Order)
		}
	}
	if len(ids) == 0 || !r.actor.May(auth.ReadOrders) {
		return nil, nil, nil
	}
	slices.Sort(ids)
	orders, err := r.s.Orders.Heads(r.Context(), r.actor, slices.Compact(ids))
	if err != nil || !r.actor.May(auth.ReadCustomers) {
		return orders, nil, err
	}
	var people []customer.ID
	for _, o := range orders {
		if o.Customer != 0 {
			people = append(people, o.Customer)
		}
	}
	slices.Sort(people)
	known, err := r.s.Customers.Named(r.Context(), r.actor, slices.Compact(people))
	return orders, known, err
}

// carrierName names the carrier that has a parcel now: that of the leg on which
// it was scanned last.
func carrierName(v shipment.Shipment) string {
	name := v.Carrier
	for _, l := range v.Legs {
		if l.Seq <= max(v.Leg, 1) && l.Carrier != "" {
			name = cmp.Or(l.Name, l.Carrier)
		}
	}
	if key, ok := carrier.Named(name); ok {
		if c, ok := carrier.ByKey(key); ok {
			return c.Name
		}
	}
	return name
}

// parcelWhy says in a sentence why a parcel is where it is, and how bad that is.
func (r *request) parcelWhy(v shipment.Shipment) (string, ui.Tone) {
	t, n := r.printer.T, r.printer.N
	state := strings.ToLower(t("parcel." + string(v.Status)))
	silent := int64(v.Silent(r.now))
	switch {
	case v.Doubtful:
		return t("board.why.doubtful", "State", state), ui.ToneBad
	case v.Status == shipment.Lost, v.Status == shipment.Destroyed:
		return t("board.why." + string(v.Status)), ui.ToneBad
	case v.NotFound:
		return t("board.why.not_found"), ui.ToneBad
	case v.Reason != "" && v.Reason != shipment.CustomsReleased && v.Reason != shipment.HandedOver && v.Status.Open():
		why := t("tracking_reason." + string(v.Reason))
		if v.Attempts > 1 {
			why += " " + n("board.why.attempts", int64(v.Attempts))
		}
		if v.AtRisk(r.now) {
			return why, ui.ToneBad
		}
		return why, ui.ToneWarn
	case v.Status == shipment.ReadyForPickup:
		return n("board.why.pickup", max(silent, int64(r.now.Sub(v.Since)/(24*time.Hour)))), riskTone(v.AtRisk(r.now))
	case v.Delayed:
		return t("board.why.delayed"), ui.ToneWarn
	case v.PollingExpired:
		return t("board.why.polling_expired"), ui.ToneWarn
	case v.Status.Open() && !v.Expected.To.IsZero() && v.Expected.To.Before(r.now):
		return t("board.why.overdue", "Day", r.printer.Date(v.Expected.To, r.zone, i18n.Brief)), ui.ToneBad
	case v.AtRisk(r.now):
		return r.silence(v, silent), ui.ToneBad
	case v.Attempts > 0 && v.Status.Open():
		return n("board.why.attempts", int64(v.Attempts)), ui.ToneWarn
	case v.Reason != "":
		return t("tracking_reason." + string(v.Reason)), ui.ToneNone
	}
	return "", ui.ToneNone
}

// silence words for how long nothing was heard of a parcel, and where it was last.
func (r *request) silence(v shipment.Shipment, days int64) string {
	n := r.printer.N
	switch place := cmp.Or(v.Place.City, r.printer.Country(v.Place.Country)); {
	case v.Status == shipment.Announced:
		return n("board.why.unscanned", days)
	case v.Status == shipment.InCustoms && place != "":
		return n("board.why.customs_at", days, "Place", place)
	case v.Status == shipment.InCustoms:
		return n("board.why.customs", days)
	case place != "":
		return n("board.why.silent_at", days, "Place", place)
	}
	return n("board.why.silent", days)
}

func riskTone(risk bool) ui.Tone {
	if risk {
		return ui.ToneBad
	}
	return ui.ToneNone
}
