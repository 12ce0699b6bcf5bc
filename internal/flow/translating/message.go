package translating

import (
	"context"
	"slices"
	"strconv"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/domain/translate"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/event"
	"godwit.dev/godwit/internal/platform/job"
)

// Job is the kind of job that translates the messages of a ticket, and Queue the one that it
// waits on.
const (
	Job   = "translate.ticket"
	Queue = "translate"
)

// tries is how often the job asks providers that are busy.
const tries = 4

// newest is how many messages of a ticket are translated by themselves.
const newest = 30

type jobArgs struct {
	Ticket ticket.ID `json:"ticket"`
}

// View is what there is of a ticket in a language.
type View struct {
	On        bool // its messages are translated into the language
	Connected bool // a provider may be asked
	Kept      map[ticket.MessageID]Kept
}

// Of returns what there is of messages of a ticket in a language. The actor needs to see the
// ticket.
func (s *Service) Of(ctx context.Context, a auth.Actor, t ticket.Ticket, language string, ids []ticket.MessageID) (v View, err error) {
	if err := auth.Can(a, auth.ReadTickets, t.Resource()); err != nil {
		return v, err
	}
	choices, err := s.Store.Choices(ctx, t.Workspace, t.ID)
	if err != nil {
		return v, err
	}
	v.On = slices.ContainsFunc(choices, func(c Choice) bool { return c.Language == language && c.On })
	list, err := s.Store.Translators(ctx, t.Workspace)
	if err != nil {
		return v, err
	}
	v.Connected = slices.ContainsFunc(list, func(c Connection) bool { return c.State == On })
	kept, err := s.Store.KeptOf(ctx, t.Workspace, language, ids)
	v.Kept = map[ticket.MessageID]Kept{}
	for _, k := range kept {
		v.Kept[k.Message] = k
	}
	return v, err
}

// Turn has the messages of a ticket translated into a language from now on, or no more. It is
// remembered for the ticket, whoever opens it. It needs WriteTickets; a repeat changes nothing.
func (s *Service) Turn(ctx context.Context, a auth.Actor, t ticket.Ticket, language string, on bool) error {
	if err := auth.Can(a, auth.WriteTickets, t.Resource()); err != nil {
		return err
	}
	return s.Store.InTx(ctx, func(ctx context.Context) error {
		choices, err := s.Store.Choices(ctx, t.Workspace, t.ID)
		if err != nil {
			return err
		}
		if slices.ContainsFunc(choices, func(c Choice) bool { return c.Language == language && c.On }) == on {
			return nil
		}
		if err := s.Store.PutChoice(ctx, Choice{Ticket: t.ID, Workspace: t.Workspace, Language: language, On: on, By: a.Person(), At: s.Now()}); err != nil {
			return err
		}
		data := map[string]any{"number": t.Number, "language": language, "on": on}
		if err := s.Journal.Append(ctx, event.New(Turned, a, event.Subject{Kind: "ticket", ID: int64(t.ID)}, int64(t.ID), data)); err != nil || !on {
			return err
		}
		return s.Queue.Enqueue(ctx, wake(t.Workspace, t.ID))
	})
}

func wake(w auth.WorkspaceID, t ticket.ID) job.Job {
	return job.New(w, Job, jobArgs{t}).On(Queue).WithKey(strconv.FormatInt(int64(t), 10)).Tries(tries)
}

// Keep asks for the job of a ticket that is translated, within the transaction in which the
// ticket changed.
func (s *Service) Keep(ctx context.Context, t *ticket.Ticket) error {
	choices, err := s.Store.Choices(ctx, t.Workspace, t.ID)
	if err != nil || t.MergedInto != 0 || !slices.ContainsFunc(choices, func(c Choice) bool { return c.On }) {
		return err
	}
	return s.Queue.Enqueue(ctx, wake(t.Workspace, t.ID))
}

// Work translates what a ticket has in other languages than the chosen ones. It fails with
// errs.Unavailable, for another try, if a provider was too busy for some of it.
func (s *Service) Work(ctx context.Context, j job.Job) error {
	var args jobArgs
	if err := j.Decode(&args); err != nil {
		return err
	}
	t, err := s.Store.Ticket(ctx, j.Workspace, args.Ticket)
	if errs.Is(err, errs.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	choices, err := s.Store.Choices(ctx, t.Workspace, t.ID)
	if err != nil {
		return err
	}
	list, err := s.Store.Messages(ctx, t.Workspace, t.ID, 0, newest)
	if err != nil {
		return err
	}
	later := false
	for _, c := range choices {
		if !c.On {
			continue
		}
		busy, err := s.translateAll(ctx, t, list, c.Language)
		if err != nil {
			return err
		}
		later = later || busy
	}
	if later && j.Attempt < tries {
		return errs.New(errs.Unavailable, "error.vendor_busy")
	}
	set, err := s.setting(ctx, t.Workspace)
	if err != nil {
		return err
	}
	return s.Store.TrimMemory(ctx, t.Workspace, set.Book.Memory)
}

// translateAll translates those of a list that are not there in a language, and tells of it.
func (s *Service) translateAll(ctx context.Context, t ticket.Ticket, list []ticket.Message, language string) (busy bool, err error) {
	var ids []ticket.MessageID
	for _, m := range list {
		ids = append(ids, m.ID)
	}
	kept, err := s.Store.KeptOf(ctx, t.Workspace, language, ids)
	if err != nil {
		return false, err
	}
	done := 0
	for _, m := range list {
		if !translatable(m, language) {
			continue
		}
		var before Result
		if i := slices.IndexFunc(kept, func(k Kept) bool { return k.Message == m.ID }); i >= 0 {
			before = kept[i].Result
		}
		if before.Ready() && len(before.Done) > 0 {
			continue
		}
		_, later, err := s.message(ctx, t, m, list, language, before, false)
		if err != nil {
			return busy, err
		}
		busy = busy || later
		done++
	}
	if done == 0 {
		return busy, nil
	}
	data := map[string]any{"number": t.Number, "language": language, "messages": done}
	return busy, s.Journal.Append(ctx, event.New(Translated, auth.ForSystem(t.Workspace), event.Subject{Kind: "ticket", ID: int64(t.ID)}, int64(t.ID), data))
}

// translatable reports whether a message has something to translate into a language.
func translatable(m ticket.Message, language string) bool {
	return m.Kind != ticket.KindNote && m.Delivery != ticket.Cancelled && m.Body != "" && Apart(m.Language, language)
}

// message translates what is not translated yet of a message, and keeps what came of it.
func (s *Service) message(ctx context.Context, t ticket.Ticket, m ticket.Message, thread []ticket.Message, language string, before Result, insists bool) (Kept, bool, error) {
	k := task{w: t.Workspace, from: m.Language, to: language, text: m.Body, names: names(thread), theirs: m.Kind == ticket.KindInbound, before: before, insists: insists}
	out, busy, err := s.run(ctx, k)
	if err != nil {
		return Kept{}, busy, err
	}
	kept := Kept{Message: m.ID, Workspace: t.Workspace, Language: language, Result: out, At: s.Now().UTC().Truncate(time.Millisecond)}
	return kept, busy, s.Store.PutKept(ctx, kept)
}

// Translate translates one message of a ticket into a language now, and keeps it. What is there
// already is returned as it is. It fails with errs.Invalid for a message whose language is not
// known or the same. It needs WriteTickets.
func (s *Service) Translate(ctx context.Context, a auth.Actor, t ticket.Ticket, id ticket.MessageID, language string) (Kept, error) {
	if err := auth.Can(a, auth.WriteTickets, t.Resource()); err != nil {
		return Kept{}, err
	}
	thread, err := s.Store.Messages(ctx, t.Workspace, t.ID, id+1, newest)
	if err != nil {
		return Kept{}, err
	}
	i := slices.IndexFunc(thread, func(m ticket.Message) bool { return m.ID == id })
	if i < 0 {
		return Kept{}, errs.New(errs.NotFound, "error.not_found")
	}
	if !translatable(thread[i], language) {
		return Kept{}, errs.Field("language", "error.translate_same")
	}
	kept, err := s.Store.KeptOf(ctx, t.Workspace, language, []ticket.MessageID{id})
	if err != nil {
		return Kept{}, err
	}
	var before Result
	if len(kept) == 1 {
		if kept[0].Result.Ready() {
			return kept[0], nil
		}
		before = kept[0].Result
	}
	k, _, err := s.message(ctx, t, thread[i], thread, language, before, true)
	return k, err
}

// names are those of the people in a thread, and those that customers give themselves in it.
func names(thread []ticket.Message) []string {
	var out []string
	add := func(n string) {
		if n != "" && !slices.Contains(out, n) {
			out = append(out, n)
		}
	}
	for _, m := range thread {
		add(m.AuthorName)
		for _, to := range m.Recipients.To {
			add(to.Name)
		}
		if m.Kind == ticket.KindInbound {
			for _, n := range translate.Introduced(m.Body) {
				add(n)
			}
		}
	}
	return out
}
