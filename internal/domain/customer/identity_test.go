package customer

import (
	"reflect"
	"testing"

	"pgregory.net/rapid"
)

func TestFoldEmail(t *testing.T) {
	for in, want := range map[string]string{
		"Anna@Example.COM":            "anna@example.com",
		"  anna@example.com.\r\n":     "anna@example.com",
		"anna@MÜNCHEN.example":        "anna@xn--mnchen-3ya.example",
		"ANNA@xn--mnchen-3ya.example": "anna@xn--mnchen-3ya.example",
		"иван@Пример.рф":              "иван@xn--e1afmkfd.xn--p1ai",
		"a.b+tag@gmail.com":           "a.b+tag@gmail.com",
		"weird@under_score.example":   "weird@under_score.example",
		`"a@b"@example.com`:           `"a@b"@example.com`,
		"Straße@straße.example":       "straße@xn--strae-oqa.example",
		"no address":                  "no address",
		"":                            "",
	} {
		if got := FoldEmail(in); got != want {
			t.Errorf("FoldEmail(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestFoldEmailIsStable(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		once := FoldEmail(rapid.String().Draw(t, "local") + "@" + rapid.StringMatching(`[A-Za-zäöüßА-Яа-я0-9._-]{1,20}`).Draw(t, "domain"))
		if again := FoldEmail(once); again != once {
			t.Fatalf("FoldEmail(%q) = %q", once, again)
		}
	})
}

func TestIdentityFold(t *testing.T) {
	for _, c := range []struct{ in, want Identity }{
		{Identity{Kind: Phone, Value: "+49 (0)89 / 55-50"}, Identity{Kind: Phone, Value: "+490895550"}},
		{Identity{Kind: Phone, Value: "１３８ ００１３ ８０００"}, Identity{Kind: Phone, Value: "13800138000"}},
		{Identity{Kind: Phone, Value: "12"}, Identity{Kind: Phone}},
		{Identity{Kind: Email, Value: "@example.com"}, Identity{Kind: Email}},
		{Identity{Kind: Email, Value: "a@"}, Identity{Kind: Email}},
		{Identity{Kind: "telegram", Value: " Anna_S "}, Identity{Kind: "telegram", Value: "Anna_S"}},
	} {
		if got := c.in.Fold(); got != c.want {
			t.Errorf("%+v folds to %+v, want %+v", c.in, got, c.want)
		}
	}
}

func TestKeysAreTheNameFromEachWordAndTheIdentities(t *testing.T) {
	c := Customer{Name: "José  María Núñez", Identities: []Identity{{Kind: Email, Value: "jose@example.com"}}}
	want := []string{"jose maria nunez", "maria nunez", "nunez", "jose@example.com"}
	if got := c.Keys(); !reflect.DeepEqual(got, want) {
		t.Errorf("Keys = %q, want %q", got, want)
	}
}

func TestEmailPrefersTheVerifiedAddress(t *testing.T) {
	c := Customer{Identities: []Identity{{Kind: Phone, Value: "12345"}, {Kind: Email, Value: "old@example.com"}, {Kind: Email, Value: "own@example.com", Verified: true}}}
	if got := c.Email(); got != "own@example.com" {
		t.Errorf("Email = %q", got)
	}
}
