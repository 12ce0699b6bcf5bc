package lint

import (
	"go/ast"
	"strings"
	"testing"
)

// calls are the ways of the standard library to speak HTTP, or to open a socket
// for it, without the checks of package outbound.
var calls = map[string]map[string]bool{
	"http":      {"Client": true, "Get": true, "Head": true, "Post": true, "PostForm": true, "DefaultClient": true, "DefaultTransport": true, "Transport": true},
	"net":       {"Dial": true, "DialTimeout": true, "Dialer": true, "DialTCP": true},
	"tls":       {"Dial": true, "DialWithDialer": true, "Dialer": true},
	"httputil":  {"ReverseProxy": true, "NewSingleHostReverseProxy": true},
	"websocket": {"Dial": true},
}

// callers may do so all the same.
var callers = map[string]string{
	"internal/base/outbound":                     "it is the one client",
	"internal/adapter/channel/email/account.go":  "mail protocols, to the servers that an administrator names",
	"internal/adapter/channel/email/dovecottest": "waits for a server on loopback, in tests",
	"internal/store/postgres":                    "the database's own protocol, to the server that an operator names",
	"internal/platform/auth/authtest":            "asks an issuer on loopback, in tests",
	"internal/flow/commerce/commercetest":        "stands in for the network of shops, in tests",
	"internal/app/bench":                         "measures our own console on loopback",
}

// A type in a signature is no call: a client that is handed in was made by
// package outbound.
func TestHTTPGoesThroughOneClient(t *testing.T) {
	each(t, func(f *file) {
		if f.test || f.generated || callers[f.dir] != "" || callers[f.name] != "" {
			return
		}
		types := map[ast.Node]bool{}
		ast.Inspect(f.ast, func(n ast.Node) bool {
			if p, ok := n.(*ast.StarExpr); ok {
				types[p.X] = true // *http.Client in a signature or a struct
			}
			s, ok := n.(*ast.SelectorExpr)
			if !ok || types[s] {
				return true
			}
			pkg, ok := s.X.(*ast.Ident)
			if ok && calls[pkg.Name][s.Sel.Name] && imported(f, pkg.Name) {
				t.Errorf("%s:%d uses %s.%s: call the outside through package outbound", f.name, f.line(s.Pos()), pkg.Name, s.Sel.Name)
			}
			return true
		})
	})
}

// imported reports whether a name stands for a package of the libraries that calls
// lists, and not for a variable.
func imported(f *file, name string) bool {
	for _, spec := range f.ast.Imports {
		path := strings.Trim(spec.Path.Value, `"`)
		if spec.Name != nil && spec.Name.Name == name || spec.Name == nil && path[strings.LastIndex(path, "/")+1:] == name {
			return true
		}
	}
	return false
}
