package web

import (
	"net/http"
	"net/url"
	"slices"

	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/server/web/ui"
)

// route is one line of the table. All of its fields must be given.
type route struct {
	method  string
	pattern string
	rule    rule
	limit   int64 // the largest body, in bytes
	handle  func(*server, http.ResponseWriter, *request) error
}

// rule says who may pass. The zero rule is refused when the table is mounted.
type rule struct {
	kind       string
	permission auth.Permission
	proof      bool // and who has proved themself lately; see fresh
	byItself   bool // a page asks for it without its reader; see unasked
}

// public lets anybody pass, signed in or not; signedIn lets in whoever has a
// session. A person who must sign in first is sent there and comes back.
var (
	public   = rule{kind: "public"}
	signedIn = rule{kind: "signed-in"}
)

// unasked marks what a page asks for by itself. It keeps no session alive: a desk
// that nobody sits at is signed out in time, whatever its mail does meanwhile.
func (rl rule) unasked() rule {
	rl.byItself = true
	return rl
}

// may lets in those whose role grants a permission.
func may(p auth.Permission) rule { return rule{kind: "permission", permission: p} }

// Bounds of bodies.
const (
	none   = 4 << 10
	form   = 64 << 10
	text   = 2 << 20  // a written text, form-encoded: up to three bytes for one
	upload = 26 << 20 // 25 MB of files and the form around them
)

// deskRoutes is the table of the inbox and of all that is done to tickets.
func deskRoutes() []route {
	read, write, send, bulk := may(auth.ReadTickets), may(auth.WriteTickets), may(auth.SendMail), may(auth.BulkTickets)
	return []route{
		{"GET", "/{$}", signedIn, none, (*server).home},
		{"GET", "/inbox/counts", read.unasked(), none, (*server).inboxCounts},
		{"GET", "/inbox/{view}", read, none, (*server).inbox},
		{"GET", "/inbox/{view}/rows", read.unasked(), none, (*server).inboxRows},
		{"GET", "/search", read, none, (*server).search},
		{"GET", "/palette", read, none, (*server).palette},
		{"GET", "/keys", signedIn, none, (*server).keys},
		{"GET", "/tour", signedIn, none, (*server).tourStart},
		{"POST", "/tour", signedIn, form, (*server).tourStep},
		{"GET", "/live", read.unasked(), none, (*server).live},

		{"GET", "/t/{number}", read, none, (*server).ticketPage},
		{"GET", "/t/{number}/parts", read.unasked(), none, (*server).ticketParts},
		{"GET", "/t/{number}/presence", read.unasked(), none, (*server).ticketPresence},
		{"GET", "/t/{number}/macros", read, none, (*server).ticketMacros},
		{"GET", "/t/{number}/m/{message}/html", read, none, (*server).messageHTML},
		{"GET", "/t/{number}/m/{message}/raw", read, none, (*server).messageRaw},
		{"GET", "/f/{message}/{name}", read, none, (*server).file},
		{"GET", "/f/{message}/{name}/preview", read, none, (*server).filePreview},

		{"POST", "/t", send, text, (*server).ticketCreate},
		{"POST", "/t/{number}/reply", send, upload, (*server).reply},
		{"POST", "/t/{number}/note", write, upload, (*server).note},
		{"PUT", "/t/{number}/draft", write, text, (*server).draft},
		{"POST", "/t/{number}/macro/{macro}", write, text, (*server).macro},
		{"POST", "/t/{number}/macro/none", write, text, (*server).macroDrop},
		{"POST", "/t/{number}/send/{message}/undo", write, form, (*server).sendUndo},
		{"POST", "/t/{number}/send/{message}/retry", send, form, (*server).sendRetry},
		{"POST", "/t/{number}/send/{message}/now", send, form, (*server).sendNow},
		{"POST", "/t/{number}/status", write, form, (*server).setStatus},
		{"POST", "/t/{number}/assign", write, form, (*server).assign},
		{"POST", "/t/{number}/team", write, form, (*server).setTeam},
		{"POST", "/t/{number}/priority", write, form, (*server).setPriority},
		{"POST", "/t/{number}/language", write, form, (*server).setLanguage},
		{"POST", "/t/{number}/topic", write, form, (*server).setTopic},
		{"POST", "/t/{number}/tags", write, form, (*server).setTags},
		{"POST", "/t/{number}/fields", write, form, (*server).setFields},
		{"POST", "/t/{number}/subject", write, form, (*server).setSubject},
		{"POST", "/t/{number}/snooze", write, form, (*server).snooze},
		{"POST", "/t/{number}/merge", write, form, (*server).merge},
		{"POST", "/t/{number}/split", write, form, (*server).split},
		{"POST", "/t/{number}/side", send, text, (*server).sideOpen},
		{"POST", "/t/{number}/side/{side}/reply", send, text, (*server).sideReply},
		{"POST", "/t/{number}/follow-up", write, form, (*server).followUp},
		{"POST", "/t/{number}/spam", write, form, (*server).spam},
		{"POST", "/t/{number}/order", write, form, (*server).setOrder},
		{"POST", "/t/{number}/undo/{event}", write, form, (*server).undo},
		{"POST", "/t/{number}/read", write, form, (*server).markRead},
		{"POST", "/t/{number}/presence", read.unasked(), form, (*server).setPresence},

		{"POST", "/inbox/bulk", bulk, form, (*server).bulk},
		{"POST", "/inbox/bulk/undo/{batch}", bulk, form, (*server).bulkUndo},
	}
}

// routes is the whole table.
func routes() []route {
	return slices.Concat(
		deskRoutes(),
		adminRoutes(),
		parcelRoutes(),
		accessRoutes(),
		signinRoutes(),
		hookRoutes(),
		shopRoutes(),
		proactiveRoutes(),
		trackerRoutes(),
		lookRoutes(),
		rateRoutes(),
		placeRoutes(),
		warrantyRoutes(),
		warehouseRoutes(),
		outgoingRoutes(),
		planRoutes(),
		policyRoutes(),
		costRoutes(),
		promiseRoutes(),
		routingRoutes(),
		automationRoutes(),
		translationRoutes(),
		wallRoutes(),
		triageRoutes(),
		productRoutes(),
		caseRoutes(),
		repairRoutes(),
		refundRoutes(),
		paymentRoutes(),
		transferRoutes(),
		recoveryRoutes(),
		batchRoutes(),
		agreementRoutes(),
		auditRoutes(),
	)
}

// mux mounts the table. A path that no route knows is a page that does not exist.
func (s *server) mux() *http.ServeMux {
	m := http.NewServeMux()
	for _, rt := range routes() {
		if rt.rule == (rule{}) || rt.handle == nil || rt.limit == 0 {
			panic("web: the route " + rt.method + " " + rt.pattern + " is not whole")
		}
		m.Handle(rt.method+" "+rt.pattern, s.serve(rt))
	}
	m.Handle("GET /static/", ui.Assets())
	m.Handle("/", s.serve(route{rule: public, limit: none, handle: (*server).lost}))
	return m
}

// ServeHTTP lets a rule stand in a mux, which finds it and never calls it.
func (rule) ServeHTTP(http.ResponseWriter, *http.Request) {}

// ruleTable finds the rule of a request as the mux finds its route.
func ruleTable() *http.ServeMux {
	m := http.NewServeMux()
	for _, rt := range routes() {
		m.Handle(rt.method+" "+rt.pattern, rt.rule)
	}
	return m
}

// allows reports whether somebody may ask for a path by a method, as far as the
// rule of its route says. What no route knows is allowed to nobody.
func (s *server) allows(a auth.Actor, method, path string) bool {
	u, err := url.Parse(path)
	if err != nil {
		return false
	}
	h, _ := s.rules.Handler(&http.Request{Method: method, URL: &url.URL{Path: u.Path}})
	rl, ok := h.(rule)
	switch {
	case !ok:
		return false
	case rl.kind == public.kind:
		return true
	case rl.permission != "":
		return a.May(rl.permission)
	}
	return a.Workspace != 0
}
