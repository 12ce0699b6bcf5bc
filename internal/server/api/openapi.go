package api

import (
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/yaml"

	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/once"
)

// description is the OpenAPI document as it is sent.
type description struct {
	doc  *huma.OpenAPI
	json []byte
}

// tokenScheme is the name of the security scheme.
const tokenScheme = "token"

const about = `Everything that people do at the console, programs do here.

**Tokens.** Send ` + "`Authorization: Bearer gwt_...`" + ` with every request. A token acts for a person and carries scopes, which have the names of permissions; each operation names those it needs. Make tokens at the console under Administration, with ` + "`godwit token`" + `, or with POST /tokens.

**Identifiers** are texts with a prefix that tells the kind, such as ` + "`tkt_01h8xk3m5q0vg`" + `. **Times** are in UTC as RFC 3339 writes them. **Money** is a whole number of minor units with its ISO 4217 currency.

**Lists** come in pages: ` + "`limit`" + ` records, and ` + "`next_cursor`" + ` to send as ` + "`cursor`" + ` for the next page. The header ` + "`Link`" + ` holds its address.

**Repeats.** Send an ` + "`Idempotency-Key`" + ` with a POST and repeat it without fear: for a day the same key gives the same answer, marked ` + "`Idempotent-Replayed: true`" + `, and nothing is done twice, not even when the server lost power in between. Refusals are not kept, as they changed nothing.

**Versions.** A record comes with an ` + "`ETag`" + `. Send it as ` + "`If-Match`" + ` with an update to be refused when somebody else changed the record since.

**Rate.** The ` + "`RateLimit`" + ` headers tell how many requests a token has left. Beyond, the answer is 429 with ` + "`Retry-After`" + `.

**Refusals** are problems (RFC 9457) that name the field and, where possible, what would be right.`

// config is what huma is told: JSON alone, strict about what it does not know,
// and no pages or links of its own.
func config() huma.Config {
	doc := &huma.OpenAPI{
		OpenAPI: "3.1.0",
		Info: &huma.Info{
			Title: "Godwit API", Version: Version, Description: about,
			License: &huma.License{Name: "See the repository", URL: "https://godwit.dev/license"},
			Contact: &huma.Contact{Name: "Godwit", URL: "https://godwit.dev"},
		},
		Servers: []*huma.Server{{URL: Prefix, Description: "This installation."}},
		Components: &huma.Components{
			Schemas: huma.NewMapRegistry("#/components/schemas/", huma.DefaultSchemaNamer),
			Parameters: map[string]*huma.Param{"IdempotencyKey": {
				Name: "Idempotency-Key", In: "header", Example: "0b6b5a3e-3f0e-4b7e-9b1e-0c4f6f2d9a51", Schema: &huma.Schema{Type: huma.TypeString, MaxLength: new(once.MaxKey)},
				Description: "Any text of your own that is new for each new request, best a UUID. A repeat with it gives the first answer and does nothing twice.",
			}},
			SecuritySchemes: map[string]*huma.SecurityScheme{
				tokenScheme: {Type: "http", Scheme: "bearer", BearerFormat: "gwt_...", Description: "A token of the workspace. Its scopes are: " + scopeNames() + "."},
			},
		},
	}
	return huma.Config{
		OpenAPI: doc, Formats: map[string]huma.Format{"application/json": huma.DefaultJSONFormat, "json": huma.DefaultJSONFormat},
		DefaultFormat: "application/json", RejectUnknownQueryParameters: true, Transformers: []huma.Transformer{transform},
	}
}

func scopeNames() string {
	var out []string
	for _, p := range auth.Permissions() {
		out = append(out, "`"+string(p)+"`")
	}
	return strings.Join(out, ", ")
}

// documented describes an operation.
func documented(a huma.API, g group, op operation) huma.Operation {
	scopes := []string{}
	for _, p := range op.rule.scopes {
		scopes = append(scopes, string(p))
	}
	o := huma.Operation{
		OperationID: op.id, Method: op.method, Path: op.path, Summary: op.summary, Description: op.text, Tags: []string{g.tag},
		Security: []map[string][]string{{tokenScheme: scopes}}, DefaultStatus: op.handle.status, BodyReadTimeout: -1, MaxBodyBytes: op.handle.limit + 1,
		Responses: map[string]*huma.Response{},
	}
	if op.handle.media != "" {
		o.Responses["200"] = &huma.Response{Description: http.StatusText(http.StatusOK), Content: map[string]*huma.MediaType{
			op.handle.media: {Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}},
		}}
	}
	statuses := []int{
		http.StatusUnauthorized, http.StatusForbidden, http.StatusUnprocessableEntity, http.StatusTooManyRequests, http.StatusInternalServerError, http.StatusServiceUnavailable,
	}
	if strings.Contains(op.path, "{") {
		statuses = append(statuses, http.StatusNotFound)
	}
	switch op.method {
	case http.MethodPost:
		statuses = append(statuses, http.StatusBadRequest, http.StatusConflict, http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType)
		o.Parameters = append(o.Parameters, &huma.Param{Ref: "#/components/parameters/IdempotencyKey"})
	case http.MethodPatch, http.MethodPut:
		statuses = append(statuses, http.StatusBadRequest, http.StatusConflict, http.StatusPreconditionFailed, http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType)
	case http.MethodDelete:
		statuses = append(statuses, http.StatusConflict)
	}
	for _, status := range statuses {
		o.Responses[strconv.Itoa(status)] = &huma.Response{Ref: "#/components/responses/" + refusalName(status)}
	}
	return o
}

// refusalName is the name under which the refusals of a status are described.
func refusalName(status int) string { return "Problem" + strconv.Itoa(status) }

// refusals describes the refusals that operations share.
func refusals(a huma.API) map[string]*huma.Response {
	schema := a.OpenAPI().Components.Schemas.Schema(typeOf[Problem](), true, "")
	out := map[string]*huma.Response{}
	for _, k := range problemKinds() {
		if k.name == kindMethod || k.name == "unsupported" {
			continue // the answer of no operation that is described
		}
		x := Problem{
			Type: "/api/docs#problem-" + strings.ReplaceAll(k.name, "_", "-"), Title: k.title, Status: k.status, Code: k.name, Detail: k.title + ".",
			Instance: "urn:godwit:request:mfrggzdfmztwq2lk",
		}
		out[refusalName(k.status)] = &huma.Response{
			Description: k.text, Content: map[string]*huma.MediaType{"application/problem+json": {Schema: schema, Example: x}},
		}
	}
	return out
}

// describe finishes the document: no list is null, no schema of the library's
// own problems remains, and each tag is explained.
func describe(a huma.API) *description {
	doc := a.OpenAPI()
	schemas := doc.Components.Schemas.Map()
	doc.Components.Responses = refusals(a)
	delete(schemas, "ErrorModel")
	delete(schemas, "ErrorDetail")
	for _, s := range schemas {
		tidy(s)
	}
	for _, g := range groups() {
		doc.Tags = append(doc.Tags, &huma.Tag{Name: g.tag, Description: g.text})
	}
	for _, item := range doc.Paths {
		for _, o := range []*huma.Operation{item.Get, item.Post, item.Put, item.Patch, item.Delete} {
			if o != nil {
				exemplify(o)
			}
		}
	}
	raw, err := json.MarshalIndent(doc, "", "  ")
	if err != nil {
		panic("api: " + err.Error()) // the document is made of the tables alone
	}
	return &description{doc: doc, json: append(raw, '\n')}
}

// tidy makes schemas say what is meant: lists are never null, and a choice that
// may be null names null among its values.
func tidy(s *huma.Schema) {
	if s == nil {
		return
	}
	if s.Type == huma.TypeArray {
		s.Nullable = false
	}
	if s.Nullable && len(s.Enum) > 0 && !slices.Contains(s.Enum, nil) {
		s.Enum = append(s.Enum, nil)
	}
	tidy(s.Items)
	for _, p := range s.Properties {
		tidy(p)
	}
	if more, ok := s.AdditionalProperties.(*huma.Schema); ok {
		tidy(more)
	}
}

// exemplify puts the example of an operation into its description.
func exemplify(o *huma.Operation) {
	x := examples()[o.OperationID]
	if x.body != "" && o.RequestBody != nil {
		var v any
		if err := json.Unmarshal([]byte(x.body), &v); err != nil {
			panic("api: the example of " + o.OperationID + ": " + err.Error())
		}
		o.RequestBody.Content["application/json"].Example = v
	}
}

// document returns the OpenAPI document, made from the tables.
func document() *description {
	s := &server{Config: Config{}, rates: nil, mux: http.NewServeMux()}
	return describe(s.mount())
}

// OpenAPI returns the description of the API (OpenAPI 3.1) as JSON.
func OpenAPI() []byte { return document().json }

// OpenAPIYAML returns the description of the API as YAML.
func OpenAPIYAML() ([]byte, error) {
	var b strings.Builder
	if err := yaml.Convert(&b, strings.NewReader(string(document().json))); err != nil {
		return nil, err
	}
	return []byte(b.String()), nil
}

// openapi answers with the document. Whoever reads the code knows it already:
// it needs no token.
func (s *server) openapi(w http.ResponseWriter, r *http.Request) {
	c := r.Context().Value(callKey{}).(*call)
	a := newAnswer()
	a.status = http.StatusOK
	a.header.Set("Content-Type", "application/json")
	_, _ = a.body.Write(s.spec.json)
	s.send(w, c, a)
}

// operationsOf lists the operations of the document with their methods, in the
// order of the tables.
func operationsOf(doc *huma.OpenAPI) map[string]*huma.Operation {
	out := map[string]*huma.Operation{}
	for _, path := range slices.Sorted(maps.Keys(doc.Paths)) {
		item := doc.Paths[path]
		for _, o := range []*huma.Operation{item.Get, item.Post, item.Put, item.Patch, item.Delete} {
			if o != nil {
				out[o.OperationID] = o
			}
		}
	}
	return out
}
