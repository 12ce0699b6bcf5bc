package brand

import (
	"net/mail"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/i18n"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/platform/auth"
)

// Brand is how a shop looks to its customers. The zero Brand looks like ours, under
// the shop's name.
type Brand struct {
	Workspace auth.WorkspaceID
	Shop      order.ShopID
	Name      string      // shown instead of the shop's; "" is the shop's
	Accent    string      // "#rrggbb"; "" is ours
	Support   string      // mail address for customers; "" is that of the shop's mailbox
	Links     Links       // what stands at the foot of each page
	Languages []i18n.Lang // offered, the first one to whoever reads none of them; none is all
	Origins   []string    // "https://shop.example": sites whose pages may ask for quotes
	Silent    bool        // replies carry no link to their order's page
	Logo      Logo
	Domain    Domain
	UpdatedAt time.Time
}

// Links are addresses of the shop's own pages, each https or "".
type Links struct {
	Help    string `json:"help,omitempty"`
	Returns string `json:"returns,omitempty"`
	Terms   string `json:"terms,omitempty"`
	Privacy string `json:"privacy,omitempty"`
	Imprint string `json:"imprint,omitempty"`
}

// Plate says on what ground a logo can be seen.
type Plate string

// What is behind a logo.
const (
	Opaque Plate = "opaque" // it has a ground of its own
	Light  Plate = "light"  // it is dark and needs a light ground
	Dark   Plate = "dark"   // it is light and needs a dark ground
	Any    Plate = "any"    // it can be seen on both
)

// Logo is the picture of a brand; the zero Logo is none.
type Logo struct {
	Hash   string `json:"hash,omitempty"` // of its pixels; changes with the picture
	Width  int    `json:"width,omitempty"`
	Height int    `json:"height,omitempty"`
	Plate  Plate  `json:"plate,omitempty"`
}

// Domain is a host of a shop's own.
type Domain struct {
	Host     string    // "track.shop.example"; "" is none
	ProvenAt time.Time // zero: it is not proven, and shows nothing
	// FailingSince is when a look first found its proof gone, zero while the last look
	// that the DNS answered was good. On a host that is not proven it says that it was
	// withdrawn.
	FailingSince time.Time
	WarnedAt     time.Time // when its owners were told of that, zero if they were not
	LookAt       time.Time // when a proven host is looked at again
}

// Proven reports whether pages stand there.
func (d Domain) Proven() bool { return d.Host != "" && !d.ProvenAt.IsZero() }

// Failing reports whether pages still stand there although its proof is gone.
func (d Domain) Failing() bool { return d.Proven() && !d.FailingSince.IsZero() }

// Withdrawn reports whether the host was proven, and is no more since its proof was gone.
func (d Domain) Withdrawn() bool { return d.Host != "" && !d.Proven() && !d.FailingSince.IsZero() }

// Linked reports whether letters name the host. One that fails serves whoever has its
// address, and is put into no new letter: it may be somebody else's by now.
func (d Domain) Linked() bool { return d.Proven() && !d.Failing() }

// Update is what people say of a brand; the logo and the domain have verbs of their own.
type Update struct {
	Name      string
	Accent    string
	Support   string
	Links     Links
	Languages []i18n.Lang
	Origins   []string
	Silent    bool
}

// Bounds of an Update.
const (
	longestName    = 80
	longestAddress = 500
	mostOrigins    = 20
)

var colour = regexp.MustCompile(`^#[0-9a-f]{6}$`)

// tidy brings an Update into one form and checks it. What is wrong is errs.Invalid
// with the field.
func (u *Update) tidy() error {
	u.Name, u.Support = strings.TrimSpace(u.Name), strings.TrimSpace(u.Support)
	u.Accent = strings.ToLower(strings.TrimSpace(u.Accent))
	if len(u.Accent) == 4 && u.Accent[0] == '#' {
		a := u.Accent
		u.Accent = string([]byte{'#', a[1], a[1], a[2], a[2], a[3], a[3]})
	}
	if len([]rune(u.Name)) > longestName || strings.ContainsFunc(u.Name, func(r rune) bool { return r < ' ' }) {
		return errs.Field("name", "error.brand_name", "most", longestName)
	}
	if u.Accent != "" && !colour.MatchString(u.Accent) {
		return errs.Field("accent", "error.brand_accent")
	}
	if u.Support != "" {
		a, err := mail.ParseAddress(u.Support)
		if err != nil || a.Address != u.Support || len(u.Support) > 254 {
			return errs.Field("support", "error.brand_support")
		}
	}
	for name, link := range map[string]*string{
		"help": &u.Links.Help, "returns": &u.Links.Returns, "terms": &u.Links.Terms, "privacy": &u.Links.Privacy, "imprint": &u.Links.Imprint,
	} {
		if *link = strings.TrimSpace(*link); *link == "" {
			continue
		}
		p, err := url.Parse(*link)
		if err != nil || p.Scheme != "https" || p.Hostname() == "" || p.User != nil || len(*link) > longestAddress {
			return errs.Field(name, "error.brand_link")
		}
		*link = p.String()
	}
	known := i18n.Customer()
	var offered []i18n.Lang
	for _, l := range u.Languages {
		if !slices.Contains(known, l) {
			return errs.Field("languages", "error.brand_language", "language", string(l))
		}
		if !slices.Contains(offered, l) {
			offered = append(offered, l)
		}
	}
	u.Languages = offered
	return u.tidyOrigins()
}

func (u *Update) tidyOrigins() error {
	var out []string
	for _, o := range u.Origins {
		o = strings.ToLower(strings.TrimSuffix(strings.TrimSpace(o), "/"))
		if o == "" {
			continue
		}
		p, err := url.Parse(o)
		local := err == nil && p.Scheme == "http" && (p.Hostname() == "localhost" || p.Hostname() == "127.0.0.1")
		if err != nil || p.Scheme != "https" && !local || p.Host == "" || p.User != nil || p.Path != "" || p.RawQuery != "" || p.Fragment != "" || len(o) > longestAddress {
			return errs.Field("origins", "error.brand_origin", "origin", o)
		}
		if !slices.Contains(out, o) {
			out = append(out, o)
		}
	}
	if len(out) > mostOrigins {
		return errs.Field("origins", "error.brand_origins", "most", mostOrigins)
	}
	u.Origins = out
	return nil
}

// Called is the name that customers read, given the shop's.
func (b Brand) Called(shop string) string {
	if b.Name != "" {
		return b.Name
	}
	return shop
}

// Offered lists the languages of the pages.
func (b Brand) Offered() []i18n.Lang {
	if len(b.Languages) > 0 {
		return b.Languages
	}
	return i18n.Customer()
}

// Asks reports whether the pages of an origin may ask for quotes.
func (b Brand) Asks(origin string) bool { return slices.Contains(b.Origins, strings.ToLower(origin)) }
