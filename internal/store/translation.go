package store

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/domain/translate"
	"godwit.dev/godwit/internal/flow/translating"
	"godwit.dev/godwit/internal/platform/auth"
)

var _ translating.Store = (*Store)(nil)

// TranslationBook implements translating.Store.
func (s *Store) TranslationBook(ctx context.Context, w auth.WorkspaceID) (translating.Setting, error) {
	return one(ctx, s.DB, func(v *translating.Setting) []any {
		return []any{&v.Workspace, &v.Version, at(&v.SavedAt), ref(&v.SavedBy), doc(&v.Book)}
	}, `SELECT workspace_id, version, saved_at, saved_by, book FROM translation_book WHERE workspace_id=$1`, w)
}

// PutTranslationBook implements translating.Store.
func (s *Store) PutTranslationBook(ctx context.Context, v translating.Setting) (bool, error) {
	n, err := s.exec(ctx, `INSERT INTO translation_book (workspace_id, version, saved_at, saved_by, book) VALUES ($1,$2,$3,$4,$5)
		ON CONFLICT (workspace_id) DO UPDATE SET version=excluded.version, saved_at=excluded.saved_at, saved_by=excluded.saved_by, book=excluded.book
		WHERE translation_book.version=excluded.version-1`, v.Workspace, v.Version, ms(v.SavedAt), opt(v.SavedBy), js(v.Book))
	return n == 1, err
}

const translatorCols = `id, workspace_id, driver, name, settings, place, state, problem, rest_until, ok_at, created_by, created_at, updated_at, price, currency, most`

// translatorRow is a connection as it lies in its table.
type translatorRow struct {
	translating.Connection
	sealed []byte
}

func translatorDest(r *translatorRow) []any {
	return []any{
		&r.ID, &r.Workspace, &r.Driver, &r.Name, &r.sealed, &r.Place, &r.State, &r.Problem, at(&r.RestUntil), at(&r.OKAt), &r.CreatedBy, at(&r.CreatedAt), at(&r.UpdatedAt), &r.Terms.Price.Minor, &r.Terms.Price.Currency, &r.Terms.Most,
	}
}

func translatorPlace(id translating.ID) string { return fmt.Sprintf("translator:%d", id) }

func (s *Store) openTranslator(r translatorRow, err error) (translating.Connection, error) {
	if err == nil {
		err = s.vault.OpenJSON(r.sealed, translatorPlace(r.ID), &r.Values)
	}
	return r.Connection, err
}

// AddTranslator implements translating.Store.
func (s *Store) AddTranslator(ctx context.Context, c translating.Connection) error {
	sealed, err := s.vault.SealJSON(c.Values, translatorPlace(c.ID))
	if err != nil {
		return err
	}
	_, err = s.exec(ctx, `INSERT INTO translator (`+translatorCols+`) VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13,$14,$15,$16)`,
		c.ID, c.Workspace, c.Driver, clean(c.Name), sealed, c.Place, c.State, c.Problem, ms(c.RestUntil), ms(c.OKAt), c.CreatedBy, ms(c.CreatedAt), ms(c.UpdatedAt), c.Terms.Price.Minor, c.Terms.Price.Currency, c.Terms.Most)
	return err
}

// SaveTranslator implements translating.Store.
func (s *Store) SaveTranslator(ctx context.Context, c translating.Connection) error {
	sealed, err := s.vault.SealJSON(c.Values, translatorPlace(c.ID))
	if err != nil {
		return err
	}
	_, err = s.exec(ctx, `UPDATE translator SET name=$1, settings=$2, place=$3, state=$4, problem=$5, rest_until=$6, ok_at=$7, updated_at=$8, price=$9, currency=$10, most=$11 WHERE workspace_id=$12 AND id=$13`,
		clean(c.Name), sealed, c.Place, c.State, c.Problem, ms(c.RestUntil), ms(c.OKAt), ms(c.UpdatedAt), c.Terms.Price.Minor, c.Terms.Price.Currency, c.Terms.Most, c.Workspace, c.ID)
	return err
}

// DeleteTranslator implements translating.Store.
func (s *Store) DeleteTranslator(ctx context.Context, w auth.WorkspaceID, id translating.ID) error {
	_, err := s.exec(ctx, `DELETE FROM translator WHERE workspace_id=$1 AND id=$2`, w, id)
	return err
}

// Translator implements translating.Store.
func (s *Store) Translator(ctx context.Context, w auth.WorkspaceID, id translating.ID) (translating.Connection, error) {
	return s.openTranslator(one(ctx, s.DB, translatorDest, `SELECT `+translatorCols+` FROM translator WHERE workspace_id=$1 AND id=$2 FOR UPDATE`, w, id))
}

// Translators implements translating.Store.
func (s *Store) Translators(ctx context.Context, w auth.WorkspaceID) ([]translating.Connection, error) {
	rows, err := all(ctx, s.DB, translatorDest, `SELECT `+translatorCols+` FROM translator WHERE workspace_id=$1 ORDER BY place, id`, w)
	out := make([]translating.Connection, len(rows))
	for i, r := range rows {
		if out[i], err = s.openTranslator(r, err); err != nil {
			return nil, err
		}
	}
	return out, err
}

// SpendTranslation implements translating.Store.
func (s *Store) SpendTranslation(ctx context.Context, w auth.WorkspaceID, month string, x translating.Spending) error {
	_, err := s.exec(ctx, `INSERT INTO translation_use (workspace_id, month, translator_id, characters, requests) VALUES ($1,$2,$3,$4,$5)
		ON CONFLICT (workspace_id, month, translator_id) DO UPDATE SET characters=translation_use.characters+excluded.characters, requests=translation_use.requests+excluded.requests`,
		w, month, x.Connection, x.Characters, x.Requests)
	return err
}

// SpentOnTranslation implements translating.Store.
func (s *Store) SpentOnTranslation(ctx context.Context, w auth.WorkspaceID, month string) ([]translating.Spending, error) {
	return all(ctx, s.DB, func(x *translating.Spending) []any { return []any{&x.Connection, &x.Characters, &x.Requests} },
		`SELECT translator_id, characters, requests FROM translation_use WHERE workspace_id=$1 AND month=$2 ORDER BY translator_id`, w, month)
}

// pairOf names the languages of a sentence and its translation, and how that addresses its reader: en>de, en>de+formal.
func pairOf(from, to string, f translating.Formality) string {
	if f == translating.AsUsual {
		return from + ">" + to
	}
	return from + ">" + to + "+" + string(f)
}

const memoryCols = `m.id, m.workspace_id, m.pair, m.hash, m.source, m.target, m.approved, m.translator_id, m.at, m.used_at`

// memoryRow is a sentence as it lies in its table.
type memoryRow struct {
	translating.Memory
	pair string
}

func memoryDest(r *memoryRow) []any {
	return []any{&r.ID, &r.Workspace, &r.pair, &r.Key, &r.Source, &r.Target, flag(&r.Approved), &r.By, at(&r.At), at(&r.UsedAt)}
}

func memories(rows []memoryRow, err error) ([]translating.Memory, error) {
	out := make([]translating.Memory, len(rows))
	for i, r := range rows {
		pair, form, _ := strings.Cut(r.pair, "+")
		r.From, r.To, _ = strings.Cut(pair, ">")
		r.Formality = translating.Formality(form)
		out[i] = r.Memory
	}
	return out, err
}

// Recall implements translating.Store.
func (s *Store) Recall(ctx context.Context, w auth.WorkspaceID, from, to string, f translating.Formality, keys []int64) ([]translating.Memory, error) {
	return memories(among(ctx, s.DB, memoryDest, `SELECT `+memoryCols+` FROM translation_memory m WHERE m.workspace_id=$1 AND m.pair IN ($2,$3) AND `, []any{w, pairOf(from, to, f), pairOf(from, to, translating.AsUsual)}, "m.hash", keys, ` ORDER BY m.id`))
}

// Near implements translating.Store.
func (s *Store) Near(ctx context.Context, w auth.WorkspaceID, from, to string, f translating.Formality, grams []int64, limit int) ([]translating.Memory, error) {
	type hit struct{ id, n int64 }
	hits, err := among(ctx, s.DB, func(h *hit) []any { return []any{&h.id, &h.n} },
		`SELECT memory_id, count(*) FROM translation_gram WHERE workspace_id=$1 AND pair IN ($2,$3) AND `, []any{w, pairOf(from, to, f), pairOf(from, to, translating.AsUsual)}, "gram", grams,
		fmt.Sprintf(` GROUP BY memory_id ORDER BY count(*) DESC, memory_id DESC LIMIT %d`, limit))
	if err != nil {
		return nil, err
	}
	ids := make([]int64, len(hits))
	for i, h := range hits {
		ids[i] = h.id
	}
	return memories(among(ctx, s.DB, memoryDest, `SELECT `+memoryCols+` FROM translation_memory m WHERE m.workspace_id=$1 AND `, []any{w}, "m.id", ids, ` ORDER BY m.id`))
}

// Remember implements translating.Store.
func (s *Store) Remember(ctx context.Context, list []translating.Memory) error {
	list = slices.Clone(list)
	slices.SortFunc(list, func(a, b translating.Memory) int {
		return cmp.Or(cmp.Compare(pairOf(a.From, a.To, a.Formality), pairOf(b.From, b.To, b.Formality)), cmp.Compare(a.Key, b.Key))
	})
	return s.InTx(ctx, func(ctx context.Context) error {
		for _, m := range list {
			pair := pairOf(m.From, m.To, m.Formality)
			id, err := scalar[int64](ctx, s.DB, `INSERT INTO translation_memory (id, workspace_id, pair, hash, source, target, approved, translator_id, at, used_at) VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10)
				ON CONFLICT (workspace_id, pair, hash) DO UPDATE SET source=excluded.source, target=excluded.target, approved=excluded.approved, translator_id=excluded.translator_id, at=excluded.at, used_at=excluded.used_at
				WHERE excluded.approved RETURNING id`,
				m.ID, m.Workspace, pair, m.Key, clean(m.Source), clean(m.Target), s.bool(m.Approved), m.By, ms(m.At), ms(m.UsedAt))
			if errs.Is(err, errs.NotFound) || err == nil && !m.Approved {
				continue
			}
			if err != nil {
				return err
			}
			b := batch{table: "translation_gram", cols: columnsOf(`workspace_id, pair text, gram, memory_id`)}
			for _, g := range translate.Grams(m.Source) {
				b.add(int64(m.Workspace), pair, g, id)
			}
			if _, err := s.insert(ctx, b); err != nil {
				return err
			}
		}
		return nil
	})
}

// TouchMemory implements translating.Store.
func (s *Store) TouchMemory(ctx context.Context, w auth.WorkspaceID, ids []translating.MemoryID, now time.Time) error {
	slices.Sort(ids)
	for _, id := range ids {
		if _, err := s.exec(ctx, `UPDATE translation_memory SET used_at=$1 WHERE workspace_id=$2 AND id=$3`, ms(now), w, id); err != nil {
			return err
		}
	}
	return nil
}

// mostTrimmed is how many sentences are forgotten at once.
const mostTrimmed = 5000

// TrimMemory implements translating.Store.
func (s *Store) TrimMemory(ctx context.Context, w auth.WorkspaceID, most int) error {
	_, err := s.exec(ctx, `DELETE FROM translation_memory WHERE workspace_id=$1 AND id IN (SELECT m.id FROM translation_memory m WHERE m.workspace_id=$2 ORDER BY m.approved DESC, m.used_at DESC, m.id DESC LIMIT $3 OFFSET $4)`,
		w, w, mostTrimmed, most)
	return err
}

// MemorySize implements translating.Store.
func (s *Store) MemorySize(ctx context.Context, w auth.WorkspaceID) (approved, machine int64, err error) {
	if approved, err = scalar[int64](ctx, s.DB, `SELECT count(*) FROM translation_memory WHERE workspace_id=$1 AND approved`, w); err == nil {
		machine, err = scalar[int64](ctx, s.DB, `SELECT count(*) FROM translation_memory WHERE workspace_id=$1 AND NOT approved`, w)
	}
	return approved, machine, err
}

// Memories implements translating.Store.
func (s *Store) Memories(ctx context.Context, w auth.WorkspaceID, before translating.MemoryID, limit int) ([]translating.Memory, error) {
	if before == 0 {
		return memories(all(ctx, s.DB, memoryDest, `SELECT `+memoryCols+` FROM translation_memory m WHERE m.workspace_id=$1 AND m.approved ORDER BY m.id DESC LIMIT $2`, w, limit))
	}
	return memories(all(ctx, s.DB, memoryDest, `SELECT `+memoryCols+` FROM translation_memory m WHERE m.workspace_id=$1 AND m.approved AND m.id<$2 ORDER BY m.id DESC LIMIT $3`, w, before, limit))
}

// ForgetMemory implements translating.Store.
func (s *Store) ForgetMemory(ctx context.Context, w auth.WorkspaceID, id translating.MemoryID) error {
	_, err := s.exec(ctx, `DELETE FROM translation_memory WHERE workspace_id=$1 AND id=$2`, w, id)
	return err
}

// Choices implements translating.Store.
func (s *Store) Choices(ctx context.Context, w auth.WorkspaceID, t ticket.ID) ([]translating.Choice, error) {
	return all(ctx, s.DB, func(c *translating.Choice) []any {
		return []any{&c.Ticket, &c.Workspace, &c.Language, flag(&c.On), ref(&c.By), at(&c.At)}
	}, `SELECT ticket_id, workspace_id, language, is_on, person_id, at FROM ticket_translation WHERE ticket_id=$1 AND workspace_id=$2 ORDER BY language`, t, w)
}

// PutChoice implements translating.Store.
func (s *Store) PutChoice(ctx context.Context, c translating.Choice) error {
	_, err := s.exec(ctx, `INSERT INTO ticket_translation (ticket_id, language, workspace_id, is_on, person_id, at) VALUES ($1,$2,$3,$4,$5,$6)
		ON CONFLICT (ticket_id, language) DO UPDATE SET is_on=excluded.is_on, person_id=excluded.person_id, at=excluded.at WHERE ticket_translation.workspace_id=excluded.workspace_id`,
		c.Ticket, c.Language, c.Workspace, s.bool(c.On), opt(c.By), ms(c.At))
	return err
}

// KeptOf implements translating.Store.
func (s *Store) KeptOf(ctx context.Context, w auth.WorkspaceID, language string, ids []ticket.MessageID) ([]translating.Kept, error) {
	raw := make([]int64, len(ids))
	for i, id := range ids {
		raw[i] = int64(id)
	}
	return among(ctx, s.DB, func(k *translating.Kept) []any {
		return []any{&k.Message, &k.Workspace, &k.Language, at(&k.At), doc(&k.Result)}
	}, `SELECT message_id, workspace_id, language, at, result FROM message_translation WHERE workspace_id=$1 AND language=$2 AND `, []any{w, language}, "message_id", raw, ` ORDER BY message_id`)
}

// PutKept implements translating.Store.
func (s *Store) PutKept(ctx context.Context, k translating.Kept) error {
	_, err := s.exec(ctx, `INSERT INTO message_translation (message_id, language, workspace_id, at, result) VALUES ($1,$2,$3,$4,$5)
		ON CONFLICT (message_id, language) DO UPDATE SET at=excluded.at, result=excluded.result WHERE message_translation.workspace_id=excluded.workspace_id`,
		k.Message, k.Language, k.Workspace, ms(k.At), js(k.Result))
	return err
}

// previewLife is how long a preview waits to be sent.
const previewLife = 7 * 24 * time.Hour

// AddPreview implements translating.Store. Old ones that were never sent go.
func (s *Store) AddPreview(ctx context.Context, p translating.Preview) error {
	return s.InTx(ctx, func(ctx context.Context) error {
		if _, err := s.exec(ctx, `DELETE FROM translation_preview WHERE workspace_id=$1 AND ticket_id=$2 AND person_id=$3 AND message_id IS NULL AND at<$4`,
			p.Workspace, p.Ticket, p.Person, ms(p.At.Add(-previewLife))); err != nil {
			return err
		}
		_, err := s.exec(ctx, `INSERT INTO translation_preview (id, workspace_id, ticket_id, person_id, message_id, at, source, names, result) VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9)`,
			p.ID, p.Workspace, p.Ticket, p.Person, opt(p.Sent), ms(p.At), clean(p.Source), js(p.Names), js(p.Result))
		return err
	})
}

// SavePreview implements translating.Store.
func (s *Store) SavePreview(ctx context.Context, p translating.Preview) error {
	_, err := s.exec(ctx, `UPDATE translation_preview SET message_id=$1, result=$2 WHERE workspace_id=$3 AND id=$4`, opt(p.Sent), js(p.Result), p.Workspace, p.ID)
	return err
}

// TranslationPreview implements translating.Store.
func (s *Store) TranslationPreview(ctx context.Context, w auth.WorkspaceID, id translating.PreviewID) (translating.Preview, error) {
	return one(ctx, s.DB, func(p *translating.Preview) []any {
		return []any{&p.ID, &p.Workspace, &p.Ticket, &p.Person, ref(&p.Sent), at(&p.At), &p.Source, doc(&p.Names), doc(&p.Result)}
	}, `SELECT id, workspace_id, ticket_id, person_id, message_id, at, source, names, result FROM translation_preview WHERE workspace_id=$1 AND id=$2 FOR UPDATE`, w, id)
}
