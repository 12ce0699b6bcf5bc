package shopifytest

import (
	"cmp"
	_ "embed"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/validator"
	"github.com/vektah/gqlparser/v2/validator/rules"

	"godwit.dev/godwit/internal/adapter/commerce/shopify"
)

// Object is a JSON object.
type Object = map[string]any

// What the server knows its callers by.
const (
	Token        = "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"
	ClientID     = "4c1f0e2d3b5a69788796a5b4c3d2e1f0"
	ClientSecret = "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"
)

var (
	//go:embed schema.graphql
	schema string
	//go:embed shop.json
	shop string
)

// Server answers as the GraphQL Admin API does: documents and variables are held to the published schema, and what they
// ask for is cut out of Data. A list of objects there is a connection or a list, as the schema has it. What is wrong fails
// the test.
type Server struct {
	Data   Object                       // by root field, in the API's own shapes
	Token  string                       // that is good now
	Tokens int                          // that were given
	Most   int                          // points that one document may cost, 1000 if 0
	Fault  func(document string) string // an answer instead of the right one, "" for none
	Hooks  []any                        // subscriptions
	Asked  []string                     // documents that came

	t      testing.TB
	schema *ast.Schema
	mu     sync.Mutex
}

// New returns a server of one shop with orders, products and customers.
func New(t testing.TB) *Server {
	t.Helper()
	s := &Server{t: t, schema: Schema(t), Token: Token}
	d := json.NewDecoder(strings.NewReader(shop))
	d.UseNumber()
	if err := d.Decode(&s.Data); err != nil {
		t.Fatal(err)
	}
	return s
}

// Schema is what of Shopify's published schema the driver's documents name.
func Schema(t testing.TB) *ast.Schema {
	t.Helper()
	s, err := gqlparser.LoadSchema(&ast.Source{Name: "schema.graphql", Input: schema})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// Change lets a function change what the server holds, while nobody is answered.
func (s *Server) Change(fn func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	fn()
}

// ServeHTTP answers one request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	if r.Method == http.MethodPost && r.URL.Path == "/admin/oauth/access_token" {
		if r.FormValue("grant_type") != "client_credentials" || r.FormValue("client_id") != ClientID || r.FormValue("client_secret") != ClientSecret {
			w.WriteHeader(http.StatusBadRequest)
			_, _ = fmt.Fprint(w, `{"error":"invalid_request","error_description":"The client is not known"}`) // the client's loss
			return
		}
		s.Tokens++
		s.Token = "shpca_" + strconv.Itoa(s.Tokens) + strings.Repeat("0", 26)
		_, _ = fmt.Fprintf(w, `{"access_token":%q,"scope":"read_orders,read_products","expires_in":86399}`, s.Token) // the client's loss
		return
	}
	if r.Method != http.MethodPost || r.URL.Path != "/admin/api/"+shopify.Version+"/graphql.json" {
		w.WriteHeader(http.StatusNotFound)
		_, _ = fmt.Fprint(w, `{"errors":"Not Found"}`) // the client's loss
		return
	}
	if r.Header.Get("X-Shopify-Access-Token") != s.Token || r.Header.Get("Content-Type") != "application/json" {
		w.WriteHeader(http.StatusUnauthorized)
		_, _ = fmt.Fprint(w, `{"errors":"[API] Invalid API key or access token (unrecognized login or wrong password)"}`) // the client's loss
		return
	}
	var in struct {
		Query     string
		Variables Object
	}
	d := json.NewDecoder(r.Body)
	d.UseNumber()
	if err := d.Decode(&in); err != nil {
		s.t.Error(err)
	}
	s.Asked = append(s.Asked, in.Query)
	if s.Fault != nil {
		if text := s.Fault(in.Query); text != "" {
			_, _ = fmt.Fprint(w, text) // the client's loss
			return
		}
	}
	if err := json.NewEncoder(w).Encode(s.answer(in.Query, in.Variables)); err != nil {
		s.t.Error(err)
	}
}

func failed(code, message string) Object {
	return Object{"errors": []Object{{"message": message, "extensions": Object{"code": code}}}}
}

func (s *Server) answer(document string, given Object) Object {
	doc, err := gqlparser.LoadQueryWithRules(s.schema, document, rules.NewDefaultRules())
	if err != nil {
		s.t.Errorf("a document that the schema does not have: %v", err)
		return failed("undefinedField", err.Error())
	}
	op := doc.Operations[0]
	variables, verr := validator.VariableValues(s.schema, op, given)
	if verr != nil {
		s.t.Errorf("variables that the schema does not have: %v", verr)
		return failed("INVALID_VARIABLE", verr.Error())
	}
	c := Cost(op.SelectionSet, variables)
	if most := cmp.Or(s.Most, 1000); c > most {
		return failed("MAX_COST_EXCEEDED", fmt.Sprintf("Query cost is %d, which exceeds the single query max cost limit (%d).", c, most))
	}
	e := executor{s, variables}
	root := Object{}
	for k, v := range s.Data {
		root[k] = v
	}
	root["webhookSubscriptions"] = s.Hooks
	return Object{"data": e.object(op.SelectionSet, root), "extensions": Object{"cost": Object{"requestedQueryCost": c, "actualQueryCost": c, "throttleStatus": Object{"maximumAvailable": 2000.0, "currentlyAvailable": 2000 - c, "restoreRate": 100.0}}}}
}

// executor cuts what a document asks for out of data.
type executor struct {
	s         *Server
	variables Object
}

func (e executor) object(set ast.SelectionSet, from Object) Object {
	out := Object{}
	for _, sel := range set {
		switch sel := sel.(type) {
		case *ast.FragmentSpread:
			for k, v := range e.object(sel.Definition.SelectionSet, from) {
				out[k] = v
			}
		case *ast.InlineFragment:
			if is, ok := from["__typename"]; !ok || is == sel.TypeCondition {
				for k, v := range e.object(sel.SelectionSet, from) {
					out[k] = v
				}
			}
		case *ast.Field:
			out[sel.Alias] = e.field(sel, from)
		}
	}
	return out
}

func (e executor) argument(f *ast.Field, name string) any {
	a := f.Arguments.ForName(name)
	if a == nil {
		return nil
	}
	v, err := a.Value.Value(e.variables)
	if err != nil {
		e.s.t.Error(err)
	}
	return v
}

// singles are the root fields that find one object by its identifier, wherever in the data it stands.
var singles = []string{"order", "product", "customer", "refund", "fulfillment"}

func (e executor) field(f *ast.Field, from Object) any {
	v, ok := from[f.Name]
	switch {
	case f.ObjectDefinition.Name == "Mutation":
		return e.subscribe(f)
	case f.ObjectDefinition.Name == "QueryRoot" && slices.Contains(singles, f.Name):
		v, ok = find(e.s.Data, e.argument(f, "id")), true
	case f.Name == "fulfillmentsCount":
		list, _ := from["fulfillments"].([]any) // none is none
		v, ok = Object{"count": len(list)}, true
	}
	t := f.Definition.Type
	if !ok && (t.Elem != nil || strings.HasSuffix(t.Name(), "Connection")) {
		v, ok = []any{}, true // none
	}
	if (!ok || v == nil) && t.NonNull {
		e.s.t.Errorf("the fixture lacks %s.%s of %v", f.ObjectDefinition.Name, f.Name, from["id"])
	}
	switch v := v.(type) {
	case Object:
		return e.object(f.SelectionSet, v)
	case []any:
		if strings.HasSuffix(t.Name(), "Connection") {
			return e.connection(f, v)
		}
		if n, ok := number(e.argument(f, "first")); ok {
			v = v[:min(n, len(v))]
		}
		out := []any{}
		for _, item := range v {
			if o, ok := item.(Object); ok {
				item = e.object(f.SelectionSet, o)
			}
			out = append(out, item)
		}
		return out
	}
	return v
}

func number(v any) (int, bool) {
	switch v := v.(type) {
	case int64:
		return int(v), true
	case json.Number:
		n, err := v.Int64()
		return int(n), err == nil
	}
	return 0, false
}

// connection pages a list as the API does: by a cursor that names the last object of the page before.
func (e executor) connection(f *ast.Field, list []any) Object {
	if f.ObjectDefinition.Name == "QueryRoot" {
		list = e.filter(f, slices.Clone(list))
	}
	from := 0
	if after, ok := e.argument(f, "after").(string); ok && after != "" {
		id, err := base64.StdEncoding.DecodeString(after)
		at := slices.IndexFunc(list, func(v any) bool { return v.(Object)["id"] == string(id) })
		if err != nil || at < 0 {
			e.s.t.Errorf("%s: %q is no cursor", f.Name, after)
		}
		from = at + 1
	}
	first, ok := number(e.argument(f, "first"))
	if !ok || first < 1 || first > 250 {
		e.s.t.Errorf("%s: first is %d", f.Name, first)
	}
	page := list[min(from, len(list)):min(from+first, len(list))]
	info := Object{"hasNextPage": from+len(page) < len(list), "hasPreviousPage": from > 0, "startCursor": nil, "endCursor": nil}
	if len(page) > 0 {
		id, _ := page[len(page)-1].(Object)["id"].(string) // metafields have none, and no second page
		info["endCursor"] = base64.StdEncoding.EncodeToString([]byte(id))
	}
	nodes := append([]any{}, page...)
	return e.object(f.SelectionSet, Object{"nodes": nodes, "pageInfo": info})
}

// filter does what the search syntax, the sort keys and the filters of webhooks mean.
func (e executor) filter(f *ast.Field, list []any) []any {
	text := func(v any, name string) string { s, _ := v.(Object)[name].(string); return s } // nothing else is compared
	if uri, ok := e.argument(f, "uri").(string); ok {
		return slices.DeleteFunc(list, func(v any) bool { return text(v, "uri") != uri })
	}
	if e.argument(f, "sortKey") != "UPDATED_AT" {
		e.s.t.Errorf("%s is sorted by %v", f.Name, e.argument(f, "sortKey"))
	}
	at := func(v any) time.Time {
		t, err := time.Parse(time.RFC3339, text(v, "updatedAt"))
		if err != nil {
			e.s.t.Error(err)
		}
		return t
	}
	slices.SortStableFunc(list, func(a, b any) int { return at(a).Compare(at(b)) })
	q, _ := e.argument(f, "query").(string) // none is everything
	if q == "" {
		return list
	}
	moment, ok := strings.CutPrefix(q, "updated_at:>='")
	since, err := time.Parse(time.RFC3339, strings.TrimSuffix(moment, "'"))
	if !ok || err != nil {
		e.s.t.Errorf("the search %q", q)
	}
	return slices.DeleteFunc(list, func(v any) bool { return at(v).Before(since) })
}

func (e executor) subscribe(f *ast.Field) Object {
	topic, uri := e.argument(f, "topic"), e.argument(f, "webhookSubscription").(Object)["uri"]
	var wrong []any
	for _, h := range e.s.Hooks {
		if h.(Object)["topic"] == topic && h.(Object)["uri"] == uri {
			wrong = append(wrong, Object{"field": []any{"webhookSubscription", "uri"}, "message": "Address for this topic has already been taken"})
		}
	}
	hook := Object{"id": fmt.Sprintf("gid://shopify/WebhookSubscription/%d", 892403750+len(e.s.Hooks)), "topic": topic, "uri": uri}
	if len(wrong) == 0 {
		e.s.Hooks = append(e.s.Hooks, hook)
	}
	return e.object(f.SelectionSet, Object{"webhookSubscription": hook, "userErrors": wrong})
}

// find looks for an object with an identifier that is told in full: one that only refers to it has few members.
func find(v, id any) any {
	var best Object
	var look func(v any)
	look = func(v any) {
		switch v := v.(type) {
		case Object:
			if v["id"] == id && len(v) > len(best) {
				best = v
			}
			for _, inner := range v {
				look(inner)
			}
		case []any:
			for _, inner := range v {
				look(inner)
			}
		}
	}
	look(v)
	if best == nil {
		return nil
	}
	return best
}

// Cost is what a document costs at most, as the strictest published rule counts: an object one, a list two and its
// objects, whether they are there or not.
func Cost(set ast.SelectionSet, variables map[string]any) int {
	total := 0
	for _, sel := range set {
		switch sel := sel.(type) {
		case *ast.FragmentSpread:
			total += Cost(sel.Definition.SelectionSet, variables)
		case *ast.InlineFragment:
			total += Cost(sel.SelectionSet, variables)
		case *ast.Field:
			if len(sel.SelectionSet) == 0 || sel.Name == "nodes" || sel.Name == "pageInfo" {
				total += Cost(sel.SelectionSet, variables) // counted with its connection
				continue
			}
			n := 1
			if a := sel.Arguments.ForName("first"); a != nil {
				v, _ := a.Value.Value(variables) // of a valid document
				switch v := v.(type) {
				case int64:
					n = int(v)
				case int:
					n = v
				case json.Number:
					i, _ := v.Int64() // of a valid document
					n = int(i)
				}
			}
			each := Cost(sel.SelectionSet, variables)
			if strings.HasSuffix(sel.Definition.Type.Name(), "Connection") {
				total += 2 + n*(1+each)
			} else {
				total += n * (1 + each)
			}
		}
	}
	return total
}
