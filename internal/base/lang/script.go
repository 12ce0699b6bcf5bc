package lang

import (
	"strings"
	"unicode"
)

// script is an index of scripts.
type script int

// scripts in the order in which a tie between them is broken.
var scripts = [...]struct {
	code  string
	table *unicode.RangeTable
}{
	{"Latn", unicode.Latin}, {"Cyrl", unicode.Cyrillic}, {"Hani", unicode.Han}, {"Hira", unicode.Hiragana}, {"Kana", unicode.Katakana},
	{"Hang", unicode.Hangul}, {"Arab", unicode.Arabic}, {"Deva", unicode.Devanagari}, {"Grek", unicode.Greek}, {"Hebr", unicode.Hebrew},
	{"Thai", unicode.Thai}, {"Armn", unicode.Armenian}, {"Geor", unicode.Georgian}, {"Beng", unicode.Bengali}, {"Taml", unicode.Tamil},
	{"Telu", unicode.Telugu}, {"Gujr", unicode.Gujarati}, {"Guru", unicode.Gurmukhi}, {"Knda", unicode.Kannada}, {"Mlym", unicode.Malayalam},
	{"Orya", unicode.Oriya}, {"Sinh", unicode.Sinhala}, {"Laoo", unicode.Lao}, {"Khmr", unicode.Khmer}, {"Mymr", unicode.Myanmar},
	{"Ethi", unicode.Ethiopic},
}

// The scripts that something is said of below, by their places in scripts.
const (
	latin    script = 0
	han      script = 2
	hiragana script = 3
	katakana script = 4
	hangul   script = 5
	thai     script = 10
	lao      script = 22
	khmer    script = 23
	burmese  script = 24

	mark script = -1 // a sign that belongs to the letter before it
	none script = -2
)

// alone are the scripts that one language of customers is written in.
var alone = map[string]string{
	"Grek": "el", "Hebr": "he", "Thai": "th", "Armn": "hy", "Geor": "ka", "Beng": "bn", "Taml": "ta", "Telu": "te", "Gujr": "gu",
	"Guru": "pa", "Knda": "kn", "Mlym": "ml", "Orya": "or", "Sinh": "si", "Laoo": "lo", "Khmr": "km", "Mymr": "my", "Ethi": "am",
}

// scriptOf is the script of the languages of the table that are not in Latin letters.
var scriptOf = map[string]string{
	"be": "Cyrl", "bg": "Cyrl", "kk": "Cyrl", "mk": "Cyrl", "mn": "Cyrl", "ru": "Cyrl", "sr": "Cyrl", "uk": "Cyrl",
	"ar": "Arab", "fa": "Arab", "ur": "Arab", "hi": "Deva", "mr": "Deva",
}

// scriptOfRune is the script of a letter, mark of a sign that belongs to the letter before it, none of all else.
func scriptOfRune(r rune) script {
	if r < 0x250 {
		if unicode.IsLetter(r) {
			return latin
		}
		return none
	}
	for i, s := range scripts {
		if unicode.Is(s.table, r) {
			return script(i)
		}
	}
	if unicode.IsMark(r) {
		return mark
	}
	return none
}

// Characters that one of the two ways to write Chinese does not have, and those that Japan alone simplified so; the
// commonest of each.
const (
	hans = "们这个来说对时会过还没么后发现货单订购买卖钱费账号码电话邮递运输车坏损换给税关质问题请讯资询联系络务员顾护证据报价优点数机线无蓝宝镜头键盘裤装红绿黄颜长宽规标准样图书补偿广场国际区县乡镇门处间开闭种类东产业厂与从应该错认识让为实变动试验检测签约网页连结链载储户满评论级爱亲贵宾奖续调复杂简体轻旧张刘陈马鱼鸟条饮状态选择删减总额转达归异币汇银领够帮强当决净热独确稳笔细终组经紧编缩绩织声职肿脸视觉触计讨设详误课谈译负责贴赔赠赶迹软较辆农远适迟邻医钢录锁铁阅队随险难双离响项顺预频愿显风飞养余惊寄吗"
	hant = "們這個來說對時會過還沒麼後發現貨單訂購買賣錢費賬帳號碼電話郵遞運輸車壞損換給稅關質問題請訊資詢聯繫絡務員顧護證據報價優點數機線無藍寶鏡頭鍵盤褲裝紅綠黃顏長寬規標準樣圖書補償廣場國際區縣鄉鎮門處間開閉種類東產業廠與從應該錯認識讓為實變動試驗檢測簽約網頁連結鏈載儲戶滿評論級愛親貴賓獎續調複雜簡體輕舊張劉陳馬魚鳥條飲狀態選擇刪減總額轉達歸異幣匯銀領夠幫強當決淨熱獨確穩筆細終組經緊編縮績織聲職腫臉視覺觸計討設詳誤課談譯負責貼賠贈趕跡軟較輛農遠適遲鄰醫鋼錄鎖鐵閱隊隨險難雙離響項順預頻願顯風飛養餘驚嗎"
	jpan = "込払発売対図気済続届荷円駅働広変検験残単戻帰実価"
)

// japanese are words of the trade that Chinese writes with other characters.
var japanese = []string{"返品", "返金", "荷物", "注文", "破損", "交換希望", "未着", "領収書"}

// form says which way of writing a character is of.
type form byte

const (
	simple form = iota + 1 // Chinese that was simplified
	full                   // Chinese that was not
	japan                  // Japanese
)

// forms are the characters that tell, each of one form only.
var forms = func() map[rune]form {
	out := make(map[rune]form, len(hans+hant+jpan)/3)
	for i, list := range []string{hans, hant, jpan} {
		for _, r := range list {
			if is := form(i) + 1; !strings.ContainsRune([]string{hant, hans, hans + hant}[i], r) {
				out[r] = is
			}
		}
	}
	return out
}()

// eastAsian tells Japanese by its kana, or by characters of its own in a text without any, and Chinese in its two forms.
func eastAsian(text string, counts *tally) Result {
	kana, han := counts[hiragana]+counts[katakana], counts[han]
	var seen [japan + 1]int
	for _, w := range japanese {
		seen[japan] += strings.Count(text, w)
	}
	for _, r := range text {
		if r >= unicode.MaxLatin1 {
			seen[forms[r]]++
		}
	}
	switch {
	case kana*8 > han || kana == 0 && seen[japan] > seen[simple] && seen[japan] >= seen[full]:
		sure := 1.0
		if kana == 0 {
			sure = 0.7
		}
		return Result{"ja", "Jpan", sure}
	case seen[full] > seen[simple]:
		return Result{"zh", "Hant", 1}
	case seen[simple] > 0:
		return Result{"zh", "Hans", 1}
	}
	return Result{"zh", "Hans", 0.6}
}
