package sepa

import (
	"strings"

	"golang.org/x/text/unicode/norm"
)

// carried are the characters that every bank of the SEPA carries (EPC217-08, "SEPA requirements for an extended character
// set": the basic set).
const carried = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/-?:().,'+ "

// latin writes letters that no accent can be taken off, and those of the Greek and Cyrillic alphabets, in carried ones, as
// EPC217-08 suggests for European languages.
var latin = func() map[rune]string {
	out := map[rune]string{}
	for pair := range strings.FieldsSeq("ß=ss Æ=AE æ=ae Ø=O ø=o Œ=OE œ=oe Ł=L ł=l Đ=D đ=d Ð=D ð=d Þ=Th þ=th ı=i Ŋ=N ŋ=n Ħ=H ħ=h ĸ=k ſ=s Ə=E ə=e " +
		"Α=A Β=V Γ=G Δ=D Ε=E Ζ=Z Η=I Θ=Th Ι=I Κ=K Λ=L Μ=M Ν=N Ξ=X Ο=O Π=P Ρ=R Σ=S Τ=T Υ=Y Φ=F Χ=Ch Ψ=Ps Ω=O ς=s " +
		"А=A Б=B В=V Г=G Ґ=G Д=D Е=E Є=Ye Ж=Zh З=Z И=I І=I Ї=Yi К=K Л=L М=M Н=N О=O П=P Р=R С=S Т=T У=U Ф=F Х=H Ц=Ts Ч=Ch Ш=Sh Щ=Sht Ъ=A Ы=Y Ь=Y Э=E Ю=Yu Я=Ya " +
		"Ђ=Dj Ј=J Љ=Lj Њ=Nj Ћ=C Џ=Dz Ѓ=G Ѕ=Dz Ќ=K " +
		"‘=' ’=' ʼ=' `=' ´=' –=- —=- ‐=- _=- &=+ @=(at) €=EUR «=' »=' “=' ”=' „=' \"=' ;=, ‚=, [=( ]=) {=( }=) \\=/ |=/ !=. *=. #=. %=. =. <=. >=. ~=-") {
		from, to, ok := strings.Cut(pair, "=")
		if !ok || from == "" {
			continue
		}
		r := []rune(from)[0]
		out[r] = to
		if low := []rune(strings.ToLower(from)); len(low) == 1 && low[0] != r {
			out[low[0]] = strings.ToLower(to)
		}
	}
	return out
}()

// letters writes a text in characters that every bank carries, at most so many, with a stop for what has none. Slashes
// neither begin nor end it, nor stand twice in a row (EPC guidelines, chapter 1.4).
func letters(text string, most int) string {
	var b strings.Builder
	for _, r := range norm.NFC.String(text) {
		for _, d := range norm.NFKD.String(letter(r)) {
			switch {
			case strings.ContainsRune(carried, d):
				b.WriteRune(d)
			case d >= 0x0300 && d <= 0x036f: // an accent
			default:
				if w := letter(d); w != string(d) {
					b.WriteString(w)
				} else {
					b.WriteByte('.')
				}
			}
		}
	}
	out := strings.Join(strings.Fields(b.String()), " ")
	for strings.Contains(out, "//") {
		out = strings.ReplaceAll(out, "//", "/")
	}
	if len(out) > most {
		out = out[:most]
	}
	return strings.Trim(out, "/ ")
}

func letter(r rune) string {
	if w, ok := latin[r]; ok {
		return w
	}
	return string(r)
}
