package habit

import (
	"math"
	"regexp"
	"strconv"
	"strings"
)

// Measure is a number with a unit as a text has it, and the same in the other system of units.
type Measure struct {
	Text  string  // as it is written
	Value float64 // in Unit, of three significant digits
	Unit  string  // cm, m, kg, g, ml, °C, or in, ft, lb, oz, fl oz, °F
}

type conversion struct {
	words  string // of the unit, as a pattern
	factor float64
	unit   string
}

// Exact factors: the international yard and pound of 1959, and the US fluid ounce of 231 in³ / 128.
var conversions = []conversion{
	{`(?i:inch(?:es)?|zoll|pouces?|pulgadas?|polegadas?|pollici|дюйм\pL*|英寸|吋|インチ)|in\.|″|''|"`, 2.54, "cm"},
	{`(?i:ft|feet|foot)\.?|′`, 0.3048, "m"},
	{`(?i:lbs?|pounds?)\.?|磅`, 0.45359237, "kg"},
	{`(?i:fl\.? ?oz)\.?`, 29.5735295625, "ml"},
	{`(?i:oz|ounces?)\.?|盎司`, 28.349523125, "g"},
	{`(?i:cm|centimet(?:er|re)s?|см|厘米|公分|センチ)`, 1 / 2.54, "in"},
	{`(?i:kg|kilos?|кг|公斤|千克|キロ)`, 1 / 0.45359237, "lb"},
	{`(?i:ml|мл|毫升)`, 1 / 29.5735295625, "fl oz"},
	{`°F|(?i:fahrenheit)|℉`, 0, "°C"},
	{`°C|(?i:celsius)|℃`, 0, "°F"},
}

var measured = func() *regexp.Regexp {
	parts := make([]string, len(conversions))
	for i, c := range conversions {
		parts[i] = "(" + c.words + ")"
	}
	return regexp.MustCompile(`(?:^|[^\pL\pN.,/-])((-?\d{1,5}(?:[.,]\d{1,2})?) ?(?:` + strings.Join(parts, "|") + `))(?:$|[^\pL\pN])`)
}()

// mostMeasures bounds how many measures are read from one text.
const mostMeasures = 6

// Measures returns the measures that a text names, in order, each once and at most six, in the other system of units: an
// agent who thinks in centimetres reads what a customer wrote in inches, and the other way round.
func Measures(text string) []Measure {
	text = text[:min(len(text), 20_000)]
	var out []Measure
	seen := map[string]bool{}
	for _, m := range measured.FindAllStringSubmatch(text, 4*mostMeasures) {
		v, err := strconv.ParseFloat(strings.Replace(m[2], ",", ".", 1), 64)
		if err != nil || seen[m[1]] || len(out) == mostMeasures {
			continue
		}
		for i, c := range conversions {
			if m[3+i] == "" {
				continue
			}
			switch {
			case c.unit == "°C":
				v = (v - 32) * 5 / 9
			case c.unit == "°F":
				v = v*9/5 + 32
			case v < 0: // a dash before a length
				continue
			default:
				v *= c.factor
			}
			seen[m[1]] = true
			out = append(out, Measure{Text: m[1], Value: significant(v), Unit: c.unit})
		}
	}
	return out
}

// significant rounds to three significant digits, and to a tenth at the most.
func significant(v float64) float64 {
	if v == 0 {
		return 0
	}
	digits := max(min(2-math.Floor(math.Log10(math.Abs(v))), 1), 0)
	p := math.Pow(10, digits)
	return math.Round(v*p) / p
}
