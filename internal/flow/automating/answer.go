package automating

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/automation"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/domain/triage"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/event"
	"godwit.dev/godwit/internal/platform/job"
)

const (
	batch = 200
	// mostTries is how often the house's own trouble is met before a rule gives an event up.
	mostTries = 8
	// lookAt is how many of an order's newest tickets are looked at for one that is not done.
	lookAt = 20
	// changed is what a ticket says that somebody else has changed at this moment.
	changed = "error.ticket_changed"
)

// Work answers what is due in a workspace and lets fire what fires by the calendar, then sleeps until the next instant at which
// something is.
func (s *Service) Work(ctx context.Context, j job.Job) error {
	for {
		due, err := s.Store.DueRules(ctx, j.Workspace, s.Now(), batch)
		if err != nil {
			return err
		}
		for _, d := range due {
			if err := s.answer(ctx, j.Workspace, d); err != nil {
				return err
			}
		}
		if len(due) > 0 {
			continue
		}
		if err := s.fire(ctx, j.Workspace); err != nil {
			return err
		}
		if more, err := s.owe(ctx, j.Workspace); err != nil {
			return err
		} else if more {
			continue
		}
		next, err := s.Store.NextRuleDue(ctx, j.Workspace)
		if err != nil || next.IsZero() {
			return err
		}
		return job.Later{At: next}
	}
}

// answer lets a rule answer an event, or writes down why it cannot.
func (s *Service) answer(ctx context.Context, w auth.WorkspaceID, d Due) error {
	var at ticket.ID
	err := s.Store.InTx(ctx, func(ctx context.Context) (err error) {
		at, err = s.act(ctx, w, d)
		return err
	})
	switch k := errs.KindOf(err); {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return ctx.Err()
	case (k == errs.Internal || k == errs.Unavailable || because(err).Key == changed) && d.Tries < mostTries:
		s.Log.Warn("a rule could not answer yet", "rule", int64(d.Rule), "event", int64(d.Event), "error", err)
		return s.Store.InTx(ctx, func(ctx context.Context) error {
			taken, err := s.Store.TakeDue(ctx, w, d)
			if err != nil || !taken {
				return err
			}
			d.At, d.Tries = s.Now().Add(job.Rest(int64(d.Tries))), d.Tries+1
			return s.Store.PutDue(ctx, w, d)
		})
	case k == errs.Conflict:
		return s.note(ctx, w, d, at, automation.Moved, err)
	default:
		s.Log.Warn("a rule failed", "rule", int64(d.Rule), "event", int64(d.Event), "error", err)
		return s.note(ctx, w, d, at, automation.Failed, err)
	}
}

// note writes down that nothing was done, and switches off a rule that fails again and again.
func (s *Service) note(ctx context.Context, w auth.WorkspaceID, d Due, t ticket.ID, outcome string, cause error) error {
	return s.Store.InTx(ctx, func(ctx context.Context) error {
		r, err := s.Store.HoldRule(ctx, w, d.Rule)
		if err != nil {
			return ignore(err, errs.NotFound)
		}
		if taken, err := s.Store.TakeDue(ctx, w, d); err != nil || !taken {
			return err
		}
		if t == 0 {
			t = d.Ticket
		}
		if err := s.deed(ctx, r, d, t, outcome, because(cause)); err != nil || outcome != automation.Failed {
			return err
		}
		if r.Failures++; r.On && r.Failures >= automation.MaxFailures {
			r.On, r.Off, r.Fires = false, because(cause).Key, time.Time{}
			if err := s.record(ctx, auth.ForSystem(w), DisabledKind, r); err != nil {
				return err
			}
			if s.Disabled != nil {
				if err := s.Disabled(ctx, r); err != nil {
					return err
				}
			}
		}
		return s.Store.PutRule(ctx, r)
	})
}

// ignore leaves out an error of a kind.
func ignore(err error, k errs.Kind) error {
	if errs.Is(err, k) {
		return nil
	}
	return err
}

// because says why in words of the catalogue.
func because(err error) Why {
	list := errs.Fields(err)
	if len(list) == 0 {
		return Why{Key: "error.internal"}
	}
	w := Why{Key: list[0].Key}
	for _, a := range list[0].Args {
		w.Args = append(w.Args, fmt.Sprint(a))
	}
	return w
}

func (s *Service) deed(ctx context.Context, r automation.Rule, d Due, t ticket.ID, outcome string, why Why) error {
	return s.Store.AddDeed(ctx, r.Workspace, Deed{ID: DeedID(s.IDs.Next()), Rule: r.ID, Version: r.Version, Event: d.Event, Ticket: t, At: s.Now(), Outcome: outcome, Why: why})
}

// act does what a rule says, within the caller's transaction. It returns the ticket that it is about.
func (s *Service) act(ctx context.Context, w auth.WorkspaceID, d Due) (ticket.ID, error) {
	r, err := s.Store.HoldRule(ctx, w, d.Rule)
	if err != nil {
		return 0, ignore(err, errs.NotFound) // and what it was owed is gone with it
	}
	if taken, err := s.Store.TakeDue(ctx, w, d); err != nil || !taken {
		return 0, err
	}
	e, err := s.Store.Event(ctx, w, d.Event)
	if err != nil {
		return 0, ignore(err, errs.NotFound)
	}
	if !r.On || answers(r.When) != e.Kind {
		return 0, nil
	}
	if d.Ticket != 0 {
		e.TicketID = int64(d.Ticket)
	}
	now := s.Now()
	if at := r.When.ActsAt(e.At); at.After(now) { // a newer version waits longer
		d.At = at
		return 0, s.Store.PutDue(ctx, w, d)
	}
	x, o, err := s.subject(ctx, w, e)
	if err != nil {
		return 0, err
	}
	cond, err := automation.Parse(r.If)
	if err != nil {
		return x.Ticket, err
	}
	zone, err := s.zone(ctx, w)
	if err != nil {
		return x.Ticket, err
	}
	x.Facts.Now, x.Facts.Event = now.In(zone), eventFacts(e)
	if d.Ticket != 0 && (x.Ticket != d.Ticket || x.Facts.Ticket.Status == string(ticket.Closed)) { // it was closed, or merged away, meanwhile
		return x.Ticket, nil
	}
	if !cond.Holds(&x.Facts) || x.Ticket == 0 && (o == 0 || r.Then[0].Do != automation.Open) {
		return x.Ticket, nil
	}
	if again, err := s.again(ctx, r, e, x.Ticket); err != nil || again {
		if again && r.Stop {
			err = s.Store.SkipDue(ctx, w, d, r.Place)
		}
		return x.Ticket, err
	}
	if why := d.Chain.Refuses(r.ID); why != "" {
		return x.Ticket, s.deed(ctx, r, d, x.Ticket, why, Why{})
	}
	hour, day, err := s.Store.Acted(ctx, w, r.ID, x.Ticket, now.Add(-time.Hour), now.AddDate(0, 0, -1))
	if err != nil {
		return x.Ticket, err
	}
	if !r.Allowed(hour, day) {
		return x.Ticket, s.deed(ctx, r, d, x.Ticket, automation.Quota, Why{})
	}
	if err := s.vouched(ctx, w, r.Owner, r.Definition); err != nil {
		return x.Ticket, err
	}
	p := performer{Service: s, rule: r, actor: auth.ForRule(w, int64(r.ID), r.Name), event: e, order: o, ticket: x.Ticket, spam: x.Facts.Ticket.Spam, now: now}
	ctx = event.CausedBy(ctx, cause(append(d.Chain, r.ID)))
	for _, step := range r.Then {
		if err := p.do(ctx, step); err != nil {
			return x.Ticket, err
		}
	}
	if err := s.deed(ctx, r, d, p.ticket, automation.Did, Why{}); err != nil {
		return p.ticket, err
	}
	if r.Failures > 0 {
		r.Failures = 0
		if err := s.Store.PutRule(ctx, r); err != nil {
			return p.ticket, err
		}
	}
	if r.Stop {
		err = s.Store.SkipDue(ctx, w, d, r.Place)
	}
	return p.ticket, err
}

// again reports whether a rule has acted on what an event tells once more: what a ticket's newest message is about, by an
// outside model that was asked after triage had read it.
func (s *Service) again(ctx context.Context, r automation.Rule, e event.Event, t ticket.ID) (bool, error) {
	var d struct {
		By string `json:"by"`
	}
	if _ = e.Decode(&d); e.Kind != "ticket.sorted" || d.By != "model" || t == 0 {
		return false, nil
	}
	k, err := s.Tickets.Get(ctx, auth.ForSystem(r.Workspace), t)
	if err != nil {
		return false, ignore(err, errs.NotFound)
	}
	since := k.LastInboundAt.Add(-time.Millisecond) // it may have acted at the very moment
	_, n, err := s.Store.Acted(ctx, r.Workspace, r.ID, t, since, since)
	return n > 0, err
}

func cause(c automation.Chain) []int64 {
	out := make([]int64, len(c))
	for i, r := range c {
		out[i] = int64(r)
	}
	return out
}

// told is what events say that rules ask about.
type told struct {
	Order  order.ID   `json:"order"`
	Orders []order.ID `json:"orders"`
	Form   string     `json:"form"`
	From   any        `json:"from"`
	Was    any        `json:"was"`
	To     any        `json:"to"`
	State  string     `json:"state"`
	Status string     `json:"status"`
	Phase  string     `json:"phase"`
}

func eventFacts(e event.Event) automation.EventFacts {
	var d told
	_ = e.Decode(&d) // what is no object of these tells nothing
	f := automation.EventFacts{By: string(e.ActorKind), Form: d.Form}
	word := func(list ...any) string {
		for _, x := range list {
			if s, ok := x.(string); ok && s != "" {
				return s
			}
		}
		return ""
	}
	f.From, f.To = word(d.From, d.Was), word(d.To, d.State, d.Status, d.Phase)
	return f
}

// orderOf returns the order that an event is about, 0 for none.
func orderOf(e event.Event) order.ID {
	var d told
	_ = e.Decode(&d) // what is no object of these tells nothing
	switch {
	case e.Subject.Kind == "order":
		return order.ID(e.Subject.ID)
	case d.Order != 0 || len(d.Orders) == 0:
		return d.Order
	}
	return d.Orders[0]
}

// subject returns the ticket that an event is about, and the order: that of the event itself, else the newest of its
// order that is not done. There may be none.
func (s *Service) subject(ctx context.Context, w auth.WorkspaceID, e event.Event) (x Subject, o order.ID, err error) {
	t := ticket.ID(e.TicketID)
	if t == 0 {
		o = orderOf(e)
		if o == 0 {
			return x, 0, nil
		}
		list, err := s.Store.TicketsOfOrder(ctx, w, o, lookAt)
		if err != nil {
			return x, o, err
		}
		for _, k := range list {
			if k.MergedInto == 0 && k.Bucket() != ticket.InDone && k.Bucket() != ticket.InSpam {
				t = k.ID
				break
			}
		}
	}
	if t == 0 {
		x.Facts, err = s.Store.OrderFacts(ctx, w, o)
		return x, o, ignore(err, errs.NotFound)
	}
	for range lookAt { // one that was merged away is its heir
		k, err := s.Tickets.Get(ctx, auth.ForSystem(w), t)
		if err != nil {
			return x, o, ignore(err, errs.NotFound)
		}
		if o == 0 {
			o = k.Order
		}
		if k.MergedInto == 0 {
			break
		}
		t = k.MergedInto
	}
	x, err = s.Store.RuleSubject(ctx, w, t)
	return x, o, err
}

// performer does the steps of a rule.
type performer struct {
	*Service
	rule   automation.Rule
	actor  auth.Actor
	event  event.Event
	order  order.ID
	ticket ticket.ID
	spam   bool
	now    time.Time
}

func (p *performer) do(ctx context.Context, s automation.Step) (err error) {
	t := p.ticket
	if t == 0 && s.Do != automation.Open {
		return errs.New(errs.Conflict, "error.rule_no_ticket")
	}
	switch s.Do {
	case automation.Tag:
		_, err = p.Tickets.ChangeTags(ctx, p.actor, t, []string{s.Word}, nil)
	case automation.Untag:
		_, err = p.Tickets.ChangeTags(ctx, p.actor, t, nil, []string{s.Word})
	case automation.Topic:
		_, err = p.Tickets.SetTopic(ctx, p.actor, t, triage.Topic(s.Word))
	case automation.Priority, automation.Raise:
		to, _ := ticket.ParsePriority(s.Word)
		if s.Do == automation.Raise {
			k, err := p.Tickets.Get(ctx, p.actor, t)
			if err != nil || k.Priority >= to {
				return err
			}
		}
		_, err = p.Tickets.SetPriority(ctx, p.actor, t, to)
	case automation.Team:
		_, err = p.Tickets.SetTeam(ctx, p.actor, t, s.Team)
	case automation.Assign:
		_, err = p.Tickets.Assign(ctx, p.actor, t, s.Person)
	case automation.Status:
		_, err = p.Tickets.SetStatus(ctx, p.actor, t, ticket.Status(s.Word), ticket.Waiting(s.Wait))
	case automation.Snooze:
		_, err = p.Tickets.Snooze(ctx, p.actor, t, p.now.Add(time.Duration(s.Hours)*time.Hour), true)
	case automation.Note:
		_, err = p.Tickets.Note(ctx, p.actor, t, ticket.NewNote{Body: s.Text})
	case automation.Notify:
		err = p.notify(ctx, s)
	case automation.Reply:
		err = p.reply(ctx, s)
	case automation.Call:
		err = p.call(ctx, s)
	case automation.Open:
		err = p.open(ctx, s)
	default:
		err = errs.Field("do", "error.rule_verb", "verb", string(s.Do))
	}
	return err
}

// notify writes a note that mentions a person.
func (p *performer) notify(ctx context.Context, s automation.Step) error {
	people, err := p.People.People(ctx, p.actor.Workspace)
	if err != nil {
		return err
	}
	for _, x := range people {
		if x.ID == s.Person && x.Status == auth.Active {
			_, err := p.Tickets.Note(ctx, p.actor, p.ticket, ticket.NewNote{Body: "@" + x.Name + " " + s.Text})
			return err
		}
	}
	return errs.Field("person", "error.assignee")
}

// written reports whether one of some forms is that of a message that a machine wrote: the newest that came in, or the one
// that an event tells of. "" is none.
func written(forms ...string) bool {
	return slices.ContainsFunc(forms, func(f string) bool { return f != "" && f != string(ticket.Plain) })
}

// reply answers the customer with a macro, in their language and as their market is addressed. Nothing is sent in answer to
// what no person wrote, whichever event the rule answers, nothing to spam, and nothing with a blank that has no value.
func (p *performer) reply(ctx context.Context, s automation.Step) error {
	if p.spam {
		return errs.New(errs.Conflict, "error.rule_spam")
	}
	form, err := p.Store.NewestForm(ctx, p.actor.Workspace, p.ticket)
	if err != nil {
		return err
	}
	if written(form, eventFacts(p.event).Form) {
		return errs.New(errs.Conflict, "error.rule_auto")
	}
	list, err := p.Tickets.Macros(ctx, p.actor)
	if err != nil {
		return err
	}
	for _, m := range list {
		if m.ID != s.Macro {
			continue
		}
		t, err := p.Tickets.Get(ctx, p.actor, p.ticket)
		if err != nil {
			return err
		}
		values, err := p.Values(ctx, p.actor, t)
		if err != nil {
			return err
		}
		want, err := p.Tickets.Wanted(ctx, p.actor, t)
		if err != nil {
			return err
		}
		body, blank := ticket.Expand(m.Choose(want).Body, values)
		if len(blank) > 0 {
			return errs.Field("macro", "error.rule_blank", "name", m.Name, "blank", strings.Join(blank, ", "))
		}
		_, err = p.Tickets.Reply(ctx, p.actor, p.ticket, ticket.NewReply{Body: body, Macro: m.ID, Key: fmt.Sprintf("rule.%d.%d.%d", p.event.ID, p.ticket, m.ID)})
		return err
	}
	return errs.Field("macro", "error.rule_macro")
}

// call tells webhooks.
func (p *performer) call(ctx context.Context, s automation.Step) error {
	t, err := p.Tickets.Get(ctx, p.actor, p.ticket)
	if err != nil {
		return err
	}
	return p.Journal.Append(ctx, event.New(CalledKind, p.actor, subjectOf(p.rule.ID), 0, map[string]any{
		"name": p.rule.Name, "word": s.Word, "ticket": int64(t.ID), "number": t.Number, "cause": p.event.Kind,
	}))
}

// open raises a ticket about an order, or notes on the one that there is.
func (p *performer) open(ctx context.Context, s automation.Step) error {
	if p.order == 0 {
		_, err := p.Tickets.Note(ctx, p.actor, p.ticket, ticket.NewNote{Body: s.Text})
		return err
	}
	o, err := p.Store.Order(ctx, p.actor.Workspace, p.order)
	if err != nil {
		return err
	}
	t, err := p.Tickets.Raise(ctx, p.actor, ticket.Case{Order: o, Subject: s.Text, Note: s.Text, Key: fmt.Sprintf("rule:%d:%d:%d", p.rule.ID, p.event.ID, p.order)})
	p.ticket = t.ID
	return err
}
