package app

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"strconv"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/i18n"
	"godwit.dev/godwit/internal/base/picture"
	"godwit.dev/godwit/internal/domain/brand"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/job"
)

// A look at a shop's own host is a job of its shop, so that one node does it; it is asked
// for on every node, and twice is once. A letter about what it found is a job for each
// owner, as those about webhooks are.
const (
	hostJob       = "brand.look"
	hostNoticeJob = "brand.notice"
	hostQueue     = "brand"
	hostWorkers   = 2
	hostTries     = 3
	hostsEvery    = 15 * time.Minute
	hostsAtOnce   = 1000
)

type hostNotice struct {
	Shop   order.ShopID  `json:"shop"`
	Host   string        `json:"host"`
	Fate   brand.Fate    `json:"fate"`
	Person auth.PersonID `json:"person"`
}

// buildBrands makes what shops look like, and who looks hosts up.
func (c *Core) buildBrands() {
	if c.Records == nil {
		c.Records = records{}
	}
	c.Brands = brand.New(brand.Config{Store: c.Store, Journal: c.Store, Pictures: picture.NewMaker(0), Records: c.Records, Host: hostOf(c.Address), Tell: c.hostTold, Now: c.Now})
}

// watchHosts asks for looks at the hosts that are due, until ctx ends.
func (c *Core) watchHosts(ctx context.Context) {
	tick := time.NewTicker(hostsEvery)
	defer tick.Stop()
	for {
		if err := c.askHosts(ctx); err != nil && ctx.Err() == nil {
			c.Log.Error("ask for looks at hosts", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// askHosts asks for looks at the hosts that are due.
func (c *Core) askHosts(ctx context.Context) error {
	list, err := c.Store.DomainsToLook(ctx, c.Now(), hostsAtOnce)
	if err != nil {
		return err
	}
	jobs := make([]job.Job, len(list))
	for i, due := range list {
		jobs[i] = job.New(due.Workspace, hostJob, due.Shop).On(hostQueue).WithKey(strconv.FormatInt(int64(due.Shop), 10)).Tries(hostTries)
	}
	return c.Store.Enqueue(ctx, jobs...)
}

// lookAtHost looks at the host of one shop.
func (c *Core) lookAtHost(ctx context.Context, j job.Job) error {
	var shop order.ShopID
	if err := j.Decode(&shop); err != nil {
		return errs.Wrap(errs.Invalid, err, "error.invalid")
	}
	return c.Brands.LookAgain(ctx, brand.Due{Workspace: j.Workspace, Shop: shop})
}

// hostTold asks for letters to the owners.
func (c *Core) hostTold(ctx context.Context, due brand.Due, host string, fate brand.Fate) error {
	c.Log.WarnContext(ctx, "the proof of a shop's own host is gone", "host", host, "workspace", int64(due.Workspace), "fate", string(fate))
	people, err := c.Store.People(ctx, due.Workspace)
	if err != nil {
		return err
	}
	var jobs []job.Job
	for _, p := range people {
		if p.Role == auth.Owner && p.Status == auth.Active {
			jobs = append(jobs, job.New(due.Workspace, hostNoticeJob, hostNotice{due.Shop, host, fate, p.ID}).On(errandQueue).Tries(errandTries))
		}
	}
	return c.Store.Enqueue(ctx, jobs...)
}

// hostLetter tells an owner, unless somebody has seen to it meanwhile. Without a mailbox
// that sends, the settings page is what tells.
func (c *Core) hostLetter(ctx context.Context, j job.Job) error {
	var n hostNotice
	if err := j.Decode(&n); err != nil {
		return errs.Wrap(errs.Invalid, err, "error.invalid")
	}
	shop, err := c.Store.Shop(ctx, j.Workspace, n.Shop)
	if errs.Is(err, errs.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	b, err := c.Brands.Of(ctx, shop)
	if err != nil {
		return err
	}
	if d := b.Domain; d.Host != n.Host || n.Fate == brand.Warn && !d.Failing() || n.Fate == brand.Withdraw && !d.Withdrawn() {
		return nil
	}
	p, err := c.Store.Person(ctx, j.Workspace, n.Person)
	if errs.Is(err, errs.NotFound) || err == nil && p.Status != auth.Active {
		return nil
	}
	if err != nil {
		return err
	}
	say := i18n.For(i18n.Match(p.Language, i18n.Console()))
	day := func(t time.Time) string { return say.Date(t, nil, i18n.Medium) }
	args := []any{"Name", p.Name, "Shop", shop.Name, "Host", n.Host, "Since", day(b.Domain.FailingSince), "Until", day(b.Domain.EndsAt())}
	what := "mail.host." + string(n.Fate)
	err = c.letter(ctx, j.Workspace, auth.Mail{
		To: p.Email, Name: p.Name, Language: string(say.Lang()), Subject: say.T(what+".subject", args...), Text: say.T(what+".text", args...),
	})
	if errs.Is(err, errs.NotFound) {
		return nil
	}
	return err
}

// records asks the system's resolver.
type records struct{}

// dnsPatience is how long one question to the DNS may take.
const dnsPatience = 5 * time.Second

// TXT implements brand.Records.
func (records) TXT(ctx context.Context, name string) ([]string, error) {
	ctx, cancel := context.WithTimeout(ctx, dnsPatience)
	defer cancel()
	list, err := net.DefaultResolver.LookupTXT(ctx, name)
	return list, none(err)
}

// Addresses implements brand.Records.
func (records) Addresses(ctx context.Context, host string) ([]netip.Addr, error) {
	ctx, cancel := context.WithTimeout(ctx, dnsPatience)
	defer cancel()
	list, err := net.DefaultResolver.LookupNetIP(ctx, "ip", host)
	for i := range list {
		list[i] = list[i].Unmap()
	}
	return list, none(err)
}

// none takes the answer that there is nothing for no error.
func none(err error) error {
	var dns *net.DNSError
	if errors.As(err, &dns) && dns.IsNotFound {
		return nil
	}
	return err
}
