package ui

import (
	"strings"
	"testing"
	"time"

	"godwit.dev/godwit/internal/base/i18n"
	"godwit.dev/godwit/internal/domain/shipment"
	"godwit.dev/godwit/internal/flow/portal"
)

// steps makes a history, newest first, from places in the order of the way.
func history(places ...string) []portal.Step {
	var out []portal.Step
	for i, p := range places {
		city, country, _ := strings.Cut(p, "/")
		out = append([]portal.Step{{Status: shipment.InTransit, City: city, Country: country, At: time.Unix(int64(i), 0)}}, out...)
	}
	return out
}

func TestCharts(t *testing.T) {
	page := Page{Printer: i18n.For("en")}
	for name, c := range map[string]struct {
		parcel portal.Parcel
		kinds  string // of the stops
		words  string
	}{
		"on its way":         {portal.Parcel{Status: shipment.InTransit, Country: "DE", History: history("Shenzhen/CN", "Almaty/KZ")}, "been here goal", "Shenzhen, Almaty, Germany"},
		"there":              {portal.Parcel{Status: shipment.OutForDelivery, Country: "DE", History: history("Shenzhen/CN", "LEIPZIG/DE")}, "been here", "Shenzhen, LEIPZIG"},
		"over the Pacific":   {portal.Parcel{Status: shipment.InTransit, Country: "US", History: history("Yokohama/JP", "Los Angeles/US")}, "been here", "Yokohama, Los Angeles"},
		"from one town":      {portal.Parcel{Status: shipment.PickedUp, Country: "FR", History: history("Shenzhen/CN")}, "here goal", "Shenzhen, France"},
		"towns of no table":  {portal.Parcel{Status: shipment.InTransit, Country: "KR", History: history("深圳/CN", "인천/KR")}, "been here", "China, South Korea"},
		"an end":             {portal.Parcel{Status: shipment.Lost, Country: "DE", History: history("Shenzhen/CN", "Almaty/KZ")}, "been here", "Shenzhen, Almaty"},
		"one place":          {portal.Parcel{Status: shipment.Delivered, Country: "DE", History: history("Kiel/DE", "Kiel/DE")}, "", ""},
		"nobody knows where": {portal.Parcel{Status: shipment.InTransit, Country: "DE", History: history("/", "Atlantis/XX")}, "", ""},
		"nothing yet":        {portal.Parcel{Status: shipment.Announced, Country: "DE"}, "", ""},
	} {
		got := page.chart(c.parcel)
		if got == nil {
			if c.kinds != "" {
				t.Errorf("%s: no map", name)
			}
			continue
		}
		var kinds []string
		for _, s := range got.Stops {
			kinds = append(kinds, s.Kind)
			if s.X < 0 || s.X > mapWide || s.Y < 0 || s.Y > mapHigh || s.Name != "" && (s.TextY < 16 || s.TextY > mapHigh) {
				t.Errorf("%s: %+v is off the map", name, s)
			}
		}
		if k := strings.Join(kinds, " "); k != c.kinds || !strings.HasSuffix(got.Words, c.words) {
			t.Errorf("%s: %s; %s", name, k, got.Words)
		}
		if strings.Contains(c.kinds, "goal") != (got.Ahead != "") || len(got.Land) > mostLand {
			t.Errorf("%s: ahead %q, %d bytes of land", name, got.Ahead, len(got.Land))
		}
	}
}
