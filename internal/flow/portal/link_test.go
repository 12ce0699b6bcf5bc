package portal

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"godwit.dev/godwit/internal/domain/order"
)

func TestTokensComeBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		secret := rapid.SliceOfN(rapid.Byte(), 1, 40).Draw(t, "secret")
		shop, about := order.ShopID(rapid.Int64().Draw(t, "shop")), rapid.Int64().Draw(t, "about")
		what := rapid.SampledFrom([]purpose{forOrder, forParcel, forSession, forConfirm, forStop}).Draw(t, "purpose")
		ends := time.Unix(rapid.Int64Range(1, 1<<40).Draw(t, "ends"), 0)
		token := makeToken(secret, shop, what, about, ends)
		if got, ok := readToken(secret, shop, token, ends.Add(-time.Second)); !ok || got != (grant{what, about, ends}) {
			t.Fatalf("%q is %+v, %v", token, got, ok)
		}
		if _, ok := readToken(secret, shop, token, ends); ok {
			t.Fatal("it does not end")
		}
		if _, ok := readToken(secret, shop+1, token, ends.Add(-time.Second)); ok {
			t.Fatal("another shop's")
		}
		if _, ok := readToken(append([]byte{1}, secret...), shop, token, ends.Add(-time.Second)); ok {
			t.Fatal("another workspace's")
		}
	})
}

func TestNoSecretSignsNothing(t *testing.T) {
	if _, ok := readToken(nil, 1, makeToken(nil, 1, forOrder, 2, time.Unix(100, 0)), time.Unix(1, 0)); ok {
		t.Error("a workspace without a secret lets everybody in")
	}
}

func FuzzReadToken(f *testing.F) {
	secret := []byte("secret")
	good := makeToken(secret, 1, forOrder, 2, time.Unix(1000, 0))
	f.Add(good)
	f.Add("")
	f.Fuzz(func(t *testing.T, token string) {
		if _, ok := readToken(secret, 1, token, time.Unix(1, 0)); ok && token != good {
			t.Errorf("%q passes", token)
		}
	})
}
