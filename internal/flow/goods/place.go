package goods

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/text/language"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/decision"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/event"
)

// PlaceID identifies a place.
type PlaceID int64

// Place is where goods go back to.
type Place struct {
	ID        PlaceID
	Workspace auth.WorkspaceID
	Shop      order.ShopID // whose goods; 0: all shops'
	Route     string       // drop_off, local_hub, local_warehouse or origin: the words of package decision
	Markets   []string     // countries whose customers send here, ISO 3166-1 alpha-2; none is all
	Name      string
	Address   order.Address
	Hours     string // as the merchant writes them
	Map       string // address of a map of it
	Note      string // what senders must know
	Off       bool   // no new parcel goes there
	CreatedAt time.Time
	UpdatedAt time.Time
}

// Routes returns the routes that lead to places, in the order in which they are shown.
func Routes() []string {
	return []string{decision.DropOff.String(), decision.LocalHub.String(), decision.LocalStore.String(), decision.Origin.String()}
}

// MaxPlaces is the most places of a workspace.
const MaxPlaces = 500

// Places returns the places of the actor's workspace, in the order in which they were made. It needs ReadCases or ManagePlans.
func (s *Service) Places(ctx context.Context, actor auth.Actor) ([]Place, error) {
	if err := actor.CanAny(auth.ReadCases, auth.ManagePlans); err != nil {
		return nil, err
	}
	list, err := s.Store.Places(ctx, actor.Workspace)
	return slices.DeleteFunc(list, func(p Place) bool { return p.Shop != 0 && !inSight(actor, p.Shop) }), err
}

func inSight(actor auth.Actor, shop order.ShopID) bool {
	return actor.Scope().Sees(resource(actor.Workspace, shop))
}

func resource(w auth.WorkspaceID, shop order.ShopID) auth.Resource {
	return auth.Resource{Kind: auth.OfOrder, Workspace: w, Shop: int64(shop)}
}

// Place returns one place, errs.NotFound if there is none that the actor may see. It needs ReadCases or
// ManagePlans.
func (s *Service) Place(ctx context.Context, actor auth.Actor, id PlaceID) (Place, error) {
	if err := actor.CanAny(auth.ReadCases, auth.ManagePlans); err != nil {
		return Place{}, err
	}
	p, err := s.Store.Place(ctx, actor.Workspace, id)
	if err == nil && p.Shop != 0 && !inSight(actor, p.Shop) {
		return Place{}, errs.New(errs.NotFound, "error.not_found")
	}
	return p, err
}

// SavePlace writes a place, a new one where its ID is 0, and returns it as it stands. What cannot be a place is
// errs.Invalid with the field. It needs ManagePlans.
func (s *Service) SavePlace(ctx context.Context, actor auth.Actor, p Place) (Place, error) {
	if err := actor.Can(auth.ManagePlans); err != nil {
		return Place{}, err
	}
	now := s.clock()
	if err := p.tidy(); err != nil {
		return Place{}, err
	}
	p.Workspace, p.UpdatedAt = actor.Workspace, now
	err := s.Store.InTx(ctx, func(ctx context.Context) error {
		if p.Shop != 0 {
			shops, err := s.Orders.Shops(ctx, actor)
			if err != nil {
				return err
			}
			if !slices.ContainsFunc(shops, func(x order.Shop) bool { return x.ID == p.Shop }) {
				return errs.Field("shop", "error.not_found")
			}
		}
		if p.ID == 0 {
			all, err := s.Store.Places(ctx, actor.Workspace)
			if err != nil {
				return err
			}
			if len(all) >= MaxPlaces {
				return errs.New(errs.Conflict, "error.goods_places", "count", MaxPlaces)
			}
			p.ID, p.CreatedAt = PlaceID(s.IDs.Next()), now
		} else {
			was, err := s.Store.Place(ctx, actor.Workspace, p.ID)
			if err != nil {
				return err
			}
			p.CreatedAt = was.CreatedAt
		}
		if err := s.Store.SavePlace(ctx, p); err != nil {
			return err
		}
		return s.Journal.Append(ctx, event.New("place.saved", actor, event.Subject{Kind: "place", ID: int64(p.ID)}, 0, map[string]any{"name": p.Name, "route": p.Route, "off": p.Off}))
	})
	if err != nil {
		return Place{}, fmt.Errorf("save place: %w", err)
	}
	return p, nil
}

const maxWord, maxText = 200, 1000

// tidy brings a place to the form in which it is kept.
func (p *Place) tidy() error {
	if !slices.Contains(Routes(), p.Route) {
		return errs.Field("route", "error.invalid")
	}
	a := &p.Address
	for _, x := range []*string{&p.Name, &a.Name, &a.Company, &a.Line1, &a.Line2, &a.City, &a.Region, &a.Postcode, &a.Phone} {
		if *x = strings.Join(strings.Fields(*x), " "); utf8.RuneCountInString(*x) > maxWord {
			return errs.Field("address", "error.goods_long", "max", maxWord)
		}
	}
	for _, x := range []*string{&p.Hours, &p.Note} {
		if *x = strings.TrimSpace(*x); utf8.RuneCountInString(*x) > maxText {
			return errs.Field("note", "error.goods_long", "max", maxText)
		}
	}
	a.Country = strings.ToUpper(strings.TrimSpace(a.Country))
	if p.Name == "" {
		return errs.Field("name", "error.required")
	}
	if a.Line1 == "" {
		return errs.Field("line1", "error.required")
	}
	if a.City == "" {
		return errs.Field("city", "error.required")
	}
	if !isCountry(a.Country) {
		return errs.Field("country", "error.country", "country", a.Country)
	}
	for i, m := range p.Markets {
		if p.Markets[i] = strings.ToUpper(strings.TrimSpace(m)); !isCountry(p.Markets[i]) {
			return errs.Field("markets", "error.country", "country", p.Markets[i])
		}
	}
	slices.Sort(p.Markets)
	p.Markets = slices.Compact(p.Markets)
	if p.Map = strings.TrimSpace(p.Map); p.Map != "" {
		if u, err := url.Parse(p.Map); err != nil || u.Scheme != "https" || u.Host == "" {
			return errs.Field("map", "error.outbound_url")
		}
	}
	return nil
}

func isCountry(s string) bool {
	r, err := language.ParseRegion(s)
	return len(s) == 2 && err == nil && r.IsCountry()
}

// choose returns the place of a route for a shop's customer in a country: one of the shop's own before one of all shops,
// one for the market before one for all, one in the country before one elsewhere, the oldest among equals.
func choose(list []Place, shop order.ShopID, route, country string) (Place, bool) {
	best, found := -1, Place{}
	for _, p := range list {
		if p.Off || p.Route != route || p.Shop != 0 && p.Shop != shop || len(p.Markets) > 0 && !slices.Contains(p.Markets, country) {
			continue
		}
		score := 0
		if p.Shop == shop {
			score += 4
		}
		if len(p.Markets) > 0 {
			score += 2
		}
		if p.Address.Country == country {
			score++
		}
		if score > best {
			best, found = score, p
		}
	}
	return found, best >= 0
}

// Near returns the counters where a shop's customer in a country may hand goods in, those whose postcode begins as theirs
// does first: the leading characters of postcodes are districts in nearly every country, which is as near as one gets
// without asking where somebody is. It needs ReadCases.
func (s *Service) Near(ctx context.Context, actor auth.Actor, shop order.ShopID, a order.Address) ([]Place, error) {
	list, err := s.Places(ctx, actor)
	if err != nil {
		return nil, err
	}
	list = slices.DeleteFunc(list, func(p Place) bool {
		return p.Off || p.Route != decision.DropOff.String() || p.Shop != 0 && p.Shop != shop || p.Address.Country != a.Country ||
			len(p.Markets) > 0 && !slices.Contains(p.Markets, a.Country)
	})
	slices.SortStableFunc(list, func(x, y Place) int { return nearness(y.Address, a) - nearness(x.Address, a) })
	return list, nil
}

// postcode is how one is compared: EC1A 1BB and ec1a1bb are one.
func postcode(a order.Address) string {
	return strings.ToUpper(strings.NewReplacer(" ", "", "-", "").Replace(a.Postcode))
}

func nearness(a, b order.Address) int {
	n, x, y := 0, postcode(a), postcode(b)
	for n < len(x) && n < len(y) && x[n] == y[n] {
		n++
	}
	if a.City != "" && strings.EqualFold(a.City, b.City) {
		n += 2
	}
	return n
}
