package vault_test

import (
	"bytes"
	"path/filepath"
	"testing"

	"godwit.dev/godwit/internal/platform/vault"
)

func key(b byte) []byte { return bytes.Repeat([]byte{b}, 32) }

func TestSealedValuesOpenOnlyWithTheirKeyAndPlace(t *testing.T) {
	old, _ := vault.New(key(1))
	rotated, _ := vault.New(key(2), key(1))
	other, _ := vault.New(key(3))
	sealed := old.Seal([]byte("hunter2"), "mailbox:7")
	if bytes.Contains(sealed, []byte("hunter2")) {
		t.Fatal("the secret is readable")
	}
	if got, err := rotated.Open(sealed, "mailbox:7"); err != nil || string(got) != "hunter2" {
		t.Errorf("after rotation: %q, %v", got, err)
	}
	if _, err := old.Open(rotated.Seal([]byte("x"), "mailbox:7"), "mailbox:7"); err == nil {
		t.Error("a value of a new key opens with the old one")
	}
	if _, err := old.Open(sealed, "mailbox:8"); err == nil {
		t.Error("opens in another place")
	}
	if _, err := other.Open(sealed, "mailbox:7"); err == nil {
		t.Error("opens with another key")
	}
	for i := range sealed {
		bad := bytes.Clone(sealed)
		bad[i] ^= 1
		if _, err := old.Open(bad, "mailbox:7"); err == nil {
			t.Fatalf("opens with byte %d changed", i)
		}
	}
}

func TestKeyFileIsMadeOnceAndReadAgain(t *testing.T) {
	path := filepath.Join(t.TempDir(), "godwit.key")
	a, err := vault.LoadOrCreate(path)
	if err != nil {
		t.Fatal(err)
	}
	b, err := vault.LoadOrCreate(path)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := b.Open(a.Seal([]byte("s"), "p"), "p"); err != nil || string(got) != "s" {
		t.Errorf("second load: %q, %v", got, err)
	}
	if _, err := vault.ParseKeys("c2hvcnQ="); err == nil {
		t.Error("a short key is accepted")
	}
}

func TestANewKeySealsAndTheOldOneStillOpens(t *testing.T) {
	path := filepath.Join(t.TempDir(), "godwit.key")
	old, err := vault.LoadOrCreate(path)
	if err != nil {
		t.Fatal(err)
	}
	sealed := old.Seal([]byte("hunter2"), "mailbox:7")
	name, err := vault.Add(path)
	if err != nil {
		t.Fatal(err)
	}
	both, err := vault.LoadOrCreate(path)
	if err != nil {
		t.Fatal(err)
	}
	if keys := both.Keys(); len(keys) != 2 || keys[0] != name || keys[1] != old.Current() || both.Current() != name {
		t.Errorf("keys %v, added %s to %s", keys, name, old.Current())
	}
	if got, err := both.Open(sealed, "mailbox:7"); err != nil || string(got) != "hunter2" {
		t.Errorf("the old value: %q, %v", got, err)
	}
	if again := both.Seal([]byte("hunter2"), "mailbox:7"); vault.KeyOf(again) != name || vault.KeyOf(sealed) != old.Current() || vault.KeyOf(nil) != "" {
		t.Error("values do not name their keys")
	}
	if _, err := vault.Add(filepath.Join(t.TempDir(), "none")); err == nil {
		t.Error("a key was added to no file")
	}
}
