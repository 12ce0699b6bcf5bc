package app

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"godwit.dev/godwit/internal/adapter/channel/email/message"
	"godwit.dev/godwit/internal/domain/brand"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/job"
	"godwit.dev/godwit/internal/store/storetest"
)

const trackHost = "track.shop.example"

// hostDesk is a desk with a clock and a DNS of its own; every name leads here.
type hostDesk struct {
	*desk
	now   time.Time
	texts map[string][]string
	dead  error // of the DNS
	shop  order.Shop
}

func (d *hostDesk) TXT(_ context.Context, name string) ([]string, error) {
	return d.texts[name], d.dead
}

func (d *hostDesk) Addresses(context.Context, string) ([]netip.Addr, error) {
	return []netip.Addr{netip.MustParseAddr("203.0.113.9")}, d.dead
}

// run works off what is due in a queue, with the jobs each handed to two nodes.
func (d *hostDesk) run(queue string, h job.Handler) (n int) {
	d.t.Helper()
	list, err := d.Store.Claim(d.ctx, queue, d.now, d.now.Add(time.Minute), 100)
	if err != nil {
		d.t.Fatal(err)
	}
	for _, j := range list {
		var nodes sync.WaitGroup
		for range map[string]int{hostQueue: 2, errandQueue: 1}[queue] {
			nodes.Go(func() {
				if err := h(d.ctx, j); err != nil {
					d.t.Error(err)
				}
			})
		}
		nodes.Wait()
		if _, err := d.Store.Finish(d.ctx, j, d.now); err != nil {
			d.t.Fatal(err)
		}
	}
	return len(list)
}

// later lets time pass and the due looks and letters happen; every node asks for them.
func (d *hostDesk) later(by time.Duration) (looks, letters int) {
	d.t.Helper()
	d.now = d.now.Add(by)
	for range 2 {
		if err := d.askHosts(d.ctx); err != nil {
			d.t.Fatal(err)
		}
	}
	looks = d.run(hostQueue, d.lookAtHost)
	return looks, d.run(errandQueue, d.hostLetter)
}

// events counts those of a kind.
func (d *hostDesk) events(kind string) int {
	d.t.Helper()
	list, err := d.Store.EventsOf(d.ctx, d.space.ID, kind, time.Time{}, 100)
	if err != nil {
		d.t.Fatal(err)
	}
	return len(list)
}

// TestAHostIsLookedAtAgain follows a host of a shop's own through its proof's going,
// coming back and staying away: who is told, what stands there, and where letters lead.
func TestAHostIsLookedAtAgain(t *testing.T) {
	const day = 24 * time.Hour
	storetest.Each(t, func(t *testing.T, database string) {
		d := &hostDesk{now: time.Now().Truncate(time.Millisecond)}
		d.desk = newIdleDesk(t, Config{Database: database, Log: slog.New(slog.DiscardHandler), Records: d, Now: func() time.Time { return d.now }})
		must := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		var err error
		d.shop, _, err = d.Orders.EnsureShop(d.ctx, auth.ForSystem(d.space.ID), order.Shop{Name: "Greywing", Currency: "EUR"})
		must(err)
		b, err := d.Brands.SetDomain(d.ctx, d.owner, d.shop.ID, trackHost)
		must(err)
		record, err := d.Brands.RecordOf(d.ctx, b)
		must(err)
		there, gone := map[string][]string{record.Name: {record.Value}}, map[string][]string{}
		d.texts = there
		_, err = d.Brands.Prove(d.ctx, d.owner, d.shop.ID)
		must(err)
		door := httptest.NewServer(d.portalDoor(ServeConfig{}, http.NotFoundHandler()))
		t.Cleanup(door.Close)
		status := func() int {
			r, err := http.NewRequestWithContext(d.ctx, http.MethodGet, door.URL+"/p/"+d.shop.Slug+"/", nil)
			must(err)
			r.Host = trackHost
			res, err := door.Client().Do(r)
			must(err)
			must(res.Body.Close())
			return res.StatusCode
		}
		own, ours := "https://"+trackHost, "https://desk.shop.example/p/"+d.shop.Slug
		for _, step := range []struct {
			name           string
			by             time.Duration
			texts          map[string][]string
			dead           error
			looks, letters int
			page           string
		}{
			{"an hour later nothing is due", time.Hour, there, nil, 0, 0, own},
			{"a day later all is well", day, there, nil, 1, 0, own},
			{"one bad look", day, gone, nil, 1, 0, ours},
			{"and a good one", day, there, nil, 1, 0, own},
			{"bad again", day, gone, nil, 1, 0, ours},
			{"for two days", 2 * day, gone, nil, 1, 0, ours},
			{"the DNS does not answer", day, gone, context.DeadlineExceeded, 1, 0, ours},
			{"nor half an hour later, when nobody looks", time.Hour / 2, gone, context.DeadlineExceeded, 0, 0, ours},
			{"three days: the owner is told", day, gone, nil, 1, 1, ours},
			{"and not again", day, gone, nil, 1, 0, ours},
			{"it is mended", day, there, nil, 1, 0, own},
			{"bad for good", day, gone, nil, 1, 0, ours},
			{"three days", 3 * day, gone, nil, 1, 1, ours},
			{"fourteen days, and no answer", 11 * day, gone, context.DeadlineExceeded, 1, 0, ours},
		} {
			d.texts, d.dead = step.texts, step.dead
			looks, letters := d.later(step.by)
			page, err := d.Portal.Page(d.ctx, d.shop)
			if looks != step.looks || letters != step.letters || page != step.page || err != nil {
				t.Errorf("%s: %d looks, %d letters, page %s, %v; want %+v", step.name, looks, letters, page, err, step)
			}
			if got := status(); got == http.StatusMisdirectedRequest || !d.shopHost(d.ctx, trackHost) {
				t.Errorf("%s: %d on the host", step.name, got)
			}
		}
		if f, r, w := d.events(brand.DomainFailing), d.events(brand.DomainRecovered), d.events(brand.DomainWithdrawn); f != 2 || r != 1 || w != 0 {
			t.Errorf("%d warnings, %d recoveries, %d withdrawals", f, r, w)
		}
		d.dead = nil
		if looks, letters := d.later(day); looks != 1 || letters != 1 || d.events(brand.DomainWithdrawn) != 1 {
			t.Errorf("%d looks, %d letters, %d withdrawals", looks, letters, d.events(brand.DomainWithdrawn))
		}
		if got := status(); got != http.StatusMisdirectedRequest || d.shopHost(d.ctx, trackHost) {
			t.Errorf("%d on a host that was withdrawn, certificate %v", got, d.shopHost(d.ctx, trackHost))
		}
		if looks, letters := d.later(30 * day); looks+letters != 0 {
			t.Errorf("a withdrawn host: %d looks, %d letters", looks, letters)
		}
		for i, want := range []string{"its DNS records are missing", "its DNS records are missing", "was withdrawn"} {
			m := message.Parse(d.out.Messages()[i].Body, message.Limits{})
			if !strings.Contains(m.Subject, trackHost) || !strings.Contains(m.Subject, want) || !strings.Contains(m.Text, "Greywing") || strings.Contains(m.Text, "{{") {
				t.Errorf("letter %d: %s\n%s", i, m.Subject, m.Text)
			}
		}
		if n := len(d.out.Messages()); n != 3 {
			t.Errorf("%d letters", n)
		}
		d.texts = there
		if b, err = d.Brands.Prove(d.ctx, d.owner, d.shop.ID); err != nil || !b.Domain.Linked() {
			t.Errorf("proven anew: %+v, %v", b.Domain, err)
		}
	})
}
