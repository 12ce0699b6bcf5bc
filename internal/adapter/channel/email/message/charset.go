package message

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/htmlindex"
	"golang.org/x/text/encoding/ianaindex"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/korean"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
	"golang.org/x/text/encoding/unicode"
)

// decoded is text as UTF-8 with what was learnt on the way.
type decoded struct {
	text    string
	charset string // the one used, "" for plain ASCII
	warning string
}

// decodeCharset turns b into valid UTF-8. The declared charset wins unless the
// bytes prove it wrong: UTF-8 validates itself, so text that is valid UTF-8
// under a single-byte label is UTF-8, and text that breaks under its label is
// guessed at. hints are charsets declared elsewhere in the message.
func decodeCharset(b []byte, declared string, hints []string) decoded {
	name := cleanCharset(declared)
	if isASCII(b) {
		switch {
		case name == "utf-7" || name == "hz-gb-2312" || strings.HasPrefix(name, "utf-16") || strings.HasPrefix(name, "utf-32") || strings.HasPrefix(name, "iso-2022-"):
		case bytes.IndexByte(b, 0x1b) >= 0 && hasJapaneseEscape(b):
			return decodeAs(b, "iso-2022-jp")
		default:
			if name != "" && name != "us-ascii" && name != "utf-8" && !knownCharset(name) {
				return decoded{text: string(b), warning: WarnCharsetUnknown}
			}
			return decoded{text: string(b)}
		}
	}
	switch name {
	case "", "us-ascii":
		d := guessCharset(b, hints)
		if name != "" {
			d.warning = WarnCharsetWrong
		}
		return d
	case "utf-8":
		if utf8.Valid(b) {
			return decoded{text: string(b), charset: "utf-8"}
		}
		if mostlyUTF8(b) {
			return decoded{text: strings.ToValidUTF8(string(b), "\uFFFD"), charset: "utf-8", warning: WarnCharsetWrong}
		}
		d := guessCharset(b, hints)
		d.warning = WarnCharsetWrong
		return d
	}
	if !knownCharset(name) {
		d := guessCharset(b, hints)
		d.warning = WarnCharsetUnknown
		return d
	}
	sevenBit := strings.HasPrefix(name, "iso-2022-") || name == "utf-7" || name == "hz-gb-2312" // 8-bit bytes have no place there
	if !isASCII(b) && looksUTF8(b, multibyte(name) && !sevenBit) && !strings.HasPrefix(name, "utf-16") && !strings.HasPrefix(name, "utf-32") {
		return decoded{text: string(b), charset: "utf-8", warning: WarnCharsetWrong}
	}
	d := decodeAs(b, name)
	if bad := strings.Count(d.text, "\uFFFD"); bad > 2 && bad*20 > utf8.RuneCountInString(d.text) {
		if g := guessCharset(b, hints); strings.Count(g.text, "\uFFFD") < bad/4 {
			g.warning = WarnCharsetWrong
			return g
		}
	}
	if strings.Contains(d.text, "\uFFFD") {
		d.warning = WarnCharsetWrong
	}
	return d
}

// guessCharset reads bytes whose charset nobody told, or told wrongly.
func guessCharset(b []byte, hints []string) decoded {
	if utf8.Valid(b) {
		return decoded{text: string(b), charset: "utf-8"}
	}
	if mostlyUTF8(b) {
		return decoded{text: strings.ToValidUTF8(string(b), "\uFFFD"), charset: "utf-8"}
	}
	for _, h := range hints {
		h = cleanCharset(h)
		if h == "" || h == "us-ascii" || h == "utf-8" || !knownCharset(h) {
			continue
		}
		if d := decodeAs(b, h); !strings.Contains(d.text, "\uFFFD") {
			return d
		}
	}
	sample := b
	if len(sample) > 8<<10 {
		sample = sample[:8<<10]
	}
	return decodeAs(b, guessName(sample))
}

// decodeAs decodes b by a known charset; bytes that do not fit become U+FFFD.
func decodeAs(b []byte, name string) decoded {
	d := decoded{charset: name}
	switch name {
	case "utf-7":
		d.text = decodeUTF7(b)
	case "iso-2022-kr":
		d.text = decodeISO2022KR(b)
	case "utf-8", "us-ascii":
		d.text = strings.ToValidUTF8(string(b), "\uFFFD")
	default:
		enc := lookupCharset(name)
		if enc == nil {
			d.text = strings.ToValidUTF8(string(b), "\uFFFD")
			break
		}
		out, err := enc.NewDecoder().Bytes(b)
		if err != nil {
			d.warning = WarnCharsetWrong
		}
		d.text = strings.ToValidUTF8(string(out), "\uFFFD")
	}
	return d
}

// cleanCharset maps a label as found in mail to one canonical name.
func cleanCharset(s string) string {
	s = strings.ToLower(strings.Trim(s, " \t\r\n\"'<>;,"))
	for _, prefix := range []string{"charset=", "charset:", "3d"} {
		s = strings.Trim(strings.TrimPrefix(s, prefix), " \"'")
	}
	if len(s) > 40 {
		return s[:40]
	}
	switch s {
	case "utf8", "utf_8", "unicode-1-1-utf-8", "utf-8mb4", "utf8mb4", "cp65001", "x-utf-8", "utf-8;", "utf-8-sig":
		return "utf-8"
	case "utf7", "unicode-1-1-utf-7", "x-unicode-2-0-utf-7", "utf_7":
		return "utf-7"
	case "ascii", "ansi_x3.4-1968", "us_ascii", "usascii", "iso646-us", "646", "ansi_x3.110-1983", "7bit", "us-ascii;":
		return "us-ascii"
	case "unknown", "x-unknown", "unknown-8bit", "default", "default_charset", "x-user-defined", "none", "8bit", "_autodetect", "binary", "iso-8859", "null", "undefined":
		return ""
	case "gb2312", "gb_2312-80", "gb_2312", "gb2312-80", "x-gbk", "gbk", "cp936", "ms936", "windows-936", "gb18030", "gb-18030", "chinese", "csgb2312", "euc-cn", "x-euc-cn", "gb_1988-80":
		return "gb18030" // a superset of both, and what senders mean
	case "big5", "big-5", "big5-hkscs", "cn-big5", "x-big5", "big5-eten", "cp950", "ms950", "windows-950", "x-windows-950":
		return "big5"
	case "shift-jis", "shift_jis", "sjis", "x-sjis", "ms_kanji", "cp932", "ms932", "windows-31j", "cswindows31j", "windows-932", "shiftjis", "x-ms-cp932":
		return "shift_jis"
	case "iso-2022-jp", "iso-2022-jp-1", "iso-2022-jp-2", "iso-2022-jp-3", "iso-2022-jp-ms", "cp50220", "cp50221", "cp50222", "csiso2022jp", "iso2022jp", "jis":
		return "iso-2022-jp"
	case "eucjp", "x-euc-jp", "x-euc", "euc_jp", "ujis", "cp51932", "eucjp-ms":
		return "euc-jp"
	case "ks_c_5601-1987", "ks_c_5601-1989", "ks_c_5601", "ksc5601", "ksc_5601", "ks_c-5601", "korean", "cp949", "ms949", "uhc", "x-windows-949", "windows-949", "euckr", "cseuckr", "5601":
		return "euc-kr"
	case "csiso2022kr", "iso2022kr":
		return "iso-2022-kr"
	case "hz", "hz-gb2312", "hzgb2312":
		return "hz-gb-2312"
	case "latin1", "latin-1", "l1", "iso8859-1", "iso88591", "iso_8859-1", "iso-8859-1", "iso-8859-1;", "8859-1", "8859_1", "iso8859_1", "iso_8859_1", "iso-8859-1-windows-3.1-latin-1", "cp1252", "cp-1252", "win-1252", "windows1252", "windows_1252", "ansi", "ibm1252", "x-ansi", "ansi-1252", "iso-8859_1":
		return "windows-1252" // WHATWG: a label of ISO-8859-1 means windows-1252
	case "koi8", "koi8r", "koi-8", "koi8_r", "koi-8-r", "cskoi8r", "koi8-r;":
		return "koi8-r"
	case "koi8u", "koi8-ru":
		return "koi8-u"
	case "cp866", "866", "ibm866", "dos-866", "cp-866":
		return "ibm866"
	case "tis620", "tis-620", "iso8859-11", "iso-8859-11", "cp874", "ms874", "windows-874":
		return "windows-874"
	case "mac", "macroman", "x-mac-roman", "macintosh", "mac-roman":
		return "macintosh"
	case "iso-8859-8-i", "iso-8859-8-e", "hebrew", "visual":
		return "iso-8859-8"
	}
	for _, p := range []string{"windows", "win-", "win", "cp-", "cp"} {
		if rest := strings.TrimLeft(strings.TrimPrefix(s, p), "-_ "); rest != s && len(rest) == 4 && strings.HasPrefix(rest, "125") {
			return "windows-" + rest
		}
	}
	for _, p := range []string{"iso8859-", "iso8859_", "iso_8859-", "iso_8859_", "iso-8859_", "8859-", "8859_"} {
		if rest, ok := strings.CutPrefix(s, p); ok {
			rest, _, _ = strings.Cut(rest, ":")
			return "iso-8859-" + rest
		}
	}
	return s
}

func lookupCharset(name string) encoding.Encoding {
	switch name {
	case "gb18030":
		return simplifiedchinese.GB18030
	case "hz-gb-2312":
		return simplifiedchinese.HZGB2312
	case "big5":
		return traditionalchinese.Big5
	case "shift_jis":
		return japanese.ShiftJIS
	case "iso-2022-jp":
		return japanese.ISO2022JP
	case "euc-jp":
		return japanese.EUCJP
	case "euc-kr":
		return korean.EUCKR
	case "windows-1252":
		return charmap.Windows1252
	case "utf-16":
		return unicode.UTF16(unicode.BigEndian, unicode.UseBOM)
	case "cp437", "ibm437":
		return charmap.CodePage437
	case "cp850", "cp-850", "ibm850", "850":
		return charmap.CodePage850
	case "cp852", "ibm852", "852":
		return charmap.CodePage852
	case "cp855", "ibm855":
		return charmap.CodePage855
	case "cp858", "ibm858":
		return charmap.CodePage858
	case "replacement":
		return nil
	}
	if enc, err := htmlindex.Get(name); err == nil {
		if n, _ := htmlindex.Name(enc); n != "replacement" && n != "utf-8" {
			return enc
		}
	}
	if enc, err := ianaindex.MIME.Encoding(name); err == nil && enc != nil {
		return enc
	}
	return nil
}

func knownCharset(name string) bool {
	switch name {
	case "utf-7", "utf-8", "us-ascii", "iso-2022-kr":
		return true
	}
	return lookupCharset(name) != nil
}

func multibyte(name string) bool {
	switch name {
	case "gb18030", "big5", "shift_jis", "euc-jp", "euc-kr", "hz-gb-2312":
		return true
	}
	return strings.HasPrefix(name, "iso-2022-") || strings.HasPrefix(name, "utf-")
}

// looksUTF8 tells whether b is UTF-8 under another label. A double-byte label
// needs more proof, as short texts in it may happen to be valid UTF-8.
func looksUTF8(b []byte, doubleByte bool) bool {
	if !utf8.Valid(b) {
		return false
	}
	if !doubleByte {
		return true
	}
	long := 0
	for _, r := range string(b) {
		if r >= 0x800 {
			long++
		}
	}
	return long >= 4
}

// mostlyUTF8 is for text cut inside a character, or with a stray byte pasted in.
func mostlyUTF8(b []byte) bool {
	good, bad := 0, 0
	for len(b) > 0 {
		if b[0] < utf8.RuneSelf {
			b = b[1:]
			continue
		}
		r, n := utf8.DecodeRune(b)
		if r == utf8.RuneError && n == 1 {
			bad++
		} else {
			good++
		}
		b = b[n:]
	}
	return good > 0 && good >= 4*bad
}

func isASCII(b []byte) bool {
	for len(b) >= 8 {
		if (b[0]|b[1]|b[2]|b[3]|b[4]|b[5]|b[6]|b[7])&0x80 != 0 {
			return false
		}
		b = b[8:]
	}
	for _, c := range b {
		if c >= 0x80 {
			return false
		}
	}
	return true
}

func hasJapaneseEscape(b []byte) bool {
	return bytes.Contains(b, []byte("\x1b$B")) || bytes.Contains(b, []byte("\x1b$@")) || bytes.Contains(b, []byte("\x1b(J"))
}

// decodeUTF7 decodes RFC 2152 text; a broken shift stays as it is.
func decodeUTF7(b []byte) string {
	var out []rune
	for i := 0; i < len(b); {
		if b[i] != '+' {
			out = append(out, rune(b[i]))
			i++
			continue
		}
		j := i + 1
		var acc uint32
		var bits int
		var units []uint16
		for j < len(b) && b[j] != '-' && b[j] != '_' && base64Value[b[j]] != 0xff {
			acc = acc<<6 | uint32(base64Value[b[j]])
			if bits += 6; bits >= 16 {
				bits -= 16
				units = append(units, uint16(acc>>bits))
			}
			j++
		}
		switch {
		case j == i+1 && j < len(b) && b[j] == '-':
			out = append(out, '+')
		case len(units) == 0:
			out = append(out, []rune(string(b[i:j]))...)
			i = j
			continue
		default:
			out = append(out, utf16Runes(units)...)
		}
		if j < len(b) && b[j] == '-' {
			j++
		}
		i = j
	}
	return string(out)
}

func utf16Runes(units []uint16) []rune {
	out := make([]rune, 0, len(units))
	for i := 0; i < len(units); i++ {
		u := rune(units[i])
		if u >= 0xd800 && u < 0xdc00 && i+1 < len(units) && units[i+1] >= 0xdc00 && units[i+1] < 0xe000 {
			u = (u-0xd800)<<10 | (rune(units[i+1]) - 0xdc00) + 0x10000
			i++
		}
		out = append(out, u)
	}
	return out
}

// decodeISO2022KR decodes RFC 1557 text: between SO and SI stand the seven low bits of EUC-KR.
func decodeISO2022KR(b []byte) string {
	b = bytes.ReplaceAll(b, []byte("\x1b$)C"), nil)
	euc := make([]byte, 0, len(b))
	shifted := false
	for _, c := range b {
		switch {
		case c == 0x0e:
			shifted = true
		case c == 0x0f:
			shifted = false
		case c == '\n':
			shifted = false
			euc = append(euc, c)
		case shifted && c > ' ':
			euc = append(euc, c|0x80)
		default:
			euc = append(euc, c)
		}
	}
	return decodeAs(euc, "euc-kr").text
}
