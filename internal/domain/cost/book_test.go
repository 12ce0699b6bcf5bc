package cost

import (
	"bytes"
	"reflect"
	"strings"
	"testing"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/decision"
	"godwit.dev/godwit/internal/domain/fx"
	"godwit.dev/godwit/internal/domain/product"
)

func amount(n int64) *int64 { return &n }

func book() Book {
	return Book{
		Currency: "EUR", Handling: amount(150), ResaleA: "80%", TaxBack: "100%", Credit: "62.5%", Repair: &Repair{Cost: 900, Freight: 300, Days: 8},
		Lanes: []Lane{
			{Way: Back, From: "DE", Route: "local_hub", Bands: []Band{{2000, 650}, {500, 390}}, Fee: 80, Days: 4, DutyBack: "50%"},
			{Way: Back, Route: "local_hub", Bands: []Band{{1000, 9900}}, Days: 9},
			{Way: Out, From: "DE", Route: "local_warehouse", Bands: []Band{{5000, 500}}, Fee: 20, Days: 2},
		},
		Goods: []Goods{{SKU: "B", Cost: amount(700), ResaleC: amount(0), Grams: 300}, {SKU: "A", Grams: 1500}},
	}.Tidy()
}

func TestABookStandsInThePlaceOfCarefulFiguresPieceByPiece(t *testing.T) {
	s := New(Config{Products: shelf{}, Rates: bank{}})
	f := Facts{From: "DE", To: "CN", Currency: "EUR", Items: []Item{{SKU: "B", Qty: 1, Price: 2000}}}
	b := book()
	got, err := s.figures(t.Context(), 1, f, b)
	if err != nil {
		t.Fatal(err)
	}
	if hub := got.Costs.Routes[decision.LocalHub]; hub == nil || hub.Freight != 390 || hub.Fee != 80 || hub.Days != 4 || hub.DutyBack != decision.Whole/2 || got.Routes[decision.LocalHub] != Own {
		t.Errorf("the hub costs %+v", hub)
	}
	if origin := got.Costs.Routes[decision.Origin]; origin.Freight != 1000 || got.Routes[decision.Origin] != Careful || got.Costs.Routes[decision.DropOff] != nil {
		t.Errorf("the origin costs %+v: nobody gave a figure", origin)
	}
	if i := got.Items["B"]; i.Cost != 700 || i.Resale != [3]int64{1600, 600, 0} {
		t.Errorf("the article is %+v", i)
	}
	if got.Costs.Handling != 150 || got.Costs.TaxBack != decision.Whole || got.Costs.Credit != decision.Whole/8*5 || got.Costs.Repair.Cost != 900 {
		t.Errorf("figures %+v", got.Costs)
	}
	if r := got.Costs.Replace; len(r) != 2 || r[0] != (decision.Sender{From: decision.LocalStore, Freight: 520, Days: 2}) || r[1].From != decision.Origin || got.Replace[1] != Careful {
		t.Errorf("new units come from %+v", r)
	}
	for _, c := range []struct {
		name  string
		items []Item
		from  string
		want  int64
	}{
		{"two light ones weigh more than the first band", []Item{{SKU: "B", Qty: 2, Price: 1}}, "DE", 650},
		{"heavier than all bands is several parcels", []Item{{SKU: "A", Qty: 3, Price: 1}}, "DE", 1950},
		{"an unknown weight is the heaviest", []Item{{SKU: "C", Qty: 1, Price: 1}}, "DE", 650},
		{"told grams hold where the book has none", []Item{{SKU: "C", Qty: 1, Grams: 400, Price: 1}}, "DE", 390},
		{"a lane of any country", []Item{{SKU: "B", Qty: 1, Price: 1}}, "FR", 9900},
	} {
		f.Items, f.From = c.items, c.from
		if got, err = s.figures(t.Context(), 1, f, b); err != nil || got.Costs.Routes[decision.LocalHub].Freight != c.want {
			t.Errorf("%s: %+v, %v, want %d", c.name, got.Costs.Routes[decision.LocalHub], err, c.want)
		}
	}
}

func TestABookInAnotherCurrencyIsConvertedOrLeftOut(t *testing.T) {
	two, _ := fx.ParseDecimal("2")
	f := Facts{From: "DE", To: "CN", Currency: "USD", Items: []Item{{SKU: "B", Qty: 1, Price: 2000}}}
	rich := New(Config{Products: shelf{}, Rates: bank{{Base: "EUR", Quote: "USD", Source: fx.ECB, Day: day, Value: two}}})
	got, err := rich.figures(t.Context(), 1, f, book())
	if err != nil || got.Costs.Routes[decision.LocalHub].Freight != 780 || got.Items["B"].Cost != 1400 || got.NoRate {
		t.Errorf("by the rate %+v, %v", got, err)
	}
	poor := New(Config{Products: shelf{"B": {Currency: "USD", Variants: []product.Variant{{SKU: "B", Cost: 11}}}}, Rates: bank{}})
	got, err = poor.figures(t.Context(), 1, f, book())
	if err != nil || !got.NoRate || got.Costs.Routes[decision.LocalHub] != nil || got.Items["B"].Cost != 11 || got.Items["B"].Resale[0] != 1600 || got.Goods["B"] != Catalog {
		t.Errorf("without a rate %+v, %v: want shares and the catalogue alone", got, err)
	}
}

func TestCheckNamesThePlaceOfWhatIsWrong(t *testing.T) {
	for place, change := range map[string]func(*Book){
		"currency":              func(b *Book) { b.Currency = "EURO" },
		"lanes.1.way":           func(b *Book) { b.Lanes[0].Way = "up" },
		"lanes.3.route":         func(b *Book) { b.Lanes[2].Route = "drop_off" },
		"lanes.1.from":          func(b *Book) { b.Lanes[0].From = "Germany" },
		"lanes.1.bands":         func(b *Book) { b.Lanes[0].Bands = nil },
		"lanes.2.bands.2.grams": func(b *Book) { b.Lanes[1].Bands[1].Grams = 500 },
		"lanes.2":               func(b *Book) { b.Lanes[1] = b.Lanes[0] },
		"lanes.1.duty_back":     func(b *Book) { b.Lanes[0].DutyBack = "101%" },
		"goods.2.sku":           func(b *Book) { b.Goods[1].SKU = "A" },
		"goods.1.cost":          func(b *Book) { b.Goods[0].Cost = amount(-1) },
		"credit":                func(b *Book) { b.Credit = "half" },
		"repair.days":           func(b *Book) { b.Repair.Days = 400 },
	} {
		b := book()
		change(&b)
		list := errs.Fields(b.Check())
		if len(list) == 0 || list[0].Field != place {
			t.Errorf("%s: %v", place, list)
		}
	}
	if err := book().Check(); err != nil {
		t.Error(err)
	}
}

func TestTablesComeBackAsTheyWent(t *testing.T) {
	b := book()
	again, err := Book{Currency: "EUR"}.ReadCSV(bytes.NewReader(b.LanesCSV()))
	if err != nil || !reflect.DeepEqual(again.Tidy().Lanes, b.Lanes) {
		t.Errorf("lanes %+v, %v", again.Lanes, err)
	}
	again, err = Book{Currency: "EUR"}.ReadCSV(bytes.NewReader(b.GoodsCSV()))
	if err != nil || !reflect.DeepEqual(again.Tidy().Goods, b.Goods) {
		t.Errorf("goods %+v, %v", again.Goods, err)
	}
	for text, key := range map[string]string{"sku,colour\n": "error.cost_column", "sku,cost\nA,1.234\n": "error.cost_cell", "": "error.cost_file", "way,route\n": "error.cost_file", "sku\n\"A": "error.cost_line"} {
		_, err := b.ReadCSV(strings.NewReader(text))
		if list := errs.Fields(err); len(list) != 1 || list[0].Key != key {
			t.Errorf("%q: %v, want %s", text, err, key)
		}
	}
}
