package lint

import (
	"slices"
	"strings"
	"testing"
)

// floors are the folders of internal in the order in which they stand on each
// other; those on one line never import one another.
var floors = [][]string{
	{"base"},
	{"platform"},
	{"domain"},
	{"flow"},
	{"adapter", "store"},
	{"server"},
	{"app"},
}

// records is the order within the domain.
var records = []string{
	"hours",
	"habit",
	"customer",
	"carrier",
	"fx",
	"ledger",
	"lane",
	"order",
	"brand",
	"product",
	"shipment",
	"plan",
	"triage",
	"shipped",
	"ticket",
	"decision",
	"refund",
	"credit",
	"cases",
	"hold",
	"cost",
	"policy",
	"warranty",
	"trace",
	"recovery",
	"promise",
	"route",
	"forecast",
	"translate",
	"automation",
}

// vocabulary is what vendors' objects are brought to before any flow takes them up; flows know it and nothing else of
// each other.
const vocabulary = "internal/flow/intake"

// floor returns the place of an import path under internal, and -1 for others.
func floor(dir string) (level int, name string) {
	rest, ok := strings.CutPrefix(dir, "internal/")
	if !ok {
		return -1, ""
	}
	top, _, _ := strings.Cut(rest, "/")
	for i, names := range floors {
		if slices.Contains(names, top) {
			return i, top
		}
	}
	return -1, top
}

// part returns the package of a floor that a folder belongs to, such as ticket
// for internal/domain/ticket/something.
func part(dir string) string {
	parts := strings.Split(dir, "/")
	if len(parts) < 3 {
		return ""
	}
	return parts[2]
}

func TestEveryFolderIsOnAFloor(t *testing.T) {
	each(t, func(f *file) {
		if level, name := floor(f.dir); level < 0 && name != "" && name != "lint" {
			t.Errorf("%s: internal/%s is on no floor", f.name, name)
		}
	})
}

// An import may only point down. Tests may reach anywhere: they put parts
// together that the program puts together in app.
func TestImportsPointDown(t *testing.T) {
	each(t, func(f *file) {
		level, from := floor(f.dir)
		if level < 0 || f.test {
			return
		}
		for _, spec := range f.ast.Imports {
			dir, ours := strings.CutPrefix(strings.Trim(spec.Path.Value, `"`), module+"/")
			if !ours {
				continue
			}
			if reason := upward(f.dir, level, from, dir); reason != "" {
				t.Errorf("%s:%d imports %s: %s", f.name, f.line(spec.Pos()), dir, reason)
			}
		}
	})
}

// upward says why a package may not import another, or "".
func upward(fromDir string, level int, from, dir string) string {
	to, name := floor(dir)
	switch {
	case to < 0:
		return "it is no part of the program"
	case to > level:
		return name + " is above " + from
	case from == "server" && (name == "adapter" || name == "store"):
		return "app hands the doors what they need"
	case to == level && name != from:
		return name + " and " + from + " do not know each other"
	case name == "domain" && from == "domain" && slices.Index(records, part(dir)) > slices.Index(records, part(fromDir)):
		return "the order of records is " + strings.Join(records, " < ")
	case dir == vocabulary && fromDir != vocabulary && name == from:
		return ""
	case name == from && (name == "flow" || name == "server") && part(dir) != part(fromDir):
		return "two of " + name + " do not know each other"
	}
	return ""
}

func TestRecordsHaveAnOrder(t *testing.T) {
	each(t, func(f *file) {
		if strings.HasPrefix(f.dir, "internal/domain/") && !slices.Contains(records, part(f.dir)) {
			t.Errorf("%s: %s has no place among the records", f.name, part(f.dir))
		}
	})
}

func TestNoPackageIsADrawer(t *testing.T) {
	for _, name := range []string{"util", "utils", "common", "helper", "helpers", "models", "misc", "shared", "types"} {
		each(t, func(f *file) {
			if f.ast.Name.Name == name {
				t.Errorf("%s: a package called %s says nothing", f.name, name)
			}
		})
	}
}

// A rule that has never refused anything may be no rule.
func TestTheImportRuleRefuses(t *testing.T) {
	for _, c := range [][2]string{
		{"internal/base/errs", "internal/platform/auth"},
		{"internal/platform/job", "internal/domain/ticket"},
		{"internal/domain/order", "internal/domain/ticket"},
		{"internal/domain/ticket", "internal/flow/mailroom"},
		{"internal/flow/mailroom", "internal/flow/bot"},
		{"internal/flow/intake", "internal/flow/mailroom"},
		{"internal/flow/mailroom", "internal/store"},
		{"internal/store", "internal/adapter/channel/email"},
		{"internal/adapter/channel/email", "internal/store"},
		{"internal/server/web", "internal/store"},
		{"internal/server/web", "internal/adapter/channel/email"},
		{"internal/server/web", "internal/server/api"},
		{"internal/server/web", "internal/app"},
		{"internal/app", "cmd/godwit"},
	} {
		level, from := floor(c[0])
		if upward(c[0], level, from, c[1]) == "" {
			t.Errorf("%s may import %s", c[0], c[1])
		}
	}
	for _, c := range [][2]string{
		{"internal/domain/ticket", "internal/domain/order"},
		{"internal/platform/action", "internal/platform/job"},
		{"internal/server/web", "internal/server/web/ui"},
		{"internal/store", "internal/store/sqlite"},
		{"internal/store", "internal/flow/mailroom"},
		{"internal/flow/commerce", "internal/flow/intake"},
		{"internal/adapter/channel/email/postman", "internal/flow/mailroom"},
		{"internal/app", "internal/store"},
	} {
		level, from := floor(c[0])
		if reason := upward(c[0], level, from, c[1]); reason != "" {
			t.Errorf("%s may not import %s: %s", c[0], c[1], reason)
		}
	}
}
