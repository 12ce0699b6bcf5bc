package lang_test

import (
	"testing"

	"godwit.dev/godwit/internal/base/lang"
)

// What reaches a shop: short, noisy, in other letters than the language's own, with numbers, names and pictures.
func TestDetectNoise(t *testing.T) {
	for _, c := range []struct{ text, language, script string }{
		{"wo de kuaidi zenme hai mei dao", "zh", "Latn"},
		{"qingwen weishenme dingdan 88291 haimeiyou fahuo", "zh", "Latn"},
		{"mera order abhi tak nahi aaya", "hi", "Latn"},
		{"bhai refund kab milega mujhe", "hi", "Latn"},
		{"gde moy zakaz? uzhe dve nedeli zhdu", "ru", "Latn"},
		{"Zdravstvuyte, posylka ne prishla", "ru", "Latn"},
		{"Wo ist mein Paket?", "de", "Latn"},
		{"kje je moj paket, da ne pride", "sl", "Latn"},
		{"我的包裹还没有到，订单号 #1029", "zh", "Hans"},
		{"我的包裹還沒有到", "zh", "Hant"},
		{"まだ荷物が届いていません", "ja", "Jpan"},
		{"返品希望", "ja", "Jpan"},
		{"주문한 상품이 아직 안 왔어요", "ko", "Kore"},
		{"Где мой заказ №4451 ???", "ru", "Cyrl"},
		{"Де моє замовлення?", "uk", "Cyrl"},
		{"Къде ми е поръчката", "bg", "Cyrl"},
		{"Où est mon colis 😡😡😡 #FR-88213", "fr", "Latn"},
		{"Wo bleibt meine Bestellung??? https://shop.example/orders/where-is-my-order", "de", "Latn"},
		{"soooo late!!! where is my package", "en", "Latn"},
		{"ile kosztuje zwrot paczki", "pl", "Latn"},
		{"dónde está mi pedido", "es", "Latn"},
		{"cadê meu pedido, não chegou ainda", "pt", "Latn"},
		{"paket saya belum sampai, tolong dicek", "id", "Latn"},
		{"đơn hàng của tôi đâu rồi", "vi", "Latn"},
		{"siparişim nerede, hala gelmedi", "tr", "Latn"},
		{"أين طلبي", "ar", "Arab"},
		{"סחורה לא הגיעה", "he", "Hebr"},
		{"मेरा ऑर्डर कहाँ है", "hi", "Deva"},
		{"สินค้ายังไม่มาเลยค่ะ", "th", "Thai"},
		{"Hej, hvor er min pakke?", "da", "Latn"},
		{"Hei, hvor er pakken min? Har ikke fått noe", "nb", "Latn"},
		{"Var är mitt paket?", "sv", "Latn"},
		{"สั่ง Galaxy Buds Pro สีดำ แต่ได้สีขาวค่ะ", "th", "Thai"},
		{"заказала Xiaomi Redmi Note 13, пришёл не тот", "ru", "Cyrl"},
		{"kde je moje zasilka, jeste neprisla", "cs", "Latn"},
		{"kde je moja zasielka, este neprisla", "sk", "Latn"},
		{"Macam mana nak pulangkan kasut ni? Saiz tak muat", "ms", "Latn"},
		{"Barang belum sampai, bila nak hantar? Dah dua minggu", "ms", "Latn"},
		{"gimana cara retur barangnya, ukurannya nggak pas", "id", "Latn"},
		{"la sinergia con il comandante", "it", "Latn"},
		{"iPhone 15 的屏幕坏了", "zh", "Hans"},
		{"LB123456789CN", "und", ""},
		{"#10293 / 4451", "und", ""},
		{"👍👍", "und", ""},
		{"", "und", ""},
		{"a@b.example http://x.example/bonjour-le-monde", "und", ""},
	} {
		if got := lang.Default().Detect(c.text); got.Language != c.language || got.Script != c.script {
			t.Errorf("%q: %+v, want %s %s", c.text, got, c.language, c.script)
		}
	}
}

// A greeting, a word of thanks, half a question: what many conversations begin with.
func TestDetectBrief(t *testing.T) {
	for language, texts := range map[string][]string{
		"en": {"Hello", "Hi", "hi there", "helloooo", "yes", "thanks", "No thanks", "it's broken", "love it", "How do I reset my password", "any news?", "u there?", "ok thanks", "Refund status"},
		"de": {"Hallo", "Moin moin", "Danke", "kaputt angekommen", "Guten Abend"},
		"fr": {"oui", "Bonjour", "D'accord", "merci", "pas reçu"},
		"es": {"Hola", "hola buenas", "talla equivocada", "gracias", "no ha llegado"},
		"it": {"Ciao", "Buonasera", "grazie", "taglia sbagliata"},
		"pt": {"Olá", "oi", "bom dia", "quero reembolso", "veio quebrado"},
		"nl": {"te klein", "bedankt!", "goedemorgen"},
		"sv": {"Hej tack", "God morgon"},
		"pl": {"Witam", "Dzień dobry"},
		"id": {"halo kak", "terima kasih", "barang rusak"},
		"ru": {"привет", "спасибо"},
		"uk": {"Добрий день", "дякую"},
		"kk": {"сәлеметсіз бе"},

		lang.Undetermined: {"no", "ok", "12 XL", "ETA?"}, // which several languages write alike
	} {
		for _, text := range texts {
			if got := lang.Default().Detect(text); got.Language != language {
				t.Errorf("%q: %+v, want %s", text, got, language)
			}
		}
	}
	if got := lang.Default().Detect("no", "es").Language; got != "es" {
		t.Errorf("who is expected to write Spanish says no in %s", got)
	}
}
