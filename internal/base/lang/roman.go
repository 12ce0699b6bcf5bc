package lang

import (
	"cmp"
	"strings"
)

// roman are everyday and trade words of languages that customers also write in Latin letters, as they are spelled in
// chats. Left out are those that an ordinary text in another language of Latin letters may hold several of.
var roman = spelled(map[spelling]string{
	hindi: `mera meri mere mujhe mujhko humko aap aapka aapki aapke tum tumhara hai hain tha thi nahi nahin nhi kya kyu kyun kyon kab kahan kahaan kaha kaise kaisa
		kitna kitne kitni abhi tak aaya aayi aayega ayega ayegi milega mila mili milna chahiye chahie karo karna karne karke kar diya diye dijiye dena liya bheja bhejo bhej raha rahi rahe
		hua hui hue gaya gayi gaye wapas vapas paisa paise paisay ruko bahut bohot accha acha achha kharab toota tuta tooti galat bhai sahab kripya krpya dhanyavad shukriya namaste namaskar
		jaldi kal aaj din hafte mahine abtak lekin magar aur bhi sirf mein ko ka ki ke se pe par ho hoga hogi koi kuch saaman samaan chij cheez batao bataiye pata badal badalna
		wala wali wale karwana karwao sakta sakte sakti toh yeh ye woh wo apna apni apne isko usko kisi yaar ji haan theek thik dikkat samasya rakha lagta`,
	russian: `ya ne moy moi moya moyo moe menya mne mnoy vy vas vam vash vashi vasha eto etot eta etogo gde kogda kak chto chto-to pochemu zachem skolko zakaz zakaza zakazal zakazala zakazali
		zakazy posylka posylku posilka posylki dostavka dostavki dostavku dengi den'gi deneg vozvrat vernut vernite vernut' tovar tovara tovary prishel prishla prishlo prishol prishli prishyol
		privet zdravstvuyte zdravstvuite dobryy dobryj dobriy vecher utro spasibo pozhaluysta pozhaluista pojaluista khochu hochu nado nuzhno nuzhen mozhno mogu mozhete uzhe yeshche esche eshe
		eshcho net da ili dlya ot bez cherez nedelya nedelyu nedeli dney dnya den razmer ne-prishla poluchil poluchila poluchit' poluchit otpravili otpravlen otslezhivaniya nomer
		slomalsya slomalas slomano slomannyy brak brakovannyy bral kupil kupila ochen ochen' plokho ploho khorosho horosho seychas seichas segodnya zavtra vchera chem budet bylo byl byla est' yest
		oplatil oplatila oplata dengami otmenit otmenite otmenit' adres smenit pomenyat' pomenyat podskazhite skazhite otvet'te otvette zhdu zhdat' k v na s i u po za`,
	chinese: `wo ni ta women nimen tamen de le ma ne ba bu mei meiyou meiyo you shi zai shenme shenmo zenme zenmeyang weishenme weisha nali nar shenmeshihou heshi jintian mingtian zuotian xianzai
		hai haimei dao daole shoudao shoudaole meishoudao kuaidi baoguo dingdan huo fahuo huowu shangpin dongxi tuihuo tuikuan huan huanhuo qian yuan kuai zhifu fukuan dizhi xiugai gai quxiao
		huai huaile sunhuai cuo cuole maile mai yao xiang xiangyao keyi neng nenggou qing qingwen xiexie xie nihao ninhao zaijian kefu lianxi tian xingqi yue hao haoma duo duoshao jiu tai man
		kuaidian daodi yijing jige yige zhege nage zhe na ge gei wuliu chaxun danhao fapiao daxiao chima yanse zhiliang cha chaping hen feichang xuyao bangmang bang kan kandao`,
	// Words of the lists that other languages of Latin letters write as well: they count only beside others.
	weak: `mein par din tum kal aur man you net den est tovar adres nomer dva uzhe lekin sirf pata tai hen cha mai guo huo gai yao hao kan kuai duo huan yuan gei bang cuo`,
})

// spelling says in which lists a word is.
type spelling byte

const (
	hindi spelling = 1 << iota
	russian
	chinese
	weak
)

func spelled(lists map[spelling]string) map[string]spelling {
	out := map[string]spelling{}
	for in, words := range lists {
		for w := range strings.FieldsSeq(words) {
			out[w] |= in
		}
	}
	return out
}

func set(words string) map[string]bool {
	out := map[string]bool{}
	for w := range strings.FieldsSeq(words) {
		out[w] = true
	}
	return out
}

// romanised tells a language by words in Latin letters that are not its own script, or returns "". It takes at least
// two different words that no neighbour writes too, one of them of the list, one longer than three letters, and most of the text:
// Italian and Spanish have long words that could be syllables of Chinese.
func romanised(words []word) (code string, sure float64) {
	type tally struct {
		code                 string
		in                   spelling
		hits                 int
		first                string // word that tells
		second, long, listed bool   // whether there is another one; one of more than three letters; one of the list
	}
	counts, all, most := [...]tally{{code: "hi", in: hindi}, {code: "ru", in: russian}, {code: "zh", in: chinese}}, 0, 0
	for _, w := range words {
		if w.script != latin {
			continue
		}
		all++
		in := roman[w.text]
		syllables := len(w.text) > 6 && pinyin(w.text)
		for i := range counts {
			t := &counts[i]
			if in&t.in == 0 && !(t.in == chinese && syllables) {
				continue
			}
			t.hits++
			if len(w.text) > 2 && in&weak == 0 {
				t.second = t.second || t.first != "" && t.first != w.text
				t.first = cmp.Or(t.first, w.text)
				t.listed = t.listed || in&t.in != 0
			}
			t.long = t.long || len(w.text) > 3
		}
	}
	for _, t := range counts {
		if t.second && t.long && t.listed && t.hits > most && t.hits*100 >= all*share(t.code) {
			code, sure, most = t.code, 0.5+0.5*float64(t.hits)/float64(all), t.hits
		}
	}
	return code, sure
}

// share is how many words in a hundred must be of the list. Romanised Hindi is mixed with English words.
func share(code string) int {
	if code == "hi" {
		return 45
	}
	return 55
}

// pinyin reports whether a word is made of syllables of Chinese alone.
func pinyin(w string) bool {
	if w == "" {
		return true
	}
	for _, initial := range initials {
		rest, ok := strings.CutPrefix(w, initial)
		if !ok {
			continue
		}
		for n := min(4, len(rest)); n > 0; n-- {
			if finals[rest[:n]] && pinyin(rest[n:]) {
				return true
			}
		}
	}
	return false
}

var (
	initials = []string{"zh", "ch", "sh", "b", "p", "m", "f", "d", "t", "n", "l", "g", "k", "h", "j", "q", "x", "r", "z", "c", "s", "y", "w"}
	finals   = set(`a o e i u ai ei ao ou an en ang eng ong ia ie iao iu ian in iang ing iong ua uo uai ui uan un uang ue er`)
)
