package api

import (
	"context"
	"net/http"
	"reflect"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"godwit.dev/godwit/internal/platform/auth"
)

// operation is one line of the tables. All of its fields must be given.
type operation struct {
	id      string // what generated clients call it
	method  string
	path    string // below /api/v1
	rule    rule
	handle  handler
	summary string
	text    string
}

// rule says which permissions a token must carry; the zero rule is refused when
// the tables are mounted.
type rule struct {
	any    bool // every good token passes
	scopes []auth.Permission
}

// anybody lets every good token pass.
var anybody = rule{any: true}

// may lets those tokens pass that carry all of these permissions.
func may(p ...auth.Permission) rule { return rule{scopes: p} }

func (r rule) whole() bool { return r.any || len(r.scopes) > 0 }

// group is the operations on one kind of record.
type group struct {
	tag        string
	text       string
	operations []operation
}

// Bounds of bodies.
const (
	plain  = 256 << 10
	texts  = 2 << 20
	upload = 36 << 20 // 25 MB of files in base 64, and the text beside them
)

// handler answers an operation; do makes one.
type handler struct {
	limit  int64
	status int
	media  string // of an answer that is not JSON
	apart  bool   // its work spans transactions or goes outside; see once.Desk
	record reflect.Type
	query  map[string]bool // names of the query's parameters
	mount  func(s *server, a huma.API, op huma.Operation)
}

// do makes a handler of a function of the server.
func do[I, O any](fn func(*server, *call, *I) (*O, error)) handler {
	return handler{
		limit: plain, record: recordOf(typeOf[O]()), query: queryOf(typeOf[I]()),
		mount: func(s *server, a huma.API, op huma.Operation) {
			huma.Register(a, op, func(ctx context.Context, in *I) (*O, error) {
				c := callOf(ctx)
				out, err := fn(s, c, in)
				if err != nil {
					c.out.err = err
					return nil, c.problem(err)
				}
				return out, nil
			})
		},
	}
}

// upTo sets the largest body, in bytes.
func (h handler) upTo(n int64) handler { h.limit = n; return h }

// created answers with 201 instead of 200.
func (h handler) created() handler { h.status = http.StatusCreated; return h }

// as answers with bytes of a media type instead of JSON.
func (h handler) as(media string) handler { h.media = media; return h }

// onItsOwn marks work that must not run in the transaction of its answer.
func (h handler) onItsOwn() handler { h.apart = true; return h }

func typeOf[T any]() reflect.Type { return reflect.TypeFor[T]() }

// recordOf returns the type of record that an answer holds, or each entry of it.
func recordOf(out reflect.Type) reflect.Type {
	f, ok := out.FieldByName("Body")
	if !ok {
		return nil
	}
	t := f.Type
	if t.Kind() == reflect.Struct {
		if data, ok := t.FieldByName("Data"); ok && data.Type.Kind() == reflect.Slice {
			t = data.Type.Elem()
		}
	}
	return t
}

// queryOf returns the names of the query's parameters.
func queryOf(in reflect.Type) map[string]bool {
	out := map[string]bool{}
	for _, f := range reflect.VisibleFields(in) {
		if name, _, _ := strings.Cut(f.Tag.Get("query"), ","); name != "" {
			out[name] = true
		}
	}
	return out
}

// mounted is an operation that stands on a server.
type mounted struct {
	operation
	pattern string
	params  map[string]kind // parameters of the path that are identifiers
	inQuery map[string]bool
	fields  []string // properties of the record, if a part of it can be asked for
}

func (op operation) on(prefix string) *mounted {
	m := &mounted{operation: op, pattern: op.method + " " + prefix + op.path, params: map[string]kind{}, inQuery: op.handle.query}
	kinds := inPath()
	for _, part := range strings.Split(op.path, "/") {
		if name := strings.Trim(part, "{}"); name != part && kinds[name] != nil {
			m.params[name] = kinds[name]
		}
	}
	if op.handle.query["fields"] && op.handle.record != nil {
		m.fields = propertyNames(op.handle.record)
	}
	return m
}

// propertyNames returns the names of a record's properties.
func propertyNames(t reflect.Type) []string {
	var out []string
	for _, f := range reflect.VisibleFields(t) {
		if name, _, _ := strings.Cut(f.Tag.Get("json"), ","); name != "" && name != "-" && !f.Anonymous {
			out = append(out, name)
		}
	}
	return out
}

// groups is the whole door.
func groups() []group {
	return []group{
		ticketGroup(),
		verbGroup(),
		messageGroup(),
		sideGroup(),
		bulkGroup(),
		eventGroup(),
		customerGroup(),
		orderGroup(),
		productGroup(),
		planGroup(),
		policyGroup(),
		costGroup(),
		promiseBookGroup(),
		routingGroup(),
		marketGroup(),
		automationGroup(),
		translationGroup(),
		wallboardGroup(),
		triageGroup(),
		ratesGroup(),
		shipmentGroup(),
		traceGroup(),
		caseGroup(),
		goodsGroup(),
		outgoingGroup(),
		warrantyGroup(),
		repairGroup(),
		viewGroup(),
		macroGroup(), tagGroup(), fieldGroup(), peopleGroup(), teamGroup(), mailboxGroup(), reportGroup(), meGroup(), tokenGroup(),
		webhookGroup(), hookGroup(), shopGroup(), recoveryGroup(), proactiveGroup(), trackerGroup(), refundGroup(), paymentGroup(), transferGroup(), lookGroup(), securityGroup(), auditGroup(),
	}
}

// Operation is an operation as others see it.
type Operation struct {
	ID, Method, Path string
	Scopes           []auth.Permission // none: every good token passes
}

// Operations lists the operations in the order of the reference.
func Operations() []Operation {
	var out []Operation
	for _, g := range groups() {
		for _, op := range g.operations {
			out = append(out, Operation{op.id, op.method, op.path, slices.Clone(op.rule.scopes)})
		}
	}
	return out
}
