package lint

import (
	"go/ast"
	"go/token"
	"regexp"
	"strings"
	"testing"
)

// vendors are names that only a driver may know: what differs between vendors
// is a capability above it, never a branch. Outlook is not among them: it is our
// word for what is expected of a parcel.
var vendors = regexp.MustCompile(`(?i)^(gmail|googlemail|hotmail|exchange365|yahoo|icloud|zendesk|freshdesk|gorgias|` +
	`shopify|woocommerce|magento|prestashop|shopware|medusa|vendure|bigcommerce|stripe|paypal|adyen|klarna|alipay|wechat|whatsapp|` +
	`telegram|instagram|facebook|messenger|amazon|ebay|aliexpress|etsy|allegro|lazada|shopee|temu|mercadolibre|wildberries|ozon|` +
	`dhl|fedex|usps|dpd|gls|hermes|sendcloud|aftership|openai|anthropic|deepl|twilio|sendgrid|mailgun|postmark|mailchimp|klaviyo)$`)

var humps = regexp.MustCompile(`[A-Z]?[a-z0-9]+|[A-Z]+`)

// vendorIn returns the vendor's name that an identifier contains, or "".
func vendorIn(ident string) string {
	for _, word := range append(humps.FindAllString(ident, -1), ident) {
		if vendors.MatchString(word) {
			return word
		}
	}
	return ""
}

// known reports whether vendors' names may stand in a folder: drivers have
// them, app lists the drivers, the simulated shops and carriers need names, and
// tests run drivers against the vendors' own servers.
func known(dir string) bool {
	return strings.HasPrefix(dir, "internal/adapter/") || strings.HasPrefix(dir, "internal/app") || strings.HasPrefix(dir, "cmd/") || strings.HasPrefix(dir, "test/")
}

// words are vendors' names that are words of their own where they stand.
var words = map[string]string{
	"internal/base/safehtml/attribute.go whatsapp": "a scheme of addresses, listed with the others (IANA, URI Schemes)",
	"internal/server/web/ui/view.go whatsapp":      "a kind of channel, which has a picture",
	"internal/server/web/ui/view.go telegram":      "a kind of channel, which has a picture",
}

// Vendors are neither identifiers nor branches above their drivers. They may be
// data: examples in a form, or words that a text is searched for.
func TestVendorsAreNamedByDriversAlone(t *testing.T) {
	each(t, func(f *file) {
		if known(f.dir) || f.test || f.generated {
			return
		}
		branch := func(e ast.Expr) {
			if lit, ok := e.(*ast.BasicLit); ok && lit.Kind == token.STRING {
				if v := vendorIn(strings.Trim(lit.Value, "`\"")); v != "" && words[f.name+" "+v] == "" {
					t.Errorf("%s:%d branches on %s", f.name, f.line(lit.Pos()), v)
				}
			}
		}
		ast.Inspect(f.ast, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.Ident:
				if v := vendorIn(n.Name); v != "" {
					t.Errorf("%s:%d: the name %s is a vendor's", f.name, f.line(n.Pos()), n.Name)
				}
			case *ast.CaseClause:
				for _, e := range n.List {
					branch(e)
				}
			case *ast.BinaryExpr:
				if n.Op == token.EQL || n.Op == token.NEQ {
					branch(n.X)
					branch(n.Y)
				}
			}
			return true
		})
	})
}

func TestVendorsAreRecognised(t *testing.T) {
	for ident, want := range map[string]string{"isGmail": "Gmail", "shopifyOrder": "shopify", "DHL": "DHL", "exchangeRate": "", "upset": "", "Stripes": "", "trackDHLParcel": ""} {
		if got := vendorIn(ident); got != want {
			t.Errorf("%s: %q, want %q", ident, got, want)
		}
	}
}
