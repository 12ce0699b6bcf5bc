package app

import (
	"fmt"
	"net"
	"net/smtp"
	"net/url"
	"slices"
	"strings"
	"time"

	gosmtp "github.com/emersion/go-smtp"
	"golang.org/x/net/html"

	"godwit.dev/godwit/internal/adapter/channel/email/message"
)

// worksTogether: a note calls the colleague, who takes the ticket, tags it and
// puts it aside until the customer writes again.
func (w *world) worksTogether(owner, bea *browser, sent *message.Message) {
	live := bea.listen(w.t.Context())
	owner.open("/t/1?tab=note")
	owner.form("/t/1/note").fill("body", "@Bea Blum please call the carrier").press("")
	owner.says("please call the carrier")
	hears(w.t, live, "toast", "/t/1")
	bea.open("/inbox/mentions")
	if got := bea.rows(); !slices.Equal(got, []string{"1"}) {
		w.t.Fatalf("mentions: %v\n%s", got, bea.text())
	}
	bea.open("/t/1")
	bea.says("please call the carrier", say("msg.note"))
	bea.form("/t/1/assign").press("assignee=me")
	bea.form("/t/1/tags").fill("tags", "Shipping, vip").press("")
	bea.form("/t/1/snooze", "until=tomorrow").press("until=tomorrow")
	bea.open("/inbox/snoozed")
	if got := bea.rows(); !slices.Equal(got, []string{"1"}) {
		w.t.Fatalf("snoozed: %v\n%s", got, bea.text())
	}
	w.arrives(letter{
		from: anna, to: w.box.User, subject: "Re: Wo ist meine Bestellung BT-1001?", body: "Noch eine Frage: bis wann kommt sie?",
		headers: []string{"References: <" + sent.MessageID + ">"},
	})
	bea.until("/inbox/mine", "Noch eine Frage: bis wann kommt sie?")
	if got := bea.rows(); !slices.Equal(got, []string{"1"}) {
		w.t.Fatalf("mine after the answer: %v", got)
	}
	bea.open("/t/1")
	bea.says("shipping", "vip", "Bea Blum", say("status.open"))
	if got := len(w.received("anna@client.example")); got != 1 {
		w.t.Errorf("the customer got %d mails: a note left", got)
	}
}

// asksTheCarrier: what is said with the carrier stays beside the thread.
func (w *world) asksTheCarrier(b *browser) {
	b.open("/t/1")
	f := b.form("/t/1/side")
	f.fill("party", "carrier", "to", "claims@carrier.example", "subject", "RR123456785CN", "body", "Where is this parcel?")
	f.press("")
	b.says(say("party.carrier"), "claims@carrier.example", "Where is this parcel?")
	asked := w.gets("claims@carrier.example", 0)
	if asked.Subject != "RR123456785CN" || strings.Contains(asked.Text, "Anna") || len(asked.CC) != 0 {
		w.t.Errorf("the carrier got %q, cc %v:\n%s", asked.Subject, asked.CC, asked.Text)
	}
	w.arrives(letter{
		from: "Claims <claims@carrier.example>", to: asked.ReplyTo[0].Address, subject: "Re: RR123456785CN", body: "It is in Leipzig.",
		headers: []string{"In-Reply-To: <" + asked.MessageID + ">", "References: <" + asked.MessageID + ">"},
	})
	b.until("/t/1", "It is in Leipzig.")
	sides := b.find("section", func(n *html.Node) bool { return attr(n, "class") == "side" })
	if len(sides) != 1 || !strings.Contains(textOf(sides[0]), "It is in Leipzig.") {
		w.t.Errorf("the carrier's answer is not in the side:\n%s", b.text())
	}
	if to := b.form("/t/1/reply").values.Get("to"); strings.Contains(to, "carrier") || !strings.Contains(to, "anna@client.example") {
		w.t.Errorf("an answer would go to %s", to)
	}
	if n := len(w.received("anna@client.example")); n != 1 {
		w.t.Errorf("the customer got %d mails", n)
	}
}

// learnsOfABounce: a mail that comes back marks the reply that it was.
func (w *world) learnsOfABounce(b *browser) {
	b.open("/t/1")
	b.form("/t/1/reply").fill("body", "By Friday.").press("then=pending")
	sent := w.gets("anna@client.example", 1)
	b.until("/t/1", "By Friday.", say("delivery.sent"))
	w.arrives(letter{
		from: "Mail Delivery System <MAILER-DAEMON@mx.client.example>", to: w.box.User, subject: "Undelivered Mail Returned to Sender",
		headers: []string{"Auto-Submitted: auto-replied", `Content-Type: multipart/report; report-type=delivery-status; boundary="b"`},
		body: "--b\nContent-Type: text/plain\n\nThe mailbox is full.\n--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.client.example\n\n" +
			"Final-Recipient: rfc822; anna@client.example\nAction: failed\nStatus: 5.2.2\nDiagnostic-Code: smtp; 552 5.2.2 mailbox full\n\n" +
			"--b\nContent-Type: text/rfc822-headers\n\nMessage-ID: <" + sent.MessageID + ">\n\n--b--",
	})
	b.until("/t/1", say("delivery.bounced"), say("status.open"))
	if b.get("/t/2"); b.status != 404 {
		w.t.Error("the bounce opened a ticket")
	}
	retry := b.formBy("/t/1", func() *form { return b.formEnding("/t/1/send/", "/retry") })
	retry.press("")
	if again := w.gets("anna@client.example", 2); !strings.Contains(again.Text, "By Friday.") {
		w.t.Errorf("sent again: %s", again.Text)
	}
}

// sendsLater: a reply waits for its hour in the writer's zone, or until somebody
// is impatient.
func (w *world) sendsLater(b *browser) {
	shanghai, err := time.LoadLocation("Asia/Shanghai")
	if err != nil {
		w.t.Fatal(err)
	}
	n := len(w.received("anna@client.example"))
	b.open("/t/1")
	b.form("/t/1/reply").fill("body", "In a moment.", "at", time.Now().Add(5*time.Second).In(shanghai).Format("2006-01-02T15:04:05")).press("then=open")
	b.until("/t/1", "In a moment.", say("delivery.scheduled"))
	if got := len(w.received("anna@client.example")); got != n {
		w.t.Errorf("%d mails left at once", got-n)
	}
	b.open("/t/1")
	b.form("/t/1/reply").fill("body", "Tomorrow.", "at", time.Now().Add(24*time.Hour).In(shanghai).Format("2006-01-02T15:04")).press("then=open")
	b.formBy("/t/1", func() *form { return b.formEnding("/t/1/send/", "/now") })
	var tomorrow *form
	for _, li := range b.find("li", func(x *html.Node) bool {
		return strings.Contains(textOf(x), "Tomorrow.") && strings.HasPrefix(attr(x, "id"), "m-")
	}) {
		tomorrow = b.formEnding("/t/1/send/"+strings.TrimPrefix(attr(li, "id"), "m-"), "/now")
	}
	tomorrow.press("")
	texts := w.gets("anna@client.example", n).Text + w.gets("anna@client.example", n+1).Text
	if !strings.Contains(texts, "In a moment.") || !strings.Contains(texts, "Tomorrow.") {
		w.t.Errorf("left: %s", texts)
	}
}

// formEnding returns the form whose action begins and ends so, or nil.
func (b *browser) formEnding(prefix, suffix string) *form {
	for _, n := range b.find("form", func(n *html.Node) bool {
		return strings.HasPrefix(attr(n, "action"), prefix) && strings.HasSuffix(attr(n, "action"), suffix)
	}) {
		return b.read(n)
	}
	return nil
}

// formBy opens a page until it has a form.
func (b *browser) formBy(path string, look func() *form) *form {
	b.t.Helper()
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		b.open(path)
		if f := look(); f != nil {
			return f
		}
	}
	b.t.Fatalf("%s has no such form:\n%s", path, b.text())
	return nil
}

// pausesTheMailbox: a reply written meanwhile waits, is not lost, and leaves as
// soon as the mailbox goes on.
func (w *world) pausesTheMailbox(b *browser) {
	n := len(w.received("anna@client.example"))
	b.open("/admin/mailboxes")
	path := ""
	for _, a := range b.find("a", func(x *html.Node) bool { return textOf(x) == w.box.User }) {
		path = attr(a, "href")
	}
	b.open(path)
	b.form(path).tick("disabled", "1").press("do=save")
	b.open("/t/1")
	b.form("/t/1/reply").fill("body", "After the pause.").press("then=open")
	time.Sleep(200 * time.Millisecond) // longer than an undo
	b.open("/t/1")
	b.silent(say("delivery.failed"))
	if got := len(w.received("anna@client.example")); got != n {
		w.t.Errorf("a paused mailbox sent %d mails", got-n)
	}
	b.open(path)
	f := b.form(path)
	f.values.Del("disabled")
	f.press("do=save")
	if m := w.gets("anna@client.example", n); !strings.Contains(m.Text, "After the pause.") || len(m.ReplyTo) != 1 {
		w.t.Errorf("after the pause: reply to %v\n%s", m.ReplyTo, m.Text)
	}
}

func (w *world) mergesAndSplits(b *browser) {
	const bo = "Bo Berg <bo@client.example>"
	w.arrives(letter{from: bo, to: w.box.User, subject: "Cable broken", body: "The cable of BT-1002 is broken."})
	b.until("/inbox/all", "Cable broken")
	w.arrives(letter{from: bo, to: w.box.User, subject: "A picture of the cable", body: "Here it is."})
	b.until("/inbox/all", "A picture of the cable")
	b.open("/t/3")
	b.form("/t/3/merge", "into").fill("into", "2").press("")
	if b.path != "/t/2" {
		w.t.Fatalf("a merge leads to %s", b.path)
	}
	b.says("The cable of BT-1002 is broken.", "Here it is.", say("said.merged", "From", "3", "Into", "2"))
	b.formEnding("/t/2/undo/", "").press("")
	b.open("/t/2")
	if text := b.thread(); strings.Contains(text, "Here it is.") {
		w.t.Errorf("after the undo: %s", text)
	}
	b.open("/t/3")
	b.says("Here it is.")
	b.form("/t/3/merge", "into").fill("into", "2").press("")

	b.open("/t/2")
	f := b.form("/t/2/split")
	var second string
	for _, n := range b.find("label", func(n *html.Node) bool { return strings.Contains(textOf(n), "Here it is.") }) {
		for x := range n.Descendants() {
			if attr(x, "name") == "messages" {
				second = attr(x, "value")
			}
		}
	}
	f.tick("messages", second).fill("subject", "Only the picture").press("")
	b.open("/t/4")
	b.says("Only the picture", "Here it is.")
	b.open("/t/2")
	if text := b.thread(); strings.Contains(text, "Here it is.") {
		w.t.Errorf("after the split: %s", text)
	}
}

// thread is what the messages of an open ticket say.
func (b *browser) thread() string {
	var out []string
	for _, n := range b.find("div", func(n *html.Node) bool { return attr(n, "class") == "text" }) {
		out = append(out, textOf(n))
	}
	return strings.Join(out, "\n")
}

func (w *world) findsInEveryScript(b *browser) {
	w.arrives(letter{from: "王芳 <fang@client.example>", to: w.box.User, subject: "=?UTF-8?B?6ICz5py66YCA5qy+?=", body: "耳机有杂音，我想申请退款。"})
	b.until("/inbox/all", "耳机退款")
	w.arrives(letter{from: "Ольга <olga@client.example>", to: w.box.User, subject: "=?UTF-8?B?0J3QsNGD0YjQvdC40LrQuA==?=", body: "Наушники не заряжаются, помогите."})
	b.until("/inbox/all", "Наушники")
	for q, want := range map[string]string{
		"杂音": "/t/5", "申请退款": "/t/5", "заряжаются": "/t/6", "from:olga@client.example": "/t/6", "tag:vip": "/t/1", "order:BT-1001": "/t/1", "Sendung": "/t/1",
	} {
		b.open("/search?q=" + url.QueryEscape(q))
		if got := b.link("/t/"); !strings.HasPrefix(got, want) {
			w.t.Errorf("%s finds %s", q, got)
		}
	}
	b.open("/search?q=nowhere")
	if n := len(b.find("a", func(n *html.Node) bool { return strings.HasPrefix(attr(n, "href"), "/t/") })); n != 0 {
		w.t.Errorf("a word that is nowhere finds %d", n)
	}
}

func (w *world) worksInBulk(b *browser) {
	b.open("/inbox/all")
	b.form("/inbox/bulk").fill("value", "status:solved").tick("numbers", "5", "6").press("do=apply")
	b.open("/inbox/solved")
	if got := b.rows(); !slices.Contains(got, "5") || !slices.Contains(got, "6") || slices.Contains(got, "1") {
		w.t.Fatalf("solved: %v", got)
	}
	b.open("/inbox/all")
	b.form("/inbox/bulk").fill("value", "priority:urgent").tick("numbers", "5", "6").press("do=apply")
	undo := b.formEnding("/inbox/bulk/undo/", "")
	if undo == nil {
		w.t.Fatalf("no way to take it back:\n%s", b.text())
	}
	undo.press("")
	b.open("/t/5")
	if n := len(b.find("button", func(n *html.Node) bool { return attr(n, "value") == "urgent" && attr(n, "aria-current") == "true" })); n != 0 {
		w.t.Error("the undo left the priority")
	}
}

func (w *world) savesAView(b *browser) {
	b.open("/views/new")
	f := b.form("/views")
	names := func(suffix string) string {
		for name := range f.known {
			if strings.HasSuffix(name, suffix) {
				return name
			}
		}
		w.t.Fatalf("no field %s in %v", suffix, f.known)
		return ""
	}
	// Without script another field's operators come when it is chosen.
	f.fill("name", "VIP", names("field"), "tag").press("do=preview")
	f = b.form("/views")
	f.fill(names("op"), "is", names("value"), "vip").press("do=save")
	if !strings.HasPrefix(b.path, "/inbox/") {
		w.t.Fatalf("saving leads to %s\n%s", b.path, b.text())
	}
	if got := b.rows(); !slices.Equal(got, []string{"1"}) {
		w.t.Errorf("the view shows %v", got)
	}
	b.says("VIP")
}

// takesMailAtItsDoors: other servers may deliver straight to Godwit.
func (w *world) takesMailAtItsDoors(b *browser, sent *message.Message) {
	mail := func(id, subject, words string) []byte {
		return fmt.Appendf(nil, "From: %s\r\nTo: %s\r\nSubject: %s\r\nMessage-ID: <%s>\r\nDate: %s\r\n\r\n%s\r\n", anna, w.box.User, subject, id, time.Now().Format(time.RFC1123Z), words)
	}
	door := w.app.MailAddr(0)
	err := smtp.SendMail(door, nil, "anna@client.example", []string{sent.ReplyTo[0].Address}, mail("door1@client.example", "no trace", "By the signed address."))
	if err != nil {
		w.t.Fatal(err)
	}
	b.until("/t/1", "By the signed address.")
	if err := smtp.SendMail(door, nil, "anna@client.example", []string{"nobody@elsewhere.example"}, mail("door2@client.example", "relay", "x")); err == nil {
		w.t.Error("the door relays")
	}
	conn, err := net.Dial("tcp", w.app.MailAddr(1))
	if err != nil {
		w.t.Fatal(err)
	}
	lmtp := gosmtp.NewClientLMTP(conn)
	defer lmtp.Close()
	if err := lmtp.SendMail("anna@client.example", []string{w.box.User}, strings.NewReader(string(mail("door3@client.example", "Over LMTP", "By the side door.")))); err != nil {
		w.t.Fatal(err)
	}
	b.until("/inbox/all", "Over LMTP")
}

func (w *world) signsOut(b *browser) {
	b.open("/account")
	b.form("/sign-out").press("")
	if b.get("/t/1"); !strings.HasPrefix(b.path, "/sign-in") {
		w.t.Fatalf("signed out, /t/1 leads to %s", b.path)
	}
	b.form("/sign-in").fill("email", ownerMail, "password", "not the secret").press("")
	if b.status == 200 || !strings.HasPrefix(b.path, "/sign-in") {
		w.t.Errorf("a wrong password: %d at %s", b.status, b.path)
	}
	b.form("/sign-in").fill("email", strings.ToUpper(ownerMail), "password", secret).press("")
	if b.path != "/t/1" {
		w.t.Errorf("signing in leads to %s (%d)", b.path, b.status)
	}
}
