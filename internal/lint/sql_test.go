package lint

import (
	"go/ast"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// oneEngine is what only one of the two databases understands, or what they
// understand differently, and what to write instead.
var oneEngine = []struct {
	bad     *regexp.Regexp
	instead string
}{
	{regexp.MustCompile(`::\s*[a-z]`), "cast(x AS type)"},
	{regexp.MustCompile(`(?i)\bILIKE\b`), "LIKE over text folded alike"},
	{regexp.MustCompile(`(?i)\b(now|clock_timestamp|date_trunc|strftime|julianday|unixepoch)\s*\(|\bCURRENT_(TIMESTAMP|DATE|TIME)\b`), "a time from Go"},
	{regexp.MustCompile(`(?i)\b(greatest|least|iif|ifnull|nvl)\s*\(`), "CASE or coalesce"},
	{regexp.MustCompile(`(?i)\bLATERAL\b`), "a sub-select"},
	{regexp.MustCompile(`(?i)\bDELETE\s+FROM\s+\w+\s+USING\b`), "IN (SELECT ...)"},
	{regexp.MustCompile(`(?i)\bAS\s+(MATERIALIZED\s+)?\(\s*(INSERT|UPDATE|DELETE)\b`), "two statements in one transaction"},
	{regexp.MustCompile(`(?i)\b(any|all)\s*\(\s*\$`), "IN ($1, ...)"},
	{regexp.MustCompile(`(?i)\b(json_each|json_extract|jsonb?_[a-z_]+|array_agg|unnest|group_concat)\s*\(`), "->> or code"},
	{regexp.MustCompile(`(?i)\b(avg|round|random|gen_random_uuid)\s*\(`), "code: the engines count and choose differently"},
	{regexp.MustCompile(`(?i)\bINSERT\s+OR\b|\bREPLACE\s+INTO\b`), "ON CONFLICT"},
	{regexp.MustCompile(`(?i)\b(AUTOINCREMENT|SERIAL|BIGSERIAL|AS\s+IDENTITY|TIMESTAMPTZ?|DATETIME|REAL|DOUBLE|FLOAT|NUMERIC|VARCHAR)\b`), "BIGINT, TEXT, JSONB, BOOLEAN or BYTEA"},
	{regexp.MustCompile(`(?i)\bIF\s+NOT\s+EXISTS\b|\bCONCURRENTLY\b`), "a numbered migration"},
	{regexp.MustCompile(`(?i)\bNULLS\s+NOT\s+DISTINCT\b|\bWITHOUT\s+ROWID\b`), "an index with a condition"},
}

var statement = regexp.MustCompile(`(?i)^\s*(SELECT\s|INSERT\s+INTO\s|UPDATE\s|DELETE\s+FROM\s|WITH\s+\w+\s*(\(|AS\b))`)

// query is a statement in the code: its text, in which {name} stands for what
// the program puts in, and the function that says it.
type query struct {
	file *file
	line int
	text string
	fn   *ast.FuncDecl
}

// queries finds every expression of text that begins like a statement.
func queries(t *testing.T, of func(f *file) bool) []query {
	var out []query
	consts := map[string]string{}
	each(t, func(f *file) {
		if of(f) {
			constants(f, consts)
		}
	})
	each(t, func(f *file) {
		if !of(f) {
			return
		}
		for _, d := range f.ast.Decls {
			fn, _ := d.(*ast.FuncDecl)
			ast.Inspect(d, func(n ast.Node) bool {
				e, ok := n.(ast.Expr)
				if !ok {
					return true
				}
				if text, ok := flat(e, consts); ok && statement.MatchString(text) {
					out = append(out, query{f, f.line(e.Pos()), text, fn})
					return false
				}
				return true
			})
		}
	})
	return out
}

func constants(f *file, into map[string]string) {
	for _, d := range f.ast.Decls {
		g, ok := d.(*ast.GenDecl)
		if !ok || g.Tok != token.CONST {
			continue
		}
		for _, s := range g.Specs {
			v := s.(*ast.ValueSpec)
			for i, n := range v.Names {
				if i < len(v.Values) {
					if text, ok := flat(v.Values[i], into); ok {
						into[n.Name] = text
					}
				}
			}
		}
	}
}

// flat writes out text that is put together with +.
func flat(e ast.Expr, consts map[string]string) (string, bool) {
	switch e := e.(type) {
	case *ast.BasicLit:
		if e.Kind == token.STRING {
			s, err := strconv.Unquote(e.Value)
			return s, err == nil
		}
	case *ast.BinaryExpr:
		if e.Op == token.ADD {
			a, okA := flat(e.X, consts)
			b, okB := flat(e.Y, consts)
			if !okA {
				a = "{" + name(e.X) + "}"
			}
			if !okB {
				b = "{" + name(e.Y) + "}"
			}
			return a + b, okA || okB
		}
	case *ast.Ident:
		s, ok := consts[e.Name]
		return s, ok
	case *ast.ParenExpr:
		return flat(e.X, consts)
	}
	return "", false
}

func name(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name
	case *ast.CallExpr:
		return name(e.Fun)
	case *ast.SelectorExpr:
		return name(e.X) + "." + e.Sel.Name
	case *ast.IndexExpr:
		return name(e.X)
	}
	return ""
}

func inStore(f *file) bool { return f.dir == "internal/store" && !f.test }

// searching is the one file in which each engine has a text of its own.
func searching(f *file) bool { return f.name == "internal/store/search.go" }

func TestStatementsSuitBothEngines(t *testing.T) {
	found := queries(t, inStore)
	if len(found) < 80 {
		t.Fatalf("found only %d statements", len(found))
	}
	for _, q := range found {
		for _, rule := range oneEngine {
			if m := rule.bad.FindString(q.text); m != "" && !searching(q.file) {
				t.Errorf("%s:%d: %q is not for both engines; write %s", q.file.name, q.line, m, rule.instead)
			}
		}
		if misnumbered(q.text) {
			t.Errorf("%s:%d: parameters are not first used in rising order: %s", q.file.name, q.line, q.text)
		}
	}
	files, err := filepath.Glob(root + "/internal/store/migration/0*.sql")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	comment := regexp.MustCompile(`--.*`)
	for _, name := range files {
		body, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for i, line := range strings.Split(string(body), "\n") {
			line = comment.ReplaceAllString(line, "")
			for _, rule := range oneEngine {
				if m := rule.bad.FindString(line); m != "" {
					t.Errorf("%s:%d: %q is not for both engines; write %s", name, i+1, m, rule.instead)
				}
			}
		}
	}
}

var parameter = regexp.MustCompile(`\$(\d+)`)

// misnumbered reports whether $2 is used before $1, which a driver that counts
// them as they come would swap without a word. A text that the program puts
// together cannot be judged.
func misnumbered(text string) bool {
	if strings.ContainsAny(text, "{%") {
		return false
	}
	most := 0
	for _, m := range parameter.FindAllStringSubmatch(text, -1) {
		n, _ := strconv.Atoi(m[1]) // digits alone match
		if n > most+1 {
			return true
		}
		most = max(most, n)
	}
	return false
}

func TestStatementsLiveInTheStore(t *testing.T) {
	for _, q := range queries(t, func(f *file) bool { return !f.test && !f.generated && !strings.HasPrefix(f.dir, "internal/store") }) {
		// A benchmark of the store compares it with statements of its own.
		if regexp.MustCompile(`\$1|(?i)\bFROM\b|\bVALUES\b|\bSET\b`).MatchString(q.text) && !strings.HasPrefix(q.file.dir, "internal/app/bench") {
			t.Errorf("%s:%d holds a statement: %s", q.file.name, q.line, q.text)
		}
	}
}

// anywhere are the functions whose statements reach beyond one workspace, with
// the reason why they may.
var anywhere = map[string]string{
	"AddWorkspace":       "a workspace has no other above it",
	"SchemaVersion":      "the schema is everybody's",
	"Workspace":          "a workspace is found by its own identifier",
	"WorkspaceBySlug":    "a workspace is found by its own name",
	"Workspaces":         "the list of workspaces",
	"PeopleByEmail":      "whoever signs in has yet to say where",
	"AddSession":         "old sessions of everybody are swept",
	"TokensEnding":       "the clock rings for all workspaces",
	"DomainsToLook":      "the clock rings for all workspaces",
	"Session":            "the hash of a secret token is the right to it",
	"TouchSession":       "the hash of a secret token is the right to it",
	"Invite":             "the hash of a secret token is the right to it",
	"UseInvite":          "the hash of a secret token is the right to it",
	"Claim":              "workers serve all workspaces",
	"Finish":             "a worker holds the job by its lease",
	"Retry":              "a worker holds the job by its lease",
	"Extend":             "a worker holds the job by its lease",
	"NextDue":            "workers serve all workspaces",
	"DueSnoozed":         "the clock rings for all workspaces",
	"Ringing":            "the clock rings for all workspaces",
	"AllMailboxes":       "mail is fetched for all workspaces",
	"MailboxesByAddress": "a mail says to which address it goes, not to which workspace",
	"freeSlug":           "addresses of pages are one name space for all workspaces",
	"ShopBySlug":         "a customer has yet to say where; the address of a page has the workspace",
	"ShopByDomain":       "a customer has yet to say where; the host of a page has the workspace",
	"DueShopConnections": "the clock rings for all workspaces",
	"HookAt":             "a sender names a connection, which has the workspace",
	"Count":              "whoever signs in has yet to say where; the key names what is counted",
	"TallyOf":            "whoever signs in has yet to say where; the key names what is counted",
	"SweepTallies":       "old tallies of everybody are swept",
	"RipeEndpoints":      "deliveries are made for all workspaces",
	"ForgetDeliveries":   "old deliveries of everybody are swept",
	"ForgetReceived":     "old hooks of everybody are swept",
	"MailboxWorkspace":   "tells the workspace of a mailbox",
	"Cursors":            "a cursor belongs to a mailbox, which has the workspace",
	"AcceptMail":         "a cursor belongs to a mailbox, which has the workspace",
	"indexMessage":       "the workspace is a term of the index",
	"matches":            "the workspace is a term of the index",
	"searchRanked":       "the workspace is a term of the index",
	"mailboxes":          "its callers give the condition",
	"counted":            "its callers give the condition",
	"AddCeremony":        "old ceremonies of everybody are swept",
	"Ceremony":           "the hash of a secret token is the right to it",
	"TryCeremony":        "the hash of a secret token is the right to it",
	"PasskeyOf":          "whoever signs in by passkey has yet to say where",
	"RenameWorkspace":    "a workspace is found by its own identifier",
	"RenewSession":       "the hash of a secret token is the right to it",
	"SSOSlugs":           "whoever signs in has yet to say where",
	"TokenByHash":        "the hash of a secret token is the right to it",
	"KeyUses":            "the keys are the operator's, for all workspaces",
	"Reseal":             "the keys are the operator's, for all workspaces",
	"eachSealed":         "the keys are the operator's, for all workspaces",
	"Examine":            "settings of the server",
	"examineLite":        "damage of the file is everybody's",
	"kinds":              "the schema is everybody's",
	"insert":             "each row of an archive brings its workspace, which is compared",
	"fill":               "each row brings its workspace",
	"LastEventAt":        "the doctor compares clocks, whosesoever event it is",
	"QueueHealth":        "the doctor counts what waits for all workspaces",
	"afterLoad":          "an archive of a whole database holds all workspaces",
	"Backlog":            "what waits is counted for the operator, over all workspaces",
	"EventsByID":         "nodes tell each other what happened, whosesoever it is",
	"lockAnswer":         "the name that is locked is made of the workspace",
	"IDsSince":           "nodes tell each other what happened, whosesoever it is",
}

// scoped are the calls that put the workspace into a condition.
var scoped = regexp.MustCompile(`workspace_id|\.list\(|\.shipments\(|\.traces\(|\.recoveries\(|searchWhere\(`)

func TestStatementsNameTheWorkspace(t *testing.T) {
	for _, q := range queries(t, inStore) {
		if q.fn == nil || anywhere[q.fn.Name.Name] != "" {
			continue
		}
		text := q.text
		if !strings.HasPrefix(strings.TrimSpace(strings.ToUpper(text)), "INSERT") {
			_, cond, ok := strings.Cut(text, "WHERE")
			if !ok && !strings.Contains(text, "{") {
				t.Errorf("%s:%d: every row of every workspace: %s", q.file.name, q.line, text)
				continue
			}
			text = cond
		}
		if strings.Contains(text, "workspace_id") {
			continue
		}
		if body := string(q.file.text[fileOffset(q.fn.Pos()):fileOffset(q.fn.End())]); strings.ContainsAny(q.text, "{%") && scoped.MatchString(body) {
			continue
		}
		t.Errorf("%s:%d: %s does not name the workspace: %s", q.file.name, q.line, q.fn.Name.Name, q.text)
	}
}

func fileOffset(p token.Pos) int { return position(p).Offset }
