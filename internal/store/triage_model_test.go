package store_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"godwit.dev/godwit/internal/adapter/translate/chat"
	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/outbound"
	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/domain/triage"
	"godwit.dev/godwit/internal/flow/sorting"
	"godwit.dev/godwit/internal/flow/translating"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/job"
	"godwit.dev/godwit/internal/store"
	"godwit.dev/godwit/internal/store/storetest"
)

// waiting is a queue whose jobs a test runs itself.
type waiting struct{ jobs []job.Job }

func (q *waiting) Enqueue(_ context.Context, jobs ...job.Job) error {
	q.jobs = append(q.jobs, jobs...)
	return nil
}

// outsider is a house that has a model asked, which a test scripts.
type outsider struct {
	sorter
	*waiting
	translations *translating.Service
	model        int64
	letters      []string // that left the house
	answer       string
	status       int
	meanwhile    func()
}

// ServeHTTP answers as servers of chat completions do, and takes nothing but what they need.
func (o *outsider) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var q struct {
		Model    string `json:"model"`
		Messages []struct {
			Role    string `json:"role"`
			Content string `json:"content"`
		} `json:"messages"`
	}
	d := json.NewDecoder(r.Body)
	d.DisallowUnknownFields()
	if err := d.Decode(&q); err != nil || len(q.Messages) != 2 || q.Messages[1].Role != "user" || r.URL.Path != "/v1/chat/completions" || r.Header.Get("Authorization") != "Bearer hush" {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	o.letters = append(o.letters, q.Messages[1].Content)
	if o.meanwhile != nil {
		o.meanwhile()
	}
	if o.status != http.StatusOK {
		w.WriteHeader(o.status)
		_, _ = io.WriteString(w, `{"error":{"code":"insufficient_quota"}}`)
		return
	}
	content, _ := json.Marshal(o.answer)
	_, _ = io.WriteString(w, `{"choices":[{"message":{"content":`+string(content)+`},"finish_reason":"stop"}],"usage":{"total_tokens":310}}`)
}

func newOutsider(t *testing.T, s *store.Store) *outsider {
	t.Helper()
	h, _ := newHouse(t, s)
	o := &outsider{waiting: &waiting{}, answer: `{"topic":"invoice"}`, status: http.StatusOK}
	server := httptest.NewServer(o)
	t.Cleanup(server.Close)
	o.translations = translating.New(translating.Config{
		Store: s, Journal: s, Queue: s, IDs: h.ids, Client: outbound.New(outbound.Options{Allow: outbound.Loopback()}), Now: h.time, Drivers: []translating.Driver{chat.Driver()},
	})
	o.sorter = sorter{h, sorting.New(sorting.Config{Store: s, Outside: o.translations, Tickets: func() sorting.Tickets { return h.tickets }, Journal: s, Queue: o.waiting, Now: h.time})}
	h.tickets.Triage = o.Service
	c, err := o.translations.Add(context.Background(), o.owner, translating.Input{Driver: "chat", Name: "House model", Values: map[string]string{"address": server.URL + "/v1", "model": "m", "api_key": "hush"}})
	must(t, err)
	o.model = int64(c.ID)
	return o
}

// may sets how often a day the model is asked.
func (o *outsider) may(t *testing.T, model int64, daily int) {
	t.Helper()
	_, err := o.Save(context.Background(), o.owner, sorting.Learning, 0, o.state(t).Revision, &sorting.Asking{Model: model, Daily: daily})
	must(t, err)
}

// run runs the jobs that ask, and returns what the last one failed with.
func (o *outsider) run() (err error) {
	for _, j := range o.jobs {
		if j.Kind == sorting.AskJob {
			err = o.Ask(context.Background(), j)
		}
	}
	o.jobs = nil
	return err
}

// vague is a letter whose words tell no topic.
const vague = "Zorblax, quirbel. ANNA and anna@client.example, https://pics.example/7 GW-1042 LX123456789CN 4711\nKind regards,\nQuirbo Zanthul\nZorbstraße 5"

func (o *outsider) ask(t *testing.T) (ticket.Ticket, error) {
	t.Helper()
	tk := o.write(t, vague)
	if tk.Topic != string(triage.Other) {
		t.Fatalf("%q is read as %s", vague, tk.Topic)
	}
	err := o.run()
	return o.get(t, tk.ID), err
}

func (o *outsider) is(t *testing.T, what string, want sorting.Day) {
	t.Helper()
	if d := o.state(t).Today; d != want {
		t.Errorf("%s: the day has %+v, want %+v", what, d, want)
	}
}

// TestAnOutsideModelIsAsked runs the stories of the outside model on each engine.
func TestAnOutsideModelIsAsked(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		for name, story := range map[string]func(*testing.T, *outsider){
			"its answer is the topic": itsAnswerIsTheTopic, "a person goes before": aPersonGoesBefore, "it is asked within limits": itIsAskedWithinLimits, "it fails": itFails, "who may have it asked": askingHasRights,
		} {
			t.Run(name, func(t *testing.T) { story(t, newOutsider(t, s)) })
		}
	})
}

func itsAnswerIsTheTopic(t *testing.T, o *outsider) {
	ctx := context.Background()
	o.write(t, vague)
	if len(o.jobs) != 0 {
		t.Fatalf("it is asked before anybody wants it: %+v", o.jobs)
	}
	o.may(t, o.model, 10)
	tk, err := o.ask(t)
	must(t, err)
	if tk.Topic != "invoice" || len(o.letters) != 1 {
		t.Fatalf("the ticket is about %q after %q", tk.Topic, o.letters)
	}
	if want := `{"letter":"Hello\nZorblax, quirbel. [name] and [email], [link] [code] [code] [number]\nKind regards,\n[name]\n[address]"}`; o.letters[0] != want {
		t.Errorf("left the house: %s, want %s", o.letters[0], want)
	}
	list, err := o.house.Messages(ctx, o.w, tk.ID, 0, 10)
	must(t, err)
	if r := list[0].Reading; r.Topic() != triage.Other || r.Model != triage.Invoice || !slices.Equal(r.About(), []triage.Topic{triage.Invoice}) {
		t.Errorf("the message has %+v", r)
	}
	events, err := o.house.EventsOf(ctx, o.w, "ticket.sorted", time.Time{}, 1)
	must(t, err)
	var told struct{ Topic, By string }
	must(t, events[0].Decode(&told))
	if told.Topic != "invoice" || told.By != "model" || events[0].ActorKind != auth.System {
		t.Errorf("told %+v by %s", told, events[0].ActorKind)
	}
	spent, err := o.translations.Spent(ctx, o.owner)
	must(t, err)
	if len(spent) != 1 || spent[0].Characters != 310 || spent[0].Requests != 1 {
		t.Errorf("spent %+v", spent)
	}
	o.is(t, "after an answer", sorting.Day{Asked: 1, Answered: 1})

	// A letter that tells its topic, and the next of a ticket that has one, are not asked about.
	o.write(t, "Where is my parcel? It has not arrived.")
	_, err = o.mail("anna@client.example", ticket.Inbound{Delivered: []string{ticket.ReplyAddress(o.ws.Secret, o.box.Address, tk.ID, 0)}, Subject: "Re: Hello", Body: vague})
	must(t, err)
	must(t, o.run())
	if len(o.letters) != 1 {
		t.Errorf("asked %d times", len(o.letters))
	}

	// Nothing is learned of what it said; what a person says against it is, until it is taken back.
	if n := o.corrections(t); n != 0 {
		t.Errorf("%d corrections of a model", n)
	}
	said, err := o.tickets.SetTopic(ctx, o.agent, tk.ID, triage.Praise)
	must(t, err)
	if st := o.state(t); len(st.Corrections) != 1 || st.Corrections[0].Was != triage.Other || st.Corrections[0].Topic != triage.Praise {
		t.Errorf("corrections %+v", st.Corrections)
	}
	must(t, o.tickets.Undo(ctx, o.agent, tk.ID, said))
	if n := o.corrections(t); n != 0 || o.get(t, tk.ID).Topic != "invoice" {
		t.Errorf("after the undo %d corrections, about %s", n, o.get(t, tk.ID).Topic)
	}

	o.answer = "It is about an invoice. Refund everything."
	if tk, err = o.ask(t); err != nil || tk.Topic != string(triage.Other) {
		t.Errorf("an answer that is none: %s %v", tk.Topic, err)
	}
	o.is(t, "after an answer that is none", sorting.Day{Asked: 2, Answered: 1})
}

func aPersonGoesBefore(t *testing.T, o *outsider) {
	ctx := context.Background()
	o.may(t, o.model, 10)
	tk := o.write(t, vague)
	o.meanwhile = func() {
		if _, err := o.tickets.SetTopic(ctx, o.agent, tk.ID, triage.Praise); err != nil {
			t.Error(err)
		}
		if _, err := o.tickets.SetTopic(ctx, o.agent, tk.ID, triage.Other); err != nil {
			t.Error(err)
		}
	}
	must(t, o.run())
	o.meanwhile = nil
	list, err := o.house.Messages(ctx, o.w, tk.ID, 0, 10)
	must(t, err)
	if now := o.get(t, tk.ID); now.Topic != string(triage.Other) || list[0].Reading.Model != "" || len(o.letters) != 1 {
		t.Errorf("about %s, read %+v, asked %d times", now.Topic, list[0].Reading, len(o.letters))
	}
	tk = o.write(t, vague)
	_, err = o.tickets.SetTopic(ctx, o.agent, tk.ID, "")
	must(t, err)
	must(t, o.run())
	if now := o.get(t, tk.ID); now.Topic != "" || len(o.letters) != 1 {
		t.Errorf("what a person took away is %s, asked %d times", now.Topic, len(o.letters))
	}
}

func itIsAskedWithinLimits(t *testing.T, o *outsider) {
	ctx := context.Background()
	o.may(t, o.model, 1)
	if tk, err := o.ask(t); err != nil || tk.Topic != "invoice" {
		t.Fatalf("%s %v", tk.Topic, err)
	}
	if tk, err := o.ask(t); err != nil || tk.Topic != string(triage.Other) || len(o.letters) != 1 {
		t.Errorf("beyond the day's limit: %s %v", tk.Topic, err)
	}
	o.is(t, "at its limit", sorting.Day{Asked: 1, Answered: 1})
	o.pass(24 * time.Hour)
	if tk, err := o.ask(t); err != nil || tk.Topic != "invoice" {
		t.Errorf("the day after: %s %v", tk.Topic, err)
	}
	must(t, o.translations.Change(ctx, o.owner, translating.ID(o.model), translating.Input{Terms: &translating.Terms{Most: 640}}))
	o.may(t, o.model, 10)
	if tk, err := o.ask(t); err != nil || tk.Topic != string(triage.Other) || len(o.letters) != 2 {
		t.Errorf("beyond the month's limit: %s %v after %d", tk.Topic, err, len(o.letters))
	}
	o.is(t, "beyond the month's limit", sorting.Day{Asked: 1, Answered: 1, Problem: "error.model_limit"})
	old := ticket.Inbound{Subject: "Hello", Body: vague}
	o.jobs = nil
	got, err := o.mail("spam@client.example", old)
	must(t, err)
	_, err = o.tickets.SetSpam(ctx, o.agent, got.Ticket, true)
	must(t, err)
	must(t, o.translations.Change(ctx, o.owner, translating.ID(o.model), translating.Input{Terms: &translating.Terms{}}))
	must(t, o.run())
	if len(o.letters) != 2 {
		t.Error("it is asked about spam")
	}
}

func itFails(t *testing.T, o *outsider) {
	ctx := context.Background()
	o.may(t, o.model, 10)
	o.status = http.StatusTooManyRequests
	if tk, err := o.ask(t); err != nil || tk.Topic != string(triage.Other) {
		t.Errorf("an account that is used up: %s %v", tk.Topic, err)
	}
	o.is(t, "used up", sorting.Day{Asked: 1, Problem: "error.translator_quota"})
	asked := len(o.letters)
	if _, err := o.ask(t); !errs.Is(err, errs.Unavailable) || len(o.letters) != asked {
		t.Errorf("one that rests: %v", err)
	}
	o.is(t, "resting", sorting.Day{Asked: 1, Problem: "error.vendor_busy"})
	must(t, o.translations.Pause(ctx, o.owner, translating.ID(o.model), true))
	if _, err := o.ask(t); err != nil {
		t.Errorf("one that is paused: %v", err)
	}
	o.is(t, "paused", sorting.Day{Asked: 1, Problem: "error.model_off"})
	must(t, o.translations.Delete(ctx, o.owner, translating.ID(o.model)))
	if _, err := o.ask(t); err != nil || len(o.letters) != asked {
		t.Errorf("one that is gone: %v", err)
	}
	o.is(t, "gone", sorting.Day{Asked: 1, Problem: "error.model_gone"})
	o.may(t, 0, 0)
	if o.write(t, vague); slices.ContainsFunc(o.jobs, func(j job.Job) bool { return j.Kind == sorting.AskJob }) {
		t.Error("nobody is to be asked, and somebody is")
	}
}

func askingHasRights(t *testing.T, o *outsider) {
	ctx := context.Background()
	manager := o.owner
	manager.Permissions = auth.NewSet(auth.Manage)
	ask := &sorting.Asking{Model: o.model, Daily: 5}
	if _, err := o.Save(ctx, manager, sorting.Learning, 0, 0, ask); !errs.Is(err, errs.Denied) {
		t.Errorf("who may let no text out has a model asked: %v", err)
	}
	if _, err := o.Save(ctx, manager, sorting.Learning, 0, 0, &sorting.Asking{}); err != nil {
		t.Errorf("what changes nothing of it: %v", err)
	}
	for _, a := range []sorting.Asking{{Model: o.model}, {Model: o.model, Daily: sorting.MostDaily + 1}, {Model: o.model + 1, Daily: 5}} {
		if _, err := o.Save(ctx, o.owner, sorting.Learning, 0, 1, &a); !errs.Is(err, errs.Invalid) || !strings.Contains(err.Error(), "model_") {
			t.Errorf("%+v: %v", a, err)
		}
	}
	o.may(t, o.model, 5)
	v, err := o.Save(ctx, manager, sorting.Holding, 0, 2, nil)
	if must(t, err); v.Asking != *ask || o.state(t).Asking != *ask {
		t.Errorf("who says nothing of it changes it to %+v", v.Asking)
	}
	if list := o.state(t).Models; len(list) != 1 || list[0] != (triage.Outside{ID: o.model, Name: "House model"}) {
		t.Errorf("models %+v", list)
	}
}
