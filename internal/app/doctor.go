package app

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/i18n"
	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/flow/commerce"
	"godwit.dev/godwit/internal/platform/auth"
)

// Finding is what the doctor has to say about one thing.
type Finding struct {
	Check  string `json:"check"`
	State  Health `json:"state"`
	Detail string `json:"detail"`
	Fix    string `json:"fix,omitempty"` // what to do about it
}

// Health is how one thing is.
type Health string

// The states of health, the best first.
const (
	Well   Health = "ok"
	Uneasy Health = "warn" // works, and may soon not
	Sick   Health = "fail"
)

// Resolver is the part of *net.Resolver that the doctor asks.
type Resolver interface {
	LookupHost(ctx context.Context, host string) ([]string, error)
	LookupTXT(ctx context.Context, name string) ([]string, error)
	LookupMX(ctx context.Context, name string) ([]*net.MX, error)
}

// DoctorConfig says what the doctor looks at besides the database.
type DoctorConfig struct {
	Mail     bool     // connect to the mail servers, as the console's test does
	DNS      Resolver // nil does not look at the DNS
	Backups  string   // the place of the backups; "" does not look
	Newest   func(ctx context.Context) (time.Time, error)
	FreeDisk func(path string) (free, total uint64, err error)
	Serve    ServeConfig // how the console of this machine is served
}

// Doctor examines a set-up and says what to do about what is wrong. It changes
// nothing. An error is of the examination itself.
func Doctor(ctx context.Context, cfg Config, d DoctorConfig) []Finding {
	x := &examination{cfg: cfg, DoctorConfig: d}
	if file, lite := strings.CutPrefix(cfg.Database, "sqlite:"); lite {
		if _, err := os.Stat(file); errors.Is(err, fs.ErrNotExist) {
			x.add("database", Sick, file+" is not there", "Correct --database; a new one is made by godwit serve or godwit init.")
			return x.findings
		}
	}
	x.disk()
	if !x.keyFile() {
		return x.findings // to open the database would make a new key
	}
	core, err := NewCore(ctx, cfg)
	if err != nil {
		x.add("database", Sick, plain(err), databaseFix(err))
		return x.findings
	}
	defer func() { _ = core.Close() }()
	x.core = core
	for _, look := range []func(context.Context) error{x.database, x.clock, x.jobs, x.workspaces, x.backups, x.doors} {
		if err := look(ctx); err != nil {
			x.add("database", Sick, plain(err), databaseFix(err))
		}
	}
	return x.findings
}

type examination struct {
	DoctorConfig
	cfg      Config
	core     *Core
	findings []Finding
}

func (x *examination) add(check string, h Health, detail, fix string) {
	x.findings = append(x.findings, Finding{Check: check, State: h, Detail: detail, Fix: fix})
}

// plain words an error for one line.
func plain(err error) string { return strings.Join(strings.Fields(err.Error()), " ") }

func databaseFix(err error) string {
	switch errs.KindOf(err) {
	case errs.Unavailable:
		return "Start the database, or correct --database; check that this machine may connect and that the disk is not full."
	case errs.Conflict:
		return "Install the newer Godwit that wrote this database, or restore a backup made before it."
	case errs.Invalid:
		return "Correct --database, --key-file or --keys."
	}
	return "If the file is damaged, restore the newest backup beside it; else look at the log of the database server."
}

// keyFile looks at whether the keys are there and who may read them.
func (x *examination) keyFile() bool {
	if x.cfg.Keys != "" {
		x.add("keys", Well, "given by the environment", "")
		return true
	}
	path := keyPath(x.cfg)
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		x.add("keys", Sick, path+" is not there", "Put the key file back, or name it by --key-file: the secrets of this database open with no other. A backup made --with-keys holds it.")
		return false
	case err != nil:
		x.add("keys", Sick, plain(err), "Let the user that runs Godwit read "+path+".")
		return false
	case info.Mode().Perm()&0o077 != 0:
		x.add("keys", Uneasy, fmt.Sprintf("%s can be read by others (%v)", path, info.Mode().Perm()), "chmod 600 "+path)
	default:
		x.add("keys", Well, path, "")
	}
	return true
}

// Room that a disk needs: less is a warning, a tenth of it a failure.
const roomWanted = 2 << 30

func (x *examination) disk() {
	file, lite := strings.CutPrefix(x.cfg.Database, "sqlite:")
	if !lite || x.FreeDisk == nil {
		return
	}
	dir := filepath.Dir(file)
	free, total, err := x.FreeDisk(dir)
	if err != nil {
		x.add("disk", Sick, plain(err), "Make the folder "+dir+", and let the user that runs Godwit write to it.")
		return
	}
	detail := fmt.Sprintf("%.1f of %.1f GB free in %s", float64(free)/(1<<30), float64(total)/(1<<30), dir)
	switch {
	case free < roomWanted/10:
		x.add("disk", Sick, detail, "Free some space now: a full disk stops the desk.")
	case free < roomWanted:
		x.add("disk", Uneasy, detail, "Free some space, or move the database to a larger disk.")
	default:
		x.add("disk", Well, detail, "")
	}
}

func (x *examination) database(ctx context.Context) error {
	v, err := x.core.Store.SchemaVersion(ctx)
	if err != nil {
		return err
	}
	health, err := x.core.Store.Examine(ctx)
	if err != nil {
		return err
	}
	for _, p := range health.Problems {
		x.add("database", Sick, p, "Stop the server and restore the newest backup beside it; keep the broken file for its youngest records.")
	}
	for _, w := range health.Warnings {
		x.add("database", Uneasy, w.What, w.Fix)
	}
	if len(health.Problems) == 0 {
		x.add("database", Well, fmt.Sprintf("%s, schema version %d", health.Server, v), "")
	}
	return nil
}

// clockSkew is how far the clocks of this machine and the database may be apart.
const clockSkew = 5 * time.Second

func (x *examination) clock(ctx context.Context) error {
	theirs, err := x.core.Store.Clock(ctx)
	if err != nil {
		return err
	}
	last, err := x.core.Store.LastEventAt(ctx)
	if err != nil {
		return err
	}
	now := x.core.Now()
	switch off := now.Sub(theirs); {
	case off.Abs() > clockSkew:
		x.add("clock", Sick, fmt.Sprintf("this machine's clock and the database's are %v apart", off.Abs().Round(time.Second)), "Let both set their clocks by NTP (timedatectl set-ntp true).")
	case last.Sub(now) > clockSkew:
		x.add("clock", Sick, fmt.Sprintf("the newest event is %v in the future", last.Sub(now).Round(time.Second)), "Set this machine's clock by NTP (timedatectl set-ntp true).")
	default:
		x.add("clock", Well, "agrees with the database", "")
	}
	return nil
}

func (x *examination) jobs(ctx context.Context) error {
	q, err := x.core.Store.QueueHealth(ctx)
	if err != nil {
		return err
	}
	switch late := x.core.Now().Sub(q.Oldest); {
	case q.Dead > 0:
		x.add("jobs", Uneasy, fmt.Sprintf("%d gave up; the last said: %s", q.Dead, q.LastError), "Correct the cause; what they concern shows it and can be tried again there.")
	case !q.Oldest.IsZero() && late > 5*time.Minute:
		x.add("jobs", Uneasy, fmt.Sprintf("%d wait, the oldest since %v", q.Waiting, late.Round(time.Second)), "Start godwit serve, or another one if all are busy.")
	default:
		x.add("jobs", Well, fmt.Sprintf("%d wait, none is late", q.Waiting), "")
	}
	return nil
}

func (x *examination) workspaces(ctx context.Context) error {
	list, err := x.core.Store.Workspaces(ctx) // opens each one's secret
	if err != nil {
		x.add("keys", Sick, plain(err), "Put the key that sealed this database back: --key-file, or behind the new one in --keys.")
		return nil
	}
	if len(list) == 0 {
		x.add("workspace", Uneasy, "there is none yet", "Open the console, or run godwit init.")
	}
	for _, w := range list {
		if err := x.audit(ctx, w); err != nil {
			return err
		}
		if err := x.signIn(ctx, w); err != nil {
			return err
		}
		if err := x.ledger(ctx, w); err != nil {
			return err
		}
		if err := x.mailboxes(ctx, w); err != nil {
			return err
		}
		if err := x.shops(ctx, w); err != nil {
			return err
		}
		if err := x.letters(ctx, w); err != nil {
			return err
		}
	}
	return nil
}

// signIn looks at who could lose a workspace to a stolen password or an open desk.
func (x *examination) signIn(ctx context.Context, w auth.Workspace) error {
	policy, err := x.core.Store.Policy(ctx, w.ID)
	if err != nil {
		return err
	}
	bare, err := x.core.Auth.Unguarded(ctx, auth.ForSystem(w.ID))
	if err != nil {
		return err
	}
	if bare > 0 {
		x.add("sign-in", Uneasy, fmt.Sprintf("%s: %d who manage it have no second factor", w.Name, bare),
			"They add one under Account, Second factor and passkeys; Settings, Sign-in makes it a rule for their roles.")
	}
	if life, idle := policy.Lasting.Spans(); policy.Lasting != auth.StrictSessions {
		x.add("sign-in", Uneasy, fmt.Sprintf("%s: sessions last %v, %v unused", w.Name, life, idle), "Shorter ones are chosen under Settings, Sign-in; 12 hours and 30 minutes are the default.")
	}
	if bare == 0 && policy.Lasting == auth.StrictSessions {
		x.add("sign-in", Well, w.Name, "")
	}
	return nil
}

func (x *examination) audit(ctx context.Context, w auth.Workspace) error {
	links, faults, err := x.core.Store.VerifyAudit(ctx, w.ID)
	if err != nil {
		return err
	}
	for i, f := range faults {
		if i == 5 {
			x.add("audit", Sick, fmt.Sprintf("%s: and %d more", w.Name, len(faults)-i), "")
			break
		}
		x.add("audit", Sick, fmt.Sprintf("%s: link %d, event %d: %s", w.Name, f.Seq, f.Event, f.Kind),
			"Somebody wrote to the database past Godwit. Compare with the newest backup and with the anchors in the log; change the passwords of the database.")
	}
	if len(faults) == 0 {
		x.add("audit", Well, fmt.Sprintf("%s: %d links, whole", w.Name, links), "")
	}
	return nil
}

// ledger adds the books up again. A workspace without an entry has none to speak of.
func (x *examination) ledger(ctx context.Context, w auth.Workspace) error {
	c, err := x.core.Store.CheckLedger(ctx, w.ID)
	if err != nil {
		return err
	}
	for _, p := range c.Problems {
		x.add("ledger", Sick, w.Name+": "+p, "Somebody wrote to the database past Godwit. Restore the newest backup beside it and compare; book what is missing by reversals, never by changing rows.")
	}
	if len(c.Problems) == 0 && c.Entries > 0 {
		x.add("ledger", Well, fmt.Sprintf("%s: %d entries, in balance", w.Name, c.Entries), "")
	}
	return nil
}

func (x *examination) mailboxes(ctx context.Context, w auth.Workspace) error {
	boxes, err := x.core.Store.Mailboxes(ctx, w.ID)
	if err != nil {
		x.add("keys", Sick, plain(err), "Put the key that sealed this database back: --key-file, or behind the new one in --keys.")
		return nil
	}
	seen := map[string]bool{}
	for _, b := range boxes {
		switch {
		case b.Disabled:
			x.add("mail", Uneasy, b.Address+" is paused", "Resume it in the console under Mailboxes if mail is expected.")
			continue
		case b.Status == "failing":
			x.add("mail", Sick, b.Address+": "+b.StatusDetail, "Open the mailbox in the console and run its connection test.")
		}
		if x.Mail {
			x.mailbox(ctx, b)
		}
		if _, domain, ok := strings.Cut(b.Address, "@"); ok && x.DNS != nil && !seen[domain] {
			seen[domain] = true
			x.domain(ctx, domain)
		}
	}
	return nil
}

// shops tells of connections that cannot be read.
func (x *examination) shops(ctx context.Context, w auth.Workspace) error {
	list, err := x.core.Store.ShopConnections(ctx, w.ID)
	if err != nil {
		return err
	}
	for _, c := range list {
		shop, err := x.core.Store.Shop(ctx, w.ID, c.Shop)
		if err != nil {
			return err
		}
		switch {
		case c.State == commerce.Paused:
			x.add("shops", Uneasy, shop.Name+" is paused", "Resume it in the console under Shops if orders are expected.")
		case c.Failing():
			x.add("shops", Sick, shop.Name+": "+i18n.For(i18n.English).T(c.Problem), "Open it in the console under Shops and run its test.")
		default:
			x.add("shops", Well, shop.Name, "")
		}
	}
	return nil
}

// mailbox tries the ways in and out.
func (x *examination) mailbox(ctx context.Context, b ticket.Mailbox) {
	for _, s := range x.core.testMailbox(ctx, b) {
		switch {
		case s.Skipped:
		case s.OK:
			x.add("mail", Well, fmt.Sprintf("%s, %s: answers after %v", b.Address, s.Name, s.Took.Round(time.Millisecond)), "")
		default:
			x.add("mail", Sick, fmt.Sprintf("%s, %s: %s", b.Address, s.Name, cmp.Or(s.Detail, s.Key)), "Open the mailbox in the console; its test says which field to correct.")
		}
	}
}

// domain looks at what receivers of our mail look at (RFC 7208, RFC 7489).
func (x *examination) domain(ctx context.Context, domain string) {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	txt, err := x.DNS.LookupTXT(ctx, domain)
	var missing *net.DNSError
	if err != nil && !(errors.As(err, &missing) && missing.IsNotFound) {
		x.add("dns", Uneasy, domain+": "+plain(err), "Check that this machine can reach its DNS server.")
		return
	}
	if !begins(txt, "v=spf1") {
		x.add("dns", Uneasy, domain+" has no SPF record: answers may be taken for spam", "Add the TXT record that your mail provider names, beginning with v=spf1.")
	}
	if txt, _ = x.DNS.LookupTXT(ctx, "_dmarc."+domain); !begins(txt, "v=DMARC1") {
		x.add("dns", Uneasy, domain+" has no DMARC record: anybody can write in its name", `Add a TXT record _dmarc.`+domain+` such as "v=DMARC1; p=none; rua=mailto:postmaster@`+domain+`", and tighten it later.`)
	} else {
		x.add("dns", Well, domain+" has DMARC", "")
	}
	if mx, err := x.DNS.LookupMX(ctx, domain); err != nil || len(mx) == 0 {
		x.add("dns", Uneasy, domain+" has no MX record: customers cannot answer", "Add the MX record that your mail provider names.")
	}
}

func begins(list []string, prefix string) bool {
	for _, s := range list {
		if strings.HasPrefix(strings.ToLower(s), strings.ToLower(prefix)) {
			return true
		}
	}
	return false
}

// backupAge is how old the newest backup may be.
const backupAge = 26 * time.Hour

func (x *examination) backups(ctx context.Context) error {
	if x.Newest == nil {
		x.add("backup", Uneasy, "no place of backups is given, so their age is not known", "Set GODWIT_BACKUP_TO, and run godwit backup every day.")
		return nil
	}
	at, err := x.Newest(ctx)
	switch {
	case errs.Is(err, errs.NotFound):
		x.add("backup", Sick, "there is none in "+x.Backups, "Run godwit backup every day, from a timer.")
	case err != nil:
		x.add("backup", Sick, plain(err), "Correct GODWIT_BACKUP_TO and its access key.")
	case x.core.Now().Sub(at) > backupAge:
		x.add("backup", Uneasy, fmt.Sprintf("the newest is %v old", x.core.Now().Sub(at).Round(time.Hour)), "Look why the timer of godwit backup does not run.")
	default:
		x.add("backup", Well, "the newest is of "+at.Format(time.RFC3339), "")
	}
	return nil
}

// doors looks at who can hear the console, and at proxies that were not believed.
func (x *examination) doors(ctx context.Context) error {
	exposed := x.Serve.Exposed()
	if exposed {
		x.add("network", Uneasy, ExposedText, ExposedFix)
	}
	seen, err := x.core.Auth.Happened(ctx, unheard, "")
	if err != nil {
		return err
	}
	if seen {
		x.add("network", Uneasy, "within the last day a peer in a private network spoke as a proxy and was not believed: every client behind it has its address",
			"Name its network by --trusted-proxies; the log names the peer. If there is no proxy there, somebody inside forges headers.")
	}
	if !exposed && !seen {
		x.add("network", Well, "nobody hears the console on the way, as far as its settings tell", "")
	}
	return nil
}

var _ Resolver = (*net.Resolver)(nil)
