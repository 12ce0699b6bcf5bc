package ledger

import (
	"context"
	"fmt"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/id"
	"godwit.dev/godwit/internal/platform/auth"
)

// MaxPage is the most lines of a statement that one call returns.
const MaxPage = 500

// Posted is a line of a statement: what moved, and the entry that moved it.
type Posted struct {
	Line
	Entry  ID
	Seq    int // of the line within its entry
	Key    string
	Kind   Kind
	Source Source
	At     time.Time
}

// Cursor is a place in a statement: the last line seen. The zero Cursor is before the newest.
type Cursor struct {
	Entry ID
	Seq   int
}

// Store keeps entries. What is of another workspace does not exist.
type Store interface {
	// AddEntry writes an entry with its lines, joins the transaction in ctx and moves the balances with it. The database
	// refuses one whose lines do not add up to zero in each currency.
	AddEntry(context.Context, Entry) error
	// EntryByKey returns the entry under a key, errs.NotFound if there is none.
	EntryByKey(ctx context.Context, w auth.WorkspaceID, key string) (Entry, error)
	Entry(context.Context, auth.WorkspaceID, ID) (Entry, error)
	// EntriesOf returns the entries about a record, the oldest first, after one of them.
	EntriesOf(ctx context.Context, w auth.WorkspaceID, s Source, after ID, limit int) ([]Entry, error)
	// Statement returns the lines of an account in a currency, the newest first.
	Statement(ctx context.Context, w auth.WorkspaceID, a Account, currency string, before Cursor, limit int) ([]Posted, error)
	// Balances returns what all accounts of a workspace hold, by account and currency.
	Balances(context.Context, auth.WorkspaceID) ([]Balance, error)
}

// Config is what a Book needs.
type Config struct {
	Store Store
	IDs   *id.Source
	Now   func() time.Time
}

// Book is the ledger of all workspaces.
type Book struct{ Config }

// New returns a Book.
func New(cfg Config) *Book {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	return &Book{cfg}
}

// Post books entries of a workspace, in the transaction of the change that they follow from: it is called by the records
// whose money moves and checks no right of its own. An entry whose key is known is left as it is, unless it books
// something else, which is errs.Conflict. It returns the entries as they stand in the books.
func (b *Book) Post(ctx context.Context, w auth.WorkspaceID, entries ...Entry) ([]Entry, error) {
	now := b.Now().UTC().Truncate(time.Millisecond)
	out := make([]Entry, len(entries))
	for i, e := range entries {
		e.Workspace, e.BookedAt = w, now
		if e.At.IsZero() {
			e.At = now
		}
		e.At = e.At.UTC().Truncate(time.Millisecond)
		if err := e.Check(); err != nil {
			return nil, err
		}
		known, err := b.Store.EntryByKey(ctx, w, e.Key)
		switch {
		case err == nil && !known.Same(e):
			return nil, errs.New(errs.Conflict, "error.ledger_key", "key", e.Key)
		case err == nil:
			out[i] = known
			continue
		case !errs.Is(err, errs.NotFound):
			return nil, fmt.Errorf("look for entry %s: %w", e.Key, err)
		}
		e.ID = ID(b.IDs.Next())
		if err := b.Store.AddEntry(ctx, e); err != nil {
			return nil, fmt.Errorf("book %s: %w", e.Key, err)
		}
		out[i] = e
	}
	return out, nil
}

// Reverse takes an entry back. A repeat changes nothing.
func (b *Book) Reverse(ctx context.Context, w auth.WorkspaceID, entry ID) (Entry, error) {
	e, err := b.Store.Entry(ctx, w, entry)
	if err != nil {
		return Entry{}, err
	}
	r, err := Reverse(e, b.Now())
	if err != nil {
		return Entry{}, err
	}
	posted, err := b.Post(ctx, w, r)
	if err != nil {
		return Entry{}, err
	}
	return posted[0], nil
}

// Balances returns what the accounts of the actor's workspace hold. It needs SeeReports.
func (b *Book) Balances(ctx context.Context, actor auth.Actor) ([]Balance, error) {
	if err := whole(actor); err != nil {
		return nil, err
	}
	return b.Store.Balances(ctx, actor.Workspace)
}

// Statement returns the lines of an account in a currency, the newest first, before a cursor, at most MaxPage. It needs
// SeeReports.
func (b *Book) Statement(ctx context.Context, actor auth.Actor, a Account, currency string, before Cursor, limit int) ([]Posted, error) {
	if err := whole(actor); err != nil {
		return nil, err
	}
	return b.Store.Statement(ctx, actor.Workspace, a, currency, before, page(limit))
}

// EntriesOf returns the entries about a record, the oldest first, after one of them, at most MaxPage. It needs
// SeeReports.
func (b *Book) EntriesOf(ctx context.Context, actor auth.Actor, s Source, after ID, limit int) ([]Entry, error) {
	if err := whole(actor); err != nil {
		return nil, err
	}
	return b.Store.EntriesOf(ctx, actor.Workspace, s, after, page(limit))
}

// whole fails unless the actor may see the books, which are those of the whole workspace: whoever sees only some shops
// or teams does not.
func whole(actor auth.Actor) error {
	if err := actor.Can(auth.SeeReports); err != nil {
		return err
	}
	if !actor.Scope().All {
		return errs.New(errs.Denied, "error.denied", "permission", string(auth.SeeReports))
	}
	return nil
}

func page(limit int) int {
	if limit < 1 || limit > MaxPage {
		return MaxPage
	}
	return limit
}
