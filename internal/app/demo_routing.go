package app

import (
	"context"
	"fmt"

	"godwit.dev/godwit/internal/domain/route"
)

// loadSheets says what the merchant's people can do, and when: the language they grew up with best, the others well enough
// to write. Nothing is given out before somebody turns routing on.
func (l *demoLoader) loadSheets(ctx context.Context) error {
	day := [][2]string{{"09:00", "18:00"}}
	week := map[string][][2]string{"mon": day, "tue": day, "wed": day, "thu": day, "fri": day}
	homes := map[string]string{"Asia/Shanghai": "CN", "Asia/Almaty": "KZ", "America/Mexico_City": "MX"} // the holidays of Serbia are not known
	for _, a := range l.merchant.Agents {
		sheet := route.Sheet{Capacity: 25, Languages: map[string]route.Level{}, Zone: a.TimeZone, Weekly: week, Country: homes[a.TimeZone]}
		for i, code := range a.Languages {
			sheet.Languages[code] = route.Working
			if i == 0 {
				sheet.Languages[code] = route.Fluent
			}
		}
		if a.Role != "agent" { // they answer what is hard, and little of it
			sheet.Capacity = 8
		}
		if _, err := l.core.Routing.SaveSheet(ctx, l.owner, l.actors[a.Key].Person(), sheet, 0); err != nil {
			return fmt.Errorf("what %s can do: %w", a.Key, err)
		}
	}
	return nil
}
