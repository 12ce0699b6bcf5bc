package web

import (
	"cmp"
	"slices"
	"strings"

	"godwit.dev/godwit/internal/domain/shipped"
	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/domain/triage"
	"godwit.dev/godwit/internal/server/web/ui"
)

// shippedNames are the names of the shipped macros by key.
var shippedNames = func() map[string]shipped.Macro {
	out := map[string]shipped.Macro{}
	for _, m := range shipped.Macros() {
		out[m.Key] = m
	}
	return out
}()

// macroName returns what a macro is called: a shipped one that keeps its name in the reader's language.
func (r *request) macroName(m ticket.Macro) string {
	x := shippedNames[m.Shipped]
	if m.Shipped == "" || m.Name != x.Names["en"] {
		return m.Name
	}
	return cmp.Or(x.Names[string(r.printer.Lang())], m.Name)
}

// macroFolder is macroName of its folder.
func (r *request) macroFolder(m ticket.Macro) string {
	if x, ok := shippedNames[m.Shipped]; ok && m.Folder == x.Folder {
		return r.printer.T("macro.folder." + x.Folder)
	}
	return m.Folder
}

// macroRef is an entry of the picker, with how the text for a customer begins and, if it is not in their language, in
// which it is.
func (r *request) macroRef(m ticket.Macro, w ticket.Want) ui.MacroRef {
	c := m.Choose(w)
	out := ui.MacroRef{ID: int64(m.ID), Name: r.macroName(m), Folder: r.macroFolder(m), Preview: ticket.Preview(c.Body)}
	if w.Language != "" && !c.Spoken() {
		out.Other = r.textName(c.Key)
	}
	return out
}

// macroRefs lists the macros that agents are offered.
func (r *request) macroRefs(h *house, w ticket.Want) []ui.MacroRef {
	var out []ui.MacroRef
	for _, m := range h.macros {
		if !m.Off {
			out = append(out, r.macroRef(m, w))
		}
	}
	return out
}

// suggested lists the macros that answer the customer's last message, each with what of it says so.
func (r *request) suggested(h *house, list []ticket.Message, w ticket.Want) []ui.MacroRef {
	var read *ticket.Reading
	for _, m := range slices.Backward(list) {
		if m.Kind == ticket.KindOutbound { // it is answered
			return nil
		}
		if m.Kind == ticket.KindInbound {
			read = m.Reading
			break
		}
	}
	var out []ui.MacroRef
	t := r.printer.T
	for _, s := range ticket.Suggest(h.macros, read, w) {
		ref := r.macroRef(s.Macro, w)
		switch {
		case s.Alarm != "":
			ref.Alarm, ref.Why = true, t("macro.why.alarm", "Alarm", t("reason."+string(alarmReason(s.Alarm))), "Words", r.printer.List(read.Because))
		case s.Topic != "":
			ref.Why = t("macro.why.topic", "Topic", t("topic."+string(s.Topic)))
		default:
			ref.Alarm, ref.Why = s.Mood == triage.Negative, t("macro.why.mood", "Mood", t("mood."+string(s.Mood)))
			if len(read.Because) > 0 {
				ref.Why = t("macro.why.mood_words", "Mood", t("mood."+string(s.Mood)), "Words", r.printer.List(read.Because))
			}
		}
		out = append(out, ref)
	}
	return out
}

// textName names a text of a macro: its language, and how it addresses the customer.
func (r *request) textName(key string) string {
	lang, address := ticket.TextOf(key)
	if lang == "" {
		return r.printer.T("macro.text.any")
	}
	name := r.printer.Language(lang)
	if address != "" {
		name += " (" + strings.ToLower(r.printer.T("macro.address."+string(address))) + ")"
	}
	return name
}
