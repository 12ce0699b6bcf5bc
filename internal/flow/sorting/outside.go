package sorting

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/domain/triage"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/job"
)

// Outside asks models that workspaces connected.
type Outside interface {
	// Sorters lists those of a workspace.
	Sorters(context.Context, auth.WorkspaceID) ([]triage.Outside, error)
	// Sort has one say what a letter is about, triage.Other for nothing. The names and whatever else is nobody's business
	// do not leave the house. let is called before the letter does, and what it fails with ends it. An error is
	// errs.Unavailable if the same may go well later.
	Sort(ctx context.Context, w auth.WorkspaceID, model int64, letter string, names []string, let func(context.Context) error) (triage.Topic, error)
}

// Tickets is what this package needs of tickets.
type Tickets interface {
	Told(context.Context, auth.WorkspaceID, ticket.MessageID, triage.Topic) (bool, error)
}

// Asking says whether an outside model is asked about messages that tell no topic.
type Asking struct {
	Model int64 // of Outside; 0 for none
	Daily int   // messages a day (of UTC) that it is asked about at most, tries counted
}

// MostDaily bounds Asking.Daily.
const MostDaily = 10_000

// Day is what an outside model was asked on one day.
type Day struct {
	Asked    int
	Answered int    // with a topic
	Problem  string // catalogue key of what went wrong last, or ""
}

// AskJob is the kind of job that asks an outside model, and AskQueue the one that it waits on.
const (
	AskJob   = "triage.ask"
	AskQueue = "triage-ask"
	askTries = 4
)

// thread is how many messages of a ticket are looked at for names.
const thread = 50

type askArgs struct {
	Message ticket.MessageID `json:"message"`
}

// Unsure implements ticket.Triage: it asks for the job, if the workspace has a model asked.
func (s *Service) Unsure(ctx context.Context, w auth.WorkspaceID, m ticket.MessageID) error {
	if s.Store == nil || s.Outside == nil {
		return nil
	}
	v, err := s.setting(ctx, w)
	if err != nil || v.Asking.Model == 0 {
		return err
	}
	return s.Queue.Enqueue(ctx, job.New(w, AskJob, askArgs{m}).On(AskQueue).WithKey(strconv.FormatInt(int64(m), 10)).Tries(askTries))
}

// today names the day that requests are counted on.
func (s *Service) today() string { return s.Now().UTC().Format(time.DateOnly) }

// Ask is the job that asks the model about one message. What it says is taken only if its ticket still has no topic and
// nobody said any. A message beyond the day's limit is not asked about at all. It fails with errs.Unavailable, for
// another try, if the model was too busy.
func (s *Service) Ask(ctx context.Context, j job.Job) error {
	var args askArgs
	if err := j.Decode(&args); err != nil {
		return err
	}
	v, err := s.setting(ctx, j.Workspace)
	if err != nil || v.Asking.Model == 0 {
		return err
	}
	m, err := s.Store.Message(ctx, j.Workspace, args.Message)
	if errs.Is(err, errs.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	t, err := s.Store.Ticket(ctx, j.Workspace, m.Ticket)
	if err != nil || t.Topic != string(triage.Other) || t.Spam {
		return err
	}
	if said, err := s.Store.TopicSaid(ctx, j.Workspace, t.ID); err != nil || said {
		return err
	}
	names, err := s.names(ctx, m)
	if err != nil {
		return err
	}
	letter := Written{Subject: m.Subject, Body: m.Body}.text()
	full := false
	topic, err := s.Outside.Sort(ctx, j.Workspace, v.Asking.Model, letter, names, func(ctx context.Context) error {
		ok, err := s.Store.CountAsked(ctx, j.Workspace, s.today(), v.Asking.Daily)
		if err == nil && !ok {
			full = true
			err = errs.New(errs.Conflict, "error.model_limit")
		}
		return err
	})
	if full || ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil {
		if noted := s.Store.NoteAsking(ctx, j.Workspace, s.today(), 0, problem(err)); noted != nil {
			return noted
		}
		if errs.Is(err, errs.Unavailable) {
			return err
		}
		return nil
	}
	answered := 0
	if topic != triage.Other {
		answered = 1
	}
	return s.Store.InTx(ctx, func(ctx context.Context) error {
		if err := s.Store.NoteAsking(ctx, j.Workspace, s.today(), answered, ""); err != nil || answered == 0 {
			return err
		}
		_, err := s.Tickets().Told(ctx, j.Workspace, m.ID, topic)
		if errs.Is(err, errs.NotFound) { // it is gone meanwhile
			return nil
		}
		return err
	})
}

// problem is the catalogue key of what went wrong.
func problem(err error) string {
	if told := new(errs.Error); errors.As(err, &told) && len(told.Args) == 0 {
		return told.Key
	}
	return "error.vendor_busy"
}

// names are those of the people in the thread of a message.
func (s *Service) names(ctx context.Context, m ticket.Message) ([]string, error) {
	list, err := s.Store.Messages(ctx, m.Workspace, m.Ticket, 0, thread)
	if err != nil {
		return nil, err
	}
	var out []string
	for _, x := range append(list, m) {
		people := append([]ticket.Address{{Name: x.AuthorName}}, x.Recipients.To...)
		for _, p := range append(people, x.Recipients.CC...) {
			if p.Name != "" && !slices.Contains(out, p.Name) {
				out = append(out, p.Name)
			}
		}
	}
	return out, nil
}

// check returns what is wrong with it, for a workspace.
func (s *Service) check(ctx context.Context, w auth.WorkspaceID, a Asking) error {
	if a.Model == 0 {
		return nil
	}
	if a.Daily < 1 || a.Daily > MostDaily {
		return errs.Field("model.daily", "error.model_daily", "max", MostDaily)
	}
	if s.Outside == nil {
		return errs.Field("model.id", "error.model_gone")
	}
	list, err := s.Outside.Sorters(ctx, w)
	if err == nil && !slices.ContainsFunc(list, func(o triage.Outside) bool { return o.ID == a.Model }) {
		err = errs.Field("model.id", "error.model_gone")
	}
	return err
}

// mayAsk lets in whoever may let text out of the house.
func mayAsk(a auth.Actor) error {
	if err := a.Can(auth.ManageWebhooks); err != nil {
		return err
	}
	if !a.Scope().All {
		return errs.New(errs.Denied, "error.webhook_limited")
	}
	return nil
}
