package web

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"godwit.dev/godwit/internal/domain/brand"
)

func TestCustomerPagesAreDressed(t *testing.T) {
	d := newDoor(t)
	m := d.found("acme")
	b := d.as("owner@acme.example")
	b.get("/admin/pages").want(http.StatusOK, "/p/"+m.shop.Slug)
	path := "/admin/pages/" + id64(m.shop.ID)
	b.get(path).want(http.StatusOK, "Customer page")
	if to := b.post(path, "do", "save", "name", "Tent & Trail", "accent", "#0B5D3B", "replies", "1", "languages", "de", "origins", "https://shop.example\nhttps://www.shop.example").to(); to != path {
		t.Errorf("saved, and led to %q", to)
	}
	b.get(path).want(http.StatusOK, "#0b5d3b", "https://www.shop.example")
	bad := b.post(path, "do", "save", "name", "Tent", "accent", "red", "terms", "http://shop.example", "replies", "1")
	if bad.status != http.StatusUnprocessableEntity || !strings.Contains(bad.body, "Give a colour as #rrggbb") {
		t.Errorf("%d", bad.status)
	}
	if a := b.post(path, "do", "domain", "domain", "track.shop.example"); a.status != http.StatusUnprocessableEntity || !strings.Contains(a.body, "no public name") {
		t.Errorf("%d", a.status)
	}
	drawn := b.get(path + "/preview")
	drawn.want(http.StatusOK, "Tent & Trail")
	if drawn.header.Get("Content-Type") != "image/svg+xml" || !strings.Contains(drawn.header.Get("Content-Security-Policy"), "sandbox") {
		t.Error(drawn.header)
	}
	b.get("/admin/pages/1").want(http.StatusNotFound)
	foreign := d.found("other")
	b.get("/admin/pages/" + id64(foreign.shop.ID)).want(http.StatusNotFound)
}

// What the daily look found stands where it can be mended.
func TestAFailingHostIsShown(t *testing.T) {
	d := newDoor(t)
	m := d.found("acme")
	b := d.as("owner@acme.example")
	path := "/admin/pages/" + id64(m.shop.ID)
	b.post(path, "do", "save", "name", "Tent & Trail", "replies", "1").to()
	proven := time.Date(2026, 10, 1, 9, 0, 0, 0, time.UTC)
	since := time.Date(2026, 11, 3, 9, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		domain brand.Domain
		list   string
		page   []string
		not    string
	}{
		{brand.Domain{ProvenAt: proven}, "", []string{"Proven"}, "Check now"},
		{brand.Domain{ProvenAt: proven, FailingSince: since}, "Proof missing", []string{"Proof missing", "Nov 3, 2026", "Nov 17, 2026", "_godwit.track.shop.example", "Check now"}, "Withdrawn"},
		{brand.Domain{FailingSince: since}, "Withdrawn", []string{"Withdrawn", "Nov 3, 2026", "_godwit.track.shop.example", "Check now"}, "Nov 17"},
		{brand.Domain{}, "Not proven yet", []string{"Not proven yet", "Check now"}, "Nov 3"},
	} {
		c.domain.Host = "track.shop.example"
		if err := d.store.PutDomain(t.Context(), m.shop.Workspace, m.shop.ID, c.domain); err != nil {
			t.Fatal(err)
		}
		b.get("/admin/pages").want(http.StatusOK, c.list)
		page := b.get(path)
		page.want(http.StatusOK, c.page...)
		if strings.Contains(page.body, c.not) {
			t.Errorf("%+v: the page says %q", c.domain, c.not)
		}
	}
}
