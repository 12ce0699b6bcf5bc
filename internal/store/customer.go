package store

import (
	"context"
	"slices"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/customer"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/event"
)

var _ customer.Store = (*Store)(nil)

const customerCols = "id, workspace_id, name, language, country, tier, note, merged_into, created_at, updated_at, language_said, agent_id"

func customerDest(c *customer.Customer) []any {
	return []any{
		&c.ID, &c.Workspace, &c.Name, &c.Language, &c.Country, &c.Tier, &c.Note,
		ref(&c.MergedInto), at(&c.CreatedAt), at(&c.UpdatedAt), flag(&c.Said), ref(&c.Agent),
	}
}

// Customer implements customer.Store.
func (s *Store) Customer(ctx context.Context, w auth.WorkspaceID, id customer.ID) (customer.Customer, error) {
	return s.customer(ctx, w, `SELECT `+customerCols+` FROM customer WHERE workspace_id = $1 AND id = $2`, w, id)
}

// CustomersByID implements customer.Store.
func (s *Store) CustomersByID(ctx context.Context, w auth.WorkspaceID, ids []customer.ID) ([]customer.Customer, error) {
	list, err := s.plainCustomers(ctx, w, ids)
	if err != nil {
		return nil, err
	}
	return list, s.fillIdentities(ctx, w, list)
}

// NamedCustomers implements customer.Store.
func (s *Store) NamedCustomers(ctx context.Context, w auth.WorkspaceID, ids []customer.ID) ([]customer.Customer, error) {
	list, err := s.plainCustomers(ctx, w, ids)
	if err != nil {
		return nil, err
	}
	var nameless []customer.Customer
	list = slices.DeleteFunc(list, func(c customer.Customer) bool {
		if c.Name == "" {
			nameless = append(nameless, c)
		}
		return c.Name == ""
	})
	err = s.fillIdentities(ctx, w, nameless)
	return append(list, nameless...), err
}

// plainCustomers reads customers without their identities.
func (s *Store) plainCustomers(ctx context.Context, w auth.WorkspaceID, ids []customer.ID) ([]customer.Customer, error) {
	var out []customer.Customer
	for part := range slices.Chunk(distinct(ids), 500) {
		part = pad(part)
		list, err := all(ctx, s.DB, customerDest, `SELECT `+customerCols+` FROM customer WHERE workspace_id = $1 AND id IN (`+places(2, len(part))+`)`,
			params(w, part)...)
		if err != nil {
			return nil, err
		}
		out = append(out, list...)
	}
	return out, nil
}

const byIdentity = ` FROM identity JOIN customer ON customer.id = identity.customer_id
	WHERE identity.workspace_id = $1 AND identity.kind = $2 AND identity.value = $3`

// CustomerByIdentity implements customer.Store.
func (s *Store) CustomerByIdentity(ctx context.Context, w auth.WorkspaceID, kind, value string) (customer.Customer, error) {
	return s.customer(ctx, w, `SELECT `+columns("customer", customerCols)+byIdentity, w, kind, clean(value))
}

// HoldCustomerByIdentity implements customer.Store. A merge that is being
// written is waited for; the row then no longer joins, and the answer is
// errs.NotFound, upon which AddCustomer finds the identity taken.
//
// Whoever shares a row and then changes it waits for others who share it and want the same: so it is looked at first.
func (s *Store) HoldCustomerByIdentity(ctx context.Context, w auth.WorkspaceID, kind, value string, changes func(customer.Customer) bool) (customer.Customer, error) {
	c, err := s.CustomerByIdentity(ctx, w, kind, value)
	if s.Lite() || err != nil {
		return c, err
	}
	lock := s.share()
	if changes(c) {
		lock = " FOR NO KEY UPDATE"
	}
	return s.customer(ctx, w, `SELECT `+columns("customer", customerCols)+byIdentity+lock, w, kind, clean(value))
}

// share is the clause that locks rows against change but not against others
// who share them; SQLite's writers are alone anyway.
func (s *Store) share() string {
	if s.Lite() {
		return ""
	}
	return " FOR SHARE"
}

// HoldCustomers implements customer.Store.
func (s *Store) HoldCustomers(ctx context.Context, w auth.WorkspaceID, ids ...customer.ID) ([]customer.Customer, error) {
	ids = distinct(ids)
	list, err := s.customers(ctx, w, `SELECT `+customerCols+` FROM customer WHERE workspace_id = $1 AND id IN (`+places(2, len(ids))+`)
		ORDER BY id FOR UPDATE`, params(w, ids)...)
	if err == nil && len(list) != len(ids) {
		err = errs.New(errs.NotFound, "error.not_found")
	}
	return list, err
}

// customer reads one customer with its identities.
func (s *Store) customer(ctx context.Context, w auth.WorkspaceID, q string, args ...any) (customer.Customer, error) {
	c, err := one(ctx, s.DB, customerDest, q, args...)
	if err != nil {
		return c, err
	}
	list := []customer.Customer{c}
	err = s.fillIdentities(ctx, w, list)
	return list[0], err
}

// customers reads several customers with their identities, in two queries.
func (s *Store) customers(ctx context.Context, w auth.WorkspaceID, q string, args ...any) ([]customer.Customer, error) {
	list, err := all(ctx, s.DB, customerDest, q, args...)
	if err != nil || len(list) == 0 {
		return nil, err
	}
	return list, s.fillIdentities(ctx, w, list)
}

func (s *Store) fillIdentities(ctx context.Context, w auth.WorkspaceID, list []customer.Customer) error {
	type row struct {
		customer customer.ID
		customer.Identity
	}
	place := make(map[customer.ID]int, len(list))
	for i, c := range list {
		place[c.ID] = i
	}
	for part := range slices.Chunk(list, 500) {
		ids := make([]customer.ID, len(part))
		for i, c := range part {
			ids[i] = c.ID
		}
		ids = pad(ids)
		rows, err := all(ctx, s.DB, func(r *row) []any { return []any{&r.customer, &r.Kind, &r.Value, flag(&r.Verified)} },
			`SELECT customer_id, kind, value, verified FROM identity
			WHERE workspace_id = $1 AND customer_id IN (`+places(2, len(ids))+`) ORDER BY id`, params(w, ids)...)
		if err != nil {
			return err
		}
		for _, r := range rows {
			c := &list[place[r.customer]]
			c.Identities = append(c.Identities, r.Identity)
		}
	}
	return nil
}

// AddCustomer implements customer.Store.
func (s *Store) AddCustomer(ctx context.Context, c customer.Customer) (bool, error) {
	added := false
	err := s.InTx(ctx, func(ctx context.Context) error {
		_, err := s.exec(ctx, `INSERT INTO customer (`+customerCols+`) VALUES (`+places(1, 12)+`)`,
			c.ID, c.Workspace, clean(c.Name), clean(c.Language), clean(c.Country), clean(c.Tier), clean(c.Note),
			opt(c.MergedInto), ms(c.CreatedAt), ms(c.UpdatedAt), s.bool(c.Said), opt(c.Agent))
		if err != nil {
			return err
		}
		for _, i := range c.Identities {
			if added, err = s.addIdentity(ctx, c.Workspace, c.ID, i, c.CreatedAt); err != nil {
				return err
			}
			if !added {
				return s.dropCustomer(ctx, c)
			}
		}
		added = true
		return s.indexCustomer(ctx, c)
	})
	return added, err
}

// dropCustomer takes back a customer that was inserted in this transaction.
func (s *Store) dropCustomer(ctx context.Context, c customer.Customer) error {
	if _, err := s.exec(ctx, `DELETE FROM identity WHERE workspace_id = $1 AND customer_id = $2`, c.Workspace, c.ID); err != nil {
		return err
	}
	_, err := s.exec(ctx, `DELETE FROM customer WHERE workspace_id = $1 AND id = $2`, c.Workspace, c.ID)
	return err
}

// SaveCustomer implements customer.Store.
func (s *Store) SaveCustomer(ctx context.Context, c customer.Customer) error {
	return s.InTx(ctx, func(ctx context.Context) error {
		n, err := s.exec(ctx, `UPDATE customer SET name = $1, language = $2, country = $3, tier = $4, note = $5, updated_at = $6, language_said = $7, agent_id = $8
			WHERE workspace_id = $9 AND id = $10`,
			clean(c.Name), clean(c.Language), clean(c.Country), clean(c.Tier), clean(c.Note), ms(c.UpdatedAt), s.bool(c.Said), opt(c.Agent), c.Workspace, c.ID)
		if err != nil {
			return err
		}
		if n == 0 {
			return errs.New(errs.NotFound, "error.not_found")
		}
		return s.indexCustomer(ctx, c)
	})
}

// AddIdentity implements customer.Store.
func (s *Store) AddIdentity(ctx context.Context, w auth.WorkspaceID, c customer.ID, i customer.Identity, when time.Time) (added bool, err error) {
	err = s.InTx(ctx, func(ctx context.Context) error {
		if added, err = s.addIdentity(ctx, w, c, i, when); err != nil || !added {
			return err
		}
		return s.reindexCustomers(ctx, w, c)
	})
	return added, err
}

func (s *Store) addIdentity(ctx context.Context, w auth.WorkspaceID, c customer.ID, i customer.Identity, when time.Time) (bool, error) {
	n, err := s.exec(ctx, `INSERT INTO identity (id, workspace_id, customer_id, kind, value, verified, created_at)
		VALUES (`+places(1, 7)+`) ON CONFLICT DO NOTHING`, s.ids.Next(), w, c, i.Kind, clean(i.Value), i.Verified, ms(when))
	return n == 1, err
}

// VerifyIdentity implements customer.Store.
func (s *Store) VerifyIdentity(ctx context.Context, w auth.WorkspaceID, kind, value string) error {
	_, err := s.exec(ctx, `UPDATE identity SET verified = $1 WHERE workspace_id = $2 AND kind = $3 AND value = $4`, true, w, kind, clean(value))
	return err
}

// indexCustomer writes what a customer is found by.
func (s *Store) indexCustomer(ctx context.Context, c customer.Customer) error {
	if _, err := s.exec(ctx, `DELETE FROM customer_key WHERE workspace_id = $1 AND customer_id = $2`, c.Workspace, c.ID); err != nil {
		return err
	}
	if c.MergedInto != 0 {
		return nil
	}
	for _, k := range c.Keys() {
		if _, err := s.exec(ctx, `INSERT INTO customer_key (workspace_id, word, customer_id) VALUES ($1, $2, $3)`, c.Workspace, clean(k), c.ID); err != nil {
			return err
		}
	}
	return nil
}

// reindexCustomers writes the keys of customers as they now stand.
func (s *Store) reindexCustomers(ctx context.Context, w auth.WorkspaceID, ids ...customer.ID) error {
	list, err := s.CustomersByID(ctx, w, ids)
	if err != nil {
		return err
	}
	for _, c := range list {
		if err := s.indexCustomer(ctx, c); err != nil {
			return err
		}
	}
	return nil
}

// lastRune sorts after all text, so that [p, p+lastRune) holds what begins with p.
const lastRune = "\U0010FFFF"

// FindCustomers implements customer.Store.
func (s *Store) FindCustomers(ctx context.Context, w auth.WorkspaceID, prefix string, limit int) ([]customer.Customer, error) {
	prefix = clean(prefix)
	// Several keys of one customer may begin alike: at most that many rows are
	// read for a full page, whatever the number of matches.
	ids, err := all(ctx, s.DB, func(id *customer.ID) []any { return []any{id} },
		`SELECT customer_id FROM customer_key WHERE workspace_id = $1 AND word >= $2 AND word < $3
		ORDER BY word, customer_id LIMIT $4`, w, prefix, prefix+lastRune, 4*limit)
	if err != nil || len(ids) == 0 {
		return nil, err
	}
	ids = distinct(ids)
	ids = ids[:min(len(ids), limit)]
	list, err := s.CustomersByID(ctx, w, ids)
	slices.SortFunc(list, func(a, b customer.Customer) int { return slices.Index(ids, a.ID) - slices.Index(ids, b.ID) })
	return list, err
}

// ListCustomers implements customer.Store.
func (s *Store) ListCustomers(ctx context.Context, w auth.WorkspaceID, before customer.ID, limit int) ([]customer.Customer, error) {
	if before == 0 {
		before = 1<<63 - 1
	}
	return s.customers(ctx, w, `SELECT `+customerCols+` FROM customer
		WHERE workspace_id = $1 AND id < $2 AND merged_into IS NULL ORDER BY id DESC LIMIT $3`, w, before, limit)
}

// belongings are the tables whose rows a merge moves.
var belongings = []string{"identity", "orders", "ticket"}

// MoveCustomer implements customer.Store.
func (s *Store) MoveCustomer(ctx context.Context, w auth.WorkspaceID, from, into customer.ID, by event.ID, when time.Time) (customer.Moved, error) {
	var lists [3][]int64
	for i, table := range belongings {
		ids, err := all(ctx, s.DB, func(id *int64) []any { return []any{id} },
			`UPDATE `+table+` SET customer_id = $1 WHERE workspace_id = $2 AND customer_id = $3 RETURNING id`, into, w, from)
		if err != nil {
			return customer.Moved{}, err
		}
		slices.Sort(ids)
		lists[i] = ids
	}
	if _, err := s.exec(ctx, `UPDATE customer SET merged_into = $1, merged_by = $2, updated_at = $3 WHERE workspace_id = $4 AND id = $5`,
		into, by, ms(when), w, from); err != nil {
		return customer.Moved{}, err
	}
	return customer.Moved{Identities: lists[0], Orders: lists[1], Tickets: lists[2]}, s.reindexCustomers(ctx, w, from, into)
}

// MoveBack implements customer.Store.
func (s *Store) MoveBack(ctx context.Context, w auth.WorkspaceID, m customer.Merged, by event.ID, when time.Time) (bool, error) {
	n, err := s.exec(ctx, `UPDATE customer SET merged_into = NULL, merged_by = NULL, updated_at = $1
		WHERE workspace_id = $2 AND id = $3 AND merged_into = $4 AND merged_by = $5`, ms(when), w, m.From, m.Into, by)
	if err != nil || n == 0 {
		return false, err
	}
	for i, ids := range [][]int64{m.Identities, m.Orders, m.Tickets} {
		for part := range slices.Chunk(ids, 500) {
			args := append([]any{m.From, w, m.Into}, params(0, part)[1:]...)
			if _, err := s.exec(ctx, `UPDATE `+belongings[i]+` SET customer_id = $1
				WHERE workspace_id = $2 AND customer_id = $3 AND id IN (`+places(4, len(part))+`)`, args...); err != nil {
				return false, err
			}
		}
	}
	return true, s.reindexCustomers(ctx, w, m.From, m.Into)
}

// params lists a workspace and identifiers as statement parameters.
func params[T ~int64](w auth.WorkspaceID, ids []T) []any {
	out := make([]any, 0, len(ids)+1)
	out = append(out, int64(w))
	for _, id := range ids {
		out = append(out, int64(id))
	}
	return out
}

// distinct drops repeated values and keeps the order.
func distinct[T comparable](list []T) []T {
	seen := make(map[T]bool, len(list))
	return slices.DeleteFunc(slices.Clone(list), func(v T) bool {
		again := seen[v]
		seen[v] = true
		return again
	})
}
