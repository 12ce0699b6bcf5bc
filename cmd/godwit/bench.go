package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"os"
	"runtime/pprof"
	"strings"
	"time"

	"godwit.dev/godwit/internal/app/bench"
)

type benchCmd struct {
	Tickets  int           `default:"100000" help:"How many tickets of three messages are loaded."`
	Database string        `placeholder:"ADDRESS" help:"sqlite:PATH or postgres://USER@HOST/NAME; default: SQLite in a folder that goes away. What a run has loaded, the next one takes as it is."`
	Events   int           `default:"100000" help:"How many tracking events are told; the first and the last tenth are measured."`
	Parcels  int           `default:"100000" help:"How many open parcels are judged by a sweep."`
	Cases    int           `default:"100000" help:"How many past cases are decided again by another policy."`
	Clients  []int         `default:"1,16" help:"With how many clients at once each operation is measured."`
	Round    time.Duration `default:"1s" help:"How long one of the three rounds of a measure lasts."`
	Only     string        `placeholder:"WORD" help:"Measure only what has this in its name."`
	Profile  string        `placeholder:"PATH" help:"Write a profile of the processor's time here."`
	JSON     bool          `name:"json" help:"Print the figures as JSON."`
}

func (c *benchCmd) Run(ctx context.Context, log *slog.Logger) error {
	if c.Profile != "" {
		f, err := os.Create(c.Profile)
		if err != nil {
			return err
		}
		defer f.Close()
		if err := pprof.StartCPUProfile(f); err != nil {
			return err
		}
		defer pprof.StopCPUProfile()
	}
	program, err := os.Executable()
	if err != nil {
		return err
	}
	say := io.Writer(os.Stdout)
	if c.JSON {
		say = os.Stderr
	}
	results, err := bench.Run(ctx, bench.Config{
		Database: c.Database, Tickets: max(c.Tickets, 100), Events: max(c.Events, 10000), Parcels: c.Parcels, Cases: c.Cases, Clients: c.Clients, Round: c.Round, Only: c.Only, Program: program,
		Progress: benchProgress(os.Stderr), Say: func(format string, args ...any) { fmt.Fprintf(say, format+"\n", args...) }, Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		return err
	}
	if c.JSON {
		return json.NewEncoder(os.Stdout).Encode(results)
	}
	printBench(os.Stdout, results)
	return nil
}

// benchProgress fills one line while something is loaded, and says what was
// measured on lines of their own.
func benchProgress(w io.Writer) func(step string, done, total int) {
	bar := progress(w)
	return func(step string, done, total int) {
		if total == 1 {
			fmt.Fprintln(w, " ", step)
			return
		}
		bar(step, done, total)
	}
}

// printBench prints the figures, each beside its ratio to the bare driver in
// processor time.
func printBench(w io.Writer, results []bench.Result) {
	type place struct {
		name    string
		clients int
	}
	raw := map[place]bench.Result{}
	for _, r := range results {
		if name, ok := strings.CutPrefix(r.Name, "raw: "); ok {
			raw[place{name, r.Clients}] = r
		}
	}
	fmt.Fprintf(w, "%-26s %7s %9s %9s %9s %11s %9s %8s\n", "", "clients", "p50 ms", "p95 ms", "p99 ms", "per second", "cpu ms", "x bare")
	for _, r := range results {
		ratio := ""
		if bare, ok := raw[place{strings.TrimPrefix(r.Name, "service: "), r.Clients}]; ok && !strings.HasPrefix(r.Name, "raw: ") {
			ratio = fmt.Sprintf("%.1f", r.CPU/bare.CPU)
		}
		fmt.Fprintf(w, "%-26s %7d %9.2f %9.2f %9.2f %11.0f %9.3f %8s\n", r.Name, r.Clients, r.P50, r.P95, r.P99, r.PerSecond, r.CPU, ratio)
	}
}
