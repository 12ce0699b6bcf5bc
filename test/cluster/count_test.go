package cluster

import (
	"bytes"
	"fmt"
	netmail "net/mail"
	"slices"
	"strings"
)

// left says what is still to be done, "" if nothing is.
func (w *world) left() string {
	for _, x := range []struct {
		what, query string
		want        int64
	}{
		{"mails read", `SELECT count(*) FROM intake WHERE state<>'new'`, int64(len(w.fed) + len(w.smtp.Messages()))},
		{"tickets without an answer", fmt.Sprintf(`SELECT count(*) FROM ticket t WHERE number<>%d AND NOT EXISTS (SELECT 1 FROM message m WHERE m.ticket_id=t.id AND m.kind='outbound')`, apart), 0},
		{"actions under way", `SELECT count(*) FROM action WHERE state IN ('ready','running','committing')`, 0},
		{"jobs waiting", `SELECT count(*) FROM job WHERE NOT dead`, 0},
	} {
		if n, ok := w.number(x.query); n != x.want || !ok {
			return fmt.Sprintf("%s: %d, want %d", x.what, n, x.want)
		}
	}
	return ""
}

// texts reads rows of text.
func (w *world) texts(q string) []string {
	w.t.Helper()
	rows, err := w.db.QueryContext(w.t.Context(), q)
	must(w.t, err)
	defer rows.Close()
	var out []string
	for rows.Next() {
		var s string
		must(w.t, rows.Scan(&s))
		out = append(out, s)
	}
	must(w.t, rows.Err())
	return out
}

// count compares what the desk has with what the world gave it, got from it, and
// was told by it.
func (w *world) count() {
	w.t.Helper()
	for what, q := range map[string]string{
		"mails that could not be processed":                 `SELECT count(*) FROM intake WHERE state<>'done'`,
		"actions without a clear end":                       `SELECT count(*) FROM action WHERE state NOT IN ('done','cancelled')`,
		"jobs, dead or alive":                               `SELECT count(*) FROM job`,
		"tickets that count their messages wrongly":         `SELECT count(*) FROM ticket t WHERE messages<>(SELECT count(*) FROM message m WHERE m.ticket_id=t.id)`,
		"mails not in the journal exactly once":             perMessage("inbound", "ticket.received"),
		"replies not in the journal exactly once":           perMessage("outbound", "ticket.replied"),
		"notes not in the journal exactly once":             perMessage("note", "ticket.noted"),
		"tickets not in the journal exactly once":           `SELECT count(*) FROM ticket t WHERE 1<>(SELECT count(*) FROM event e WHERE e.ticket_id=t.id AND e.kind='ticket.opened')`,
		"tickets without exactly one answer":                fmt.Sprintf(`SELECT count(*) FROM ticket t WHERE number<>%d AND 1<>(SELECT count(*) FROM message m WHERE m.ticket_id=t.id AND m.kind='outbound')`, apart),
		"gaps in the numbers of tickets":                    `SELECT coalesce(max(number),0)-count(*) FROM ticket`,
		"replies whose action says something else":          `SELECT count(*) FROM message m JOIN action a ON a.key='send:'||m.id WHERE m.kind='outbound' AND NOT (m.delivery='sent' AND a.state='done')`,
		"replies without an action, or the other way round": `SELECT (SELECT count(*) FROM message WHERE kind='outbound')-(SELECT count(*) FROM action)`,
		"messages that the search does not know":            `SELECT count(*) FROM message m LEFT JOIN message_term s ON s.message_id=m.id WHERE s.message_id IS NULL`,
	} {
		if n, ok := w.number(q); n != 0 || !ok {
			w.t.Errorf("%s: %d", what, n)
		}
	}
	w.countMails()
	w.countReplies()
	w.countNotes()
	if w.t.Failed() {
		w.fail("what is there is not what there should be")
	}
}

func perMessage(kind, event string) string {
	return fmt.Sprintf(`SELECT count(*) FROM message m WHERE kind='%s'
		AND 1<>(SELECT count(*) FROM event e WHERE e.ticket_id=m.ticket_id AND e.subject_id=m.id AND e.kind='%s')`, kind, event)
}

func (w *world) countMails() {
	got := map[string]int{}
	for _, key := range w.texts(`SELECT message_key FROM message WHERE kind='inbound'`) {
		got[key]++
	}
	for _, key := range w.fed {
		if got[key] != 1 {
			w.t.Errorf("mail %s is %d messages", key, got[key])
		}
	}
	if len(got) != len(w.fed) {
		w.t.Errorf("%d mails became %d messages", len(w.fed), len(got))
	}
	if n, _ := w.number(`SELECT count(*) FROM ticket`); n != int64(len(w.fed)) {
		w.t.Errorf("%d mails became %d tickets", len(w.fed), n)
	}
}

// countReplies compares the replies with what the mail server took, and with
// what the agents were told.
func (w *world) countReplies() {
	took := map[string]int{}
	for _, m := range w.smtp.Messages() {
		if slices.Equal(m.To, []string{owner}) {
			continue // a letter about a sign-in from a new browser
		}
		parsed, err := netmail.ReadMessage(bytes.NewReader(m.Body))
		must(w.t, err)
		took[strings.Trim(parsed.Header.Get("Message-ID"), "<>")]++
		if len(m.To) != 2 || !slices.Contains(m.To, w.imap.User) {
			w.t.Errorf("a reply went to %v", m.To)
		}
	}
	keys := w.texts(`SELECT message_key FROM message WHERE kind='outbound'`)
	for _, key := range keys {
		if took[key] != 1 {
			w.t.Errorf("the mail server took reply %s %d times", key, took[key])
		}
	}
	if len(took) != len(keys) {
		w.t.Errorf("%d replies, and the mail server took %d letters", len(keys), len(took))
	}
	answered := w.texts(`SELECT cast(t.number AS text) FROM message m JOIN ticket t ON t.id=m.ticket_id WHERE m.kind='outbound'`)
	for n := range w.tally.answered {
		if !slices.Contains(answered, fmt.Sprint(n)) {
			w.t.Errorf("the answer to ticket %d was acknowledged and is not there", n)
		}
	}
}

// countNotes: one that was acknowledged is there once, and one that was still
// asked for when the agents stopped at most once.
func (w *world) countNotes() {
	got := map[string]int{}
	for _, text := range w.texts(`SELECT body FROM message WHERE kind='note' AND body LIKE 'note %'`) {
		got[text]++
	}
	for text, acknowledged := range w.tally.noted {
		if n := got[text]; n > 1 || acknowledged && n == 0 {
			w.t.Errorf("%q is there %d times (acknowledged %v)", text, n, acknowledged)
		}
		delete(got, text)
	}
	for text := range got {
		w.t.Errorf("%q is there although it was refused", text)
	}
}
