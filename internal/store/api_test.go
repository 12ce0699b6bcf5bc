package store_test

import (
	"bytes"
	"context"
	"errors"
	"testing"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/platform/once"
	"godwit.dev/godwit/internal/store"
	"godwit.dev/godwit/internal/store/storetest"
)

func TestAnswersAreKeptSealedForADay(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		ctx, w, other := context.Background(), storetest.Workspace(t, s), storetest.Workspace(t, s)
		now := time.UnixMilli(1_800_000_000_000).UTC()
		kept := once.Kept{
			Workspace: w, Key: once.KeyOf("a"), Request: once.Request{1}, At: now,
			Answer: once.Answer{Status: 201, Header: map[string][]string{"Etag": {`"x"`}}, Body: []byte("gwt_secret shown once")},
		}
		if err := s.AddAnswer(ctx, kept, now.Add(-once.Life)); err != nil {
			t.Fatal(err)
		}
		hold := func(key string) (k once.Kept, err error) {
			err = s.InTx(ctx, func(ctx context.Context) error { k, err = s.HoldAnswer(ctx, w, once.KeyOf(key)); return err })
			return k, err
		}
		got, err := hold("a")
		if err != nil || got.Answer.Status != 201 || string(got.Answer.Body) != "gwt_secret shown once" || got.Answer.Header["Etag"][0] != `"x"` || got.Request != kept.Request || !got.At.Equal(now) {
			t.Fatalf("%+v, %v", got, err)
		}
		if _, err := s.HoldAnswer(ctx, other, once.KeyOf("a")); !errs.Is(err, errs.NotFound) {
			t.Errorf("another workspace finds it: %v", err)
		}
		_, read := s.Pools()
		var raw []byte
		if err := read.QueryRow(`SELECT answer FROM kept_answer`).Scan(&raw); err != nil || bytes.Contains(raw, []byte("secret")) {
			t.Errorf("the answer lies open: %q, %v", raw, err)
		}
		later := kept
		later.Key, later.At = once.KeyOf("b"), now.Add(once.Life+time.Minute)
		if err := s.AddAnswer(ctx, later, later.At.Add(-once.Life)); err != nil {
			t.Fatal(err)
		}
		if _, err := hold("a"); !errs.Is(err, errs.NotFound) {
			t.Errorf("the old answer is still there: %v", err)
		}
		if _, err := hold("b"); err != nil {
			t.Error(err)
		}
	})
}

// A step that fails takes back its own part of a transaction, and what was to
// happen after it.
func TestStepsFailAlone(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		ctx, w := context.Background(), storetest.Workspace(t, s)
		var told []string
		refused := errors.New("refused")
		err := s.InTx(ctx, func(ctx context.Context) error {
			for _, name := range []string{"first", "second", "third"} {
				err := s.Step(ctx, func(ctx context.Context) error {
					s.AfterCommit(ctx, func() { told = append(told, name) })
					if err := s.PutTag(ctx, w, ticket.Tag{Name: name}); err != nil || name != "second" {
						return err
					}
					return refused
				})
				if (name == "second") != errors.Is(err, refused) {
					t.Errorf("%s: %v", name, err)
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		tags, err := s.Tags(ctx, w)
		if err != nil || len(tags) != 2 || tags[0].Name != "first" || tags[1].Name != "third" || len(told) != 2 {
			t.Errorf("%v, %v, %v", tags, told, err)
		}
	})
}
