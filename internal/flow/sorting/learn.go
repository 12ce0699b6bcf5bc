package sorting

import (
	"context"
	"slices"
	"strings"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/domain/triage"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/event"
	"godwit.dev/godwit/internal/platform/job"
)

// Mode is what a workspace does with its corrections.
type Mode string

// The modes.
const (
	Learning Mode = "learn" // a new version is used as soon as one is adopted
	Holding  Mode = "hold"  // the chosen version is used, and nothing is learned
	Off      Mode = "off"   // messages are read as shipped, and nothing is learned
)

// Valid reports whether m is one of the modes.
func (m Mode) Valid() bool { return m == Learning || m == Holding || m == Off }

// Setting is how a workspace reads.
type Setting struct {
	Workspace auth.WorkspaceID
	Revision  int // from 1; 0 is what holds before anything was learned or saved
	Mode      Mode
	Version   int // that is used unless the mode is Off; 0 is the shipped model
	Asking    Asking
	SavedAt   time.Time
	SavedBy   auth.PersonID // 0 for the program, which adopted a version
}

// Version is a lesson that was learned.
type Version struct {
	Workspace auth.WorkspaceID
	Number    int // from 1
	At        time.Time
	Lesson    triage.Lesson // Learnt is read by Store.Learnt alone
}

// Correction is a person's word about the topic of a message.
type Correction struct {
	Message ticket.MessageID
	Was     triage.Topic // that the ticket had; "" for none
	Topic   triage.Topic
	At      time.Time
	By      auth.PersonID
}

// Written is a message that was read, with its words.
type Written struct {
	Message  ticket.MessageID
	Topic    triage.Topic // an agent's; of a message that nobody corrected what it was read as
	Model    triage.Topic // what an outside model said of it, or ""
	Language string
	Subject  string
	Body     string
}

// text is what of a message is read: the subject of the first message of a conversation with it.
func (w Written) text() string {
	if subject, reply := ticket.BaseSubject(w.Subject); subject != "" && !reply {
		return subject + "\n" + w.Body
	}
	return w.Body
}

// Pair counts corrections from one topic to another.
type Pair struct {
	Was   triage.Topic // "" for none
	Topic triage.Topic
	Count int
}

// Kept versions and messages of a ticket that are looked at.
const (
	MostVersions = 20
	mostMessages = 50
)

// Store keeps corrections, versions and settings.
type Store interface {
	InTx(context.Context, func(context.Context) error) error

	// MessagesRead returns the first messages of a ticket that were read.
	MessagesRead(ctx context.Context, w auth.WorkspaceID, t ticket.ID, limit int) ([]Written, error)
	// PutCorrection replaces an earlier correction of the same message.
	PutCorrection(context.Context, auth.WorkspaceID, Correction) error
	DropCorrection(context.Context, auth.WorkspaceID, ticket.MessageID) error
	// Corrections returns the newest corrections with their words.
	Corrections(ctx context.Context, w auth.WorkspaceID, limit int) ([]Written, error)
	// TrimCorrections drops all but the newest.
	TrimCorrections(ctx context.Context, w auth.WorkspaceID, keep int) error
	// CorrectionPairs counts them, the most frequent first.
	CorrectionPairs(context.Context, auth.WorkspaceID) ([]Pair, error)

	// TriageSetting is errs.NotFound before anything was learned or saved.
	TriageSetting(context.Context, auth.WorkspaceID) (Setting, error)
	// PutTriageSetting reports false if the revision before it is not the one that is kept.
	PutTriageSetting(context.Context, Setting) (bool, error)
	AddTriageVersion(context.Context, Version) error
	// TriageVersions returns all, the newest first, without what was learned.
	TriageVersions(context.Context, auth.WorkspaceID) ([]Version, error)
	// CountAsked counts one more question of a day, unless there were so many before: then it reports false.
	CountAsked(ctx context.Context, w auth.WorkspaceID, day string, most int) (bool, error)
	// NoteAsking adds answers to a day, and keeps what went wrong last on it.
	NoteAsking(ctx context.Context, w auth.WorkspaceID, day string, answered int, problem string) error
	// AskedOn is the zero Day for one on which nothing was asked.
	AskedOn(ctx context.Context, w auth.WorkspaceID, day string) (Day, error)
	Ticket(context.Context, auth.WorkspaceID, ticket.ID) (ticket.Ticket, error)
	TopicSaid(context.Context, auth.WorkspaceID, ticket.ID) (bool, error)
	Message(context.Context, auth.WorkspaceID, ticket.MessageID) (ticket.Message, error)
	Messages(ctx context.Context, w auth.WorkspaceID, t ticket.ID, before ticket.MessageID, limit int) ([]ticket.Message, error)

	// Learnt is errs.NotFound for what is no version, or one that was not adopted.
	Learnt(ctx context.Context, w auth.WorkspaceID, version int) ([]byte, error)
	DropTriageVersions(ctx context.Context, w auth.WorkspaceID, versions []int) error
}

// The kinds of event that this package tells.
const (
	LearnedKind = "triage.learned" // data: {"version", "judgement", "corrections"}
	SavedKind   = "triage.saved"   // data: {"mode", "version", "model", "daily"}
)

// Job is the kind of job that learns, and Queue the one that it waits on.
const (
	Job   = "triage.learn"
	Queue = "triage"
	// Patience is how long corrections are gathered before something is learned of them.
	Patience = 10 * time.Minute
)

// setting returns how a workspace reads.
func (s *Service) setting(ctx context.Context, w auth.WorkspaceID) (Setting, error) {
	v, err := s.Store.TriageSetting(ctx, w)
	if errs.Is(err, errs.NotFound) {
		return Setting{Workspace: w, Mode: Learning}, nil
	}
	return v, err
}

// version is a classifier that a node has loaded.
type version struct {
	number int
	*triage.Classifier
}

// classifier returns what a workspace reads with.
func (s *Service) classifier(ctx context.Context, w auth.WorkspaceID) (*triage.Classifier, error) {
	if s.Store == nil {
		return triage.Default(), nil
	}
	v, err := s.setting(ctx, w)
	if err != nil {
		return nil, err
	}
	return s.load(ctx, v)
}

func (s *Service) load(ctx context.Context, v Setting) (*triage.Classifier, error) {
	if v.Mode == Off || v.Version == 0 {
		return triage.Default(), nil
	}
	if at, ok := s.loaded.Load(v.Workspace); ok && at.(version).number == v.Version {
		return at.(version).Classifier, nil
	}
	learnt, err := s.Store.Learnt(ctx, v.Workspace, v.Version)
	if err != nil {
		return nil, err
	}
	c, err := triage.Default().With(learnt)
	if err != nil {
		s.Log.WarnContext(ctx, "read as shipped: what was learned is of another release", "workspace", int64(v.Workspace), "version", v.Version, "error", err)
		c = triage.Default()
		if v.Mode == Learning {
			if err := s.ask(ctx, v.Workspace, 0); err != nil {
				return nil, err
			}
		}
	}
	s.loaded.Store(v.Workspace, version{v.Version, c})
	return c, nil
}

// ask asks for the job of a workspace. It joins the transaction in ctx.
func (s *Service) ask(ctx context.Context, w auth.WorkspaceID, after time.Duration) error {
	key := "learn"
	if after == 0 {
		key = "now"
	}
	return s.Queue.Enqueue(ctx, job.New(w, Job, struct{}{}).On(Queue).WithKey(key).At(s.Now().Add(after)))
}

// Correct implements ticket.Triage. What a person says of a ticket is said of the message that told its topic, else of the
// first that was read; who says what the message was read as, or what an outside model said of it, takes a correction back.
// Nothing is learned of that model.
func (s *Service) Correct(ctx context.Context, actor auth.Actor, t ticket.ID, from, to triage.Topic) error {
	if s.Store == nil {
		return nil
	}
	read, err := s.Store.MessagesRead(ctx, actor.Workspace, t, mostMessages)
	if err != nil || len(read) == 0 {
		return err
	}
	of := read[0]
	if i := slices.IndexFunc(read, func(w Written) bool { return w.Topic == from || from != "" && w.Model == from }); i >= 0 {
		of = read[i]
	} else if i := slices.IndexFunc(read, func(w Written) bool { return w.Topic != triage.Other }); i >= 0 {
		of = read[i]
	}
	if to == "" || to == of.Topic || to == of.Model {
		return s.Store.DropCorrection(ctx, actor.Workspace, of.Message)
	}
	if err := s.Store.PutCorrection(ctx, actor.Workspace, Correction{of.Message, of.Topic, to, s.Now(), actor.Person()}); err != nil {
		return err
	}
	return s.ask(ctx, actor.Workspace, Patience)
}

// Work is the job that learns of a workspace's corrections. A repeat with the same corrections changes nothing.
func (s *Service) Work(ctx context.Context, j job.Job) error {
	if err := s.Store.TrimCorrections(ctx, j.Workspace, triage.MostCorrections); err != nil {
		return err
	}
	v, err := s.setting(ctx, j.Workspace)
	if err != nil || v.Mode != Learning {
		return err
	}
	list, err := s.Store.Corrections(ctx, j.Workspace, triage.MostCorrections)
	if err != nil {
		return err
	}
	corrections := make([]triage.Correction, 0, len(list))
	for _, w := range list {
		language, _, _ := strings.Cut(w.Language, "-")
		corrections = append(corrections, triage.Correction{Text: w.text(), Language: language, Topic: w.Topic})
	}
	past, err := s.Store.TriageVersions(ctx, j.Workspace)
	if err != nil {
		return err
	}
	next := Version{Workspace: j.Workspace, Number: 1, At: s.Now()}
	if len(past) > 0 {
		if past[0].Lesson.Source == triage.Default().Source(corrections) {
			return nil
		}
		next.Number = past[0].Number + 1
	}
	now, err := s.load(ctx, v)
	if err != nil {
		return err
	}
	next.Lesson = triage.Default().Learn(now, corrections)
	if next.Lesson.Judgement == triage.TooFew {
		return nil
	}
	return s.keep(ctx, v, past, next)
}

// keep keeps a version, and uses it if it was adopted. What changed the setting meanwhile goes before: the job is to
// be done again.
func (s *Service) keep(ctx context.Context, v Setting, past []Version, next Version) error {
	return s.Store.InTx(ctx, func(ctx context.Context) error {
		v.Revision, v.SavedAt = v.Revision+1, s.Now()
		if next.Lesson.Judgement == triage.Adopted {
			v.Version, v.SavedBy = next.Number, 0
		}
		ok, err := s.Store.PutTriageSetting(ctx, v)
		if err == nil && !ok {
			err = job.Later{At: s.Now().Add(time.Minute)}
		}
		if err != nil {
			return err
		}
		if err := s.Store.AddTriageVersion(ctx, next); err != nil {
			return err
		}
		var old []int
		for i, p := range past {
			if i >= MostVersions-1 && p.Number != v.Version {
				old = append(old, p.Number)
			}
		}
		if err := s.Store.DropTriageVersions(ctx, v.Workspace, old); err != nil {
			return err
		}
		return s.Journal.Append(ctx, event.New(LearnedKind, auth.ForSystem(v.Workspace), event.Subject{Kind: "triage", ID: int64(next.Number)}, 0, map[string]any{
			"version": next.Number, "judgement": next.Lesson.Judgement, "corrections": next.Lesson.Aside.After.All + next.Lesson.Taught.After.All,
		}))
	})
}

// State is how a workspace reads, with what it learned and what it may learn from.
type State struct {
	Setting
	Versions    []Version        // the newest first
	Corrections []Pair           // the most frequent first
	Models      []triage.Outside // that may be asked
	Today       Day
	Stale       bool // the version in use is of another release: messages are read as shipped
}

// State returns how the actor's workspace reads. Whoever may set it may see it.
func (s *Service) State(ctx context.Context, actor auth.Actor) (st State, err error) {
	if err := actor.Can(auth.Manage); err != nil {
		return st, err
	}
	if st.Setting, err = s.setting(ctx, actor.Workspace); err != nil {
		return st, err
	}
	if st.Versions, err = s.Store.TriageVersions(ctx, actor.Workspace); err != nil {
		return st, err
	}
	if st.Corrections, err = s.Store.CorrectionPairs(ctx, actor.Workspace); err != nil {
		return st, err
	}
	if st.Today, err = s.Store.AskedOn(ctx, actor.Workspace, s.today()); err != nil {
		return st, err
	}
	if s.Outside != nil {
		if st.Models, err = s.Outside.Sorters(ctx, actor.Workspace); err != nil {
			return st, err
		}
	}
	c, err := s.load(ctx, st.Setting)
	st.Stale = c == triage.Default() && st.Mode != Off && st.Version != 0
	return st, err
}

// Save says how the actor's workspace reads: it learns on, holds a version, or reads as shipped. It fails with errs.Invalid
// for a version that is not kept or was not adopted, and with errs.Conflict if the newest revision is not the one that the
// actor saw. asking says which outside model is asked, nil leaves that as it is: another one, or more of it, lets text out
// of the house and needs ManageWebhooks and a view of the whole workspace as well. It needs Manage.
func (s *Service) Save(ctx context.Context, actor auth.Actor, m Mode, number, seen int, asking *Asking) (v Setting, err error) {
	if err := actor.Can(auth.Manage); err != nil {
		return v, err
	}
	if !m.Valid() {
		return v, errs.Field("mode", "error.invalid")
	}
	if number != 0 {
		learnt, err := s.Store.Learnt(ctx, actor.Workspace, number)
		if err == nil {
			_, err = triage.Default().With(learnt)
		}
		if err != nil && m != Off {
			return v, errs.Field("version", "error.triage_version")
		}
	}
	now, err := s.setting(ctx, actor.Workspace)
	if err != nil {
		return v, err
	}
	if asking != nil && *asking != now.Asking {
		if err := mayAsk(actor); err != nil {
			return v, err
		}
		if err := s.check(ctx, actor.Workspace, *asking); err != nil {
			return v, err
		}
		now.Asking = *asking
	}
	v = Setting{Workspace: actor.Workspace, Revision: seen + 1, Mode: m, Version: number, Asking: now.Asking, SavedAt: s.Now(), SavedBy: actor.Person()}
	err = s.Store.InTx(ctx, func(ctx context.Context) error {
		ok, err := s.Store.PutTriageSetting(ctx, v)
		if err == nil && !ok {
			err = errs.New(errs.Conflict, "error.triage_changed")
		}
		if err != nil {
			return err
		}
		if err := s.Journal.Append(ctx, event.New(SavedKind, actor, event.Subject{Kind: "triage", ID: int64(v.Revision)}, 0, map[string]any{"mode": v.Mode, "version": v.Version, "model": v.Asking.Model, "daily": v.Asking.Daily})); err != nil {
			return err
		}
		if m != Learning {
			return nil
		}
		return s.ask(ctx, actor.Workspace, 0)
	})
	return v, err
}
