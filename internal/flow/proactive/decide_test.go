package proactive

import (
	"testing"
	"time"
	_ "time/tzdata"

	"pgregory.net/rapid"

	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/domain/shipment"
)

func clock(t *testing.T, s string) time.Time {
	t.Helper()
	at, err := time.Parse(time.RFC3339, s)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

func place(t testing.TB, name string) *time.Location {
	t.Helper()
	z, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

// waiting is a parcel in Berlin that waits to be picked up since a moment.
func waiting(t *testing.T, at time.Time) Facts {
	return Facts{
		Shipment: shipment.Shipment{ID: 7, Direction: shipment.Out, Order: 3, State: shipment.State{Status: shipment.ReadyForPickup}},
		Order:    order.Order{ID: 3, Email: "anna@client.example", Status: order.Open}, Occasion: Pickup, Detail: "Berlin", At: at,
		Zones: []*time.Location{place(t, "Europe/Berlin")}, Reachable: true,
	}
}

func TestDecide(t *testing.T) {
	noon := clock(t, "2026-11-23T11:00:00Z") // Monday, noon in Berlin
	on := Default(1, 2)
	on.On = true
	for name, c := range map[string]struct {
		change func(p *Policy, f *Facts, now *time.Time)
		want   Decision
	}{
		"at once":         {func(*Policy, *Facts, *time.Time) {}, Decision{Verdict: Send}},
		"shop is off":     {func(p *Policy, _ *Facts, _ *time.Time) { p.On = false }, Decision{Verdict: Drop, Why: Off}},
		"occasion off":    {func(p *Policy, _ *Facts, _ *time.Time) { p.Occasions = []Occasion{Delay} }, Decision{Verdict: Drop, Why: Off}},
		"asked for":       {func(p *Policy, f *Facts, _ *time.Time) { p.On, f.Wish = false, Wanted }, Decision{Verdict: Send}},
		"ended":           {func(_ *Policy, f *Facts, _ *time.Time) { f.Wish = Ended }, Decision{Verdict: Drop, Why: Stopped}},
		"no address":      {func(_ *Policy, f *Facts, _ *time.Time) { f.Order.Email = "" }, Decision{Verdict: Drop, Why: Nobody}},
		"cancelled":       {func(_ *Policy, f *Facts, _ *time.Time) { f.Order.Status = order.Cancelled }, Decision{Verdict: Drop, Why: Nobody}},
		"on its way back": {func(_ *Policy, f *Facts, _ *time.Time) { f.Shipment.Direction = shipment.Back }, Decision{Verdict: Drop, Why: Nobody}},
		"no mailbox":      {func(_ *Policy, f *Facts, _ *time.Time) { f.Reachable = false }, Decision{Verdict: Drop, Why: Mute}},
		"fetched":         {func(_ *Policy, f *Facts, _ *time.Time) { f.Shipment.Status = shipment.Delivered }, Decision{Verdict: Drop, Why: Over}},
		"a week ago":      {func(_ *Policy, f *Facts, _ *time.Time) { f.At = noon.AddDate(0, 0, -7) }, Decision{Verdict: Drop, Why: Late}},
		"told before": {func(_ *Policy, f *Facts, _ *time.Time) {
			f.Sent = []Sent{{7, Pickup, "Berlin", noon.AddDate(0, 0, -1)}}
		}, Decision{Verdict: Drop, Why: Told}},
		"another place": {func(_ *Policy, f *Facts, _ *time.Time) {
			f.Sent = []Sent{{7, Pickup, "Potsdam", noon.AddDate(0, 0, -1)}}
		}, Decision{Verdict: Send}},
		"other parcel": {func(_ *Policy, f *Facts, _ *time.Time) {
			f.Sent = []Sent{{8, Pickup, "Berlin", noon.AddDate(0, 0, -1)}}
		}, Decision{Verdict: Send}},
		"answered since":            {func(_ *Policy, f *Facts, _ *time.Time) { f.Talk.AnsweredAt = noon.Add(-time.Minute) }, Decision{Verdict: Drop, Why: Person}},
		"answered since, asked for": {func(_ *Policy, f *Facts, _ *time.Time) { f.Talk.AnsweredAt, f.Wish = noon.Add(-time.Minute), Wanted }, Decision{Verdict: Drop, Why: Person}},
		"answered before, done":     {func(_ *Policy, f *Facts, _ *time.Time) { f.Talk.AnsweredAt = noon.AddDate(0, 0, -2) }, Decision{Verdict: Send}},
		"answered before, open":     {func(_ *Policy, f *Facts, _ *time.Time) { f.Talk = Talk{AnsweredAt: noon.AddDate(0, 0, -2), Open: true} }, Decision{Verdict: Drop, Why: Person}},
		"answered before, open, asked for": {func(_ *Policy, f *Facts, _ *time.Time) {
			f.Talk, f.Wish = Talk{AnsweredAt: noon.AddDate(0, 0, -2), Open: true}, Wanted
		}, Decision{Verdict: Send}},
		"customer wrote first": {func(_ *Policy, f *Facts, _ *time.Time) { f.Talk.WroteAt = noon.Add(-time.Hour) }, Decision{Verdict: Send}},
		"customer answered a letter": {func(_ *Policy, f *Facts, _ *time.Time) {
			f.Sent, f.Talk.WroteAt = []Sent{{7, Attempt, "1", noon.AddDate(0, 0, -1)}}, noon.Add(-time.Hour)
		}, Decision{Verdict: Drop, Why: Person}},
		"too many": {func(p *Policy, f *Facts, _ *time.Time) {
			p.Most, f.Sent = 1, []Sent{{8, Delay, "", noon.AddDate(0, 0, -3)}}
		}, Decision{Verdict: Drop, Why: TooMany}},
		"too soon":             {func(_ *Policy, f *Facts, _ *time.Time) { f.Sent = []Sent{{8, Delay, "", noon.Add(-8 * time.Hour)}} }, Decision{Verdict: Wait, At: noon.Add(4 * time.Hour), Why: TooSoon}},
		"too soon, then night": {func(_ *Policy, f *Facts, _ *time.Time) { f.Sent = []Sent{{8, Delay, "", noon.Add(-time.Hour)}} }, Decision{Verdict: Wait, At: clock(t, "2026-11-24T08:00:00Z"), Why: AtNight}},
		"night":                {func(_ *Policy, f *Facts, now *time.Time) { *now = clock(t, "2026-11-23T19:30:00Z") }, Decision{Verdict: Wait, At: clock(t, "2026-11-24T08:00:00Z"), Why: AtNight}},
		"shop's own hours":     {func(p *Policy, _ *Facts, now *time.Time) { p.Until, *now = 22, clock(t, "2026-11-23T19:30:00Z") }, Decision{Verdict: Send}},
	} {
		t.Run(name, func(t *testing.T) {
			p, f, now := on, waiting(t, noon.Add(-30*time.Minute)), noon
			c.change(&p, &f, &now)
			if got := Decide(p, f, now); got.Verdict != c.want.Verdict || got.Why != c.want.Why || !got.At.Equal(c.want.At) {
				t.Errorf("%+v, want %+v", got, c.want)
			}
		})
	}
}

// TestStaleOccasions: what a letter would say must be so when it leaves.
func TestStaleOccasions(t *testing.T) {
	is := func(s shipment.Status, r shipment.Reason, risk shipment.Risk, attempts int) shipment.Shipment {
		return shipment.Shipment{Risk: risk, State: shipment.State{Status: s, Reason: r, Attempts: attempts, FirstScanAt: time.Unix(1e9, 0)}}
	}
	unseen := is(shipment.Announced, "", shipment.PresumedLost, 0)
	unseen.FirstScanAt = time.Time{}
	for _, c := range []struct {
		o      Occasion
		detail string
		v      shipment.Shipment
		want   bool
	}{
		{Delay, "", is(shipment.InTransit, "", shipment.Overdue, 0), true},
		{Delay, "", is(shipment.InTransit, "", shipment.Stalled, 0), true},
		{Delay, "", is(shipment.InTransit, "", shipment.NoRisk, 0), false},
		{Delay, "", is(shipment.Delivered, "", shipment.NoRisk, 0), false},
		{Delay, "", is(shipment.ReadyForPickup, "", shipment.Overdue, 0), false},
		{Delay, "", is(shipment.InTransit, "", shipment.PresumedLost, 0), false},
		{Customs, "customs_duty", is(shipment.Held, shipment.CustomsDuty, "", 0), true},
		{Customs, "customs_duty", is(shipment.Held, shipment.CustomsDocuments, "", 0), false},
		{Customs, "customs_duty", is(shipment.InTransit, shipment.CustomsReleased, "", 0), false},
		{Attempt, "1", is(shipment.AttemptFailed, "", "", 1), true},
		{Attempt, "1", is(shipment.AttemptFailed, "", "", 2), false},
		{Attempt, "1", is(shipment.OutForDelivery, "", "", 1), false},
		{Delivered, "", is(shipment.Delivered, "", "", 0), true},
		{Delivered, "", is(shipment.Delivered, "", shipment.Contradicted, 0), false},
		{Lost, "", is(shipment.InTransit, "", shipment.PresumedLost, 0), true},
		{Lost, "", is(shipment.Lost, "", "", 0), true},
		{Lost, "", is(shipment.InTransit, "", "", 0), false},
		{Lost, "", unseen, false},
	} {
		if got := still(Facts{Occasion: c.o, Detail: c.detail, Shipment: c.v}, time.Unix(2e9, 0)); got != c.want {
			t.Errorf("%s %s of %+v: %v", c.o, c.detail, c.v.State, got)
		}
	}
}

// TestPromisedDays: a parcel misses its promised day when the day is over everywhere, or
// when hardly any parcel like it arrives until then; one that was sent later misses none.
func TestPromisedDays(t *testing.T) {
	day := clock(t, "2026-11-20T00:00:00Z")
	for _, c := range []struct {
		name, created, early, now string
		promised                  time.Time
		want                      bool
	}{
		{"nothing was promised", "2026-11-10T00:00:00Z", "", "2026-12-20T00:00:00Z", time.Time{}, false},
		{"the day is not over in Honolulu", "2026-11-10T00:00:00Z", "", "2026-11-21T11:59:59Z", day, false},
		{"it is over everywhere", "2026-11-10T00:00:00Z", "", "2026-11-21T12:00:00Z", day, true},
		{"it will come in time", "2026-11-10T00:00:00Z", "2026-11-19T00:00:00Z", "2026-11-17T00:00:00Z", day, false},
		{"it may come in time", "2026-11-10T00:00:00Z", "2026-11-21T00:00:00Z", "2026-11-17T00:00:00Z", day, false},
		{"it will come later", "2026-11-10T00:00:00Z", "2026-11-22T00:00:00Z", "2026-11-17T00:00:00Z", day, true},
		{"nobody knows when it comes", "2026-11-10T00:00:00Z", "", "2026-11-20T12:00:00Z", day, false},
		{"a second one was sent", "2026-11-22T00:00:00Z", "2026-11-29T00:00:00Z", "2026-11-23T00:00:00Z", day, false},
	} {
		var expected time.Time
		if c.early != "" {
			expected = clock(t, c.early)
		}
		if got := misses(c.promised, shipment.Shipment{CreatedAt: clock(t, c.created)}, expected, clock(t, c.now)); got != c.want {
			t.Errorf("%s: %v", c.name, got)
		}
	}
}

func TestOccasionsOfEvents(t *testing.T) {
	for _, c := range []struct {
		kind   string
		told   shipment.Summary
		want   Occasion
		detail string
	}{
		{shipment.IsOverdue, shipment.Summary{}, Delay, ""},
		{shipment.IsStalled, shipment.Summary{}, Delay, ""},
		{shipment.IsPresumedLost, shipment.Summary{}, Lost, ""},
		{shipment.IsLost, shipment.Summary{}, Lost, ""},
		{shipment.IsInCustoms, shipment.Summary{Status: shipment.InCustoms}, "", ""},
		{shipment.IsInCustoms, shipment.Summary{Status: shipment.InCustoms, Reason: shipment.CustomsInspection}, "", ""},
		{shipment.IsInCustoms, shipment.Summary{Status: shipment.InCustoms, Reason: shipment.CustomsDuty}, Customs, "customs_duty"},
		{shipment.IsHeld, shipment.Summary{Status: shipment.Held, Reason: shipment.CustomsInspection}, Customs, "customs_inspection"},
		{shipment.IsHeld, shipment.Summary{Status: shipment.Held, Reason: shipment.AddressWrong}, "", ""},
		{shipment.IsAttemptFailed, shipment.Summary{Attempts: 2}, Attempt, "2"},
		{shipment.IsReadyForPickup, shipment.Summary{City: "Berlin"}, Pickup, "Berlin"},
		{shipment.IsDelivered, shipment.Summary{}, Delivered, ""},
		{shipment.IsInTransit, shipment.Summary{}, "", ""},
		{shipment.IsContradicted, shipment.Summary{}, "", ""},
	} {
		o, detail, ok := Of(c.kind, c.told)
		if !ok {
			o, detail = "", ""
		}
		if o != c.want || detail != c.detail {
			t.Errorf("%s %+v: %q %q", c.kind, c.told, o, detail)
		}
	}
}

var zones = []string{"Europe/Berlin", "America/Los_Angeles", "America/Sao_Paulo", "Asia/Kathmandu", "Asia/Tokyo", "Pacific/Kiritimati", "Pacific/Pago_Pago", "Australia/Lord_Howe", "UTC"}

// draw makes any facts, and a policy that may be.
func draw(t *rapid.T) (Policy, Facts, time.Time) {
	now := time.UnixMilli(rapid.Int64Range(1_780_000_000_000, 1_860_000_000_000).Draw(t, "now")).UTC()
	ago := func(name string) time.Time {
		return now.Add(-time.Duration(rapid.Int64Range(-3600, 20*86400).Draw(t, name)) * time.Second)
	}
	p := Default(1, 2)
	p.On = rapid.Bool().Draw(t, "on")
	p.Occasions = rapid.SliceOfDistinct(rapid.SampledFrom(Occasions()), func(o Occasion) Occasion { return o }).Draw(t, "occasions")
	p.Gap = time.Duration(rapid.SampledFrom([]int{0, 1, 12, 48, 336}).Draw(t, "gap")) * time.Hour
	p.Most = rapid.IntRange(1, 5).Draw(t, "most")
	p.From = rapid.IntRange(0, 22).Draw(t, "from")
	p.Until = rapid.IntRange(p.From+2, 24).Draw(t, "until")
	f := Facts{
		Shipment: shipment.Shipment{
			ID: 7, Direction: rapid.SampledFrom([]shipment.Direction{shipment.Out, shipment.Out, shipment.Back}).Draw(t, "direction"), Order: 3,
			Risk: rapid.SampledFrom([]shipment.Risk{"", shipment.Overdue, shipment.Stalled, shipment.PresumedLost, shipment.Contradicted}).Draw(t, "risk"),
			State: shipment.State{
				FirstScanAt: now.Add(-time.Hour),
				Status:      rapid.SampledFrom(shipment.Statuses()).Draw(t, "status"), Attempts: rapid.IntRange(0, 2).Draw(t, "attempts"),
				Reason: rapid.SampledFrom([]shipment.Reason{"", shipment.CustomsDuty, shipment.CustomsDocuments}).Draw(t, "reason"),
			},
		},
		Order:    order.Order{ID: 3, Email: rapid.SampledFrom([]string{"a@b.example", "a@b.example", ""}).Draw(t, "email"), Status: rapid.SampledFrom([]string{order.Open, order.Closed, order.Cancelled}).Draw(t, "order")},
		Occasion: rapid.SampledFrom(Occasions()).Draw(t, "occasion"), Detail: rapid.SampledFrom([]string{"", "1", "customs_duty"}).Draw(t, "detail"), At: ago("at"),
		Wish: Wish(rapid.IntRange(0, 2).Draw(t, "wish")), Reachable: rapid.Bool().Draw(t, "reachable"),
	}
	for range rapid.IntRange(1, 3).Draw(t, "zones") {
		z, err := time.LoadLocation(rapid.SampledFrom(zones).Draw(t, "zone"))
		if err != nil {
			t.Fatal(err)
		}
		f.Zones = append(f.Zones, z)
	}
	if rapid.Bool().Draw(t, "talk") {
		f.Talk = Talk{AnsweredAt: ago("answered"), WroteAt: ago("wrote"), Open: rapid.Bool().Draw(t, "open")}
	}
	for range rapid.IntRange(0, 3).Draw(t, "letters") {
		f.Sent = append(f.Sent, Sent{
			shipment.ID(rapid.IntRange(7, 8).Draw(t, "of")), rapid.SampledFrom(Occasions()).Draw(t, "about"), rapid.SampledFrom([]string{"", "1", "customs_duty"}).Draw(t, "with"), ago("sent"),
		})
	}
	if rapid.Bool().Draw(t, "promised") {
		f.Order.Promise.To = now.Truncate(24*time.Hour).AddDate(0, 0, rapid.IntRange(-5, 5).Draw(t, "promised in"))
		f.Shipment.CreatedAt = ago("created")
		f.Early = now.Add(time.Duration(rapid.IntRange(0, 12*24).Draw(t, "early")) * time.Hour)
	}
	if rapid.Bool().Draw(t, "plausible") { // else hardly anything would ever be sent
		p.On, p.Occasions, f.Reachable, f.Shipment.Direction, f.Order.Email, f.Order.Status = true, Occasions(), true, shipment.Out, "a@b.example", order.Open
		f.At = now.Add(-time.Duration(rapid.Int64Range(0, 90_000).Draw(t, "seconds")) * time.Second)
		if rapid.Bool().Draw(t, "day") {
			p.From, p.Until = 0, 24
		}
		if rapid.Bool().Draw(t, "quiet") { // nobody has written yet
			f.Talk, f.Sent = Talk{}, nil
		}
		v := &f.Shipment
		switch v.Risk, f.Detail = "", ""; f.Occasion {
		case Delay:
			if v.Status = shipment.InTransit; f.Order.Promise.To.IsZero() {
				v.Risk = shipment.Stalled
			}
		case Customs:
			v.Status, v.Reason, f.Detail = shipment.Held, shipment.CustomsDuty, "customs_duty"
		case Attempt:
			v.Status, v.Attempts, f.Detail = shipment.AttemptFailed, 1, "1"
		case Pickup:
			v.Status = shipment.ReadyForPickup
		case Delivered:
			v.Status = shipment.Delivered
		case Lost:
			v.Status = shipment.Lost
		}
	}
	return p, f, now
}

// TestSendObeys: whatever the facts, a letter that leaves breaks none of the promises of
// Decide, and one that waits does not wait for the past.
func TestSendObeys(t *testing.T) {
	type drawn struct {
		p   Policy
		f   Facts
		now time.Time
	}
	facts := rapid.Custom(func(t *rapid.T) drawn {
		p, f, now := draw(t)
		return drawn{p, f, now}
	})
	rapid.Check(t, func(t *rapid.T) {
		x := facts.Draw(t, "facts")
		obeys(t.Fatalf, x.p, x.f, x.now)
	})
	// The same ones each time, of which many leave: however few are drawn above, something is proven.
	sent := 0
	for seed := range 1000 {
		x := facts.Example(seed)
		obeys(t.Fatalf, x.p, x.f, x.now)
		if Decide(x.p, x.f, x.now).Verdict == Send {
			sent++
		}
	}
	if sent < 50 {
		t.Errorf("%d letters of 1000 are sent: the facts prove little", sent)
	}
}

func obeys(fatal func(string, ...any), p Policy, f Facts, now time.Time) {
	d := Decide(p, f, now)
	switch d.Verdict {
	case Wait:
		if !d.At.After(now) || d.At.Sub(f.At) > f.Occasion.fresh() {
			fatal("it waits for %v at %v", d.At, now)
		}
		return
	case Drop:
		if d.Why == Fine {
			fatal("dropped, and nobody knows why")
		}
		return
	}
	if h := now.In(f.Zones[0]).Hour(); h < p.From || h >= p.Until {
		fatal("at %d o'clock in %v", h, f.Zones[0])
	}
	if len(f.Sent) >= p.Most {
		fatal("%d letters of %d before", len(f.Sent), p.Most)
	}
	for _, s := range f.Sent {
		if now.Sub(s.At) < p.Gap {
			fatal("%v after the one before", now.Sub(s.At))
		}
		if s.Shipment == f.Shipment.ID && s.Occasion == f.Occasion && s.Detail == f.Detail && now.Sub(s.At) < f.Occasion.again() {
			fatal("told twice")
		}
		if f.Wish != Wanted && f.Talk.WroteAt.After(s.At) {
			fatal("the customer has answered")
		}
	}
	if v := f.Shipment; f.Occasion == Delay && v.Risk == shipment.NoRisk { // the promised day alone
		end := f.Order.Promise.To.Add(36 * time.Hour)
		if f.Order.Promise.To.IsZero() || now.Before(end) && !f.Early.After(end) || v.CreatedAt.After(end) {
			fatal("promised for %v, expected from %v: it is not late at %v", f.Order.Promise.To, f.Early, now)
		}
		if v.DeliveredAt.After(time.Time{}) || !v.Status.Open() {
			fatal("%s is no delay", v.Status)
		}
	}
	switch {
	case f.Wish == Ended, f.Wish == Silent && !p.Wants(f.Occasion):
		fatal("nobody wants it")
	case !f.Talk.AnsweredAt.Before(f.At), f.Wish != Wanted && f.Talk.Open:
		fatal("a person has answered")
	case f.Order.Email == "" || f.Order.Status == order.Cancelled || f.Shipment.Direction != shipment.Out || !f.Reachable:
		fatal("to nobody")
	case !still(f, now) || now.Sub(f.At) > f.Occasion.fresh():
		fatal("it is not so any more")
	}
}
