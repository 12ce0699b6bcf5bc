package ticket

import (
	"context"
	"fmt"

	"golang.org/x/text/language"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/event"
)

// SetLanguage says which language (BCP 47) the customer of a ticket writes, for who knows better than what was read out of
// their messages. It is remembered for the customer: their next messages and tickets are in it as well, whatever is read
// out of them, until somebody says another or, with "", takes it back; then the ticket has the language of the customer's
// last message again. The same again changes nothing. A text that is no language is errs.Invalid. It needs WriteTickets.
func (s *Service) SetLanguage(ctx context.Context, actor auth.Actor, t ID, lang string) (event.ID, error) {
	if lang != "" {
		tag, err := language.Parse(lang)
		if err != nil || tag == language.Und {
			return 0, errs.Field("language", "error.ticket_language", "Language", cut(lang, 60))
		}
		lang = tag.String()
	}
	return s.one(ctx, actor, t, func(ctx context.Context, c *change) error {
		said := lang != ""
		if !said {
			var err error
			if lang, err = s.lastWritten(ctx, c.T); err != nil {
				return err
			}
		}
		return c.setLanguage(ctx, lang, said)
	})
}

func (c *change) setLanguage(ctx context.Context, lang string, said bool) error {
	was, err := c.s.Customers.Speak(ctx, c.actor, c.T.Customer, lang, said)
	if err != nil || was.Said == said && (was.Language == lang || lang == "") && c.T.Language == lang {
		return err
	}
	from := c.T.Language
	c.T.Language = lang
	c.log("ticket.language", map[string]any{"from": from, "to": lang, "said": said, "was_said": was.Said, "number": c.T.Number})
	return nil
}

func undoLanguage(ctx context.Context, _ *Service, c *change, e event.Event) error {
	var d struct {
		From, To string
		WasSaid  bool `json:"was_said"`
	}
	if err := e.Decode(&d); err != nil {
		return fmt.Errorf("undo language: %w", err)
	}
	if c.T.Language != d.To {
		return movedOn()
	}
	return c.setLanguage(ctx, d.From, d.WasSaid)
}

// lastWritten is the language of the customer's last message among the newest hundred, "" if none tells.
func (s *Service) lastWritten(ctx context.Context, t Ticket) (string, error) {
	list, err := s.Store.Messages(ctx, t.Workspace, t.ID, 0, 100)
	if err != nil {
		return "", err
	}
	found := ""
	for _, m := range list {
		if m.Kind == KindInbound && m.Side == 0 && m.Language != "" {
			found = m.Language
		}
	}
	return found, nil
}
