package app_test

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"godwit.dev/godwit/internal/adapter/commerce/generic"
	"godwit.dev/godwit/internal/adapter/hook"
	"godwit.dev/godwit/internal/app"
	"godwit.dev/godwit/internal/flow/commerce"
	"godwit.dev/godwit/internal/flow/intake"
)

var updateShops = flag.Bool("update-shops", false, "write the table of docs/shops.md anew")

func shopDrivers() []commerce.Driver { return append(app.Shops(), generic.Driver("/drop")) }

// matrix is the table of what each platform can do.
func matrix() string {
	var b strings.Builder
	b.WriteString("| platform | orders | products | customers | returns | refunds | webhooks | deletions | messages | feedback | rate |\n|---|---|---|---|---|---|---|---|---|---|---|\n")
	for _, d := range shopDrivers() {
		c := d.Capabilities
		list := func(has bool, kind string) string {
			switch {
			case !has:
				return ""
			case c.Pushed:
				return "pushed"
			case c.Incremental(kind):
				return "by change"
			}
			return "whole"
		}
		yes := func(has bool, word string) string {
			if has {
				return word
			}
			return ""
		}
		returns := yes(c.Returns, "with orders")
		if c.ListsReturns {
			returns = list(true, intake.KindReturn)
		}
		hooks := yes(c.Webhooks, "entered by hand")
		if c.WebhookSetup {
			hooks = "asked for by Godwit"
		}
		var gone []string
		for _, k := range []string{intake.KindOrder, intake.KindProduct, intake.KindCustomer} {
			switch {
			case c.Pushed:
			case c.Complete(k):
				gone = append(gone, k+"s")
			case c.Webhooks:
				gone = append(gone, k+"s as told")
			}
		}
		if c.Pushed {
			gone = []string{"as told"}
		}
		address, version, _ := strings.Cut(d.Docs, " ")
		fmt.Fprintf(&b, "| [%s](%s) %s | %s | %s | %s | %s | %s | %s | %s | %s | %s | %d in %s |\n", d.Title, address, version,
			list(c.Orders, intake.KindOrder), list(c.Products, intake.KindProduct), list(c.Customers, intake.KindCustomer), returns, yes(c.Refunds, "with orders"), hooks,
			strings.Join(gone, ", "), yes(c.Messages, "yes"), yes(c.Feedback, "yes"), d.Rate.Requests, d.Rate.Per)
	}
	return b.String()
}

func TestDocsShowWhatPlatformsCanDo(t *testing.T) {
	const path, begin, end = "../../docs/shops.md", "<!-- matrix -->\n", "<!-- /matrix -->"
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok := strings.Cut(string(raw), begin)
	_, after, ok2 := strings.Cut(rest, end)
	if !ok || !ok2 {
		t.Fatalf("%s has no place for the table", path)
	}
	want := before + begin + "\n" + matrix() + "\n" + end + after
	if string(raw) == want {
		return
	}
	if !*updateShops {
		t.Errorf("%s is not what the drivers say; run with -update-shops", path)
		return
	}
	if err := os.WriteFile(path, []byte(want), 0o644); err != nil {
		t.Fatal(err)
	}
}

// TestDriversFitTogether looks at what no driver can see alone.
func TestDriversFitTogether(t *testing.T) {
	schemes := hook.Schemes()
	seen := map[string]bool{}
	for _, d := range shopDrivers() {
		if seen[d.Name] {
			t.Errorf("two drivers are called %s", d.Name)
		}
		seen[d.Name] = true
		if d.Scheme != "" && schemes[d.Scheme] == nil {
			t.Errorf("%s signs by %s, which nobody knows", d.Name, d.Scheme)
		}
	}
}
