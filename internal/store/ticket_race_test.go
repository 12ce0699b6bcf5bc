package store_test

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"golang.org/x/sync/errgroup"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/platform/action"
	"godwit.dev/godwit/internal/platform/event"
)

// sentOrTakenBack lets one person hurry a reply while another takes
// it back and the mail server is asked to take it: it is sent or it is not.
func sentOrTakenBack(t *testing.T, h *house, p *post) {
	ctx := context.Background()
	sent, cancelled := 0, 0
	for round := range 40 {
		tk := h.asked(t)
		m, err := h.tickets.Reply(ctx, h.agent, tk.ID, ticket.NewReply{Body: "An answer", Then: ticket.Solved})
		must(t, err)
		var g errgroup.Group
		var start sync.WaitGroup
		start.Add(1)
		var unsent, hurried error
		g.Go(func() error { start.Wait(); unsent = h.tickets.Unsend(ctx, h.agent, tk.ID, m.ID); return nil })
		g.Go(func() error { start.Wait(); hurried = h.tickets.SendNow(ctx, h.owner, tk.ID, m.ID); return nil })
		if round%4 > 0 { // else the two are alone
			g.Go(func() error { start.Wait(); _ = h.send(m.ID); return nil })
		}
		start.Done()
		must(t, g.Wait())
		for _, err := range []error{unsent, hurried} {
			if err != nil && !errs.Is(err, errs.Conflict) {
				t.Fatalf("round %d: %v, %v", round, unsent, hurried)
			}
		}
		_ = h.send(m.ID) // its job comes at last, whatever happened
		_ = h.send(m.ID)
		got, err := h.Message(ctx, h.w, m.ID)
		must(t, err)
		a, err := h.ActionByKey(ctx, h.w, ticket.SendKey(m.ID))
		must(t, err)
		left, now := p.count(m.ID), h.get(t, tk.ID)
		switch got.Delivery {
		case ticket.Sent:
			sent++
			if left != 1 || unsent == nil || a.State != action.Done || now.Status != ticket.Solved {
				t.Fatalf("round %d: sent %d times, taken back: %v, action %s, ticket %s", round, left, unsent, a.State, now.Status)
			}
		case ticket.Cancelled:
			cancelled++
			d, err := h.tickets.DraftOf(ctx, h.agent, tk.ID, ticket.KindOutbound)
			must(t, err)
			if left != 0 || unsent != nil || a.State != action.Cancelled || now.Status != ticket.Open || d.Data.Body != "An answer" {
				t.Fatalf("round %d: cancelled and sent %d times, taken back: %v, action %s, ticket %s, draft %q", round, left, unsent, a.State, now.Status, d.Data.Body)
			}
		default:
			t.Fatalf("round %d: it is %s, its action %s", round, got.Delivery, a.State)
		}
	}
	t.Logf("%d sent, %d taken back", sent, cancelled)
}

// bulkDoesWhatItCan gives a bulk action tickets of all kinds: those that can
// are done, the others are told of, and only the done ones are undone.
func bulkDoesWhatItCan(t *testing.T, h *house, _ *post) {
	ctx := context.Background()
	rival, _ := newHouse(t, h.Store)
	for range 20 { // numbers that the house does not have
		rival.asked(t)
	}
	fine, other, merged, heir, closed, secret := h.asked(t), h.asked(t), h.asked(t), h.asked(t), h.asked(t), h.asked(t)
	_, err := h.tickets.Merge(ctx, h.owner, merged.ID, heir.ID)
	must(t, err)
	_, err = h.tickets.SetStatus(ctx, h.owner, closed.ID, ticket.Closed, "")
	must(t, err)
	_, err = h.tickets.SetTeam(ctx, h.owner, secret.ID, h.team)
	must(t, err)
	already := h.asked(t)
	_, err = h.tickets.SetStatus(ctx, h.owner, already.ID, ticket.Pending, "")
	must(t, err)
	foreign := int64(20)
	numbers := []int64{fine.Number, foreign, merged.Number, closed.Number, secret.Number, already.Number, other.Number, 999}
	wait := func(ctx context.Context, id ticket.ID) (event.ID, error) {
		return h.tickets.SetStatus(ctx, h.hidden, id, ticket.Pending, ticket.ForCarrier)
	}
	done, refused, err := h.tickets.Bulk(ctx, h.hidden, numbers, wait)
	must(t, err)
	for n, kind := range map[int64]errs.Kind{foreign: errs.NotFound, merged.Number: errs.Conflict, closed.Number: errs.Conflict, secret.Number: errs.NotFound, 999: errs.NotFound} {
		if got := errs.KindOf(refused[n]); refused[n] == nil || got != kind {
			t.Errorf("#%d: %v, want %v", n, refused[n], kind)
		}
		if _, ok := done[n]; ok {
			t.Errorf("#%d is done and refused", n)
		}
	}
	if len(done)+len(refused) != len(numbers) || done[fine.Number] == 0 || done[other.Number] == 0 || done[already.Number] == 0 {
		t.Fatalf("done %v, refused %v", done, refused)
	}
	states := func() string {
		var out []ticket.Status
		for _, tk := range []ticket.Ticket{fine, other, already, merged, closed, secret} {
			out = append(out, h.get(t, tk.ID).Status)
		}
		return fmt.Sprint(out)
	}
	if got := states(); got != "[pending pending pending closed closed new]" {
		t.Errorf("after the bulk: %s", got)
	}
	// Somebody goes on with one of them, so the undo leaves that one alone.
	_, err = h.tickets.SetStatus(ctx, h.owner, other.ID, ticket.Solved, "")
	must(t, err)
	back, kept, err := h.tickets.Bulk(ctx, h.hidden, []int64{fine.Number, other.Number, already.Number}, func(ctx context.Context, id ticket.ID) (event.ID, error) {
		return 0, h.tickets.Undo(ctx, h.hidden, id, done[h.get(t, id).Number])
	})
	must(t, err)
	if len(back) != 2 || !errs.Is(kept[other.Number], errs.Conflict) {
		t.Errorf("undone %v, kept %v", back, kept)
	}
	if got := states(); got != "[new solved pending closed closed new]" {
		t.Errorf("after the undo: %s", got)
	}
	if w := h.get(t, already.ID).Waiting; w != ticket.ForCustomer {
		t.Errorf("it waits for %s", w)
	}
	if rival.get(t, rival.asked(t).ID).Status != ticket.New {
		t.Error("the rival was touched")
	}
	if _, _, err := h.tickets.Bulk(ctx, h.owner, make([]int64, 201), wait); !errs.Is(err, errs.Invalid) {
		t.Errorf("201 tickets: %v", err)
	}
}
