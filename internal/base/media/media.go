package media

import (
	"bytes"
	"slices"
)

// Type is a media type, "" for what is none of those below.
type Type string

// The types that are told apart.
const (
	JPEG Type = "image/jpeg"
	PNG  Type = "image/png"
	WebP Type = "image/webp"
	HEIC Type = "image/heic"
	MP4  Type = "video/mp4"
	MOV  Type = "video/quicktime"
	WebM Type = "video/webm"
	PDF  Type = "application/pdf"
)

// Photo reports whether it is a still picture.
func (t Type) Photo() bool { return t == JPEG || t == PNG || t == WebP || t == HEIC }

// Video reports whether it is a moving one.
func (t Type) Video() bool { return t == MP4 || t == MOV || t == WebM }

// Shown reports whether browsers draw it and nothing in it can run.
func (t Type) Shown() bool { return t == JPEG || t == PNG || t == WebP }

// Ending is how the name of such a file ends.
func (t Type) Ending() string {
	return map[Type]string{JPEG: ".jpg", PNG: ".png", WebP: ".webp", HEIC: ".heic", MP4: ".mp4", MOV: ".mov", WebM: ".webm", PDF: ".pdf"}[t]
}

// Brands of files of ISO/IEC 14496-12 (https://mp4ra.org/registered-types/brands).
var (
	stills = []string{"heic", "heix", "heim", "heis", "hevc", "hevx"}
	films  = []string{"isom", "iso2", "iso3", "iso4", "iso5", "iso6", "mp41", "mp42", "avc1", "M4V ", "MSNV", "dash", "3gp4", "3gp5", "3gp6", "mmp4", "f4v "}
)

// pngHead is the first eight bytes of every PNG.
const pngHead = "\x89PNG\r\n\x1a\n"

// Of tells what a file is by its first bytes.
func Of(data []byte) Type {
	switch {
	case bytes.HasPrefix(data, []byte("\xff\xd8\xff")):
		return JPEG
	case bytes.HasPrefix(data, []byte(pngHead)):
		return PNG
	case len(data) >= 12 && string(data[:4]) == "RIFF" && string(data[8:12]) == "WEBP":
		return WebP
	case bytes.HasPrefix(data, []byte("%PDF-")):
		return PDF
	case bytes.HasPrefix(data, []byte("\x1a\x45\xdf\xa3")) && bytes.Contains(data[:min(len(data), 64)], []byte("webm")):
		return WebM
	case len(data) >= 16 && string(data[4:8]) == "ftyp":
		return branded(data)
	}
	return ""
}

func branded(data []byte) Type {
	end := min(int(be32(data)), len(data), 256)
	var brands []string
	for at := 8; at+4 <= end; at += 4 {
		if at != 12 { // the minor version stands between the major brand and those that it fits
			brands = append(brands, string(data[at:at+4]))
		}
	}
	has := func(list []string) bool {
		return slices.ContainsFunc(brands, func(b string) bool { return slices.Contains(list, b) })
	}
	switch {
	case len(brands) == 0 || slices.Contains(brands, "avif"):
		return ""
	case has(stills):
		return HEIC
	case brands[0] == "qt  ":
		return MOV
	case has(films):
		return MP4
	}
	return ""
}

func be32(b []byte) uint32 {
	return uint32(b[0])<<24 | uint32(b[1])<<16 | uint32(b[2])<<8 | uint32(b[3])
}
