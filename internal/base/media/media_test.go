package media

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"testing"

	"godwit.dev/godwit/internal/base/errs"
)

func picture() image.Image {
	m := image.NewNRGBA(image.Rect(0, 0, 16, 9))
	for i := range 16 {
		m.Set(i, i%9, color.NRGBA{uint8(i * 16), 90, 200, 255})
	}
	return m
}

// exif is what a camera writes: the picture is to be turned, and was taken at a place.
func exif(turn uint16) []byte {
	b := []byte("MM\x00\x2a\x00\x00\x00\x08")
	u16, u32 := binary.BigEndian.AppendUint16, binary.BigEndian.AppendUint32
	b = u16(b, 2)
	b = append(u16(u32(u16(u16(b, 0x0112), 3), 1), turn), 0, 0)
	b = u32(u32(u16(u16(b, 0x8825), 4), 1), 38)
	b = u32(b, 0)
	b = u16(b, 1)
	b = u32(u32(u16(u16(b, 2), 5), 3), 56) // GPSLatitude: three rationals
	b = u32(b, 0)
	return append(b, "LATITUDE-OF-THE-HOUSE-00"...)
}

func jpegFile(t *testing.T) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, picture(), nil); err != nil {
		t.Fatal(err)
	}
	body := append([]byte(exifHead), exif(6)...)
	head := binary.BigEndian.AppendUint16([]byte{0xff, 0xe1}, uint16(len(body)+2))
	out := append([]byte("\xff\xd8"), append(head, body...)...)
	out = append(out, "\xff\xfe\x00\x0aOwner W."...)
	return append(append(out, b.Bytes()[2:]...), "trailing film LATITUDE"...)
}

func box(kind string, body ...[]byte) []byte {
	all := bytes.Join(body, nil)
	return append(append(binary.BigEndian.AppendUint32(nil, uint32(len(all)+8)), kind...), all...)
}

func TestOfGoesByBytes(t *testing.T) {
	for _, x := range []struct {
		data string
		want Type
	}{
		{"\xff\xd8\xff\xe0", JPEG}, {pngHead + "....", PNG}, {"RIFF\x04\x00\x00\x00WEBP", WebP}, {"%PDF-1.7\n", PDF},
		{"\x00\x00\x00\x18ftypmif1\x00\x00\x00\x00mif1heic", HEIC}, {"\x00\x00\x00\x14ftypqt  \x00\x00\x02\x00qt  ", MOV},
		{"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00isommp42", MP4}, {"\x1a\x45\xdf\xa3\x9f\x42\x86\x81\x01\x42\x82\x84webm", WebM},
		{"\x00\x00\x00\x18ftypavif\x00\x00\x00\x00avifmif1", ""}, {"<svg onload=alert(1)>", ""}, {"<html>", ""}, {"GIF89a", ""}, {"MZ\x90", ""}, {"", ""},
		{"\x1a\x45\xdf\xa3\x9f matroska", ""},
	} {
		if got := Of([]byte(x.data)); got != x.want {
			t.Errorf("%q is %q, want %q", x.data, got, x.want)
		}
	}
}

func TestCleanTakesThePlaceOut(t *testing.T) {
	var drawn bytes.Buffer
	if err := png.Encode(&drawn, picture()); err != nil {
		t.Fatal(err)
	}
	p := drawn.Bytes()
	// A chunk: length, kind, body, check.
	text := append(binary.BigEndian.AppendUint32(nil, 8), "tEXtLATITUDE\x00\x00\x00\x00"...)
	p = append(append(append([]byte{}, p[:33]...), text...), p[33:]...)
	webp := []byte("WEBPVP8X\x0a\x00\x00\x00\x0c\x00\x00\x00\x0f\x00\x00\x08\x00\x00VP8 \x02\x00\x00\x00xxEXIF\x08\x00\x00\x00LATITUDE")
	webp = append(binary.LittleEndian.AppendUint32([]byte("RIFF"), uint32(len(webp))), webp...)
	heic := append(box("ftyp", []byte("heic\x00\x00\x00\x00heic")), box("mdat", []byte("pixels"), []byte(exifHead), exif(1))...)
	film := append(box("ftyp", []byte("isom\x00\x00\x00\x00isom")), box("mdat", []byte("pixels"))...)
	film = append(film, box("moov", box("udta", box("\xa9xyz", []byte("LATITUDE"))), box("trak", box("meta", []byte("LATITUDE")), box("tkhd", []byte("track"))))...)
	for name, data := range map[string][]byte{"jpeg": jpegFile(t), "png": p, "webp": webp, "heic": heic, "film": film} {
		was := bytes.Clone(data)
		got, err := Clean(data)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if bytes.Contains(got, []byte("LATITUDE")) || !bytes.Contains(data, []byte("LATITUDE")) {
			t.Errorf("%s still tells where it was made", name)
		}
		if Of(got) != Of(data) || !bytes.Equal(was, data) {
			t.Errorf("%s is %s, or the bytes that it came with changed", name, Of(got))
		}
		if again, err := Clean(got); err != nil || !bytes.Equal(again, got) {
			t.Errorf("%s: cleaning twice differs: %v", name, err)
		}
		if name == "heic" || name == "film" {
			if len(got) != len(data) || !bytes.Contains(got, []byte("pixels")) {
				t.Errorf("%s: something moved", name)
			}
		}
	}
}

func TestCleanKeepsThePicture(t *testing.T) {
	data := jpegFile(t)
	got, err := Clean(data)
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(got, []byte("Owner")) {
		t.Error("it names its owner")
	}
	if i := bytes.Index(got, []byte(exifHead)); i < 0 || orientation(got[i+len(exifHead):]) != 6 {
		t.Error("it no longer stands upright")
	}
	a, errA := jpeg.Decode(bytes.NewReader(data))
	b, errB := jpeg.Decode(bytes.NewReader(got))
	if errA != nil || errB != nil || a.At(3, 3) != b.At(3, 3) || a.Bounds() != b.Bounds() {
		t.Errorf("another picture: %v, %v", errA, errB)
	}
}

func TestCleanRefuses(t *testing.T) {
	for data, kind := range map[string]errs.Kind{
		"<svg>": errs.Unsupported, "\xff\xd8\xff\xe1\xff\xff": errs.Invalid, pngHead + "\x00\x00": errs.Invalid, "RIFF\xff\xff\xff\x7fWEBP": errs.Invalid,
	} {
		if _, err := Clean([]byte(data)); !errs.Is(err, kind) {
			t.Errorf("%q: %v", data, err)
		}
	}
}

func FuzzClean(f *testing.F) {
	f.Add([]byte("\xff\xd8\xff\xe1\x00\x10" + exifHead + "MM\x00\x2a\x00\x00\x00\x08"))
	f.Add([]byte(pngHead))
	f.Add([]byte("RIFF\x04\x00\x00\x00WEBP"))
	f.Add(append(box("ftyp", []byte("isom\x00\x00\x00\x00isom")), box("moov", box("udta"))...))
	f.Add(append(box("ftyp", []byte("heic\x00\x00\x00\x00heic")), exifHead+"II\x2a\x00\x08\x00\x00\x00"...))
	f.Fuzz(func(t *testing.T, data []byte) {
		got, err := Clean(data)
		if err == nil && Of(got) != Of(data) {
			t.Errorf("%q became %q", Of(data), Of(got))
		}
		if err == nil && len(got) > len(data)+40 {
			t.Error("it grew")
		}
	})
}
