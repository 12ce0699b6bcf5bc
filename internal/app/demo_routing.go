package app

import (
	"context"
	"fmt"

	"godwit.dev/godwit/internal/app/simulate"
	"godwit.dev/godwit/internal/domain/route"
)

// loadSheets says what the merchant's people can do, and when. Nothing is given out before routing is turned on.
func (l *demoLoader) loadSheets(ctx context.Context) error {
	for _, a := range l.merchant.Agents {
		if _, err := l.core.Routing.SaveSheet(ctx, l.owner, l.actors[a.Key].Person(), demoSheet(a), 0); err != nil {
			return fmt.Errorf("what %s can do: %w", a.Key, err)
		}
	}
	return nil
}

// demoSheet is what somebody can do: the language they grew up with best, the others well enough to write.
func demoSheet(a simulate.Agent) route.Sheet {
	day := [][2]string{{"09:00", "18:00"}}
	week := map[string][][2]string{"mon": day, "tue": day, "wed": day, "thu": day, "fri": day}
	homes := map[string]string{"Asia/Shanghai": "CN", "Asia/Almaty": "KZ", "Europe/Belgrade": "RS", "America/Mexico_City": "MX"}
	sheet := route.Sheet{Capacity: 40, Languages: map[string]route.Level{}, Zone: a.TimeZone, Weekly: week, Country: homes[a.TimeZone]}
	for i, code := range a.Languages {
		sheet.Languages[code] = route.Working
		if i == 0 {
			sheet.Languages[code] = route.Fluent
		}
	}
	if a.Role != "agent" { // they answer what is hard, and little of it
		sheet.Capacity = 15
	}
	return sheet
}
