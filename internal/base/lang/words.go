package lang

import (
	"slices"
	"strings"
)

// neighbours are whole words that part a language from its near neighbours, whose letters alone look alike. Everyday words
// only; none that both sides write.
const neighbours = `
id: bisa karena uang bahwa pesanan mobil anda kirimkan dikirimkan kenapa kantor pengembalian menurut yakni perusahaan pemerintah nomor kapan butuh paketnya
ms: kerana wang bahawa daripada kereta ialah beliau kerajaan sahaja mahu bila pejabat awak hendak mengikut katanya antarabangsa manakala pelbagai syarikat bayaran pulangan pesanannya bungkusan
nb: jeg noe hva fra etter også være uten hvor når mye pakken bestillingen hvordan blitt bare vært enn elevene prosjektet
nn: ikkje eg noko kva frå òg vere utan kvar mykje korleis kjem desse vart berre vore meir dei
da: noget hvad efter uden hvornår meget blevet af nogle mig sig mere
sv: inte jag något vad från också vara utan när mycket paketet beställningen hur kommer dessa blivit varit än och är
hr: što tko uvjet tjedan tisuća sveučilište također uopće općina siječnja veljače ožujka travnja svibnja lipnja srpnja kolovoza rujna listopada studenoga prosinca vlak zrakoplov europske povijesti točno narudžba
bs: šta također općina sedmica hiljada historija januara februara hercegovine sarajevu evropske kantona
cs: jsem jsou není při také může ještě protože před být který která které bylo nebo však kdy kde zboží řekl
sk: som sú nie tiež môže ešte pretože pred ktorý ktorá ktoré bolo alebo však kedy kde tovar povedal
sl: sem tudi lahko pred biti kateri katera naročilo denar kje kdaj ali vendar
es: estoy está qué cuándo pedido dinero dónde muy pero también las una todavía el los
pt: não estou está encomenda dinheiro onde muito mas também uma ainda do ao em são você
ca: estic està què quan comanda diners molt però també amb els aquest encara és
bg: какво това къде кога поръчка пратка защото много ще съм
mk: ова каде кога нарачка зошто многу таа ќе сум
ru: что это где когда заказ посылка деньги почему очень или был она ещё общества
uk: що це де коли замовлення посилка гроші чому дуже або був вона є ще
be: што гэта дзе калі заказ пасылка грошы чаму вельмі або быў яна ёсць яшчэ
fa: این است که را از با به می برای سفارش هنوز شده
ur: یہ ہے کہ کا کی کے میں سے اور نہیں ہیں آرڈر کہاں ابھی
`

// parting reads neighbours: the languages of each word, as indices of the given ones.
func parting(languages []string) map[string][]int {
	out := map[string][]int{}
	for line := range strings.Lines(strings.TrimSpace(neighbours)) {
		code, words, _ := strings.Cut(strings.TrimSpace(line), ":")
		l := slices.Index(languages, code)
		if l < 0 {
			continue
		}
		for w := range strings.FieldsSeq(words) {
			out[w] = append(out[w], l)
		}
	}
	return out
}
