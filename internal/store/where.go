package store

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/platform/auth"
)

// where collects conditions and their parameters. A condition is written with
// a bare $ where its value stands.
type where struct {
	parts []string
	args  []any
}

func (b *where) add(cond string, v any) {
	b.args = append(b.args, v)
	b.parts = append(b.parts, strings.Replace(cond, "$", b.last(), 1))
}

func (b *where) raw(cond string) { b.parts = append(b.parts, cond) }

// param adds a value and returns its placeholder.
func (b *where) param(v any) string {
	b.args = append(b.args, v)
	return b.last()
}

func (b *where) last() string { return fmt.Sprintf("$%d", len(b.args)) }

func (b *where) String() string {
	if len(b.parts) == 0 {
		return "TRUE"
	}
	return strings.Join(b.parts, " AND ")
}

// scope restricts tickets (under an alias such as "t.") to what somebody sees. It
// is auth.Scope.Sees in SQL.
func (b *where) scope(s auth.Scope, alias string) {
	if s.All {
		return
	}
	var limits []string
	if !s.AnyTeam {
		cond := alias + "team_id IS NULL"
		if len(s.Teams) > 0 {
			cond = "(" + cond + " OR " + oneOf(b, alias+"team_id", s.Teams) + ")"
		}
		limits = append(limits, cond)
	}
	if s.Mailboxes != nil {
		limits = append(limits, oneOf(b, alias+"mailbox_id", s.Mailboxes))
	}
	if s.Shops != nil {
		limits = append(limits, oneOf(b, alias+"shop_id", s.Shops))
	}
	if len(limits) == 0 {
		return
	}
	cond := strings.Join(limits, " AND ")
	if s.Person != 0 {
		cond = "(" + alias + "assignee_id=" + b.param(s.Person) + " OR " + cond + ")"
	}
	b.raw(cond)
}

// oneOf writes that a column holds one of some numbers, in powers of two of them,
// so that few statements serve all lists. No column holds one of none.
func oneOf[T ~int64](b *where, column string, ids []T) string {
	if len(ids) == 0 {
		return "FALSE"
	}
	var in []string
	for _, id := range pad(ids) {
		in = append(in, b.param(id))
	}
	return column + " IN (" + strings.Join(in, ",") + ")"
}

// list restricts tickets by a query, all but its cursor.
func (b *where) list(q ticket.ListQuery, lite bool, now time.Time) {
	if q.Mentions != 0 || q.Sold != nil { // few tickets: SQLite must not read the workspace for them
		b.add("+workspace_id=$", q.Scope.Workspace)
	} else {
		b.add("workspace_id=$", q.Scope.Workspace)
	}
	switch {
	case q.Nobody:
		b.raw("assignee_id IS NULL")
	case q.Assignee != 0:
		b.add("assignee_id=$", q.Assignee)
	}
	if q.Team != 0 {
		b.add("team_id=$", q.Team)
	}
	if q.Bucket != "" {
		b.add("bucket=$", q.Bucket)
	}
	b.scope(q.Scope, "")
	switch q.Bucket { // the others hold no merged ones
	case "", ticket.InDone, ticket.InSpam:
		b.raw("merged_into IS NULL")
	}
	if q.Status != "" {
		b.add("status=$", q.Status)
	}
	if q.Channel != "" {
		b.add("channel=$", q.Channel)
	}
	if q.Shop != 0 {
		b.add("shop_id=$", q.Shop)
	}
	if q.Order != 0 {
		b.add("order_id=$", q.Order)
	}
	if q.Sold != nil {
		b.raw("order_id IN (SELECT order_id FROM (" + b.sold(q.Scope.Workspace, *q.Sold, "order_id") + ") AS sold)")
	}
	if q.Tag != "" {
		b.raw(b.tagged(q.Scope.Workspace, q.Tag))
	}
	if q.Mentions != 0 {
		b.raw("id IN (SELECT ticket_id FROM mention WHERE person_id=" + b.param(q.Mentions) + ")")
	}
	if q.Cond != nil {
		b.raw(b.condition(*q.Cond, q.Scope, lite, now))
	}
}

func (b *where) tagged(w auth.WorkspaceID, tag string) string {
	return "id IN (SELECT ticket_id FROM ticket_tag WHERE workspace_id=" + b.param(w) + " AND tag=" + b.param(tag) + ")"
}

// condition writes a tree that ticket.Condition.Check has accepted.
func (b *where) condition(c ticket.Condition, s auth.Scope, lite bool, now time.Time) string {
	if !c.Group {
		return b.test(c, s, lite, now)
	}
	if len(c.Children) == 0 {
		return "TRUE"
	}
	parts := make([]string, len(c.Children))
	for i, child := range c.Children {
		parts[i] = b.condition(child, s, lite, now)
	}
	op := " OR "
	if c.All {
		op = " AND "
	}
	return "(" + strings.Join(parts, op) + ")"
}

var refColumns = map[string]string{"assignee": "assignee_id", "team": "team_id", "shop": "shop_id", "mailbox": "mailbox_id", "order": "order_id"}

var whenColumns = map[string]string{"created": "created_at", "activity": "last_at", "inbound": "last_inbound_at"}

func (b *where) test(c ticket.Condition, s auth.Scope, lite bool, now time.Time) string {
	not := ""
	if c.Op == "not" || c.Op == "lacks" {
		not = "NOT "
	}
	if col, ok := refColumns[c.Field]; ok {
		switch c.Op {
		case "empty":
			return col + " IS NULL"
		case "set":
			return col + " IS NOT NULL"
		}
		id, _ := strconv.ParseInt(c.Value, 10, 64)
		if c.Value == "me" {
			id = int64(s.Person)
		}
		return not + "coalesce(" + col + ",0)=" + b.param(id)
	}
	if col, ok := whenColumns[c.Field]; ok {
		hours, _ := strconv.Atoi(c.Value)
		op := ">="
		if c.Op == "older" {
			op = "<"
		}
		return "coalesce(" + col + ",0)" + op + b.param(ms(now.Add(-time.Duration(hours)*time.Hour)))
	}
	switch c.Field {
	case "due":
		switch c.Op {
		case "empty":
			return "due_at=" + b.param(neverDue)
		case "set":
			return "due_at<>" + b.param(neverDue)
		}
		hours, _ := strconv.Atoi(c.Value)
		return "due_at<=" + b.param(ms(now.Add(time.Duration(hours)*time.Hour)))
	case "tag":
		return not + b.tagged(s.Workspace, ticket.TagName(c.Value))
	case "unread":
		if c.Value == "1" == (not == "") {
			return b.truth("unread", lite)
		}
		return "NOT " + b.truth("unread", lite)
	case "priority":
		p, _ := ticket.ParsePriority(c.Value)
		return not + "priority=" + b.param(int64(p))
	case "subject":
		if c.Op == "is" || c.Op == "not" {
			return not + "subject=" + b.param(c.Value)
		}
		return not + b.contains("subject", c.Value)
	case "topic", "alarm":
		switch c.Op {
		case "empty":
			return c.Field + "=''"
		case "set":
			return c.Field + "<>''"
		}
		return not + c.Field + "=" + b.param(c.Value)
	case "status", "bucket", "channel", "waiting", "language", "mood":
		return not + c.Field + "=" + b.param(c.Value)
	}
	value := "coalesce(fields->>" + b.param(jsonKey(strings.TrimPrefix(c.Field, "f."), lite)) + ",'')"
	switch c.Op {
	case "empty":
		return value + "=''"
	case "set":
		return value + "<>''"
	}
	return not + value + "=" + b.param(c.Value)
}

func (b *where) truth(col string, lite bool) string {
	if lite {
		return col + "=1"
	}
	return col
}

// jsonKey writes the name of a member for ->>. SQLite would take one that begins
// with $ for a path (https://sqlite.org/json1.html#jptr).
func jsonKey(name string, lite bool) string {
	if !lite {
		return clean(name)
	}
	return `$."` + strings.ReplaceAll(clean(name), `"`, "") + `"`
}

// contains tests whether a column holds a text somewhere, in whatever case.
func (b *where) contains(col, text string) string {
	return "lower(" + col + ") LIKE " + b.param("%"+likeLiteral(strings.ToLower(text))+"%") + ` ESCAPE '\'`
}

// likeLiteral takes the meaning off the signs that LIKE knows.
func likeLiteral(s string) string {
	return strings.NewReplacer(`\`, `\\`, "%", `\%`, "_", `\_`).Replace(clean(s))
}
