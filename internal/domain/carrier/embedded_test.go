package carrier_test

import (
	"strings"
	"testing"

	"godwit.dev/godwit/internal/domain/carrier"
)

// announced are sentences of customers around a tracking number, in their languages; some have other numbers in them.
var announced = []string{
	"Hello, my tracking number is %s and it has not moved for 5 days. My order is 114-1234567-1234567.",
	"Order #1042 / tracking: %s. Please call me at +1 201 555 0123!",
	"Can you check parcel number %s?",
	"Meine Sendungsnummer ist %s, Bestellung vom 03.02.2024 (Nr. 1234567890).",
	"Sendungs-Nr. %s\nMit freundlichen Grüßen\nTel. 030 901820",
	"Bonjour, le numéro de suivi est %s mais rien ne bouge.",
	"N° de colis : %s, commande 123456789",
	"Mi número de seguimiento es %s, ¿cuándo llega?",
	"El código de rastreo (%s) no funciona",
	"Il codice di tracciamento %s non funziona, ordine 12345678",
	"O código de rastreio é %s e o pedido 12345678",
	"Track & trace %s geeft niets",
	"Numer przesyłki: %s. Zamówienie 12345678.",
	"Číslo zásilky je %s.",
	"Csomagszám: %s, rendelésszám 12345678",
	"Număr AWB %s, vă rog",
	"Номер за проследяване: %s",
	"Αριθμός αποστολής %s, πού είναι;",
	"Spårningsnummer: %s (order 12345678)",
	"Sporingsnummer er %s",
	"Seurantakoodi on %s, kiitos",
	"Kargo takip numarası: %s",
	"Трек-номер %s, заказ №12345678, телефон 8 916 123-45-67",
	"Добрый день! Накладная %s, где посылка?",
	"Номер відправлення: %s, де посилка?",
	"快递单号：%s，订单号：12345678，请查一下。",
	"物流單號 %s 一直沒有更新",
	"追跡番号：%sです。注文番号は12345678です。",
	"お問い合わせ番号は%sです",
	"운송장번호 %s 언제 도착하나요?",
	"رقم التتبع: %s، رقم الطلب 12345678",
	"מספר מעקב %s, מתי יגיע?",
	"ट्रैकिंग नंबर %s है",
	"หมายเลขพัสดุ %s ยังไม่ได้รับ",
	"Mã vận đơn: %s",
	"Nomor resi %s belum sampai",
}

// alone are sentences that say nothing of what the number is.
var alone = []string{"Any news about %s?", "%s - was ist damit?", "Что с %s?", "%s怎么了？"}

// TestEmbedded puts every valid number into sentences, and tells how many are found as they stand and told as their
// courier's.
func TestEmbedded(t *testing.T) {
	rows := append(lines[labelled](t, "testdata/numbers.jsonl"), lines[labelled](t, "testdata/upstream.jsonl")...)
	for _, c := range []struct {
		name      string
		sentences []string
		least     float64
	}{{"announced", announced, 0.99}, {"unannounced", alone, 0}} {
		all, right, extra := 0, 0, 0
		missed := map[string]int{}
		for _, r := range rows {
			number := strings.TrimSpace(r.Number)
			if !r.Valid {
				continue
			}
			for _, s := range c.sentences {
				before, _, _ := strings.Cut(s, "%s")
				start := len([]rune(before))
				found := carrier.Find(strings.Replace(s, "%s", number, 1), carrier.Hints{})
				all++
				ok := false
				for _, n := range found {
					if n.Start != start || n.End != start+len([]rune(number)) {
						extra++
						continue
					}
					for _, k := range n.Carriers {
						ok = ok || k.Carrier == r.Courier && k.Valid
					}
				}
				if ok {
					right++
				} else {
					missed[r.Format]++
					if c.least > 0 {
						t.Logf("missed %q: %+v", strings.Replace(s, "%s", number, 1), found)
					}
				}
			}
		}
		t.Logf("%s: %d of %d found, %d others told; missed %v", c.name, right, all, extra, missed)
		if extra > 0 || float64(right) < c.least*float64(all) {
			t.Errorf("%s: too few or too many", c.name)
		}
	}
}
