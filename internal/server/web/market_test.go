package web

import (
	"context"
	"net/http"
	"testing"
	"time"

	"godwit.dev/godwit/internal/domain/habit"
	"godwit.dev/godwit/internal/domain/ticket"
)

// habits tells how customers of markets are served.
func (d *door) habits() *habit.Service {
	return habit.New(habit.Config{Store: d.store, Journal: d.store, Now: func() time.Time { return d.now() }})
}

// What the merchant says of a market holds at the desk, for the text of a macro too, until it is taken back.
func TestMarketsAreChanged(t *testing.T) {
	d := newDoor(t)
	m := d.found("acme")
	mac, err := d.tickets.SaveMacro(context.Background(), m.owner, ticket.Macro{Name: "Thanks", Bodies: map[string]string{"en+formal": "We thank you kindly", "en+informal": "Thanks a bunch"}})
	must(t, err)
	tk := d.mail(m, "anna@client.example", "About DE-10482", "Where is it?")
	b := d.as("owner@acme.example")
	says := func(text string) {
		t.Helper()
		b.do("POST", path(tk, "/macro/"+id64(mac.ID)), nil, "Accept", "application/json").want(http.StatusOK, text)
		b.get(path(tk, "/macros?q=thanks")).want(http.StatusOK).holds(true, text) // the picker offers what is put in
		b.get(path(tk, "")).want(http.StatusOK).holds(true, text)
	}
	b.get("/admin/markets").want(http.StatusOK, "Where your shops sell", "Germany", "Self-service first", "All other markets", "Japan").lacks("Changed by you")
	b.get("/admin/markets/DE").want(http.StatusOK, "As shipped: Formal", "As shipped: email, telephone, chat", "As shipped: 230").lacks("Back to the shipped profile")
	b.get(path(tk, "")).want(http.StatusOK, "Self-service first · Formal · Sie").holds(true, `href="/admin/markets/DE"`)
	says("We thank you kindly")
	form := []string{"do", "save", "first", "person", "formality", "informal", "channels", "", "channels", "WhatsApp", "channels", "email", "days", "mon", "days", "fri", "from", "09:00", "volts", "127/220", "plugs", "c f"}
	b.post("/admin/markets/DE", append(form, "version", "0", "to", "8:00")...).want(http.StatusUnprocessableEntity, "write times such as 09:00").holds(true, `value="8:00"`, `value="127/220"`, `value="WhatsApp" selected`)
	b.post("/admin/markets/DE", append(form, "version", "0", "to", "18:00", "volts", "many")...).want(http.StatusSeeOther) // the first of a name counts
	b.get("/admin/markets").want(http.StatusOK, "Changed by you", "WhatsApp, email", "Monday and Friday, 09:00–18:00")
	b.get("/admin/markets/DE").want(http.StatusOK, "Back to the shipped profile").holds(true, `value="127, 220"`, `value="C, F"`, `value="WhatsApp" selected`)
	b.get(path(tk, "")).want(http.StatusOK, "A person first · Informal", "127 / 220 V", "Monday and Friday, 09:00–18:00")
	says("Thanks a bunch")
	b.post("/admin/markets/DE", append(form, "version", "0", "to", "19:00")...).want(http.StatusUnprocessableEntity, "Somebody saved another version")
	b.post("/admin/markets/DE", "do", "reset", "version", "1").want(http.StatusSeeOther)
	b.get("/admin/markets").want(http.StatusOK).lacks("Changed by you")
	b.get(path(tk, "")).want(http.StatusOK, "Self-service first · Formal · Sie")
	says("We thank you kindly")
	b.post("/admin/markets/DE", "do", "save", "version", "2", "volts", "many").want(http.StatusUnprocessableEntity, "Write voltages as numbers")
	agent := d.as("agent@acme.example")
	agent.get("/admin/markets").want(http.StatusForbidden)
	agent.get(path(tk, "")).want(http.StatusOK, "Habits in Germany").holds(false, "/admin/markets/DE")
}
