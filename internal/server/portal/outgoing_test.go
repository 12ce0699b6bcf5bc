package portal

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/i18n"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/flow/outgoing"
	"godwit.dev/godwit/internal/platform/auth"
)

// oneOut sends one parcel for whatever case.
type oneOut struct {
	outgoing.Parcel
	told []order.Address
	by   auth.Actor
	err  error
}

func (x *oneOut) Confirm(_ context.Context, by auth.Actor, number outgoing.ID, to order.Address) (outgoing.Parcel, error) {
	if number != x.ID {
		return outgoing.Parcel{}, errs.New(errs.NotFound, "error.not_found")
	}
	x.by = by
	if x.err == nil {
		x.told = append(x.told, to)
	}
	return x.Parcel, x.err
}

func (x *oneOut) List(context.Context, auth.Actor, outgoing.Filter, outgoing.ID, int) ([]outgoing.Parcel, error) {
	return []outgoing.Parcel{x.Parcel}, nil
}

// Customers read in their language where what is sent to them stands, and under which number.
func TestCustomersSeeWhatIsSentToThem(t *testing.T) {
	p, link, held, c, _ := withWayBack(t)
	at := link + "/case/" + strconv.FormatInt(int64(c.ID), 10)
	x := &oneOut{Parcel: outgoing.Parcel{Lines: []outgoing.Line{{Title: "Mug <b>tall", Quantity: 2}}}}
	p.door.Outgoing = x
	for i, state := range outgoing.States() {
		x.State, x.Carrier, x.Tracking, x.Expected = state, "", "", p.now
		if state == outgoing.Sent {
			x.Carrier, x.Tracking = "DHL", "00340434161094042557"
		}
		l := i18n.Customer()[i*4%len(i18n.Customer())]
		a := p.ask("GET", at+"?lang="+string(l), nil, "Cookie", held)
		if a.StatusCode != http.StatusOK || untold.MatchString(a.body) {
			t.Errorf("%s in %s: %d: %s", state, l, a.StatusCode, untold.FindString(a.body))
		}
		if said := strings.Contains(a.body, "Mug &lt;b&gt;tall"); said == (state == outgoing.Cancelled) {
			t.Errorf("%s: told %v", state, said)
		}
		if strings.Contains(a.body, "00340434161094042557") != (state == outgoing.Sent) {
			t.Errorf("%s: the number is wrong", state)
		}
	}
}

// A parcel that did not stay at its address asks its customer for one, in their language; what they write is taken, what is
// wrong with it is said with all that they wrote, and the country stays.
func TestCustomersSayWhereItGoes(t *testing.T) {
	p, link, held, c, _ := withWayBack(t)
	at := link + "/case/" + strconv.FormatInt(int64(c.ID), 10)
	x := &oneOut{Parcel: outgoing.Parcel{ID: 77, State: outgoing.ToSend, Confirm: true, Lines: []outgoing.Line{{Title: "Mug", Quantity: 1}},
		To: order.Address{Name: "Wanda", Line1: "Hidden Lane <7>", Postcode: "24103", City: "Kiel", Country: "DE"}}}
	p.door.Outgoing = x
	for _, state := range outgoing.States() {
		x.State = state
		asks := state == outgoing.ToSend || state == outgoing.Short || state == outgoing.CameBack
		if a := p.ask("GET", at, nil, "Cookie", held); strings.Contains(a.body, at+"/where") != asks {
			t.Errorf("%s: asked %v", state, !asks)
		}
	}
	x.State = outgoing.ToSend
	for _, l := range i18n.Customer() {
		a := p.ask("GET", at+"?lang="+string(l), nil, "Cookie", held)
		if untold.MatchString(a.body) || !strings.Contains(a.body, i18n.For(l).T("portal.where.title")) || !strings.Contains(a.body, "Hidden Lane &lt;7&gt;") || !strings.Contains(a.body, i18n.For(l).Country("DE")) {
			t.Errorf("%s: %d %s", l, a.StatusCode, untold.FindString(a.body))
		}
	}
	say := func(parcel string) answer {
		return p.ask("POST", at+"/where", url.Values{"parcel": {parcel}, "name": {"Wanda W."}, "line1": {" Elm Street 1 "}, "postcode": {"10115"}, "city": {"Berlin"}, "country": {"US"}}, "Cookie", held)
	}
	for _, other := range []string{"78", "x", ""} {
		if a := say(other); a.StatusCode != http.StatusNotFound {
			t.Errorf("parcel %q: %d", other, a.StatusCode)
		}
	}
	if a := say("77"); a.StatusCode != http.StatusSeeOther || len(x.told) != 1 || x.told[0].City != "Berlin" || x.told[0].Country != "" || x.by.Kind != auth.Customer {
		t.Errorf("%d %+v by %+v", a.StatusCode, x.told, x.by)
	}
	x.err = errs.New(errs.Conflict, "error.outgoing_state")
	if a := say("77"); a.StatusCode != http.StatusSeeOther {
		t.Errorf("said already: %d", a.StatusCode)
	}
	x.err = errs.Field("line1", "error.outgoing_address")
	if a := say("77"); a.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(a.body, i18n.For("en").T("portal.where.wrong")) || !strings.Contains(a.body, `value="Berlin"`) {
		t.Errorf("wrong: %d", a.StatusCode)
	}
	x.Parcel.Confirm, x.err = false, nil
	if a := p.ask("GET", at, nil, "Cookie", held); strings.Contains(a.body, at+"/where") || !strings.Contains(a.body, "Hidden Lane &lt;7&gt;") {
		t.Error("it is asked still, or not told where it goes")
	}
}
