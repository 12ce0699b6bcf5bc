package web

import (
	"context"
	"net/http"
	"testing"
	"time"

	"godwit.dev/godwit/internal/domain/hold"
	"godwit.dev/godwit/internal/platform/auth"
)

// A case says what is held on its customer's card, what follows by itself, and what became of it; whoever may give money back
// releases it, asks for it again or pays it back, with a reason.
func TestACaseShowsWhatIsHeldOnTheCard(t *testing.T) {
	d := newDoor(t)
	m := d.found("acme")
	c, _ := d.complaint(m)
	ctx := context.Background()
	h := hold.Hold{ID: 7001, Workspace: c.Workspace, Case: c.ID, Number: c.Number, Resolution: 1, Shop: c.Shop, Order: c.Lines[0].Order, Provider: "sandbox", Currency: "JPY", Amount: 1999, Attempt: 1,
		Terms: "We hold ¥1,999 <b>.", Language: "en", State: hold.Held, CreatedAt: time.Now(), UpdatedAt: time.Now(), HeldAt: time.Now(), DueAt: time.Now().AddDate(0, 0, 9), EndsAt: time.Now().AddDate(0, 0, 7)}
	_, err := d.store.AddCardHold(ctx, h)
	must(t, err)
	b := d.as("owner@acme.example")
	at := "/cases/" + id64(c.ID)
	for state, want := range map[hold.State][]string{
		hold.Asked: {"Is asked for", "nothing goes out before"}, hold.Held: {"Held", "Bank holds until", "Released when the goods are here", "Release it"}, hold.Lapsed: {"Let go by the bank", "may be charged still", "Release it"},
		hold.Failed: {"Not held"}, hold.Released: {"Released"}, hold.Taken: {"Taken", "Sum taken", "Pay it back"}, hold.Unpaid: {"The card had no money", "Ask for it again", "Release it"}, hold.Returned: {"Paid back"},
	} {
		if h.State = state; state == hold.Taken || state == hold.Returned {
			h.Take = 1999
		}
		must(t, d.store.SaveCardHold(ctx, h))
		b.get(at).want(http.StatusOK, append(want, "¥1,999", "Sandbox", "We hold ¥1,999 <b>.")...).holds(true, `data-hold="`+string(state)+`"`).holds(false, "¥1,999 <b>")
	}
	h.State = hold.Held
	must(t, d.store.SaveCardHold(ctx, h))
	a := d.as(d.member(m, "packer", auth.AgentRole))
	a.get(at).want(http.StatusOK, "¥1,999").lacks("Release it")
	a.post(at+"/hold", "do", "release", "hold_why", "kind").want(http.StatusForbidden)
	b.post(at+"/hold", "do", "release").want(http.StatusUnprocessableEntity, "Release it").holds(true, `id="e-hold-why"`)
	b.post(at+"/hold", "do", "take", "hold_why", "now").want(http.StatusUnprocessableEntity, "taken only on the day that the customer agreed to")
	b.get(b.post(at+"/hold", "do", "release", "hold_why", "They came by another parcel.").to()).want(http.StatusOK, "Being released", "They came by another parcel.")
	if got, err := d.store.CardHold(ctx, c.Workspace, h.ID); err != nil || got.State != hold.Releasing || got.Note != "They came by another parcel." {
		t.Errorf("%+v, %v", got, err)
	}
}
