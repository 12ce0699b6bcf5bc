package crash

import (
	"bytes"
	"encoding/json"
	"fmt"
	netmail "net/mail"
	"os"
	"slices"
	"strings"
)

// number reads one number from the database.
func (w *world) number(q string) (n int) {
	w.t.Helper()
	_, r := w.db.Pools()
	if err := r.QueryRowContext(w.t.Context(), q).Scan(&n); err != nil {
		w.t.Fatalf("%s: %v", q, err)
	}
	return n
}

// pairs reads rows of two texts.
func (w *world) pairs(q string) [][2]string {
	w.t.Helper()
	_, r := w.db.Pools()
	rows, err := r.QueryContext(w.t.Context(), q)
	w.must(err)
	defer rows.Close()
	var out [][2]string
	for rows.Next() {
		var p [2]string
		w.must(rows.Scan(&p[0], &p[1]))
		out = append(out, p)
	}
	w.must(rows.Err())
	return out
}

// arrived is how many files the mailbox has been given.
func (w *world) arrived() int {
	n := len(w.smtp.Messages())
	for _, m := range w.fed {
		n += m.copies
	}
	return n
}

// left says what is still to be done, "" if nothing is.
func (w *world) left() string {
	for _, x := range []struct {
		what, query string
		want        int
	}{
		{"mails read", `SELECT count(*) FROM intake WHERE state<>'new'`, w.arrived()},
		{"tickets without an answer", `SELECT count(*) FROM ticket WHERE status='new'`, 0},
		{"actions under way", `SELECT count(*) FROM action WHERE state IN ('ready','running','committing')`, 0},
		{"jobs waiting", `SELECT count(*) FROM job WHERE NOT dead`, 0},
	} {
		if n := w.number(x.query); n != x.want {
			return fmt.Sprintf("%s: %d, want %d", x.what, n, x.want)
		}
	}
	return ""
}

// count compares what the desk has with what the world gave it and got from it.
func (w *world) count() {
	w.countMail()
	w.countReplies()
	for what, q := range map[string]string{
		"mails that could not be processed":                 `SELECT count(*) FROM intake WHERE state<>'done'`,
		"actions without a clear end":                       `SELECT count(*) FROM action WHERE state NOT IN ('done','cancelled')`,
		"jobs, dead or alive":                               `SELECT count(*) FROM job`,
		"tickets that count their messages wrongly":         `SELECT count(*) FROM ticket t WHERE messages<>(SELECT count(*) FROM message m WHERE m.ticket_id=t.id)`,
		"mails not in the journal exactly once":             perMessage("inbound", "ticket.received"),
		"replies not in the journal exactly once":           perMessage("outbound", "ticket.replied"),
		"notes not in the journal exactly once":             perMessage("note", "ticket.noted"),
		"tickets not in the journal exactly once":           `SELECT count(*) FROM ticket t WHERE 1<>(SELECT count(*) FROM event e WHERE e.ticket_id=t.id AND e.kind='ticket.opened')`,
		"events about no message":                           `SELECT count(*) FROM event e WHERE subject_kind='message' AND NOT EXISTS (SELECT 1 FROM message m WHERE m.id=e.subject_id)`,
		"tickets without exactly one answer":                `SELECT count(*) FROM ticket t WHERE 1<>(SELECT count(*) FROM message m WHERE m.ticket_id=t.id AND m.kind='outbound')`,
		"gaps in the numbers of tickets":                    `SELECT coalesce(max(number),0)-count(*) FROM ticket`,
		"replies taken back and not in the journal so":      `SELECT count(*) FROM message m WHERE delivery='cancelled' AND 1<>(SELECT count(*) FROM event e WHERE e.ticket_id=m.ticket_id AND e.subject_id=m.id AND e.kind='ticket.unsent')`,
		"replies whose action says something else":          `SELECT count(*) FROM message m JOIN action a ON a.key='send:'||m.id WHERE m.kind='outbound' AND NOT (m.delivery='sent' AND a.state='done' OR m.delivery='cancelled' AND a.state='cancelled')`,
		"replies without an action, or the other way round": `SELECT (SELECT count(*) FROM message WHERE kind='outbound')-(SELECT count(*) FROM action)`,
	} {
		if n := w.number(q); n != 0 {
			w.t.Errorf("%s: %d", what, n)
		}
	}
	key := "message_id"
	if w.db.Lite() {
		key = "rowid"
		if got := w.pairs(`SELECT integrity_check, '' FROM pragma_integrity_check`); len(got) != 1 || got[0][0] != "ok" {
			w.t.Errorf("the database file is broken: %v", got)
		}
	}
	if n := w.number(`SELECT count(*) FROM message m LEFT JOIN message_term s ON s.` + key + `=m.id WHERE s.` + key + ` IS NULL`); n != 0 {
		w.t.Errorf("messages that the search does not know: %d", n)
	}
	if n := w.number(`SELECT (SELECT count(*) FROM message_term)-(SELECT count(*) FROM message)`); n != 0 {
		w.t.Errorf("the search knows %d messages that are not there", n)
	}
	w.foundThere = w.number(`SELECT count(*) FROM action WHERE detail='found in the mailbox'`)
	log, err := os.ReadFile(w.log)
	w.must(err)
	w.foundMissing = bytes.Count(log, []byte(`detail="not in the mailbox"`))
	if w.t.Failed() {
		w.fail("seed %d", *seed)
	}
}

func perMessage(kind, event string) string {
	return fmt.Sprintf(`SELECT count(*) FROM message m WHERE kind='%s'
		AND 1<>(SELECT count(*) FROM event e WHERE e.ticket_id=m.ticket_id AND e.subject_id=m.id AND e.kind='%s')`, kind, event)
}

// countMail compares the mails that came with the messages that the tickets have.
func (w *world) countMail() {
	tickets := map[string][]string{}
	for _, p := range w.pairs(`SELECT message_key, cast(ticket_id AS text) FROM message WHERE kind='inbound'`) {
		tickets[p[0]] = append(tickets[p[0]], p[1])
	}
	first := 0
	for _, m := range w.fed {
		switch got := tickets[m.key]; {
		case len(got) != 1:
			w.t.Errorf("mail %s is %d messages", m.key, len(got))
		case m.answers == "":
			first++
		case len(tickets[m.answers]) == 1 && got[0] != tickets[m.answers][0]:
			w.t.Errorf("mail %s is not in the ticket that it goes on from", m.key)
		}
	}
	if len(tickets) != len(w.fed) {
		w.t.Errorf("%d mails became %d messages", len(w.fed), len(tickets))
	}
	for what, want := range map[string]int{"ticket": first, "customer": w.customers, "intake": w.arrived()} {
		if got := w.number(`SELECT count(*) FROM ` + what); got != want {
			w.t.Errorf("rows of %s: %d, want %d", what, got, want)
		}
	}
}

// countReplies compares the replies with what the mail server took.
func (w *world) countReplies() {
	took := map[string]int{}
	for _, m := range w.smtp.Messages() {
		parsed, err := netmail.ReadMessage(bytes.NewReader(m.Body))
		w.must(err)
		key := strings.Trim(parsed.Header.Get("Message-ID"), "<>")
		took[key]++
		to, err := parsed.Header.AddressList("To")
		if err != nil || len(to) != 1 || len(m.To) != 2 || m.To[0] != to[0].Address || !slices.Contains(m.To, w.imap.User) {
			w.t.Errorf("reply %s went to %v (%v)", key, m.To, err)
		}
	}
	delivered := map[string]int{} // times the journal says that a message was sent
	for _, p := range w.pairs(`SELECT cast(subject_id AS text), cast(data AS text) FROM event WHERE kind='ticket.delivery'`) {
		var d struct{ State string }
		w.must(json.Unmarshal([]byte(p[1]), &d))
		if d.State == "sent" {
			delivered[p[0]]++
		}
	}
	for _, p := range w.pairs(`SELECT message_key, delivery||' '||id FROM message WHERE kind='outbound'`) {
		state, id, _ := strings.Cut(p[1], " ")
		want := 0
		switch state {
		case "sent":
			want = 1
			w.sent++
		case "cancelled":
			w.cancelled++
		default:
			w.t.Errorf("reply %s is %s", p[0], state)
			continue
		}
		if took[p[0]] != want || delivered[id] != want {
			w.t.Errorf("reply %s is %s; the server took it %d times, the journal has it sent %d times", p[0], state, took[p[0]], delivered[id])
		}
		delete(took, p[0])
	}
	if len(took) > 0 {
		w.t.Errorf("the server took what nobody wrote: %v", took)
	}
}
