package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"os"
	"text/tabwriter"
	"time"

	"godwit.dev/godwit/internal/app"
	"godwit.dev/godwit/internal/base/money"
	"godwit.dev/godwit/internal/domain/decision"
	"godwit.dev/godwit/internal/domain/policy"
	"godwit.dev/godwit/internal/flow/replay"
	"godwit.dev/godwit/internal/platform/auth"
)

type replayCmd struct {
	databaseFlags
	Policy    string    `required:"" type:"existingfile" placeholder:"FILE" help:"The return policy that is tried, as YAML."`
	Since     time.Time `required:"" format:"2006-01-02" placeholder:"DATE" help:"Cases that were opened from this day on (UTC)."`
	Workspace string    `placeholder:"SLUG" help:"The workspace, if there are several."`
	JSON      bool      `name:"json" help:"Print the result as JSON."`
}

// Run decides past cases again by another policy. What the policy promises less
// than the law is said, and no obstacle: to try is allowed. Interrupted, it prints
// what it has.
func (c *replayCmd) Run(ctx context.Context, log *slog.Logger) error {
	text, err := os.ReadFile(c.Policy)
	if err != nil {
		return err
	}
	doc, err := policy.Parse(string(text))
	if err != nil {
		return fmt.Errorf("read %s: %w", c.Policy, err)
	}
	for _, p := range policy.Problems(doc.Check(decision.Statute())) {
		fmt.Fprintf(os.Stderr, "%s: could not be saved: %s\n", c.Policy, explain(p))
	}
	return withCore(ctx, log, c.databaseFlags, func(core *app.Core) error {
		w, err := core.Workspace(ctx, c.Workspace)
		if err != nil {
			return err
		}
		bar := progress(os.Stderr)
		r, err := core.Replay.Run(ctx, auth.ForSystem(w.ID), doc, c.Since, func(done, total int64) { bar("cases", int(done), int(total)) })
		if err != nil {
			return err
		}
		if c.JSON {
			return json.NewEncoder(os.Stdout).Encode(r)
		}
		printReplay(os.Stdout, r)
		return nil
	})
}

func printReplay(w io.Writer, r replay.Result) {
	fmt.Fprintf(w, "%d of %d cases since %s decided again in %s.\n", r.Cases, r.Total, r.Since.Format(time.DateOnly), r.Took.Round(time.Millisecond))
	if r.Stopped {
		fmt.Fprintln(w, "It was stopped before the end.")
	}
	if r.Unread > 0 {
		fmt.Fprintf(w, "%d cannot be read.\n", r.Unread)
	}
	fmt.Fprintf(w, "%d change: %d customers get what they wanted and did not, %d do not any more; %d run without a person and did not, %d need one now.\n", r.Changed, r.Granted, r.Refused, r.Alone, r.Looked)
	fmt.Fprintf(w, "%d customers are concerned, %d get less.\n", r.Customers, r.Worse)
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "\n\tcases\tchange\trefused\tpaid\tcost")
	fmt.Fprintf(t, "all\t%d\t%d\t%d\t%s\n", r.Cases, r.Changed, r.Refused, moneyOf(r.Money))
	for _, g := range []struct {
		name string
		of   []replay.Group
	}{{"market", r.Markets}, {"law", r.Laws}, {"product", r.Products}} {
		for _, x := range g.of {
			fmt.Fprintf(t, "%s %s\t%d\t%d\t%d\t%s\n", g.name, x.Key, x.Cases, x.Changed, x.Refused, moneyOf(x.Money))
		}
	}
	_ = t.Flush()
}

// moneyOf writes by how much what is paid and what it costs change.
func moneyOf(list []replay.Money) string {
	var paid, cost string
	for i, m := range list {
		if i > 0 {
			paid, cost = paid+", ", cost+", "
		}
		paid += signed(m.PaidAfter-m.PaidBefore, m.Currency)
		cost += signed(m.CostAfter-m.CostBefore, m.Currency)
	}
	return paid + "\t" + cost
}

func signed(n int64, currency string) string {
	a, err := money.New(n, currency)
	if err != nil {
		return ""
	}
	if n > 0 {
		return "+" + a.String()
	}
	return a.String()
}
