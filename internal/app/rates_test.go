package app

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"testing"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/outbound"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/store/storetest"
)

func TestRatesAreFetchedIntoEveryWorkspace(t *testing.T) {
	ctx := context.Background()
	now := func() time.Time { return time.Date(2022, 7, 9, 12, 0, 0, 0, time.UTC) }
	core, err := NewCore(ctx, Config{Database: storetest.File(t), Now: now, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = core.Close() }()
	var spaces []auth.WorkspaceID
	for _, name := range []string{"one", "two"} {
		w, _, err := core.Auth.Found(ctx, auth.Founding{Workspace: name, Name: "Anna", Email: "anna@" + name + ".example", Password: "correct horse " + name + " battery"})
		if err != nil {
			t.Fatal(err)
		}
		spaces = append(spaces, w.ID)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("/daily.xml", func(w http.ResponseWriter, r *http.Request) {
		http.ServeFile(w, r, "../domain/fx/testdata/eurofxref-daily.xml")
	})
	mux.HandleFunc("/odd", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("<html>")) })
	server := httptest.NewServer(mux)
	defer server.Close()
	client := outbound.New(outbound.Options{Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}})
	for range 2 { // again changes nothing
		if err := core.FetchRatesFrom(ctx, client, server.URL+"/daily.xml"); err != nil {
			t.Fatal(err)
		}
	}
	for _, w := range spaces {
		if table, err := core.Rates.Table(ctx, auth.ForSystem(w)); err != nil || len(table.Rates()) < 29 {
			t.Errorf("workspace %d has %d rates, %v", w, len(table.Rates()), err)
		}
	}
	if err := core.FetchRatesFrom(ctx, client, server.URL+"/none"); !errs.Is(err, errs.Unavailable) {
		t.Errorf("no feed there: %v", err)
	}
	if err := core.FetchRatesFrom(ctx, client, server.URL+"/odd"); !errs.Is(err, errs.Invalid) {
		t.Errorf("not a feed: %v", err)
	}
}
