package i18n

import (
	"regexp"
	"slices"
	"strings"
	"testing"
)

// oneWord is a word of the product in English, and how a language does not write it: each thing has one word there.
type oneWord struct {
	lang    Lang
	english *regexp.Regexp
	wrong   []string // beginnings of words, in small letters
	but     []string // keys in which the English word is another one
}

// TestOneWordPerThing holds the console's translations to one word for each thing. The words are those of docs/glossary.md:
// тикет, обращение (a case), претензия, обещание, шаблон, правило, агент, клиент, метка, исполнитель; 工单, 售后单, 索赔, 承诺,
// 快捷回复, 规则, 客服, 客户.
func TestOneWordPerThing(t *testing.T) {
	english := func(word string) *regexp.Regexp { return regexp.MustCompile(`(?i)\b(?:` + word + `)\b`) }
	carriers := []string{"trace.reference_hint"}
	for _, w := range []oneWord{
		{"ru", english("tickets?"), []string{"заявк"}, nil},
		{"ru", english("tickets?"), []string{"обращени"}, nil},
		{"ru", english("cases?"), []string{"дело", "дела", "кейс"}, nil},
		{"ru", english("claims?"), []string{"требовани"}, nil},
		{"ru", english("macros?"), []string{"макрос"}, nil},
		{"ru", english("rules?"), []string{"пункт"}, nil},
		{"ru", english("agents?"), []string{"оператор", "сотрудник"}, nil},
		{"ru", english("tags?"), []string{"тег"}, nil},
		{"ru", english("customers?"), []string{"покупател"}, nil},
		{"ru", english("workspaces?"), []string{"рабочая область", "рабочей области"}, nil},
		{"zh-Hans", english("cases?"), []string{"个案", "案例", "案件"}, carriers},
		{"zh-Hans", english("macros?"), []string{"宏", "模板"}, nil},
		{"zh-Hans", english("customers?"), []string{"顾客", "买家"}, nil},
		{"zh-Hans", english("claims?"), []string{"理赔"}, nil},
		{"zh-Hans", english("promises?"), []string{"许诺"}, nil},
		{"zh-Hans", english("agents?"), []string{"坐席", "代理"}, nil},
	} {
		said := 0
		for key, m := range catalogs()[English] {
			if !w.english.MatchString(m.other.text) || !staff(key) || slices.Contains(w.but, key) {
				continue
			}
			said++
			got := strings.ToLower(catalogs()[w.lang][key].other.text)
			for _, wrong := range w.wrong {
				// A text that speaks of tickets and of cases has the words of both.
				if strings.Contains(got, wrong) && !(wrong == "обращени" && english("cases?").MatchString(m.other.text)) {
					t.Errorf("%s: key %q has %q: %s", w.lang, key, wrong, got)
				}
			}
		}
		if said == 0 {
			t.Errorf("%s: no text has %s", w.lang, w.english)
		}
	}
}

// TestStaffIsAddressedAlike holds the Chinese console to 你: customers are 您.
func TestStaffIsAddressedAlike(t *testing.T) {
	customers := []string{"mailbox.example_body", "translator.try_sample"} // what is written to them
	for key, m := range catalogs()["zh-Hans"] {
		if staff(key) && !slices.Contains(customers, key) && strings.Contains(m.other.text, "您") {
			t.Errorf("zh-Hans: key %q says 您 to a colleague: %s", key, m.other.text)
		}
	}
}

// staff reports whether those who work here read a text; the others are letters to customers, carriers and suppliers.
func staff(key string) bool {
	return !slices.ContainsFunc([]string{"portal.", "case.letter.", "recovery.letter.", "recovery.paper."}, func(p string) bool { return strings.HasPrefix(key, p) })
}

// latinWords are the words in Latin letters that a text in Chinese or Russian may have, with the beginning of the keys in which
// it may; "" is everywhere. They are names, and what somebody types or reads elsewhere just so.
var latinWords = map[string]string{
	"Godwit": "", "godwit": "", "Webhook": "", "Webhooks": "", "webhook": "", "https": "", "OAuth": "", "OpenID": "", "Connect": "", "OpenAI": "", "Shopify": "", "Amazon": "", "Google": "", "Apple": "",
	"Pay": "pay.", "GoPay": "pay.", "KakaoPay": "pay.", "MoMo": "pay.", "PayPal": "", "PayPay": "pay.", "PromptPay": "pay.", "iDEAL": "pay.", "Alipay": "pay.", "WeChat": "pay.",
	"Adyen": "", "Stripe": "", "Telegram": "", "WhatsApp": "", "WordPress": "", "WooCommerce": "", "Vendure": "", "Medusa": "", "MaxMind": "", "JavaScript": "", "WebM": "", "WebP": "", "Excel": "", "Wilson": "",
	"Enter": "", "Ctrl": "", "Re": "", "Ada": "mailbox.", "Lumen": "mailbox.", "Home": "mailbox.", "INBOX": "", "Authentication-Results": "", "Content-Type": "", "Authorization": "", "Bearer": "", "Gone": "webhook.",
	"instance": "problem.", "errors": "problem.", "token": "", "client": "", "Client": "", "id": "", "refresh": "", "secret": "", "Secret": "", "Redirect": "policy.back", "max": "error.", "Standard": "hook.", "standard": "hook.", "whsec": "error.",
	"and": "", "or": "", "not": "", "en": "", "de": "", "es": "", "pt-BR": "", "zh-Hans": "", "US-CA": "", "vip": "", "gold": "routing.", "main": "plan.", "terms": "policy.", "rules": "policy.", "formal": "error.macro", "informal": "error.macro",
	"active": "error.product", "archived": "error.product", "deleted": "error.product", "draft": "error.product", "out": "error.tracking", "back": "error.tracking", "order": "error.refund", "Lines": "error.import", "restore": "error.archive", "sqlite": "error.database",
	"age": "error.archive", "create": "error.mcp", "doctor": "audit.", "replacement": "outgoing.", "carrier": "outgoing.", "tracking": "outgoing.", "parcel": "translation.", "locker": "translation.", "consigna": "translation.",
}

// TestNoEnglishIsLeft finds English in the Chinese and Russian console. What a vendor's page calls its fields stands as
// there, under shop.option.
func TestNoEnglishIsLeft(t *testing.T) {
	code := regexp.MustCompile(`\{\{[^}]*\}\}|[\w+.*#@/:=~-]*[_.*#@/:=][\w+.*#@/:=~-]+|--?[a-z][\w-]*`)
	word := regexp.MustCompile(`[A-Za-z][A-Za-z'-]*[A-Za-z]`)
	capitals := regexp.MustCompile(`^[A-Z]+-?$`)
	for _, lang := range []Lang{"zh-Hans", "ru"} {
		for key, m := range catalogs()[lang] {
			if strings.HasPrefix(key, "shop.option.") {
				continue
			}
			all := []wording{m.other}
			if m.forms != nil {
				all = append(all, m.forms[:]...)
			}
			for _, w := range all {
				for _, found := range word.FindAllString(code.ReplaceAllString(w.text, " "), -1) {
					where, ok := latinWords[found]
					if !capitals.MatchString(found) && !(ok && strings.HasPrefix(key, where)) {
						t.Errorf("%s: key %q has %q: %s", lang, key, found, w.text)
					}
				}
			}
		}
	}
}
