package app

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	adapter "godwit.dev/godwit/internal/adapter/hook"
)

var updateTrackers = flag.Bool("update-trackers", false, "write the table of docs/tracking.md")

// The table of services in the documentation is what their drivers say.
func TestDocsShowTheTrackingServices(t *testing.T) {
	const path, open, end = "../../docs/tracking.md", "<!-- services -->\n", "<!-- /services -->"
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	head, rest, ok1 := strings.Cut(string(raw), open)
	_, tail, ok2 := strings.Cut(rest, end)
	if !ok1 || !ok2 {
		t.Fatal("docs/tracking.md has no place for the table")
	}
	yes := map[bool]string{true: "yes", false: "-"}
	var b strings.Builder
	b.WriteString("| service | calls us | is asked | finds the carrier | says its quota | numbers in a request (registered, asked) | requests | settings |\n|---|---|---|---|---|---|---|---|\n")
	for _, d := range Trackers() {
		c := d.Capabilities
		if d.Scheme != "" && adapter.Schemes()[d.Scheme] == nil {
			t.Errorf("%s: there is no scheme %s", d.Name, d.Scheme)
		}
		var options []string
		for _, o := range d.Options {
			options = append(options, "`"+o.Name+"`")
		}
		batch, rate := "-", "-"
		if c.Poll {
			batch, rate = fmt.Sprintf("%d, %d", c.RegisterBatch, c.PollBatch), fmt.Sprintf("%d in %s", d.Rate.Requests, d.Rate.Per)
		}
		fmt.Fprintf(&b, "| [%s](%s) | %s | %s | %s | %s | %s | %s | %s |\n", d.Title, d.Docs, yes[c.Webhooks], yes[c.Poll], yes[c.Detect], yes[c.Quota], batch, rate, strings.Join(options, ", "))
	}
	want := head + open + b.String() + end + tail
	if *updateTrackers {
		if err := os.WriteFile(path, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	} else if want != string(raw) {
		t.Error("docs/tracking.md is not what the drivers say; run with -update-trackers")
	}
}
