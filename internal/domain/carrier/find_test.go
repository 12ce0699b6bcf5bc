package carrier_test

import (
	"strings"
	"testing"

	"godwit.dev/godwit/internal/domain/carrier"
)

// texts hold numbers between marks, each with the carrier that comes first behind it: ⟦1Z…|ups⟧.
var texts = []string{
	// The languages of customers, with and without a check digit, grouped and not.
	"Hi, my tracking number is ⟦986578788855|fedex⟧ and nothing has moved for a week.",
	"Where is ⟦1Z 999 AA1 01 2345 6784|ups⟧? It was due on 2024-05-01.",
	"My package ⟦RB 123 456 785 GB|s10⟧ is stuck in customs.",
	"amazon says ⟦TBC 000000000000|amazon⟧ was delivered, it was not",
	"Meine Sendungsnummer lautet ⟦00340434292135100186|dhl⟧, bitte prüfen.",
	"Guten Tag, DHL Paket ⟦JJD000390007882123456|dhl⟧ ist seit Tagen unterwegs. Bestellnummer 4711234567.",
	"Sendungs-Nr.: ⟦0998 0000 0200 34D|dpd⟧",
	"Bonjour, mon numéro de suivi est le ⟦6A22770022266|la_poste⟧ et je n'ai rien reçu.",
	"Mon colis Chronopost ⟦XA123456785FR|s10⟧ commande 123456789 n’est jamais arrivé.",
	"Hola, mi número de seguimiento es ⟦PK6Q1D0710032430128440H|correos⟧. ¿Dónde está?",
	"Código de rastreo: ⟦OS749364345BR|s10⟧, por favor verifiquem.",
	"Il numero di spedizione è ⟦3318810025|dhl⟧, l'ordine è il 1234567890.",
	"Mijn pakket met PostNL, track & trace ⟦3SOVAC7567398|postnl⟧, is zoek.",
	"Numer przesyłki InPost: ⟦643400489231636126555740|inpost⟧",
	"Číslo zásilky je ⟦Z1234567890|packeta⟧ u Zásilkovny.",
	"A csomagszámom ⟦PNTM1234567890123456789012|magyar_posta⟧, mikor érkezik?",
	"Numărul AWB este ⟦73891051146|dhl⟧ la DHL.",
	"Ο αριθμός αποστολής είναι ⟦RB123456785GR|s10⟧.",
	"Mitt kollinummer är ⟦00373400306297064918|postnord⟧ hos PostNord.",
	"Mit pakkenummer er ⟦00373400306297064918|postnord⟧ fra PostNord",
	"Sporingsnummer ⟦RB123456785NO|s10⟧, hvor er pakken?",
	"Seurantakoodi: ⟦JJFI65229310040559968|posti⟧",
	"Kargo takip numarası ⟦1Z5R89390357567127|ups⟧ ne zaman gelir?",
	"Здравствуйте! Трек-номер: ⟦14102192345679|russian_post⟧, Почта России. Тел. 89161234567",
	"Посылка СДЭК, накладная ⟦1303701129|cdek⟧, где она?",
	"Мой трек РВ не тот, вот ⟦RВ123456785СN|s10⟧", // В and С are Cyrillic
	"Моя ТТН ⟦20450000000000|nova_poshta⟧ Нова Пошта, де посилка?",
	"运单号：⟦SF1385628716739|sf⟧，什么时候到？",
	"我的快递单号是⟦YT8962646785389|yto⟧，已经五天没有更新了。订单号：114-1234567-1234567",
	"順豐的運單號⟦ＳＦ１３８５６２８７１６７３９|sf⟧還沒到",
	"中通快递⟦73610555582883|zto⟧还没到",
	"追跡番号は⟦444413758703|yamato⟧です。ヤマト運輸です。電話番号は09012345678です。",
	"佐川急便のお問い合わせ番号 ⟦5125-4751-4334|sagawa⟧ を確認してください。",
	"운송장번호 ⟦6012345678901|korea_post⟧ 우체국 택배 언제 오나요?",
	"رقم التتبع هو ⟦RB123456785AE|s10⟧، أين شحنتي؟ رقم الطلب 123456789",
	"رقم الشحنة ⟦٤٧٣٦٥٤٨٩٧١٠|aramex⟧ أرامكس",
	"מספר המעקב שלי, מספר מעקב: ⟦RB123456785IL|s10⟧",
	"หมายเลขพัสดุ ⟦KEX20486575714|kerry⟧ ยังไม่ถึงเลยค่ะ",
	"Mã vận đơn ⟦801001320154|jt⟧ của J&T Express ở đâu?",
	"Nomor resi saya ⟦JD0152055622|jt⟧ belum sampai",
	"ट्रैकिंग नंबर ⟦1234567890123|delhivery⟧ delhivery से",
	// Links.
	"see https://www.ups.com/track?loc=en_US&tracknum=⟦1Z5R89390357567127|ups⟧&requester=WT/trackdetails please",
	"https://www.fedex.com/fedextrack/?trknbr=⟦986578788855|fedex⟧",
	"链接 https://t.17track.net/en#nums=⟦RB123456785CN|s10⟧。谢谢",
	"http://www.dhl.com/en/express/tracking.html?AWB=⟦3318810025|dhl⟧&brand=DHL.",
	"Track it: https://tracking.dpd.de/status/de_DE/parcel/⟦05132040653892|dpd⟧",
	"pochta.ru/tracking#⟦14102192345679|russian_post⟧ не обновляется",
	"https://jouw.postnl.nl/track-and-trace/⟦3SOVAC7567398|postnl⟧-NL-1234AB",
	// Several, in lists, lines and sentences.
	"Tracking numbers: ⟦986578788855|fedex⟧, ⟦477179081230|fedex⟧ and ⟦799531274483|fedex⟧",
	"Order 123456789012 was sent with FedEx, tracking ⟦986578788855|fedex⟧.",
	"⟦986578788855|fedex⟧ is my tracking number, order 100200300400",
	"(⟦9400 1112 0108 0805 4830 16|usps⟧)",
	"⟦986578788855|fedex⟧ ⟦477179081230|fedex⟧",
	"⟦986578788855|fedex⟧, ⟦1Z5R89390357567127|ups⟧\n⟦RB123456785CN|s10⟧",
	"Number: ⟦1Z5R8939\n0357567127|ups⟧\nThanks",
	"tracking:⟦1z5r89390357567127|ups⟧",
	"FedEx ⟦9865-7878-8855|fedex⟧ has not arrived",
	"The shipment 'dhl ⟦3318810025|dhl⟧' is late",
	"⟦LP00492755414105|cainiao⟧ / ⟦RB123456785CN|s10⟧",
	"DHL: ⟦JVGL 0999999990|dhl⟧",
	"My parcel ⟦4PX00000000000000CN|4px⟧ left China 😀😀 weeks ago, now it is ⟦92748931507708513018050063|usps⟧",
	"Заказ 12345678 отправлен, трек ⟦RB123456785RU|s10⟧, телефон +7 916 123-45-67",
	"Озон отправление ⟦18466942-0060-1|ozon⟧ где?",
	"Tracking number ⟦1Z5R89390357567128|ups⟧ gives an error",
}

// strip takes the marks out of a text and tells where they stood.
func strip(marked string) (text string, numbers []carrier.Found) {
	var b strings.Builder
	for {
		before, rest, ok := strings.Cut(marked, "⟦")
		b.WriteString(before)
		if !ok {
			return b.String(), numbers
		}
		inside, after, _ := strings.Cut(rest, "⟧")
		number, key, _ := strings.Cut(inside, "|")
		start := len([]rune(b.String()))
		b.WriteString(number)
		numbers = append(numbers, carrier.Found{Number: carrier.Normalise(number), Start: start, End: start + len([]rune(number)), Carriers: []carrier.Candidate{{Carrier: carrier.Key(key)}}})
		marked = after
	}
}

func TestTexts(t *testing.T) {
	want, got, right, first := 0, 0, 0, 0
	for _, marked := range texts {
		text, numbers := strip(marked)
		found := carrier.Find(text, carrier.Hints{})
		want, got = want+len(numbers), got+len(found)
		for i, n := range numbers {
			if i >= len(found) || found[i].Number != n.Number || found[i].Start != n.Start || found[i].End != n.End {
				t.Errorf("%s\n want %s at %d to %d\n  got %+v", text, n.Number, n.Start, n.End, found)
				break
			}
			right++
			if found[i].Carriers[0].Carrier == n.Carriers[0].Carrier {
				first++
			} else {
				t.Errorf("%s\n want %s first of %+v", text, n.Carriers[0].Carrier, found[i].Carriers)
			}
		}
		if len(found) > len(numbers) {
			t.Errorf("%s\n want %d numbers, got %+v", text, len(numbers), found)
		}
	}
	t.Logf("%d texts: %d of %d numbers found, precision %d/%d, carrier first %d", len(texts), right, want, right, got, first)
}
