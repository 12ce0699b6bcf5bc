package web

import (
	"net/http"
	"strings"
	"testing"

	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/domain/triage"
)

// Each alarm, and an unhappy customer, opens the macro that answers it: above the reply, with the words that decided, by
// one key. Alarms come before what the message is about; what was not read, or is answered, suggests nothing.
func TestAlarmsOpenTheirMacro(t *testing.T) {
	d := newDoor(t)
	m := d.found("acme")
	d.tickets.Triage, d.tickets.Library = d.sorting(), ticket.Library()
	b := d.as("owner@acme.example")
	alarms := map[string]bool{}
	for _, x := range []struct{ alarm, words, body, macro, says string }{
		{"legal", "lawyer", "My parcel is broken. I will take you to court, my lawyer is informed.", "Lawyer or court named", "I have passed it to the person responsible"},
		{"chargeback", "chargeback", "The lamp arrived broken. I will file a chargeback with my bank.", "Dispute with the bank or a regulator", "so that nothing is refunded twice"},
		{"risk", "", "The charger caught fire next to my baby and she got burned.", "Risk to a child or to health", "stop using the product at once"},
		{"press", "", "I am a journalist and will write about this in the newspaper.", "Press or publicity", "public enquiries"},
		{"negative", "", "This is terrible, awful service. I am so angry and disappointed with you!", "Apology to an upset customer", "I am looking after order"},
	} {
		tk := d.mail(m, "anna@client.example", "About DE-10482", x.body)
		page := b.get(path(tk, "")).want(http.StatusOK, "Open “"+x.macro+"”", "Suggested").holds(true, `data-key="w"`)
		text := words(page.body)
		at := strings.Index(text, "Open “"+x.macro+"”")
		if bar := text[max(at-200, 0):max(at, 0)]; x.words != "" && !strings.Contains(strings.ToLower(bar), x.words) || !strings.Contains(bar, "(") {
			t.Errorf("%s: not by which words: %q", x.alarm, bar)
		}
		id := page.body[strings.Index(page.body, `data-key="w"`):]
		id = id[strings.Index(id, `data-macro="`)+len(`data-macro="`):]
		b.do("POST", path(tk, "/macro/"+id[:strings.IndexByte(id, '"')]), nil, "Accept", "application/json").want(http.StatusOK, x.says)
		alarms[x.alarm] = true
		if x.alarm != "legal" {
			continue
		}
		if about := strings.Index(text, "The message is about"); about >= 0 && about < at {
			t.Error("a topic comes before the alarm")
		}
		_, err := d.tickets.Reply(t.Context(), m.owner, tk.ID, ticket.NewReply{Body: "We are on it."})
		must(t, err)
		b.get(path(tk, "")).want(http.StatusOK).holds(false, `data-key="w"`, "suggest-h")
	}
	for _, a := range triage.Alarms() {
		if a != triage.Haste && !alarms[string(a)] {
			t.Errorf("%s opens nothing here", a)
		}
	}
	calm := d.mail(m, "anna@client.example", "Size of DE-10482", "Which size should I order? I usually wear US 8.")
	b.get(path(calm, "")).want(http.StatusOK, "The message is about: Size and fit").holds(false, `data-key="w"`)
	b.post(path(calm, "/language"), "language", "sr").want(http.StatusSeeOther)
	b.get(path(calm, "")).want(http.StatusOK, "Help with the size", "in English") // nothing is shipped in Serbian
	d.tickets.Triage = nil
	unread := d.mail(m, "anna@client.example", "About DE-10482", "My lawyer will take you to court.")
	b.get(path(unread, "")).want(http.StatusOK).holds(false, "suggest-h", `data-key="w"`)
}
