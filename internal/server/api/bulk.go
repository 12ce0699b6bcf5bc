package api

import (
	"context"
	"slices"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/event"
)

func bulkGroup() group {
	bulk := may(auth.WriteTickets, auth.BulkTickets)
	return group{"Bulk", "One verb on many tickets.", []operation{
		{"ticketBulk", "POST", "/tickets/bulk", bulk, do((*server).ticketBulk), "Change many tickets",
			"Does one verb on up to 200 tickets. Those that cannot take it are listed with the reason; the others are changed. With merge_into_id all of them become one."},
		{"ticketBulkUndo", "POST", "/tickets/bulk/undo", bulk, do((*server).ticketBulkUndo), "Undo on many tickets",
			"Takes many events back, the last one first, as far as that is still possible."},
	}}
}

// BulkDraft is one verb for many tickets. Exactly one verb is sent.
type BulkDraft struct {
	TicketIDs    []Ref[aTicket]      `json:"ticket_ids" nullable:"false" minItems:"1" maxItems:"200"`
	Status       *string             `json:"status,omitempty" enum:"open,pending,solved,closed"`
	Priority     *string             `json:"priority,omitempty" enum:"low,normal,high,urgent"`
	AssigneeID   Maybe[Ref[aPerson]] `json:"assignee_id,omitzero" doc:"null gives them to nobody."`
	TeamID       Maybe[Ref[aTeam]]   `json:"team_id,omitzero" doc:"null takes them from their teams."`
	AddTags      []string            `json:"add_tags,omitempty" nullable:"false" maxItems:"50"`
	RemoveTags   []string            `json:"remove_tags,omitempty" nullable:"false" maxItems:"50"`
	SnoozedUntil Maybe[time.Time]    `json:"snoozed_until,omitzero" doc:"null ends the snooze."`
	Spam         *bool               `json:"spam,omitempty"`
	MacroID      *Ref[aMacro]        `json:"macro_id,omitempty" doc:"Does what this macro does besides its text."`
	MergeIntoID  *Ref[aTicket]       `json:"merge_into_id,omitempty" doc:"The ticket that takes all of them over."`
}

// BulkOutcome is what a verb did to many tickets.
type BulkOutcome struct {
	Done    []BulkDone    `json:"done" nullable:"false"`
	Refused []BulkRefused `json:"refused" nullable:"false"`
}

// BulkDone is a ticket that was changed.
type BulkDone struct {
	TicketID Ref[aTicket]  `json:"ticket_id"`
	EventID  *Ref[anEvent] `json:"event_id" nullable:"true" doc:"What can be undone; null if nothing changed."`
}

// BulkRefused is a ticket that could not take the verb.
type BulkRefused struct {
	TicketID Ref[aTicket] `json:"ticket_id"`
	Code     string       `json:"code" example:"status_move"`
	Detail   string       `json:"detail" example:"A closed ticket cannot be opened again."`
}

// oneVerb is a verb on one of many tickets.
type oneVerb func(c *call, t ticket.ID) (event.ID, error)

// bulkVerb returns the verb that was sent.
func (s *server) bulkVerb(c *call, b BulkDraft) (oneVerb, error) {
	var verbs []oneVerb
	add := func(asked bool, v oneVerb) {
		if asked {
			verbs = append(verbs, v)
		}
	}
	add(b.Status != nil, func(c *call, t ticket.ID) (event.ID, error) {
		return s.Tickets.SetStatus(c, c.actor, t, ticket.Status(*b.Status), "")
	})
	add(b.Priority != nil, func(c *call, t ticket.ID) (event.ID, error) {
		p, _ := ticket.ParsePriority(*b.Priority) // the schema has judged it
		return s.Tickets.SetPriority(c, c.actor, t, p)
	})
	add(b.AssigneeID.Sent, func(c *call, t ticket.ID) (event.ID, error) {
		return s.Tickets.Assign(c, c.actor, t, auth.PersonID(b.AssigneeID.orZero().num()))
	})
	add(b.TeamID.Sent, func(c *call, t ticket.ID) (event.ID, error) {
		return s.Tickets.SetTeam(c, c.actor, t, auth.TeamID(b.TeamID.orZero().num()))
	})
	add(len(b.AddTags)+len(b.RemoveTags) > 0, func(c *call, t ticket.ID) (event.ID, error) {
		return s.Tickets.ChangeTags(c, c.actor, t, b.AddTags, b.RemoveTags)
	})
	add(b.SnoozedUntil.Sent, func(c *call, t ticket.ID) (event.ID, error) {
		return s.Tickets.Snooze(c, c.actor, t, b.SnoozedUntil.orZero().UTC(), true)
	})
	add(b.Spam != nil, func(c *call, t ticket.ID) (event.ID, error) { return s.Tickets.SetSpam(c, c.actor, t, *b.Spam) })
	add(b.MacroID != nil, func(c *call, t ticket.ID) (event.ID, error) {
		return s.Tickets.ApplyMacro(c, c.actor, t, ticket.MacroID(b.MacroID.num()))
	})
	add(b.MergeIntoID != nil, func(c *call, t ticket.ID) (event.ID, error) {
		return s.Tickets.Merge(c, c.actor, t, ticket.ID(b.MergeIntoID.num()))
	})
	if len(verbs) != 1 {
		return nil, errs.New(errs.Invalid, "problem.one_verb")
	}
	if b.MacroID != nil {
		if _, err := s.Tickets.Macro(c, c.actor, ticket.MacroID(b.MacroID.num())); errs.Is(err, errs.NotFound) {
			return nil, errs.Field("macro_id", "problem.unknown")
		}
	}
	if b.MergeIntoID != nil {
		if _, err := s.Tickets.Get(c, c.actor, ticket.ID(b.MergeIntoID.num())); errs.Is(err, errs.NotFound) {
			return nil, errs.Field("merge_into_id", "problem.unknown")
		}
	}
	return verbs[0], nil
}

func (s *server) ticketBulk(c *call, in *struct{ Body BulkDraft }) (*recordOut[BulkOutcome], error) {
	if err := c.actor.Can(auth.BulkTickets); err != nil {
		return nil, err
	}
	verb, err := s.bulkVerb(c, in.Body)
	if err != nil {
		return nil, err
	}
	out := BulkOutcome{Done: []BulkDone{}, Refused: []BulkRefused{}}
	ids := slices.Compact(slices.Sorted(slices.Values(in.Body.TicketIDs)))
	for _, ref := range ids {
		if in.Body.MergeIntoID != nil && ref == *in.Body.MergeIntoID {
			continue
		}
		var e event.ID
		err := s.step(c, func(c *call) (err error) { e, err = verb(c, ticket.ID(ref.num())); return err })
		switch k := errs.KindOf(err); {
		case err == nil:
			out.Done = append(out.Done, BulkDone{ref, optRef[anEvent](e)})
		case k == errs.Internal || k == errs.Unavailable:
			return nil, err
		default:
			p := c.problem(err)
			out.Refused = append(out.Refused, BulkRefused{ref, p.Code, p.Detail})
		}
	}
	return record(out), nil
}

// step runs fn so that its failure leaves the transaction of the call as it was.
func (s *server) step(c *call, fn func(*call) error) error {
	return s.Store.Step(c.Context, func(ctx context.Context) error { return fn(c.under(ctx)) })
}

// EventChoices names events.
type EventChoices struct {
	EventIDs []Ref[anEvent] `json:"event_ids" nullable:"false" minItems:"1" maxItems:"200"`
}

// UndoOutcome is which of many events were taken back.
type UndoOutcome struct {
	Undone  []Ref[anEvent] `json:"undone" nullable:"false"`
	Refused []UndoRefused  `json:"refused" nullable:"false"`
}

// UndoRefused is an event that could not be taken back.
type UndoRefused struct {
	EventID Ref[anEvent] `json:"event_id"`
	Code    string       `json:"code" example:"undo_moved_on"`
	Detail  string       `json:"detail"`
}

func (s *server) ticketBulkUndo(c *call, in *struct{ Body EventChoices }) (*recordOut[UndoOutcome], error) {
	out := UndoOutcome{Undone: []Ref[anEvent]{}, Refused: []UndoRefused{}}
	ids := slices.Compact(slices.Sorted(slices.Values(in.Body.EventIDs)))
	for _, ref := range slices.Backward(ids) { // merges build on each other
		e := event.ID(ref.num())
		err := s.step(c, func(c *call) error {
			t, err := s.Tickets.TicketOf(c, c.actor, e)
			if err != nil {
				return err
			}
			return s.Tickets.Undo(c, c.actor, t.ID, e)
		})
		switch k := errs.KindOf(err); {
		case err == nil:
			out.Undone = append(out.Undone, ref)
		case k == errs.Internal || k == errs.Unavailable:
			return nil, err
		default:
			p := c.problem(err)
			out.Refused = append(out.Refused, UndoRefused{ref, p.Code, p.Detail})
		}
	}
	return record(out), nil
}
