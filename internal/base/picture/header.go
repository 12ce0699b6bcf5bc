package picture

import (
	"bytes"
	"encoding/binary"
	"image"
	"strings"

	"golang.org/x/image/webp"
)

// segments calls fn with each segment of a JPEG before its pixels, until it
// returns false (ITU T.81, annex B).
func segments(data []byte, fn func(marker byte, body []byte) bool) {
	for at := 2; at+4 <= len(data); {
		if data[at] != 0xff {
			return
		}
		marker := data[at+1]
		if marker == 0xff { // fill
			at++
			continue
		}
		if marker >= 0xd0 && marker <= 0xd7 { // without a body
			at += 2
			continue
		}
		if marker < 0xc0 || marker == 0xda || marker == 0xd9 { // none, scan, end
			return
		}
		n := int(binary.BigEndian.Uint16(data[at+2:]))
		if n < 2 || at+2+n > len(data) {
			return
		}
		if !fn(marker, data[at+4:at+2+n]) {
			return
		}
		at += 2 + n
	}
}

// webpConfig is webp.DecodeConfig that believes no canvas: the pictures within may
// be larger than it (RFC 9649, sections 2.5 to 2.7), and are what is decoded.
func webpConfig(data []byte) (image.Config, error) {
	c, err := webp.DecodeConfig(bytes.NewReader(data))
	chunks(data, func(kind string, body []byte) bool {
		switch {
		case kind == "VP8 " && len(body) >= 10:
			c.Width = max(c.Width, int(binary.LittleEndian.Uint16(body[6:])&0x3fff))
			c.Height = max(c.Height, int(binary.LittleEndian.Uint16(body[8:])&0x3fff))
		case kind == "VP8L" && len(body) >= 5:
			bits := binary.LittleEndian.Uint32(body[1:])
			c.Width, c.Height = max(c.Width, int(bits&0x3fff)+1), max(c.Height, int(bits>>14&0x3fff)+1)
		}
		return true
	})
	return c, err
}

// chunks calls fn with each chunk of a RIFF file until it returns false. The last
// one may be cut off.
func chunks(data []byte, fn func(kind string, body []byte) bool) {
	for at := int64(12); at+8 <= int64(len(data)); {
		n := int64(binary.LittleEndian.Uint32(data[at+4:]))
		end := min(at+8+n, int64(len(data)))
		if !fn(string(data[at:at+4]), data[at+8:end]) {
			return
		}
		at += 8 + n + n&1
	}
}

// jpegCost is how many bytes decoding takes for a pixel, at most: its samples, and
// for a progressive picture their coefficients of four bytes as well.
func jpegCost(data []byte) float64 {
	cost := 20.0 // four samples and their coefficients
	segments(data, func(marker byte, body []byte) bool {
		if marker < 0xc0 || marker > 0xcf || marker == 0xc4 || marker == 0xc8 || marker == 0xcc || len(body) < 6 {
			return true
		}
		n := int(body[5])
		if n < 1 || n > 4 || len(body) < 6+3*n {
			return false
		}
		sum, wide, high := 0, 1, 1
		for i := range n {
			h, v := int(body[7+3*i]>>4), int(body[7+3*i]&15)
			sum, wide, high = sum+h*v, max(wide, h), max(high, v)
		}
		samples := float64(sum) / float64(wide*high)
		cost = samples + 1
		if n == 4 || samples > 3 {
			cost = 2 * samples // converted to CMYK
		}
		if marker == 0xc2 {
			cost += 4 * samples
		}
		return false
	})
	return cost
}

// orientationOf returns the EXIF orientation that a picture names, from 1 to 8; 1
// if it names none.
func orientationOf(data []byte) int {
	found := 1
	switch {
	case strings.HasPrefix(string(data[:min(4, len(data))]), "\xff\xd8"):
		segments(data, func(marker byte, body []byte) bool {
			if marker != 0xe1 || len(body) < 6 || string(body[:6]) != "Exif\x00\x00" {
				return true
			}
			found = orientation(body[6:])
			return false
		})
	case len(data) > 8 && string(data[:8]) == "\x89PNG\r\n\x1a\n":
		for at := 8; at+12 <= len(data); {
			n, kind := int64(binary.BigEndian.Uint32(data[at:])), string(data[at+4:at+8])
			end := int64(at) + 12 + n
			if end > int64(len(data)) || kind == "IEND" {
				break
			}
			if kind == "eXIf" {
				found = orientation(data[at+8 : end-4])
				break
			}
			at = int(end)
		}
	case len(data) > 12 && string(data[:4]) == "RIFF":
		chunks(data, func(kind string, body []byte) bool {
			if kind == "EXIF" {
				found = orientation(bytes.TrimPrefix(body, []byte("Exif\x00\x00")))
			}
			return kind != "EXIF"
		})
	default: // a TIFF is its own directory
		found = orientation(data)
	}
	return found
}

// orientation reads tag 274 of the first directory of a TIFF (TIFF 6.0, section 2).
func orientation(b []byte) int {
	if len(b) < 8 {
		return 1
	}
	var order binary.ByteOrder = binary.LittleEndian
	switch string(b[:4]) {
	case "II*\x00":
	case "MM\x00*":
		order = binary.BigEndian
	default:
		return 1
	}
	at := int64(order.Uint32(b[4:]))
	if at+2 > int64(len(b)) {
		return 1
	}
	for i, n := int64(0), int64(order.Uint16(b[at:])); i < n; i++ {
		e := at + 2 + 12*i
		if e+12 > int64(len(b)) {
			return 1
		}
		if order.Uint16(b[e:]) == 274 {
			if v := int(order.Uint16(b[e+8:])); v >= 1 && v <= 8 {
				return v
			}
			return 1
		}
	}
	return 1
}
