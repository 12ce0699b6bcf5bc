package portal

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/a-h/templ"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/decision"
	"godwit.dev/godwit/internal/domain/policy"
	"godwit.dev/godwit/internal/flow/portal"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/server/portal/ui"
)

// Policies says what a shop promises to whom.
type Policies interface {
	Notice(ctx context.Context, w auth.WorkspaceID, f policy.Facts) (policy.Notice, error)
}

// policyPage publishes the return policy for orders that are placed now, as it holds in one market, beside the law there.
func (d *door) policyPage(w http.ResponseWriter, r *request) error {
	if d.Policies == nil || d.Casework == nil {
		return errs.New(errs.NotFound, "error.not_found")
	}
	v := ui.Policy{Page: r.later("portal.policy.title"), Currency: cmp.Or(r.shop.Currency, "EUR"), Start: r.home()}
	v.Open, v.Others = true, d.others(r)
	markets := decision.Statute().Markets()
	v.Market = r.URL.Query().Get("country")
	known := func(m string) bool { return slices.Contains(markets, m) }
	if !known(v.Market) {
		v.Market = r.shop.Market
	}
	if !known(v.Market) {
		v.Market = d.countryOf(r)
	}
	if !known(v.Market) {
		v.Market = markets[0]
	}
	for _, m := range markets {
		v.Countries = append(v.Countries, ui.Choice{Value: m, Label: v.Place(m)})
	}
	slices.SortFunc(v.Countries, func(a, b ui.Choice) int { return strings.Compare(a.Label, b.Label) })
	country, region, _ := strings.Cut(v.Market, "-")
	var err error
	v.Notice, err = d.Policies.Notice(r.Context(), r.shop.Workspace, policy.Facts{Shop: r.shop.ID, Market: country, Region: region, Currency: v.Currency})
	if err != nil {
		return err
	}
	v.Floor = decision.Statute().Floor(v.Market)
	if d.Portal.Forms != nil && portal.HasWithdrawal(country) {
		v.Withdraw = r.with(r.base + "/withdraw")
	}
	return r.drawKept(w, ui.PolicyPage(v))
}

// others are the addresses of a page in all the languages that its shop offers.
func (d *door) others(r *request) []ui.Alternate {
	offered := r.brand.Offered()
	out := make([]ui.Alternate, 0, len(offered))
	for _, l := range offered {
		q := url.Values{"lang": {string(l)}}
		if c := r.URL.Query().Get("country"); c != "" {
			q.Set("country", clip(c, 10))
		}
		out = append(out, ui.Alternate{Language: l, URL: d.origin(r) + r.here() + "?" + q.Encode()})
	}
	return out
}

// origin is where the pages of a request stand, as search engines want them written; "" where that is not known.
func (d *door) origin(r *request) string {
	if r.base == "" { // the shop's own host, which it has proven
		return "https://" + r.Host
	}
	return d.Portal.Address
}

// drawKept draws a page that is about nobody, and need not be sent again while it is the same.
func (r *request) drawKept(w http.ResponseWriter, c templ.Component) error {
	var b bytes.Buffer
	if err := c.Render(r.Context(), &b); err != nil {
		return err
	}
	sum := sha256.Sum256(b.Bytes())
	tag := `W/"` + base64.RawURLEncoding.EncodeToString(sum[:9]) + `"`
	h := w.Header()
	h.Del("X-Robots-Tag")
	h.Set("Cache-Control", "private, max-age=60, must-revalidate") // the market may be that of the reader's address
	h.Set("ETag", tag)
	if slices.ContainsFunc(strings.Split(r.Header.Get("If-None-Match"), ","), func(s string) bool { return strings.TrimSpace(s) == tag }) {
		h.Add("Vary", "Accept-Language, Accept-Encoding")
		w.WriteHeader(http.StatusNotModified)
		return nil
	}
	return r.send(w, http.StatusOK, b)
}
