package brand

import (
	"context"
	"testing"
	"time"

	"pgregory.net/rapid"

	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/platform/auth"
)

func TestWhatALookMakesOfAHost(t *testing.T) {
	const day = 24 * time.Hour
	zero, now := time.Time{}, time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)
	ago := func(d time.Duration) time.Time { return now.Add(-d) }
	for _, c := range []struct {
		name            string
		proven          bool
		failing, warned time.Time
		found           Finding
		fate            Fate
		is              Domain // without host, proof and look
	}{
		{"all is well", true, zero, zero, Sound, Keep, Domain{}},
		{"no answer", true, zero, zero, Unheard, Keep, Domain{}},
		{"the first bad look", true, zero, zero, Gone, Keep, Domain{FailingSince: now}},
		{"not yet three days", true, ago(3*day - 1), zero, Gone, Keep, Domain{FailingSince: ago(3*day - 1)}},
		{"three days", true, ago(3 * day), zero, Gone, Warn, Domain{FailingSince: ago(3 * day), WarnedAt: now}},
		{"three days, and no answer", true, ago(3 * day), zero, Unheard, Keep, Domain{FailingSince: ago(3 * day)}},
		{"warned already", true, ago(4 * day), ago(day), Gone, Keep, Domain{FailingSince: ago(4 * day), WarnedAt: ago(day)}},
		{"not yet fourteen days", true, ago(14*day - 1), ago(11 * day), Gone, Keep, Domain{FailingSince: ago(14*day - 1), WarnedAt: ago(11 * day)}},
		{"fourteen days", true, ago(14 * day), ago(11 * day), Gone, Withdraw, Domain{FailingSince: ago(14 * day)}},
		{"fourteen days, and no answer", true, ago(14 * day), ago(11 * day), Unheard, Keep, Domain{FailingSince: ago(14 * day), WarnedAt: ago(11 * day)}},
		{"nobody looked for a month: a warning first", true, ago(30 * day), zero, Gone, Warn, Domain{FailingSince: ago(30 * day), WarnedAt: now}},
		{"and then a week", true, ago(36 * day), ago(6 * day), Gone, Keep, Domain{FailingSince: ago(36 * day), WarnedAt: ago(6 * day)}},
		{"but no more", true, ago(37 * day), ago(7 * day), Gone, Withdraw, Domain{FailingSince: ago(37 * day)}},
		{"a good look clears all", true, ago(13 * day), ago(10 * day), Sound, Keep, Domain{}},
		{"not proven", false, zero, zero, Gone, Keep, Domain{}},
		{"withdrawn before", false, ago(20 * day), zero, Gone, Keep, Domain{FailingSince: ago(20 * day)}},
	} {
		was := Domain{Host: "track.shop.example", FailingSince: c.failing, WarnedAt: c.warned}
		if c.proven {
			was.ProvenAt = ago(100 * day)
		}
		c.is.Host = was.Host
		if c.proven && c.fate != Withdraw {
			c.is.ProvenAt, c.is.LookAt = was.ProvenAt, now.Add(day)
			if c.found == Unheard {
				c.is.LookAt = now.Add(time.Hour)
			}
		}
		if is, fate := was.after(c.found, now); fate != c.fate || is != c.is {
			t.Errorf("%s: %s, %+v; want %s, %+v", c.name, fate, is, c.fate, c.is)
		}
	}
}

// However looks fall out, and whenever they happen, a host is withdrawn only by a bad look,
// fourteen days after the first of an unbroken row of them and a week after one warning.
func TestNoHostIsWithdrawnInHaste(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		now := time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)
		d := Domain{Host: "track.shop.example", ProvenAt: now}
		var first, warned time.Time
		for range 60 {
			now = now.Add(time.Duration(rapid.IntRange(1, 100).Draw(r, "hours")) * time.Hour)
			found := Finding(rapid.SampledFrom([]Finding{Gone, Gone, Gone, Gone, Unheard, Sound}).Draw(r, "found"))
			var fate Fate
			d, fate = d.after(found, now)
			switch {
			case found == Sound:
				first, warned = time.Time{}, time.Time{}
			case found == Gone && first.IsZero():
				first = now
			}
			switch fate {
			case Warn:
				if !warned.IsZero() || now.Sub(first) < warnAfter {
					r.Fatalf("warned at %v, after %v, failing since %v", now, warned, first)
				}
				warned = now
			case Withdraw:
				if found != Gone || warned.IsZero() || now.Sub(warned) < leastNotice || now.Sub(first) < withdrawAfter || d.Proven() || !d.Withdrawn() {
					r.Fatalf("withdrawn at %v, warned %v, failing since %v: %+v", now, warned, first, d)
				}
				return
			}
			if !d.Proven() || d.Failing() != !first.IsZero() || !d.LookAt.After(now) {
				r.Fatalf("%+v at %v, failing since %v", d, now, first)
			}
		}
	})
}

// house is as much of a Store as a look needs.
type house struct{ Store }

func (house) Workspace(context.Context, auth.WorkspaceID) (auth.Workspace, error) {
	return auth.Workspace{Secret: []byte("secret")}, nil
}

func TestWhatTheDNSSays(t *testing.T) {
	const host, ours = "track.shop.example", "desk.example"
	b := Brand{Shop: order.ShopID(7), Domain: Domain{Host: host}}
	texts := map[string][]string{recordLabel + host: {proof([]byte("secret"), 7, host)}}
	here := map[string]string{host: "203.0.113.9", ours: "203.0.113.9"}
	for _, c := range []struct {
		name string
		ours string
		zone zone
		want Finding
	}{
		{"both", ours, zone{texts: texts, hosts: here}, Sound},
		{"no record", ours, zone{hosts: here}, Gone},
		{"elsewhere", ours, zone{texts: texts, hosts: map[string]string{host: "198.51.100.1", ours: "203.0.113.9"}}, Gone},
		{"nowhere", ours, zone{texts: texts, hosts: map[string]string{ours: "203.0.113.9"}}, Gone},
		{"no answer", ours, zone{texts: texts, hosts: here, err: context.DeadlineExceeded}, Unheard},
		{"our own name is broken", ours, zone{texts: texts, hosts: map[string]string{host: "203.0.113.9"}}, Unheard},
		{"we have no name", "", zone{hosts: here}, Unheard},
		{"we are a number", "203.0.113.9", zone{hosts: here}, Unheard},
	} {
		got, err := New(Config{Store: house{}, Records: c.zone, Host: c.ours}).find(t.Context(), b)
		if err != nil || got != c.want {
			t.Errorf("%s: %d, %v; want %d", c.name, got, err, c.want)
		}
	}
}
