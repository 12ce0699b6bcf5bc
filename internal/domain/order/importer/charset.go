package importer

import (
	"bytes"
	"errors"
	"io"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/htmlindex"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"

	"godwit.dev/godwit/internal/base/errs"
)

// sniffSize is how much of a file is looked at to find out what it is.
const sniffSize = 64 << 10

// peek returns the beginning of a reader and a reader of all of it.
func peek(r io.Reader, n int) ([]byte, io.Reader, error) {
	head := make([]byte, n)
	got, err := io.ReadFull(r, head)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return nil, nil, err
	}
	head = head[:got]
	return head, io.MultiReader(bytes.NewReader(head), r), nil
}

// decoder returns the encoding of a text by its name, or by its beginning.
func decoder(name string, head []byte) (encoding.Encoding, error) {
	if name == "" {
		return detect(head), nil
	}
	e, err := htmlindex.Get(name)
	if err != nil {
		return nil, errs.Field("charset", "error.charset", "charset", name)
	}
	return e, nil
}

// utf8Text reads r as UTF-8; a byte order mark wins over e.
func utf8Text(r io.Reader, e encoding.Encoding) io.Reader {
	return transform.NewReader(r, unicode.BOMOverride(e.NewDecoder()))
}

// detect tells the encodings that spreadsheets of the world write apart: UTF-8,
// UTF-16, GB18030 (which holds GBK), windows-1251 and windows-1252.
func detect(head []byte) encoding.Encoding {
	var even, odd int // NULs at even and odd places: ASCII in UTF-16
	for i, b := range head {
		if b == 0 {
			if i%2 == 0 {
				even++
			} else {
				odd++
			}
		}
	}
	switch half := len(head) / 2; {
	case half > 4 && odd > half/3 && even < odd/8+1:
		return unicode.UTF16(unicode.LittleEndian, unicode.UseBOM)
	case half > 4 && even > half/3 && odd < even/8+1:
		return unicode.UTF16(unicode.BigEndian, unicode.UseBOM)
	}
	if validUTF8(head) {
		return unicode.UTF8
	}
	if chinese(head) {
		return simplifiedchinese.GB18030
	}
	if cyrillic(head) {
		return charmap.Windows1251
	}
	return charmap.Windows1252
}

// validUTF8 allows for a character that is cut off at the end.
func validUTF8(b []byte) bool {
	for cut := range utf8.UTFMax {
		if len(b) >= cut && utf8.Valid(b[:len(b)-cut]) {
			return true
		}
	}
	return false
}

// chinese reports whether most pairs of high bytes are characters of the first
// level of GB 2312 (lead B0 to D7, trail A1 and up), which nearly all Chinese
// text is made of. Cyrillic small letters, at E0 and up, make pairs beyond it.
func chinese(b []byte) bool {
	var common, units int
	for i := 0; i < len(b); i++ {
		if b[i] < 0x81 {
			continue
		}
		units++
		if i+1 < len(b) && b[i+1] >= 0xA1 && (b[i] >= 0xB0 && b[i] <= 0xD7 || b[i] >= 0xA1 && b[i] <= 0xA3) {
			common++
		}
		if i+1 < len(b) && b[i+1] >= 0x40 {
			i++
		}
	}
	return units > 0 && common*10 >= units*7
}

// cyrillic reports whether high bytes stand in words, as letters of an alphabet
// do, and not one here and there, as accents of a Western one do.
func cyrillic(b []byte) bool {
	var runs, high int
	for i, c := range b {
		if c < 0xC0 && c != 0xB8 && c != 0xA8 {
			continue
		}
		high++
		if i == 0 || b[i-1] < 0xC0 {
			runs++
		}
	}
	return runs > 0 && high >= 3*runs
}
