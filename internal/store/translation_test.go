package store_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/money"
	"godwit.dev/godwit/internal/base/outbound"
	"godwit.dev/godwit/internal/domain/habit"
	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/domain/translate"
	"godwit.dev/godwit/internal/flow/translating"
	"godwit.dev/godwit/internal/platform/connector"
	"godwit.dev/godwit/internal/platform/job"
	"godwit.dev/godwit/internal/store"
	"godwit.dev/godwit/internal/store/storetest"
)

// provider is an engine that a test scripts: it writes sentences in capitals.
type provider struct {
	mu    sync.Mutex
	asked []string
	err   error
	spoil func(string) string
	short bool // it leaves out the last

	formality translating.Formality // of the last request
	dear      int64                 // it bills each character as so many more
	during    func()                // happens while it is asked
}

func (p *provider) About(context.Context) (translating.About, error) {
	return translating.About{Languages: []string{"es", "en"}, Left: -1}, nil
}

func (p *provider) Translate(_ context.Context, a translating.Ask) (translating.Answer, error) {
	if f := p.during; f != nil {
		p.during = nil
		f()
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.formality = a.Formality
	var out translating.Answer
	for _, x := range a.Sentences {
		p.asked = append(p.asked, x.Text)
		answer := strings.ToUpper(x.Text)
		if p.spoil != nil {
			answer = p.spoil(answer)
		}
		out.Texts, out.Billed = append(out.Texts, answer), out.Billed+(1+p.dear)*int64(len([]rune(x.Text)))
	}
	if p.short {
		out.Texts = out.Texts[1:]
	}
	return out, p.err
}

func (p *provider) times() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.asked)
}

func (p *provider) driver(name string, local bool) translating.Driver {
	return translating.Driver{
		Name: name, Title: name, Docs: "https://vendor.example", Options: []connector.Option{{Name: "key", Kind: connector.Secret}},
		Capabilities: translating.Capabilities{Local: local, Sentences: 2, Characters: 1000}, Rate: connector.Rate{Requests: 1000, Per: time.Second},
		Open: func(connector.Settings) (translating.Engine, error) { return p, nil },
	}
}

// spoken is a house that has messages and replies translated.
type spoken struct {
	*house
	*translating.Service
	first, second *provider
}

func newSpoken(t *testing.T, s *store.Store) spoken {
	t.Helper()
	h, _ := newHouse(t, s)
	x := spoken{house: h, first: &provider{}, second: &provider{}}
	x.Service = translating.New(translating.Config{
		Store: s, Tickets: func() translating.Tickets { return h.tickets }, Journal: s, Queue: s, Habits: habit.New(habit.Config{Store: s, Journal: s, Now: h.time}), IDs: h.ids, Client: outbound.New(outbound.Options{}), Now: h.time,
		Drivers: []translating.Driver{x.first.driver("first", false), x.second.driver("second", true)},
	})
	return x
}

func (x spoken) connect(t *testing.T, names ...string) {
	t.Helper()
	for _, n := range names {
		_, err := x.Add(context.Background(), x.owner, translating.Input{Driver: n, Values: map[string]string{"key": "hush"}})
		must(t, err)
	}
}

func (x spoken) work(t *testing.T, id ticket.ID) error {
	t.Helper()
	return x.Work(context.Background(), job.New(x.w, translating.Job, map[string]any{"ticket": id}))
}

// asks has a Spanish customer write.
func (x spoken) asks(t *testing.T, body string) (ticket.Ticket, ticket.MessageID) {
	t.Helper()
	got, err := x.mail("luz@client.example", ticket.Inbound{Body: body, Language: "es"})
	must(t, err)
	return x.get(t, got.Ticket), got.Message
}

func TestTranslation(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		for name, story := range map[string]func(*testing.T, spoken){
			"a message is read in another language": aMessageIsReadInAnotherLanguage, "what was seen is what is sent": whatWasSeenIsWhatIsSent, "an approved sentence is known": anApprovedSentenceIsKnown,
			"the next one is asked": theNextOneIsAsked, "the limit holds": theLimitHolds, "translations have rights": translationsHaveRights, "the memory is bounded": theMemoryIsBounded, "a provider has its price": aProviderHasItsPrice,
		} {
			t.Run(name, func(t *testing.T) { story(t, newSpoken(t, s)) })
		}
	})
}

const ask = "Hola, soy Luz.\n¿Dónde está mi pedido #4711?"

func aMessageIsReadInAnotherLanguage(t *testing.T, x spoken) {
	ctx := context.Background()
	tk, m := x.asks(t, ask)
	v, err := x.Of(ctx, x.agent, tk, "en", []ticket.MessageID{m})
	must(t, err)
	if v.On || v.Connected || len(v.Kept) != 0 {
		t.Errorf("before anything: %+v", v)
	}
	k, err := x.Translate(ctx, x.agent, tk, m, "en")
	must(t, err)
	if k.Result.Ready() || k.Result.Text() != ask {
		t.Errorf("without a provider: %+v", k.Result)
	}
	x.connect(t, "first")
	must(t, x.Turn(ctx, x.agent, tk, "en", true))
	must(t, x.Turn(ctx, x.agent, tk, "en", true))
	must(t, x.work(t, tk.ID))
	must(t, x.work(t, tk.ID))
	v, err = x.Of(ctx, x.agent, tk, "en", []ticket.MessageID{m})
	must(t, err)
	if got := v.Kept[m].Result; !v.On || !v.Connected || got.Text() != "HOLA, SOY LUZ.\n¿DÓNDE ESTÁ MI PEDIDO #4711?" || !got.Ready() {
		t.Errorf("kept %+v", v)
	}
	if n := x.first.times(); n != 2 {
		t.Errorf("%d sentences were asked for, want 2", n)
	}
	if strings.Contains(strings.Join(x.first.asked, ""), "4711") {
		t.Error("the provider was told the number of the order")
	}
	if n := x.told(t, tk.ID, translating.Turned) + 10*x.told(t, tk.ID, translating.Translated); n != 11 {
		t.Errorf("told %d", n)
	}
	// The words of a customer stand beside their message and nowhere else: the memory has none of them.
	if approved, machine, err := x.MemorySize(ctx, x.agent); err != nil || approved != 0 || machine != 0 {
		t.Errorf("the memory has %d and %d sentences, %v", approved, machine, err)
	}
	spent, err := x.Spent(ctx, x.owner)
	must(t, err)
	if want := int64(len([]rune(x.first.asked[0])) + len([]rune(x.first.asked[1]))); len(spent) != 1 || spent[0].Characters != want || spent[0].Requests != 1 {
		t.Errorf("spent %+v, want %d characters", spent, want)
	}
	must(t, x.Turn(ctx, x.agent, tk, "en", false))
	// What a provider did not bring back whole is asked for again, and nothing else of the message.
	x.first.spoil = func(s string) string { return strings.ReplaceAll(s, string(translate.First), "") }
	other, om := x.asks(t, ask)
	for range 2 {
		k, err = x.Translate(ctx, x.agent, other, om, "en")
		must(t, err)
	}
	x.first.spoil = nil
	if k, err = x.Translate(ctx, x.agent, other, om, "en"); err != nil || !k.Result.Ready() || x.first.times() != 2+2+1+1 {
		t.Errorf("%+v after %d sentences, %v", k.Result, x.first.times(), err)
	}
	// The same words of our own about another order cost nothing.
	asked := x.first.times()
	for _, body := range []string{"Your order #4711 left.", "Your order #99-B left."} {
		if _, err := x.Preview(ctx, x.agent, tk, "en", body); err != nil {
			t.Fatal(err)
		}
	}
	if n := x.first.times(); n != asked+1 {
		t.Errorf("%d sentences for one", n-asked)
	}
	if v, err = x.Of(ctx, x.agent, tk, "en", nil); err != nil || v.On {
		t.Errorf("turned off: %+v %v", v, err)
	}
	if _, err := x.Translate(ctx, x.agent, tk, m, "es"); !errs.Is(err, errs.Invalid) {
		t.Errorf("into its own language: %v", err)
	}

	// A name that only the text has, and a street, are not told either, and come back as they stood.
	tk, m = x.asks(t, "Me llamo Inés Marín.\nVivo en la Calle Mayor 5, 28013 Madrid.")
	k, err = x.Translate(ctx, x.agent, tk, m, "en")
	must(t, err)
	if got := k.Result.Text(); got != "ME LLAMO Inés Marín.\nVIVO EN LA Calle Mayor 5, 28013 Madrid." {
		t.Errorf("translated as %q", got)
	}
	if told := strings.Join(x.first.asked, ""); strings.Contains(told, "Marín") || strings.Contains(told, "Mayor") {
		t.Errorf("the provider was told %q", told)
	}
}

func whatWasSeenIsWhatIsSent(t *testing.T, x spoken) {
	ctx := context.Background()
	x.connect(t, "first")
	tk, _ := x.asks(t, ask)
	p, err := x.Preview(ctx, x.agent, tk, "en", "Dear Luz,\r\nyour order #4711 left yesterday.")
	must(t, err)
	if p.Result.Text() != "DEAR LUZ,\nYOUR ORDER #4711 LEFT YESTERDAY." && p.Result.Text() != "DEAR Luz,\nYOUR ORDER #4711 LEFT YESTERDAY." {
		t.Errorf("preview %q", p.Result.Text())
	}
	seen := p.Hash()
	p, err = x.Correct(ctx, x.agent, tk, p.ID, "Querida Luz:\nsu pedido #4711 salió ayer.")
	must(t, err)
	if lost := p.Lost(translate.DefaultBook()); len(lost) != 0 || p.Hash() == seen {
		t.Errorf("lost %q", lost)
	}
	if _, err := x.Send(ctx, x.agent, tk, p.ID, seen, ticket.NewReply{}); !errs.Is(err, errs.Conflict) {
		t.Errorf("what was not seen was sent: %v", err)
	}
	if _, err := x.Send(ctx, x.lead, tk, p.ID, p.Hash(), ticket.NewReply{}); !errs.Is(err, errs.NotFound) {
		t.Errorf("somebody else's preview was sent: %v", err)
	}
	m, err := x.Send(ctx, x.agent, tk, p.ID, p.Hash(), ticket.NewReply{Body: "not this", Then: ticket.Pending})
	must(t, err)
	again, err := x.Send(ctx, x.agent, tk, p.ID, p.Hash(), ticket.NewReply{Then: ticket.Pending})
	must(t, err)
	if m.Body != "Querida Luz:\nsu pedido #4711 salió ayer." || m.ID != again.ID || m.Language != "es" {
		t.Errorf("sent %q as %d, then %d, in %s", m.Body, m.ID, again.ID, m.Language)
	}
	v, err := x.Of(ctx, x.agent, tk, "en", []ticket.MessageID{m.ID})
	must(t, err)
	if got := v.Kept[m.ID].Result.Text(); got != "Dear Luz,\nyour order #4711 left yesterday." {
		t.Errorf("its writer reads %q", got)
	}
	if _, err := x.Correct(ctx, x.agent, tk, p.ID, "Otra cosa"); !errs.Is(err, errs.Conflict) {
		t.Errorf("a sent preview was corrected: %v", err)
	}
	// What nobody translated is not sent.
	x.first.err = errors.New("broken")
	p, err = x.Preview(ctx, x.agent, tk, "en", "Something new.")
	must(t, err)
	if _, err := x.Send(ctx, x.agent, tk, p.ID, p.Hash(), ticket.NewReply{}); !errs.Is(err, errs.Conflict) {
		t.Errorf("an English sentence was sent to a Spanish customer: %v", err)
	}
	p, err = x.Correct(ctx, x.agent, tk, p.ID, "Something new.")
	must(t, err)
	if _, err := x.Send(ctx, x.agent, tk, p.ID, p.Hash(), ticket.NewReply{}); err != nil {
		t.Errorf("what a person wants to stay was refused: %v", err)
	}
}

func anApprovedSentenceIsKnown(t *testing.T, x spoken) {
	ctx := context.Background()
	tk, m := x.asks(t, "Hola. ¿Dónde está mi paquete ahora?")
	must(t, x.Learn(ctx, x.owner, "en", "es", "Where is my parcel now?", "¿Dónde está mi paquete ahora?"))
	must(t, x.Learn(ctx, x.owner, "en", "es", "Where is my parcel now?", "¿Dónde está mi paquete ahora?"))
	if _, err := x.Save(ctx, x.lead, translate.Book{Memory: 100, Glossary: []translate.Entry{{Words: map[string]string{"es": "Hola", "en": "Howdy"}}}}, 0); err != nil {
		t.Fatal(err)
	}
	k, err := x.Translate(ctx, x.agent, tk, m, "en")
	must(t, err)
	if d := k.Result.Done; k.Result.Text() != "Howdy. Where is my parcel now?" || d[len(d)-1].By != translating.ByMemory || !k.Result.Ready() {
		t.Errorf("%q, %+v", k.Result.Text(), d)
	}
	tk, m = x.asks(t, "¿Dónde está mi paquete azul ahora?")
	k, err = x.Translate(ctx, x.agent, tk, m, "en")
	must(t, err)
	if d := k.Result.Done; k.Result.Ready() || d[0].By != translating.ByAlike || d[0].Score < 70 || d[0].Target != "Where is my parcel now?" {
		t.Errorf("alike: %+v", d)
	}
	list, err := x.Memories(ctx, x.agent, 0, 10)
	must(t, err)
	if n, machine, err := x.MemorySize(ctx, x.agent); err != nil || n != 2 || machine != 0 || len(list) != 2 {
		t.Errorf("%d and %d, %+v, %v", n, machine, list, err)
	}
	must(t, x.Forget(ctx, x.lead, list[0].ID))
	must(t, x.Forget(ctx, x.lead, list[1].ID))
	if k, err = x.Translate(ctx, x.agent, tk, m, "en"); err != nil || k.Result.Done[0].By != translating.ByNobody {
		t.Errorf("forgotten: %+v %v", k.Result, err)
	}
}

func theNextOneIsAsked(t *testing.T, x spoken) {
	ctx := context.Background()
	x.connect(t, "first", "second")
	tk, m := x.asks(t, ask)
	x.first.spoil = func(s string) string { return strings.ReplaceAll(s, string(translate.First), "") }
	k, err := x.Translate(ctx, x.agent, tk, m, "en")
	must(t, err)
	list, err := x.Connections(ctx, x.owner)
	must(t, err)
	var by []translating.ID
	for _, d := range k.Result.Done {
		if d.Sentence {
			by = append(by, d.Of)
		}
	}
	if !k.Result.Ready() || !slices.Contains(by, list[1].ID) || !strings.Contains(k.Result.Text(), "#4711") {
		t.Errorf("a number was lost: %+v", k.Result)
	}
	for what, c := range map[string]struct {
		err     error
		state   translating.State
		problem string
		rests   bool
	}{
		"refused": {errs.New(errs.Denied, "error.vendor_denied"), translating.Broken, "error.vendor_denied", false},
		"used up": {translating.ErrQuota(), translating.On, "error.translator_quota", true},
		"busy":    {errs.New(errs.Unavailable, "error.vendor_busy"), translating.On, "error.vendor_busy", true},
		"pair":    {translating.ErrPair(), translating.On, "", false},
	} {
		x.first.err, x.first.spoil = c.err, nil
		must(t, x.Pause(ctx, x.owner, list[0].ID, false))
		tk, m := x.asks(t, "Una frase nueva sobre "+what)
		k, err := x.Translate(ctx, x.agent, tk, m, "en")
		must(t, err)
		now, err := x.Connections(ctx, x.owner)
		must(t, err)
		if got := now[0]; !k.Result.Ready() || got.State != c.state || got.Problem != c.problem || got.RestUntil.After(x.time()) != c.rests {
			t.Errorf("%s: %+v, %+v", what, got, k.Result)
		}
		if now[0].Values["key"] != "" {
			t.Error("a secret is shown")
		}
	}
	must(t, x.First(ctx, x.owner, list[1].ID))
	if now, err := x.Connections(ctx, x.owner); err != nil || now[0].ID != list[1].ID {
		t.Errorf("order: %+v %v", now, err)
	}
}

func theLimitHolds(t *testing.T, x spoken) {
	ctx := context.Background()
	x.connect(t, "first")
	if _, err := x.Save(ctx, x.lead, translate.Book{Limit: 20, Memory: 100}, 0); err != nil {
		t.Fatal(err)
	}
	tk, m := x.asks(t, "Quince letras aquí")
	k, err := x.Translate(ctx, x.agent, tk, m, "en")
	must(t, err)
	tk2, m2 := x.asks(t, "Otras quince más")
	k2, err := x.Translate(ctx, x.agent, tk2, m2, "en")
	must(t, err)
	if !k.Result.Ready() || k2.Result.Ready() || x.first.times() != 1 {
		t.Errorf("%+v, then %+v after %d", k.Result, k2.Result, x.first.times())
	}
	x.connect(t, "second") // which costs nothing
	if k2, err = x.Translate(ctx, x.agent, tk2, m2, "en"); err != nil || !k2.Result.Ready() || x.first.times() != 1 {
		t.Errorf("%+v %v", k2.Result, err)
	}
	if _, err := x.Save(ctx, x.lead, translate.Book{Limit: 20}, 0); !errs.Is(err, errs.Conflict) {
		t.Errorf("an old book was saved: %v", err)
	}
}

func translationsHaveRights(t *testing.T, x spoken) {
	ctx := context.Background()
	x.connect(t, "second")
	tk, m := x.asks(t, ask)
	if _, err := x.tickets.SetTeam(ctx, x.owner, tk.ID, x.team); err != nil {
		t.Fatal(err)
	}
	tk = x.get(t, tk.ID)
	list, err := x.Connections(ctx, x.owner)
	must(t, err)
	p, err := x.Preview(ctx, x.agent, tk, "en", "One.")
	must(t, err)
	stranger := x.agent
	stranger.Workspace = x.w + 1
	for what, err := range map[string]error{
		"of":         failure(x.Of(ctx, x.hidden, tk, "en", nil)),
		"turn":       x.Turn(ctx, x.hidden, tk, "en", true),
		"translate":  failure(x.Translate(ctx, x.hidden, tk, m, "en")),
		"preview":    failure(x.Preview(ctx, x.hidden, tk, "en", "One.")),
		"correct":    failure(x.Correct(ctx, x.hidden, tk, p.ID, "Uno.")),
		"send":       failure(x.Send(ctx, x.hidden, tk, p.ID, p.Hash(), ticket.NewReply{})),
		"save":       failure(x.Save(ctx, x.agent, translate.DefaultBook(), 0)),
		"learn":      x.Learn(ctx, x.agent, "en", "es", "a b", "c d"),
		"forget":     x.Forget(ctx, x.agent, 1),
		"list":       failure(x.Connections(ctx, x.agent)),
		"add":        failure(x.Add(ctx, x.lead, translating.Input{Driver: "second"})),
		"change":     x.Change(ctx, x.agent, list[0].ID, translating.Input{}),
		"delete":     x.Delete(ctx, x.agent, list[0].ID),
		"test":       failure(x.Test(ctx, x.agent, list[0].ID)),
		"spent":      failure(x.Spent(ctx, x.agent)),
		"foreigner":  failure(x.Translate(ctx, stranger, tk, m, "en")),
		"foreigners": failure(x.Preview(ctx, stranger, tk, "en", "One.")),
	} {
		if !errs.Is(err, errs.Denied) && !errs.Is(err, errs.NotFound) {
			t.Errorf("%s: %v", what, err)
		}
	}
	about, err := x.Test(ctx, x.owner, list[0].ID)
	if err != nil || len(about.Languages) != 2 {
		t.Errorf("%+v %v", about, err)
	}
	must(t, x.Delete(ctx, x.owner, list[0].ID))
}

func failure[T any](_ T, err error) error { return err }

// A provider gets as much a month as it was given, costs what was said, is tried by itself, and one that answers less
// than it was asked is as one that did not.
func aProviderHasItsPrice(t *testing.T, x spoken) {
	ctx := context.Background()
	price := money.Amount{Minor: 2000, Currency: "EUR"}
	c, err := x.Add(ctx, x.owner, translating.Input{Driver: "first", Values: map[string]string{"key": "hush"}, Terms: &translating.Terms{Price: price, Most: 25}})
	must(t, err)
	r, err := x.Try(ctx, x.owner, c.ID, "es", "en-GB", "Mi pedido #4711.")
	must(t, err)
	if r.Text() != "MI PEDIDO #4711." || r.To != "en" || strings.Contains(x.first.asked[0], "4711") {
		t.Errorf("%+v, asked %q", r, x.first.asked)
	}
	spent, err := x.Spent(ctx, x.owner)
	must(t, err)
	if len(spent) != 1 || spent[0].Characters != int64(len([]rune(x.first.asked[0]))) {
		t.Errorf("spent %+v", spent)
	}
	tk, m := x.asks(t, "Quince letras aquí")
	if k, err := x.Translate(ctx, x.agent, tk, m, "en"); err != nil || k.Result.Ready() || x.first.times() != 1 {
		t.Errorf("beyond its limit: %+v %v", k.Result, err)
	}
	must(t, x.Change(ctx, x.owner, c.ID, translating.Input{Terms: &translating.Terms{Price: price}}))
	x.first.short = true
	k, err := x.Translate(ctx, x.agent, tk, m, "en")
	must(t, err)
	list, err := x.Connections(ctx, x.owner)
	must(t, err)
	if got := list[0]; k.Result.Ready() || got.Problem != "error.vendor_answer" || got.Terms.Price != price || got.Terms.Most != 0 || got.Name != "first" {
		t.Errorf("%+v, %+v", list[0], k.Result)
	}
	x.first.short = false
	x.first.spoil = func(string) string { return "otra cosa 7" }
	if _, err := x.Try(ctx, x.owner, c.ID, "es", "en", "Mi pedido #4711."); !errs.Is(err, errs.Unavailable) || !strings.Contains(err.Error(), "translate_marks") {
		t.Errorf("an answer without the number: %v", err)
	}
	x.first.err = translating.ErrPair()
	if _, err := x.Try(ctx, x.owner, c.ID, "es", "en", "Hola a todos."); !errs.Is(err, errs.Unsupported) {
		t.Errorf("a pair that there is not: %v", err)
	}
	for _, bad := range []translating.Terms{{Most: -1}, {Price: money.Amount{Minor: -1, Currency: "EUR"}}, {Price: money.Amount{Minor: 1, Currency: "XXX1"}}} {
		if err := x.Change(ctx, x.owner, c.ID, translating.Input{Terms: &bad}); !errs.Is(err, errs.Invalid) {
			t.Errorf("%+v: %v", bad, err)
		}
	}
	for billed, want := range map[int64]int64{0: 0, 249: 0, 250: 1, 1_000_000: 2000, 1_500_250: 3001, 1_000_000_000: 2_000_000} {
		if got := (translating.Terms{Price: price}).Cost(billed); got.Minor != want || got.Currency != "EUR" {
			t.Errorf("%d cost %v, want %d", billed, got, want)
		}
	}
	if _, err := x.Try(ctx, x.agent, c.ID, "es", "en", "Hola."); !errs.Is(err, errs.Denied) {
		t.Errorf("an agent tried it: %v", err)
	}
}

func theMemoryIsBounded(t *testing.T, x spoken) {
	ctx := context.Background()
	for _, word := range []string{"uno", "dos", "tres", "cuatro"} {
		must(t, x.Learn(ctx, x.owner, "es", "en", "El paquete "+word, "Parcel "+strings.ToUpper(word)))
		x.pass(time.Hour)
	}
	if _, err := x.Save(ctx, x.lead, translate.Book{Memory: 3}, 0); err != nil {
		t.Fatal(err)
	}
	list, err := x.Memories(ctx, x.agent, 0, 10)
	must(t, err)
	if len(list) != 3 || list[2].Source != "Parcel TRES" && list[2].Source != "El paquete tres" {
		t.Errorf("%+v", list)
	}
}
