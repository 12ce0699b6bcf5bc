package commerce

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/phone"
	"godwit.dev/godwit/internal/domain/customer"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/domain/product"
	"godwit.dev/godwit/internal/flow/intake"
	"godwit.dev/godwit/internal/platform/auth"
)

// take saves the objects that are newer than what is there, and returns how many those were. The caller holds the
// connection, so that two versions of an object are never compared with the same third one. Asked is when they were
// asked for, zero if a webhook brought them. An object that cannot be kept is noted as a problem and holds nobody up.
func (s *Service) take(ctx context.Context, c Connection, objects []intake.Object, asked time.Time) (int, error) {
	shop, err := s.Store.Shop(ctx, c.Workspace, c.Shop)
	if err != nil {
		return 0, err
	}
	taken := 0
	for _, group := range byKind(objects) {
		fresh, versions, err := s.newer(ctx, c, group, asked)
		if err != nil {
			return 0, err
		}
		taken += len(fresh)
		if err := s.keep(ctx, shop, fresh, versions); err != nil {
			return 0, fmt.Errorf("take: %w", err)
		}
		if err := s.Store.SaveShopVersions(ctx, c.Workspace, c.ID, versions); err != nil {
			return 0, err
		}
	}
	return taken, nil
}

// byKind divides objects by kind, in the order in which the kinds first stand.
func byKind(objects []intake.Object) [][]intake.Object {
	var out [][]intake.Object
	at := map[string]int{}
	for _, o := range objects {
		k := o.Base().Kind
		i, ok := at[k]
		if !ok {
			i = len(out)
			at[k], out = i, append(out, nil)
		}
		out[i] = append(out[i], o)
	}
	return out
}

// newer leaves the objects of one kind that are newer than the versions that were taken, each once, and the versions
// that they are.
func (s *Service) newer(ctx context.Context, c Connection, objects []intake.Object, asked time.Time) ([]intake.Object, []Version, error) {
	ids := make([]string, len(objects))
	for i, o := range objects {
		ids[i] = o.Base().ID
	}
	kind := objects[0].Base().Kind
	known, err := s.Store.ShopVersions(ctx, c.Workspace, c.ID, kind, ids)
	if err != nil {
		return nil, nil, err
	}
	var fresh []intake.Object
	var versions []Version
	at := map[string]int{}
	for _, o := range objects {
		v := versionOf(o, asked)
		old, ok := known[v.External]
		if ok && !old.yields(v) {
			continue
		}
		known[v.External] = v
		if i, again := at[v.External]; again {
			fresh[i], versions[i] = o, v
			continue
		}
		at[v.External] = len(fresh)
		fresh, versions = append(fresh, o), append(versions, v)
	}
	return fresh, versions, nil
}

func versionOf(o intake.Object, asked time.Time) Version {
	b := o.Base()
	return Version{Kind: b.Kind, External: b.ID, ChangedAt: milli(b.UpdatedAt), AskedAt: milli(asked), Digest: digest(o), Deleted: b.Deleted}
}

// milli is a time as the store keeps it: what is compared must not differ by what is lost there.
func milli(t time.Time) time.Time {
	if t.IsZero() {
		return t
	}
	return t.UTC().Truncate(time.Millisecond)
}

func digest(o intake.Object) string {
	raw, err := json.Marshal(o)
	if err != nil {
		return "" // equal to nothing
	}
	sum := sha256.Sum256(raw)
	return hex.EncodeToString(sum[:12])
}

// keep saves objects of one kind, and notes in their versions which could not be.
func (s *Service) keep(ctx context.Context, shop order.Shop, objects []intake.Object, versions []Version) error {
	actor := auth.ForSystem(shop.Workspace)
	var orders []order.New
	var gone []string
	for i, o := range objects {
		if o.Base().Deleted {
			gone = append(gone, o.Base().ID)
			continue
		}
		var err error
		switch o := o.(type) {
		case *intake.Order:
			if o.Status == draft {
				continue // a basket is no sale
			}
			var n order.New
			if n, err = s.order(ctx, shop, o); err == nil {
				n.Living = true
				orders = append(orders, n)
			}
		case *intake.Customer:
			_, err = s.recognise(ctx, shop, o, nil)
		case *intake.Product:
			var n product.New
			if n, err = Product(shop, o); err == nil {
				_, _, err = s.Products.Save(ctx, actor, n)
			}
		default:
			versions[i].Body, err = json.Marshal(o)
		}
		if err != nil && !errs.Is(err, errs.Invalid) {
			return err
		}
		if err != nil {
			versions[i].Problem, versions[i].Detail = words(err), cut(err.Error(), 300)
		}
	}
	if len(orders) > 0 {
		if _, _, err := s.Orders.SaveAll(ctx, actor, shop, orders); err != nil {
			return err
		}
	}
	if len(gone) == 0 {
		return nil
	}
	return s.bury(ctx, shop, objects[0].Base().Kind, gone)
}

// draft is the status of what was not bought.
const draft = "draft"

// order converts an order and finds its customer. It fails with errs.Invalid if it cannot be kept.
func (s *Service) order(ctx context.Context, shop order.Shop, o *intake.Order) (order.New, error) {
	n, err := Order(shop, o)
	if err != nil {
		return n, err
	}
	if err := n.Check(shop); err != nil {
		return n, err
	}
	if s.Promises != nil && n.Promise.Quote != "" {
		p, err := s.Promises.Promise(ctx, auth.ForSystem(shop.Workspace), n.Promise.Quote, n.Promise.Service)
		if err == nil {
			n.Promise = p
		} else if !errs.Is(err, errs.NotFound) { // quoted elsewhere, or forgotten
			return n, err
		}
	}
	if c := o.Customer; c != nil && account(c.ID) != "" {
		known, err := s.recognise(ctx, shop, c, o.ShipTo)
		if err != nil && !errs.Is(err, errs.Invalid) {
			return n, err
		}
		n.Customer = known.ID
	}
	return n, nil
}

// recognise returns the customer of a shop's account: who holds the account at this shop, or else its address, or else
// its number, as the country dials it where the order goes; new if nobody does. What nobody holds yet becomes theirs. Names prove nothing.
func (s *Service) recognise(ctx context.Context, shop order.Shop, c *intake.Customer, to *intake.Address) (customer.Customer, error) {
	var proofs []customer.Identity
	if id := account(c.ID); id != "" {
		proofs = append(proofs, customer.Identity{Kind: Account, Value: fmt.Sprintf("%d/%s", shop.ID, id), Verified: true})
	}
	if c.Email != "" {
		proofs = append(proofs, customer.Identity{Kind: customer.Email, Value: c.Email})
	}
	if number, ok := phone.Parse(c.Phone, country(c, to)); ok { // without its country a number may be anybody's
		proofs = append(proofs, customer.Identity{Kind: customer.Phone, Value: number})
	}
	known, _, err := s.Customers.Recognise(ctx, shop.Workspace, proofs, c.Name, c.Language)
	if err != nil {
		return known, fmt.Errorf("recognise customer: %w", err)
	}
	return known, nil
}

// country is where a customer's number is dialled, "" if nobody says: where their order goes, else where they live.
func country(c *intake.Customer, to *intake.Address) string {
	if to == nil {
		to = c.Address
	}
	if to == nil && len(c.Addresses) > 0 {
		to = &c.Addresses[0]
	}
	if to == nil {
		return ""
	}
	return strings.ToUpper(intake.Country(to.Country))
}

// Account is the kind of identity that a shop's own identifier of a customer is.
const Account = "marketplace"

// account is the vendor's identifier of somebody who has one; guests have none, or 0.
func account(id string) string {
	if id == "0" {
		return ""
	}
	return id
}

// errMoney is a sum that is none of the order's currency.
var errMoney = errors.New("a sum that its currency does not have")
