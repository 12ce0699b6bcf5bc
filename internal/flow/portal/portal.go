package portal

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/forwarded"
	"godwit.dev/godwit/internal/base/phone"
	"godwit.dev/godwit/internal/domain/brand"
	"godwit.dev/godwit/internal/domain/customer"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/domain/promise"
	"godwit.dev/godwit/internal/domain/shipment"
	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/job"
)

// Orders is what is asked of orders.
type Orders interface {
	ShopBySlug(ctx context.Context, slug string) (order.Shop, error)
	Shops(ctx context.Context, actor auth.Actor) ([]order.Shop, error)
	Get(ctx context.Context, actor auth.Actor, id order.ID) (order.Order, error)
	List(ctx context.Context, actor auth.Actor, f order.Filter, after order.Cursor, limit int) ([]order.Order, error)
}

// Shipments is what is asked of parcels.
type Shipments interface {
	Get(ctx context.Context, actor auth.Actor, id shipment.ID) (shipment.Shipment, error)
	List(ctx context.Context, actor auth.Actor, f shipment.Filter, after shipment.Cursor, limit int) ([]shipment.Shipment, error)
	Events(ctx context.Context, actor auth.Actor, id shipment.ID) ([]shipment.Event, error)
}

// House tells of workspaces and their mailboxes.
type House interface {
	Workspace(ctx context.Context, id auth.WorkspaceID) (auth.Workspace, error)
	Mailboxes(ctx context.Context, w auth.WorkspaceID) ([]ticket.Mailbox, error)
}

// Brands tells how shops look, and on which hosts.
type Brands interface {
	Of(ctx context.Context, shop order.Shop) (brand.Brand, error)
}

// Gate counts attempts, for all nodes together (see auth.Gate).
type Gate interface {
	Try(ctx context.Context, account, address string) (wait time.Duration, err error)
	Passed(ctx context.Context, account, address string)
	AllowWithin(ctx context.Context, what, who string, n int, within time.Duration) (bool, error)
}

// Config is what a Service needs.
type Config struct {
	Orders    Orders
	Shipments Shipments
	House     House
	Gate      Gate
	Store     Store
	Queue     job.Queue // nil: no letter can leave, and no code is asked for
	Post      Post
	Desk      Desk      // nil: nothing can be reported
	Address   string    // the public address of the doors, without a slash at its end; "" is not known
	Forecasts Forecasts // nil: nothing is foreseen
	Usuals    Usuals    // nil: nothing is known to be usual
	Brands    Brands    // nil: every shop looks like ours, and stands below Address
	Habits    Habits
	// Hours tells when the desk is there for whoever writes; nil: nobody says.
	Hours    func(context.Context, auth.WorkspaceID, promise.Subject) (promise.Hours, error)
	Forms    Forms    // nil: nothing can be declared
	Withdraw Withdraw // nil: people open withdrawals by hand
	Now      func() time.Time
	// Pause waits until an answer may leave that tells somebody nothing; nil waits
	// by the clock.
	Pause func(ctx context.Context, d time.Duration)
}

// Service answers customers.
type Service struct{ Config }

// New returns a Service.
func New(cfg Config) *Service {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Pause == nil {
		cfg.Pause = pause
	}
	return &Service{cfg}
}

func pause(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}

// How often orders are looked for. What is counted for one order is counted by
// the gate: five failures from one network are free, fifty from all together. A
// household asks for a few orders, an office or a mobile network for many.
const (
	triesPerNetwork = 60
	triesPerShop    = 6000
	triesWithin     = time.Hour
	// evenly is after how long an answer leaves that found nothing, whatever was
	// looked at to make it.
	evenly = 400 * time.Millisecond
)

// longestClaim bounds what is read of a number, an address or a telephone number,
// in bytes.
const longestClaim = 254

// Claim is what somebody says to find an order.
type Claim struct {
	Number  string // of an order, or of a parcel
	Contact string // a mail address or a telephone number; "" tries Number as a parcel's
	Address string // the network address of who asks
}

// Wait is the error of a claim that comes too soon after others.
type Wait struct{ For time.Duration }

// Error says how long to wait.
func (w *Wait) Error() string { return "too many attempts: wait " + w.For.String() }

// Find returns a token for a link to the order that a claim is about, or to the one
// parcel that a tracking number names by itself. A claim that
// lacks something is errs.Invalid, one that nothing fits errs.NotFound, and one
// too many a *Wait, whether or not it was right.
func (s *Service) Find(ctx context.Context, shop order.Shop, c Claim) (token string, err error) {
	began := s.Now()
	key, contact := order.Key(cut(c.Number)), strings.TrimSpace(cut(c.Contact))
	if parcel := order.TrackingKey(cut(c.Number)); contact == "" && len(parcel) >= leastTracking {
		key = "parcel " + parcel
	} else if key == "" || contact == "" {
		return "", errs.New(errs.Invalid, "portal.find.empty")
	}
	account := "portal " + strconv.FormatInt(int64(shop.ID), 36) + " " + key
	if err := s.attempt(ctx, shop, account, c.Address); err != nil {
		return "", err
	}
	what, about := forOrder, int64(0)
	if contact == "" {
		what = forParcel
		about, err = s.lookUpParcel(ctx, shop, order.TrackingKey(cut(c.Number)))
	} else {
		about, err = s.lookUp(ctx, shop, key, contact)
	}
	if errs.Is(err, errs.NotFound) {
		s.Pause(ctx, max(evenly-s.Now().Sub(began), 0))
	}
	if err != nil {
		return "", err
	}
	w, err := s.House.Workspace(ctx, shop.Workspace)
	if err != nil {
		return "", fmt.Errorf("find order: %w", err)
	}
	s.Gate.Passed(ctx, account, c.Address)
	return makeToken(w.Secret, shop.ID, what, about, s.Now().Add(LinkLife)), nil
}

func cut(s string) string { return strings.ToValidUTF8(s[:min(len(s), longestClaim)], "") }

// attempt asks whether somebody may look for an order once more.
func (s *Service) attempt(ctx context.Context, shop order.Shop, account, address string) error {
	for _, limit := range []struct {
		what, who string
		n         int
	}{
		{"portal network", forwarded.Network(address), triesPerNetwork},
		{"portal shop", strconv.FormatInt(int64(shop.ID), 36), triesPerShop},
	} {
		ok, err := s.Gate.AllowWithin(ctx, limit.what, limit.who, limit.n, triesWithin)
		if err != nil {
			return err
		}
		if !ok {
			return &Wait{triesWithin}
		}
	}
	wait, err := s.Gate.Try(ctx, account, address)
	if err != nil {
		return err
	}
	if wait > 0 {
		return &Wait{wait}
	}
	return nil
}

// leastTracking is the fewest letters and digits of a number that names a parcel by
// itself: shorter ones can be guessed.
const leastTracking = 8

// lookUpParcel returns the newest parcel of a shop that goes to its customer under a
// number.
func (s *Service) lookUpParcel(ctx context.Context, shop order.Shop, key string) (int64, error) {
	list, err := s.Shipments.List(ctx, auth.ForSystem(shop.Workspace), shipment.Filter{Shop: shop.ID, Key: key, Direction: shipment.Out}, shipment.Cursor{}, 1)
	if err != nil {
		return 0, fmt.Errorf("find parcel: %w", err)
	}
	if len(list) == 0 {
		return 0, errs.New(errs.NotFound, "portal.find.none")
	}
	return int64(list[0].ID), nil
}

// lookUp returns the newest order of a shop that has a number and was placed with
// a mail address or for a telephone number. The address is part of the statement,
// which costs the same whether it is wrong or the number is.
func (s *Service) lookUp(ctx context.Context, shop order.Shop, key, contact string) (int64, error) {
	f := order.Filter{Shop: shop.ID, Keys: []string{key}}
	fits := func(o order.Order) bool { return phone.Same(contact, o.ShipTo.Phone, o.ShipTo.Country) }
	if strings.Contains(contact, "@") {
		f.Email = customer.FoldEmail(contact)
		fits = func(o order.Order) bool { return f.Email != "" && o.Email == f.Email }
	}
	list, err := s.Orders.List(ctx, auth.ForSystem(shop.Workspace), f, order.Cursor{}, mostAlike)
	if err != nil {
		return 0, fmt.Errorf("find order: %w", err)
	}
	if i := slices.IndexFunc(list, fits); i >= 0 {
		return int64(list[i].ID), nil
	}
	return 0, errs.New(errs.NotFound, "portal.find.none")
}

// mostAlike is how many orders of one shop by one number are looked at.
const mostAlike = 10
