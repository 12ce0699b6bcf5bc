package store_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/domain/translate"
	"godwit.dev/godwit/internal/flow/translating"
	"godwit.dev/godwit/internal/store"
	"godwit.dev/godwit/internal/store/storetest"
)

func TestTranslationIsPaidForOnce(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		for name, story := range map[string]func(*testing.T, spoken){
			"a sentence that stands twice": aSentenceStandsTwice, "a broken answer": aBrokenAnswerIsNotBoughtAgain, "two nodes at the limit": twoNodesShareALimit,
			"what was reserved is settled": whatWasReservedIsSettled, "who rests is not waited for in vain": whoRestsIsNotWaitedFor, "a form of address stays with its market": aFormOfAddressStays,
		} {
			t.Run(name, func(t *testing.T) { story(t, newSpoken(t, s)) })
		}
	})
}

// spent is what was counted for all connections.
func (x spoken) spent(t *testing.T) (characters, requests int64) {
	t.Helper()
	list, err := x.Spent(context.Background(), x.owner)
	must(t, err)
	for _, c := range list {
		characters, requests = characters+c.Characters, requests+c.Requests
	}
	return characters, requests
}

func aSentenceStandsTwice(t *testing.T, x spoken) {
	x.connect(t, "first")
	tk, m := x.asks(t, "Gracias.\nLlegaron 5 tazas.\nGracias.\nLlegaron 6 tazas.\nGracias.")
	k, err := x.Translate(context.Background(), x.agent, tk, m, "en")
	must(t, err)
	if k.Result.Text() != "GRACIAS.\nLLEGARON 5 TAZAS.\nGRACIAS.\nLLEGARON 6 TAZAS.\nGRACIAS." || !k.Result.Ready() {
		t.Errorf("%+v", k.Result)
	}
	if n := x.first.times(); n != 3 { // a provider sees the figures
		t.Errorf("%d sentences were asked for: %q", n, x.first.asked)
	}
}

func aBrokenAnswerIsNotBoughtAgain(t *testing.T, x spoken) {
	ctx := context.Background()
	x.connect(t, "first")
	x.first.spoil = func(s string) string { return strings.ReplaceAll(s, string(translate.First), "") }
	tk, m := x.asks(t, "Pedido #4711 no llega.")
	must(t, x.Turn(ctx, x.agent, tk, "en", true))
	must(t, x.work(t, tk.ID))
	must(t, x.work(t, tk.ID))
	if n := x.first.times(); n != 1 {
		t.Errorf("the job bought it %d times", n)
	}
	x.first.spoil = nil
	k, err := x.Translate(ctx, x.agent, tk, m, "en") // a person wants it
	must(t, err)
	if n := x.first.times(); n != 2 || !k.Result.Ready() {
		t.Errorf("asked %d times: %+v", n, k.Result)
	}
}

func twoNodesShareALimit(t *testing.T, x spoken) {
	ctx := context.Background()
	x.connect(t, "first")
	_, err := x.Save(ctx, x.lead, translate.Book{Limit: 20, Memory: 100}, 0)
	must(t, err)
	tk, m := x.asks(t, "Quince letras aquí")
	other, om := x.asks(t, "Otras quince más")
	var late translating.Kept
	x.first.during = func() { // as another node would, before this one has its answer
		late, err = translating.New(x.Config).Translate(ctx, x.agent, other, om, "en")
		must(t, err)
	}
	k, err := x.Translate(ctx, x.agent, tk, m, "en")
	must(t, err)
	if !k.Result.Ready() || late.Result.Ready() || x.first.times() != 1 {
		t.Errorf("%+v, meanwhile %+v, after %d", k.Result, late.Result, x.first.times())
	}
	if n, _ := x.spent(t); n > 20 {
		t.Errorf("%d characters went out", n)
	}
}

func whatWasReservedIsSettled(t *testing.T, x spoken) {
	ctx := context.Background()
	x.connect(t, "first")
	x.first.dear = 2
	tk, m := x.asks(t, "Doce letras.")
	_, err := x.Translate(ctx, x.agent, tk, m, "en")
	must(t, err)
	if n, r := x.spent(t); n != 36 || r != 1 {
		t.Errorf("%d characters in %d requests", n, r)
	}
	x.first.err = translating.ErrPair()
	tk, m = x.asks(t, "Otra frase.")
	_, err = x.Translate(ctx, x.agent, tk, m, "en")
	must(t, err)
	if n, r := x.spent(t); n != 36 || r != 1 {
		t.Errorf("languages that it does not have: %d characters in %d requests", n, r)
	}
	_, err = x.Save(ctx, x.lead, translate.Book{Limit: 40}, 0)
	must(t, err)
	list, err := x.Connections(ctx, x.owner)
	must(t, err)
	x.first.err = nil
	if _, err := x.Try(ctx, x.owner, list[0].ID, "es", "en", "Demasiado largo para el resto"); !errs.Is(err, errs.Conflict) {
		t.Errorf("a try beyond the limit: %v", err)
	}
}

func whoRestsIsNotWaitedFor(t *testing.T, x spoken) {
	ctx := context.Background()
	x.connect(t, "first", "second")
	x.first.err = errs.New(errs.Unavailable, "error.vendor_busy")
	tk, _ := x.asks(t, "Una frase.")
	must(t, x.Turn(ctx, x.agent, tk, "en", true))
	if err := x.work(t, tk.ID); err != nil {
		t.Errorf("all is translated, and the job tries again: %v", err)
	}
	x.pass(time.Second)
	tk, _ = x.asks(t, "Otra frase.")
	x.second.err = errs.New(errs.Unavailable, "error.vendor_busy")
	must(t, x.Turn(ctx, x.agent, tk, "en", true))
	if err := x.work(t, tk.ID); !errs.Is(err, errs.Unavailable) {
		t.Errorf("both rest, and the job does not try again: %v", err)
	}
}

func aFormOfAddressStays(t *testing.T, x spoken) {
	ctx := context.Background()
	x.connect(t, "first")
	in := func(market string) ticket.Ticket {
		shop, _, err := x.orders.EnsureShop(ctx, x.owner, order.Shop{Name: "Shop " + market, Platform: "shopify", Currency: "EUR", Market: market})
		must(t, err)
		got, err := x.mail("piet@client.example", ticket.Inbound{Body: "Waar is het?", Language: "nl"})
		must(t, err)
		tk := x.get(t, got.Ticket)
		tk.Shop = shop.ID
		return tk
	}
	belgium, holland := in("BE"), in("NL")
	p, err := x.Preview(ctx, x.agent, belgium, "en", "We look for you.")
	must(t, err)
	p, err = x.Correct(ctx, x.agent, belgium, p.ID, "Wij kijken voor u.")
	must(t, err)
	_, err = x.Send(ctx, x.agent, belgium, p.ID, p.Hash(), ticket.NewReply{})
	must(t, err)
	must(t, x.Learn(ctx, x.owner, "en", "nl", "Thank you.", "Dank."))
	for what, c := range map[string]struct {
		ticket ticket.Ticket
		text   string
	}{"formal": {belgium, "Wij kijken voor u. Dank."}, "informal": {holland, "WE LOOK FOR YOU. Dank."}} {
		p, err := x.Preview(ctx, x.agent, c.ticket, "en", "We look for you. Thank you.")
		must(t, err)
		if got := p.Result.Text(); got != c.text {
			t.Errorf("%s: %q, want %q", what, got, c.text)
		}
	}
	list, err := x.Memories(ctx, x.agent, 0, 10)
	must(t, err)
	formal := 0
	for _, m := range list {
		if m.Formality == translating.Formal && m.From == "en" && m.To == "nl" {
			formal++
		}
	}
	if len(list) != 4 || formal != 1 {
		t.Errorf("kept %+v", list)
	}
}
