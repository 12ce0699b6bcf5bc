package message

import (
	"strings"

	"github.com/gogs/chardet"
)

// guessName names the likeliest charset of a sample that is not UTF-8.
// Bytes above 127 that stand alone between ASCII letters are accents of a
// western text; long runs are Cyrillic (told by its commonest letters) or an
// East Asian charset, where statistics of the whole text decide.
func guessName(sample []byte) string {
	high, lone, runs := 0, 0, 0
	for i := 0; i < len(sample); {
		if sample[i] < 0x80 {
			i++
			continue
		}
		j := i
		for j < len(sample) && sample[j] >= 0x80 {
			j++
		}
		high += j - i
		runs++
		if j-i == 1 {
			lone++
		}
		i = j
	}
	if lone*10 >= runs*8 {
		return latinCharset(sample, high)
	}
	if n := scriptCharset(sample, high); n != "" {
		return n
	}
	if n := cyrillicCharset(sample, high); n != "" {
		return n
	}
	if n := doubleByteCharset(sample, high); n != "" {
		return n
	}
	results, err := chardet.NewTextDetector().DetectAll(sample)
	if err == nil {
		for _, r := range results {
			n := cleanCharset(r.Charset)
			if n == "utf-8" || strings.HasPrefix(n, "utf-") || !knownCharset(n) || r.Confidence < 10 {
				continue
			}
			if multibyte(n) && strings.Contains(decodeAs(sample[:len(sample)-len(sample)%2], n).text, "\uFFFD") && len(sample) < 4096 {
				continue
			}
			return n
		}
	}
	if d := decodeAs(sample, "gb18030"); !strings.Contains(d.text, "\uFFFD") {
		return "gb18030"
	}
	return "windows-1252"
}

// cyrillicCharset tells windows-1251 from KOI8-R and CP866 by the ten letters
// that make up three fifths of any Russian or Ukrainian text, in lower case.
func cyrillicCharset(sample []byte, high int) string {
	if high < 4 {
		return ""
	}
	capitals := 0
	for _, c := range sample {
		if c >= 0xc0 && c <= 0xdf {
			capitals++
		}
	}
	if capitals == high {
		return "windows-1251" // "ЗАКАЗ": no double-byte text keeps to this range
	}
	const common = "оеаинтсрвл"
	best, bestScore := "", 0
	for _, n := range []string{"windows-1251", "koi8-r", "ibm866"} {
		text := decodeAs(sample, n).text
		score, letters := 0, 0
		for _, r := range text {
			switch {
			case r >= 'а' && r <= 'я' || r == 'ё' || r == 'і' || r == 'ї' || r == 'є':
				letters++
				score++
				if strings.ContainsRune(common, r) {
					score++
				}
			case r >= 'А' && r <= 'Я':
				letters++
			}
		}
		if letters*10 >= high*9 && score*10 >= letters*11 && score > bestScore {
			best, bestScore = n, score
		}
	}
	return best
}

// doubleByteCharset reads samples too short for statistics, names mostly: common
// hanzi fill rows B0 to D7 of GB 2312, hangul only rows B0 to C8 of KS X 1001.
func doubleByteCharset(sample []byte, high int) string {
	if high > 60 || high < 4 {
		return ""
	}
	pairs, hanzi, hangul, kana := 0, 0, 0, 0
	for i := 0; i < len(sample); i++ {
		if sample[i] < 0x80 {
			continue
		}
		pairs++
		if sample[i] == 0x82 || sample[i] == 0x83 {
			kana++
		}
		if i+1 < len(sample) && sample[i+1] >= 0xa1 {
			if sample[i] >= 0xb0 && sample[i] <= 0xd7 {
				hanzi++
			}
			if sample[i] >= 0xb0 && sample[i] <= 0xc8 {
				hangul++
			}
		}
		i++
	}
	switch {
	case kana*3 >= pairs: // the rows of kana in Shift_JIS
		return "shift_jis"
	case pairs >= 4 && hangul == pairs:
		return "euc-kr"
	case hanzi*10 >= pairs*8:
		return "gb18030"
	}
	return ""
}

// latinCharset tells the Latin charsets by letters that the western one has as
// signs, which never stand inside a word, or as Icelandic letters.
func latinCharset(sample []byte, high int) string {
	letter := func(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }
	win1250, iso2, turkish := 0, 0, 0
	for i, c := range sample {
		switch c {
		case 0xbf, 0x9f: // ż, ź end words too; "¿" and "Ÿ" do not
			if i > 0 && letter(sample[i-1]) {
				win1250++
			}
		case 0xb3, 0xb9, 0xbe, 0x9d: // ł, ą, ľ, ť
			if i > 0 && i+1 < len(sample) && letter(sample[i-1]) && letter(sample[i+1]) {
				win1250++
			}
		case 0xb1, 0xb6, 0xbc: // ą, ś, ź
			if i > 0 && i+1 < len(sample) && letter(sample[i-1]) && letter(sample[i+1]) {
				iso2++
			}
		case 0xfd, 0xfe, 0xf0, 0xdd: // ı, ş, ğ, İ
			turkish++
		}
	}
	switch {
	case iso2 > 0:
		return "iso-8859-2"
	case win1250 > 0:
		return "windows-1250"
	case turkish >= 2 && turkish*4 >= high:
		return "windows-1254"
	}
	return "windows-1252"
}

// scriptCharset knows Hebrew, Arabic and Thai by where their letters lie and
// which of them are frequent.
func scriptCharset(sample []byte, high int) string {
	if high < 8 {
		return ""
	}
	var n [256]int
	for _, c := range sample {
		n[c]++
	}
	sum := func(from, to int) int {
		total := 0
		for c := from; c <= to; c++ {
			total += n[c]
		}
		return total
	}
	switch {
	// Hebrew fills E0 to FA alone; yod and he outnumber what would be "o" and "и".
	case sum(0xe0, 0xfa) == high && n[0xe9]+n[0xe4] > n[0xee]+n[0xe8]:
		return "windows-1255"
	// Arabic: the alefs, then lam, meem, noon and yeh.
	case (n[0xc7]+n[0xc3])*10 >= high && (n[0xe1]+n[0xe3]+n[0xe4]+n[0xed])*8 >= high:
		return "windows-1256"
	// Thai leaves gaps at DB to DE and behind FB, and is rich in vowel and tone signs.
	case high >= 16 && sum(0xdb, 0xde) == 0 && sum(0xfc, 0xff) == 0 && sum(0x80, 0xa0) == 0 && sum(0xee, 0xfb)*20 <= high &&
		sum(0xe0, 0xe9)*20 >= high && sum(0xd0, 0xda)*10 >= high && sum(0xa1, 0xce)*5 >= 2*high:
		return "windows-874"
	}
	return ""
}
