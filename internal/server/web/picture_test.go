package web

import (
	"bytes"
	"context"
	"image"
	"image/jpeg"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"godwit.dev/godwit/internal/domain/ticket"
)

// TestPicturesAreDrawnAnew shows a picture that came in: what the browser gets to
// show holds nothing of the bytes that were sent, those are a download, and what
// is no picture has no preview.
func TestPicturesAreDrawnAnew(t *testing.T) {
	d := newDoor(t)
	m := d.found("acme")
	var came bytes.Buffer
	must(t, jpeg.Encode(&came, image.NewGray(image.Rect(0, 0, 1200, 600)), nil))
	came.WriteString("<script>alert('behind the picture')</script>")
	files := []ticket.InboundFile{
		inboundFile("lamp.jpg", "image/jpeg", came.Bytes()), inboundFile("b.heic", "image/heic", []byte("\x00\x00\x00\x20ftypheic")), inboundFile("c.png", "image/png", []byte("\x89PNG\r\n\x1a\nrest")),
	}
	tk := d.mail(m, "anna@client.example", "Broken", "see the pictures", files...)
	th, err := d.tickets.Thread(context.Background(), m.owner, tk.Number, 0)
	must(t, err)
	b, at := d.as("owner@acme.example"), "/f/"+id64(th.Messages[0].ID)+"/"
	for range 2 { // drawn, then kept
		a := b.get(at + "lamp.jpg/preview").want(http.StatusOK)
		h := a.header
		if h.Get("Content-Type") != "image/jpeg" || h.Get("X-Content-Type-Options") != "nosniff" || !strings.HasSuffix(h.Get("Content-Security-Policy"), "sandbox") {
			t.Errorf("%v", h)
		}
		got, err := jpeg.Decode(strings.NewReader(a.body))
		if err != nil || got.Bounds().Dx() != 960 || strings.Contains(a.body, "script") {
			t.Errorf("%v %v", err, got)
		}
	}
	b.get(at + "c.png/preview").want(http.StatusNotFound)
	b.get(at + "b.heic/preview").want(http.StatusNotFound)
	if a := b.get(at + "lamp.jpg"); a.body != came.String() || !strings.HasPrefix(a.header.Get("Content-Disposition"), "attachment;") {
		t.Errorf("the original: %v", a.header)
	}
	page := b.get("/t/"+id64(tk.Number)).want(http.StatusOK, "no preview of this kind")
	if !strings.Contains(page.body, `src="`+at+`lamp.jpg/preview"`) || strings.Contains(page.body, "inline=1") {
		t.Error("the page does not show the preview")
	}
	d.found("rival")
	d.as("owner@rival.example").get(at + url.PathEscape("lamp.jpg") + "/preview").want(http.StatusNotFound)
}
