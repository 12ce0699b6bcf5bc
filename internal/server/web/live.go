package web

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/cases"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/domain/refund"
	"godwit.dev/godwit/internal/domain/shipment"
	"godwit.dev/godwit/internal/domain/trace"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/event"
)

// The beat of a live stream.
const (
	pingEvery = 25 * time.Second
	// gather is how long changes are gathered before they are told, so that a
	// flood of mail is one message to each page and not hundreds.
	gather = 50 * time.Millisecond
	// recount is when pages ask for the counts once more: by then a busy inbox has counted anew.
	recount = seatPace + 200*time.Millisecond
)

// stream is one page that listens.
type stream struct {
	r       *request
	w       http.ResponseWriter
	flush   func() error
	pending map[int64]event.Event // by ticket number: the newest change of each
	parcels map[int64]bool        // those that changed; nil if more did than are told one by one
	moved   bool                  // some parcel did
	cases   map[int64]bool        // those that changed
	refunds map[int64]bool        // those that changed
	toasts  []event.Event
}

// live tells a page what happens, without content: the page asks for the parts
// that it shows, and rights are judged there. Somebody restricted is told only
// of tickets they may see. The stream ends with the session or the process.
func (s *server) live(w http.ResponseWriter, r *request) error {
	control := http.NewResponseController(w)
	_ = control.SetWriteDeadline(time.Time{}) // a server without deadlines has none to lift
	h := w.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("X-Accel-Buffering", "no")
	sub := s.Bus.Subscribe(r.actor.Workspace, 512)
	defer sub.Close()
	presence, leave := s.Presence.subscribe(r.actor.Workspace)
	defer leave()
	x := &stream{r: r, w: w, flush: control.Flush, pending: map[int64]event.Event{}, parcels: map[int64]bool{}, cases: map[int64]bool{}, refunds: map[int64]bool{}}
	w.WriteHeader(http.StatusOK)
	fmt.Fprint(w, "retry: 2000\n\n")
	// A page that goes on listening may have missed something: let it look at all it
	// shows. One that opens a new stream for it cannot set the header.
	if r.Header.Get("Last-Event-ID") != "" || r.URL.Query().Get("after") != "" {
		x.send("ticket", 0, map[string]any{"number": 0, "kind": "behind", "by": 0})
		x.send("counts", 0, struct{}{})
	}
	if x.flush() != nil {
		return nil
	}
	ping := time.NewTicker(pingEvery)
	defer ping.Stop()
	var tell, count <-chan time.Time
	for {
		var err error
		select {
		case <-r.Context().Done():
			return nil
		case <-s.Done:
			// Elsewhere, and soon: another node goes on where this one stopped.
			fmt.Fprint(w, "retry: 100\n\n")
			_ = x.flush() // the page comes back by itself if it did not hear
			return nil
		case e := <-sub.C:
			if x.take(e) && tell == nil {
				tell = time.After(gather)
			}
			continue
		case <-tell:
			tell, count = nil, time.After(recount)
			if sub.Behind() {
				x.send("ticket", 0, map[string]any{"number": 0, "kind": "behind", "by": 0})
			}
			x.tell()
			err = x.flush()
		case <-count:
			count = nil
			x.send("counts", 0, struct{}{})
			err = x.flush()
		case n := <-presence:
			if x.sees(n) {
				x.send("presence", 0, map[string]int64{"number": n})
				err = x.flush()
			}
		case <-ping.C:
			if !x.renew() {
				return nil
			}
			fmt.Fprint(w, ": ping\n\n")
			err = x.flush()
		}
		if err != nil {
			return nil // the page is gone
		}
	}
}

// renew asks again who listens and what they may see.
func (x *stream) renew() bool {
	actor, _, err := x.r.s.Auth.Authenticate(x.r.Context(), x.r.token())
	if errs.Is(err, errs.Denied) || err == nil && actor.Can(auth.ReadTickets) != nil {
		return false
	}
	if err == nil {
		x.r.actor = actor
	}
	return true
}

// take keeps an event of a ticket for telling; it reports false for any other.
func (x *stream) take(e event.Event) bool {
	switch {
	case strings.HasPrefix(e.Kind, shipment.SubjectKind+"."):
		var sum shipment.Summary
		return json.Unmarshal(e.Data, &sum) == nil && x.takeParcel(shipment.Shipment{ID: shipment.ID(e.Subject.ID), Workspace: e.Workspace, Shop: order.ShopID(sum.Shop)})
	case strings.HasPrefix(e.Kind, trace.SubjectKind+"."):
		var sum trace.Summary
		return json.Unmarshal(e.Data, &sum) == nil && x.takeParcel(shipment.Shipment{ID: sum.Shipment, Workspace: e.Workspace, Shop: sum.Shop})
	case strings.HasPrefix(e.Kind, cases.SubjectKind+"."):
		var sum cases.Summary
		return json.Unmarshal(e.Data, &sum) == nil && x.takeCase(cases.Case{ID: cases.ID(e.Subject.ID), Workspace: e.Workspace, Shop: sum.Shop})
	case strings.HasPrefix(e.Kind, refund.SubjectKind+".") && e.Subject.Kind == refund.SubjectKind:
		var sum refund.Summary
		return json.Unmarshal(e.Data, &sum) == nil && x.takeRefund(refund.Refund{ID: refund.ID(e.Subject.ID), Workspace: e.Workspace, Terms: refund.Terms{Shop: sum.Shop}})
	}
	if !strings.HasPrefix(e.Kind, "ticket.") {
		return false
	}
	d := eventData{}
	if json.Unmarshal(e.Data, &d) != nil || d.Number == 0 {
		return false
	}
	if old, ok := x.pending[d.Number]; !ok || kindOf(e.Kind) == "message" || kindOf(old.Kind) != "message" {
		x.pending[d.Number] = e
	}
	if x.concerns(e) && len(x.toasts) < 5 {
		x.toasts = append(x.toasts, e)
	}
	return true
}

// manyParcels is how many parcels are told of one by one. Carriers tell of
// thousands at once, and a page shows fifty.
const manyParcels = 100

// takeParcel keeps that a parcel changed; it reports false if the listener may
// not see it.
func (x *stream) takeParcel(v shipment.Shipment) bool {
	if auth.Can(x.r.actor, auth.ReadShipments, v.Resource()) != nil {
		return false
	}
	x.moved = true
	if x.parcels != nil {
		x.parcels[int64(v.ID)] = true
	}
	if len(x.parcels) > manyParcels {
		x.parcels = nil
	}
	return true
}

// tellParcels sends which parcels changed, or that many did.
func (x *stream) tellParcels() {
	if !x.moved {
		return
	}
	ids := []string{} // a script's numbers do not hold them
	for _, id := range slices.Sorted(maps.Keys(x.parcels)) {
		ids = append(ids, id64(id))
	}
	x.send("parcel", 0, map[string]any{"ids": ids, "many": x.parcels == nil})
	x.parcels, x.moved = map[int64]bool{}, false
}

// takeCase keeps that a case changed; it reports false if the listener may not see
// it.
func (x *stream) takeCase(c cases.Case) bool {
	if auth.Can(x.r.actor, auth.ReadCases, c.Resource()) != nil {
		return false
	}
	x.cases[int64(c.ID)] = true
	return true
}

// tellCases sends which cases changed.
func (x *stream) tellCases() {
	if len(x.cases) == 0 {
		return
	}
	ids := []string{}
	for _, id := range slices.Sorted(maps.Keys(x.cases)) {
		ids = append(ids, id64(id))
	}
	x.send("case", 0, map[string]any{"ids": ids})
	x.cases = map[int64]bool{}
}

// takeRefund keeps that a refund changed; it reports false if the listener may not
// see it.
func (x *stream) takeRefund(f refund.Refund) bool {
	if auth.Can(x.r.actor, auth.ReadCases, f.Resource()) != nil {
		return false
	}
	x.refunds[int64(f.ID)] = true
	return true
}

// tellRefunds sends which refunds changed.
func (x *stream) tellRefunds() {
	if len(x.refunds) == 0 {
		return
	}
	ids := []string{}
	for _, id := range slices.Sorted(maps.Keys(x.refunds)) {
		ids = append(ids, id64(id))
	}
	x.send("refund", 0, map[string]any{"ids": ids})
	x.refunds = map[int64]bool{}
}

// concerns reports whether somebody else has called the listener.
func (x *stream) concerns(e event.Event) bool {
	me := x.r.actor.Person()
	if e.ActorKind == auth.Agent && auth.PersonID(e.ActorID) == me {
		return false
	}
	switch e.Kind {
	case "ticket.assigned":
		var d eventData
		return json.Unmarshal(e.Data, &d) == nil && auth.PersonID(ref(d.To)) == me
	case "ticket.noted":
		var d struct {
			Mentions []auth.PersonID `json:"mentions"`
		}
		return json.Unmarshal(e.Data, &d) == nil && slices.Contains(d.Mentions, me)
	}
	return false
}

// kindOf says what a page must look at after an event.
func kindOf(kind string) string {
	switch kind {
	case "ticket.received", "ticket.replied", "ticket.noted", "ticket.delivery", "ticket.unsent", "ticket.hurried", "ticket.side_replied", "ticket.bounced":
		return "message"
	}
	return "state"
}

// tell sends what was gathered.
func (x *stream) tell() {
	numbers := make([]int64, 0, len(x.pending))
	for n := range x.pending {
		numbers = append(numbers, n)
	}
	slices.SortFunc(numbers, func(a, b int64) int { return cmp.Compare(x.pending[a].ID, x.pending[b].ID) })
	for _, n := range numbers {
		e := x.pending[n]
		if !x.sees(n) {
			continue
		}
		by := int64(0)
		if e.ActorKind == auth.Agent {
			by = e.ActorID
		}
		x.send("ticket", e.ID, map[string]any{"number": n, "kind": kindOf(e.Kind), "by": by})
	}
	for _, e := range x.toasts {
		var d eventData
		if json.Unmarshal(e.Data, &d) != nil || !x.sees(d.Number) {
			continue
		}
		key := "said.to_you_assigned"
		if e.Kind == "ticket.noted" {
			key = "said.to_you_mentioned"
		}
		x.send("toast", 0, map[string]string{
			"text": x.r.printer.T(key, "Name", e.ActorName, "Number", id64(d.Number)), "href": "/t/" + id64(d.Number),
		})
	}
	x.tellParcels()
	x.tellCases()
	x.tellRefunds()
	clear(x.pending)
	x.toasts = nil
}

// sees reports whether the listener may know of a ticket.
func (x *stream) sees(number int64) bool {
	if x.r.actor.Scope().All {
		return true
	}
	_, err := x.r.s.Tickets.ByNumber(x.r.Context(), x.r.actor, number)
	return err == nil
}

// send writes one event.
func (x *stream) send(name string, id event.ID, data any) {
	raw, err := json.Marshal(data)
	if err != nil {
		panic("web: " + err.Error()) // data is one of our own maps
	}
	if id != 0 {
		fmt.Fprintf(x.w, "id: %d\n", id)
	}
	fmt.Fprintf(x.w, "event: %s\ndata: %s\n\n", name, raw)
}
