package bench

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strconv"
	"strings"
	"testing"

	"godwit.dev/godwit/internal/app"
)

func TestScratch(t *testing.T) {
	dsn := os.Getenv("SCRATCH")
	if dsn == "" {
		t.Skip()
	}
	n, _ := strconv.Atoi(os.Getenv("EVENTS"))
	c, _ := strconv.Atoi(os.Getenv("CLIENTS"))
	ctx := context.Background()
	core, err := app.NewCore(ctx, app.Config{Database: dsn, Keys: keys, Post: quietPost{}, Log: slog.New(slog.NewTextHandler(io.Discard, nil))})
	if err != nil {
		t.Fatal(err)
	}
	defer core.Close()
	b := &bench{Config: Config{Events: n, Clients: []int{c}, Tickets: 100, Only: "tracking", Progress: func(s string, _, _ int) { fmt.Println(s) }, Say: func(f string, a ...any) { fmt.Printf(f+"\n", a...) }}}
	if err := b.prepare(ctx, core); err != nil {
		t.Fatal(err)
	}
	if err := b.tracking(ctx); err != nil {
		t.Fatal(err)
	}
	if !core.Store.Lite() {
		w, _ := core.Store.Pools()
		rows, _ := w.Query("select pid from pg_stat_activity where datname=current_database()")
		total := 0.0
		for rows.Next() {
			var pid int
			_ = rows.Scan(&pid)
			raw, _ := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
			f := strings.Fields(string(raw))
			u, _ := strconv.Atoi(f[13])
			st, _ := strconv.Atoi(f[14])
			total += float64(u+st) / 100
		}
		fmt.Printf("backends cpu %.1f s, %.4f ms an event\n", total, total*1000/float64(n))
	}
	for _, r := range b.results {
		fmt.Printf("%-28s %9.0f/s  cpu %.4f ms\n", r.Name, r.PerSecond, r.CPU)
	}
}
