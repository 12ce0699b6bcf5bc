package app

import (
	"context"
	"fmt"
	"slices"

	"godwit.dev/godwit/internal/adapter/translate/apertium"
	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/domain/translate"
	"godwit.dev/godwit/internal/flow/translating"
)

// What the demo has translated by Apertium, where the machine has it: the newest tickets in languages whose pairs with English
// Debian packages.
const (
	demoTranslated = 12
	demoReads      = "en"
)

var demoSpoken = []string{"es", "fr", "it", "pt"}

// loadTranslation gives the merchant a glossary, connects Apertium if this machine has it, and turns translation on for some
// tickets. Their messages are translated when the demo has started.
func (l *demoLoader) loadTranslation(ctx context.Context) error {
	book := translate.DefaultBook()
	book.Glossary = []translate.Entry{
		{Keep: "Greywing"},
		{Words: map[string]string{"en": "parcel locker", "es": "consigna automática", "fr": "consigne à colis", "it": "armadietto automatico", "pt": "cacifo automático", "de": "Paketstation", "pl": "automat paczkowy", "zh-Hans": "快递柜", "ru": "постамат"}},
		{Words: map[string]string{"en": "store credit", "es": "saldo en la tienda", "fr": "avoir", "it": "buono acquisto", "pt": "crédito na loja", "de": "Guthaben", "pl": "środki w sklepie", "zh-Hans": "店铺余额", "ru": "баланс магазина"}},
	}
	if _, err := l.core.Translations.Save(ctx, l.owner, book, 0); err != nil {
		return fmt.Errorf("glossary: %w", err)
	}
	if !apertium.Installed() {
		return nil
	}
	if _, err := l.core.Translations.Add(ctx, l.owner, translating.Input{Driver: "apertium"}); err != nil {
		return fmt.Errorf("connect Apertium: %w", err)
	}
	list, _, err := l.core.Tickets.List(ctx, l.owner, ticket.ListQuery{Limit: 100}, ticket.Cursor{})
	if err != nil {
		return err
	}
	turned := 0
	for _, t := range list {
		if turned == demoTranslated {
			break
		}
		if !slices.Contains(demoSpoken, t.Language) {
			continue
		}
		if err := l.core.Translations.Turn(ctx, l.owner, t, demoReads, true); err != nil {
			return err
		}
		turned++
	}
	return nil
}
