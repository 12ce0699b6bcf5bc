package portal_test

import (
	"strings"
	"testing"

	"godwit.dev/godwit/internal/domain/brand"
	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/store"
	"godwit.dev/godwit/internal/store/storetest"
)

// A reply to the order's own address ends with the link to its page: once, in the
// customer's language, and never to anybody else.
func TestRepliesLeadToTheirOrder(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		w := newWorld(t, s)
		w.pages.Brands = brand.New(brand.Config{Store: s, Journal: s})
		to := func(list ...string) ticket.Recipients {
			var r ticket.Recipients
			for _, a := range list {
				r.To = append(r.To, ticket.Address{Address: a})
			}
			return r
		}
		foot := func(body, language string, r ticket.Recipients) string {
			t.Helper()
			text, err := w.pages.ReplyFooter(t.Context(), ticket.Footing{Workspace: w.spaces[0], Order: w.order.ID, Language: language, Body: body, Recipients: r})
			w.must(err)
			return text
		}
		got := foot("Hello", "de", to("Wanderer@Mail.example"))
		_, link, ok := strings.Cut(got, "https://desk.example/p/shop/o/")
		if !ok || !strings.HasPrefix(got, "Stand der Bestellung GW-1042: ") {
			t.Fatalf("%q", got)
		}
		if st, err := w.pages.Show(t.Context(), w.shops[0], link, ""); err != nil || st.Number != "GW-1042" {
			t.Errorf("%+v, %v", st, err)
		}
		if got := foot("Hello", "tlh", to(buyer)); !strings.HasPrefix(got, "Status of order") {
			t.Errorf("%q", got)
		}
		for name, text := range map[string]string{
			"a stranger": foot("Hello", "en", to("stranger@mail.example")), "a stranger beside": foot("Hello", "en", to(buyer, "stranger@mail.example")), "nobody": foot("Hello", "en", to()),
			"named already": foot("See https://desk.example/p/shop/o/abc", "en", to(buyer)),
		} {
			if text != "" {
				t.Errorf("%s reads %q", name, text)
			}
		}
		if _, err := w.pages.Brands.(*brand.Service).Save(t.Context(), auth.ForSystem(w.spaces[0]), w.shops[0].ID, brand.Update{Silent: true}); err != nil {
			t.Fatal(err)
		}
		if text := foot("Hello", "en", to(buyer)); text != "" {
			t.Errorf("a silent shop says %q", text)
		}
	})
}
