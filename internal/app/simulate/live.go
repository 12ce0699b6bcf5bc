package simulate

import (
	"fmt"
	"time"
)

// liveStory is a conversation that has not begun when the history ends; its
// order is already among the merchant's.
type liveStory struct {
	story    *story
	locale   *locale
	shop     string
	customer int
	order    int // index in Merchant.Orders, -1 for none
}

// beat is the mean time between two live mails; each comes up to slack later
// than its beat, so that gaps lie between 20 and 40 seconds.
const (
	beat  = 30 * time.Second
	slack = 10 * time.Second
)

// Next returns the first mail that arrives later than after: its time, its
// bytes, and the address of the mailbox it is for. Calling it again with the
// returned time walks an endless stream; the same merchant always has the
// same stream, and a stream may be entered anywhere. Mail begins after the
// end of the history.
func (m *Merchant) Next(after time.Time) (at time.Time, raw []byte, mailbox string) {
	k := 0
	if d := after.Sub(m.config.Now); d > 0 {
		k = int(d / beat)
	}
	for at = m.beatAt(k); !at.After(after); at = m.beatAt(k) {
		k++
	}
	t, i := m.liveMail(k, at)
	return at, m.Raw(t, i, ""), m.mailbox(t.Mailbox).Address
}

func (m *Merchant) beatAt(k int) time.Time {
	d := newDice(m.config.Seed, "beat", k)
	return m.config.Now.Add(time.Duration(k)*beat + time.Second + time.Duration(d.n(int(slack/time.Second)))*time.Second)
}

// liveMail says what arrives on a beat. Every third beat takes up the thread
// that began seven beats earlier, every ninth continues one of the history;
// all others begin a new thread.
func (m *Merchant) liveMail(k int, at time.Time) (*Thread, int) {
	switch {
	case k%9 == 3 && k/9 < len(m.later):
		l := m.later[k/9]
		t := m.Threads[l.thread]
		l.mail.At = at
		t.Messages = append(t.Messages[:len(t.Messages):len(t.Messages)], l.mail)
		return &t, len(t.Messages) - 1
	case k%3 == 2 && k > 7:
		return m.liveThread(k-7, m.beatAt(k-7), at)
	}
	return m.liveThread(k, at, time.Time{})
}

// liveThread tells the thread that began on a beat; with a time for a second
// mail it adds that one: the story's own where nobody needs to have answered,
// else a reminder.
func (m *Merchant) liveThread(k int, start, again time.Time) (*Thread, int) {
	d := newDice(m.config.Seed, "livethread", k)
	l := m.live[k%len(m.live)]
	var o *Order
	if l.order >= 0 {
		o = &m.Orders[l.order]
	}
	who := &m.Customers[l.customer]
	t := m.open(l.locale, l.shop, l.story, who, o)
	t.Key = fmt.Sprintf("l%06d", k)
	t.Status = "new"
	t.Messages = m.perform(d, l.story, &t, o, start, 2)
	if again.IsZero() {
		t.Messages = t.Messages[:1]
		return &t, 0
	}
	if len(t.Messages) < 2 {
		tell := &teller{m: m, d: d, lang: t.Language, mood: l.story.mood, who: who, order: o, female: who.female, at: again}
		first := t.Messages[0]
		t.Messages = append(t.Messages, Mail{
			From: FromCustomer, Name: who.Name, Address: who.Email, Client: who.Client,
			Subject: m.books.phrase(t.Language, who.Client, "re") + " " + first.Subject,
			Text:    tell.say(d.pick(m.books.pools[base(t.Language)]["nudge"])),
		})
	}
	t.Messages[1].At = again
	return &t, 1
}
