package store_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/domain/triage"
	"godwit.dev/godwit/internal/flow/sorting"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/event"
	"godwit.dev/godwit/internal/platform/job"
	"godwit.dev/godwit/internal/store"
	"godwit.dev/godwit/internal/store/storetest"
)

// sorter is a house that learns of corrections.
type sorter struct {
	*house
	*sorting.Service
}

func newSorter(t *testing.T, s *store.Store) sorter {
	t.Helper()
	h, _ := newHouse(t, s)
	return sorter{h, h.node()}
}

// node is what reads and learns on one node of a house.
func (h *house) node() *sorting.Service {
	n := sorting.New(sorting.Config{Store: h.Store, Journal: h.Store, Queue: h.Store, Now: h.time})
	h.tickets.Triage = n
	return n
}

func (r sorter) write(t *testing.T, body string) ticket.Ticket {
	t.Helper()
	r.pass(time.Minute)
	got, err := r.mail("anna@client.example", ticket.Inbound{Subject: "Hello", Body: body})
	must(t, err)
	return r.get(t, got.Ticket)
}

func (r sorter) work(t *testing.T) {
	t.Helper()
	must(t, r.Work(context.Background(), job.New(r.w, sorting.Job, struct{}{})))
}

func (r sorter) state(t *testing.T) sorting.State {
	t.Helper()
	st, err := r.State(context.Background(), r.owner)
	must(t, err)
	return st
}

// corrections counts them.
func (r sorter) corrections(t *testing.T) (n int) {
	t.Helper()
	for _, p := range r.state(t).Corrections {
		n += p.Count
	}
	return n
}

func (r sorter) save(t *testing.T, m sorting.Mode, version int) {
	t.Helper()
	_, err := r.Save(context.Background(), r.owner, m, version, r.state(t).Revision, nil)
	must(t, err)
}

// correct has agents say of n new tickets that they are about something else than was read.
func (r sorter) correct(t *testing.T, n int, topic triage.Topic) (last ticket.Ticket, said event.ID) {
	t.Helper()
	for i := range n {
		tk := r.write(t, fmt.Sprintf("The %s zorblax %s, number %d of them", []string{"blue", "small", "tall"}[i%3], []string{"sings again", "is singing all night", "came and sings"}[i/3%3], i))
		var err error
		said, err = r.tickets.SetTopic(context.Background(), r.agent, tk.ID, topic)
		must(t, err)
		last = tk
	}
	return last, said
}

const singing = "The grey zorblax sings again all night"

// TestTriageLearns runs the stories of what is learned of corrections on each engine.
func TestTriageLearns(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		for name, story := range map[string]func(*testing.T, sorter){
			"corrections are learned": correctionsAreLearned, "a correction can be taken back": correctionsCanBeTakenBack, "who may say how messages are read": triageHasRights,
		} {
			t.Run(name, func(t *testing.T) { story(t, newSorter(t, s)) })
		}
	})
}

func correctionsAreLearned(t *testing.T, r sorter) {
	ctx := context.Background()
	if tk := r.write(t, singing); tk.Topic == string(triage.Defective) {
		t.Fatalf("%q is read as %s before anything is learned", singing, tk.Topic)
	}
	r.correct(t, 12, triage.Defective)
	if topic := r.write(t, singing).Topic; topic == string(triage.Defective) {
		t.Fatal("it was learned before the job ran")
	}
	r.work(t)
	st := r.state(t)
	if len(st.Versions) != 1 || st.Version != 1 || st.Mode != sorting.Learning || st.SavedBy != 0 || st.Versions[0].Lesson.Judgement != triage.Adopted {
		t.Fatalf("%+v", st)
	}
	if l := st.Versions[0].Lesson; l.Taught.After.All+l.Aside.After.All != 12 || l.Taught.After.Right <= l.Taught.Before.Right || l.Shipped.After.Right < l.Shipped.Before.Right {
		t.Errorf("figures %+v", l)
	}
	if n := r.corrections(t); n != 12 {
		t.Errorf("%d corrections", n)
	}
	if tk := r.write(t, singing); tk.Topic != string(triage.Defective) {
		t.Errorf("after the lesson it is read as %s", tk.Topic)
	}
	if v, err := r.node().Read(ctx, r.w, triage.Message{Text: singing}, 0); err != nil || v.Topic != triage.Defective {
		t.Errorf("another node reads %s (%v)", v.Topic, err)
	}
	if v, err := r.Read(ctx, r.w+1, triage.Message{Text: singing}, 0); err != nil || v.Topic == triage.Defective {
		t.Errorf("another workspace reads %s (%v)", v.Topic, err)
	}
	r.work(t)
	if st := r.state(t); len(st.Versions) != 1 || st.Revision != 1 {
		t.Errorf("the same corrections were learned twice: %+v", st)
	}

	// Back to the shipped model, which holds against new corrections; and on again.
	r.save(t, sorting.Holding, 0)
	if tk := r.write(t, singing); tk.Topic == string(triage.Defective) {
		t.Error("version 0 still reads as was learned")
	}
	r.correct(t, 4, triage.Defective)
	r.work(t)
	if st := r.state(t); len(st.Versions) != 1 || st.Version != 0 {
		t.Errorf("it was learned while a version was held: %+v", st)
	}
	r.save(t, sorting.Holding, 1)
	if tk := r.write(t, singing); tk.Topic != string(triage.Defective) {
		t.Errorf("version 1 reads %s", tk.Topic)
	}
	r.save(t, sorting.Off, 1)
	if tk := r.write(t, singing); tk.Topic == string(triage.Defective) {
		t.Error("it still reads as was learned while off")
	}
	r.save(t, sorting.Learning, 0)
	r.work(t)
	if st := r.state(t); len(st.Versions) != 2 || st.Version != 2 || st.Revision != 6 {
		t.Errorf("it does not learn on: %+v", st)
	}
	for kind, want := range map[string]int{sorting.LearnedKind: 2, sorting.SavedKind: 4} {
		events, err := r.house.EventsOf(ctx, r.w, kind, time.Time{}, 100)
		if must(t, err); len(events) != want {
			t.Errorf("%d events tell %s, want %d", len(events), kind, want)
		}
	}
}

func correctionsCanBeTakenBack(t *testing.T, r sorter) {
	ctx := context.Background()
	count := func() int { t.Helper(); return r.corrections(t) }
	tk, said := r.correct(t, 1, triage.Defective)
	if count() != 1 {
		t.Fatalf("%d corrections, want 1", count())
	}
	_, err := r.tickets.SetTopic(ctx, r.agent, tk.ID, triage.Damaged)
	must(t, err)
	if st := r.state(t); count() != 1 || st.Corrections[0].Topic != triage.Damaged {
		t.Errorf("the second word about a message does not replace the first: %+v", st.Corrections)
	}
	_, err = r.tickets.SetTopic(ctx, r.agent, tk.ID, triage.Defective)
	must(t, err)
	must(t, r.tickets.Undo(ctx, r.agent, tk.ID, said))
	if count() != 0 {
		t.Errorf("%d corrections after the undo", count())
	}
	_, err = r.tickets.SetTopic(ctx, auth.ForSystem(r.w), tk.ID, triage.Praise)
	if err == nil && count() != 0 {
		t.Error("what the program says is a correction")
	}
	r.correct(t, 3, triage.Praise)
	must(t, r.TrimCorrections(ctx, r.w, 2))
	if count() != 2 {
		t.Errorf("%d corrections are kept of 2", count())
	}
	r.work(t)
	if st := r.state(t); len(st.Versions) != 0 {
		t.Errorf("it learned of two corrections: %+v", st.Versions)
	}
}

func triageHasRights(t *testing.T, r sorter) {
	ctx := context.Background()
	if _, err := r.State(ctx, r.agent); !errs.Is(err, errs.Denied) {
		t.Errorf("an agent sees what was learned: %v", err)
	}
	if _, err := r.Save(ctx, r.agent, sorting.Off, 0, 0, nil); !errs.Is(err, errs.Denied) {
		t.Errorf("an agent turns it off: %v", err)
	}
	if _, err := r.Save(ctx, r.owner, sorting.Holding, 7, 0, nil); !errs.Is(err, errs.Invalid) {
		t.Errorf("a version that nobody learned is held: %v", err)
	}
	if _, err := r.Save(ctx, r.owner, "often", 0, 0, nil); !errs.Is(err, errs.Invalid) {
		t.Errorf("an unknown mode: %v", err)
	}
	r.save(t, sorting.Off, 0)
	if _, err := r.Save(ctx, r.owner, sorting.Learning, 0, 0, nil); !errs.Is(err, errs.Conflict) {
		t.Errorf("a page of before: %v", err)
	}
}
