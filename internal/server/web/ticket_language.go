package web

import (
	"context"
	"net/http"

	"godwit.dev/godwit/internal/base/i18n"
	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/platform/event"
	"godwit.dev/godwit/internal/server/web/ui"
)

// setLanguage says which language the customer of a ticket writes, or takes that back.
func (s *server) setLanguage(w http.ResponseWriter, r *request) error {
	lang := r.FormValue("language")
	set := func(ctx context.Context, t ticket.Ticket) (event.ID, error) {
		return s.Tickets.SetLanguage(ctx, r.actor, t.ID, lang)
	}
	if lang == "" {
		return r.change(w, "said.read_language", set)
	}
	return r.change(w, "said.language", set, "Language", r.printer.Language(lang))
}

// spokenOptions lists the languages that a customer may write, with the one of the ticket among them.
func (r *request) spokenOptions(now string) []ui.Option {
	var out []ui.Option
	known := now == ""
	for _, l := range i18n.Customer() {
		out = append(out, ui.Option{Value: string(l), Label: r.printer.Language(string(l)), Selected: string(l) == now})
		known = known || string(l) == now
	}
	if !known {
		out = append([]ui.Option{{Value: now, Label: r.printer.Language(now), Selected: true}}, out...)
	}
	return out
}
