package lang

import (
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// neighbours are whole words that part a language from its near neighbours, whose letters alone look alike. Everyday words
// only; none that both sides write.
const neighbours = `
en: the and of is my you have not was where when please thanks this that are received would your with still hello they there what which been their about don't didn't haven't how does did doesn't it's i'm i've i'd isn't wasn't can't can could should want need get got any why who has had will for from it broken yet yes thank just been order ordered password work works love
de: der das und nicht ich ist mein meine noch wann wo paket bestellung habe wird auch für sind aber keine danke bitte wurde sehr eine einen ein zu vom zum bei wie kann immer schon haben
nl: ik het een niet van mijn maar nog bestelling pakket wanneer waar zijn hebben heb wordt bij ook naar voor deze jullie geen wel bedankt graag dit dat wij worden werd zij heeft
af: ek nie my van nog bestelling pakkie wanneer waar asseblief dankie baie jy julle hulle hierdie sal kan het
fr: les des et est une mon ma colis pas je vous pour avec dans sur plus très merci bonjour où quand encore reçu pourquoi mais du au aux cette être été nous votre toujours
it: il gli che non sono mio mia ancora ordine pacco grazie perché anche della dello degli nella nel ho è dove quando più buongiorno spedizione questo questa alla del dei delle
es: el los las una pero con muy también todavía cuando cuándo donde dónde está estoy mi ya hasta después quiero necesito gracias recibí llegó producto sin más hay usted ustedes del pedido dinero qué y su porque
pt: não estou está encomenda dinheiro onde quando muito mas também uma ainda do da dos ao em são você vocês meu minha pode foi com já pelo pela isso essa esse bom sem até depois quero preciso recebi chegou obrigado obrigada ser mais nem
ca: estic està què quan comanda diners molt però també amb els aquest aquesta encara és gràcies dels pel són i una les del
ro: și nu este sunt pentru mai comanda coletul unde când mulțumesc vă rog din pe care că să fost încă foarte dar ce după fără aceasta acest sau
id: bisa karena uang bahwa mobil kirim kirimkan dikirim dikirimkan pengiriman kantor pengembalian menurut yakni perusahaan nomor kapan butuh paketnya setelah gratis rusak ukuran tanggal nggak gak aja banget kalo gimana dong sih kok persen kualitas universitas aktivitas rupiah kota pakai beda bagaimana sedangkan agar
ms: kerana wang bahawa ialah sahaja kereta kerajaan awak mengikut antarabangsa manakala pelbagai syarikat pulangan bungkusan tarikh iaitu sekiranya selepas penghantaran hantar menghantar dihantar saiz rosak kedai akaun resit perkhidmatan percuma kualiti universiti aktiviti peratus ringgit encik puan cik nak takde dah macam mana bila je kat basikal esok petang tukar berbanding
nb: jeg ikke noe hva fra etter også være uten hvor når mye pakken bestillingen hvordan blitt bare vært enn elevene prosjektet et en av opp nå veldig ble deg meg seg dere oss noen hjem fortsatt hvis skal ha vil fått
nn: ikkje eg noko kva frå òg vere utan kvar mykje korleis kjem desse vart berre vore meir dei ein eit ho dykk sjølv heim gjere seie kvifor nokre nokon blei saman av opp no skal ha vil fått meg deg seg oss
da: jeg ikke noget hvad fra efter også være uden hvor når hvornår hvordan bare meget blevet af nogle mig dig sig mere et en op nu hvis skal vil fået tak hej endnu kun igen været hjem blev
sv: inte jag något vad från också vara utan när mycket paketet beställningen hur kommer dessa blivit varit än och är ett en av upp nu mig dig sig oss hem tack hej ännu någon blev fått bara efter
hr: što tko uvjet tjedan tjedana tisuća sveučilište također uopće općina siječnja veljače ožujka travnja svibnja lipnja srpnja kolovoza rujna listopada studenoga prosinca vlak zrakoplov europske europski povijesti točno narudžba nitko netko tvrtka tvrtke obitelj obitelji glazba sustav sustava tijekom znanost stanica nositelj uporaba izvješće županija gdje nije sam biti ili nakon između
bs: šta također općina sedmica sedmice hiljada historija historije januara februara hercegovine sarajevu evropske evropski kantona porodica porodice muzika uslov uslovi tačno niko neko takođe lahko saradnja fabrika avion ko gdje nije sam biti ili nakon između narudžba
sl: sem tudi lahko pred biti kateri katera naročilo denar kje kdaj ali vendar kaj še več prosim pošiljka vračilo ki kot zaradi smo ste bil bila
cs: jsem jsou není při také může ještě protože před být který která které bylo nebo však kdy kde zboží řekl pro co jak byla jste děkuji zásilka peníze vrátit dorazila moje nebyl byl jen podle
sk: som sú nie tiež môže ešte pretože pred ktorý ktorá ktoré bolo alebo však kedy kde tovar povedal pre čo ako bola ste ďakujem zásielka peniaze vrátiť prišla moja nebol bol iba len podľa keď
pl: nie jest czy gdzie kiedy moje zamówienie paczka przesyłka proszę dziękuję się że przez już jeszcze bardzo tylko który która które jak był była są
tr: bir ve için değil çok sipariş kargo nerede zaman teşekkürler merhaba gelmedi hala ama ile yok oldu ne bu daha gibi olarak olan
az: bir və üçün deyil çox sifariş haradadır nə vaxt ilə mən salam bu daha kimi olaraq olan
bg: какво това къде кога поръчка пратка защото много ще съм са че сте сме беше защо моля благодаря няма тази този тези още може трябва със във като се от на има
mk: ова каде кога нарачка зошто многу таа ќе сум дека со од тие тоа благодарам нема има се на како пратка
sr: је сам смо сте су где када зашто хвала молим поруџбина пошиљка мој моја није ово али још са од ће се на као који која
ru: что это где когда заказ посылка деньги почему очень или был она ещё общества мой моя мне меня вас уже нет есть быть были только как чтобы если пожалуйста спасибо здравствуйте через после можно нужно этот эта эти они его её их на от
uk: що це де коли замовлення посилка гроші чому дуже або був вона є ще мій моя мені вас вже немає бути були тільки як щоб якщо дякую після можна цей ця ці вони його її їх на від та
be: што гэта дзе калі заказ пасылка грошы чаму вельмі або быў яна ёсць яшчэ мой мне вас ужо няма быць толькі як каб калі дзякуй пасля можна яны яго на ад
fa: این است که را از با به می برای سفارش هنوز شده
ur: یہ ہے کہ کا کی کے میں سے اور نہیں ہیں آرڈر کہاں ابھی
`

// everyday are the words of which a whole message may consist. Few letters tell little, and what tells much is that everybody
// writes them: so they decide in a message of one or two words. A word that another language writes as often stands with both.
const everyday = `
en: hello hi hey helloo hellooo helloooo yes thanks thank thx pls please sorry broken refund cancel nope yeah okay love
de: hallo danke bitte moin servus ja nein guten kaputt tschüss
nl: te klein groot hallo hoi bedankt dank goedemorgen goedemiddag goedenavond alstublieft ja nee
fr: accord bonjour bonsoir salut merci oui svp coucou allo allô
es: talla hola gracias buenas buenos sí favor oiga
ca: bon hola gràcies
it: ciao buongiorno buonasera salve grazie sì prego pronto
pt: quero reembolso olá ola oi obrigado obrigada bom boa sim não
ro: bună buna salut mulțumesc da vă
pl: cześć hej dzień dobry dziękuję dzięki proszę tak witam halo
cs: ahoj dobrý děkuji díky prosím ano
sk: ahoj dobrý ďakujem prosím áno
hu: szia helló köszönöm igen üdv sziasztok
sv: hej tack hejsan morgon ja nej
da: hej tak ja nej goddag
nb: hei takk ja nei hallo
fi: hei moi moikka kiitos kyllä ei terve
et: tere aitäh palun jah
lv: sveiki labdien paldies lūdzu jā
lt: sveiki labas ačiū prašau taip
tr: merhaba selam teşekkürler evet hayır tamam lütfen
az: salam təşəkkür
sq: përshëndetje faleminderit tungjatjeta
hr: bok hvala molim pozdrav zdravo
sl: zdravo hvala prosim pozdravljeni
id: halo hai terima kasih tolong kak selamat
ms: hai terima kasih tolong selamat
tl: kumusta salamat opo po
vi: chào cảm ơn vâng dạ xin
ru: привет здравствуйте добрый спасибо да нет алло
uk: привіт вітаю добрий дякую так ні добридень
be: прывітанне дзякуй
bg: здравейте благодаря
sr: здраво хвала
mk: здраво благодарам
kk: сәлем рахмет сәлеметсіз
`

// plain is a word without its accents, as many write it on a telephone.
func plain(w string) string {
	return norm.NFC.String(strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Mn, r) {
			return -1
		}
		return r
	}, norm.NFD.String(w)))
}

// parting reads a list of words: the languages of each word, as indices of the given ones.
func parting(list string, languages []string) map[string][]int {
	out := map[string][]int{}
	for line := range strings.Lines(strings.TrimSpace(list)) {
		code, words, _ := strings.Cut(strings.TrimSpace(line), ":")
		l := slices.Index(languages, code)
		if l < 0 {
			continue
		}
		for w := range strings.FieldsSeq(words) {
			out[w] = append(out[w], l)
			if p := plain(w); p != w && len(p) > 3 && !slices.Contains(out[p], l) {
				out[p] = append(out[p], l)
			}
		}
	}
	return out
}
