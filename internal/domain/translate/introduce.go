package translate

import (
	"regexp"
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"
)

// Words with which people say their name, in front of it.
const introductions = `my name is|my name's|mein name ist|ich hei(?:ß|ss)e|je m['’]appelle|mon nom est|me llamo|mi nombre es|mi chiamo|il mio nome è|` +
	`(?:o )?meu nome é|me chamo|chamo-me|mijn naam is|ik heet|nazywam się|mam na imię|jmenuji se|jmenuju se|moje jméno je|mit navn er|jeg hedder|` +
	`mitt namn är|jag heter|m[ăa] numesc|numele meu este|меня зовут|мо[её] имя|мене звати|моє ім['’ʼ]я|менің атым|менің есімім|(?:benim )?adım|` +
	`nama saya(?: adalah| ialah)?|tôi tên là|tên (?:của )?tôi là`

// partings are words before the name at the end of a letter; thanks are those that may stand elsewhere too.
const (
	partings = `(?:(?:best|kind|kindest|warm|warmest|many)\s+)?(?:regards|wishes)|best|cheers|sincerely(?: yours)?|yours (?:sincerely|faithfully|truly)|respectfully|` +
		`(?:mit )?(?:freundlichen?|lieben?|besten?|schönen?|viele|herzliche)n? gr(?:ü|ue)(?:ß|ss)en?|(?:freundliche|liebe|beste|schöne|viele) gr(?:ü|ue)(?:ß|ss)e|mfg|lg|vg|hochachtungsvoll|` +
		`(?:bien )?cordialement|bien à vous|salutations(?: distinguées)?|saludos(?: cordiales)?|un saludo|atentamente|un cordial saludo|cordiali saluti|distinti saluti|saluti|` +
		`atenciosamente|cumprimentos|com os melhores cumprimentos|att|abraços?|met vriendelijke groet(?:en)?|vriendelijke groet(?:en)?|groetjes|groeten|mvg|` +
		`pozdrawiam(?: serdecznie)?|z poważaniem|s pozdravem|zdravím|(?:med )?venlig(?:e)? hilsen(?:er)?|mvh|hilsen|(?:med )?vänlig(?:a)? hälsning(?:ar)?|hälsningar|` +
		`cu (?:stimă|respect)|o zi bună|с уважением|с наилучшими пожеланиями|з повагою|құрметпен|saygılarımla|iyi günler|iyi çalışmalar|hormat saya|salam hormat|` +
		`trân trọng|thân mến|ด้วยความเคารพ|ขอแสดงความนับถือ|مع (?:خالص )?(?:التحية|تحياتي|الشكر)|تحياتي|此致|敬礼|敬禮|祝好|敬上|よろしくお願い(?:いた|致)?します|敬具`
	thanks = `thanks|thank you|thx|many thanks|danke|vielen dank|merci(?: beaucoup)?|gracias|muchas gracias|grazie(?: mille)?|obrigad[oa]|bedankt|dank u|dziękuję|děkuji|tak|tack|` +
		`mulțumesc|спасибо|дякую|рақмет|teşekkürler|teşekkür ederim|terima kasih|cảm ơn|ขอบคุณ(?:ค่ะ|ครับ)?|شكرا|谢谢|謝謝|ありがとうございます|감사합니다`
)

// uncased is a word of a script without capitals.
const uncased = `[\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}\p{Thai}\p{Arabic}ー・]{2,16}`

// person is a name as people write their own: up to four words with capitals, or some of a script that has none.
const person = `(?:` + capital + `(?:[ \t](?:d[aeiou]s?|del|la|van|von|der|den|bin|al|` + capital + `)){0,3}|` + uncased + `(?:[ \t]` + uncased + `){0,2})`

// namings find names, each as its first group. They are made at their first use.
var namings = sync.OnceValue(func() []*regexp.Regexp {
	var out []*regexp.Regexp
	for _, re := range []string{
		`(?:^|[^\p{L}\p{M}])(?i:` + introductions + `)[ \t]*[:,-]?[ \t]*(` + capitals + `)`,
		`(?m)(?:^|[.!?,;。！？，][ \t]*)[ \t]*(?i:` + partings + `)[ \t]*(?:[,.!;:~،。！，-]+[ \t]*\r?\n?|[ \t]*\r?\n)[ \t\r\n]*(?:[-–—~][ \t]*)?(` + person + `)[ \t.!,]*$`,
		`(?:^|[\n.!?,;。！？，][ \t]*)(?i:` + thanks + `)[ \t]*(?:[,.!;:،。！，-]+[ \t]*\r?\n?|[ \t]*\r?\n)[ \t\r\n]*(?:[-–—~][ \t]*)?(` + person + `)[ \t.!\r\n]*$`,
		// Where the words on both sides of a name tell it.
		`我(?:叫|的名字是|姓名是|的姓名是)[:： ]?(\p{Han}{2,4})(?:[\s，。,.！!、；;（(]|$)`,
		`(?:^|[\s、。，はも])([\p{Han}\p{Katakana}ー]{1,8}[ 　]?[\p{Han}\p{Katakana}ー]{0,6})と(?:申|もう)します`,
		`私の名前は([\p{Han}\p{Hiragana}\p{Katakana}ー]{2,10}?)です`,
		`제 이름은\s*(\p{Hangul}{2,5}?)(?:입니다|이에요|예요|이고)`,
		`저는\s*(\p{Hangul}{2,5}?)(?:이)?라고 합니다`,
		`(\p{Hangul}{2,5})\s+(?:드림|올림)`,
		`(?:ผม|ดิฉัน|ฉัน|หนู)ชื่อ\s*([\p{Thai}]{2,20}?(?: [\p{Thai}]{2,20}?)?)(?:ค่ะ|ครับ|คะ|[\s,.]|$)`,
		`(?:^|\s)[اإ]سمي\s+(?:هو\s+)?(\p{Arabic}{2,16})`,
	} {
		out = append(out, regexp.MustCompile(re))
	}
	return out
})

// farewell is a line that is words of parting itself and no name.
var farewell = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^(?i:` + partings + `|` + thanks + `)(?:[^\p{L}]|$)`)
})

// called are characters that stand behind 我叫 where it means "I called".
const called = "了他她你它过過不得来來客"

// notNames are words that stand where a name does.
var notNames = strings.Fields(`team support customer service sent from kundenservice kundendienst equipe équipe equipo cliente client kunde klant buyer user order bestellung bestellnummer
	please bitte hello hi hallo bonjour hola ciao it that this and und et y the my bye asap urgent 客服 客户 买家 顾客 お客様 고객 谢谢 您好 你好 早日 请尽快 请回复 期待回复`)

// Introduced returns the names that a text gives its writer: behind words with which people say their name, and at the end
// of a letter behind words of parting, in the 24 languages that topics are known in. A name in small letters is not
// found, nor is one that stands elsewhere, nor any in a text that is too long for Protect.
func Introduced(text string) []string {
	if len(text) > longestText {
		return nil
	}
	var out []string
	for _, re := range namings() {
		for _, m := range re.FindAllStringSubmatch(text, -1) {
			name := strings.TrimSuffix(strings.TrimSuffix(m[1], " 드림"), " 올림")
			name = strings.Trim(name, " \t\r\n.,'’-")
			if utf8.RuneCountInString(name) > 1 && !slices.Contains(out, name) && isName(name) {
				out = append(out, name)
			}
		}
	}
	return out
}

// isName reports whether what stands where a name does may be one.
func isName(s string) bool {
	if farewell().MatchString(s) || strings.ContainsRune(called, []rune(s)[0]) {
		return false
	}
	for w := range strings.FieldsFuncSeq(strings.ToLower(s), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsMark(r) }) {
		if slices.Contains(notNames, w) {
			return false
		}
	}
	return true
}
