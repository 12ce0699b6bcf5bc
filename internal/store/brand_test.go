package store_test

import (
	"testing"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/i18n"
	"godwit.dev/godwit/internal/domain/brand"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/store"
	"godwit.dev/godwit/internal/store/storetest"
)

func TestBrandsAreKept(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		ctx, now := t.Context(), time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)
		var shops []order.Shop
		for i := range 2 {
			w := auth.WorkspaceID(time.Now().UnixNano()) + auth.WorkspaceID(i)
			name := time.Now().Format("b150405.000000000") + string(rune('a'+i))
			if err := s.AddWorkspace(ctx, auth.Workspace{ID: w, Slug: name, Name: name, Language: "en", Zone: "UTC", Secret: []byte("secret"), CreatedAt: now}); err != nil {
				t.Fatal(err)
			}
			shop := order.Shop{ID: order.ShopID(w), Workspace: w, Name: name, Slug: name, Currency: "EUR", CreatedAt: now}
			if _, err := s.AddShop(ctx, shop); err != nil {
				t.Fatal(err)
			}
			shops = append(shops, shop)
		}
		a, b := shops[0], shops[1]
		if _, err := s.Brand(ctx, a.Workspace, a.ID); !errs.Is(err, errs.NotFound) {
			t.Fatal(err)
		}
		want := brand.Brand{
			Workspace: a.Workspace, Shop: a.ID, Name: "Tent", Accent: "#112233", Support: "x@shop.example", Links: brand.Links{Terms: "https://shop.example"}, Languages: []i18n.Lang{"de"},
			Origins: []string{"https://shop.example"}, Silent: true, Logo: brand.Logo{Hash: "00", Width: 3, Height: 4, Plate: brand.Dark}, UpdatedAt: now,
		}
		for range 2 {
			if err := s.PutBrand(ctx, want); err != nil {
				t.Fatal(err)
			}
		}
		stolen := want
		stolen.Workspace, stolen.Name = b.Workspace, "Stolen"
		if err := s.PutBrand(ctx, stolen); err != nil {
			t.Fatal(err)
		}
		host := a.Slug + ".example"
		for _, x := range []struct {
			shop   order.Shop
			proven time.Time
			taken  bool
		}{{a, time.Time{}, false}, {b, time.Time{}, false}, {a, now, false}, {b, now, true}} {
			err := s.PutDomain(ctx, x.shop.Workspace, x.shop.ID, brand.Domain{Host: host, ProvenAt: x.proven})
			if errs.Is(err, errs.Conflict) != x.taken || err != nil && !x.taken {
				t.Errorf("%+v: %v", x, err)
			}
		}
		got, err := s.Brand(ctx, a.Workspace, a.ID)
		if err != nil || got.Name != "Tent" || got.Domain.Host != host || !got.Domain.Proven() || got.Links != want.Links || got.Logo != want.Logo || !got.Silent || len(got.Languages) != 1 {
			t.Errorf("%+v, %v", got, err)
		}
		if shop, err := s.ShopByDomain(ctx, host); err != nil || shop.ID != a.ID {
			t.Errorf("%+v, %v", shop, err)
		}
		list := []brand.Picture{{Workspace: a.Workspace, Shop: a.ID, Name: "logo", Data: []byte{1, 0, 2}}}
		if err := s.PutPictures(ctx, a.Workspace, a.ID, list); err != nil {
			t.Fatal(err)
		}
		if p, err := s.BrandPicture(ctx, a.Workspace, a.ID, "logo"); err != nil || len(p.Data) != 3 {
			t.Errorf("%+v, %v", p, err)
		}
		if _, err := s.BrandPicture(ctx, b.Workspace, a.ID, "logo"); !errs.Is(err, errs.NotFound) {
			t.Error(err)
		}
	})
}
