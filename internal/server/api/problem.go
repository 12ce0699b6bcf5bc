package api

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/i18n"
)

// Problem is a refusal (RFC 9457).
type Problem struct {
	Type     string         `json:"type" format:"uri-reference" example:"/api/docs#problem-invalid" doc:"Where this kind of problem is explained."`
	Title    string         `json:"title" example:"The request cannot be done as it stands" doc:"The kind of problem, the same for all of its kind."`
	Status   int            `json:"status" example:"422" doc:"The status of the answer."`
	Code     string         `json:"code" example:"reply_empty" doc:"What happened, as a word that programs may rely on."`
	Detail   string         `json:"detail" example:"Write something before sending." doc:"What happened, as a sentence for people in the language of Accept-Language."`
	Instance string         `json:"instance" format:"uri-reference" example:"urn:godwit:request:mfrggzdfmztwq2lk" doc:"This very request; it stands in the server's log and in the header Request-Id."`
	Errors   []ProblemField `json:"errors,omitempty" doc:"What is wrong with which part of the request."`

	allow string // the methods that the path knows, of a problem with the method
}

// ProblemField is what is wrong with one part of a request.
type ProblemField struct {
	In      string `json:"in" enum:"body,query,path,header" doc:"The part of the request."`
	Field   string `json:"field" example:"/to/0/address" doc:"A JSON pointer (RFC 6901) into the body, else the name of the parameter or header."`
	Message string `json:"message" example:"lukas@ is not an email address." doc:"What is wrong."`
	Fix     string `json:"fix,omitempty" example:"Send one address in each entry, such as lukas@client.example." doc:"What would be right."`
}

// Error lets a Problem be returned as an error.
func (p *Problem) Error() string { return p.Code + ": " + p.Detail }

// GetStatus gives the status of the answer.
func (p *Problem) GetStatus() int { return p.Status }

// ContentType gives the media type of problems.
func (p *Problem) ContentType(string) string { return "application/problem+json" }

// problemKind is a kind of problem as the reference explains it.
type problemKind struct {
	name, title, text string
	status            int
}

// The kinds of problem that are no errs.Kind.
const (
	kindUnauthorized = "unauthorized"
	kindMalformed    = "malformed"
	kindTooLarge     = "too_large"
	kindMediaType    = "media_type"
	kindMethod       = "method"
	kindPrecondition = "precondition"
	kindRate         = "rate"
)

// problemKinds lists the kinds of problem.
func problemKinds() []problemKind {
	return []problemKind{
		{kindMalformed, "The request cannot be read", "The body is not JSON, or the request is otherwise broken. Repeating it unchanged cannot succeed.", http.StatusBadRequest},
		{kindUnauthorized, "A token is needed", "No token came with the request, or it is unknown, expired or revoked. Send `Authorization: Bearer gwt_...`.", http.StatusUnauthorized},
		{"denied", "The token may not do this", "The token lacks a scope, or the person behind it lacks the right. `detail` names what is missing.", http.StatusForbidden},
		{"not_found", "There is no such record", "The record does not exist in this workspace, or the person behind the token may not know of it. Both look alike on purpose.", http.StatusNotFound},
		{kindMethod, "The path does not know this method", "The header `Allow` lists the methods that the path knows.", http.StatusMethodNotAllowed},
		{"conflict", "The record is not in a state that allows this", "Somebody else was faster, or the record's state forbids the verb. Read the record again, then decide.", http.StatusConflict},
		{kindPrecondition, "The record has changed", "The `If-Match` header names a version that is no longer the newest. Read the record again, then repeat with its new `ETag`.", http.StatusPreconditionFailed},
		{kindTooLarge, "The body is too large", "The body is larger than this operation takes. `detail` says how large it may be.", http.StatusRequestEntityTooLarge},
		{kindMediaType, "The body is of another type", "Send JSON with `Content-Type: application/json`.", http.StatusUnsupportedMediaType},
		{"invalid", "The request cannot be done as it stands", "`errors` names each part that is wrong and, where it can, what would be right.", http.StatusUnprocessableEntity},
		{kindRate, "Too many requests", "Wait as many seconds as `Retry-After` says. The `RateLimit` headers of every answer tell how much is left.", http.StatusTooManyRequests},
		{"internal", "Something went wrong here", "This is our fault. Name the `instance` when you report it. A repeat with the same `Idempotency-Key` is safe.", http.StatusInternalServerError},
		{"unsupported", "This cannot be done here", "The channel, the engine or this installation cannot do it at all.", http.StatusNotImplemented},
		{"unavailable", "This cannot be done now", "A repeat later may succeed unchanged. `Retry-After` says when to try.", http.StatusServiceUnavailable},
	}
}

func kindNamed(name string) problemKind {
	for _, k := range problemKinds() {
		if k.name == name {
			return k
		}
	}
	panic("api: no kind of problem is called " + name)
}

// kindName names the kind of problem that a kind of error is.
func kindName(k errs.Kind) string {
	return strings.ReplaceAll(k.String(), " ", "_")
}

// newProblem makes a problem of a kind with the sentence under a key of the
// catalogue.
func (c *call) newProblem(kind, key string, args ...any) *Problem {
	k := kindNamed(kind)
	return &Problem{
		Type: "/api/docs#problem-" + strings.ReplaceAll(k.name, "_", "-"), Title: k.title, Status: k.status,
		Code: codeOf(key, k.name), Detail: c.worded(key, k, args...), Instance: "urn:godwit:request:" + c.id,
	}
}

// codeOf is the code of a sentence: its key without the catalogue it stands in.
func codeOf(key, otherwise string) string {
	key = strings.TrimPrefix(strings.TrimPrefix(key, "error."), "problem.")
	switch key {
	case "", "not_found", "denied", "invalid", "database":
		return otherwise
	}
	return strings.ReplaceAll(key, ".", "_")
}

// worded returns the sentence under a key, else the one of the kind.
func (c *call) worded(key string, k problemKind, args ...any) string {
	switch key {
	case "", "error.not_found", "error.denied", "error.database", "error.internal":
	default:
		if t := c.printer.T(key, args...); t != key {
			return t
		}
	}
	if t := c.printer.T("problem." + k.name); t != "problem."+k.name {
		return t
	}
	return k.title + "."
}

// problem turns an error into the problem that the caller is told.
func (c *call) problem(err error) *Problem {
	var p *Problem
	if errors.As(err, &p) {
		return p
	}
	kind := errs.KindOf(err)
	var e *errs.Error
	if !errors.As(err, &e) || kind == errs.Internal {
		e = &errs.Error{Kind: kind}
	}
	p = c.newProblem(kindName(kind), e.Key, e.Args...)
	for _, f := range errs.Fields(err) {
		p.Errors = append(p.Errors, c.field(f))
	}
	if kind == errs.Denied {
		for i := 0; i+1 < len(e.Args); i += 2 {
			if e.Args[i] == "permission" {
				p.Code, p.Detail = "scope_missing", c.printer.T("problem.scope", "scope", e.Args[i+1])
			}
		}
	}
	return p
}

// field words what is wrong with one input.
func (c *call) field(e *errs.Error) ProblemField {
	in, name := "body", pointer(e.Field)
	if c.op != nil && c.op.inQuery[e.Field] {
		in, name = "query", e.Field
	}
	return ProblemField{In: in, Field: name, Message: c.worded(e.Key, kindNamed("invalid"), e.Args...), Fix: fixes[e.Key]}
}

// pointer writes the path of a field as a JSON pointer (RFC 6901). The domain
// calls the custom fields f.KEY.
func pointer(field string) string {
	switch {
	case field == "":
		return ""
	case strings.HasPrefix(field, "f."):
		field = "fields." + field[2:]
	}
	var b strings.Builder
	for _, part := range strings.FieldsFunc(field, func(r rune) bool { return r == '.' || r == '[' || r == ']' }) {
		b.WriteByte('/')
		b.WriteString(strings.NewReplacer("~", "~0", "/", "~1").Replace(part))
	}
	return b.String()
}

// refused turns what the reading of a request found wrong into a problem.
func (c *call) refused(m *huma.ErrorModel) *Problem {
	var p *Problem
	switch m.Status {
	case http.StatusBadRequest:
		p = c.newProblem(kindMalformed, "problem.body")
	case http.StatusUnsupportedMediaType:
		p = c.newProblem(kindMediaType, "")
		return p
	case http.StatusUnprocessableEntity:
		p = c.newProblem("invalid", "")
	default:
		return c.newProblem("internal", "")
	}
	for _, d := range m.Errors {
		in, name, _ := strings.Cut(d.Location, ".")
		if in == "" {
			in = "body"
		}
		if cut := strings.IndexByte(in, '['); cut >= 0 { // the body itself is a list
			in, name = in[:cut], in[cut:]
		}
		if in == "body" {
			name = pointer(name)
		}
		p.Errors = append(p.Errors, ProblemField{In: in, Field: name, Message: d.Message, Fix: fixOf(d.Message)})
	}
	return p
}

// transform makes problems of what the reading of requests says, and leaves out
// of records what the caller did not ask for.
func transform(ctx huma.Context, status string, v any) (any, error) {
	c := callOf(ctx.Context())
	switch x := v.(type) {
	case *huma.ErrorModel:
		return c.refused(x), nil
	case *Problem:
		return x, nil
	}
	if len(c.fields) > 0 && strings.HasPrefix(status, "2") {
		return sparse(v, c.fields)
	}
	return v, nil
}

// printerFor returns the words of the language that a request asks for.
func printerFor(r *http.Request) *i18n.Printer {
	return i18n.For(i18n.Match(r.Header.Get("Accept-Language"), i18n.Console()))
}

// retryAfter says in how many seconds a problem may be gone; 0 says nothing.
func retryAfter(p *Problem) int {
	switch {
	case p.Code == "key_running":
		return 1
	case p.Status == http.StatusServiceUnavailable:
		return 5
	}
	return 0
}

func setRetry(h http.Header, seconds int) {
	if seconds > 0 {
		h.Set("Retry-After", strconv.Itoa(seconds))
	}
}

// gone reports whether the caller went away before the answer.
func gone(ctx context.Context, err error) bool {
	return ctx.Err() != nil && errors.Is(err, context.Canceled)
}
