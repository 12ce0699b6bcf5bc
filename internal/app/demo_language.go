package app

import (
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"godwit.dev/godwit/internal/adapter/channel/email/message"
	"godwit.dev/godwit/internal/app/simulate"
	"godwit.dev/godwit/internal/domain/habit"
	"godwit.dev/godwit/internal/domain/hours"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/domain/route"
	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/domain/translate"
	"godwit.dev/godwit/internal/domain/triage"
	"godwit.dev/godwit/internal/flow/mailroom"
	"godwit.dev/godwit/internal/flow/routing"
	"godwit.dev/godwit/internal/flow/translating"
	"godwit.dev/godwit/internal/platform/action"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/job"
)

// demoLetter is a customer's message in one of the languages of the demo. It is read, sorted, given to somebody, translated
// and answered by the same code as any mail.
type demoLetter struct {
	Language  string           `json:"language"` // it is written in
	Desk      string           `json:"desk"`     // key of somebody who is at work when it comes
	Topic     triage.Topic     `json:"topic"`    // that its writer means
	Parcel    string           `json:"parcel"`   // how the parcel of their order stands: "waiting", "moving", "delivered", "" for whatever
	Subject   string           `json:"subject"`
	From      *demoSender      `json:"from"` // nil: a customer of the merchant
	Sentences []demoSentence   `json:"sentences"`
	Answer    []demoSentence   `json:"answer"` // in the place of a macro, where none is in the language
	order     string           // its number, "" for none
	ticket    ticket.ID        // 0 before it has come
	thread    *simulate.Thread // as it is mailed
}

type demoSender struct {
	Name    string `json:"name"`
	Address string `json:"address"`
}

// demoSentence is a sentence and what the translation memory has for it, by language. {order} is the number of an order.
type demoSentence struct {
	Text string            `json:"text"`
	In   map[string]string `json:"in"`
}

//go:embed demo_letters.json
var demoLettersJSON []byte

// demoLetters returns the letters of the demo: one in each language that somebody of the merchant writes, and one in a
// language that nobody does.
func demoLetters() ([]demoLetter, error) {
	var out []demoLetter
	if err := json.Unmarshal(demoLettersJSON, &out); err != nil {
		return nil, fmt.Errorf("letters of the demo: %w", err)
	}
	return out, nil
}

// demoLetterTag is the tag of the letters, and of the view that shows them.
const demoLetterTag = "languages"

// planLetters adds the letters to what happens while the merchant's mail is told. Each comes in the middle of a day of its
// desk, in one of the last days of the story, and is answered within the hour. Before the first one routing is turned on.
func (l *demoLoader) planLetters() error {
	letters, err := demoLetters()
	if err != nil {
		return err
	}
	first, used := l.merchant.Now(), map[string]bool{}
	for i := range letters {
		x := &letters[i]
		at, err := l.atWork(x.Desk, i)
		if err != nil {
			return err
		}
		if at.IsZero() {
			continue
		}
		l.address(x, i, at, used)
		if at.Before(first) {
			first = at
		}
		l.moments = append(l.moments,
			demoMoment{at, func(ctx context.Context) error { return l.receive(ctx, x) }},
			demoMoment{at.Add(time.Duration(15+i*11%30) * time.Minute), func(ctx context.Context) error { return l.answer(ctx, x) }})
	}
	l.moments = append(l.moments, demoMoment{first.Add(-time.Hour), func(ctx context.Context) error { return l.openRouting(ctx, letters) }})
	return nil
}

// atWork returns an instant in the middle of one of somebody's last two days at work, zero if they had none for weeks.
func (l *demoLoader) atWork(key string, i int) (time.Time, error) {
	who := l.merchant.Agents[slices.IndexFunc(l.merchant.Agents, func(a simulate.Agent) bool { return a.Key == key })]
	shift, err := demoSheet(who).Open()
	if err != nil {
		return time.Time{}, err
	}
	end := l.merchant.Now().Add(-2 * time.Hour)
	days := slices.DeleteFunc(shift.Between(end.AddDate(0, 0, -21), end), func(x hours.Interval) bool { return x.To.Sub(x.From) < 5*time.Hour })
	if len(days) == 0 {
		return time.Time{}, nil
	}
	return days[max(len(days)-1-i%2, 0)].From.Add(3*time.Hour + time.Duration(i*7%45)*time.Minute), nil
}

// address gives a letter its writer: a customer of the store who speaks the language, about an order whose parcel is where
// the letter says, if there is one.
func (l *demoLoader) address(x *demoLetter, i int, at time.Time, used map[string]bool) {
	m := l.merchant
	t := &simulate.Thread{Key: fmt.Sprintf("letter%02d", i), Mailbox: "support", Customer: -1, Language: x.Language}
	mail := simulate.Mail{At: at, From: simulate.FromCustomer, Subject: x.Subject}
	if x.From != nil {
		mail.Name, mail.Address = x.From.Name, x.From.Address
	} else {
		best := -1
		for n := range m.Orders {
			o := &m.Orders[n]
			speaks := m.Customers[o.Customer].Language
			if o.Shop != "shopify" || used[o.Number] || o.PlacedAt.After(at.Add(-demoDay)) || speaks != x.Language && !strings.HasPrefix(speaks, x.Language+"-") {
				continue
			}
			if demoParcel(o) == x.Parcel {
				best = n
				break
			}
			if best < 0 || len(m.Orders[best].Fulfillments) == 0 {
				best = n
			}
		}
		if best >= 0 {
			who := m.Customers[m.Orders[best].Customer]
			t.Customer, x.order, mail.Name, mail.Address = m.Orders[best].Customer, m.Orders[best].Number, who.Name, who.Email
			used[x.order] = true
		}
	}
	gap := " "
	if slices.Contains([]string{"ja", "th", "zh-Hans", "zh-Hant"}, x.Language) {
		gap = ""
	}
	var text []string
	for _, s := range x.Sentences {
		text = append(text, strings.ReplaceAll(s.Text, "{order}", x.order))
	}
	mail.Text = strings.Join(text, gap)
	t.Messages = []simulate.Mail{mail}
	x.thread = t
}

// demoParcel says how the parcel of an order stands, in the words of a letter.
func demoParcel(o *simulate.Order) string {
	switch {
	case len(o.Fulfillments) == 0:
		return "waiting"
	case o.Fulfillments[len(o.Fulfillments)-1].DeliveredAt.IsZero():
		return "moving"
	}
	return "delivered"
}

// openRouting turns routing on, and puts into the translation memory what colleagues have approved before.
func (l *demoLoader) openRouting(ctx context.Context, letters []demoLetter) error {
	book := route.Default()
	book.On = true
	book.Weights = map[string]int{string(triage.Damaged): 2, string(triage.WarrantyRepair): 3}
	book.Rules = []route.Rule{{Name: "Ozon", When: route.When{Shops: []int64{int64(l.shops["ozon"].ID)}}, Team: l.teams["cis"]}}
	if _, err := l.core.Routing.Save(ctx, l.owner, book, 0); err != nil {
		return fmt.Errorf("turn routing on: %w", err)
	}
	if err := l.core.Tickets.SaveTag(ctx, l.owner, ticket.Tag{Name: demoLetterTag, Color: "sky"}); err != nil {
		return err
	}
	has := ticket.Condition{Group: true, All: true, Children: []ticket.Condition{{Field: "tag", Op: "has", Value: demoLetterTag}}}
	if _, err := l.core.Tickets.SaveView(ctx, l.owner, ticket.View{Name: "In 21 languages", Condition: has, Sort: "new"}); err != nil {
		return err
	}
	for i := range letters {
		x := &letters[i]
		for _, s := range slices.Concat(x.Sentences, x.Answer) {
			order := strings.NewReplacer("{order}", x.order)
			for _, to := range slices.Sorted(maps.Keys(s.In)) {
				if err := l.core.Translations.Learn(ctx, l.owner, x.Language, to, order.Replace(s.Text), order.Replace(s.In[to])); err != nil {
					return fmt.Errorf("memory of %s: %w", x.Language, err)
				}
			}
		}
	}
	return nil
}

// receive lets a letter come in by mail, has it given to somebody, and lets them read it in their language.
func (l *demoLoader) receive(ctx context.Context, x *demoLetter) error {
	raw := l.merchant.Raw(x.thread, 0, "")
	got := mailroom.Raw{Source: "demo:" + x.thread.Key, Body: raw, ReceivedAt: x.thread.Messages[0].At}
	if _, err := l.core.Mailroom.Accept(ctx, l.space.ID, l.boxes[x.thread.Mailbox].ID, []mailroom.Raw{got}, nil); err != nil {
		return err
	}
	if err := l.core.Mailroom.Process(ctx, job.Job{Workspace: l.space.ID}); err != nil {
		return err
	}
	found, err := l.core.Store.MessagesByKey(ctx, l.space.ID, []string{message.Parse(raw, message.DefaultLimits()).MessageID})
	if err != nil || len(found) == 0 {
		return err
	}
	x.ticket = found[0].Ticket
	if x.order != "" { // a case about the order would go on in the letter's ticket
		about, err := l.core.Orders.Find(ctx, l.owner, []string{order.Key(x.order)})
		if err != nil {
			return err
		}
		for _, o := range about {
			l.taken[o.ID] = true
		}
	}
	if err := l.core.Routing.Work(ctx, job.New(l.space.ID, routing.Job, struct{}{})); err != nil && !errors.As(err, new(job.Later)) {
		return fmt.Errorf("give the letter in %s: %w", x.Language, err)
	}
	t, by, language, err := l.reader(ctx, x.ticket)
	if err != nil || by.ID == 0 {
		return err
	}
	if _, err := l.core.Tickets.ChangeTags(ctx, by, t.ID, []string{demoLetterTag}, nil); err != nil || !translating.Apart(t.Language, language) {
		return err
	}
	if err := l.core.Translations.Turn(ctx, by, t, language, true); err != nil {
		return err
	}
	return l.work(ctx, translating.Queue, l.core.Translations.Work)
}

// reader returns a ticket, who has it, and the language in which they read. Nobody has an actor without an ID.
func (l *demoLoader) reader(ctx context.Context, id ticket.ID) (ticket.Ticket, auth.Actor, string, error) {
	t, err := l.core.Tickets.Get(ctx, l.owner, id)
	if err != nil || t.Assignee == 0 {
		return t, auth.Actor{}, "", err
	}
	who, err := l.core.Store.Person(ctx, l.space.ID, t.Assignee)
	for _, a := range l.actors {
		if a.Person() == t.Assignee {
			return t, a, who.Language, err
		}
	}
	return t, auth.Actor{}, "", err
}

// answer lets whoever has a letter answer it: with the first suggested macro that is in the customer's language and has no
// blank, else with words of their own, translated.
func (l *demoLoader) answer(ctx context.Context, x *demoLetter) error {
	if x.ticket == 0 {
		return nil
	}
	t, by, language, err := l.reader(ctx, x.ticket)
	if err != nil || by.ID == 0 {
		return err
	}
	if err := l.core.Tickets.MarkRead(ctx, by, t.ID, true); err != nil {
		return err
	}
	if len(x.Answer) > 0 {
		err = l.answerTranslated(ctx, x, t, by, language)
	} else {
		err = l.answerByMacro(ctx, t, by, language)
	}
	if err != nil {
		return fmt.Errorf("answer the letter in %s: %w", x.Language, err)
	}
	l.clock.to(l.clock.now().Add(l.core.UndoSend + time.Second))
	if err := l.drain(ctx); err != nil {
		return err
	}
	return l.work(ctx, translating.Queue, l.core.Translations.Work)
}

func (l *demoLoader) answerTranslated(ctx context.Context, x *demoLetter, t ticket.Ticket, by auth.Actor, language string) error {
	var words []string
	for _, s := range x.Answer {
		words = append(words, s.In[language])
	}
	p, err := l.core.Translations.Preview(ctx, by, t, language, strings.Join(words, " "))
	if err != nil {
		return err
	}
	_, err = l.core.Translations.Send(ctx, by, t, p.ID, p.Hash(), ticket.NewReply{Then: ticket.Pending, Waiting: ticket.ForCustomer})
	return err
}

func (l *demoLoader) answerByMacro(ctx context.Context, t ticket.Ticket, by auth.Actor, language string) error {
	thread, err := l.core.Tickets.Thread(ctx, by, t.Number, 0)
	if err != nil {
		return err
	}
	macros, err := l.core.Tickets.Macros(ctx, by)
	if err != nil {
		return err
	}
	values, err := l.core.macroValues(ctx, by, t)
	if err != nil {
		return err
	}
	values["agent.name"] = by.Name
	want, err := l.want(ctx, t)
	if err != nil {
		return err
	}
	for _, s := range ticket.Suggest(macros, thread.Messages[0].Reading, want) {
		c := s.Macro.Choose(want)
		body, blank := ticket.Expand(c.Body, values)
		if !c.Spoken() || len(blank) > 0 {
			continue
		}
		if translating.Apart(t.Language, language) {
			mine, _ := ticket.Expand(s.Macro.Body(language), values)
			if err := l.pair(ctx, t.Language, language, body, mine); err != nil {
				return err
			}
		}
		_, err := l.core.Tickets.Reply(ctx, by, t.ID, ticket.NewReply{Body: body, Macro: s.Macro.ID})
		return err
	}
	return nil // in a small world the order may not have shipped: the letter waits for its person
}

// want says for whom a macro's text is chosen.
func (l *demoLoader) want(ctx context.Context, t ticket.Ticket) (ticket.Want, error) {
	w := ticket.Want{Language: t.Language}
	who, err := l.core.Customers.Get(ctx, l.owner, t.Customer)
	if err != nil {
		return w, err
	}
	if h, ok := habit.Of(who.Country); ok {
		w.Market, w.Address = who.Country, h.Formality
	}
	return w, nil
}

// pair remembers two texts of a macro sentence by sentence, if they have as many.
func (l *demoLoader) pair(ctx context.Context, from, to, source, target string) error {
	sentences := func(text string) (out []string) {
		if m, err := translate.Protect(text, nil, nil); err == nil {
			for _, p := range m.Pieces() {
				if p.Sentence {
					out = append(out, p.Source())
				}
			}
		}
		return out
	}
	a, b := sentences(source), sentences(target)
	if len(a) != len(b) {
		return nil
	}
	for i := range a {
		if err := l.core.Translations.Learn(ctx, l.owner, from, to, a[i], b[i]); err != nil {
			return err
		}
	}
	return nil
}

// work runs the jobs of a queue that are due at the story's time.
func (l *demoLoader) work(ctx context.Context, queue string, do func(context.Context, job.Job) error) error {
	for {
		now := l.clock.now()
		jobs, err := l.core.Store.Claim(ctx, queue, now, now.Add(time.Minute), 50)
		if err != nil || len(jobs) == 0 {
			return err
		}
		for _, j := range jobs {
			if err := do(ctx, j); err != nil {
				return err
			}
			if _, err := l.core.Store.Finish(ctx, j, now); err != nil {
				return err
			}
		}
	}
}

// drain runs the actions that are due at the story's time.
func (l *demoLoader) drain(ctx context.Context) error {
	return l.work(ctx, action.Queue, l.core.Actions.Handle)
}
