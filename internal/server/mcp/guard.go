package mcp

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"runtime/debug"
	"slices"
	"strings"

	"github.com/modelcontextprotocol/go-sdk/jsonrpc"
	sdk "github.com/modelcontextprotocol/go-sdk/mcp"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/rate"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/event"
	"godwit.dev/godwit/internal/platform/once"
	"godwit.dev/godwit/internal/platform/watch"
)

// Used is the kind of the event of a call.
const Used = "token.used"

// call is one request with who makes it.
type call struct {
	context.Context
	actor   auth.Actor
	token   auth.Token
	tool    string
	record  string // what it was about, for the journal
	outcome string
	ran     bool // the tool has seen it
	logged  bool // its event is written
}

// How a call ended, besides the kinds of errors.
const (
	done   = "done"
	repeat = "repeated" // answered with the first answer under its key
	broken = "internal" // also what is said of a call that has not ended
)

type callKey struct{}

// rule is a tool with the permissions that it needs.
type rule struct {
	tool  *sdk.Tool
	needs []auth.Permission
}

// granted reports whether a caller may use the tool.
func (r rule) granted(a auth.Actor) bool {
	return !slices.ContainsFunc(r.needs, func(p auth.Permission) bool { return !a.May(p) })
}

// offer is a tool that can be put on a server.
type offer struct {
	rule rule
	add  func(*sdk.Server)
}

// reads offers a tool that changes nothing.
func reads[In, Out any](s *Server, name, text string, do func(*call, In) (Out, error), needs ...auth.Permission) offer {
	no := false
	return tool(s, name, text+untrustedHint, &sdk.ToolAnnotations{ReadOnlyHint: true, IdempotentHint: true, DestructiveHint: &no, OpenWorldHint: &no}, do, needs)
}

// writes offers a tool that changes records. What it does and its event are one
// transaction.
func writes[In, Out any](s *Server, name, text string, idempotent bool, do func(*call, In) (Out, error), needs ...auth.Permission) offer {
	no, outside := false, slices.Contains(needs, auth.SendMail)
	a := &sdk.ToolAnnotations{IdempotentHint: idempotent, DestructiveHint: &no, OpenWorldHint: &outside}
	return tool(s, name, text, a, func(c *call, in In) (Out, error) { return whole(s, c, in, do) }, needs)
}

// whole runs a tool in one transaction with its event.
func whole[In, Out any](s *Server, c *call, in In, do func(*call, In) (Out, error)) (out Out, err error) {
	err = s.Store.InTx(c.Context, func(ctx context.Context) error {
		inner := *c
		inner.Context, inner.outcome = ctx, done
		out, err = do(&inner, in)
		c.record = inner.record
		if err != nil {
			return err
		}
		return s.used(ctx, &inner)
	})
	c.logged = err == nil
	return out, err
}

// keyed runs a tool at most once for a key of the caller: a repeat gets the first
// answer, and the same key for something else is refused.
func keyed[In, Out any](s *Server, c *call, key string, in In, do func(*call, In) (Out, error)) (out Out, err error) {
	if key = strings.TrimSpace(key); key == "" {
		return out, errs.Field("idempotency_key", "problem.key_missing")
	}
	if len(key) > maxKey {
		return out, errs.Field("idempotency_key", "problem.key_long")
	}
	raw, err := json.Marshal(in)
	if err != nil {
		return out, err
	}
	h := sha256.New()
	_, _ = fmt.Fprintf(h, "%s\n%d\n%s\n", c.tool, c.token.ID, raw)
	name := once.KeyOf(fmt.Sprintf("mcp\n%d\n%s", c.token.ID, key))
	a, repeated, err := s.desk.Do(c.Context, c.actor.Workspace, name, once.Request(h.Sum(nil)), false, func(ctx context.Context) (once.Answer, bool, error) {
		inner := *c
		inner.Context = ctx
		first, err := do(&inner, in)
		c.record = inner.record
		if err != nil {
			return once.Answer{}, false, err
		}
		body, err := json.Marshal(first)
		return once.Answer{Header: map[string][]string{"Record": {inner.record}}, Body: body}, true, err
	})
	if err != nil {
		return out, err
	}
	if repeated {
		c.outcome = repeat
		if r := a.Header["Record"]; len(r) == 1 {
			c.record = r[0]
		}
	}
	return out, json.Unmarshal(a.Body, &out)
}

// tool offers a tool. Input and output are held to the schemas of their types.
func tool[In, Out any](s *Server, name, text string, hints *sdk.ToolAnnotations, do func(*call, In) (Out, error), needs []auth.Permission) offer {
	t := &sdk.Tool{Name: name, Description: text, Annotations: hints}
	return offer{rule{t, needs}, func(x *sdk.Server) {
		sdk.AddTool(x, t, func(ctx context.Context, _ *sdk.CallToolRequest, in In) (*sdk.CallToolResult, Out, error) {
			var none Out
			c, ok := ctx.Value(callKey{}).(*call)
			if !ok {
				return nil, none, errors.New("nobody calls")
			}
			c.Context, c.ran = ctx, true
			out, err := do(c, in)
			if err != nil {
				c.outcome = strings.ReplaceAll(errs.KindOf(err).String(), " ", "_")
				return nil, none, s.worded(c, err)
			}
			return nil, out, nil
		})
	}}
}

// guard stands before every request: it asks who calls and whether they may, and
// writes down that they did.
func (s *Server) guard(secret source, rules map[string]rule) sdk.Middleware {
	return func(next sdk.MethodHandler) sdk.MethodHandler {
		return func(ctx context.Context, method string, req sdk.Request) (out sdk.Result, err error) {
			defer func() {
				if v := recover(); v != nil {
					s.Log.ErrorContext(ctx, "tool panicked", "method", method, "panic", fmt.Sprint(v), "stack", string(debug.Stack()))
					out, err = nil, &jsonrpc.Error{Code: jsonrpc.CodeInternalError, Message: s.words.T("problem.internal")}
				}
			}()
			c := &call{Context: ctx}
			if c.actor, c.token, err = s.Auth.AuthenticateToken(ctx, secret(req.GetExtra())); err != nil {
				return nil, s.closed(ctx, err)
			}
			if strings.HasPrefix(method, "notifications/") {
				return next(ctx, method, req)
			}
			if v := s.rates.Take(c.token.ID); !v.OK {
				s.Watch.Refused(ctx, watch.Refusal{What: watch.Rate, Actor: c.actor, Where: Path})
				text := s.words.T("problem.rate", "seconds", rate.Seconds(v.Wait))
				if method == "tools/call" {
					return failed(text), nil
				}
				return nil, &jsonrpc.Error{Code: codeRefused, Message: text}
			}
			switch method {
			case "tools/list":
				return s.list(ctx, method, req, next, c, rules)
			case "tools/call":
				return s.call(ctx, method, req, next, c, rules)
			}
			return next(ctx, method, req)
		}
	}
}

// codeRefused is the code of refusals that the protocol has none for (JSON-RPC
// 2.0 section 5.1 leaves -32000 to -32099 to servers).
const codeRefused = -32001

// closed says that a token opens nothing.
func (s *Server) closed(ctx context.Context, err error) error {
	if errs.Is(err, errs.Denied) {
		return &jsonrpc.Error{Code: codeRefused, Message: s.words.T("problem.token_bad")}
	}
	s.Log.ErrorContext(ctx, "authenticate token", "error", err)
	return &jsonrpc.Error{Code: jsonrpc.CodeInternalError, Message: s.words.T("problem.internal")}
}

// list leaves the tools out that the caller may not use.
func (s *Server) list(ctx context.Context, method string, req sdk.Request, next sdk.MethodHandler, c *call, rules map[string]rule) (sdk.Result, error) {
	out, err := next(ctx, method, req)
	if all, ok := out.(*sdk.ListToolsResult); ok && err == nil {
		mine := *all
		mine.Tools = slices.DeleteFunc(slices.Clone(all.Tools), func(t *sdk.Tool) bool { return !rules[t.Name].granted(c.actor) })
		return &mine, nil
	}
	return out, err
}

// call runs a tool if the caller may use it, and answers when the journal has it.
func (s *Server) call(ctx context.Context, method string, req sdk.Request, next sdk.MethodHandler, c *call, rules map[string]rule) (out sdk.Result, err error) {
	p, ok := req.GetParams().(*sdk.CallToolParamsRaw)
	if !ok {
		return nil, &jsonrpc.Error{Code: jsonrpc.CodeInvalidParams, Message: s.words.T("problem.body")}
	}
	r, known := rules[p.Name]
	if !known {
		return next(ctx, method, req) // the protocol's own refusal
	}
	c.tool, c.outcome = p.Name, broken
	defer func() { // also of a tool that panics
		if c.logged {
			return
		}
		if lerr := s.used(context.WithoutCancel(ctx), c); lerr != nil {
			s.Log.ErrorContext(ctx, "write down the use of a token", "error", lerr)
			out, err = failed(s.words.T("problem.internal")), nil
		}
	}()
	for _, need := range r.needs {
		if !c.actor.May(need) {
			c.outcome = "denied"
			s.Watch.Refused(ctx, watch.Refusal{What: watch.Action, Actor: c.actor, Where: Path + " " + c.tool})
			return failed(s.words.T("problem.scope", "scope", string(need))), nil
		}
	}
	ctx = context.WithValue(ctx, callKey{}, c)
	out, err = next(ctx, method, req)
	res, _ := out.(*sdk.CallToolResult)
	switch {
	case err != nil || res == nil:
	case res.IsError && !c.ran:
		c.outcome = "invalid" // it does not fit the schema
	case !res.IsError && c.outcome == broken:
		c.outcome = done
	}
	if res != nil {
		if raw, ok := res.StructuredContent.(json.RawMessage); ok && len(raw) > maxResult {
			c.outcome = "too_large"
			return failed(s.words.T("problem.result_large")), nil
		}
	}
	return out, err
}

// used writes the event of a call.
func (s *Server) used(ctx context.Context, c *call) error {
	data := map[string]any{"tool": c.tool, "outcome": c.outcome, "prefix": c.token.Prefix}
	if c.record != "" {
		data["record"] = c.record
	}
	return s.Journal.Append(ctx, event.New(Used, c.actor, event.Subject{Kind: "token", ID: int64(c.token.ID)}, 0, data))
}

// failed is the answer of a tool that could not do it; the agent reads why.
func failed(text string) *sdk.CallToolResult {
	return &sdk.CallToolResult{IsError: true, Content: []sdk.Content{&sdk.TextContent{Text: text}}}
}

// worded says in a sentence what went wrong, without the cause.
func (s *Server) worded(c *call, err error) error {
	kind := errs.KindOf(err)
	if kind == errs.Internal {
		s.Log.ErrorContext(c, "tool failed", "tool", c.tool, "workspace", int64(c.actor.Workspace), "token", int64(c.token.ID), "error", err)
		return errors.New(s.words.T("problem.internal"))
	}
	if fields := errs.Fields(err); len(fields) > 0 {
		var all []string
		for _, f := range fields {
			all = append(all, f.Field+": "+s.words.T(f.Key, f.Args...))
		}
		return errors.New(strings.Join(all, " "))
	}
	var e *errs.Error
	if errors.As(err, &e) {
		for i := 0; i+1 < len(e.Args); i += 2 {
			if kind == errs.Denied && e.Args[i] == "permission" {
				return errors.New(s.words.T("problem.scope", "scope", e.Args[i+1]))
			}
		}
		switch e.Key {
		case "", "error.not_found", "error.denied", "error.database", "error.internal": // written for pages
		default:
			return errors.New(s.words.T(e.Key, e.Args...))
		}
	}
	return errors.New(s.words.T("problem." + strings.ReplaceAll(kind.String(), " ", "_")))
}
