package carrier_test

import (
	"slices"
	"strings"
	"testing"

	"godwit.dev/godwit/internal/domain/carrier"
)

// hold checks what is true of every answer.
func hold(t *testing.T, text string) {
	t.Helper()
	runes := []rune(text)
	last := 0
	for _, n := range carrier.Find(text, carrier.Hints{}) {
		if n.Start < last || n.End <= n.Start || n.End > len(runes) {
			t.Fatalf("%q: %d to %d of %d, after %d", text, n.Start, n.End, len(runes), last)
		}
		last = n.End
		if len(n.Carriers) == 0 || n.Number == "" || n.Number != carrier.Normalise(n.Number) {
			t.Fatalf("%q: %+v", text, n)
		}
		seen := map[carrier.Key]bool{}
		for i, c := range n.Carriers {
			if seen[c.Carrier] || c.Confidence <= 0 || c.Confidence > 1 || i > 0 && c.Confidence > n.Carriers[i-1].Confidence {
				t.Fatalf("%q: %+v", text, n.Carriers)
			}
			seen[c.Carrier] = true
			if _, ok := carrier.ByKey(c.Carrier); !ok {
				t.Fatalf("%q: nobody is %s", text, c.Carrier)
			}
		}
	}
}

func FuzzFind(f *testing.F) {
	for _, m := range texts {
		text, _ := strip(m)
		f.Add(text)
	}
	for _, s := range []string{"", "\xff1Z5R89390357567127\xff", "1\u200bZ5R89390357567127", "١٢٣٤٥٦٧٨٩٠١٢", "://" + strings.Repeat("9", 60), "RВ123456785", "-1-2-3-4-5-6-7-8-9-"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		hold(t, text)
		carrier.Recognise(text)
	})
}

// TestHostile holds that much of anything is read through, and gives an answer like any other.
func TestHostile(t *testing.T) {
	for _, part := range []string{"1 ", "12-", "1234567890", "1 2 3 4 5 6 7 8 9 0 1 2, ", "http://dhl.de/?n=986578788855&", "tracking 986578788855 ", "9\u200b", "РВ1", "\xff9", "@1Z5R89390357567127", "运单号444413758703"} {
		hold(t, strings.Repeat(part, 1<<18/len(part)))
	}
}

// TestHints holds that what is known beside a text decides between carriers that share a shape.
func TestHints(t *testing.T) {
	text := "My tracking number is 444413758703"
	for _, key := range []carrier.Key{"yamato", "sagawa", "japan_post"} {
		found := carrier.Find(text, carrier.Hints{Carriers: []carrier.Key{key}})
		if len(found) != 1 || found[0].Carriers[0].Carrier != key {
			t.Errorf("%s is not first of %+v", key, found)
		}
	}
	found := carrier.Find("tracking: 630582541978", carrier.Hints{Country: "MY"})
	if len(found) != 1 || found[0].Carriers[0].Carrier != "jt" {
		t.Errorf("%+v", found)
	}
}

func TestLinks(t *testing.T) {
	for key, want := range map[carrier.Key]string{"ups": "https://www.ups.com/track?tracknum=1Z5R89390357567127", "s10": "", "singpost": ""} {
		who, ok := carrier.ByKey(key)
		if got := who.Link("1z 5R8 9390357567127"); !ok || got != want {
			t.Errorf("%s: %q", key, got)
		}
	}
	for _, c := range carrier.Carriers() {
		if l := c.Link("1"); l != "" && !strings.HasPrefix(l, "https://") {
			t.Errorf("%s: %s", c.Key, l)
		}
	}
}

// TestPosts holds that a number of the international post is its country's as well.
func TestPosts(t *testing.T) {
	for country, key := range map[string]carrier.Key{"US": "usps", "GB": "royal_mail", "CN": "china_post", "RU": "russian_post", "BR": "correios", "MY": "pos_malaysia", "DK": "postnord"} {
		var keys []carrier.Key
		for _, c := range carrier.Recognise("RB123456785" + country) {
			if c.Valid {
				keys = append(keys, c.Carrier)
			}
		}
		if len(keys) != 2 || keys[0] != carrier.International || !slices.Contains(keys, key) {
			t.Errorf("%s: %v", country, keys)
		}
	}
}

func TestNamed(t *testing.T) {
	for text, want := range map[string]carrier.Key{
		"UPS": "ups", "canada-post": "canada_post", "Royal Mail": "royal_mail", "dhl-germany": "dhl", "DHL Express": "dhl", "J&T Express": "jt", "sf-express": "sf",
		"4PX": "4px", "YunExpress": "yunexpress", "dpd-uk": "dpd", "FedEx Ground": "fedex", "china-ems": "", "": "", "Somebody Else": "", "post": "", "Česká pošta": "ceska_posta",
		"Japan Post": "japan_post", "japanpost": "japan_post", "usps-international": "usps", "poczta-polska": "poczta_polska", "royal-mail": "royal_mail", "gls-italy": "gls",
	} {
		if got, _ := carrier.Named(text); got != want {
			t.Errorf("%q is %q, want %q", text, got, want)
		}
	}
}
