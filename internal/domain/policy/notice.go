package policy

import (
	"context"
	"fmt"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/fx"
	"godwit.dev/godwit/internal/platform/auth"
)

// Notice is what a policy says to the customers of a shop in a market, to be published: the rules in the order in which
// they are asked, as far as one of them may decide there, and the terms at the top where none always does.
type Notice struct {
	Version  string // as in Terms
	Currency string // of the prices in conditions
	Says     []Said
}

// Said is what one rule says, in the very terms by which cases are decided.
type Said struct {
	Rule  string // "" is the terms at the top
	When  When   // what it asks beside the place, which is met
	Terms Terms
}

// Notice returns what a document says at a place: the shop, market, region and currency of f. It is pure: each part has
// the terms that Decide gives to facts which meet its conditions and none before it.
func (d Document) Notice(f Facts, rates fx.Table) Notice {
	n := Notice{Currency: d.Currency}
	for i, r := range d.Rules {
		w := r.When
		w.Markets, w.Except, w.Shops = nil, nil, nil
		at := When{Markets: r.When.Markets, Except: r.When.Except, Shops: r.When.Shops}
		if !at.meets(f, 0, true, d.Currency) {
			continue
		}
		n.Says = append(n.Says, Said{Rule: r.Name, When: w, Terms: d.of(i, f, rates)})
		if w.Always() {
			return n // nothing after it decides here
		}
	}
	n.Says = append(n.Says, Said{Terms: d.of(-1, f, rates)})
	return n
}

// Always reports whether no condition is left.
func (w *When) Always() bool {
	return len(w.Markets)+len(w.Except)+len(w.Shops)+len(w.Categories)+len(w.SKUs)+len(w.Kinds)+len(w.Reasons)+len(w.Tiers) == 0 &&
		w.Price == nil && w.Days == nil && w.Returns == nil && w.Disputes == nil
}

// Notice returns what is in force for orders that are placed at a place now; the built-in terms where nothing was
// published. Anybody may read it.
func (s *Service) Notice(ctx context.Context, w auth.WorkspaceID, f Facts) (Notice, error) {
	doc, label, err := s.Public(ctx, w, s.cfg.Now())
	if errs.Is(err, errs.NotFound) {
		return Notice{Version: BuiltIn, Currency: f.Currency, Says: []Said{{Terms: builtIn()}}}, nil
	}
	if err != nil {
		return Notice{}, err
	}
	var rates fx.Table
	if f.Currency != doc.Currency {
		if rates, err = s.cfg.Rates.Table(ctx, auth.ForSystem(w)); err != nil {
			return Notice{}, fmt.Errorf("read rates: %w", err)
		}
	}
	n := doc.Notice(f, rates)
	n.Version = label
	return n, nil
}
