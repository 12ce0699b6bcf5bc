package portal

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"godwit.dev/godwit/internal/base/i18n"
	"godwit.dev/godwit/internal/flow/outgoing"
	"godwit.dev/godwit/internal/platform/auth"
)

// oneOut sends one parcel for whatever case.
type oneOut struct{ outgoing.Parcel }

func (x *oneOut) List(context.Context, auth.Actor, outgoing.Filter, outgoing.ID, int) ([]outgoing.Parcel, error) {
	return []outgoing.Parcel{x.Parcel}, nil
}

// Customers read in their language where what is sent to them stands, and under which number.
func TestCustomersSeeWhatIsSentToThem(t *testing.T) {
	p, link, held, c, _ := withWayBack(t)
	at := link + "/case/" + strconv.FormatInt(int64(c.ID), 10)
	x := &oneOut{outgoing.Parcel{Lines: []outgoing.Line{{Title: "Mug <b>tall", Quantity: 2}}}}
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
