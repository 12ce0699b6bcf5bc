package media

import (
	"bytes"
	"encoding/binary"
	"slices"

	"godwit.dev/godwit/internal/base/errs"
)

// Clean returns a file without what tells where, when and by whom it was made, as far as its type is understood: all of a
// JPEG, PNG and WebP, the place in a HEIC and in the boxes of an MP4 or MOV. WebM and PDF stay as they are. A file whose
// parts do not fit together is errs.Invalid. What it was given is not changed.
func Clean(data []byte) ([]byte, error) {
	var out []byte
	ok := true
	switch Of(data) {
	case JPEG:
		out, ok = cleanJPEG(data)
	case PNG:
		out, ok = cleanPNG(data)
	case WebP:
		out, ok = cleanWebP(data)
	case HEIC:
		out = slices.Clone(data)
		blankPlaces(out)
	case MP4, MOV:
		out = slices.Clone(data)
		blankBoxes(out, 0)
	case WebM, PDF:
		out = data
	default:
		return nil, errs.New(errs.Unsupported, "error.evidence_type")
	}
	if !ok {
		return nil, errs.New(errs.Invalid, "error.evidence_broken")
	}
	return out, nil
}

// exifHead is what the segment of a JPEG begins with that holds EXIF (CIPA DC-008, 4.7.2).
const exifHead = "Exif\x00\x00"

// cleanJPEG keeps what a decoder needs (ITU-T T.81 annex B): of the application's segments JFIF, the colour profile and
// Adobe's transform. A new EXIF says which way the picture stands, if it does not stand upright. What follows the end of
// the picture is cut off.
func cleanJPEG(data []byte) ([]byte, bool) {
	out := slices.Clone(data[:2])
	turn := uint16(1)
	for at := 2; ; {
		for at+1 < len(data) && data[at] == 0xff && data[at+1] == 0xff { // fill bytes
			at++
		}
		if at+1 >= len(data) || data[at] != 0xff {
			return nil, false
		}
		mark := data[at+1]
		switch {
		case mark == 0xd9:
			return append(out, 0xff, 0xd9), true
		case mark >= 0xd0 && mark <= 0xd7 || mark == 0x01:
			out, at = append(out, 0xff, mark), at+2
			continue
		}
		if at+4 > len(data) {
			return nil, false
		}
		end := at + 2 + int(binary.BigEndian.Uint16(data[at+2:]))
		if end < at+4 || end > len(data) {
			return nil, false
		}
		body := data[at+4 : end]
		keep := true
		switch {
		case mark == 0xe1:
			keep = false
			if bytes.HasPrefix(body, []byte(exifHead)) {
				turn = orientation(body[len(exifHead):])
			}
		case mark == 0xe2:
			keep = bytes.HasPrefix(body, []byte("ICC_PROFILE\x00"))
		case mark >= 0xe3 && mark <= 0xef && mark != 0xee, mark == 0xfe:
			keep = false
		case mark == 0xda && turn != 1:
			out = append(out, upright(turn)...)
			turn = 1
		}
		if keep {
			out = append(out, data[at:end]...)
		}
		if at = end; mark != 0xda {
			continue
		}
		scan := at
		for at+1 < len(data) && (data[at] != 0xff || data[at+1] == 0 || data[at+1] >= 0xd0 && data[at+1] <= 0xd7) {
			at++
		}
		if at+1 >= len(data) { // cut off on its way: decoders draw what there is
			return append(append(out, data[scan:]...), 0xff, 0xd9), true
		}
		out = append(out, data[scan:at]...)
	}
}

// upright is a segment that says how a picture is to be turned, and nothing else.
func upright(turn uint16) []byte {
	b := []byte{0xff, 0xe1, 0, 0}
	b = append(b, exifHead+"MM\x00\x2a\x00\x00\x00\x08\x00\x01\x01\x12\x00\x03\x00\x00\x00\x01"...)
	b = binary.BigEndian.AppendUint16(b, turn)
	b = append(b, 0, 0, 0, 0, 0, 0)
	binary.BigEndian.PutUint16(b[2:], uint16(len(b)-2))
	return b
}

// tiff reads the entries of a directory of a TIFF (TIFF 6.0, section 2).
type tiff struct {
	b     []byte
	order binary.ByteOrder
}

func openTIFF(b []byte) (tiff, bool) {
	switch {
	case len(b) < 8:
		return tiff{}, false
	case string(b[:4]) == "II\x2a\x00":
		return tiff{b, binary.LittleEndian}, true
	case string(b[:4]) == "MM\x00\x2a":
		return tiff{b, binary.BigEndian}, true
	}
	return tiff{}, false
}

// entries calls fn for each entry of a directory with its tag and its twelve bytes.
func (t tiff) entries(at uint32, fn func(tag uint16, entry []byte)) {
	if uint64(at)+2 > uint64(len(t.b)) {
		return
	}
	n, from := int(t.order.Uint16(t.b[at:])), int(at)+2
	for i := range n {
		if from+12*i+12 > len(t.b) {
			return
		}
		e := t.b[from+12*i : from+12*i+12]
		fn(t.order.Uint16(e), e)
	}
}

func orientation(b []byte) uint16 {
	turn := uint16(1)
	if t, ok := openTIFF(b); ok {
		t.entries(t.order.Uint32(b[4:]), func(tag uint16, e []byte) {
			if tag == 0x0112 && t.order.Uint16(e[2:]) == 3 {
				if v := t.order.Uint16(e[8:]); v >= 1 && v <= 8 {
					turn = v
				}
			}
		})
	}
	return turn
}

// blankPlaces overwrites the GPS directories of every EXIF within a file with zeros, in place, so that nothing moves.
func blankPlaces(data []byte) {
	for from := 0; ; {
		i := bytes.Index(data[from:], []byte(exifHead))
		if i < 0 {
			return
		}
		from += i + len(exifHead)
		if t, ok := openTIFF(data[from:]); ok {
			t.entries(t.order.Uint32(t.b[4:]), func(tag uint16, e []byte) {
				if tag != 0x8825 { // GPSInfo
					return
				}
				t.entries(t.order.Uint32(e[8:]), func(_ uint16, gps []byte) { t.blank(gps) })
			})
		}
	}
}

// blank overwrites an entry and the value that it points to.
func (t tiff) blank(e []byte) {
	sizes := []uint64{0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8}
	kind := int(t.order.Uint16(e[2:]))
	if kind < len(sizes) {
		size, at := sizes[kind]*uint64(t.order.Uint32(e[4:])), uint64(t.order.Uint32(e[8:]))
		if size > 4 && at+size <= uint64(len(t.b)) && size < 1<<16 {
			clear(t.b[at : at+size])
		}
	}
	clear(e)
}

// cleanPNG drops the chunks of text, time and EXIF (PNG, third edition, 11.3) and what follows the end.
func cleanPNG(data []byte) ([]byte, bool) {
	out := slices.Clone(data[:len(pngHead)])
	for at := len(pngHead); at+12 <= len(data); {
		end := at + 12 + int(be32(data[at:]))
		if end < at+12 || end > len(data) {
			return nil, false
		}
		kind := string(data[at+4 : at+8])
		if kind != "eXIf" && kind != "tEXt" && kind != "zTXt" && kind != "iTXt" && kind != "tIME" {
			out = append(out, data[at:end]...)
		}
		if at = end; kind == "IEND" {
			return out, true
		}
	}
	return nil, false
}

// cleanWebP drops EXIF and XMP (https://developers.google.com/speed/webp/docs/riff_container) and says so in the header.
func cleanWebP(data []byte) ([]byte, bool) {
	end := 8 + int(binary.LittleEndian.Uint32(data[4:]))
	if end > len(data) || end < 12 {
		return nil, false
	}
	out := slices.Clone(data[:12])
	for at := 12; at+8 <= end; {
		size := int(binary.LittleEndian.Uint32(data[at+4:]))
		next := at + 8 + size + size&1
		if size < 0 || at+8+size > end {
			return nil, false
		}
		next = min(next, end)
		switch kind := string(data[at : at+4]); kind {
		case "EXIF", "XMP ":
		case "VP8X":
			if size < 10 {
				return nil, false
			}
			mine := slices.Clone(data[at:next])
			mine[8] &^= 0x0c
			out = append(out, mine...)
		default:
			out = append(out, data[at:next]...)
		}
		at = next
	}
	binary.LittleEndian.PutUint32(out[4:], uint32(len(out)-8))
	return out, true
}

// blankBoxes makes free space of the boxes in which cameras write the place and the device: udta, meta and uuid (ISO/IEC
// 14496-12, 8.10 and 8.11; QuickTime File Format, "User Data Atoms" and "Metadata"). Nothing moves, so that the samples
// are where the tables say.
func blankBoxes(data []byte, depth int) {
	for at := 0; at+8 <= len(data); {
		size, head := uint64(be32(data[at:])), 8
		switch {
		case size == 1 && at+16 <= len(data):
			size, head = binary.BigEndian.Uint64(data[at+8:]), 16
		case size == 0:
			size = uint64(len(data) - at)
		}
		if size < uint64(head) || size > uint64(len(data)-at) {
			return
		}
		end := at + int(size)
		switch string(data[at+4 : at+8]) {
		case "moov", "trak":
			if depth < 3 {
				blankBoxes(data[at+head:end], depth+1)
			}
		case "udta", "meta", "uuid":
			copy(data[at+4:], "free")
			clear(data[at+head : end])
		}
		at = end
	}
}
