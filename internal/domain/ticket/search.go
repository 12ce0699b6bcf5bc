package ticket

import (
	"context"
	"strings"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/platform/auth"
)

// SearchQuery is a search over all messages that an actor may see.
type SearchQuery struct {
	Scope    auth.Scope
	Text     string // free words, "phrases", -words
	From     string // part of a sender's address or name
	To       string // part of a recipient's address
	Order    string // order number, folded
	Tag      string
	Status   Status
	Bucket   Bucket
	Assignee string // "me", "none" or part of a name
	Channel  Channel
	Subject  string
	Files    bool
	Before   time.Time
	After    time.Time
	Ranked   bool
	Cursor   MessageID // newest first: only older messages
	Offset   int       // ranked
	Limit    int
	Unknown  []string // fields that do not exist or could not be read
}

// SearchHit is one ticket that a search found, by its best or newest message.
type SearchHit struct {
	Ticket  Ticket
	Message Message
	Matches int
}

// SearchPage is one page of hits.
type SearchPage struct {
	Hits   []SearchHit
	Next   MessageID // cursor of the next page, newest first
	Offset int       // of the next page, ranked
	More   bool
}

// ParseSearch reads a query as a person types it: words, "phrases", -words and
// fields such as from:, order:, tag:, is:, before:. Dates are read in zone. A
// field that cannot be read is named in Unknown and otherwise ignored.
func ParseSearch(q string, zone *time.Location) SearchQuery {
	var out SearchQuery
	var words []string
	for _, tok := range searchTokens(q) {
		name, value, ok := strings.Cut(tok, ":")
		if !ok || value == "" || strings.HasPrefix(tok, `"`) || strings.HasPrefix(value, "//") {
			words = append(words, tok)
			continue
		}
		if !out.field(strings.ToLower(name), strings.Trim(value, `"`), zone) {
			if isFieldName(name) {
				out.Unknown = append(out.Unknown, tok)
			} else {
				words = append(words, tok)
			}
		}
	}
	out.Text = strings.Join(words, " ")
	return out
}

func isFieldName(s string) bool {
	for _, r := range s {
		if (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') {
			return false
		}
	}
	return s != "" && len(s) <= 12 && !strings.EqualFold(s, "re") && !strings.EqualFold(s, "fwd")
}

func (q *SearchQuery) field(name, value string, zone *time.Location) bool {
	switch name {
	case "from":
		q.From = strings.ToLower(value)
	case "to":
		q.To = strings.ToLower(value)
	case "order":
		q.Order = order.Key(value)
	case "tag":
		q.Tag = TagName(value)
	case "subject":
		q.Subject = value
	case "channel":
		q.Channel = Channel(strings.ToLower(value))
	case "assignee":
		q.Assignee = strings.ToLower(value)
	case "has":
		q.Files = value == "file" || value == "files" || value == "attachment"
		return q.Files
	case "is", "status":
		switch v := strings.ToLower(value); v {
		case "open", "waiting", "snoozed", "done", "spam":
			q.Bucket = Bucket(v)
		case "new", "pending", "solved", "closed":
			q.Status = Status(v)
		default:
			return false
		}
	case "before", "after":
		t, err := time.ParseInLocation(time.DateOnly, value, zone)
		if err != nil {
			return false
		}
		if name == "before" {
			q.Before = t.UTC()
		} else {
			q.After = t.UTC()
		}
	default:
		return false
	}
	return true
}

// searchTokens splits at spaces, but keeps "quoted phrases" together, also
// behind a field name.
func searchTokens(q string) []string {
	var out []string
	var b strings.Builder
	quoted := false
	for _, r := range q {
		switch {
		case r == '"':
			quoted = !quoted
			b.WriteRune(r)
		case !quoted && (r == ' ' || r == '\t' || r == '\n' || r == '\u3000'):
			if b.Len() > 0 {
				out = append(out, b.String())
				b.Reset()
			}
		default:
			b.WriteRune(r)
		}
		if len(out) >= 64 {
			return out
		}
	}
	if b.Len() > 0 {
		if quoted {
			b.WriteByte('"')
		}
		out = append(out, b.String())
	}
	return out
}

// Empty reports whether the query asks for nothing.
func (q SearchQuery) Empty() bool {
	return q.Text == "" && q.From == "" && q.To == "" && q.Order == "" && q.Tag == "" && q.Status == "" && q.Bucket == "" &&
		q.Assignee == "" && q.Channel == "" && q.Subject == "" && !q.Files && q.Before.IsZero() && q.After.IsZero()
}

// Search finds tickets by their messages. What the actor may not see is left
// out where rows are read.
func (s *Service) Search(ctx context.Context, actor auth.Actor, q SearchQuery) (SearchPage, error) {
	if err := actor.Can(auth.ReadTickets); err != nil {
		return SearchPage{}, err
	}
	if q.Empty() {
		return SearchPage{}, nil
	}
	if len(q.Text) > 1000 {
		return SearchPage{}, errs.Field("q", "error.search_long")
	}
	if q.Limit <= 0 || q.Limit > 100 {
		q.Limit = 30
	}
	q.Scope = actor.Scope()
	return s.Store.Search(ctx, q)
}
