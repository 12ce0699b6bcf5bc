package cases

import (
	"testing"
	"time"
)

// The last day to send goods ends with the customer's own day, not with the merchant's: one minute before midnight in
// Honolulu is in time, although it is the next evening in Shanghai.
func TestTheLastDayEndsWhereTheCustomerIs(t *testing.T) {
	for zone, want := range map[string]string{
		"Pacific/Honolulu": "2026-12-05T09:59:59.999Z", "Asia/Tokyo": "2026-12-05T14:59:59.999Z", "Europe/Berlin": "2026-12-05T22:59:59.999Z", "": "2026-12-05T00:30:00Z", "Nowhere/Atall": "2026-12-05T00:30:00Z",
	} {
		at := time.Date(2026, 11, 21, 0, 30, 0, 0, time.UTC) // the evening before in Honolulu
		r := sends("", 14)
		r.Offer.Zone = zone
		s := approved(t)
		s.do(s.Propose(anna, []Resolution{r}, at))
		s.do(s.Accept(anna, 1, "", at))
		s.do(s.Go(anna, AwaitingGoods, "", at))
		by := s.Resolutions[0].SendBy
		if got := by.Format("2006-01-02T15:04:05.999Z07:00"); got != want {
			t.Errorf("in %q until %s, not %s", zone, got, want)
		}
		s.do(s.Nudge(anna, 1, Remind, by.Add(-time.Hour)))
		if late := s.Late(by.Add(-time.Minute)); len(late) > 0 {
			t.Errorf("in %q a minute before the end: %v", zone, late)
		}
		if late := s.Late(by.Add(time.Millisecond)); late[1] != GiveUp {
			t.Errorf("in %q after the end: %v", zone, late)
		}
	}
}
