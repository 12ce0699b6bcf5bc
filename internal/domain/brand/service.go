package brand

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"image"
	"net"
	"strconv"
	"sync"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/event"
)

// Kinds of event that this package announces. Their subject is the shop.
const (
	Saved           = "brand.saved"            // data: {"part"}: look, logo, domain
	DomainProven    = "brand.domain_proven"    // data: {"host"}
	DomainFailing   = "brand.domain_failing"   // data: {"host"}
	DomainRecovered = "brand.domain_recovered" // data: {"host"}
	DomainWithdrawn = "brand.domain_withdrawn" // data: {"host"}
)

// MostLogo is the largest file that a logo may be uploaded as, in bytes.
const MostLogo = 2 << 20

// Picture is a picture of a brand as it is sent to browsers.
type Picture struct {
	Workspace auth.WorkspaceID
	Shop      order.ShopID
	Name      string // "logo", or "icon-" and its side in pixels
	Data      []byte // PNG
}

// Store keeps brands. A record of another workspace does not exist.
type Store interface {
	InTx(context.Context, func(context.Context) error) error
	Shop(ctx context.Context, w auth.WorkspaceID, id order.ShopID) (order.Shop, error)
	Workspace(ctx context.Context, id auth.WorkspaceID) (auth.Workspace, error)

	// Brand returns the brand of a shop with its domain, errs.NotFound if it has none.
	Brand(context.Context, auth.WorkspaceID, order.ShopID) (Brand, error)
	// PutBrand writes all of a brand but its domain.
	PutBrand(context.Context, Brand) error
	// PutPictures writes the pictures of a shop in the place of all that it had.
	PutPictures(ctx context.Context, w auth.WorkspaceID, shop order.ShopID, list []Picture) error
	// BrandPicture returns one picture of a shop.
	BrandPicture(ctx context.Context, w auth.WorkspaceID, shop order.ShopID, name string) (Picture, error)
	// PutDomain writes the domain of a shop; one without a host removes it. A host that
	// is proven for another shop is errs.Conflict.
	PutDomain(ctx context.Context, w auth.WorkspaceID, shop order.ShopID, d Domain) error
	// MoveDomain writes what a look made of a proven host, and reports whether the domain
	// still was what the look began with; if not, nothing is written.
	MoveDomain(ctx context.Context, w auth.WorkspaceID, shop order.ShopID, was, is Domain) (bool, error)
	// DomainsToLook returns shops of all workspaces whose proven hosts are to be looked at
	// by then, the longest due first.
	DomainsToLook(ctx context.Context, by time.Time, limit int) ([]Due, error)
	// ShopByDomain returns the shop for which a host is proven, in whichever workspace.
	ShopByDomain(ctx context.Context, host string) (order.Shop, error)
}

// Pictures decodes what was uploaded (see picture.Maker).
type Pictures interface {
	Image(ctx context.Context, data []byte) (*image.NRGBA, error)
}

// Config is what a Service needs.
type Config struct {
	Store    Store
	Journal  event.Journal
	Pictures Pictures
	Records  Records
	// Host is the name under which this installation is reached, where a shop's own host
	// must lead too; "" lets no host be proven.
	Host string
	// Tell is called in the transaction that warns of a host or withdraws it, so that its
	// owners hear of it once; nil tells nobody.
	Tell func(ctx context.Context, shop Due, host string, fate Fate) error
	Now  func() time.Time
}

// Service holds the verbs of brands.
type Service struct {
	Config
	mu    sync.Mutex
	hosts map[string]known
}

// known is what was read of a host.
type known struct {
	shop  order.Shop
	found bool
	until time.Time
}

// New returns a Service.
func New(cfg Config) *Service {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	return &Service{Config: cfg, hosts: map[string]known{}}
}

// Of returns the brand of a shop, the zero look if nobody gave it one.
func (s *Service) Of(ctx context.Context, shop order.Shop) (Brand, error) {
	b, err := s.Store.Brand(ctx, shop.Workspace, shop.ID)
	if errs.Is(err, errs.NotFound) {
		return Brand{Workspace: shop.Workspace, Shop: shop.ID}, nil
	}
	return b, err
}

// Get returns a shop with its brand. It needs Manage; a shop that the actor does not
// see is errs.NotFound.
func (s *Service) Get(ctx context.Context, actor auth.Actor, id order.ShopID) (order.Shop, Brand, error) {
	if err := actor.Can(auth.Manage); err != nil {
		return order.Shop{}, Brand{}, err
	}
	shop, err := s.Store.Shop(ctx, actor.Workspace, id)
	if err == nil && !actor.Scope().Sees(shop.Resource()) {
		err = errs.New(errs.NotFound, "error.not_found")
	}
	if err != nil {
		return order.Shop{}, Brand{}, err
	}
	b, err := s.Of(ctx, shop)
	return shop, b, err
}

// change applies fn to the brand of a shop and keeps it.
func (s *Service) change(ctx context.Context, actor auth.Actor, id order.ShopID, part string, fn func(context.Context, order.Shop, *Brand) error) (Brand, error) {
	var out Brand
	err := s.Store.InTx(ctx, func(ctx context.Context) error {
		shop, b, err := s.Get(ctx, actor, id)
		if err != nil {
			return err
		}
		if err := fn(ctx, shop, &b); err != nil {
			return err
		}
		b.UpdatedAt = s.Now().UTC().Truncate(time.Millisecond)
		if err := s.Store.PutBrand(ctx, b); err != nil {
			return err
		}
		out = b
		return s.Journal.Append(ctx, event.New(Saved, actor, event.Subject{Kind: order.ShopSubject, ID: int64(id)}, 0, map[string]string{"part": part}))
	})
	return out, err
}

// Save writes the look of a shop. What is wrong with it is errs.Invalid with the field.
// It needs Manage.
func (s *Service) Save(ctx context.Context, actor auth.Actor, id order.ShopID, u Update) (Brand, error) {
	if err := actor.Can(auth.Manage); err != nil {
		return Brand{}, err
	}
	if err := u.tidy(); err != nil {
		return Brand{}, err
	}
	return s.change(ctx, actor, id, "look", func(ctx context.Context, shop order.Shop, b *Brand) error {
		redraw := b.Logo.Plate == Dark && b.Accent != u.Accent // the ground of its icons
		b.Name, b.Accent, b.Support, b.Links, b.Languages, b.Origins, b.Silent = u.Name, u.Accent, u.Support, u.Links, u.Languages, u.Origins, u.Silent
		if !redraw {
			return nil
		}
		p, err := s.Store.BrandPicture(ctx, b.Workspace, b.Shop, "logo")
		if err != nil {
			return err
		}
		return s.draw(ctx, b, p.Data)
	})
}

// SetLogo draws a picture anew and makes it the logo of a shop, with its icons; no data
// takes the logo away. What is no picture that is read (a vector picture among them) is
// errs.Unsupported, one too large or too small errs.Invalid. It needs Manage.
func (s *Service) SetLogo(ctx context.Context, actor auth.Actor, id order.ShopID, data []byte) (Brand, error) {
	if err := actor.Can(auth.Manage); err != nil {
		return Brand{}, err
	}
	if len(data) > MostLogo {
		return Brand{}, errs.Field("logo", "error.brand_large", "most", MostLogo>>20)
	}
	return s.change(ctx, actor, id, "logo", func(ctx context.Context, _ order.Shop, b *Brand) error {
		if len(data) == 0 {
			b.Logo = Logo{}
			return s.Store.PutPictures(ctx, b.Workspace, b.Shop, nil)
		}
		return s.draw(ctx, b, data)
	})
}

// draw makes the pictures of a brand.
func (s *Service) draw(ctx context.Context, b *Brand, data []byte) error {
	src, err := s.Pictures.Image(ctx, data)
	if errs.Is(err, errs.Unsupported) || errs.Is(err, errs.Invalid) {
		return errs.Field("logo", "error.brand_picture")
	}
	if err != nil {
		return err
	}
	logo, err := drawLogo(src)
	if err != nil {
		return err
	}
	list := []Picture{{Workspace: b.Workspace, Shop: b.Shop, Name: "logo", Data: logo.png}}
	for _, side := range Sides() {
		icon, err := iconOf(logo, b.Accent, side)
		if err != nil {
			return fmt.Errorf("draw icon: %w", err)
		}
		list = append(list, Picture{Workspace: b.Workspace, Shop: b.Shop, Name: "icon-" + strconv.Itoa(side), Data: icon})
	}
	sum := sha256.New()
	for _, p := range list {
		sum.Write(p.Data)
	}
	box := logo.image.Bounds()
	scale := min(float64(logoWide)/float64(box.Dx()), float64(logoHigh)/float64(box.Dy()), 1)
	b.Logo = Logo{Hash: hex.EncodeToString(sum.Sum(nil)[:6]), Width: int(scale * float64(box.Dx())), Height: int(scale * float64(box.Dy())), Plate: logo.plate}
	return s.Store.PutPictures(ctx, b.Workspace, b.Shop, list)
}

// IconHash names the icons of a brand as they look now: a browser that has them by this
// name need not ask again.
func (b Brand) IconHash(shop string) string {
	if b.Logo.Hash != "" {
		return b.Logo.Hash
	}
	sum := sha256.Sum256([]byte(initials(b.Called(shop)) + "\x00" + ShadesOf(b.Accent).Light))
	return hex.EncodeToString(sum[:6])
}

// Icon returns an icon as PNG, of a side that [Sides] lists; another is errs.NotFound.
func (s *Service) Icon(ctx context.Context, shop order.Shop, b Brand, side int) ([]byte, error) {
	for _, known := range Sides() {
		switch {
		case known != side:
		case b.Logo.Hash == "":
			return drawInitials(b.Called(shop.Name), b.Accent, side)
		default:
			p, err := s.Store.BrandPicture(ctx, shop.Workspace, shop.ID, "icon-"+strconv.Itoa(side))
			return p.Data, err
		}
	}
	return nil, errs.New(errs.NotFound, "error.not_found")
}

// LogoOf returns the logo of a shop as PNG, errs.NotFound if it has none.
func (s *Service) LogoOf(ctx context.Context, shop order.Shop) ([]byte, error) {
	p, err := s.Store.BrandPicture(ctx, shop.Workspace, shop.ID, "logo")
	return p.Data, err
}

// SetDomain names the host of a shop's own; "" takes it away. It shows nothing until it
// is proven (see Prove). A host that is this installation's own, or that is proven for
// another shop, is errs.Invalid. It needs Manage.
func (s *Service) SetDomain(ctx context.Context, actor auth.Actor, id order.ShopID, typed string) (Brand, error) {
	if err := actor.Can(auth.Manage); err != nil {
		return Brand{}, err
	}
	host := ""
	if typed != "" {
		var err error
		if host, err = hostOf(typed); err != nil {
			return Brand{}, err
		}
		if s.Host == "" || net.ParseIP(s.Host) != nil {
			return Brand{}, errs.Field("domain", "error.brand_address")
		}
		if host == Host(s.Host) {
			return Brand{}, errs.Field("domain", "error.brand_ours")
		}
		holder, err := s.Store.ShopByDomain(ctx, host)
		switch {
		case err == nil && holder.ID == id && holder.Workspace == actor.Workspace:
			_, b, err := s.Get(ctx, actor, id)
			return b, err
		case err == nil:
			return Brand{}, errs.Field("domain", "error.brand_taken")
		case !errs.Is(err, errs.NotFound):
			return Brand{}, err
		}
	}
	defer s.forget()
	return s.change(ctx, actor, id, "domain", func(ctx context.Context, _ order.Shop, b *Brand) error {
		b.Domain = Domain{Host: host}
		return s.Store.PutDomain(ctx, b.Workspace, b.Shop, b.Domain)
	})
}

// RecordOf returns what the owner of a brand's host puts into the DNS, the zero Record
// if there is no host.
func (s *Service) RecordOf(ctx context.Context, b Brand) (Record, error) {
	if b.Domain.Host == "" {
		return Record{}, nil
	}
	w, err := s.Store.Workspace(ctx, b.Workspace)
	return Record{Name: recordLabel + b.Domain.Host, Kind: "TXT", Value: proof(w.Secret, b.Shop, b.Domain.Host)}, err
}

// Prove looks into the DNS whether the host of a shop is its own and leads here; from
// then on the pages of the shop stand there. What is missing is errs.Invalid and says
// what; a DNS that does not answer is errs.Unavailable. It needs Manage.
func (s *Service) Prove(ctx context.Context, actor auth.Actor, id order.ShopID) (Brand, error) {
	_, b, err := s.Get(ctx, actor, id)
	if err != nil {
		return b, err
	}
	want, err := s.RecordOf(ctx, b)
	if err == nil && want == (Record{}) {
		err = errs.Field("domain", "error.required")
	}
	if err == nil {
		err = prove(ctx, s.Records, want, b.Domain.Host, Host(s.Host))
	}
	if err != nil {
		return b, err
	}
	defer s.forget()
	host := b.Domain.Host
	err = s.Store.InTx(ctx, func(ctx context.Context) error {
		if _, b, err = s.Get(ctx, actor, id); err != nil {
			return err
		}
		if b.Domain.Host != host { // somebody named another meanwhile
			return errs.New(errs.Conflict, "error.busy")
		}
		now, was := s.Now().UTC().Truncate(time.Millisecond), b.Domain
		if was.Linked() {
			return nil
		}
		if b.Domain = (Domain{Host: host, ProvenAt: now, LookAt: now.Add(lookEvery)}); was.Failing() {
			b.Domain, _ = was.after(Sound, now)
		}
		err := s.Store.PutDomain(ctx, b.Workspace, b.Shop, b.Domain)
		if errs.Is(err, errs.Conflict) {
			return errs.Field("domain", "error.brand_taken")
		}
		if err != nil {
			return err
		}
		if was.Failing() {
			return s.recovered(ctx, actor, b, was)
		}
		return s.note(ctx, DomainProven, actor, b)
	})
	return b, err
}

// How long a host is remembered, and how many: whoever sends requests chooses names.
const (
	rememberHost = 5 * time.Second
	mostHosts    = 4096
)

// ByHost returns the shop whose pages stand on a host. What was read is believed for
// five seconds, on each node.
func (s *Service) ByHost(ctx context.Context, host string) (shop order.Shop, found bool, err error) {
	if host = Host(host); host == "" || len(host) > 253 || host == Host(s.Host) || net.ParseIP(host) != nil {
		return shop, false, nil
	}
	now := s.Now()
	s.mu.Lock()
	k, ok := s.hosts[host]
	s.mu.Unlock()
	if ok && now.Before(k.until) {
		return k.shop, k.found, nil
	}
	shop, err = s.Store.ShopByDomain(ctx, host)
	if err != nil && !errs.Is(err, errs.NotFound) {
		return shop, false, err
	}
	k = known{shop: shop, found: err == nil, until: now.Add(rememberHost)}
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.hosts) >= mostHosts {
		clear(s.hosts)
	}
	s.hosts[host] = k
	return k.shop, k.found, nil
}

func (s *Service) forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.hosts)
}
