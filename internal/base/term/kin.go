package term

import (
	"slices"
	"strings"
	"sync"
	"unicode/utf8"
)

// kinWeight is what a word of the same meaning counts against the word asked for.
const kinWeight = 0.4

// kindred are the trade's words that mean much the same, a line for each meaning; each language's words follow its tag.
// They let a question find an article in other words, and, with less weight, in another language.
var kindred = []string{
	"en: refund reimbursement reimburse repay money | de: erstattung rückerstattung geld erstatten zurückerstatten | fr: remboursement rembourser argent | es: reembolso reembolsar dinero devolver | it: rimborso rimborsare soldi | pt: reembolso reembolsar dinheiro estorno | nl: terugbetaling geld terugbetalen | pl: zwrot pieniądze zwrócić środki | ru: возврат деньги вернуть средства | uk: повернення гроші кошти | tr: iade para geri | zh: 退款 退钱 退錢 返款 | ja: 返金 払戻 | ko: 환불 | ar: استرداد مبلغ أموال نقود | he: החזר כסף | vi: hoàn tiền | sv: återbetalning pengar återbetala | da: refusion tilbagebetaling penge | fi: hyvitys palautus rahat raha | cs: vrácení peníze refundace | hu: visszatérítés pénz | ro: rambursare bani | id: pengembalian uang refund | th: คืนเงิน เงินคืน",
	"en: return | de: rücksendung retoure zurücksenden rückgabe zurückgeben | fr: retour retourner renvoyer | es: devolución devolver | it: reso restituire restituzione | pt: devolução devolver | nl: retour retourneren terugsturen | pl: zwrot zwrócić odesłać | ru: возврат вернуть возвратить | uk: повернення повернути | tr: iade | zh: 退货 退貨 寄回 退回 | ja: 返品 返送 | ko: 반품 반송 | ar: إرجاع إعادة استرجاع | he: החזרה להחזיר | sv: retur returnera ångra | da: retur returnere returnering | fi: palautus palauttaa | cs: vrácení vrátit reklamace | hu: visszaküldés visszaküldeni | ro: retur returna | id: retur pengembalian",
	"en: parcel package shipment delivery consignment | de: paket sendung lieferung päckchen | fr: colis livraison envoi | es: paquete envío entrega | it: pacco spedizione consegna | pt: encomenda pacote entrega envio | nl: pakket zending bezorging levering | pl: paczka przesyłka dostawa | ru: посылка доставка отправление | uk: посилка доставка | tr: kargo paket teslimat gönderi | zh: 包裹 快递 快遞 物流 快件 | ja: 荷物 配送 配達 宅配 小包 | ko: 택배 배송 소포 | ar: شحنة طرد توصيل | he: חבילה משלוח | sv: paket leverans försändelse | da: pakke levering forsendelse | fi: paketti lähetys toimitus | cs: zásilka balík doručení | hu: csomag szállítás küldemény | ro: colet livrare expediere | id: paket pengiriman kiriman",
	"en: track tracking locate status | de: verfolgen verfolgung sendungsverfolgung status | fr: suivre suivi localiser | es: rastrear seguimiento rastreo | it: tracciare tracciamento tracking | pt: rastrear rastreamento | nl: volgen traceren | pl: śledzenie śledzić | ru: отследить отслеживание отслеживать статус | tr: takip | zh: 追踪 查询 查詢 跟踪 | ja: 追跡 | ko: 조회 추적 | ar: تتبع | he: מעקב | sv: spåra spårning | da: spore sporing | fi: seuranta seurata | cs: sledovat sledování | hu: nyomkövetés követés | ro: urmărire urmări | id: lacak pelacakan",
	"en: broken damaged defective faulty smashed cracked malfunction | de: defekt kaputt beschädigt schaden | fr: cassé endommagé défectueux abîmé | es: roto dañado defectuoso averiado | it: rotto danneggiato difettoso guasto | pt: quebrado danificado defeituoso avariado | nl: kapot beschadigd defect | pl: uszkodzony zepsuty wadliwy | ru: сломан повреждён повреждённый брак неисправный сломался дефект | tr: kırık hasarlı bozuk arızalı | zh: 损坏 破损 坏了 碎了 摔坏 故障 质量 | ja: 破損 故障 不良 壊れ 割れ | ko: 파손 불량 고장 깨진 깨져 | ar: تالف مكسور معيب عطل | he: פגום שבור | sv: trasig skadad defekt | da: ødelagt beskadiget defekt | fi: rikki rikkoutunut viallinen vaurioitunut | cs: rozbitý poškozený vadný | hu: törött sérült hibás | ro: defect deteriorat spart | id: rusak pecah cacat",
	"en: exchange replace swap replacement | de: umtausch umtauschen austausch ersatz tauschen | fr: échange échanger remplacer remplacement | es: cambio cambiar reemplazo sustituir | it: cambio sostituzione sostituire cambiare | pt: troca trocar substituir | nl: ruilen omruilen vervangen | pl: wymiana wymienić | ru: обмен обменять замена заменить | tr: değişim değiştirmek | zh: 换货 換貨 更换 调换 | ja: 交換 | ko: 교환 교체 | ar: استبدال تبديل | he: החלפה | sv: byte byta | da: bytte ombytning | fi: vaihto vaihtaa | cs: výměna vyměnit | hu: csere cserélni | ro: schimb schimba | id: tukar penukaran",
	"en: cancel cancellation revoke stop | de: stornieren stornierung kündigen widerruf | fr: annuler annulation | es: cancelar cancelación anular | it: annullare annullamento cancellare | pt: cancelar cancelamento | nl: annuleren annulering | pl: anulować anulowanie | ru: отменить отмена | tr: iptal | zh: 取消 | ja: 取消 解約 | ko: 취소 | ar: إلغاء | he: ביטול לבטל | sv: avbeställa avbryta | da: annullere afbestille | fi: peruuttaa peruutus | cs: zrušit zrušení storno | hu: lemondás törlés | ro: anula anulare | id: batal pembatalan membatalkan",
	"en: invoice receipt bill vat | de: rechnung beleg quittung | fr: facture reçu | es: factura recibo | it: fattura ricevuta scontrino | pt: fatura recibo nota | nl: factuur bon | pl: faktura paragon rachunek | ru: счёт чек квитанция фактура | tr: fatura fiş | zh: 发票 發票 收据 | ja: 領収 請求 | ko: 영수 계산 | ar: فاتورة إيصال | he: חשבונית קבלה | sv: faktura kvitto | da: faktura kvittering | fi: lasku kuitti | cs: faktura účtenka | hu: számla nyugta | ro: factură chitanță bon | id: faktur struk kuitansi",
	"en: late delayed delay overdue | de: verspätet verspätung verzögerung spät | fr: retard tardif | es: retraso retrasado tarde demora | it: ritardo tardi | pt: atraso atrasado | nl: vertraging laat | pl: opóźnienie opóźniona | ru: задержка опаздывает задерживается | tr: gecikme gecikti | zh: 延迟 延误 延遲 | ja: 遅延 遅れ | ko: 지연 | ar: تأخر تأخير متأخر | sv: försenad försening | da: forsinket forsinkelse | fi: myöhässä viivästynyt | cs: zpoždění opožděný | hu: késés késik | ro: întârziere întârziat | id: terlambat lambat",
	"en: lost missing disappeared | de: verloren fehlt fehlend verschwunden | fr: perdu manquant | es: perdido falta faltante extraviado | it: perso smarrito mancante | pt: perdido faltando extraviado | nl: kwijt verloren ontbreekt | pl: zagubiona zaginęła brakuje | ru: потерялась пропала потерян отсутствует | tr: kayıp eksik | zh: 丢失 遗失 缺少 | ja: 紛失 不足 | ko: 분실 누락 | ar: مفقود ضائع ناقص | sv: borttappad saknas | da: mistet mangler | fi: kadonnut puuttuu | cs: ztracený chybí | hu: elveszett hiányzik | ro: pierdut lipsește | id: hilang kurang",
	"en: warranty guarantee repair | de: garantie gewährleistung reparatur | fr: garantie réparation | es: garantía reparación | it: garanzia riparazione | pt: garantia reparo conserto | nl: garantie reparatie | pl: gwarancja naprawa rękojmia | ru: гарантия ремонт | tr: garanti tamir | zh: 保修 质保 维修 保固 | ja: 保証 修理 | ko: 보증 수리 | ar: ضمان إصلاح | he: אחריות תיקון | sv: garanti reparation | da: garanti reparation reklamation | fi: takuu korjaus korjata | cs: záruka oprava | hu: garancia javítás | ro: garanție reparație | id: garansi perbaikan",
	"en: pay payment charge charged checkout | de: bezahlen zahlung zahlen bezahlung | fr: payer paiement | es: pagar pago | it: pagare pagamento | pt: pagar pagamento | nl: betalen betaling | pl: płatność zapłacić | ru: оплата платёж оплатить заплатить | tr: ödeme ödemek | zh: 支付 付款 | ja: 支払 決済 | ko: 결제 지불 | ar: دفع | he: תשלום | sv: betala betalning | da: betale betaling | fi: maksaa maksu maksutapa | cs: platba zaplatit | hu: fizetés fizetni | ro: plată plăti | id: bayar pembayaran",
	"en: order purchase buy bought | de: bestellung bestellen kauf | fr: commande commander achat | es: pedido compra orden | it: ordine acquisto | pt: pedido compra encomenda | nl: bestelling aankoop | pl: zamówienie zakup | ru: заказ покупка | tr: sipariş | zh: 订单 訂單 下单 | ja: 注文 購入 | ko: 주문 구매 | ar: طلب شراء | he: הזמנה | sv: beställning order köp | da: bestilling ordre køb | fi: tilaus tilata osto | cs: objednávka nákup | hu: rendelés vásárlás | ro: comandă cumpărare | id: pesanan pembelian",
	"en: size fit sizing | de: größe passform | fr: taille pointure | es: talla tamaño | it: taglia misura | pt: tamanho | nl: maat | pl: rozmiar | ru: размер | tr: beden numara | zh: 尺码 尺寸 大小 | ja: 寸法 | ko: 사이즈 치수 | ar: مقاس حجم | he: מידה | sv: storlek | da: størrelse | fi: koko | cs: velikost | hu: méret | ro: mărime | id: ukuran",
	"en: account login password sign log | de: konto anmelden passwort | fr: compte connexion identifiant | es: cuenta contraseña sesión | it: conto account accesso | pt: conta senha | nl: account wachtwoord inloggen | pl: konto hasło logowanie | ru: аккаунт пароль вход учётная | tr: hesap şifre giriş | zh: 账户 账号 帳號 密码 登录 | ko: 계정 비밀 로그 | ar: حساب",
	"en: address | de: adresse anschrift lieferadresse | fr: adresse | es: dirección domicilio | it: indirizzo | pt: endereço morada | nl: adres | pl: adres | ru: адрес | uk: адреса | tr: adres | zh: 地址 | ja: 住所 届け | ko: 주소 배송지 | ar: عنوان | he: כתובת | sv: adress | da: adresse | fi: osoite | cs: adresa | hu: cím | ro: adresă | id: alamat",
	"en: headphones earphones earbuds headset | de: kopfhörer ohrhörer | fr: écouteurs casque | es: auriculares | it: cuffie auricolari | pt: fones auriculares | nl: koptelefoon oordopjes | pl: słuchawki | ru: наушники | tr: kulaklık | zh: 耳机 | ja: イヤホン ヘッドホン | ko: 이어폰 헤드폰 | ar: سماعات سماعة | sv: hörlurar | da: høretelefoner | fi: kuulokkeet | cs: sluchátka | id: headset",
	"en: battery charger charging power | de: akku batterie laden ladegerät aufladen | fr: batterie charger chargeur | es: batería cargar cargador | it: batteria caricare caricatore | pt: bateria carregar carregador | nl: batterij accu opladen oplader | pl: bateria ładować ładowarka naładować | ru: аккумулятор батарея зарядка зарядить | tr: pil şarj batarya | zh: 电池 充电 | ja: 電池 充電 | ko: 배터리 충전 | ar: بطارية شحن | sv: batteri ladda | da: batteri oplade | fi: akku lataus ladata | cs: baterie nabíjení | id: baterai",
	"en: customs duty duties tax import | de: zoll zollgebühren steuer | fr: douane taxe | es: aduana impuestos aranceles | it: dogana dazi tasse | pt: alfândega imposto taxas | nl: douane invoerrechten | pl: cło podatek | ru: таможня пошлина налог | tr: gümrük vergi | zh: 关税 海关 清关 關稅 | ja: 関税 税関 | ko: 관세 통관 세관 | ar: جمارك ضريبة | sv: tull skatt | da: told skat moms | fi: tulli vero | cs: clo daň | hu: vám adó | ro: vamă taxe | id: bea pajak cukai | ar: جمركية رسوم",
	"en: coupon discount voucher promo code | de: gutschein rabatt gutscheincode | fr: réduction bon remise | es: cupón descuento | it: sconto buono coupon | pt: cupom desconto | nl: korting kortingscode | pl: rabat kupon zniżka | ru: скидка купон промокод | tr: indirim kupon | zh: 优惠 折扣 优惠券 優惠 | ja: 割引 | ko: 할인 쿠폰 | ar: خصم قسيمة | sv: rabatt rabattkod | da: rabat rabatkode | fi: alennus alennuskoodi kuponki | cs: sleva kupón | hu: kedvezmény kupon | ro: reducere cupon | id: diskon kupon",
}

// kin maps a term to the other terms of its meaning.
var kin = sync.OnceValue(func() map[string][]string {
	all := map[string][]string{}
	for _, line := range kindred {
		var terms []string
		for _, part := range strings.Split(line, "|") {
			language, list, _ := strings.Cut(part, ":")
			s := newStemmer(strings.TrimSpace(language), false)
			for _, w := range words(list) {
				switch n := utf8.RuneCountInString(w.fold); {
				case w.class == spaced || w.class == hangul && n > 2:
					terms = append(terms, s.stems(w)...)
				case n == 2:
					terms = append(terms, w.fold)
				}
			}
		}
		slices.Sort(terms)
		terms = slices.Compact(terms)
		for _, t := range terms {
			all[t] = append(all[t], terms...)
		}
	}
	return all
})

// relatives appends to a concept the terms that mean the same as those it has.
func (x *Index) relatives(c concept) concept {
	for _, t := range c.terms {
		if t.weight < stemWeight {
			continue
		}
		for _, k := range kin()[t.term] {
			known := slices.ContainsFunc(c.terms, func(have weighted) bool { return have.term == k })
			if !known && len(x.postings[k]) > 0 {
				c.terms = append(c.terms, weighted{k, kinWeight})
			}
		}
	}
	return c
}
