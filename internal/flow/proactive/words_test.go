package proactive

import (
	"strings"
	"testing"
	"time"

	"godwit.dev/godwit/internal/base/i18n"
	"godwit.dev/godwit/internal/domain/shipment"
)

// TestLettersHaveWords: every occasion has a letter in every language of customers, with
// the order, the shop, both links, and nothing left to fill in or in English.
func TestLettersHaveWords(t *testing.T) {
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	for _, o := range Occasions() {
		english := ""
		for _, l := range i18n.Customer() {
			p := i18n.For(l)
			c := Sample("Greywing", o, now)
			subject, body := Compose(p, c)
			all := subject + "\n" + body
			for _, want := range []string{c.Number, c.Shop, c.Status, c.Stop, c.Parcel.Number} {
				if !strings.Contains(all, want) {
					t.Errorf("%s %s: no %q in\n%s", o, l, want, all)
				}
			}
			if strings.Contains(all, "{{") || strings.Contains(all, "portal.") {
				t.Errorf("%s %s: %s", o, l, all)
			}
			if !strings.Contains(subject, "1042") || strings.ContainsAny(subject, "\r\n") {
				t.Errorf("%s %s: subject %q", o, l, subject)
			}
			if l == i18n.English {
				english = body
			} else if body == english {
				t.Errorf("%s %s: in English", o, l)
			}
		}
	}
}

// TestLettersSayWhatToDo: what customs asks for, where a parcel waits, and when a late
// one is expected stand in the letter.
func TestLettersSayWhatToDo(t *testing.T) {
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	en := i18n.For(i18n.English)
	duty := Sample("Greywing", Customs, now)
	duty.Parcel.Reason, duty.Parcel.Papers, duty.Parcel.Country = shipment.CustomsDuty, "CPF", "BR"
	late := Sample("Greywing", Delay, now)
	ahead := late
	ahead.Promised = now.AddDate(0, 0, -1)
	ahead.Now = now
	kept := late
	kept.Missed = false
	if _, body := Compose(en, kept); strings.Contains(body, "due to arrive") {
		t.Errorf("a promise that holds is called broken:\n%s", body)
	}
	pick := Sample("Greywing", Pickup, now)
	lost := Sample("Greywing", Lost, now)
	gone := lost
	gone.Parcel.Status = shipment.Lost
	for _, c := range []struct {
		content Content
		want    []string
	}{
		{duty, []string{"Duty or tax is due", "Often asked for in Brazil: CPF"}},
		{late, []string{"takes longer than expected", "Expected delivery: Nov 24, 2026 – Nov 26, 2026"}},
		{late, []string{"Your parcel was due to arrive by Nov 20, 2026 and has not arrived yet.\nExpected delivery"}},
		{ahead, []string{"Your parcel was due to arrive by Nov 21, 2026. It will probably arrive later than that.\nExpected delivery: Nov 24"}},
		{pick, []string{"Ready for pick-up", "Pick-up place: Leipzig", "Bring an ID"}},
		{lost, []string{"No news of the parcel", "may be lost"}},
		{gone, []string{"Lost", "can no longer deliver"}},
	} {
		_, body := Compose(en, c.content)
		for _, want := range c.want {
			if !strings.Contains(body, want) {
				t.Errorf("no %q in\n%s", want, body)
			}
		}
	}
}
