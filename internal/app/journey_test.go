package app

import (
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"godwit.dev/godwit/internal/adapter/channel/email/message"
)

const (
	ownerMail = "li.wei@shop.example"
	beaMail   = "bea@shop.example"
	secret    = "a long enough secret"
	anna      = "Anna Kowalska <anna@client.example>"
)

// TestJourney is a merchant's first day: set up, connect the mailbox, answer,
// work together. Every page and form is the real one, every mail goes through
// real servers.
func TestJourney(t *testing.T) {
	everywhere(t, func(t *testing.T, w *world) {
		var owner, bea *browser
		var question string
		var sent *message.Message
		for _, step := range []struct {
			name string
			do   func()
		}{
			{"start", func() { w.start(time.Hour); owner = newBrowser(t, w.base()) }}, // nothing leaves before the restart
			{"set up", func() { w.foundsTheWorkspace(owner) }},
			{"connect the mailbox", func() { w.connectsTheMailbox(owner) }},
			{"import orders", func() { w.importsOrders() }},
			{"make a macro", func() { w.makesAMacro(owner) }},
			{"read the first mail", func() { question = w.readsTheFirstMail(owner) }},
			{"take a reply back", func() { w.takesAReplyBack(owner) }},
			{"restart", func() { w.stop(); w.start(50 * time.Millisecond); owner.base = w.base() }},
			{"answer", func() { sent = w.answersAfterARestart(owner, question) }},
			{"hear back", func() { w.hearsBack(owner, sent) }},
			{"invite a colleague", func() { bea = w.invitesAColleague(owner) }},
			{"work together", func() { w.worksTogether(owner, bea, sent) }},
			{"ask the carrier", func() { w.asksTheCarrier(owner) }},
			{"learn of a bounce", func() { w.learnsOfABounce(owner) }},
			{"send later", func() { w.sendsLater(owner) }},
			{"pause the mailbox", func() { w.pausesTheMailbox(owner) }},
			{"merge and split", func() { w.mergesAndSplits(owner) }},
			{"search", func() { w.findsInEveryScript(owner) }},
			{"bulk", func() { w.worksInBulk(owner) }},
			{"save a view", func() { w.savesAView(owner) }},
			{"take mail at the doors", func() { w.takesMailAtItsDoors(owner, sent) }},
			{"sign out", func() { w.signsOut(owner) }},
		} {
			began := time.Now()
			step.do()
			t.Logf("%-24s %s", step.name, time.Since(began).Round(time.Millisecond))
		}
	})
}

func (w *world) foundsTheWorkspace(b *browser) {
	b.open("/")
	if b.path != "/setup" {
		w.t.Fatalf("the first visit leads to %s", b.path)
	}
	fields := []string{"workspace", "Bar-tailed Trading", "name", "Li Wei", "email", ownerMail, "lang", "en", "zone", "Asia/Shanghai"}
	b.form("/setup").fill(fields...).fill("password", "short").press("")
	if b.status != 422 || b.path != "/setup" {
		w.t.Fatalf("a short password: %d at %s", b.status, b.path)
	}
	if name := b.form("/setup").values.Get("name"); name != "Li Wei" {
		w.t.Errorf("the form forgot the name: %q", name)
	}
	b.form("/setup").fill(fields...).fill("password", secret).press("")
	b.says("Bar-tailed Trading", say("empty.untaught.title"))
	if b.get("/setup"); b.status != 404 {
		w.t.Errorf("a second set-up: %d", b.status)
	}
}

func (w *world) connectsTheMailbox(b *browser) {
	b.open("/inbox/mine")
	b.open(b.link("/admin/mailboxes/new"))
	fields := func(password string) []string {
		port := func(address string) string { return address[strings.LastIndexByte(address, ':')+1:] }
		return []string{
			"name", "Bar-tailed help", "address", w.box.User, "signature", "Bar-tailed Trading\nHarbour 1",
			"in_kind", "imap", "in_host", w.box.Host, "in_port", port(w.box.Addr), "in_tls", "none", "in_user", w.box.User, "in_password", password,
			"out_kind", "smtp", "out_host", w.post.Host, "out_port", port(w.post.Addr), "out_tls", "none", "out_user", w.box.User, "out_password", password,
		}
	}
	b.form("/admin/mailboxes").fill(fields("wrong")...).press("do=test")
	if n := strings.Count(b.text(), say("mailtest.auth_failed")); n != 2 {
		w.t.Fatalf("a wrong password is told %d times:\n%s", n, b.text())
	}
	b.form("/admin/mailboxes").fill(fields(w.box.Password)...).press("do=test")
	if n := strings.Count(b.text(), say("mailtest.ok")); n != 2 {
		w.t.Fatalf("the right password works %d times:\n%s", n, b.text())
	}
	b.silent(say("field.secret_set")) // a test keeps nothing: the form must not say so
	b.form("/admin/mailboxes").fill(fields(w.box.Password)...).tick("plus_address", "1").press("do=save")
	b.says(w.box.User)
	w.t.Cleanup(func() {
		if w.t.Failed() {
			w.t.Log(w.box.Log())
		}
	})
}

func (w *world) importsOrders() {
	path := filepath.Join(w.t.TempDir(), "orders.csv")
	const rows = "Order Number,Email,Customer,Date,Currency,Total,SKU,Item,Quantity,Price,Tracking Number,Carrier\n" +
		"BT-1001,anna@client.example,Anna Kowalska,2026-11-02,EUR,49.90,HP-1,Shore headphones,1,49.90,RR123456785CN,China Post\n" +
		"BT-1002,bo@client.example,Bo Berg,2026-11-03,EUR,12.00,CB-2,Cable,2,6.00,,\n"
	if err := os.WriteFile(path, []byte(rows), 0o600); err != nil {
		w.t.Fatal(err)
	}
	out := w.command("import", "orders", path, "--shop", "Shore Sounds", "--currency", "EUR")
	if !strings.Contains(out, "Imported 2 orders: 2 new, 0 changed, 0 as they were. 0 left out.") {
		w.t.Fatal(out)
	}
}

func (w *world) makesAMacro(b *browser) {
	b.open("/admin/macros/new")
	b.form("/admin/macros").fill("name", "On its way", "add_tags", "shipping",
		"body", "Hello {{customer.first_name}}, your order {{order.number}} is on its way: {{order.tracking}}").press("do=save")
	b.says("On its way")
}

// readsTheFirstMail returns the Message-ID of a question, once it is shown.
func (w *world) readsTheFirstMail(b *browser) string {
	// The reader is connected and waits before the mail comes, so that the time
	// measured is that of IDLE.
	b.until("/admin/mailboxes", say("health.good"))
	live := b.listen(w.t.Context())
	began := time.Now()
	id := w.arrives(letter{from: anna, to: w.box.User, subject: "Wo ist meine Bestellung BT-1001?", body: "Guten Tag,\nmeine Bestellung BT-1001 ist noch nicht da.\nAnna"})
	hears(w.t, live, "ticket", `"number":1}`)
	w.t.Logf("from Maildir to the live stream: %s", time.Since(began).Round(time.Millisecond))
	b.open("/inbox/unassigned")
	b.says("Anna Kowalska", "Wo ist meine Bestellung BT-1001?", say("status.new"))
	b.open(b.link("/t/1"))
	b.says("meine Bestellung BT-1001 ist noch nicht da.", "BT-1001", "Shore headphones", "RR123456785CN", "€49.90", "Shore Sounds")
	return id
}

func (w *world) takesAReplyBack(b *browser) {
	macro := b.find("button", func(n *html.Node) bool {
		return strings.HasPrefix(attr(n, "formaction"), "/t/1/macro/") && attr(n, "title") == "Hello {{customer.first_name}}, your order {{order.number}} is on its way: {{order.tracking}}"
	})
	if len(macro) != 1 {
		w.t.Fatalf("%d macros to choose from", len(macro))
	}
	b.form("/t/1/reply").pressOn(macro[0])
	f := b.form("/t/1/reply")
	const words = "Hello Anna, your order BT-1001 is on its way: RR123456785CN"
	if got := f.values.Get("body"); got != words {
		w.t.Fatalf("the macro wrote %q", got)
	}
	f.attach("files", "Rechnung Größe.txt", "text/plain", []byte("invoice\n")).press("then=pending")
	b.says(say("delivery.held"), "Rechnung Größe.txt")
	b.form("/t/1/reply", "body")
	undo := b.find("form", func(n *html.Node) bool {
		return strings.HasPrefix(attr(n, "action"), "/t/1/send/") && strings.HasSuffix(attr(n, "action"), "/undo")
	})
	if len(undo) == 0 {
		w.t.Fatalf("no way to take the reply back:\n%s", b.text())
	}
	b.read(undo[0]).press("")
	if got := b.form("/t/1/reply").values.Get("body"); got != words {
		w.t.Errorf("after the undo the form holds %q", got)
	}
	b.says("Rechnung Größe.txt")
	if n := len(w.received("anna@client.example")); n != 0 {
		w.t.Errorf("%d mails left", n)
	}
}

func (w *world) answersAfterARestart(b *browser, question string) *message.Message {
	b.open("/t/1")
	b.says("meine Bestellung BT-1001 ist noch nicht da.", "Rechnung Größe.txt")
	f := b.form("/t/1/reply")
	if !strings.Contains(f.values.Get("body"), "RR123456785CN") {
		w.t.Fatalf("the restart lost the draft: %q", f.values.Get("body"))
	}
	f.fill("body", f.values.Get("body")+"\r\nBest wishes").press("then=pending")
	m := w.gets("anna@client.example", 0)
	if m.From[0].Address != w.box.User || m.From[0].Name != "Li Wei (Bar-tailed help)" {
		w.t.Errorf("from %v", m.From)
	}
	if len(m.To) != 1 || m.To[0].Address != "anna@client.example" || m.To[0].Name != "Anna Kowalska" {
		w.t.Errorf("to %v", m.To)
	}
	if len(m.InReplyTo) != 1 || m.InReplyTo[0] != question || len(m.References) != 1 || m.References[0] != question {
		w.t.Errorf("in reply to %v, references %v, not %s", m.InReplyTo, m.References, question)
	}
	if m.Subject != "Re: Wo ist meine Bestellung BT-1001?" {
		w.t.Errorf("subject %q", m.Subject)
	}
	if len(m.ReplyTo) != 1 || !strings.HasPrefix(m.ReplyTo[0].Address, "desk+gw-") {
		w.t.Errorf("reply to %v", m.ReplyTo)
	}
	for _, want := range []string{"Hello Anna, your order BT-1001 is on its way: RR123456785CN", "Best wishes", "Harbour 1"} {
		if strings.Count(m.Text, want) != 1 {
			w.t.Errorf("%q is not once in the text:\n%s", want, m.Text)
		}
	}
	if len(m.Attachments) != 1 || m.Attachments[0].Name != "Rechnung Größe.txt" || strings.TrimSpace(string(m.Attachments[0].Data)) != "invoice" {
		w.t.Errorf("attachments %+v", m.Attachments)
	}
	b.until("/t/1", say("delivery.sent"), say("status.pending"))
	if n := len(w.received("anna@client.example")); n != 1 {
		w.t.Errorf("%d mails left", n)
	}
	return m
}

func (w *world) hearsBack(b *browser, sent *message.Message) {
	w.arrives(letter{
		from: anna, to: sent.ReplyTo[0].Address, subject: "AW: Wo ist meine Bestellung BT-1001?",
		body:    "Vielen Dank, jetzt sehe ich die Sendung!\n\nAm 22.11.2026 um 10:00 schrieb Li Wei (Bar-tailed help) <" + w.box.User + ">:\n> Hello Anna, your order BT-1001 is on its way\n> Best wishes",
		headers: []string{"In-Reply-To: <" + sent.MessageID + ">", "References: <" + sent.MessageID + ">"},
	})
	b.until("/t/1", "Vielen Dank, jetzt sehe ich die Sendung!", say("status.open"))
	for _, n := range b.find("div", func(n *html.Node) bool { return attr(n, "class") == "text" }) {
		if text := textOf(n); strings.Contains(text, "Vielen Dank") && text != "Vielen Dank, jetzt sehe ich die Sendung!" {
			w.t.Errorf("the answer shows as %q", text)
		}
	}
	b.get("/t/2")
	if b.status != 404 {
		w.t.Error("the answer opened another ticket")
	}
}

// invitesAColleague returns the browser of a second person.
func (w *world) invitesAColleague(owner *browser) *browser {
	owner.open("/admin/people")
	owner.form("/admin/people/invite").fill("email", beaMail, "role", "agent").press("")
	codes := owner.find("code", func(n *html.Node) bool { return strings.Contains(textOf(n), "/invite/") })
	if len(codes) != 1 {
		w.t.Fatalf("no link:\n%s", owner.text())
	}
	link, err := url.Parse(textOf(codes[0]))
	if err != nil || "http://"+link.Host != w.base() {
		w.t.Fatal(textOf(codes[0]), err)
	}
	bea := newBrowser(w.t, w.base())
	bea.open(link.Path)
	bea.says("Bar-tailed Trading", beaMail)
	bea.form(link.Path).fill("name", "Bea Blum", "password", secret, "lang", "en", "zone", "Europe/Berlin").press("")
	if bea.status != 200 || !strings.HasPrefix(bea.path, "/inbox/") {
		w.t.Fatalf("accepting leads to %s (%d)\n%s", bea.path, bea.status, bea.text())
	}
	if again := newBrowser(w.t, w.base()); true {
		again.get(link.Path)
		if again.status == 200 {
			w.t.Error("the link works twice")
		}
	}
	if bea.get("/admin/mailboxes"); bea.status != 403 {
		w.t.Errorf("an agent at the mailboxes: %d", bea.status)
	}
	return bea
}
