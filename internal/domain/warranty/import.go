package warranty

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/decision"
	"godwit.dev/godwit/internal/platform/auth"
)

// Columns returns the columns of a file of terms, in the order in which they are explained. Lists are separated by spaces or
// semicolons; only name and months must be there.
func Columns() []string {
	return []string{"name", "months", "skus", "categories", "markets", "start", "register_days", "guarantor", "covered", "excluded", "remedies", "postage", "transferable", "repair_group", "last_made"}
}

// MaxFile is the most bytes of a file of terms.
const MaxFile = 1 << 20

// ReadTerms reads terms from CSV with a header. What is wrong is errs.Invalid and names the line. It is pure.
func ReadTerms(r io.Reader) ([]Term, error) {
	c := csv.NewReader(r)
	c.FieldsPerRecord, c.TrimLeadingSpace = -1, true
	bad := func(n int, why string) error { return errs.Field("file", "error.warranty_csv", "line", n, "why", why) }
	head, err := c.Read()
	if err != nil {
		return nil, bad(1, "name, months, ...")
	}
	at := map[string]int{}
	for i, name := range head {
		name = strings.ToLower(strings.TrimSpace(strings.TrimPrefix(name, "\ufeff")))
		if !slices.Contains(Columns(), name) {
			return nil, bad(1, name)
		}
		at[name] = i
	}
	var out []Term
	for n := 2; ; n++ {
		row, err := c.Read()
		if errors.Is(err, io.EOF) {
			return out, nil
		}
		if err != nil {
			return nil, bad(n, "CSV")
		}
		if len(out) >= MaxTerms {
			return nil, errs.Field("file", "error.warranty_count", "count", MaxTerms)
		}
		get := func(name string) string {
			if i, ok := at[name]; ok && i < len(row) {
				return strings.TrimSpace(row[i])
			}
			return ""
		}
		t, wrong := readTerm(get)
		if wrong == "" {
			if _, err := t.check(); err != nil {
				wrong = "name, months"
				if f := errs.Fields(err); len(f) > 0 {
					wrong = f[0].Field
				}
			}
		}
		if wrong != "" {
			return nil, bad(n, wrong)
		}
		out = append(out, t)
	}
}

// readTerm reads one row; wrong names a column that cannot be read.
func readTerm(get func(string) string) (t Term, wrong string) {
	words := func(name string) []string {
		return strings.FieldsFunc(get(name), func(r rune) bool { return r == ' ' || r == ';' || r == '|' })
	}
	number := func(name string) int {
		n, err := strconv.Atoi(get(name))
		if err != nil && get(name) != "" && wrong == "" {
			wrong = name
		}
		return n
	}
	t = Term{
		Name: get("name"), Months: number("months"), Register: number("register_days"), Start: Start(strings.ToLower(get("start"))), Guarantor: get("guarantor"), Covered: get("covered"),
		Excluded: get("excluded"), Group: strings.ToLower(get("repair_group")), LastMade: decision.Never,
		Scope: Scope{SKUs: words("skus"), Markets: words("markets")},
	}
	for c := range strings.SplitSeq(get("categories"), ";") {
		t.Scope.Categories = append(t.Scope.Categories, c)
	}
	for _, w := range words("remedies") {
		r, ok := decision.ParseRemedy(strings.ToLower(w))
		if !ok {
			return t, "remedies"
		}
		t.Remedies = append(t.Remedies, r)
	}
	if p := get("postage"); p != "" {
		var ok bool
		if t.Postage, ok = decision.ParsePayer(strings.ToLower(p)); !ok {
			return t, "postage"
		}
	}
	switch strings.ToLower(get("transferable")) {
	case "", "no", "0", "false":
	case "yes", "1", "true":
		t.Transfer = true
	default:
		return t, "transferable"
	}
	if d := get("last_made"); d != "" {
		day, err := decision.ParseDay(d)
		if err != nil {
			return t, "last_made"
		}
		t.LastMade = day
	}
	return t, wrong
}

// Import writes the terms of a file, all or none: a term of a name that is there takes its place. It returns how many were
// written. It needs ManagePlans.
func (s *Service) Import(ctx context.Context, a auth.Actor, r io.Reader) (int, error) {
	if err := a.Can(auth.ManagePlans); err != nil {
		return 0, err
	}
	terms, err := ReadTerms(io.LimitReader(r, MaxFile))
	if err != nil {
		return 0, err
	}
	err = s.Store.InTx(ctx, func(ctx context.Context) error {
		known, err := s.Store.WarrantyTerms(ctx, a.Workspace)
		if err != nil {
			return err
		}
		for _, t := range terms {
			if t, err = t.check(); err != nil {
				return err
			}
			if i := slices.IndexFunc(known, func(x Term) bool { return x.Name == t.Name }); i >= 0 {
				t.ID, t.Scope.Shop = known[i].ID, known[i].Scope.Shop
			}
			if t, err = s.keepTerm(ctx, a, t); err != nil {
				return err
			}
			if !slices.ContainsFunc(known, func(x Term) bool { return x.ID == t.ID }) {
				known = append(known, t)
			}
		}
		return nil
	})
	if err != nil {
		return 0, fmt.Errorf("import warranty terms: %w", err)
	}
	return len(terms), nil
}
