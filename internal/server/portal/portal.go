package portal

import (
	"bytes"
	"cmp"
	"errors"
	"log/slog"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"
	"github.com/klauspost/compress/gzip"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/forwarded"
	"godwit.dev/godwit/internal/base/i18n"
	"godwit.dev/godwit/internal/base/rate"
	"godwit.dev/godwit/internal/domain/brand"
	"godwit.dev/godwit/internal/domain/cases"
	"godwit.dev/godwit/internal/domain/fx"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/domain/plan"
	"godwit.dev/godwit/internal/flow/portal"
	"godwit.dev/godwit/internal/server/portal/ui"
)

// Path is where the pages of all shops begin.
const Path = "/p/"

// Config is what the door needs.
type Config struct {
	Portal *portal.Service
	Orders portal.Orders
	Brands *brand.Service
	// Cases keeps what customers fill in and show; Casework decides about it. Nil: nothing can be asked for.
	Cases    *cases.Service
	Casework Casework
	Goods    Goods    // nil: nobody is told how goods come back
	Outgoing Outgoing // nil: nobody is told what is sent to them
	Holds    Holds    // nil: no exchange goes out before the goods are back
	Refunds  Refunds  // nil: nobody is told of money
	Payees   Payees   // nil: nobody is asked for a bank account
	// Policies says what the shop promises; nil: no shop has such a page.
	Policies Policies
	Warranty Warranty // nil: nobody is told what covers their goods
	Plans    *plan.Service
	Rates    *fx.Service
	// Country tells where an address is, "" if it does not know; nil knows nothing.
	Country func(netip.Addr) string
	Nodes   func() int // how many nodes share the rate of quotes; nil: one
	Now     func() time.Time
	Log     *slog.Logger
	Secure  bool // the door is reached over HTTPS, whatever a proxy says
	// Hosts are the names under which this installation is reached. At another name, that
	// no shop has proven either, no shop has a page. None: every name is right.
	Hosts []string
	// Next answers what is not for this door; nil: nothing is there.
	Next http.Handler
}

// rule says what lets somebody pass. The zero rule is refused when the table is
// mounted.
type rule string

const (
	public rule = "public" // nothing here is about anybody
	claim  rule = "claim"  // what somebody says of an order, counted by the gate
	link   rule = "link"   // a signed link to one order
	held   rule = "held"   // such a link, and a session on its order
)

// route is one line of the table. All of its fields must be given.
type route struct {
	method  string
	pattern string
	rule    rule
	limit   int64 // the largest body, in bytes
	handle  func(*door, http.ResponseWriter, *request) error
}

// Bounds of bodies.
const (
	none  = 4 << 10
	form  = 8 << 10
	long  = 64 << 10
	photo = portal.MostPhoto + 64<<10
)

// routes is the whole table.
func routes() []route {
	return []route{
		{"GET", "/p/{shop}", public, none, (*door).whole},
		{"GET", "/p/{shop}/{$}", public, none, (*door).find},
		{"GET", "/p/{shop}/site.webmanifest", public, none, (*door).manifest},
		{"GET", "/p/{shop}/look/{file}", public, none, (*door).look},
		{"GET", "/p/{shop}/quote", public, none, (*door).quote},
		{"GET", "/p/{shop}/quote.json", public, none, (*door).quoteJSON},
		{"POST", "/p/{shop}/{$}", claim, form, (*door).search},
		{"GET", "/p/{shop}/o/{token}", link, none, (*door).status},
		{"GET", "/p/{shop}/o/{token}/code", link, none, (*door).code},
		{"POST", "/p/{shop}/o/{token}/code", link, form, (*door).sendCode},
		{"POST", "/p/{shop}/o/{token}/session", claim, form, (*door).enter},
		{"POST", "/p/{shop}/o/{token}/leave", link, form, (*door).leave},
		{"GET", "/p/{shop}/o/{token}/missing/{parcel}", link, none, (*door).missing},
		{"POST", "/p/{shop}/o/{token}/missing/{parcel}", held, photo, (*door).reportMissing},
		{"GET", "/p/{shop}/returns", public, none, (*door).policyPage},
		{"GET", "/p/{shop}/withdraw", public, none, (*door).withdrawPage},
		{"POST", "/p/{shop}/withdraw", claim, form, (*door).withdraw},
		{"GET", "/p/{shop}/o/{token}/return", held, none, (*door).returnPage},
		{"POST", "/p/{shop}/o/{token}/return", held, long, (*door).chooseLines},
		{"GET", "/p/{shop}/o/{token}/return/show", held, none, (*door).showPage},
		{"POST", "/p/{shop}/o/{token}/return/show", held, evidence, (*door).takeFiles},
		{"GET", "/p/{shop}/o/{token}/return/file/{file}", held, none, (*door).formFile},
		{"GET", "/p/{shop}/o/{token}/return/offers", held, none, (*door).offersPage},
		{"POST", "/p/{shop}/o/{token}/return/offers", held, form, (*door).submit},
		{"GET", "/p/{shop}/o/{token}/case/{case}", held, none, (*door).casePage},
		{"GET", "/p/{shop}/o/{token}/case/{case}/file/{file}", held, none, (*door).caseFile},
		{"GET", "/p/{shop}/o/{token}/case/{case}/back/{parcel}/{paper}", held, none, (*door).backPaper},
		{"POST", "/p/{shop}/o/{token}/case/{case}/back/{parcel}/sent", held, form, (*door).backSent},
		{"POST", "/p/{shop}/o/{token}/case/{case}/back/{parcel}/place", held, form, (*door).backPlace},
		{"POST", "/p/{shop}/o/{token}/case/{case}/{verb}", held, evidence, (*door).actCase},
		{"GET", "/p/{shop}/o/{token}/warranty", held, none, (*door).warrantyPage},
		{"POST", "/p/{shop}/o/{token}/warranty", held, form, (*door).registerUnit},
		{"POST", "/p/{shop}/o/{token}/updates", link, form, (*door).askUpdates},
		{"POST", "/p/{shop}/o/{token}/updates/stop", held, form, (*door).stopUpdates},
		{"GET", "/p/{shop}/updates/{token}", link, none, (*door).letterLink},
		{"POST", "/p/{shop}/updates/{token}", link, form, (*door).followLetterLink},
	}
}

// door holds what handlers share.
type door struct {
	Config
	quotes  *rate.Buckets[string]
	units   *rate.Buckets[string]
	uploads chan struct{} // holds one for each request with files that is being read
}

// request is what handlers read.
type request struct {
	*http.Request
	shop    order.Shop
	brand   brand.Brand
	base    string // of the shop's pages: "/p/" and its slug, or "" on a host of its own
	now     time.Time
	chosen  i18n.Lang // by the reader, or ""
	printer *i18n.Printer
}

// New returns the door as a handler of [Path], and of everything on the hosts that shops
// have proven. It panics on a route that is not whole: that is a mistake in the table.
func New(c Config) http.Handler {
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	return (&door{Config: c, quotes: rate.New[string](quoteRate, c.Nodes, c.Now)}).handler()
}

// handler mounts the table.
func (d *door) handler() http.Handler {
	d.uploads = make(chan struct{}, mostUploads)
	d.units = rate.New[string](unitRate, d.Nodes, d.Now)
	m := http.NewServeMux()
	for _, rt := range routes() {
		if rt.rule == "" || rt.handle == nil || rt.limit == 0 {
			panic("portal: the route " + rt.method + " " + rt.pattern + " is not whole")
		}
		m.Handle(rt.method+" "+rt.pattern, d.serve(rt))
	}
	m.Handle("GET "+ui.StylePath, ui.Style())
	m.Handle("GET "+ui.WidgetPath, ui.Widget())
	m.Handle("/", d.serve(route{rule: public, limit: none, handle: func(*door, http.ResponseWriter, *request) error {
		return errs.New(errs.NotFound, "error.not_found")
	}}))
	return d.hosts(d.guard(m))
}

// guard sets the headers that no answer goes without, and refuses forms of other
// sites, which could let the browsers of their visitors guess for them.
func (d *door) guard(next http.Handler) http.Handler {
	cross := http.NewCrossOriginProtection()
	cross.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusForbidden) }))
	inner := cross.Handler(next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", ui.ContentSecurityPolicy(ui.Look{}))
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("X-Robots-Tag", "noindex, nofollow")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
		h.Set("Cache-Control", "no-store")
		if d.Secure || forwarded.Of(r).TLS {
			h.Set("Strict-Transport-Security", "max-age=31536000")
		}
		inner.ServeHTTP(w, r)
	})
}

// serve applies a route: its bound, the language, the shop; then its handler.
func (d *door) serve(rt route) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, raw *http.Request) {
		raw.Body = http.MaxBytesReader(w, raw.Body, rt.limit)
		r := &request{Request: raw, now: d.Now()}
		var err error
		if rt.limit >= evidence && strings.HasPrefix(raw.Header.Get("Content-Type"), "multipart/") {
			done, err := d.admit(r)
			if err != nil {
				d.fail(w, r, err)
				return
			}
			defer done()
		}
		if raw.Method == http.MethodPost {
			if strings.HasPrefix(raw.Header.Get("Content-Type"), "multipart/") {
				err = raw.ParseMultipartForm(rt.limit) // in memory: the body is bounded
			} else {
				err = raw.ParseForm()
			}
		}
		r.speak()
		if err != nil {
			err = errs.Wrap(errs.Invalid, err, "portal.find.empty")
		}
		if slug := raw.PathValue("shop"); err == nil && slug != "" {
			err = d.open(r, slug)
		}
		if err == nil {
			err = rt.handle(d, w, r)
		}
		if err != nil {
			d.fail(w, r, err)
		}
	})
}

// admit lets a large body be read: for whoever has a session alone, and for a few at a time.
func (d *door) admit(r *request) (done func(), err error) {
	if err = d.open(r, r.PathValue("shop")); err == nil {
		_, err = d.Portal.Hold(r.Context(), r.shop, r.PathValue("token"), r.session())
	}
	if err != nil {
		return nil, err
	}
	select {
	case d.uploads <- struct{}{}:
		return func() { <-d.uploads }, nil
	case <-r.Context().Done():
		return nil, errs.Wrap(errs.Unavailable, r.Context().Err(), "portal.fail")
	}
}

// open reads the shop of a request, and how it looks.
func (d *door) open(r *request, slug string) (err error) {
	if r.shop, err = d.Orders.ShopBySlug(r.Context(), slug); err != nil {
		return err
	}
	if r.base = Path + r.shop.Slug; own(r.Context()) {
		r.base = ""
	}
	if d.Brands == nil {
		return nil
	}
	r.brand, err = d.Brands.Of(r.Context(), r.shop)
	r.speak()
	return err
}

// speak chooses among the languages that the shop offers: what the address names, else
// the browser's wish.
func (r *request) speak() {
	r.chosen = ""
	offered := r.brand.Offered()
	wish := r.URL.Query().Get("lang")
	if wish == "" && r.Form != nil { // a body that nobody has read yet stays so
		wish = r.Form.Get("lang")
	}
	for _, l := range offered {
		if string(l) == wish {
			r.chosen = l
		}
	}
	l := r.chosen
	if l == "" {
		l = i18n.Match(r.Header.Get("Accept-Language"), offered)
	}
	r.printer = i18n.For(l)
}

// page is the frame of every page.
func (r *request) page(title string) ui.Page {
	p := ui.Page{Printer: r.printer, Now: r.now, Title: title, Path: r.here(), Chosen: r.chosen}
	if r.shop.ID != 0 {
		p.Shop, p.Home, p.Look = r.brand.Called(r.shop.Name), r.home(), r.looks()
	}
	return p
}

// home is the path of the shop's page, in the language that was chosen.
func (r *request) home() string { return r.with(r.top()) }

// top is the path of the shop's page. It ends with a slash: what begins like it, as cookies
// and installed pages understand it, is this shop's and never that of /p/shop-2.
func (r *request) top() string { return r.base + "/" }

// here is the path of a request as its browser knows it.
func (r *request) here() string {
	if r.shop.ID != 0 && r.base == "" {
		return cmp.Or(strings.TrimPrefix(r.URL.Path, Path+r.shop.Slug), "/")
	}
	return r.URL.Path
}

// with adds the language that was chosen to a path, and what else is given by name
// and value; a value of "" is left out.
func (r *request) with(path string, more ...string) string {
	q := url.Values{}
	if r.chosen != "" {
		q.Set("lang", string(r.chosen))
	}
	for i := 0; i+1 < len(more); i += 2 {
		if more[i+1] != "" {
			q.Set(more[i], more[i+1])
		}
	}
	if len(q) == 0 {
		return path
	}
	return path + "?" + q.Encode()
}

// link is the path of the status that a request is about.
func (r *request) link() string { return r.base + "/o/" + r.PathValue("token") }

// visit is who asks.
func (r *request) visit() portal.Visit {
	return portal.Visit{Address: forwarded.Of(r.Request).String(), Language: r.printer.Lang()}
}

// whole leads from the address that people type to the shop's page.
func (d *door) whole(w http.ResponseWriter, r *request) error {
	to := url.URL{Path: r.top(), RawQuery: r.URL.RawQuery}
	http.Redirect(w, r.Request, to.String(), http.StatusPermanentRedirect)
	return nil
}

func (d *door) find(w http.ResponseWriter, r *request) error {
	v, err := d.form(r)
	if err != nil {
		return err
	}
	v.Open = true // people look for it by the shop's name
	w.Header().Del("X-Robots-Tag")
	return r.draw(w, http.StatusOK, ui.FindPage(v))
}

// form is the form that finds an order, and what else the shop tells those who have none.
func (d *door) form(r *request) (ui.Find, error) {
	v := ui.Find{Page: r.page(r.printer.T("portal.find.title"))}
	offers, err := d.offers(r)
	if offers {
		v.Quote = r.with(r.base + "/quote")
	}
	if d.Policies != nil && d.Casework != nil {
		v.Policy = r.with(r.base + "/returns")
	}
	if country := d.countryOf(r); d.Portal.Forms != nil && (country == "" || portal.HasWithdrawal(country)) {
		v.Withdraw = r.with(r.base + "/withdraw")
	}
	if err != nil {
		return v, err
	}
	v.Help, err = d.Portal.Help(r.Context(), r.shop, d.countryOf(r), r.brand.Support)
	return v, err
}

// search answers a claim. What is wrong with it is told on the form, in the same
// words whether the number is unknown or the address is not the order's.
func (d *door) search(w http.ResponseWriter, r *request) error {
	c := portal.Claim{Number: r.PostFormValue("number"), Contact: r.PostFormValue("contact"), Address: forwarded.Of(r.Request).String()}
	token, err := d.Portal.Find(r.Context(), r.shop, c)
	var wait *portal.Wait
	view, failed := d.form(r)
	if failed != nil {
		return failed
	}
	view.Number, view.Contact = c.Number, c.Contact
	switch {
	case err == nil:
		http.Redirect(w, r.Request, r.with(r.base+"/o/"+token), http.StatusSeeOther)
		return nil
	case errors.As(err, &wait):
		view.Wrong = r.wait(w, wait)
		return r.draw(w, http.StatusTooManyRequests, ui.FindPage(view))
	case errs.Is(err, errs.NotFound):
		view.Wrong = r.printer.T("portal.find.none")
	case errs.Is(err, errs.Invalid):
		view.Wrong = r.printer.T("portal.find.empty")
	default:
		return err
	}
	return r.draw(w, http.StatusUnprocessableEntity, ui.FindPage(view))
}

// wait says for how long somebody has to wait, to their browser as well.
func (r *request) wait(w http.ResponseWriter, wait *portal.Wait) string {
	w.Header().Set("Retry-After", strconv.Itoa(int((wait.For+time.Second-1)/time.Second)))
	return r.printer.T("portal.find.wait", "Wait", r.printer.Duration(max(wait.For.Round(time.Second), time.Second)))
}

// lost answers a link that is forged, foreign or over with the form and one
// sentence, the same for all of them.
func (d *door) lost(w http.ResponseWriter, r *request) error {
	v, err := d.form(r)
	if err != nil {
		return err
	}
	v.Path, v.Wrong = r.top(), r.printer.T("portal.lost")
	return r.draw(w, http.StatusNotFound, ui.FindPage(v))
}

// show reads the status behind the link of a request.
func (d *door) show(r *request) (portal.Status, error) {
	return d.Portal.Show(r.Context(), r.shop, r.PathValue("token"), r.session())
}

func (d *door) status(w http.ResponseWriter, r *request) error {
	st, err := d.show(r)
	if err != nil {
		return err
	}
	st.Contact = cmp.Or(r.brand.Support, st.Contact)
	v := ui.Status{Page: r.page(ui.StatusTitle(r.printer, st)), Status: st, Link: r.link()}
	if err := d.after(r, &v); err != nil {
		return err
	}
	if st.Private != nil {
		if err := d.inMoney(w, r, &v); err != nil {
			return err
		}
	}
	return r.draw(w, http.StatusOK, ui.StatusPage(v))
}

// fail answers with a page that says little. What went wrong here is logged
// without the path, which may hold a link.
func (d *door) fail(w http.ResponseWriter, r *request, err error) {
	status, key := http.StatusInternalServerError, "portal.fail"
	switch errs.KindOf(err) {
	case errs.NotFound:
		if r.PathValue("token") != "" && r.shop.ID != 0 {
			if err := d.lost(w, r); err != nil {
				d.Log.ErrorContext(r.Context(), "portal page", "error", err)
			}
			return
		}
		status, key = http.StatusNotFound, "portal.none"
	case errs.Denied:
		http.Redirect(w, r.Request, r.with(r.link()+"/code", "next", r.next()), http.StatusSeeOther)
		return
	case errs.Invalid:
		status, key = http.StatusBadRequest, "portal.find.empty"
	case errs.Unavailable:
		status = http.StatusServiceUnavailable
		w.Header().Set("Retry-After", "5")
	}
	if status >= 500 && r.Context().Err() == nil {
		d.Log.ErrorContext(r.Context(), "portal request failed", "route", r.Pattern, "shop", int64(r.shop.ID), "error", err)
	}
	text := r.printer.T(key)
	if err := r.draw(w, status, ui.PlainPage(ui.Plain{Page: r.page(text), Text: text})); err != nil {
		d.Log.ErrorContext(r.Context(), "portal page", "error", err)
	}
}

// draw renders a page as the whole answer, compressed if the browser can read it.
func (r *request) draw(w http.ResponseWriter, status int, c templ.Component) error {
	var b bytes.Buffer
	if err := c.Render(r.Context(), &b); err != nil {
		return err
	}
	return r.send(w, status, b)
}

// send sends a page.
func (r *request) send(w http.ResponseWriter, status int, b bytes.Buffer) error {
	h := w.Header()
	h.Set("Content-Security-Policy", ui.ContentSecurityPolicy(r.looks()))
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Language", string(r.printer.Lang()))
	h.Add("Vary", "Accept-Language, Accept-Encoding")
	if !strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		h.Set("Content-Length", strconv.Itoa(b.Len()))
		w.WriteHeader(status)
		_, _ = w.Write(b.Bytes()) // a reader who went away is no failure
		return nil
	}
	h.Set("Content-Encoding", "gzip")
	w.WriteHeader(status)
	z, _ := gzip.NewWriterLevel(w, gzip.BestSpeed) // the level is one that it knows
	_, _ = z.Write(b.Bytes())
	_ = z.Close()
	return nil
}
