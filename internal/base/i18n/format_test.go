package i18n

import (
	"math"
	"testing"
	"time"
)

func TestRelative(t *testing.T) {
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		lang Lang
		d    time.Duration
		want string
	}{
		{"en", -5 * time.Minute, "5 min ago"}, {"zh-Hans", -5 * time.Minute, "5分钟前"}, {"ru", -5 * time.Minute, "5 минут назад"}, {"ru", -21 * time.Minute, "21 минуту назад"},
		{"en", -59 * time.Second, "now"}, {"en", 59*time.Minute + 59*time.Second, "in 59 min"}, {"en", 2 * time.Hour, "in 2 hr"}, {"de", -26 * time.Hour, "vor 1 Tag"},
		{"en", -45 * 24 * time.Hour, "1 mo ago"}, {"en", -800 * 24 * time.Hour, "2 yr ago"}, {"ar", -2 * time.Hour, "قبل ساعتين"}, {"en", 0, "now"},
	} {
		if got := For(c.lang).Relative(now.Add(c.d), now); got != c.want {
			t.Errorf("%s %v = %q, want %q", c.lang, c.d, got, c.want)
		}
	}
}

func TestDay(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 1, 2, 23, 30, 0, 0, time.UTC) // January 3 in Berlin
	for _, c := range []struct {
		t    time.Time
		want string
	}{
		{now, "today"}, {now.Add(-time.Hour), "yesterday"}, {now.Add(24 * time.Hour), "tomorrow"}, {now.Add(-48 * time.Hour), "Jan 1"}, {now.Add(-72 * time.Hour), "Dec 31, 2025"},
	} {
		if got := For("en").Day(c.t, now, berlin); got != c.want {
			t.Errorf("%v = %q, want %q", c.t, got, c.want)
		}
	}
	if got := For("de").DateTime(now, berlin, Medium); got != "03.01.2026, 00:30" {
		t.Error(got)
	}
	if got := For("en").DateTime(now, nil, Brief); got != "Jan 2, 11:30\u202fPM" {
		t.Errorf("%+q", got)
	}
}

func TestDurationAndBytes(t *testing.T) {
	for _, c := range []struct {
		lang Lang
		d    time.Duration
		want string
	}{
		{"en", 0, "0 sec"}, {"en", 59 * time.Second, "59 sec"}, {"en", 5*time.Minute + 59*time.Second, "5 min"}, {"en", 125 * time.Minute, "2 hr 5 min"}, {"en", 48 * time.Hour, "2 days"},
		{"ru", 76*time.Hour + time.Minute, "3 дн. 4 ч"}, {"zh-Hans", 125 * time.Minute, "2小时5分钟"}, {"en", -time.Hour, "1 hr"}, {"en", math.MinInt64, "106,751 days 23 hr"},
	} {
		if got := For(c.lang).Duration(c.d); got != c.want {
			t.Errorf("%s %v = %q, want %q", c.lang, c.d, got, c.want)
		}
	}
	for _, c := range []struct {
		lang Lang
		n    int64
		want string
	}{
		{"en", 0, "0 byte"}, {"en", 999, "999 byte"}, {"en", 1500, "1.5 kB"}, {"en", 999_999, "1 MB"}, {"ru", 1_500_000, "1,5 МБ"}, {"de", 12_345_678, "12 MB"}, {"en", math.MaxInt64, "9,223,372 TB"}, {"fr", 2_000_000, "2\u202fMo"},
	} {
		if got := For(c.lang).Bytes(c.n); got != c.want {
			t.Errorf("%s %d = %q, want %q", c.lang, c.n, got, c.want)
		}
	}
	if got := For("es").List([]string{"padre", "hijo"}); got != "padre e hijo" {
		t.Error(got)
	}
	if got := For("he").List([]string{"א", "ב"}); got != "א וב" {
		t.Error(got)
	}
	if got := For("en").Percent(math.NaN(), 0) + For("en").Decimal(math.Inf(1), 0); got != "––" {
		t.Error(got)
	}
}

func TestLanguages(t *testing.T) {
	for _, l := range Customer() {
		if NativeName(l) == string(l) {
			t.Errorf("%s has no name", l)
		}
		if p := For(l); p.Lang() != l || p.locale == nil || Forms(l)[len(Forms(l))-1] != Other {
			t.Errorf("%s is not served", l)
		}
	}
	for l, want := range map[Lang]string{"ar": "rtl", "he": "rtl", "ar-EG": "rtl", "en": "ltr", "zh-Hans": "ltr"} {
		if Dir(l) != want {
			t.Errorf("Dir(%s) = %s", l, Dir(l))
		}
	}
	for l, want := range map[Lang]Lang{"zh-TW": "zh-Hant", "zh": "zh-Hans", "de-AT": "de", "pt-PT": "pt", "no": "nb", "xx": "en", "": "en", "be": "en"} {
		if got := For(l).Lang(); got != want {
			t.Errorf("For(%s) is %s, want %s", l, got, want)
		}
	}
	if NativeName("xx") != "xx" {
		t.Error("unknown language has a name")
	}
}

func FuzzMatch(f *testing.F) {
	f.Add("ru-RU,ru;q=0.9,en;q=0.8")
	f.Fuzz(func(t *testing.T, header string) {
		l := Match(header, Console())
		if l != English && l != Russian && l != SimplifiedChinese {
			t.Errorf("%q gives %q", header, l)
		}
		For(Lang(header))
	})
}

func BenchmarkRelative(b *testing.B) {
	p, now := For("ru"), time.Now()
	for b.Loop() {
		p.Relative(now.Add(-5*time.Minute), now)
	}
}

func BenchmarkDateTime(b *testing.B) {
	p, now := For("ru"), time.Now()
	for b.Loop() {
		p.DateTime(now, time.UTC, Medium)
	}
}

func BenchmarkMatch(b *testing.B) {
	for b.Loop() {
		Match("uk-UA,uk;q=0.9,ru;q=0.8,en;q=0.7", Console())
	}
}
