package generic

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/flow/commerce"
	"godwit.dev/godwit/internal/flow/intake"
	"godwit.dev/godwit/internal/platform/connector"
)

// Driver reads drop folders below a root that the operator names; each workspace has a folder of its own there, so that
// none reads another's files. Without a root there are only webhooks.
func Driver(root string) commerce.Driver {
	return commerce.Driver{
		Name: "generic", Title: "Files and webhooks", Docs: "https://www.standardwebhooks.com/ (1.0)",
		Options: []connector.Option{
			{Name: "name", Kind: connector.Text, Required: true},
			{Name: "currency", Kind: connector.Text, Required: true},
			{Name: "country", Kind: connector.Text},
			{Name: "folder", Kind: connector.Text},
			{Name: "day_first", Kind: connector.Choice, Choices: []string{"no", "yes"}, Default: "no"},
			{Name: "webhook_secret", Kind: connector.Secret},
		},
		Capabilities: commerce.Capabilities{
			Orders: true, Products: true, Customers: true, Refunds: true, IncrementalOrders: true, IncrementalProducts: true, IncrementalCustomers: true,
			Webhooks: true, Pushed: true,
		},
		Rate:   connector.Rate{Requests: 100, Per: time.Second, Burst: 100}, // files ask for no patience
		Scheme: "standard", Source: Source(), Whole: []string{intake.KindOrder, intake.KindProduct, intake.KindCustomer},
		Open: func(s commerce.Settings) (commerce.Shop, error) { return open(root, s) },
	}
}

var (
	folderName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_-]{0,60}$`)
	code3      = regexp.MustCompile(`^[A-Z]{3}$`)
	code2      = regexp.MustCompile(`^[A-Z]{2}$`)
)

func open(root string, s commerce.Settings) (commerce.Shop, error) {
	f := &folder{about: commerce.About{Name: s.Values["name"], Currency: strings.ToUpper(s.Values["currency"]), Country: strings.ToUpper(s.Values["country"])}, dayFirst: s.Values["day_first"] == "yes"}
	if !code3.MatchString(f.about.Currency) {
		return nil, errs.Field("currency", "error.currency", "currency", s.Values["currency"])
	}
	if f.about.Country != "" && !code2.MatchString(f.about.Country) {
		return nil, errs.Field("country", "error.shop_value")
	}
	name := s.Values["folder"]
	switch {
	case name == "":
	case root == "":
		return nil, errs.Field("folder", "error.shop_no_drop")
	case !folderName.MatchString(name):
		return nil, errs.Field("folder", "error.shop_value")
	default:
		f.dir = filepath.Join(root, fmt.Sprint(int64(s.Workspace)), name)
	}
	return f, nil
}

// folder is a connection: a drop folder, or none.
type folder struct {
	about    commerce.About
	dir      string // "" for webhooks alone
	dayFirst bool

	mu     sync.Mutex
	parsed parsed // the table that was read last
}

// About checks that the drop folder is there, and makes it.
func (f *folder) About(context.Context) (commerce.About, error) {
	if f.dir != "" {
		for _, d := range []string{f.dir, f.place("working"), f.place("done")} {
			if err := os.MkdirAll(d, 0o770); err != nil {
				return commerce.About{}, errs.Wrap(errs.Denied, err, "error.shop_folder")
			}
		}
	}
	return f.about, nil
}

func (f *folder) place(parts ...string) string {
	return filepath.Join(append([]string{f.dir}, parts...)...)
}

// Fetch is not possible: nobody can be asked.
func (f *folder) Fetch(context.Context, string, string) (intake.Object, error) {
	return nil, errs.New(errs.Unsupported, "error.shop_kind")
}
