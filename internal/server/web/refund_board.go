package web

import (
	"cmp"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/domain/refund"
	"godwit.dev/godwit/internal/flow/pay"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/server/web/ui"
)

// refundsOpen is the board of all that waits, beside those of the lanes.
const refundsOpen = "open"

// refundsPageSize is how many refunds the board shows at once.
const refundsPageSize = 50

// refundTabs are the boards in the order in which they are shown.
func refundTabs() []string {
	tabs := []string{refundsOpen, string(refund.LaneApprove), string(refund.LaneSecond)}
	for _, l := range refund.Lanes() {
		if l != refund.LaneApprove {
			tabs = append(tabs, string(l))
		}
	}
	return tabs
}

// refundAges are the days that the filter offers.
var refundAges = []int{1, 3, 7, 14}

// refundsPage draws the board of refunds.
func (s *server) refundsPage(w http.ResponseWriter, r *request) error {
	v, err := r.refundBoard(w, true)
	if err != nil {
		return err
	}
	return r.draw(w, http.StatusOK, ui.RefundsPage(v))
}

// refundsRows draws the rows of the board alone.
func (s *server) refundsRows(w http.ResponseWriter, r *request) error {
	v, err := r.refundBoard(w, false)
	if err != nil {
		return err
	}
	return r.draw(w, http.StatusOK, ui.RefundRows(v))
}

// refundsCounts draws the tabs and the sums of the board alone.
func (s *server) refundsCounts(w http.ResponseWriter, r *request) error {
	page, err := r.page(w, "", ui.SectionRefunds)
	if err != nil {
		return err
	}
	v := ui.RefundBoard{Page: page, Tab: r.refundTab()}
	if err := r.refundCounts(&v); err != nil {
		return err
	}
	return r.draw(w, http.StatusOK, ui.RefundTabs(v))
}

func (r *request) refundTab() string {
	if tab := r.URL.Query().Get("tab"); slices.Contains(refundTabs(), tab) {
		return tab
	}
	return refundsOpen
}

// refundBoard reads a page of the board, with its tabs and sums if they are shown.
func (r *request) refundBoard(w http.ResponseWriter, tabs bool) (ui.RefundBoard, error) {
	h, err := r.house()
	if err != nil {
		return ui.RefundBoard{}, err
	}
	page, err := r.page(w, r.printer.T("nav.refunds"), ui.SectionRefunds)
	if err != nil {
		return ui.RefundBoard{}, err
	}
	v := ui.RefundBoard{Page: page, Tab: r.refundTab()}
	b, err := r.refundFilter(h, &v)
	if err != nil {
		return v, err
	}
	after, err := refundPlace(r.URL.Query().Get("after"))
	if err != nil {
		return v, err
	}
	v.First = after.ID == 0
	list, err := r.refundList(v, b, after)
	if err != nil {
		return v, err
	}
	if len(list) > refundsPageSize {
		list = list[:refundsPageSize]
		v.Next = refundCursor(list[len(list)-1].Place())
	}
	if v.Rows, err = r.refundRows(h, list); err != nil || !tabs {
		return v, err
	}
	return v, r.refundCounts(&v)
}

// refundFilter reads the filter of an address, for the board and for its form.
func (r *request) refundFilter(h *house, v *ui.RefundBoard) (refund.Board, error) {
	q := r.URL.Query()
	b := refund.Board{State: refund.State(q.Get("state")), Way: q.Get("way"), Currency: q.Get("currency")}
	if v.Tab != refundsOpen {
		b.Lane = refund.Lane(v.Tab)
	}
	shop, _ := strconv.ParseInt(q.Get("shop"), 10, 64)
	person, _ := strconv.ParseInt(q.Get("person"), 10, 64)
	days, _ := strconv.Atoi(q.Get("age"))
	b.Shop, b.Person = order.ShopID(shop), auth.PersonID(person)
	if days > 0 {
		b.Before = r.now.AddDate(0, 0, -days)
	}
	v.Filter = ui.RefundFilter{Q: strings.TrimSpace(q.Get("q")), State: q.Get("state"), Shop: q.Get("shop"), Way: b.Way, Currency: b.Currency, Age: q.Get("age"), Person: q.Get("person")}
	for _, s := range refund.States() {
		v.Filter.States = append(v.Filter.States, ui.Option{Value: string(s), Label: r.printer.T("refunds.state." + string(s)), Selected: s == b.State})
	}
	for _, s := range h.shops {
		v.Filter.Shops = append(v.Filter.Shops, ui.Option{Value: id64(s.ID), Label: s.Name, Selected: s.ID == b.Shop})
		if !slices.ContainsFunc(v.Filter.Currencies, func(o ui.Option) bool { return o.Value == s.Currency }) && s.Currency != "" {
			v.Filter.Currencies = append(v.Filter.Currencies, ui.Option{Value: s.Currency, Label: s.Currency, Selected: s.Currency == b.Currency})
		}
	}
	for _, way := range r.refundWays() {
		v.Filter.Ways = append(v.Filter.Ways, ui.Option{Value: way, Label: r.wayName(way), Selected: way == b.Way})
	}
	for _, n := range refundAges {
		v.Filter.Ages = append(v.Filter.Ages, ui.Option{Value: strconv.Itoa(n), Label: r.printer.N("refunds.age", int64(n)), Selected: n == days})
	}
	v.Filter.People = r.peopleOptions(h, b.Person)
	return b, nil
}

// refundWays are the words by which a refund may go: providers, then destinations.
func (r *request) refundWays() []string {
	var out []string
	if r.s.Pay != nil {
		for _, d := range r.s.Pay.Drivers {
			out = append(out, d.Name)
		}
	}
	return append(out, string(refund.ToBank), string(refund.ToCredit), string(refund.ToGiftCard), string(refund.ToPoints), string(refund.ToMarketplace))
}

// wayName is what people call a way: a provider's own name, or a destination's.
func (r *request) wayName(way string) string {
	if r.s.Pay != nil {
		if d, ok := r.s.Pay.Driver(way); ok {
			return r.provider(d)
		}
	}
	for _, key := range []string{"refunds.to." + way, "payments.name." + way} {
		if r.printer.Has(key) {
			return r.printer.T(key)
		}
	}
	return way
}

// provider names who carries payments in the reader's language; one without a name there by its own.
func (r *request) provider(d pay.Driver) string {
	if key := "payments.name." + d.Name; r.printer.Has(key) {
		return r.printer.T(key)
	}
	return cmp.Or(d.Title, d.Name)
}

// refundList reads a page of the board and one more. Words are the number of an
// order, whose refunds are then shown whatever they wait for.
func (r *request) refundList(v ui.RefundBoard, b refund.Board, after refund.Place) ([]refund.Waiting, error) {
	if v.Filter.Q != "" {
		o, err := r.orderNamed(v.Filter.Q)
		if err != nil || o == 0 {
			return nil, err
		}
		b.Order, b.Lane = o, ""
	}
	return r.s.Refunds.Board(r.Context(), r.actor, b, after, refundsPageSize+1)
}

// refundCursor writes a place on the board for an address.
func refundCursor(p refund.Place) string {
	return strconv.Itoa(p.Urgency) + "." + strconv.FormatInt(p.Since.UnixMilli(), 36) + "." + strconv.FormatInt(int64(p.ID), 36)
}

// refundPlace reads what refundCursor wrote; "" is the beginning.
func refundPlace(s string) (refund.Place, error) {
	if s == "" {
		return refund.Place{}, nil
	}
	parts := strings.Split(s, ".")
	if len(parts) == 3 {
		n, err0 := strconv.Atoi(parts[0])
		ms, err1 := strconv.ParseInt(parts[1], 36, 64)
		id, err2 := strconv.ParseInt(parts[2], 36, 64)
		if err0 == nil && err1 == nil && err2 == nil && n > 0 && id > 0 {
			return refund.Place{Urgency: n, Since: time.UnixMilli(ms).UTC(), ID: refund.ID(id)}, nil
		}
	}
	return refund.Place{}, errs.Field("after", "error.cursor")
}

// refundCounts counts the boards and adds up what they owe. What is done is not
// counted, as it only grows.
func (r *request) refundCounts(v *ui.RefundBoard) error {
	sums, err := r.s.Refunds.Sums(r.Context(), r.actor)
	if err != nil {
		return err
	}
	counts := map[string]int64{}
	owed, wrong, out := map[string]int64{}, map[string]int64{}, map[string]int64{}
	for _, x := range sums {
		counts[string(x.Lane)] += x.Count
		counts[refundsOpen] += x.Count
		if v.Tab == refundsOpen || v.Tab == string(x.Lane) {
			owed[x.Currency] += x.Owed
			out[x.Currency] += x.Out
		}
		if u := x.Lane.Urgency(); u > 0 && u <= refund.LaneAction.Urgency() {
			wrong[x.Currency] += x.Owed
		}
	}
	for _, key := range refundTabs() {
		t := ui.BoardTab{Key: key, Count: counts[key]}
		if key == string(refund.LaneDone) {
			t.Count = -1
		}
		v.Tabs = append(v.Tabs, t)
	}
	for _, c := range slices.Sorted(maps.Keys(owed)) {
		if owed[c] != 0 || out[c] != 0 {
			v.Sums = append(v.Sums, ui.RefundSum{Currency: c, Owed: r.money(owed[c], c), Stuck: r.moneyOr(wrong[c], c), Out: r.moneyOr(out[c], c)})
		}
	}
	return nil
}
