package term

import (
	"strings"
	"unicode/utf8"
)

// lightRules strip the endings that a Snowball stemmer leaves on, or stand in where there is none.
type lightRules struct {
	prefixes []string // at most one is taken off, in a stem of its own
	suffixes []string // the longest that fits is taken off
	keep     int      // runes that must stay
	fleeting string   // vowels that come and go before the last consonant (чехол, чехлы)
}

var light = map[string]lightRules{
	"ru": {keep: 3, fleeting: "ое", suffixes: split(
		"иями ями ами ией ием иях ях ах ого его ому ему ыми ими ый ий ой ей ая яя ое ее ые ие ую юю ою ею ым им ом ем ых их ов ев ью ия ие ии ию а я о е ы и у ю ь й " +
			"ться тся ть ти л ла ло ли ет ит ют ут ат ят ешь ишь ете ите")},
	"uk": {keep: 3, fleeting: "оеі", suffixes: split(
		"ями ами ові еві єві ого його ому йому ими іми ій ий ої єї ою єю ою ею ах ях ів їв ам ям ом ем єм их іх им ім ую юю ая яя ння нню ням а я о е є и і ї у ю ь й " +
			"тися ться ти ть в ла ло ли ає яє ить ять уть ють")},
	"kk": {keep: 3, suffixes: split(
		"лардың лердің дардың дердің тардың тердің ларды лерді ларға лерге лар лер дар дер тар тер дың дің тың тің ның нің ға ге қа ке ды ді ты ті ны ні да де та те дан ден тан тен нан нен мен бен пен ым ім ың ің ы і")},
	"pl": {keep: 3, fleeting: "e", suffixes: split(
		"owaniem owania owanie aniem eniem ania enia aniu eniu anie enie ości ością ość owych owego owemu owymi owym owa owe owy ami ach iem iego iemu ymi imi ego emu ych ich ej ą ę om ów em ie ia ią ię iu y i a o e u ym im owi")},
	"cs": {keep: 3, fleeting: "e", suffixes: split(
		"ováním ování ováni ením ení ání áním eni ani osti ostí ost ových ového ovému ovými ovým ová ové ový ami emi ich ach ech eho emu ymi imi ych ym im ou ove ovi um em am y i a o e u e")},
	"el": {keep: 3, suffixes: split(
		"ησεισ ησεων ησησ σεισ σεων ματα ματοσ ματων ουσ ουν εισ εων ων οσ ου οι ασ εσ ησ ισ α ε η ι ο υ ω ον αν ουμε ετε ω")},
	"he": {keep: 3, prefixes: split("וה וב ול שה ה ו ב ל מ ש כ"), suffixes: split("ים ות יות ה ת י ך ו")},
	"id": {keep: 4, prefixes: split("meng meny mem men me peng pem pen pe ber di ter ke"), suffixes: split("kannya annya kan nya lah kah an i")},
	"ar": {keep: 3, prefixes: split("وال بال كال فال لل ال و ب ل"), suffixes: split("اتها اتهم ات ون ين ها هم كم نا تي ته ه ي ك")},
	"fi": {keep: 4, suffixes: split("uksista uksesta uksen uksia ukset istani ssani ista ille illa issa iden jen ien sta lla lle ssa ksi na ta n t a i")},
}

func split(s string) []string { return strings.Fields(s) }

// stems returns the stem of a word, and that of the word without its prefix: whether ה is the article of הזמנה, no rule
// can tell.
func (l lightRules) stems(w string) []string {
	out := []string{l.stem(w)}
	if bare := longest(w, l.prefixes, l.keep, strings.HasPrefix, strings.TrimPrefix); bare != w {
		out = append(out, l.stem(bare))
	}
	return out
}

func (l lightRules) stem(w string) string {
	w = longest(w, l.suffixes, l.keep, strings.HasSuffix, strings.TrimSuffix)
	if bare, ok := strings.CutSuffix(w, "нн"); ok {
		w = bare + "н"
	}
	if l.fleeting == "" || utf8.RuneCountInString(w) < 4 {
		return w
	}
	last, n := utf8.DecodeLastRuneInString(w)
	vowel, m := utf8.DecodeLastRuneInString(w[:len(w)-n])
	if strings.ContainsRune(l.fleeting, vowel) && !strings.ContainsRune("аеёиоуыэюяіїєaeiouyь", last) {
		return w[:len(w)-n-m] + string(last)
	}
	return w
}

func longest(w string, affixes []string, keep int, has func(string, string) bool, trim func(string, string) string) string {
	best := ""
	for _, a := range affixes {
		if len(a) > len(best) && has(w, a) && utf8.RuneCountInString(w)-utf8.RuneCountInString(a) >= keep {
			best = a
		}
	}
	return trim(w, best)
}

// bareKorean takes the particle or verb ending off a Korean word, if two syllables are left.
func bareKorean(w string) string {
	rules := lightRules{keep: 2, suffixes: korean}
	return rules.stem(w)
}

var korean = split("을 를 이 가 은 는 에 의 도 와 과 만 로 으로 에서 에게 한테 까지 부터 이나 보다 처럼 마다 조차 라도 이라도 이요 요 들 들이 들을 들은 " +
	"하다 하고 하는 하기 하면 하려면 하려고 하려 합니다 합니까 했어요 했습니다 했는데 해요 해서 해주세요 해주십시오 할까요 할래요 하나요 하고싶어요 하지 한 할 된 될 됩니다 되나요 되었나요 됐어요 됐나요 되지 되는 되었습니다 " +
	"입니다 이에요 예요 인가요 인데 었어요 았어요 었습니다 았습니다 습니다 나요 어요 아요 네요 지요 죠 고 는데 지만 면 려면")
