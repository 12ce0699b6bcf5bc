package store

import (
	"context"
	"fmt"

	"godwit.dev/godwit/internal/domain/credit"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/flow/commerce"
	"godwit.dev/godwit/internal/flow/pay"
	"godwit.dev/godwit/internal/flow/tracking"
	"godwit.dev/godwit/internal/flow/translating"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/hook"
	"godwit.dev/godwit/internal/platform/once"
	"godwit.dev/godwit/internal/platform/vault"
	"godwit.dev/godwit/internal/platform/webhook"
)

// sealedColumn is a column with sealed values, which are bound to their rows by
// a place.
type sealedColumn struct {
	table, column, key string
	place              func(id int64, hash []byte) string // the key is a number, or else a hash
	hashed             bool
}

// sealedColumns lists everything that the vault sealed. A test looks through
// every table for what is missing here.
func sealedColumns() []sealedColumn {
	return []sealedColumn{
		{table: "workspace", column: "secret", key: "id", place: func(id int64, _ []byte) string { return workspacePlace(auth.WorkspaceID(id)) }},
		{table: "security", column: "sso_secret", key: "workspace_id", place: func(id int64, _ []byte) string { return ssoPlace(auth.WorkspaceID(id)) }},
		{table: "totp", column: "secret", key: "person_id", place: func(id int64, _ []byte) string { return totpPlace(auth.PersonID(id)) }},
		{table: "mailbox", column: "secrets", key: "id", place: func(id int64, _ []byte) string { return mailboxPlace(ticket.MailboxID(id)) }},
		{table: "webhook", column: "secret", key: "id", place: func(id int64, _ []byte) string { return webhookPlace(webhook.ID(id)) }},
		{table: "hook", column: "secret", key: "id", place: func(id int64, _ []byte) string { return hookPlace(hook.ID(id)) }},
		{table: "shop_connection", column: "settings", key: "id", place: func(id int64, _ []byte) string { return shopConnectionPlace(commerce.ID(id)) }},
		{table: "tracker", column: "settings", key: "id", place: func(id int64, _ []byte) string { return trackerPlace(tracking.ID(id)) }},
		{table: "translator", column: "settings", key: "id", place: func(id int64, _ []byte) string { return translatorPlace(translating.ID(id)) }},
		{table: "payment_account", column: "settings", key: "id", place: func(id int64, _ []byte) string { return payAccountPlace(pay.AccountID(id)) }},
		{table: "payee", column: "account", key: "order_id", place: func(id int64, _ []byte) string { return payeePlace(order.ID(id)) }},
		{table: "transfer_batch", column: "file", key: "id", place: func(id int64, _ []byte) string { return transferPlace(pay.BatchID(id)) }},
		{table: "credit", column: "code", key: "id", place: func(id int64, _ []byte) string { return creditPlace(credit.ID(id)) }},
		{table: "ceremony", column: "data", key: "hash", hashed: true, place: func(_ int64, h []byte) string { return ceremonyPlace(h) }},
		{table: "kept_answer", column: "answer", key: "key", hashed: true, place: func(_ int64, h []byte) string { return answerPlace(once.Key(h)) }},
	}
}

// KeyUse says what a key of the vault is needed for.
type KeyUse struct {
	Sealed int64 // values that it alone opens
	Links  int64 // links of audit chains that it alone verifies
}

// KeyUses counts what every key is needed for, by its name.
func (s *Store) KeyUses(ctx context.Context) (map[string]KeyUse, error) {
	uses := map[string]KeyUse{}
	for _, c := range sealedColumns() {
		err := s.eachSealed(ctx, c, func(_ int64, _, sealed []byte) error {
			u := uses[vault.KeyOf(sealed)]
			u.Sealed++
			uses[vault.KeyOf(sealed)] = u
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	type count struct {
		key string
		n   int64
	}
	links, err := all(ctx, s.DB, func(c *count) []any { return []any{&c.key, &c.n} }, `SELECT key_name, COUNT(*) FROM audit_link GROUP BY key_name`)
	for _, l := range links {
		u := uses[l.key]
		u.Links += l.n
		uses[l.key] = u
	}
	return uses, err
}

// Reseal seals anew, with the vault's first key, what other keys sealed, and
// returns how many values that were. Once it has run on every node's database,
// the older keys open nothing more; they still verify the links of audit chains
// that they made. A value that changes meanwhile is sealed with the first key by
// whoever changes it. A repeat finds nothing left.
func (s *Store) Reseal(ctx context.Context) (int, error) {
	done := 0
	for _, c := range sealedColumns() {
		err := s.eachSealed(ctx, c, func(id int64, hash, sealed []byte) error {
			if vault.KeyOf(sealed) == s.vault.Current() {
				return nil
			}
			place := c.place(id, hash)
			plain, err := s.vault.Open(sealed, place)
			if err != nil {
				return fmt.Errorf("%s: %w", place, err)
			}
			var key any = id
			if c.hashed {
				key = hash
			}
			n, err := s.exec(ctx, `UPDATE `+c.table+` SET `+c.column+`=$1 WHERE `+c.key+`=$2 AND `+c.column+`=$3`, s.vault.Seal(plain, place), key, sealed)
			done += int(n)
			return err
		})
		if err != nil {
			return done, err
		}
	}
	return done, nil
}

// eachSealed reads the sealed values of a column in the order of their keys.
// Empty ones are none.
func (s *Store) eachSealed(ctx context.Context, c sealedColumn, do func(id int64, hash, sealed []byte) error) error {
	const page = 500
	type row struct {
		id           int64
		hash, sealed []byte
	}
	var after any = int64(-1)
	scan := func(r *row) []any { return []any{&r.id, &r.sealed} }
	if c.hashed {
		after, scan = []byte{}, func(r *row) []any { return []any{&r.hash, &r.sealed} }
	}
	for {
		rows, err := all(ctx, s.DB, scan, `SELECT `+c.key+`, `+c.column+` FROM `+c.table+` WHERE `+c.key+`>$1 ORDER BY `+c.key+` LIMIT $2`, after, page)
		if err != nil {
			return err
		}
		for _, r := range rows {
			if len(r.sealed) > 0 {
				if err := do(r.id, r.hash, r.sealed); err != nil {
					return err
				}
			}
			if after = r.id; c.hashed {
				after = r.hash
			}
		}
		if len(rows) < page {
			return nil
		}
	}
}
