package term

import (
	"fmt"
	"slices"
	"testing"
)

// helpCentre are articles in several languages, and questions put in other words than the article's.
var helpCentre = []struct{ id, language, title, text string }{
	{"en-return", "en", "How to return an item", "You can send back unused products within 30 days. Print the label and drop the package off."},
	{"en-refund", "en", "When will I get my refund?", "Refunds are paid to the original payment method 5 to 10 days after we receive the goods."},
	{"en-track", "en", "Tracking your parcel", "Use the tracking number in your shipping confirmation to follow the delivery."},
	{"en-warranty", "en", "Warranty claims", "A defective charger or battery is repaired or replaced for two years."},
	{"en-address", "en", "Change the delivery address", "The address can be changed until the order has shipped."},
	{"de-return", "de", "Artikel zurücksenden", "Rückgaben sind innerhalb von 30 Tagen möglich. Drucken Sie das Rücksendeetikett aus."},
	{"de-refund", "de", "Wann erhalte ich meine Erstattung?", "Die Rückerstattung erfolgt auf das ursprüngliche Zahlungsmittel."},
	{"de-track", "de", "Sendungsverfolgung", "Mit der Sendungsnummer sehen Sie, wo Ihr Paket ist."},
	{"de-warranty", "de", "Garantie", "Defekte Ladegeräte und Akkus ersetzen wir zwei Jahre lang."},
	{"fr-return", "fr", "Retourner un article", "Renvoyez les produits non utilisés sous 30 jours avec l'étiquette."},
	{"fr-refund", "fr", "Délai de remboursement", "Le remboursement est effectué sur le moyen de paiement d'origine."},
	{"fr-track", "fr", "Suivre mon colis", "Le numéro de suivi permet de suivre la livraison."},
	{"es-return", "es", "Devolver un artículo", "Puede enviar de vuelta los productos sin usar en 30 días."},
	{"es-refund", "es", "¿Cuándo recibiré mi reembolso?", "El dinero se devuelve al método de pago original."},
	{"es-track", "es", "Seguimiento del paquete", "Con el número de seguimiento puede ver dónde está el envío."},
	{"ru-return", "ru", "Как вернуть товар", "Возврат неиспользованных товаров возможен в течение 30 дней."},
	{"ru-refund", "ru", "Когда придут деньги за возврат", "Деньги вернутся на карту, с которой был оплачен заказ."},
	{"ru-track", "ru", "Отслеживание посылки", "По трек-номеру видно, где находится посылка."},
	{"ru-warranty", "ru", "Гарантия", "Неисправные зарядные устройства и наушники заменяем в течение двух лет."},
	{"pl-return", "pl", "Zwrot towaru", "Nieużywane produkty można odesłać w ciągu 30 dni."},
	{"pl-refund", "pl", "Kiedy otrzymam zwrot pieniędzy", "Środki wracają na kartę użytą do płatności."},
	{"pl-track", "pl", "Śledzenie przesyłki", "Numer przesyłki pokazuje, gdzie jest paczka."},
	{"zh-return", "zh", "如何退货", "收货后30天内，未使用的商品可以寄回。"},
	{"zh-refund", "zh", "退款多久到账", "退款会在5到10天内退回原支付方式。"},
	{"zh-track", "zh", "查询物流", "使用运单号可以查看包裹到哪里了。"},
	{"zh-warranty", "zh", "保修政策", "充电器和耳机有质量问题，两年内免费更换。"},
	{"ja-return", "ja", "商品の返品方法", "未使用の商品は30日以内に返送できます。"},
	{"ja-refund", "ja", "返金はいつですか", "返金は元のお支払い方法に行われます。"},
	{"ja-track", "ja", "荷物の追跡", "追跡番号で配送状況を確認できます。"},
	{"ja-warranty", "ja", "保証について", "不良のイヤホンや充電器は二年間交換いたします。"},
	{"ko-return", "ko", "상품 반품 방법", "사용하지 않은 상품은 30일 이내에 반송할 수 있습니다."},
	{"ko-refund", "ko", "환불은 언제 되나요", "환불은 원래 결제 수단으로 처리됩니다."},
	{"ko-track", "ko", "배송 조회", "운송장 번호로 택배 위치를 확인할 수 있습니다."},
	{"th-return", "th", "วิธีคืนสินค้า", "สินค้าที่ยังไม่ใช้สามารถส่งคืนได้ภายใน 30 วัน"},
	{"th-refund", "th", "จะได้รับเงินคืนเมื่อไหร่", "เงินคืนจะเข้าบัตรที่ใช้ชำระเงิน"},
	{"th-track", "th", "ติดตามพัสดุ", "ใช้หมายเลขพัสดุเพื่อดูสถานะการจัดส่ง"},
	{"ar-return", "ar", "كيفية إرجاع المنتج", "يمكنك إعادة المنتجات غير المستخدمة خلال 30 يوما."},
	{"ar-refund", "ar", "متى أسترد أموالي", "يتم استرداد المبلغ إلى طريقة الدفع الأصلية."},
	{"ar-track", "ar", "تتبع الشحنة", "استخدم رقم التتبع لمعرفة مكان الطرد."},
}

func filled() *Index {
	var x Index
	for _, d := range helpCentre {
		x.Add(d.id, d.language, d.title, d.text)
	}
	return &x
}

func TestSearchRanks(t *testing.T) {
	x := filled()
	for _, c := range []struct{ language, query, want string }{
		{"en", "returning items", "en-return"}, {"en", "refnud", "en-refund"}, {"en", "where is my package, tracking", "en-track"},
		{"en", "my chargers are defective", "en-warranty"}, {"en", "can i change adress", "en-address"}, {"", "refunds", "en-refund"},
		{"de", "Rücksendung", "de-return"}, {"de", "Rueckerstattung", "de-refund"}, {"de", "Wo ist meine Sendung", "de-track"}, {"de", "Ladegerät defekt", "de-warranty"},
		{"fr", "retour d'articles", "fr-return"}, {"fr", "etre rembourse", "fr-refund"}, {"fr", "ou est mon colis", "fr-track"},
		{"es", "devoluciones de articulos", "es-return"}, {"es", "reembolsos", "es-refund"}, {"es", "donde esta mi paquete", "es-track"},
		{"ru", "возвратить товары", "ru-return"}, {"ru", "деньги на карту", "ru-refund"}, {"ru", "отследить посылку", "ru-track"}, {"ru", "сломались наушники", "ru-warranty"},
		{"pl", "zwrócić towary", "pl-return"}, {"pl", "gdzie jest moja paczka", "pl-track"}, {"pl", "pieniądze na karte", "pl-refund"},
		{"zh", "我想退货", "zh-return"}, {"zh", "什么时候退款", "zh-refund"}, {"zh", "我的包裹在哪里", "zh-track"}, {"zh", "耳机坏了能保修吗", "zh-warranty"},
		{"ja", "返品したい", "ja-return"}, {"ja", "返金されない", "ja-refund"}, {"ja", "荷物はどこ", "ja-track"}, {"ja", "ｲﾔﾎﾝが壊れた 保証", "ja-warranty"},
		{"ko", "반품하고 싶어요", "ko-return"}, {"ko", "환불 언제", "ko-refund"}, {"ko", "택배 어디에 있나요", "ko-track"},
		{"th", "อยากคืนสินค้า", "th-return"}, {"th", "ได้เงินคืนเมื่อไหร่", "th-refund"}, {"th", "พัสดุอยู่ที่ไหน", "th-track"},
		{"ar", "إرجاع منتج", "ar-return"}, {"ar", "استرداد المال", "ar-refund"}, {"ar", "أين الطرد", "ar-track"},
		// other words of the same meaning
		{"en", "i want my money back", "en-refund"}, {"en", "package status", "en-track"}, {"de", "wann kommt mein Geld", "de-refund"}, {"de", "kaputt", "de-warranty"},
		{"fr", "où se trouve mon paquet, livraison", "fr-track"}, {"ru", "где моя доставка", "ru-track"}, {"zh", "我的快递到哪了", "zh-track"}, {"zh", "我想寄回这个商品", "zh-return"},
		{"ja", "小包の追跡", "ja-track"}, {"ko", "소포 조회", "ko-track"},
	} {
		hits := x.Search(c.query, c.language, 3)
		if len(hits) == 0 || hits[0] != c.want {
			t.Errorf("%s %q: %v, want %s first", c.language, c.query, hits, c.want)
		}
	}
}

func TestSearchAcrossLanguages(t *testing.T) {
	var x Index
	x.Add("refund", "zh", "退款多久到账", "")
	x.Add("track", "zh", "查询物流", "")
	for query, want := range map[string]string{"refund": "refund", "возврат": "refund", "Paket": "track"} {
		if hits := x.Search(query, "", 1); len(hits) == 0 || hits[0] != want {
			t.Errorf("%q: %v, want %s", query, hits, want)
		}
	}
}

func TestSearchIsSteady(t *testing.T) {
	a, b := filled(), filled()
	for _, d := range helpCentre {
		if x, y := a.Search(d.text, d.language, 5), b.Search(d.text, d.language, 5); !slices.Equal(x, y) || x[0] != d.id {
			t.Errorf("%s: %v, %v", d.id, x, y)
		}
	}
	var none Index
	if len(none.Search("refund", "en", 5)) != 0 || len(a.Search("", "en", 5)) != 0 || len(a.Search("of the", "", 0)) > 10 {
		t.Error("empty searches find something")
	}
}

func BenchmarkAnalyze(b *testing.B) {
	for b.Loop() {
		for _, d := range helpCentre {
			Analyze(d.text, d.language)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N*len(helpCentre)), "µs/doc")
}

func BenchmarkParseQuery(b *testing.B) {
	for b.Loop() {
		ParseQuery("refunds chargers").FTS5("#w7")
	}
}

func BenchmarkSearch(b *testing.B) {
	var x Index
	for i := range 5000 {
		d := helpCentre[i%len(helpCentre)]
		x.Add(fmt.Sprint(i), d.language, d.title, fmt.Sprintf("%s %d", d.text, i))
	}
	b.ResetTimer()
	for i := 0; b.Loop(); i++ {
		d := helpCentre[i%len(helpCentre)]
		x.Search(d.title, d.language, 10)
	}
}
