package translate

import (
	"regexp"
	"strings"
	"sync"
)

// Pieces of the expressions below: a word that begins with a capital, a few of them, and a number of a house.
const (
	capital  = `\p{Lu}[\p{L}\p{M}'’.-]*`
	capitals = capital + `(?:[ \t](?:d[aeiou]s?|del|della|dei|la|las|los|le|les|van|von|der|den|` + capital + `)){0,4}`
	house    = `\p{Nd}{1,5}(?:[ \t]?\p{L}\b)?(?:[-/]\p{Nd}{1,4}\p{L}?)?`
	town     = `(?:[A-Z]{1,2}-)?\p{Nd}{4,6}[ \t]` + capital + `(?:[ \t]` + capital + `)?`
)

// street finds a street with the number of a house on it, as it is written in the languages of customers, with the town
// behind it; and a line that is a postcode with its town. A street alone, and a town alone, are words like others.
var street = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(strings.Join(streets, "|")) })

var streets = []string{
	// 12 Baker Street
	`\p{Nd}{1,5}[A-Za-z]?,?[ \t]+(?:` + capital + `[ \t]){1,4}(?:Street|St|Road|Rd|Avenue|Ave|Lane|Ln|Drive|Dr|Boulevard|Blvd|Court|Ct|Close|Crescent|Terrace|Gardens|Square|Way)\b\.?(?:,[ \t]` + capitals + `(?:,?[ \t][A-Z]{2}[ \t]\p{Nd}{5})?)?`,
	// Hauptstraße 5, Lange Straße 5a, Kerkstraat 12, Storgatan 3
	`(?:` + capital + `[ \t-])?\p{Lu}?[\p{L}\p{M}-]*(?:[Ss]traße|[Ss]trasse|[Ss]tr\.|[a-zäöüß]weg|[a-zäöüß]gasse|[Aa]llee|[a-zäöüß]platz|straat|laan|gracht|[a-zæøå]vej|[a-zæøå]gade|[a-zåäö]gatan|[a-zåäö]vägen)[ \t]+` + house + `(?:,?[ \t]+` + town + `)?`,
	// 12 rue de la Paix
	`\p{Nd}{1,4}(?:[ \t]?(?:bis|ter))?,?[ \t]+(?:[Rr]ue|[Aa]venue|[Bb]oulevard|[Bb]d|[Pp]lace|[Cc]hemin|[Aa]llée|[Ii]mpasse|[Qq]uai)[ \t]+(?:(?:de|du|des|la|le|les|l['’]|d['’])[ \t]?)*` + capitals + `(?:,?[ \t]+` + town + `)?`,
	// Calle Mayor 5, Via Roma, 12, ul. Długa 7, ул. Ленина, д. 5, кв. 12, Jl. Merdeka No. 3
	`(?:[Cc]alle|[Cc]/|[Aa]venida|[Aa]vda\.|[Pp]aseo|[Pp]laza|[Rr]ua|[Tt]ravessa|[Pp]raça|Via|[Vv]iale|[Pp]iazza|Corso|[Ss]trada|[Bb]ulevardul|[Uu]l\.|[Uu]lica|[Aa]l\.|[Aa]leja|[Уу]лица|[Уу]л\.|[Пп]роспект|[Пп]р-т|[Пп]р\.|[Пп]ереулок|[Пп]ер\.|[Бб]ульвар|[Шш]оссе|[Вв]улиця|[Вв]ул\.|[Jj]alan|[Jj]l\.|[Đđ]ường)[ \t]*(?:(?:d[aeo]s?|del|della|dei)[ \t]+)?` +
		capitals + `,?[ \t]+(?:(?:[Nn]o|[Nn][º°]|[Nn]r|[Nn]úm|số|д|дом|буд)\.?[ \t]*)?` + house + `(?:,[ \t]*(?:кв|корп|стр|оф|[Aa]pt|[Pp]iso)\.?[ \t]*\p{Nd}{1,4})*(?:,?[ \t]+` + town + `)?`,
	// Atatürk Caddesi No: 5
	capital + `(?:[ \t]` + capital + `){0,3}[ \t](?:Caddesi|Cad\.|Sokak|Sokağı|Sok\.|Bulvarı)[ \t]+(?:No[:.]?[ \t]*)?` + house,
	// Абай көшесі 12
	capital + `[ \t]көшесі,?[ \t]+` + house,
	// 北京市朝阳区建国路88号, 東京都渋谷区1-2-3, 서울시 강남구 테헤란로 12
	`(?:\p{Han}{2,3}[省市区區县縣])*\p{Han}{2,4}(?:路|街|道|巷|弄)[ \t]?\p{Nd}{1,5}[ \t]?[号號弄](?:[ \t]?\p{Nd}{1,4}[ \t]?[室号號楼樓栋])*`,
	`(?:〒[ \t]?\p{Nd}{3}-\p{Nd}{4}[ \t]*)?\p{Han}{2,3}[都道府県][\p{Han}\p{Hiragana}\p{Katakana}ー]{2,16}\p{Nd}{1,4}(?:(?:-|丁目|番地?|号)\p{Nd}{0,4}){0,4}`,
	`\p{Hangul}{1,6}[시구군][ \t]\p{Hangul}{1,8}[로길][ \t]?\p{Nd}{1,4}(?:번길[ \t]?\p{Nd}{1,4})?(?:-\p{Nd}{1,4})?`,
	// Springfield, IL 62704; 1012 AB Amsterdam
	capital + `(?:[ \t]` + capital + `)?,[ \t][A-Z]{2}[ \t]\p{Nd}{5}\b`,
	`\p{Nd}{4}[ \t]?[A-Z]{2}[ \t]` + capital,
}

// townLine is a line that is a postcode with its town.
var townLine = regexp.MustCompile(`(?m)^[ \t]*(` + town + `)[ \t,.]*\r?$`)

// addresses finds where somebody lives, as far as its writing tells.
func addresses(text string) [][]int {
	var out [][]int
	for _, at := range street().FindAllStringIndex(text, -1) {
		if whole(text, at[0], at[1]) {
			out = append(out, at)
		}
	}
	for _, at := range townLine.FindAllStringSubmatchIndex(text, -1) {
		out = append(out, at[2:4])
	}
	return out
}
