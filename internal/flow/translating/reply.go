package translating

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/habit"
	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/domain/translate"
	"godwit.dev/godwit/internal/platform/auth"
)

// PreviewID identifies a preview.
type PreviewID int64

// Preview is a reply in the language of its writer and in the customer's, as it will be sent.
type Preview struct {
	ID        PreviewID
	Workspace auth.WorkspaceID
	Ticket    ticket.ID
	Person    auth.PersonID
	Source    string // as it was written
	Names     []string
	Result    Result
	At        time.Time
	Sent      ticket.MessageID // the message that it became, or 0
}

// Hash names what a preview shows. It is another one for any other text.
func (p Preview) Hash() string {
	h := sha256.Sum256(fmt.Appendf(nil, "%d\n%q\n%q\n%q\n%q", p.ID, p.Result.From, p.Result.To, p.Source, p.Result.Text()))
	return hex.EncodeToString(h[:16])
}

// Lost returns the spans of the source that the translation does not have: what a person who
// corrected it may have left out on purpose.
func (p Preview) Lost(b translate.Book) []string {
	m, err := translate.Protect(p.Source, p.Names, b.Terms(p.Result.From, p.Result.To))
	if err != nil {
		return nil
	}
	var out []string
	text := p.Result.Text()
	for _, x := range m.Marks {
		if !strings.Contains(text, x.Target) && !slices.Contains(out, x.Target) {
			out = append(out, x.Target)
		}
	}
	return out
}

// plain brings a text that came by a form to how texts are kept.
func plain(s string) string { return strings.TrimSpace(strings.ReplaceAll(s, "\r\n", "\n")) }

// Preview translates a reply from its writer's language into the one of the ticket's customer
// and keeps both. It fails with errs.Invalid without a text, and if the languages are the same
// or the customer's is not known. It needs SendMail.
func (s *Service) Preview(ctx context.Context, a auth.Actor, t ticket.Ticket, from, body string) (Preview, error) {
	if err := auth.Can(a, auth.SendMail, t.Resource()); err != nil {
		return Preview{}, err
	}
	body = plain(body)
	if body == "" {
		return Preview{}, errs.Field("body", "error.reply_empty")
	}
	if !Apart(from, t.Language) {
		return Preview{}, errs.Field("language", "error.translate_same")
	}
	thread, err := s.Store.Messages(ctx, t.Workspace, t.ID, 0, newest)
	if err != nil {
		return Preview{}, err
	}
	k := task{w: t.Workspace, from: from, to: t.Language, text: body, names: append(names(thread), a.Name)}
	who, err := s.Store.Traits(ctx, t.Workspace, t)
	if err != nil {
		return Preview{}, err
	}
	h, err := s.Habits.Of(ctx, t.Workspace, who.Market)
	if err != nil {
		return Preview{}, err
	}
	if h.Formality != habit.Neutral {
		k.formality = Formality(h.Formality)
	}
	out, _, err := s.run(ctx, k)
	if err != nil {
		return Preview{}, err
	}
	p := Preview{
		ID: PreviewID(s.IDs.Next()), Workspace: t.Workspace, Ticket: t.ID, Person: a.Person(), Source: body, Names: k.names, Result: out, At: s.Now().UTC().Truncate(time.Millisecond),
	}
	return p, s.Store.AddPreview(ctx, p)
}

// Previewed returns a preview of the actor's own.
func (s *Service) Previewed(ctx context.Context, a auth.Actor, t ticket.Ticket, id PreviewID) (Preview, error) {
	if err := auth.Can(a, auth.SendMail, t.Resource()); err != nil {
		return Preview{}, err
	}
	p, err := s.Store.TranslationPreview(ctx, t.Workspace, id)
	if err == nil && (p.Person != a.Person() || p.Ticket != t.ID) {
		err = errs.New(errs.NotFound, "error.not_found")
	}
	return p, err
}

// Correct puts what a person wrote in the place of a translation. It fails with errs.Conflict
// for a preview that was sent.
func (s *Service) Correct(ctx context.Context, a auth.Actor, t ticket.Ticket, id PreviewID, target string) (p Preview, err error) {
	target = plain(target)
	if target == "" {
		return p, errs.Field("target", "error.reply_empty")
	}
	err = s.Store.InTx(ctx, func(ctx context.Context) error {
		if p, err = s.Previewed(ctx, a, t, id); err != nil {
			return err
		}
		if p.Sent != 0 {
			return errs.New(errs.Conflict, "error.translate_sent")
		}
		if target == p.Result.Text() && p.Result.Ready() {
			return nil
		}
		p.Result = corrected(p, target)
		return s.Store.SavePreview(ctx, p)
	})
	return p, err
}

// corrected lays a corrected text over the sentences of a result: one by one if there are as
// many of them, and as a whole if not.
func corrected(p Preview, target string) Result {
	whole := Result{From: p.Result.From, To: p.Result.To, Formality: p.Result.Formality, Done: []Done{{Source: p.Source, Target: target, Sentence: true, By: ByPerson}}}
	m, err := translate.Protect(target, p.Names, nil)
	if err != nil {
		return whole
	}
	pieces := m.Pieces()
	if len(pieces) != len(p.Result.Done) {
		return whole
	}
	out := Result{From: p.Result.From, To: p.Result.To, Formality: p.Result.Formality, Done: slices.Clone(p.Result.Done)}
	for i, x := range pieces {
		d := &out.Done[i]
		switch {
		case !d.Sentence || !x.Sentence:
			if d.Target != x.Source() {
				return whole
			}
		case d.Target != x.Source() || d.By == ByAlike || d.By == ByNobody:
			d.Target, d.By, d.Of, d.Score = x.Source(), ByPerson, 0, 0
		}
	}
	return out
}

// Send sends a preview to the customer as it was seen: hash is that of the preview that its
// writer had before them, and it fails with errs.Conflict if the preview is another by now or
// has sentences that nobody translated. Everything else of the reply is as given. The sentences
// are approved by it, and the message is kept in its writer's language too. A repeat returns
// the same message.
func (s *Service) Send(ctx context.Context, a auth.Actor, t ticket.Ticket, id PreviewID, hash string, r ticket.NewReply) (m ticket.Message, err error) {
	err = s.Store.InTx(ctx, func(ctx context.Context) error {
		p, err := s.Previewed(ctx, a, t, id)
		if err != nil {
			return err
		}
		if p.Hash() != hash {
			return errs.New(errs.Conflict, "error.translate_changed")
		}
		if !p.Result.Ready() {
			return errs.New(errs.Conflict, "error.translate_open")
		}
		r.Body, r.Key = p.Result.Text(), fmt.Sprintf("translated.%d", p.ID)
		if m, err = s.Tickets().Reply(ctx, a, t.ID, r); err != nil || p.Sent != 0 {
			return err
		}
		p.Sent = m.ID
		if err := s.Store.SavePreview(ctx, p); err != nil {
			return err
		}
		now := s.Now().UTC().Truncate(time.Millisecond)
		back := Result{From: p.Result.To, To: p.Result.From} // whoever works here is addressed in no way
		for _, d := range p.Result.Done {
			d.Source, d.Target, d.By = d.Target, d.Source, ByPerson
			back.Done = append(back.Done, d)
		}
		if err := s.Store.PutKept(ctx, Kept{Message: m.ID, Workspace: t.Workspace, Language: p.Result.From, Result: back, At: now}); err != nil {
			return err
		}
		return s.learn(ctx, t.Workspace, p.Names, p.Result, now)
	})
	return m, err
}

// Learn puts a pair of texts into the memory as approved, in both directions: whole sentences
// with the spans that both have. It needs ManageMacros. A repeat changes nothing.
func (s *Service) Learn(ctx context.Context, a auth.Actor, from, to, source, target string) error {
	if err := a.Can(auth.ManageMacros); err != nil {
		return err
	}
	source, target = plain(source), plain(target)
	switch {
	case !Apart(from, to):
		return errs.Field("to", "error.translate_same")
	case source == "":
		return errs.Field("source", "error.required")
	case target == "":
		return errs.Field("target", "error.required")
	}
	r := Result{From: Tongue(from), To: Tongue(to), Done: []Done{{Source: source, Target: target, Sentence: true}}}
	return s.learn(ctx, a.Workspace, nil, r, s.Now().UTC().Truncate(time.Millisecond))
}

// learn keeps the sentences of a result. A pair whose spans are not the same is left out: it
// would bring another customer's order number into a letter.
func (s *Service) learn(ctx context.Context, w auth.WorkspaceID, names []string, r Result, now time.Time) error {
	set, err := s.setting(ctx, w)
	if err != nil {
		return err
	}
	var list []Memory
	one := func(from, to string, f Formality, source, target string) {
		m, err := translate.Protect(source, names, set.Book.Terms(from, to))
		if err != nil {
			return // no memory keeps a text so long
		}
		pieces := m.Pieces()
		if len(pieces) != 1 || !pieces[0].Sentence {
			return
		}
		if marked, ok := pieces[0].Remark(target); ok {
			list = append(list, Memory{
				ID: MemoryID(s.IDs.Next()), Workspace: w, From: from, To: to, Formality: told(to, f), Key: translate.Key(pieces[0].Text), Source: pieces[0].Text, Target: marked, Approved: true, At: now, UsedAt: now,
			})
		}
	}
	for _, d := range r.Done {
		if d.Sentence {
			one(r.From, r.To, r.Formality, d.Source, d.Target)
			one(r.To, r.From, AsUsual, d.Target, d.Source)
		}
	}
	if err := s.Store.Remember(ctx, list); err != nil {
		return err
	}
	return s.Store.TrimMemory(ctx, w, set.Book.Memory)
}

// Memories returns approved sentences of the memory, the newest first, before one of them if it
// is not 0, and how many there are in all. Whoever reads tickets or manages macros may.
func (s *Service) Memories(ctx context.Context, a auth.Actor, before MemoryID, limit int) ([]Memory, error) {
	if err := a.CanAny(auth.ReadTickets, auth.ManageMacros); err != nil {
		return nil, err
	}
	return s.Store.Memories(ctx, a.Workspace, before, limit)
}

// MemorySize returns how many sentences people approved and how many answers of providers are
// kept. Whoever reads tickets or manages macros may.
func (s *Service) MemorySize(ctx context.Context, a auth.Actor) (approved, machine int64, err error) {
	if err := a.CanAny(auth.ReadTickets, auth.ManageMacros); err != nil {
		return 0, 0, err
	}
	return s.Store.MemorySize(ctx, a.Workspace)
}

// Forget takes a sentence out of the memory. It needs ManageMacros; a repeat changes nothing.
func (s *Service) Forget(ctx context.Context, a auth.Actor, id MemoryID) error {
	if err := a.Can(auth.ManageMacros); err != nil {
		return err
	}
	return s.Store.ForgetMemory(ctx, a.Workspace, id)
}
