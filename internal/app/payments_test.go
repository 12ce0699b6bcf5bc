package app

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	adapter "godwit.dev/godwit/internal/adapter/hook"
)

var updatePayments = flag.Bool("update-payments", false, "write the table of docs/payments.md")

// The table of providers in the documentation is what their drivers say.
func TestDocsShowTheProvidersOfPayments(t *testing.T) {
	const path, open, end = "../../docs/payments.md", "<!-- providers -->\n", "<!-- /providers -->"
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	head, rest, ok1 := strings.Cut(string(raw), open)
	_, tail, ok2 := strings.Cut(rest, end)
	if !ok1 || !ok2 {
		t.Fatal("docs/payments.md has no place for the table")
	}
	yes := map[bool]string{true: "yes", false: "-"}
	var b strings.Builder
	b.WriteString("| provider | is asked to pay | calls us | is asked what became of it | knows a key for | holds a sum on a card | requests | settings |\n|---|---|---|---|---|---|---|---|\n")
	for _, d := range Providers(nil) {
		if d.Scheme != "" && adapter.Schemes()[d.Scheme] == nil {
			t.Errorf("%s: there is no scheme %s", d.Name, d.Scheme)
		}
		if d.Open != nil && !d.Can.Asked && d.Scheme == "" {
			t.Errorf("%s neither calls nor is asked", d.Name)
		}
		var options []string
		for _, o := range d.Options {
			options = append(options, "`"+o.Name+"`")
		}
		title, how, asked, keeps, rate := d.Title, "at once", yes[d.Can.Asked], "as long as the refund", "-"
		if d.Docs != "" {
			title = "[" + d.Title + "](" + d.Docs + ")"
		}
		if d.Can.Keeps > 0 {
			keeps = fmt.Sprintf("%d days", int(d.Can.Keeps/(24*time.Hour)))
		}
		if d.Rate.Requests > 0 {
			rate = fmt.Sprintf("%d in %s", d.Rate.Requests, d.Rate.Per)
		}
		if d.Bank != nil {
			how, asked, keeps = "in a file that a person carries", "by its statements", "-"
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s | %s | %s | %s |\n", title, how, yes[d.Scheme != ""], asked, keeps, yes[d.Can.Holds], rate, strings.Join(options, ", "))
	}
	want := head + open + b.String() + end + tail
	if *updatePayments {
		if err := os.WriteFile(path, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	} else if want != string(raw) {
		t.Error("docs/payments.md is not what the drivers say; run with -update-payments")
	}
}
