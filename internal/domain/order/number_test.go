package order

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestKey(t *testing.T) {
	for in, want := range map[string][2]string{
		"#GW-1042 ":           {"gw1042", "1042"},
		"#1042":               {"1042", ""},
		"1042-DE":             {"1042de", "1042"},
		"302-1234567-7654321": {"30212345677654321", ""},
		"12345678-0001-2":     {"1234567800012", "123456780001"},
		"ＧＷ１０４２":              {"gw1042", "1042"},
		"٣٤٥٦":                {"3456", ""},
		"2024GW1042":          {"2024gw1042", ""}, // which digits are meant cannot be told
		"A12":                 {"a12", ""},
		"№ ЗК-77123":          {"noзк77123", "77123"},
		"###":                 {"", ""},
	} {
		if key, alt := Key(in), altKey(in); key != want[0] || alt != want[1] {
			t.Errorf("%q: %q and %q, want %q", in, key, alt, want)
		}
	}
}

func TestNumbers(t *testing.T) {
	for text, want := range map[string]string{
		"Where is my order #1042?":                           "1042",
		"Re: GW-1042 / gw1043":                               "gw1042 1042 gw1043 1043",
		"Meine Bestellung Nr. 20731 vom 12.03.2026":          "20731",
		"Bestellung vom 12.03.2026":                          "",
		"Commande n° 20731, merci":                           "20731",
		"Mi pedido es el 55512":                              "55512",
		"Где мой заказ 12345678-0001-2?":                     "1234567800012 123456780001",
		"Заказ № 778899 не пришёл":                           "778899",
		"我的订单号：8123456789012345，还没到":                         "8123456789012345",
		"订单１０４２没收到":                                          "1042",
		"注文番号 98765 です":                                      "98765",
		"주문번호 24680":                                         "24680",
		"Đơn hàng 13579 của tôi":                             "13579",
		"رقم الطلب ١٢٣٤٥":                                    "12345",
		"Siparişim: 86420":                                   "86420",
		"Amazon 302-1234567-7654321 and eBay 12-34567-89012": "30212345677654321 123456789012",
		"it was 302–1234567–7654321":                         "30212345677654321",
		"call me at 089 5550123 or +49-89-5550123":           "",
		"I paid 129.90 on 2026-03-12 at 10:30":               "",
		"1042":                                               "1042",
		"hello\n10421\nthanks":                               "10421",
		"the 3 tents of 2025 are great":                      "",
		"ORDER NO: 0001042":                                  "0001042",
		"order 1042-2":                                       "10422 1042",
		"tracking JD014600006281230441":                      "",
		"#1042 #1042 order 1042":                             "1042",
		"":                                                   "",
		"order number\n\nis below":                           "",
	} {
		if got := strings.Join(Numbers(text, 10), " "); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
	if got := Numbers("#1001 #1002 #1003", 2); !reflect.DeepEqual(got, []string{"1001", "1002"}) {
		t.Errorf("bounded: %q", got)
	}
}

// A number that stands behind a sign is found by its own key, in any text.
func TestNumbersFindsWhatKeyKeeps(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		number := rapid.StringMatching(`#?([A-Z]{1,4}-?)?[0-9]{3,10}`).Draw(t, "number")
		before := rapid.StringMatching(`[a-zäж ,.!\n]{0,40}`).Draw(t, "before")
		after := rapid.StringMatching(`([ ,.!?\n][a-zäж ]{0,20})?`).Draw(t, "after")
		text := before + " #" + strings.TrimPrefix(number, "#") + after
		if got := Numbers(text, 10); !slices.Contains(got, Key(number)) {
			t.Fatalf("%q in %q: found %q", Key(number), text, got)
		}
	})
}

func FuzzNumbers(f *testing.F) {
	f.Add("order #1042 订单１０４２ 302-1234567-7654321\x00\xff")
	f.Fuzz(func(t *testing.T, text string) {
		for _, k := range Numbers(text, 5) {
			if k == "" || len(k) > 40 || Key(k) != k {
				t.Errorf("key %q of %q", k, text)
			}
		}
		Key(text)
		altKey(text)
	})
}
