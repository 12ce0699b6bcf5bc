package app

import (
	"context"
	"fmt"

	"godwit.dev/godwit/internal/domain/promise"
)

// demoBook is what the merchant of the demo promises about its answers: two desks that
// follow the sun, and less waiting for those who are dear or got damaged goods.
func demoBook() promise.Book {
	china := [][2]string{{"09:00", "12:00"}, {"13:30", "18:30"}}
	europe := [][2]string{{"09:00", "18:00"}}
	waits := map[promise.Target][]string{promise.Resolution: {"customer", "carrier", "supplier"}, promise.Update: {"customer"}}
	return promise.Book{
		Calendars: []promise.Calendar{
			{
				Name: "Shenzhen", Zone: "Asia/Shanghai", Countries: []string{"CN"}, Events: []string{"lunar_new_year", "golden_week_cn"},
				Weekly: map[string][][2]string{"mon": china, "tue": china, "wed": china, "thu": china, "fri": china, "sat": china},
			},
			{
				Name: "Berlin", Zone: "Europe/Berlin", Countries: []string{"DE"}, Holidays: []string{"2026-12-24", "2026-12-31"},
				Weekly: map[string][][2]string{"mon": europe, "tue": europe, "wed": europe, "thu": europe, "fri": europe},
			},
		},
		Chains:   []promise.Chain{{Name: "Follow the sun", Calendars: []string{"Shenzhen", "Berlin"}}},
		Calendar: "Follow the sun",
		Rules: []promise.Rule{
			{Name: "Everybody", Targets: map[promise.Target]int{promise.First: 8 * 60, promise.Next: 10 * 60, promise.Resolution: 60 * 60}, Pauses: waits, Soon: 90},
			{Name: "VIP", When: promise.When{Tiers: []string{"vip"}}, Targets: map[promise.Target]int{promise.First: 60, promise.Next: 120}, Soon: 20},
			{
				Name: "Damaged or wrong", When: promise.When{Topics: []string{"damaged", "defective", "wrong_item", "missing_item"}}, Pauses: waits, Soon: 60,
				Targets: map[promise.Target]int{promise.First: 4 * 60, promise.Resolution: 30 * 60, promise.Update: 20 * 60},
			},
		},
	}
}

// loadPromises saves the book before the first customer writes.
func (l *demoLoader) loadPromises(ctx context.Context) error {
	if _, err := l.core.Clocks.Save(ctx, l.owner, demoBook(), 0); err != nil {
		return fmt.Errorf("book of promises: %w", err)
	}
	return nil
}
