package store_test

import (
	"testing"
	"time"

	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/store"
	"godwit.dev/godwit/internal/store/storetest"
)

// A shop that moves beside one of the same name gives its page another address:
// links to the one that was here go on.
func TestAMovedShopGivesWay(t *testing.T) {
	storetest.Open(t, func(t *testing.T, to *store.Store) {
		from := storetest.SQLite(t)
		d, _ := lived(t, from)
		slug := "slug-" + time.Now().Format("150405.000000000")
		add := func(s *store.Store, id order.ShopID, w auth.WorkspaceID) {
			t.Helper()
			ok, err := s.AddShop(t.Context(), order.Shop{ID: id, Workspace: w, Name: slug, Slug: slug, Currency: "EUR"})
			if err != nil || !ok {
				t.Fatal(ok, err)
			}
		}
		neighbour, _ := newHouse(t, to)
		here, there := order.ShopID(time.Now().UnixNano()), order.ShopID(time.Now().UnixNano()+1)
		add(to, here, neighbour.w)
		add(from, there, d.w)
		if err := load(t, to, archive(t, from, d.w), store.LoadOptions{}); err != nil {
			t.Fatal(err)
		}
		kept, err := to.ShopBySlug(t.Context(), slug)
		if err != nil || kept.ID != here {
			t.Errorf("%+v, %v", kept, err)
		}
		moved, err := to.Shop(t.Context(), d.w, there)
		if err != nil || moved.Slug == slug || moved.Slug == "" {
			t.Errorf("%+v, %v", moved, err)
		}
	})
}
