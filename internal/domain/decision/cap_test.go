package decision

import "testing"

// A cap holds what would pass it, and only whether a person looks: offers, money and rank stay, and nobody who withdraws
// by law is made to wait.
func TestACapHoldsWhatWouldPassIt(t *testing.T) {
	decided := func(c Case) Decision { return Decide(Statute(), &c) }
	c := sale("DE", "", func(c *Case) {
		c.Policy.Windows = map[Remedy]int{Refund: 30, StoreCredit: 60}
		c.Policy.Bonus = Whole / 10
		c.Policy.Auto = map[Remedy]int64{StoreCredit: 1 << 40, Refund: 1 << 40}
		c.Claim.Kind, c.Claim.Reason, c.Claim.Wants = Withdrawal, ChangedMind, StoreCredit
	})
	free := decided(c)
	find := func(d Decision, r Remedy) *Offer {
		t.Helper()
		for i := range d.Offers {
			if d.Offers[i].Remedy == r {
				return &d.Offers[i]
			}
		}
		t.Fatalf("no %s in %+v", r, d.Offers)
		return nil
	}
	credit := find(free, StoreCredit)
	if !credit.Auto || !find(free, Refund).Auto || !credit.Capped() || find(free, Refund).Capped() {
		t.Fatalf("%+v", free.Offers)
	}
	for spent, want := range map[int64]bool{0: true, 1000: true, 1001: false, 1 << 40: false} {
		c.Policy.Cap = &Cap{Limit: credit.Money.Total + 1000, Spent: spent}
		d := decided(c)
		if got := find(d, StoreCredit); got.Auto != want || got.Money != credit.Money || len(d.Offers) != len(free.Offers) {
			t.Errorf("after %d: %+v", spent, got)
		}
		if got := find(d, Refund); !got.Auto {
			t.Errorf("the law is held after %d", spent)
		}
		var again Case
		if err := new(Unpacker).Unpack(Pack(&c), &again); err != nil || again.Policy.Cap == nil || *again.Policy.Cap != *c.Policy.Cap {
			t.Errorf("packed %+v, %v", again.Policy.Cap, err)
		}
		text, err := Freeze(&c)
		if err != nil {
			t.Fatal(err)
		}
		if read, err := new(Reader).Read(text); err != nil || read.Policy.Cap == nil || *read.Policy.Cap != *c.Policy.Cap {
			t.Errorf("frozen %+v, %v", read.Policy.Cap, err)
		}
	}
	c.Policy.Cap = nil
	old := Pack(&c)
	old = append([]byte{1}, old[1:len(old)-1]...) // as it was packed before there were caps
	var again Case
	if err := new(Unpacker).Unpack(old, &again); err != nil || again.Policy.Cap != nil || find(decided(again), StoreCredit).Money != credit.Money {
		t.Errorf("the first version: %v", err)
	}
}
