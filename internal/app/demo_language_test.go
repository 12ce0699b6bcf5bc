package app

import (
	"slices"
	"strings"
	"testing"

	"godwit.dev/godwit/internal/base/lang"
	"godwit.dev/godwit/internal/domain/promise"
	"godwit.dev/godwit/internal/domain/route"
	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/flow/translating"
	"godwit.dev/godwit/internal/platform/auth"
)

// demoLettersAnswered holds that a message in each language was detected, sorted, given to somebody who writes the language
// with the reason kept, translated into theirs, answered in the customer's, and in time.
func demoLettersAnswered(t *testing.T, c *Core, by auth.Actor) {
	t.Helper()
	letters, err := demoLetters()
	if err != nil {
		t.Fatal(err)
	}
	languages, topics := map[string]bool{}, map[string]bool{}
	for _, x := range letters {
		languages[x.Language], topics[string(x.Topic)] = true, true
		t.Run(x.Language, func(t *testing.T) { x.holds(t, c, by) })
	}
	if len(languages) != len(letters) || len(letters) != 21 || len(topics) < 18 {
		t.Errorf("%d letters in %d languages about %d topics", len(letters), len(languages), len(topics))
	}
}

func (x demoLetter) holds(t *testing.T, c *Core, by auth.Actor) {
	found, _, err := c.Tickets.List(t.Context(), by, ticket.ListQuery{Tag: demoLetterTag, Limit: 50}, ticket.Cursor{})
	i := slices.IndexFunc(found, func(v ticket.Ticket) bool { return v.Subject == x.Subject })
	if err != nil || i < 0 {
		t.Fatalf("it never came: %d tickets, %v", len(found), err)
	}
	thread, err := c.Tickets.Thread(t.Context(), by, found[i].Number, 0)
	if err != nil || len(thread.Messages) < 2 { // a parcel on its way is written about later
		t.Fatalf("%d messages, %v", len(thread.Messages), err)
	}
	v, in, out := thread.Ticket, thread.Messages[0], thread.Messages[1]
	if v.Language != x.Language || in.Language != x.Language {
		t.Errorf("detected as %q, its ticket as %q", in.Language, v.Language)
	}
	if v.Topic != string(x.Topic) || in.Reading == nil || in.Reading.Topic() != x.Topic {
		t.Errorf("sorted as %q: %+v", v.Topic, in.Reading)
	}

	stands, err := c.Routing.Of(t.Context(), by, v)
	if err != nil || stands.Given == nil || stands.Given.Person != v.Assignee {
		t.Fatalf("given: %+v, %v", stands.Given, err)
	}
	why := stands.Given.Why
	at := slices.IndexFunc(why, func(r route.Reason) bool { return r.Kind == route.ByLanguage })
	foreign := len(x.Answer) > 0 // nobody of the merchant writes it
	if at < 0 || why[at].Word != x.Language || (route.Level(why[at].Number) >= route.Working) == foreign {
		t.Errorf("why they have it: %+v", why)
	}

	who, err := c.Store.Person(t.Context(), by.Workspace, v.Assignee)
	if err != nil {
		t.Fatal(err)
	}
	if translating.Apart(v.Language, who.Language) {
		shown, err := c.Translations.Of(t.Context(), by, v, who.Language, []ticket.MessageID{in.ID, out.ID})
		if err != nil || !shown.On || !shown.Kept[in.ID].Result.Ready() {
			t.Fatalf("%s reads %+v, %v", who.Name, shown, err)
		}
		text := shown.Kept[in.ID].Result.Text()
		for _, s := range x.Sentences {
			if want, _, _ := strings.Cut(s.In[who.Language], "{order}"); want == "" && !strings.HasPrefix(s.In[who.Language], "{order}") || !strings.Contains(text, want) {
				t.Errorf("%s reads %q and not %q", who.Name, text, want)
			}
		}
	}

	if got := lang.Default().Detect(out.Body); !strings.HasPrefix(x.Language, got.Language) || out.AuthorID != int64(v.Assignee) || out.Delivery != ticket.Sent {
		t.Errorf("answered in %s by %d, %s: %s", got.Language, out.AuthorID, out.Delivery, out.Body)
	}
	if strings.Contains(out.Body, "{{") || v.Status != ticket.Pending && v.Status != ticket.Solved && v.Status != ticket.Open {
		t.Errorf("answered %q, and the ticket is %s", out.Body, v.Status)
	}
	promises, err := c.Clocks.Of(t.Context(), by, v)
	kept := slices.IndexFunc(promises.Clocks, func(k promise.Clock) bool { return k.Target == promise.First })
	if err != nil || kept < 0 || promises.Clocks[kept].State(c.Now()) != promise.Kept || !promises.Clocks[kept].Ended.Before(promises.Clocks[kept].Due) {
		t.Errorf("promises: %+v, %v", promises.Clocks, err)
	}
}
