package simulate

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// laterMail is a customer's mail of a told thread that arrives only after the
// history ends.
type laterMail struct {
	thread int // index in Merchant.Threads
	mail   Mail
}

// tell turns a plan into a thread; mail due after the end of the history is
// kept back.
func (h *history) tell(p plan, i int) Thread {
	th := h.m.open(p.locale, p.shop, p.story, &h.m.Customers[p.customer], p.order)
	th.Key = fmt.Sprintf("t%05d", i)
	var d dice
	var mails []Mail
	for try := range 4 { // short texts repeat at times: other words, then
		d = newDice(h.m.config.Seed, "tell", i+try<<20)
		mails = h.m.perform(d, p.story, &th, p.order, p.start, -1)
		if !slices.ContainsFunc(mails, func(m Mail) bool { return h.told[m.Text] }) {
			break
		}
	}
	for _, mail := range mails {
		h.told[mail.Text] = true
	}
	if age := h.m.config.Now.Sub(p.start); age < 5*24*time.Hour {
		mails = backlog(d, mails)
	}
	h.m.settle(&th, mails, d)
	return th
}

// backlog leaves the later part of some young conversations out: the desk has
// not got to them yet, or the customer has not.
func backlog(d dice, mails []Mail) []Mail {
	first := slices.IndexFunc(mails, func(m Mail) bool { return m.From == FromAgent })
	switch {
	case first <= 0:
		return mails
	case d.chance(0.5):
		return mails[:first]
	case d.chance(0.5):
		return mails[:first+1]
	}
	return mails
}

// open makes the thread of a story, still without messages.
func (m *Merchant) open(l *locale, shop string, s *story, who *Customer, o *Order) Thread {
	th := Thread{
		Customer: who.ID, Topic: s.topic, Language: l.tag, Mood: s.mood, Outcome: s.outcome,
		Mailbox: "support", Priority: "normal",
	}
	for _, sh := range m.Shops {
		if sh.Key == shop {
			th.Mailbox = sh.Mailbox
		}
	}
	if o != nil {
		th.OrderNumber = o.Number
	}
	if who.Tier == "vip" {
		th.Tags = append(th.Tags, "vip")
		th.Priority = "high"
	}
	if s.mood == "angry" {
		th.Priority = "urgent"
	}
	th.Tags = append(th.Tags, tagsOf(s)...)
	th.Team = m.teamFor(base(l.tag))
	return th
}

func tagsOf(s *story) []string {
	var out []string
	if slices.ContainsFunc(s.lines, func(l said) bool { return l.photo != "" }) {
		out = append(out, "photo")
	}
	switch s.topic {
	case "customs_duty":
		out = append(out, "customs")
	case "lost_parcel":
		out = append(out, "carrier-claim")
	case "warranty_repair":
		out = append(out, "warranty")
	case "change_address":
		out = append(out, "address")
	}
	switch s.outcome {
	case "replaced":
		out = append(out, "resend")
	case "partial":
		out = append(out, "partial-refund")
	}
	return out
}

func (m *Merchant) teamFor(lang string) string {
	for _, t := range m.Teams {
		if slices.Contains(t.Languages, lang) {
			return t.Key
		}
	}
	return m.Teams[0].Key
}

// agentFor picks one who speaks the language, else one of the team.
func (m *Merchant) agentFor(d dice, lang, team string) *Agent {
	var fit, near []*Agent
	for i := range m.Agents {
		a := &m.Agents[i]
		if a.Role == "owner" {
			continue
		}
		if slices.Contains(a.Languages, lang) {
			fit = append(fit, a)
		}
		if a.Team == team {
			near = append(near, a)
		}
	}
	if len(fit) > 0 {
		return fit[d.n(len(fit))]
	}
	return near[d.n(len(near))]
}

// perform speaks the lines of a story from start on. Only the first limit
// customer mails before any answer are spoken when limit is not negative.
func (m *Merchant) perform(d dice, s *story, th *Thread, o *Order, start time.Time, limit int) []Mail {
	who := &m.Customers[th.Customer]
	agent := m.agentFor(d, base(th.Language), th.Team)
	t := &teller{m: m, d: d, lang: th.Language, mood: s.mood, who: who, order: o, agent: agent}
	at := start
	t.at = at
	subject := t.say(d.pick(s.subjects))
	var mails []Mail
	for i, l := range s.lines {
		if limit >= 0 && (l.who != FromCustomer || len(mails) == limit) {
			break
		}
		if i > 0 {
			at = at.Add(m.pause(d, l))
		}
		t.at, t.agent, t.female = at, agent, who.female
		mail := Mail{At: at, From: l.who, Subject: subject}
		switch l.who {
		case FromCustomer:
			mail.Name, mail.Address, mail.Client = who.Name, who.Email, who.Client
			mail.Text = t.customerText(i, l.text)
			mail.Subject = m.subject(th, who, subject, i)
			if l.photo != "" {
				mail.Attachments = picture(d, l.photo, who.Client, s.product, at)
			}
		case FromAgent:
			t.female = womanly(agent)
			mail.Agent = agent.Key
			mail.Text = t.framed("dear", l.text, "regards")
			mail.Subject = "Re: " + m.subject(th, who, subject, 0)
		case FromNote:
			by := agent
			if i > 0 && s.lines[i-1].who == FromNote {
				by = m.colleague(d, agent)
			}
			t.female, mail.Agent = womanly(by), by.Key
			mail.Text = m.note(t, by, l.text)
			mail.Subject = ""
		default:
			name, address, _ := strings.Cut(l.as, " <")
			mail.Name, mail.Address = t.say(name), strings.TrimSuffix(address, ">")
			mail.Text, mail.Client = t.say(strings.TrimPrefix(l.text, "~")), "machine"
		}
		mails = append(mails, mail)
		if l.who == FromAgent && limit < 0 {
			if echo, ok := m.echo(d, t, th, mail); ok {
				mails = append(mails, echo)
			}
		}
	}
	return mails
}

// note begins, now and then, with whom it is for or what it is about.
func (m *Merchant) note(t *teller, by *Agent, text string) string {
	switch t.d.n(4) {
	case 0:
		text = "@" + m.colleague(t.d, by).Key + " " + text
	case 1:
		if t.order != nil {
			text = "{order}: " + text
		}
	case 2:
		text = "@" + m.colleague(t.d, by).Key + " @" + m.colleague(t.d, by).Key + "\n" + text
	}
	return t.say(text)
}

func womanly(a *Agent) bool {
	return slices.Contains([]string{"zhou", "mina", "aliya", "jelena", "ximena"}, a.Key)
}

// customerText opens the first mail always and later ones now and then.
func (t *teller) customerText(i int, text string) string {
	if i > 0 && !strings.HasPrefix(text, "~") {
		switch t.d.n(5) {
		case 0:
			return t.say(text)
		case 1:
			return t.say(text + "\n\n{first}")
		default: // a thank-you note needs no plea for an answer
			hi := t.d.pick(t.m.books.pools[base(t.lang)]["hi"])
			return t.say(hi + "\n\n" + text + t.d.pick([]string{"", "\n\n{name}", "\n\n{first}"}))
		}
	}
	return t.framed("hi", text, "bye")
}

func (m *Merchant) pause(d dice, l said) time.Duration {
	if l.after > 0 {
		return l.after + time.Duration(d.between(-600, 600))*time.Second*time.Duration(min(1, l.after/time.Hour))
	}
	minutes := func(lo, hi int) time.Duration { return time.Duration(d.between(lo*60, hi*60)) * time.Second }
	switch l.who {
	case FromAgent:
		return minutes(40, 11*60)
	case FromNote:
		return minutes(10, 90)
	}
	return minutes(70, 30*60)
}

func (m *Merchant) colleague(d dice, not *Agent) *Agent {
	for {
		if a := &m.Agents[d.n(len(m.Agents))]; a.Key != not.Key {
			return a
		}
	}
}

// subject is what stands above a customer's mail: their own words, their
// client's answer prefix, or what a marketplace makes of it.
func (m *Merchant) subject(th *Thread, who *Customer, own string, i int) string {
	switch who.Client {
	case "amazon":
		own = fmt.Sprintf("Inquiry from customer %s (Order: %s)", who.Given, th.OrderNumber)
		if base(th.Language) == "de" {
			own = fmt.Sprintf("Anfrage von Kunde %s (Bestellung: %s)", who.Given, th.OrderNumber)
		}
		if th.OrderNumber == "" {
			own, _, _ = strings.Cut(own, " (")
		}
		return own
	case "ozon":
		return strings.TrimSpace("Сообщение от покупателя " + who.Given + " " + th.OrderNumber)
	}
	if i == 0 {
		return own
	}
	return m.books.phrase(th.Language, who.Client, "re") + " " + own
}

// echo is what a customer's mail system now and then answers by itself.
func (m *Merchant) echo(d dice, t *teller, th *Thread, answered Mail) (Mail, bool) {
	who := t.who
	if who.Client == "amazon" || who.Client == "ozon" {
		return Mail{}, false
	}
	at := answered.At.Add(time.Duration(d.between(4, 50)) * time.Second)
	switch auto := m.books.pools[base(th.Language)]["auto"]; {
	case d.chance(0.025) && len(auto) > 0:
		t.at, t.female = at, who.female
		text, head := t.say(d.pick(auto)), ""
		head, text, _ = strings.Cut(text, "\n")
		return Mail{At: at, From: FromAuto, Name: who.Name, Address: who.Email, Subject: head, Text: strings.TrimSpace(text), Client: who.Client}, true
	case d.chance(0.012):
		_, host, _ := strings.Cut(who.Email, "@")
		status := [][2]string{
			{"5.2.2", "552 5.2.2 Mailbox full: quota exceeded"},
			{"5.1.1", "550 5.1.1 User unknown in virtual mailbox table"},
			{"4.4.1", "451 4.4.1 Connection timed out, giving up after 4 days"},
		}[d.n(3)]
		text := "This is the mail system at host mx1." + host + ".\n\nI'm sorry to have to inform you that your message could not\nbe delivered to one or more recipients.\n\n" +
			"<" + who.Email + ">: host mx1." + host + " said: " + status[1] + "\n"
		return Mail{At: at, From: FromBounce, Name: "Mail Delivery System", Address: "mailer-daemon@" + host, Subject: "Undelivered Mail Returned to Sender", Text: text, Client: "mta"}, true
	}
	return Mail{}, false
}

// settle files the mails that have happened with the thread and derives where
// the thread stands; what lies ahead stays at the end of Messages until
// collectLater takes it.
func (m *Merchant) settle(th *Thread, mails []Mail, d dice) {
	now := m.config.Now
	th.Messages = mails
	past := mails[:0:0]
	for _, mail := range mails {
		if !mail.At.After(now) {
			past = append(past, mail)
		}
	}
	last, answered := past[0], false
	for _, mail := range past {
		if mail.From == FromAgent {
			answered, th.Assignee = true, mail.Agent
		}
		if mail.From == FromNote && th.Assignee == "" {
			th.Assignee = mail.Agent
		}
		if mail.From != FromNote && mail.From != FromAuto {
			last = mail
		}
	}
	quiet := now.Sub(last.At)
	finished := len(past) == len(mails)
	switch {
	case quiet > 21*24*time.Hour:
		th.Status = "closed"
	case quiet > 6*24*time.Hour || finished && answered && quiet > 48*time.Hour:
		th.Status = "solved"
	case !answered:
		th.Status = "new"
		if th.Assignee != "" || d.chance(0.3) {
			th.Status = "open"
		}
	case last.From == FromAgent:
		th.Status = "pending"
	default:
		th.Status = "open"
	}
	if th.Status != "solved" && th.Status != "closed" {
		th.Outcome = ""
	}
}

// collectLater moves what lies ahead out of the threads. A customer's mail
// that would follow an answer not yet given never comes.
func (h *history) collectLater() {
	now := h.m.config.Now
	for i := range h.m.Threads {
		th := &h.m.Threads[i]
		cut := slices.IndexFunc(th.Messages, func(m Mail) bool { return m.At.After(now) })
		if cut < 0 {
			continue
		}
		if ahead := th.Messages[cut]; ahead.From == FromCustomer {
			h.m.later = append(h.m.later, laterMail{i, ahead})
		}
		th.Messages = slices.Clip(th.Messages[:cut])
	}
}

// notice makes a thread of mail that no customer wrote.
func (h *history) notice(d dice, i int, start time.Time) Thread {
	all := h.m.books.notices
	s := all[(newDice(h.m.config.Seed, "notices", 0).n(len(all))+i)%len(all)]
	lang := s.keys["lang"]
	t := &teller{m: h.m, d: d, lang: lang, at: start}
	th := Thread{
		Key: fmt.Sprintf("n%05d", i), Mailbox: s.keys["box"], Customer: -1, Topic: "other", Language: lang, Outcome: s.outcome,
		Mood: "neutral", Priority: "normal", Tags: tagsOf(s),
	}
	th.Team = h.m.teamFor(base(lang))
	if s.keys["order"] != "none" {
		var fit []*Order
		for k := range h.m.Orders {
			o := &h.m.Orders[k]
			if o.Shop == s.shops[0] && len(o.Fulfillments) > 0 && o.PlacedAt.Before(start) && start.Sub(o.PlacedAt) < 60*24*time.Hour {
				fit = append(fit, o)
			}
		}
		if len(fit) == 0 {
			fit = []*Order{&h.m.Orders[0]}
		}
		t.order = fit[d.n(len(fit))]
		t.who = &h.m.Customers[t.order.Customer]
		th.OrderNumber = t.order.Number
	}
	t.agent = h.m.agentFor(d, base(lang), th.Team)
	subject := t.say(d.pick(s.subjects))
	var mails []Mail
	at := start
	for k, l := range s.lines {
		if k > 0 {
			at = at.Add(h.m.pause(d, l))
		}
		t.at = at
		mail := Mail{At: at, From: l.who, Subject: subject, Text: t.say(strings.TrimPrefix(l.text, "~")), Client: "machine"}
		switch l.who {
		case FromAgent, FromNote:
			mail.Agent, mail.Client = t.agent.Key, ""
		default:
			name, address, _ := strings.Cut(l.as, " <")
			mail.Name, mail.Address = name, strings.TrimSuffix(address, ">")
			if l.who != FromSupplier {
				mail.HTML = noticeHTML(subject, mail.Text)
			}
		}
		mails = append(mails, mail)
	}
	h.m.settle(&th, mails, d)
	return th
}

// noticeHTML sets a notice as the mailing systems of platforms do.
func noticeHTML(title, text string) string {
	var b strings.Builder
	b.WriteString(`<!DOCTYPE html><html><body style="margin:0;background:#f3f3f3"><table width="100%" cellpadding="0" cellspacing="0"><tr><td align="center"><table width="600" style="background:#ffffff;font-family:Arial,sans-serif;font-size:14px;color:#222"><tr><td style="padding:24px"><h2 style="font-size:18px">`)
	b.WriteString(escape(title))
	b.WriteString("</h2>")
	for p := range strings.SplitSeq(text, "\n\n") {
		b.WriteString("<p>" + strings.ReplaceAll(escape(p), "\n", "<br>") + "</p>")
	}
	b.WriteString(`</td></tr></table></td></tr></table></body></html>`)
	return b.String()
}

func escape(s string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;").Replace(s)
}
