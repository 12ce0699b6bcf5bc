package habit

import (
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"pgregory.net/rapid"

	"godwit.dev/godwit/internal/base/money"
)

func TestEveryMarketIsWhole(t *testing.T) {
	all := Markets()
	if len(all) < 60 {
		t.Fatalf("%d markets", len(all))
	}
	for _, m := range all {
		p, _ := Of(strings.ToLower(m))
		if _, err := money.New(1, p.Currency); err != nil {
			t.Errorf("%s: %v", m, err)
		}
		if len(p.Languages) == 0 || len(p.Volts) == 0 || len(p.Hertz) == 0 || len(p.Plugs) == 0 || len(p.Channels) == 0 || p.Source == "" || p.AsOf == "" || p.Status == "" {
			t.Errorf("%s misses something: %+v", m, p)
		}
		if !slices.Contains([]First{SelfService, Person, Either}, p.First) || !slices.Contains([]Formality{Formal, Informal, Neutral}, p.Formality) || !slices.Contains([]Units{Metric, Imperial, Mixed}, p.Units) {
			t.Errorf("%s: %s, %s, %s", m, p.First, p.Formality, p.Units)
		}
	}
	if _, ok := Of("XX"); ok {
		t.Error("a market of nowhere")
	}
}

func TestPostcodes(t *testing.T) {
	for _, x := range []struct {
		market, code string
		want         bool
	}{
		{"DE", "24103", true}, {"DE", "2410", false}, {"GB", "sw1a 1aa", true}, {"US", "94103-1234", true}, {"US", "9410", false},
		{"NL", "1012 AB", true}, {"RU", "101000", true}, {"JP", "100-0001", true}, {"HK", "", true}, {"AE", "whatever", true},
	} {
		p, _ := Of(x.market)
		if got := p.Postcode(x.code); got != x.want {
			t.Errorf("%s %q: %v", x.market, x.code, got)
		}
	}
}

func TestSizesOfTexts(t *testing.T) {
	for _, x := range []struct {
		market, text string
		want         []Size
	}{
		{"US", "Are these true to size? I wear US 8.5 or EU 39", []Size{{"us", "8.5"}, {"eu", "39"}}},
		{"US", "please tell us 2 days before", nil},
		{"US", "I need a size 9 instead of size 8½", []Size{{"us", "9"}, {"us", "8.5"}}},
		{"DE", "Ich habe Größe 39, passt das?", []Size{{"eu", "39"}}},
		{"DE", "39 EUR sind zu viel", nil},
		{"FR", "je fais du 38, pointure 38,5 en fait", []Size{{"fr", "38.5"}}},
		{"PT", "eu 39 anos", nil},
		{"RU", "мой размер 42, подойдёт?", []Size{{"ru", "42"}}},
		{"CN", "39码的有吗，M码呢", []Size{{"cn", "39"}, {"cn", "M"}}},
		{"JP", "24.5cmはありますか", []Size{{"jp", "24.5"}}},
		{"KR", "245 사이즈 있나요? 245mm", []Size{{"kr", "245"}}},
		{"BR", "tamanho 39", nil}, // its scale is not in the table
		{"ES", "la talla XL me queda pequeña", []Size{{"cn", "XL"}}},
		{"AT", "die Regenjacke in M ist zu eng", []Size{{"cn", "M"}}},
		{"GB", "size UK 6 please", []Size{{"uk", "6"}}},
		{"GB", "42 UK", []Size{{"uk", "42"}}},
		{"TR", "40 numara 41 beden: 40", []Size{{"eu", "41"}, {"eu", "40"}}},
	} {
		if got := Sizes(x.text, x.market); !reflect.DeepEqual(got, x.want) {
			t.Errorf("%s %q: %v, want %v", x.market, x.text, got, x.want)
		}
	}
}

func TestSizesFit(t *testing.T) {
	row := func(s Size, g Goods, gender string) Fit {
		t.Helper()
		for _, f := range Fits(s, g) {
			if f.Gender == gender {
				return f
			}
		}
		t.Fatalf("%v of %s fits nobody", s, gender)
		return Fit{}
	}
	f := row(Size{"eu", "39"}, Shoes, "women")
	if f.Measure != "245" || f.Values["us"] != "8" || f.Values["uk"] != "6" || f.Values["jp"] != "24.5" || f.Values["ru"] != "38" {
		t.Errorf("EU 39: %+v", f)
	}
	if f = row(Size{"cn", "39"}, Shoes, "women"); f.Measure != "245" { // the old Chinese number
		t.Errorf("CN 39: %+v", f)
	}
	if f = row(Size{"us", "7"}, Clothing, "women"); f.Values["eu"] != "38" { // within 6-8
		t.Errorf("US 7: %+v", f)
	}
	if f = row(Size{"cn", "XL"}, Clothing, "men"); f.Values["eu"] != "50" {
		t.Errorf("CN XL: %+v", f)
	}
	if f = row(Size{"us", "7"}, Rings, "unisex"); f.Measure != "17.3" {
		t.Errorf("ring 7: %+v", f)
	}
	if got := Fits(Size{"eu", "99"}, ""); got != nil {
		t.Errorf("EU 99: %v", got)
	}
	for _, f := range fits {
		for s, v := range f.Values {
			if len(f.forms[s]) == 0 || f.Source == "" || f.Status == "" {
				t.Errorf("%s %s: nobody can write %q", f.Goods, f.Measure, v)
			}
		}
	}
}

func TestGoodsOfTitles(t *testing.T) {
	for title, want := range map[string]Goods{
		"Trail Running Shoes": Shoes, "女士运动鞋": Shoes, "Sommerkleid": Clothing, "Silver Ring 925": Rings, "Платье летнее": Clothing, "Earring hook": "", "Mug": "", "Shoe bag and shirt": "",
	} {
		if got := GoodsOf(title); got != want {
			t.Errorf("%q: %q, want %q", title, got, want)
		}
	}
}

func TestMeasuresOfTexts(t *testing.T) {
	for _, x := range []struct {
		text string
		want []Measure
	}{
		{"Is it 12 inches wide?", []Measure{{"12 inches", 30.5, "cm"}}},
		{`a 55" TV, about 40 lbs.`, []Measure{{`55"`, 140, "cm"}, {"40 lbs.", 18.1, "kg"}}},
		{"is it wider than 80cm", []Measure{{"80cm", 31.5, "in"}}},
		{"2 in the box, 5 feet away", []Measure{{"5 feet", 1.5, "m"}}},
		{"wash at 40°C or 104 °F", []Measure{{"40°C", 104, "°F"}, {"104 °F", 40, "°C"}}},
		{"it froze at -4°F", []Measure{{"-4°F", -20, "°C"}}},
		{"8 fl oz or 8 oz", []Measure{{"8 fl oz", 237, "ml"}, {"8 oz", 227, "g"}}},
		{"ширина 60 см", []Measure{{"60 см", 23.6, "in"}}},
		{"order 12345678 in transit", nil},
	} {
		if got := Measures(x.text); !reflect.DeepEqual(got, x.want) {
			t.Errorf("%q: %v, want %v", x.text, got, x.want)
		}
	}
}

func TestPowerOfProducts(t *testing.T) {
	for _, x := range []struct {
		market string
		titles []string
		attrs  map[string]string
		want   Power
	}{
		{"DE", []string{"Hair dryer 110V US plug"}, nil, Power{110, 110, []string{"A", "B"}, Burns, Adapter}},
		{"US", []string{"Kettle"}, map[string]string{"Voltage": "220-240", "Plug": "EU"}, Power{220, 240, []string{"C", "E", "F"}, Weak, Adapter}},
		{"DE", nil, map[string]string{"电压": "100V-240V", "插头": "欧规"}, Power{100, 240, []string{"C", "E", "F"}, Works, Works}},
		{"GB", nil, map[string]string{"plug type": "G", "voltage": "220V"}, Power{220, 220, []string{"G"}, Works, Works}},
		{"BR", nil, map[string]string{"voltage": "127V"}, Power{127, 127, nil, Burns, Unknown}}, // some of Brazil has 220 V
		{"JP", nil, map[string]string{"voltage": "5V"}, Power{}},
		{"FR", []string{"Mug"}, map[string]string{"Color": "red"}, Power{}},
	} {
		p, _ := Of(x.market)
		if got := p.Check(x.titles, x.attrs); !reflect.DeepEqual(got, x.want) {
			t.Errorf("%s %v %v: %+v, want %+v", x.market, x.titles, x.attrs, got, x.want)
		}
	}
}

// A product that takes every voltage works everywhere, and one that takes a wider range is never worse off.
func TestAWiderRangeIsNeverWorse(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p, _ := Of(rapid.SampledFrom(Markets()).Draw(t, "market"))
		low, high := rapid.IntRange(100, 240).Draw(t, "low"), rapid.IntRange(100, 240).Draw(t, "high")
		write := func(a, b int) Power {
			return p.Check(nil, map[string]string{"voltage": strings.Join([]string{strconv.Itoa(a), strconv.Itoa(b)}, "-") + "V"})
		}
		narrow, wide := write(low, high), write(min(low, high)-10, max(low, high)+10)
		if narrow.Voltage == Works && wide.Voltage != Works {
			t.Fatalf("%s: %+v, then %+v", p.Market, narrow, wide)
		}
		if write(90, 260).Voltage != Works {
			t.Fatalf("%s", p.Market)
		}
	})
}

func FuzzText(f *testing.F) {
	f.Add("size EU 39, 12\" and 40°C", "US")
	f.Add("размер 42 39码 M码 245mm", "RU")
	f.Fuzz(func(t *testing.T, text, market string) {
		for _, s := range Sizes(text, market) {
			if !slices.Contains(Scales(), s.Scale) || s.Value == "" || !utf8.ValidString(s.Value) {
				t.Fatalf("%+v", s)
			}
			Fits(s, GoodsOf(text))
		}
		for _, m := range Measures(text) {
			if !strings.Contains(text, m.Text) || m.Value != m.Value {
				t.Fatalf("%+v", m)
			}
		}
		p, _ := Of("DE")
		p.Check([]string{text}, map[string]string{text: market, "plug": text})
	})
}

func TestDaysAndNumbersAsTheyAreWrittenThere(t *testing.T) {
	day := time.Date(2026, 3, 7, 0, 0, 0, 0, time.UTC)
	for market, want := range map[string][2]string{
		"US": {"3/7/2026", "1,234.50"}, "DE": {"7.3.2026", "1.234,50"}, "RU": {"07.03.2026", "1\u00a0234,50"}, "BG": {"7.03.2026 г.", ""}, "CN": {"2026/3/7", "1,234.50"}, "FR": {"07/03/2026", "1\u202f234,50"}, "CH": {"", "1'234.50"},
	} {
		p, _ := Of(market)
		if got := p.Date(day); want[0] != "" && got != want[0] {
			t.Errorf("%s: %q, want %q", market, got, want[0])
		}
		if got := p.Number(); want[1] != "" && got != want[1] {
			t.Errorf("%s: %q, want %q", market, got, want[1])
		}
	}
}
