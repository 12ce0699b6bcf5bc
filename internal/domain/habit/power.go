package habit

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Verdict is what becomes of a product at a market's sockets.
type Verdict string

// What becomes of a product.
const (
	Unknown Verdict = ""        // the product does not say
	Works   Verdict = "works"   // it takes what the market has
	Adapter Verdict = "adapter" // its plug fits no socket there
	Burns   Verdict = "burns"   // it takes less than the market's voltage: it is dangerous
	Weak    Verdict = "weak"    // it needs more than the market's voltage
)

// Power is what a product says of its current, beside a market's.
type Power struct {
	Low, High int      // volts that it takes, 0 if it does not say
	Plugs     []string // IEC 60083 letters that its plug fits, none if it does not say
	Voltage   Verdict  // Works, Burns, Weak or Unknown
	Plug      Verdict  // Works, Adapter or Unknown
}

// tolerance is how far mains may be from their rated voltage (IEC 60038: ± 10 %).
const tolerance = 0.10

var (
	voltRange = regexp.MustCompile(`(?i)\b(\d{2,3}) ?V?(?:AC)? ?[-–~/] ?(\d{2,3}) ?V`)
	voltOne   = regexp.MustCompile(`(?i)\b(\d{3}) ?V`)
	plugType  = regexp.MustCompile(`(?i)\b(?:type|typ) ([A-O])\b`)
	plugOf    = regexp.MustCompile(`\b(USA?|EU|UK|AU|CN|JP|KR|BR|IN|ZA|US/CN)(?i: (?:standard |type )?(?:plug|插头|规|stecker|prise))|(美|欧|英|澳|国|中|日)(?:规|标)`)
)

// The sockets that a plug of a country's standard fits.
var plugsOf = map[string][]string{
	"US": {"A", "B"}, "USA": {"A", "B"}, "美": {"A", "B"}, "JP": {"A"}, "日": {"A"}, "EU": {"C", "E", "F"}, "欧": {"C", "E", "F"}, "KR": {"C", "F"},
	"UK": {"G"}, "英": {"G"}, "AU": {"I"}, "澳": {"I"}, "CN": {"A", "I"}, "国": {"A", "I"}, "中": {"A", "I"}, "BR": {"N"}, "IN": {"D"}, "ZA": {"M"},
}

// Check compares what a product says, in its titles and attributes by name, with a market. What it does not say is
// Unknown: nothing is concluded from silence.
func (p Profile) Check(titles []string, attributes map[string]string) Power {
	said := slices.Clone(titles)
	for k, v := range attributes {
		key := strings.ToLower(k)
		switch {
		case strings.Contains(key, "plug") || strings.Contains(key, "插头") || strings.Contains(key, "вилк"):
			v += " plug"
			if len(strings.Fields(v)[0]) == 1 { // a letter alone
				v = "type " + v
			}
		case strings.Contains(key, "volt") || strings.Contains(key, "电压") || strings.Contains(key, "напряж"):
			v += " V"
		}
		said = append(said, v)
	}
	slices.Sort(said)
	text := strings.Join(said, "\n")
	var w Power
	if m := voltRange.FindStringSubmatch(text); m != nil {
		w.Low, _ = strconv.Atoi(m[1])
		w.High, _ = strconv.Atoi(m[2])
	} else if m := voltOne.FindStringSubmatch(text); m != nil {
		w.Low, _ = strconv.Atoi(m[1])
		w.High = w.Low
	}
	if w.Low > w.High {
		w.Low, w.High = w.High, w.Low
	}
	for _, m := range plugType.FindAllStringSubmatch(text, 8) {
		w.Plugs = append(w.Plugs, strings.ToUpper(m[1]))
	}
	for _, m := range plugOf.FindAllStringSubmatch(text, 8) {
		w.Plugs = append(w.Plugs, plugsOf[m[1]+m[2]]...)
	}
	slices.Sort(w.Plugs)
	w.Plugs = slices.Compact(w.Plugs)
	if w.High > 48 && len(p.Volts) > 0 { // up to there it is a battery or a USB charger's side
		w.Voltage = Works
		if float64(slices.Max(p.Volts)) > float64(w.High)*(1+tolerance) {
			w.Voltage = Burns
		} else if float64(slices.Min(p.Volts)) < float64(w.Low)*(1-tolerance) {
			w.Voltage = Weak
		}
	}
	if len(w.Plugs) > 0 && len(p.Plugs) > 0 {
		w.Plug = Adapter
		if slices.ContainsFunc(w.Plugs, func(x string) bool { return slices.Contains(p.Plugs, x) }) {
			w.Plug = Works
		}
	}
	return w
}
