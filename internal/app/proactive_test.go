package app

import (
	"net/http"
	"net/http/httptest"
	"net/mail"
	"net/url"
	"strings"
	"testing"
	"time"

	"godwit.dev/godwit/internal/adapter/channel/email/message"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/domain/shipment"
	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/flow/mailroom"
	"godwit.dev/godwit/internal/flow/proactive"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/job"
)

const lettersTo = "anna@client.example"

// told lets a carrier tell of a parcel and waits until the letter about it has left.
func (d *desk) told(tracking string, e shipment.Event) proactive.Letter {
	d.t.Helper()
	system := auth.ForSystem(d.space.ID)
	e.At, e.Zoned = time.Now(), true
	res, err := d.Shipments.Ingest(d.ctx, system, shipment.Delivery{Source: "test", Reports: []shipment.Report{{Number: shipment.Number{Number: tracking}, Event: e}}})
	if err != nil || len(res.Refused) > 0 {
		d.t.Fatal(err, res)
	}
	for range 3 { // the journal is read again and again
		if err := d.Proactive.Work(d.ctx, d.space.ID); err != nil {
			d.t.Fatal(err)
		}
	}
	list, err := d.Shipments.List(d.ctx, system, shipment.Filter{Key: order.TrackingKey(tracking)}, shipment.Cursor{}, 1)
	if err != nil || len(list) != 1 {
		d.t.Fatal(list, err)
	}
	var l proactive.Letter
	d.until("the letter has left", func() bool {
		all, err := d.Store.Letters(d.ctx, d.space.ID, list[0].Order)
		if err != nil || len(all) == 0 {
			return false
		}
		l = all[len(all)-1]
		return l.State != proactive.Planned && l.State != proactive.Leaving
	})
	return l
}

// TestLetterStory: a parcel that waits becomes one mail in its customer's language, with
// a link to its status and one click that ends such mail; the answer becomes a ticket of
// that order, what comes back is said on the letter, and who ended letters gets none.
func TestLetterStory(t *testing.T) {
	engines(t, func(t *testing.T, d *desk) {
		system := auth.ForSystem(d.space.ID)
		must := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		shop, _, err := d.Orders.EnsureShop(d.ctx, system, order.Shop{Name: "Greywing", Currency: "EUR"})
		must(err)
		policy := proactive.Default(d.space.ID, shop.ID)
		policy.On, policy.From, policy.Until, policy.Gap = true, 0, 24, 0
		_, err = d.Proactive.Set(d.ctx, system, policy)
		must(err)
		o, _, err := d.Orders.Save(d.ctx, system, order.New{
			Shop: shop.ID, Number: "GW-1042", Email: lettersTo, CustomerName: "Anna Kowalska", Currency: "EUR", Status: order.Open, PlacedAt: time.Now().Add(-48 * time.Hour),
			ShipTo:       order.Address{Name: "Anna Kowalska", City: "Dubai", Country: "AE"},
			Fulfillments: []order.Fulfillment{{Carrier: "China Post", Tracking: "RR123456785CN", ShippedAt: time.Now().Add(-24 * time.Hour)}},
		})
		must(err)
		l := d.told("RR123456785CN", shipment.Event{Status: shipment.ReadyForPickup, Place: shipment.Place{Country: "AE", City: "Dubai"}})
		if l.State != proactive.Left || l.Language != "ar" {
			t.Fatalf("%+v", l)
		}
		if n := len(d.out.Messages()); n != 1 {
			t.Fatalf("%d mails left", n)
		}
		raw := d.out.Messages()[0]
		head, err := mail.ReadMessage(strings.NewReader(string(raw.Body)))
		must(err)
		h := head.Header
		stop := strings.Trim(h.Get("List-Unsubscribe"), "<>")
		if h.Get("List-Unsubscribe-Post") != "List-Unsubscribe=One-Click" || !strings.HasPrefix(stop, "https://desk.shop.example/p/") || h.Get("Auto-Submitted") != "auto-generated" || h.Get("Content-Language") != "ar" {
			t.Errorf("header %v", h)
		}
		got := message.Parse(raw.Body, message.Limits{})
		for _, want := range []string{"GW-1042", "Greywing", "RR123456785CN", "Dubai", "/o/", stop} {
			if !strings.Contains(got.Text, want) {
				t.Errorf("the text has no %q:\n%s", want, got.Text)
			}
		}
		if !strings.Contains(got.HTML, `dir="rtl"`) || !strings.Contains(got.HTML, `<a href="`+stop) {
			t.Errorf("HTML: %s", got.HTML)
		}

		answer := d.mail(map[string]string{"Subject": "Re: " + l.Subject[:4], "From": "Anna <" + lettersTo + ">", "In-Reply-To": "<" + l.Key + ">", "References": "<" + l.Key + ">"}, "When do they close?")
		if tk := d.ticket(answer.Ticket); tk.Order != o.ID || tk.Shop != shop.ID {
			t.Errorf("the answer is about order %d of shop %d", tk.Order, tk.Shop)
		}
		stranger := d.mail(map[string]string{"Subject": "Hm", "From": "Eve <eve@other.example>", "References": "<" + l.Key + ">"}, "I was forwarded this.")
		if tk := d.ticket(stranger.Ticket); tk.Order != 0 || stranger.Ticket == answer.Ticket {
			t.Error("whoever holds a letter gets its order")
		}
		before := d.tickets()
		d.seq++
		bounce := strings.ReplaceAll(returned, "{key}", l.Key)
		_, err = d.Mailroom.Accept(d.ctx, d.space.ID, d.box.ID, []mailroom.Raw{{Source: "bounce", Body: []byte(strings.ReplaceAll(bounce, "\n", "\r\n")), ReceivedAt: time.Now()}}, nil)
		must(err)
		must(d.Mailroom.Process(d.ctx, job.Job{Workspace: d.space.ID}))
		d.until("the return is noted", func() bool {
			x, err := d.Store.Letter(d.ctx, d.space.ID, l.ID)
			return err == nil && x.State == proactive.Bounced && strings.Contains(x.Problem, "5.1.1")
		})
		if d.tickets() != before {
			t.Error("the return of a letter opened a ticket")
		}

		door := httptest.NewServer(d.portalDoor(ServeConfig{}, http.NotFoundHandler()))
		defer door.Close()
		res, err := http.Post(door.URL+strings.TrimPrefix(stop, "https://desk.shop.example"), "application/x-www-form-urlencoded", strings.NewReader(url.Values{"List-Unsubscribe": {"One-Click"}}.Encode()))
		must(err)
		must(res.Body.Close())
		if res.StatusCode != http.StatusOK {
			t.Fatalf("one click: %d", res.StatusCode)
		}
		if l := d.told("RR123456785CN", shipment.Event{Status: shipment.Delivered}); l.State != proactive.Dropped || l.Why != proactive.Stopped || len(d.out.Messages()) != 1 {
			t.Errorf("after the one click: %+v, %d mails", l, len(d.out.Messages()))
		}
	})
}

// tickets counts all tickets.
func (d *desk) tickets() int {
	d.t.Helper()
	list, _, err := d.Tickets.List(d.ctx, d.owner, ticket.ListQuery{}, ticket.Cursor{})
	if err != nil {
		d.t.Fatal(err)
	}
	return len(list)
}

const returned = `From: MAILER-DAEMON@mx.client.example
To: help@shop.example
Subject: Undelivered Mail Returned to Sender
Message-ID: <b1@mx.client.example>
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

The mail could not be delivered.

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.client.example

Final-Recipient: rfc822; anna@client.example
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 no such user

--b
Content-Type: message/rfc822-headers

From: help@shop.example
To: anna@client.example
Message-ID: <{key}>
Subject: x

--b--
`
