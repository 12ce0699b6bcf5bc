package i18n

import "testing"

func TestT(t *testing.T) {
	for _, c := range []struct {
		lang Lang
		key  string
		args []any
		want string
	}{
		{"en", "action.save", nil, "Save"},
		{"zh-Hans", "action.save", nil, "保存"},
		{"ru", "action.save", nil, "Сохранить"},
		{"de", "action.save", nil, "Save"},
		{"zh-CN", "action.save", nil, "保存"},
		{"en", "ticket.assigned", []any{"Agent", "Ann"}, "Assigned to Ann"},
		{"ru", "ticket.assigned", []any{"Other", 1, "Agent", "Анна"}, "Исполнитель: Анна"},
		{"en", "ticket.assigned", []any{"Nobody", "Ann"}, "Assigned to {{.Agent}}"},
		{"en", "ticket.assigned", []any{"Agent"}, "Assigned to {{.Agent}}"},
		{"ru", "no.such.key", []any{"Agent", "Ann"}, "no.such.key"},
	} {
		if got := For(c.lang).T(c.key, c.args...); got != c.want {
			t.Errorf("%s %s = %q, want %q", c.lang, c.key, got, c.want)
		}
	}
}

func TestN(t *testing.T) {
	for _, c := range []struct {
		lang  Lang
		count int64
		want  string
	}{
		{"en", 0, "0 tickets"}, {"en", 1, "1 ticket"}, {"en", 2, "2 tickets"},
		{"zh-Hans", 1, "1 个工单"}, {"zh-Hans", 5, "5 个工单"},
		{"ru", 1, "1 тикет"}, {"ru", 2, "2 тикета"}, {"ru", 5, "5 тикетов"}, {"ru", 11, "11 тикетов"},
		{"ru", 21, "21 тикет"}, {"ru", 112, "112 тикетов"},
		{"fr", 0, "0 tickets"}, // worded in English, so counted in English
	} {
		if got := For(c.lang).N("count.tickets", c.count); got != c.want {
			t.Errorf("%s %d = %q, want %q", c.lang, c.count, got, c.want)
		}
	}
	if got := For("en").N("no.such.key", 1); got != "no.such.key" {
		t.Error(got)
	}
}

func TestMatch(t *testing.T) {
	console := Console()
	for _, c := range []struct {
		header    string
		supported []Lang
		want      Lang
	}{
		{"", console, "en"},
		{"ru", console, "ru"},
		{"ru-KZ,kk;q=0.9", console, "ru"},
		{"uk,en;q=0.5", console, "en"},
		{"uk-UA,uk;q=0.9,ru;q=0.8,en;q=0.7", console, "ru"},
		{"uk", console, "en"},
		{"kk", console, "en"},
		{"zh-CN,zh;q=0.9", console, "zh-Hans"},
		{"zh-TW", console, "en"},
		{"zh-TW", Customer(), "zh-Hant"},
		{"zh-HK,zh;q=0.9", Customer(), "zh-Hant"},
		{"zh-SG", Customer(), "zh-Hans"},
		{"pt-BR", Customer(), "pt-BR"},
		{"pt-PT", Customer(), "pt"},
		{"pt-AO", Customer(), "pt"},
		{"pt-BR", []Lang{"en", "pt"}, "pt"},
		{"no", Customer(), "nb"},
		{"nn-NO", Customer(), "nb"},
		{"iw", Customer(), "he"},
		{"en-GB;q=0.8,de;q=0.9", Customer(), "de"},
		{"de;q=0,en", Customer(), "en"},
		{"*", console, "en"},
		{";;;q=,x", console, "en"},
		{"ru", nil, ""},
	} {
		if got := Match(c.header, c.supported); got != c.want {
			t.Errorf("Match(%q, %v) = %q, want %q", c.header, c.supported, got, c.want)
		}
	}
}

func BenchmarkT(b *testing.B) {
	p := For("ru")
	for b.Loop() {
		p.T("action.save")
	}
}

func BenchmarkTArgs(b *testing.B) {
	p := For("ru")
	for b.Loop() {
		p.T("ticket.assigned", "Agent", "Анна")
	}
}

// TestChineseKeepsLatinNamesApart: a name in Latin letters has a blank on each side that
// Han characters stand on, one in Han characters has none.
func TestChineseKeepsLatinNamesApart(t *testing.T) {
	p := &Printer{lang: SimplifiedChinese, locale: locales[SimplifiedChinese]}
	w, err := parseWording("最后出现在{{.Place}}的仓库。")
	if err != nil {
		t.Fatal(err)
	}
	for place, want := range map[string]string{"Leipzig": "最后出现在 Leipzig 的仓库。", "上海": "最后出现在上海的仓库。"} {
		if got := p.fill(w, []any{"Place", place}); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
