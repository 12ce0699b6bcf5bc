package recovery

import (
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/money"
	"godwit.dev/godwit/internal/domain/ledger"
	"godwit.dev/godwit/internal/domain/shipment"
)

func date(month time.Month, day int) time.Time {
	return time.Date(2026, month, day, 12, 0, 0, 0, time.UTC)
}

func TestTermsOfParcels(t *testing.T) {
	unscanned := shipment.Shipment{Carrier: "4px", Number: "4PX1", CreatedAt: date(3, 2)}
	scanned, came := unscanned, unscanned
	scanned.FirstScanAt = date(3, 4)
	came.DeliveredAt = date(3, 20)
	usps := shipment.Shipment{Carrier: "usps", Number: "9400", CreatedAt: date(3, 2), Origin: shipment.Place{Country: "US"}, To: shipment.Place{Country: "US"}}
	nobody := shipment.Shipment{Carrier: "acme", Number: "12", CreatedAt: date(3, 2)}
	usps.DeliveredAt = date(3, 9)
	for _, c := range []struct {
		name            string
		v               shipment.Shipment
		cause           Cause
		rule            string
		opens, deadline time.Time
		papers          string
	}{
		{"4PX, never scanned", unscanned, NeverScanned, "4px_unscanned", date(4, 1), date(5, 31), "invoice declared_value"},
		{"4PX, lost", scanned, Lost, "4px", date(3, 13), date(5, 3), "invoice proof_of_posting declared_value"},
		{"4PX, damaged", came, Damaged, "damaged", time.Time{}, date(3, 27), "invoice photo_damage photo_packing"},
		{"USPS, damaged", usps, Damaged, "usps_damaged", time.Time{}, date(5, 8), "invoice proof_of_insurance photo_damage photo_packing"},
		{"late", came, Delayed, "delayed", time.Time{}, date(4, 10), "invoice proof_of_posting"},
		{"nobody's window", nobody, Lost, "lost", time.Time{}, time.Time{}, "invoice proof_of_posting"},
		{"damaged, and not delivered", nobody, Damaged, "damaged", time.Time{}, time.Time{}, "invoice photo_damage photo_packing"},
	} {
		got, ok := TermsOf(c.v, c.cause)
		if !ok || got.Name != c.rule || !got.OpensAt.Equal(c.opens) || !got.Deadline.Equal(c.deadline) || strings.Join(got.Papers, " ") != c.papers {
			t.Errorf("%s: %s %v to %v, %v", c.name, got.Name, got.OpensAt, got.Deadline, got.Papers)
		}
	}
	if _, ok := TermsOf(came, Defective); ok {
		t.Error("a carrier answers for a defect")
	}
}

// Every rule says where it comes from, how far it is to be trusted, and asks for papers that there are.
func TestRulesHaveSources(t *testing.T) {
	for _, r := range Rules() {
		ok := r.Source != "" && r.AsOf != "" && slices.Contains([]string{"sourced", "verify", "general_knowledge"}, r.Status) && len(r.Causes) > 0 && (r.Traced || r.Closes > 0)
		for _, p := range r.Papers {
			ok = ok && slices.Contains(PaperKinds(), p)
		}
		for _, c := range r.Causes {
			ok = ok && slices.Contains(Causes(), c)
		}
		if _, known := money.Digits(r.Most.Currency); !ok || r.Most.Minor > 0 && !known {
			t.Errorf("%+v", r)
		}
	}
}

func TestNoMoreIsAskedThanTheCarrierPays(t *testing.T) {
	terms := Terms{Rule: Rule{Most: money.Amount{Minor: 10000, Currency: "USD"}}}
	half := func(a money.Amount, to string) (money.Amount, error) {
		return money.Amount{Minor: a.Minor / 2, Currency: to}, nil
	}
	for worth, want := range map[int64]int64{0: 0, 4999: 4999, 5000: 5000, 90000: 5000} {
		if got, err := terms.Claimable(money.Amount{Minor: worth, Currency: "EUR"}, 0, half); err != nil || got.Minor != want || got.Currency != "EUR" {
			t.Errorf("%d: %v, %v", worth, got, err)
		}
	}
	none := func(money.Amount, string) (money.Amount, error) {
		return money.Amount{}, errs.New(errs.Unavailable, "error.busy")
	}
	if _, err := terms.Claimable(money.Amount{Minor: 1, Currency: "EUR"}, 0, none); !errs.Is(err, errs.Unavailable) {
		t.Errorf("without a rate: %v", err)
	}
}

func TestStatesLeadOn(t *testing.T) {
	for _, from := range States() {
		for _, to := range States() {
			if CanMove(from, to) && (from == to || to == Collecting && from != Ready) {
				t.Errorf("%s goes to %s", from, to)
			}
		}
	}
	for _, s := range []State{Paid, WrittenOff, Lapsed} {
		if s.Open() {
			t.Errorf("%s is open", s)
		}
	}
}

// Whatever people do to a claim, in any order: its state changes only along the table, what is received is never more than
// what is granted, the ledger's receivable is what is granted and not received, and nothing is due of what has ended.
func TestClaimsBalance(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		now := date(5, 1)
		c := Claim{ID: 7, Against: Carrier, Party: "usps", State: Collecting, Currency: "EUR", Items: []Item{{Value: 9000}}}
		c.Papers = []Paper{{Kind: Invoice, From: "order"}, {Kind: Insurance}}
		c.settle()
		var entries []ledger.Entry
		book := func(before Claim, p *Payment) {
			for _, e := range Postings(before, c, p, now) {
				if err := e.Check(); err != nil {
					t.Fatalf("%v", err)
				}
				for _, was := range entries {
					if was.Key == e.Key {
						t.Fatalf("%s is booked twice", e.Key)
					}
				}
				entries = append(entries, e)
			}
		}
		for i := range rapid.IntRange(1, 12).Draw(t, "steps") {
			before := c
			if rapid.Bool().Draw(t, "pays") && c.State.Open() && !c.State.Unsent() {
				p := Payment{ID: PaymentID(i + 1), Paid: money.Amount{Minor: 50, Currency: "USD"}, Counts: rapid.Int64Range(1, 12000).Draw(t, "counts")}
				c = c.paid(p)
				book(before, &p)
			} else {
				x := Change{To: rapid.SampledFrom(append([]State{""}, States()...)).Draw(t, "to")}
				if rapid.Bool().Draw(t, "says why") {
					why := "because"
					x.Why = &why
				}
				if rapid.Bool().Draw(t, "names a sum") {
					n := rapid.Int64Range(-5, 10000).Draw(t, "granted")
					x.Granted = &n
				}
				if rapid.Bool().Draw(t, "has it") {
					x.Have = []string{Insurance}
				} else if rapid.Bool().Draw(t, "lacks it") {
					x.Lack = []string{Insurance}
				}
				next, err := c.apply(x, now)
				if err != nil {
					continue
				}
				c = next
				book(before, nil)
			}
			if before.State == Collecting && len(c.Missing()) == 0 {
				before.State = Ready // with its last paper
			}
			if before.State != c.State && !CanMove(before.State, c.State) && (c.State != Paid && c.State != Partly || before.State.Unsent()) {
				t.Fatalf("%s went to %s", before.State, c.State)
			}
			if c.State == Submitted && len(c.Missing()) > 0 && before.State.Unsent() {
				t.Fatal("submitted without its papers")
			}
			if c.Received > c.Granted || !c.State.Open() && c.Due() != 0 {
				t.Fatalf("%s: granted %d, received %d", c.State, c.Granted, c.Received)
			}
			var receivable, bank int64
			for _, b := range ledger.Balances(entries...) {
				switch {
				case b.Account == ledger.CarrierReceivable.Of("usps"):
					receivable = b.Net()
				case b.Account == ledger.CarrierRecovery.Of("usps"):
					bank = -b.Net()
				}
			}
			if receivable != c.Due() || bank != c.Granted {
				t.Fatalf("receivable %d, income %d; granted %d, received %d", receivable, bank, c.Granted, c.Received)
			}
		}
	})
}

func TestPeopleAreRemindedBeforeADeadline(t *testing.T) {
	c := Claim{State: Collecting, Deadline: date(5, 20)}
	var seen []time.Time
	for now := date(5, 1); ; now = seen[len(seen)-1] {
		at := c.dueAt(now)
		if seen = append(seen, at); !at.Before(c.Deadline) || len(seen) > 5 {
			break
		}
	}
	if !slices.EqualFunc(seen, []time.Time{date(5, 13), date(5, 18), date(5, 20)}, time.Time.Equal) {
		t.Errorf("looked at on %v", seen)
	}
	if at := (Claim{State: Ready}).dueAt(date(5, 1)); !at.IsZero() {
		t.Errorf("without a deadline on %v", at)
	}
	if at := (Claim{State: Submitted, ReplyBy: date(6, 1), Deadline: date(5, 20)}).dueAt(date(5, 25)); !at.Equal(date(6, 1)) {
		t.Errorf("submitted, on %v", at)
	}
}
