package ticket

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/shipped"
	"godwit.dev/godwit/internal/domain/triage"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/event"
)

// Library returns the macros that come with Godwit as a Service offers them: each under its number, with its texts and
// its English name. What they hold is not to be changed.
func Library() []Macro {
	var out []Macro
	for _, x := range shipped.Macros() {
		m := Macro{
			ID: MacroID(x.Number), Name: x.Names["en"], Folder: x.Folder, Shipped: x.Key, Bodies: map[string]string{},
			Fits:    Fits{Topics: x.Topics, Alarms: x.Alarms, Mood: x.Mood},
			Actions: MacroActions{Status: Status(x.Status), Waiting: Waiting(x.Waiting)},
		}
		for _, t := range shipped.Texts() {
			if body := t.Of(x.Key); body != "" {
				m.Bodies[TextKey(t.Language, t.Address)] = body
			}
		}
		out = append(out, m)
	}
	return out
}

// OfLibrary reports whether a macro is a shipped one that the workspace has not changed.
func (m Macro) OfLibrary() bool { return m.Shipped != "" && m.UpdatedAt.IsZero() }

// Macros lists the macros: those of the workspace by folder and name, then those of the library that it has not changed.
// Those that are off are among them.
func (s *Service) Macros(ctx context.Context, actor auth.Actor) ([]Macro, error) {
	if err := actor.CanAny(auth.ReadTickets, auth.ManageMacros); err != nil {
		return nil, err
	}
	list, err := s.Store.Macros(ctx, actor.Workspace)
	if err != nil || len(s.Library) == 0 {
		return list, err
	}
	uses, err := s.Store.LibraryUses(ctx, actor.Workspace)
	if err != nil {
		return nil, err
	}
	changed := map[string]bool{}
	for _, m := range list {
		changed[m.Shipped] = true
	}
	for _, m := range s.Library {
		if !changed[m.Shipped] {
			m.Workspace, m.Uses = actor.Workspace, uses[m.ID]
			list = append(list, m)
		}
	}
	return list, nil
}

// MacroTable returns the macros that agents are offered and the languages that they should be in.
func (s *Service) MacroTable(ctx context.Context, actor auth.Actor) (MacroTable, error) {
	list, err := s.Macros(ctx, actor)
	if err != nil {
		return MacroTable{}, err
	}
	shops, err := s.Orders.Shops(ctx, auth.ForSystem(actor.Workspace))
	if err != nil {
		return MacroTable{}, err
	}
	var markets []string
	for _, x := range shops {
		markets = append(markets, x.Market)
	}
	return macroTable(list, markets), nil
}

// Macro returns one macro. The number of a shipped one returns what the workspace made of it, if it did.
func (s *Service) Macro(ctx context.Context, actor auth.Actor, id MacroID) (Macro, error) {
	if err := actor.CanAny(auth.ReadTickets, auth.ManageMacros); err != nil {
		return Macro{}, err
	}
	return s.macro(ctx, actor.Workspace, id)
}

func (s *Service) macro(ctx context.Context, w auth.WorkspaceID, id MacroID) (Macro, error) {
	i := slices.IndexFunc(s.Library, func(m Macro) bool { return m.ID == id })
	if i < 0 {
		return s.Store.Macro(ctx, w, id)
	}
	own, err := s.Store.MacroFor(ctx, w, s.Library[i].Shipped)
	if err == nil || !errs.Is(err, errs.NotFound) {
		return own, err
	}
	uses, err := s.Store.LibraryUses(ctx, w)
	m := s.Library[i]
	m.Workspace, m.Uses = w, uses[id]
	return m, err
}

// SaveMacro writes a macro; one without ID is new. The first change of a shipped one makes a copy that is the
// workspace's own from then on, and that no later version of Godwit changes. A text that is new or changed is refused
// with errs.Invalid if it uses a variable that there is not, or lacks one of its source; texts that are not changed
// while their source is are marked as older.
func (s *Service) SaveMacro(ctx context.Context, actor auth.Actor, m Macro) (Macro, error) {
	if err := actor.Can(auth.ManageMacros); err != nil {
		return m, err
	}
	m.Name = cut(strings.Join(strings.Fields(m.Name), " "), 100)
	m.Folder = cut(strings.TrimSpace(m.Folder), 60)
	if m.Name == "" {
		return m, errs.Field("name", "error.name_empty")
	}
	if a := m.Actions; a.Status != "" && !slices.Contains(Statuses(), a.Status) {
		return m, errs.Field("then", "error.status")
	}
	if err := m.Fits.check(); err != nil {
		return m, err
	}
	if err := s.macroTargets(ctx, actor, m.Actions); err != nil {
		return m, err
	}
	err := s.Store.InTx(ctx, func(ctx context.Context) error {
		var old Macro
		if m.ID != 0 {
			var err error
			if old, err = s.macro(ctx, actor.Workspace, m.ID); err != nil {
				return err
			}
		}
		now := s.Now()
		var err error
		if m, err = m.written(old, now); err != nil {
			return err
		}
		if m.ID = old.ID; old.ID == 0 || old.OfLibrary() {
			m.ID = MacroID(s.IDs.Next())
		}
		m.Workspace, m.UpdatedAt, m.Uses, m.Shipped = actor.Workspace, now, old.Uses, old.Shipped
		if err := taken(s.Store.PutMacro(ctx, m)); err != nil {
			return err
		}
		return s.record(ctx, actor, "macro.saved", "macro", int64(m.ID), map[string]any{"name": m.Name})
	})
	return m, err
}

// SaveMacroText writes one text of a macro, or takes it away with an empty body; see SaveMacro. A draft is kept and not
// sent.
func (s *Service) SaveMacroText(ctx context.Context, actor auth.Actor, id MacroID, key, body string, draft bool) (Macro, error) {
	var out Macro
	if err := actor.Can(auth.ManageMacros); err != nil {
		return out, err
	}
	key, err := checkKey(key)
	if err != nil {
		return out, err
	}
	err = s.Store.InTx(ctx, func(ctx context.Context) error {
		m, err := s.macro(ctx, actor.Workspace, id)
		if err != nil {
			return err
		}
		out, err = s.SaveMacro(ctx, actor, m.With(key, body, draft))
		return err
	})
	return out, err
}

// With returns the macro with a text under a key.
func (m Macro) With(key, body string, draft bool) Macro {
	m.Bodies, m.Marks = maps.Clone(m.Bodies), maps.Clone(m.Marks)
	if m.Bodies == nil {
		m.Bodies = map[string]string{}
	}
	if m.Marks == nil {
		m.Marks = map[string]Mark{}
	}
	m.Bodies[key], m.Marks[key] = body, Mark{Draft: draft, Behind: m.Marks[key].Behind}
	return m
}

func (f Fits) check() error {
	for _, t := range f.Topics {
		if !slices.Contains(triage.Topics(), t) {
			return errs.Field("topics", "error.topic")
		}
	}
	for _, a := range f.Alarms {
		if !slices.Contains(triage.Alarms(), a) {
			return errs.Field("alarms", "error.macro_alarm")
		}
	}
	if f.Mood != "" && !slices.Contains([]triage.Mood{triage.Negative, triage.Neutral, triage.Positive}, f.Mood) {
		return errs.Field("mood", "error.macro_mood")
	}
	return nil
}

// macroTargets refuses a team or assignee that the workspace does not have.
func (s *Service) macroTargets(ctx context.Context, actor auth.Actor, a MacroActions) error {
	c := &change{s: s, actor: actor, T: Ticket{Workspace: actor.Workspace}}
	if a.Priority != nil {
		if err := c.setPriority(*a.Priority); err != nil {
			return err
		}
	}
	return errors.Join(c.setTeam(ctx, a.Team), c.assign(ctx, a.Assignee))
}

// DeleteMacro deletes a macro. What was made of a shipped one is the shipped one again; that itself can be turned off and
// not deleted, which is errs.Invalid.
func (s *Service) DeleteMacro(ctx context.Context, actor auth.Actor, id MacroID) error {
	if err := actor.Can(auth.ManageMacros); err != nil {
		return err
	}
	return s.Store.InTx(ctx, func(ctx context.Context) error {
		m, err := s.macro(ctx, actor.Workspace, id)
		if err != nil {
			return err
		}
		if m.OfLibrary() {
			return errs.New(errs.Invalid, "error.macro_shipped")
		}
		if err := s.Store.DeleteMacro(ctx, actor.Workspace, m.ID); err != nil {
			return err
		}
		return s.record(ctx, actor, "macro.deleted", "macro", int64(m.ID), map[string]any{"name": m.Name})
	})
}

// ApplyMacro runs a macro's actions on a ticket at once, without a reply.
func (s *Service) ApplyMacro(ctx context.Context, actor auth.Actor, t ID, id MacroID) (event.ID, error) {
	return s.one(ctx, actor, t, func(ctx context.Context, c *change) error {
		a, err := s.macroActions(ctx, c, id)
		if err != nil {
			return err
		}
		return c.setStatus(ctx, a.Status, a.Waiting)
	})
}

// macroActions does what a macro does besides its text, and returns it. The state
// is left to the caller, because "send and ..." may have chosen another.
func (s *Service) macroActions(ctx context.Context, c *change, id MacroID) (MacroActions, error) {
	m, err := s.macro(ctx, c.T.Workspace, id)
	if err != nil {
		return MacroActions{}, err
	}
	a := m.Actions
	if err := c.changeTags(ctx, a.AddTags, nil); err != nil {
		return a, err
	}
	if a.Team != 0 {
		if err := unlessGone(c.setTeam(ctx, a.Team)); err != nil {
			return a, err
		}
	}
	to := a.Assignee
	if a.Self {
		to = c.actor.Person()
	}
	if to != 0 {
		if err := unlessGone(c.assign(ctx, to)); err != nil {
			return a, err
		}
	}
	if a.Priority != nil {
		if err := c.setPriority(*a.Priority); err != nil {
			return a, err
		}
	}
	if m.OfLibrary() {
		return a, s.Store.LibraryUsed(ctx, c.T.Workspace, m.ID)
	}
	return a, s.Store.MacroUsed(ctx, c.T.Workspace, m.ID)
}

// unlessGone lets a macro whose team or assignee has left since do the rest: an
// answer must not fail for it.
func unlessGone(err error) error {
	if errs.Is(err, errs.Invalid) {
		return nil
	}
	return err
}

// Suggestion is a macro that answers a message, and what of the message says so: an alarm, a topic or its mood.
type Suggestion struct {
	Macro Macro
	Alarm triage.Alarm
	Topic triage.Topic
	Mood  triage.Mood
}

// mostSuggested is how many macros are suggested for a message.
const mostSuggested = 3

// Suggest returns the macros that answer a message, at most three: those for its alarms, gravest first; the best for
// its likeliest topic; the best for its mood; and what else its topics have. Of several for the same reason one comes
// first that has a text in the customer's language, then one of the workspace's own. A message that was not read
// suggests nothing.
func Suggest(macros []Macro, r *Reading, w Want) []Suggestion {
	if r == nil {
		return nil
	}
	var out []Suggestion
	take := func(most int, why Suggestion, fits func(Fits) bool) {
		var found []Macro
		for _, m := range macros {
			if !m.Off && fits(m.Fits) && !slices.ContainsFunc(out, func(x Suggestion) bool { return x.Macro.ID == m.ID }) {
				found = append(found, m)
			}
		}
		slices.SortStableFunc(found, func(a, b Macro) int { return rank(a, why.Topic, w) - rank(b, why.Topic, w) })
		for _, m := range found[:min(most, len(found), mostSuggested-len(out))] {
			why.Macro = m
			out = append(out, why)
		}
	}
	topic := func(most int, t triage.Topic) {
		take(most, Suggestion{Topic: t}, func(f Fits) bool { return slices.Contains(f.Topics, t) && (f.Mood == "" || f.Mood == r.Mood) })
	}
	for _, a := range r.Alarms {
		take(mostSuggested, Suggestion{Alarm: a}, func(f Fits) bool { return slices.Contains(f.Alarms, a) })
	}
	about := r.About()
	if len(about) > 0 {
		topic(1, about[0])
	}
	if r.Mood != "" {
		take(1, Suggestion{Mood: r.Mood}, func(f Fits) bool { return f.Mood == r.Mood && len(f.Topics) == 0 })
	}
	for _, t := range about {
		topic(mostSuggested, t)
	}
	return out
}

// rank orders macros that fit for the same reason, the best lowest.
func rank(m Macro, t triage.Topic, w Want) int {
	n := 0
	if !m.Choose(w).Spoken() {
		n += 100
	}
	if m.Shipped != "" {
		n += 10
	}
	return n + max(slices.Index(m.Fits.Topics, t), 0) // what answers it above all comes first
}
