package web

import (
	"maps"
	"net/http"
	"slices"
	"strings"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/i18n"
	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/domain/translate"
	"godwit.dev/godwit/internal/flow/translating"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/server/web/ui"
)

// translationRoutes is the table of messages and replies in other languages. Who connects a
// provider lets text out of the house, and proves themself first.
func translationRoutes() []route {
	read, write, send, manage := may(auth.ReadTickets), may(auth.WriteTickets), may(auth.SendMail), may(auth.ManageMacros)
	return []route{
		{"POST", "/t/{number}/translation", write, form, (*server).translationTurn},
		{"POST", "/t/{number}/m/{message}/translation", write, form, (*server).messageTranslate},
		{"GET", "/t/{number}/answer", read, none, (*server).answerPage},
		{"POST", "/t/{number}/answer", send, text, (*server).answerPost},
		{"GET", "/admin/translation", manage, none, (*server).translationPage},
		{"POST", "/admin/translation", manage, text, (*server).translationSave},
		{"POST", "/admin/translation/providers", may(auth.ManageWebhooks).fresh(), form, (*server).translatorSave},
	}
}

// reads is the language that the reader reads.
func (r *request) reads() string { return string(r.printer.Lang()) }

// speech brings what there is of a ticket in the reader's language into its page.
func (r *request) speech(o *opened, t *ui.Ticket) error {
	tk, mine := o.thread.Ticket, r.reads()
	if r.s.Translations == nil {
		return nil
	}
	var ids []ticket.MessageID
	for _, m := range o.thread.Messages {
		if m.Kind != ticket.KindNote && translating.Apart(m.Language, mine) {
			ids = append(ids, m.ID)
		}
	}
	if len(ids) == 0 && !translating.Apart(tk.Language, mine) {
		return nil
	}
	v, err := r.s.Translations.Of(r.Context(), r.actor, tk, mine, ids)
	if err != nil {
		return err
	}
	t.Speech = &ui.Speech{On: v.On, Connected: v.Connected, To: r.printer.Language(mine), Answer: translating.Apart(tk.Language, mine), From: r.printer.Language(tk.Language)}
	for _, it := range t.Items {
		m := it.Message
		if m == nil || m.Kind == ui.Note || !translating.Apart(m.Lang, mine) {
			continue
		}
		m.Foreign = r.printer.Language(m.Lang)
		if k, ok := v.Kept[ticket.MessageID(m.ID)]; ok {
			m.Other = otherWords(k.Result)
		}
	}
	return nil
}

// otherWords is a text in the reader's language, and what it rests on.
func otherWords(res translating.Result) *ui.Other {
	o := &ui.Other{Text: res.Text(), Lang: res.To}
	by := map[translating.By]bool{}
	for _, d := range res.Done {
		switch {
		case !d.Sentence:
		case d.By == translating.ByAlike || d.By == translating.ByNobody:
			o.Open++
		default:
			by[d.By] = true
		}
	}
	switch {
	case by[translating.ByProvider]:
		o.By = "provider"
	case by[translating.ByMemory]:
		o.By = "memory"
	case by[translating.ByPerson]:
		o.By = "person"
	}
	return o
}

// translationTurn has the messages of a ticket shown in the reader's language, or no more.
func (s *server) translationTurn(w http.ResponseWriter, r *request) error {
	tk, err := r.ticket()
	if err != nil {
		return err
	}
	if err := s.Translations.Turn(r.Context(), r.actor, tk, r.reads(), r.PostFormValue("on") != ""); err != nil {
		return err
	}
	return r.acted(w, tk.Number, nil, false)
}

// messageTranslate translates one message into the reader's language, now.
func (s *server) messageTranslate(w http.ResponseWriter, r *request) error {
	n, id, err := r.messagePath()
	if err != nil {
		return err
	}
	tk, err := s.Tickets.ByNumber(r.Context(), r.actor, n)
	if err != nil {
		return err
	}
	if _, err := s.Translations.Translate(r.Context(), r.actor, tk, id, r.reads()); err != nil {
		return err
	}
	return r.acted(w, n, nil, false)
}

// answerPage is where a reply is written in one language and seen in the other.
func (s *server) answerPage(w http.ResponseWriter, r *request) error {
	tk, err := r.ticket()
	if err != nil {
		return err
	}
	v := ui.Answer{}
	if id := translating.PreviewID(r.queryNumber("preview")); id != 0 {
		p, err := s.Translations.Previewed(r.Context(), r.actor, tk, id)
		if err != nil {
			return err
		}
		if err := r.previewed(&v, p); err != nil {
			return err
		}
	} else if r.actor.May(auth.WriteTickets) {
		d, err := s.Tickets.DraftOf(r.Context(), r.actor, tk.ID, ticket.KindOutbound)
		if err != nil {
			return err
		}
		v.Source = d.Data.Body
	}
	return r.drawAnswer(w, tk, v)
}

// previewed brings a preview into its page.
func (r *request) previewed(v *ui.Answer, p translating.Preview) error {
	set, err := r.s.Translations.Setting(r.Context(), r.actor)
	if err != nil {
		return err
	}
	v.Preview, v.Hash, v.Source, v.Target, v.Sent = int64(p.ID), p.Hash(), p.Source, p.Result.Text(), p.Sent != 0
	v.Lost = p.Lost(set.Book)
	for _, d := range p.Result.Done {
		if d.Sentence && (d.By == translating.ByAlike || d.By == translating.ByNobody) {
			v.Open = append(v.Open, ui.Unspoken{Text: d.Source, Score: d.Score})
		}
	}
	v.By = otherWords(p.Result).By
	return nil
}

func (r *request) drawAnswer(w http.ResponseWriter, tk ticket.Ticket, v ui.Answer) error {
	var err error
	if v.Page, err = r.page(w, "#"+id64(tk.Number)+" "+tk.Subject, ui.SectionInbox); err != nil {
		return err
	}
	v.Number, v.Subject, v.TargetLang = tk.Number, tk.Subject, tk.Language
	v.From, v.To = r.printer.Language(r.reads()), r.printer.Language(tk.Language)
	v.Apart = translating.Apart(r.reads(), tk.Language)
	v.Sends = r.actor.May(auth.SendMail)
	v.Then = ui.Status(r.person.Settings.SendAnd)
	last, err := r.s.Tickets.Open(r.Context(), r.actor, tk, 0)
	if err != nil {
		return err
	}
	for _, m := range last.Messages {
		if m.Kind == ticket.KindInbound && m.Side == 0 {
			v.Asked = ui.Message{Text: m.Body, Lang: m.Language, Author: m.AuthorName}
			state, err := r.s.Translations.Of(r.Context(), r.actor, tk, r.reads(), []ticket.MessageID{m.ID})
			if err != nil {
				return err
			}
			if k, ok := state.Kept[m.ID]; ok {
				v.Asked.Other = otherWords(k.Result)
			}
			v.Connected = state.Connected
		}
	}
	return r.draw(w, formStatus(v.Form), ui.AnswerPage(v))
}

// answerPost translates a reply, takes a correction of it, or sends it as it was seen.
func (s *server) answerPost(w http.ResponseWriter, r *request) error {
	tk, err := r.ticket()
	if err != nil {
		return err
	}
	ctx, path := r.Context(), "/t/"+id64(tk.Number)+"/answer"
	id := translating.PreviewID(r.formNumber("preview"))
	seen := func(p translating.Preview, f *ui.Flash) error { return r.see(w, path+"?preview="+id64(p.ID), f) }
	var p translating.Preview
	switch r.PostFormValue("do") {
	case "correct":
		if p, err = s.Translations.Correct(ctx, r.actor, tk, id, r.PostFormValue("target")); err == nil {
			return seen(p, nil)
		}
	case "send":
		if p, err = s.Translations.Previewed(ctx, r.actor, tk, id); err != nil {
			return err
		}
		if target := strings.TrimSpace(strings.ReplaceAll(r.PostFormValue("target"), "\r\n", "\n")); target != p.Result.Text() {
			if p, err = s.Translations.Correct(ctx, r.actor, tk, id, target); err == nil {
				return seen(p, &ui.Flash{Tone: ui.ToneWarn, Text: r.printer.T("answer.look_again")})
			}
			break
		}
		n := ticket.NewReply{Then: ticket.Status(r.PostFormValue("then")), Signature: r.person.Settings.Signature}
		if n.Keep, err = r.keptFiles(tk, ticket.KindOutbound); err != nil {
			return err
		}
		var m ticket.Message
		if m, err = s.Translations.Send(ctx, r.actor, tk, id, r.PostFormValue("hash"), n); err == nil {
			return r.see(w, "/t/"+id64(tk.Number), &ui.Flash{Tone: ui.ToneGood, Text: r.printer.T("said.sent"), Undo: "/t/" + id64(tk.Number) + "/send/" + id64(m.ID) + "/undo"})
		}
	default:
		if p, err = s.Translations.Preview(ctx, r.actor, tk, r.reads(), r.PostFormValue("body")); err == nil {
			return seen(p, nil)
		}
	}
	if k := errs.KindOf(err); k != errs.Invalid && k != errs.Conflict {
		return err
	}
	v := ui.Answer{Source: r.PostFormValue("body"), Form: ui.Form{Errors: map[string]string{"": r.worded(err)}}}
	if id != 0 {
		kept, perr := s.Translations.Previewed(ctx, r.actor, tk, id)
		if perr != nil {
			return perr
		}
		if perr := r.previewed(&v, kept); perr != nil {
			return perr
		}
		if target := r.PostFormValue("target"); target != "" {
			v.Target = target
		}
	}
	return r.drawAnswer(w, tk, v)
}

// writeGlossary writes terms one a line: "en = parcel locker; es = consigna", or a word that is
// never translated.
func writeGlossary(list []translate.Entry) string {
	var b strings.Builder
	for _, e := range list {
		if e.Keep != "" {
			b.WriteString(e.Keep + "\n")
			continue
		}
		var parts []string
		for _, l := range i18n.Customer() {
			if word := e.Words[string(l)]; word != "" {
				parts = append(parts, string(l)+" = "+word)
			}
		}
		for _, l := range slices.Sorted(maps.Keys(e.Words)) { // and what came by the API, such as en-US
			if !slices.Contains(i18n.Customer(), i18n.Lang(l)) {
				parts = append(parts, l+" = "+e.Words[l])
			}
		}
		b.WriteString(strings.Join(parts, "; ") + "\n")
	}
	return b.String()
}

// readGlossary reads what writeGlossary writes. What it cannot read is left for the check to
// refuse.
func readGlossary(text string) []translate.Entry {
	var out []translate.Entry
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		if !strings.Contains(line, "=") {
			out = append(out, translate.Entry{Keep: line})
			continue
		}
		e := translate.Entry{Words: map[string]string{}}
		for part := range strings.SplitSeq(line, ";") {
			lang, word, _ := strings.Cut(part, "=")
			e.Words[strings.TrimSpace(lang)] = strings.TrimSpace(word)
		}
		out = append(out, e)
	}
	return out
}
