package web

import (
	"context"
	"testing"

	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/domain/triage"
)

// TestMacroTextsAreWrittenPerLanguage writes a macro's texts in the console and sees the table tell what is missing.
func TestMacroTextsAreWrittenPerLanguage(t *testing.T) {
	d, m, _, tk := deskOf(t)
	b := d.as("owner@acme.example")
	mac, err := d.tickets.SaveMacro(context.Background(), m.owner, ticket.Macro{
		Name: "Late", Bodies: map[string]string{"": "{{order.number}} is late"}, Fits: ticket.Fits{Topics: []triage.Topic{triage.DeliveryDelayed}},
	})
	must(t, err)
	edit := "/admin/macros/" + id64(mac.ID)
	b.get("/admin/macros/languages").want(200, "Late", "Missing").holds(true, `href="`+edit+`?text=de"`)
	form := func(kv ...string) []string {
		return append([]string{"name", "Late", "topics", "delivery_delayed", "do", "save"}, kv...)
	}
	b.get(edit+"?text=de").want(200, "is late").holds(true, `<option value="de" selected`)
	b.post(edit, form("was", "de", "language", "de", "address", "formal", "body", "Sie kommt")...).want(422, "lacks what its source says: order.number", "Sie kommt")
	b.post(edit, form("was", "de", "language", "de", "address", "formal", "body", "{{order.nr}}")...).want(422, "There is no variable order.nr")
	b.post(edit, form("was", "de", "language", "de", "address", "formal", "body", "{{order.number}} kommt, Sie sehen es", "draft", "1")...).to()
	b.get("/admin/macros/languages?language=de&state=draft").want(200, "Late", "Draft")
	b.get("/admin/macros/languages?language=de&state=missing").want(200, "Nothing to show")
	b.post(edit, form("was", "de+formal", "language", "de", "address", "formal", "body", "{{order.number}} kommt, Sie sehen es")...).to()
	b.post(edit, form("was", "", "language", "", "address", "", "body", "{{order.number}} takes longer")...).to()
	b.get("/admin/macros/languages?language=de&state=behind").want(200, "Out of date")
	b.get(edit+"?text=de%2Bformal").want(200, "says something else since", "kommt, Sie sehen es")
	got, err := d.tickets.Macro(context.Background(), m.owner, mac.ID)
	must(t, err)
	if len(got.Bodies) != 2 || got.Choose(ticket.Want{Language: "de"}).Body != "{{order.number}} kommt, Sie sehen es" || len(got.Fits.Topics) != 1 {
		t.Errorf("kept %+v", got)
	}
	b.get(path(tk, "")).want(200).holds(true, `data-macro="`+id64(mac.ID)+`"`)
	b.post(edit, form("was", "", "language", "", "address", "", "body", "{{order.number}} takes longer", "off", "1")...).to()
	b.get(path(tk, "")).want(200).holds(false, `data-macro="`+id64(mac.ID)+`"`)
}
