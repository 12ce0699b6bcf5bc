package store_test

import (
	"bytes"
	"context"
	"encoding/hex"
	"testing"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/id"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/event"
	"godwit.dev/godwit/internal/platform/vault"
	"godwit.dev/godwit/internal/store"
	"godwit.dev/godwit/internal/store/storetest"
)

// with opens the database of a store with other keys.
func with(t *testing.T, s *store.Store, keys ...[]byte) (*store.Store, *vault.Vault) {
	t.Helper()
	v, err := vault.New(keys...)
	if err != nil {
		t.Fatal(err)
	}
	out, err := store.New(s.DB, store.Config{IDs: id.NewSource(id.RandomNode(), time.Now), Now: time.Now, Bus: event.NewBus(), Vault: v})
	if err != nil {
		t.Fatal(err)
	}
	return out, v
}

// named lists the columns in which some value begins with the name of a key.
func named(t *testing.T, s *store.Store, key string) (out []string) {
	t.Helper()
	prefix, err := hex.DecodeString(key)
	if err != nil {
		t.Fatal(err)
	}
	list := `SELECT table_name || '.' || column_name FROM information_schema.columns WHERE table_schema='public' AND data_type='bytea'`
	if s.Lite() {
		list = `SELECT m.name || '.' || c.name FROM sqlite_master m JOIN pragma_table_info(m.name) c WHERE m.type='table' AND c.type='BLOB'`
	}
	_, read := s.Pools()
	for _, at := range texts(t, s, list) {
		table, column, _ := bytes.Cut([]byte(at), []byte("."))
		rows, err := read.Query("SELECT " + string(column) + " FROM " + string(table))
		if err != nil {
			t.Fatal(err)
		}
		found := false
		for rows.Next() {
			var v []byte
			if err := rows.Scan(&v); err != nil {
				t.Fatal(err)
			}
			found = found || bytes.HasPrefix(v, prefix)
		}
		if err := rows.Err(); err != nil {
			t.Fatal(err)
		}
		_ = rows.Close()
		if found {
			out = append(out, at)
		}
	}
	return out
}

// After sealing anew no value in any table names the old key, and everything
// opens with the new one alone.
func TestResealLeavesNothingToTheOldKey(t *testing.T) {
	for engine, dump := range map[string]string{"sqlite": "testdata/release/schema10.sqlite.gz", "postgres": "testdata/release/schema10.postgres.gz"} {
		t.Run(engine, func(t *testing.T) {
			ctx := context.Background()
			address, _, _ := restored(t, dump)
			s := storetest.At(t, address)
			spaces, err := s.Workspaces(ctx)
			if err != nil || len(spaces) != 1 {
				t.Fatalf("%v, %v", spaces, err)
			}
			w := spaces[0]
			people, err := s.People(ctx, w.ID)
			if err != nil || len(people) == 0 {
				t.Fatal(people, err)
			}
			if err := s.DraftTOTP(ctx, auth.TOTP{Person: people[0].ID, Workspace: w.ID, Secret: []byte("factor"), CreatedAt: time.Now()}); err != nil {
				t.Fatal(err)
			}
			policy, err := s.Policy(ctx, w.ID)
			if err != nil {
				t.Fatal(err)
			}
			policy.SSO.Secret = "issuer"
			if err := s.SavePolicy(ctx, policy); err != nil {
				t.Fatal(err)
			}
			_, old := with(t, s, make([]byte, 32))
			if before := named(t, s, old.Current()); len(before) < 7 {
				t.Fatalf("the old key is named in %v", before)
			}
			newKey := bytes.Repeat([]byte{7}, 32)
			both, now := with(t, s, newKey, make([]byte, 32))
			n, err := both.Reseal(ctx)
			if err != nil || n < 7 {
				t.Fatalf("%d values sealed anew, %v", n, err)
			}
			if again, err := both.Reseal(ctx); err != nil || again != 0 {
				t.Errorf("a repeat sealed %d, %v", again, err)
			}
			if left := named(t, s, old.Current()); len(left) > 0 {
				t.Errorf("the old key is still named in %v", left)
			}
			uses, err := both.KeyUses(ctx)
			if err != nil || uses[now.Current()].Sealed != int64(n) || uses[old.Current()].Sealed != 0 || uses[old.Current()].Links == 0 {
				t.Errorf("%+v, %v after %d", uses, err, n)
			}
			alone, _ := with(t, s, newKey)
			if got, err := alone.Workspace(ctx, w.ID); err != nil || !bytes.Equal(got.Secret, w.Secret) {
				t.Errorf("the workspace: %v", err)
			}
			if got, err := alone.TOTP(ctx, w.ID, people[0].ID); err != nil || string(got.Secret) != "factor" {
				t.Errorf("the factor: %q, %v", got.Secret, err)
			}
			if got, err := alone.Policy(ctx, w.ID); err != nil || got.SSO.Secret != "issuer" {
				t.Errorf("the issuer: %q, %v", got.SSO.Secret, err)
			}
			if boxes, err := alone.Mailboxes(ctx, w.ID); err != nil || len(boxes) == 0 {
				t.Errorf("the mailboxes: %d, %v", len(boxes), err)
			}
			stranger, _ := with(t, s, bytes.Repeat([]byte{9}, 32))
			if _, err := stranger.Reseal(ctx); !errs.Is(err, errs.Invalid) {
				t.Errorf("without the key: %v", err)
			}
		})
	}
}
