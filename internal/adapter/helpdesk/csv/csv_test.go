package csv

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"godwit.dev/godwit/internal/adapter/helpdesk/helpdesktest"
	"godwit.dev/godwit/internal/flow/migrate"
)

func TestRead(t *testing.T) {
	helpdesktest.Golden(t, Read("testdata/export", nil), "testdata/want.txt")
}

func TestMapping(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.csv")
	text := "\ufeffNr,Worte,Wer\n7,Hallo,anna@client.example\n"
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	for want, mapping := range map[string]map[string]string{
		"":                       {"ticket": "nr", "body": "worte", "from": "wer"},
		"error.import_missing":   {"ticket": "nr"},
		"error.import_column":    {"ticket": "nr", "body": "nothing"},
		"error.migrate_field":    {"frobnicate": "nr"},
		"error.import_missing (": nil,
	} {
		var got one
		err := Read(path, mapping)(context.Background(), &got)
		if want == "" && (err != nil || len(got.tickets) != 1 || got.tickets[0].ID != "7" || got.tickets[0].Customer.Email != "anna@client.example") {
			t.Errorf("%v: %+v", err, got.tickets)
		}
		if want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%v: %v, want %s", mapping, err, want)
		}
	}
}

// one keeps tickets.
type one struct{ tickets []migrate.Ticket }

func (o *one) Ticket(_ context.Context, t migrate.Ticket) error {
	o.tickets = append(o.tickets, t)
	return nil
}
func (o *one) Customer(context.Context, migrate.Place, migrate.Person) error { return nil }
func (o *one) Find(migrate.Finding)                                          {}
func (o *one) Progress(int64, int64)                                         {}

func FuzzRead(f *testing.F) {
	helpdesktest.Fuzz(f, ".csv", func(path string) migrate.Reader { return Read(path, nil) })
}
