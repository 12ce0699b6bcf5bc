package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/netip"
	"os"
	"runtime/debug"
	"time"

	"godwit.dev/godwit/internal/app"
	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/geo"
	"godwit.dev/godwit/internal/base/rate"
)

// stopPatience is how long a stopping server waits for what is running.
const stopPatience = 20 * time.Second

type serveCmd struct {
	databaseFlags
	Listen      string        `default:"127.0.0.1:7700" env:"GODWIT_LISTEN" help:"Where the console listens."`
	Address     string        `env:"GODWIT_ADDRESS" placeholder:"URL" help:"The console's public address, for links in invitations."`
	Cert        string        `env:"GODWIT_CERT" type:"path" help:"TLS certificate (PEM); with --cert-key the console speaks HTTPS."`
	CertKey     string        `env:"GODWIT_CERT_KEY" type:"path" help:"The certificate's private key (PEM)."`
	ACMEDomain  []string      `name:"acme-domain" env:"GODWIT_ACME_DOMAIN" placeholder:"NAME" help:"Get the certificate for this domain by ACME; the world's port 443 must lead to --listen."`
	ACMEEmail   string        `name:"acme-email" env:"GODWIT_ACME_EMAIL" placeholder:"ADDRESS" help:"Where the authority writes about the certificate."`
	ACMEDir     string        `name:"acme-dir" env:"GODWIT_ACME_DIR" type:"path" placeholder:"PATH" help:"The folder for keys and certificates."`
	ACMECA      string        `name:"acme-ca" env:"GODWIT_ACME_CA" placeholder:"URL" help:"The authority's directory. Default: Let's Encrypt, to whose terms you agree."`
	ACMERoot    string        `name:"acme-root" env:"GODWIT_ACME_ROOT" type:"path" placeholder:"PATH" help:"Root certificate (PEM) of an authority of your own."`
	ListenHTTP  string        `name:"listen-http" env:"GODWIT_LISTEN_HTTP" placeholder:"ADDR" help:"Answer ACME over plain HTTP here, such as 0.0.0.0:80, and lead everybody else to HTTPS."`
	SMTP        string        `name:"smtp" env:"GODWIT_SMTP" placeholder:"ADDR" help:"Take mail from other servers here, such as 0.0.0.0:25."`
	LMTP        string        `name:"lmtp" env:"GODWIT_LMTP" placeholder:"ADDR" help:"Take mail from the server beside us here, such as 127.0.0.1:24."`
	Debug       string        `env:"GODWIT_DEBUG" placeholder:"ADDR" help:"Serve profiles of the process here; loopback only."`
	Metrics     string        `env:"GODWIT_METRICS" placeholder:"ADDR" help:"Show metrics to Prometheus here, such as 127.0.0.1:9100; loopback and private addresses only."`
	MetricsOpen bool          `name:"metrics-public" env:"GODWIT_METRICS_PUBLIC" help:"Permit --metrics at an address that others can reach."`
	CheckOrigin bool          `default:"true" negatable:"" env:"GODWIT_CHECK_ORIGIN" help:"Look SPF, DKIM and DMARC up in the DNS."`
	Drain       time.Duration `default:"2s" env:"GODWIT_DRAIN" help:"How long a stopping node of several serves on, so that proxies notice that it is not ready."`
	Issuers     []string      `name:"issuer-network" env:"GODWIT_ISSUER_NETWORKS" placeholder:"CIDR" help:"Networks of single sign-on issuers that are not public, such as 10.0.0.0/8."`
	Allow       []string      `name:"allow-network" env:"GODWIT_ALLOW_NETWORKS" placeholder:"CIDR" help:"Networks that webhooks and mail tokens may call although they are not public, such as 10.1.2.0/24."`
	Drop        string        `name:"drop" env:"GODWIT_DROP" placeholder:"FOLDER" help:"Folder below which files of shops are dropped; by default drop beside the SQLite file."`
	Proxies     []string      `name:"trusted-proxies" env:"GODWIT_TRUSTED_PROXIES" placeholder:"CIDR" help:"Networks of the proxies in front, which may say who asks: 127.0.0.0/8,10.1.2.0/24. Nobody else is believed."`
	ConsoleRate int           `default:"1200" env:"GODWIT_CONSOLE_RATE" help:"Requests a minute that the console takes of one person, half of them at once."`
	FetchRates  bool          `env:"GODWIT_FETCH_RATES" help:"Fetch the European Central Bank's exchange rates, a few times a day."`
	CountryDB   string        `name:"country-db" env:"GODWIT_COUNTRY_DB" type:"path" placeholder:"FILE" help:"Database of the countries of addresses (MaxMind DB format): chooses the currency that customers see."`
	PlainMail   bool          `env:"GODWIT_PLAIN_MAIL" help:"Permit mail servers without encryption that are not this machine."`
}

func (c *serveCmd) Run(ctx context.Context, log *slog.Logger) error {
	cfg := app.ServeConfig{Listen: c.Listen, SMTP: c.SMTP, LMTP: c.LMTP, Debug: c.Debug, Address: c.Address, Drain: c.Drain, Metrics: c.Metrics, MetricsPublic: c.MetricsOpen}
	if c.Cert != "" || c.CertKey != "" {
		pair, err := tls.LoadX509KeyPair(c.Cert, c.CertKey)
		if err != nil {
			return errs.Wrap(errs.Invalid, err, "error.certificate")
		}
		cfg.TLS = &tls.Config{Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS12}
	}
	var err error
	if cfg.ACME, err = c.acme(); err != nil {
		return err
	}
	issuers, err := networks(c.Issuers)
	if err != nil {
		return err
	}
	allowed, err := networks(c.Allow)
	if err != nil {
		return err
	}
	proxies, err := networks(c.Proxies)
	if err != nil {
		return err
	}
	cfg.Proxies, cfg.ConsoleRate = proxies, rate.Rate{PerMinute: max(c.ConsoleRate, 1), Burst: max(c.ConsoleRate/2, 1)}
	if cfg.Exposed() {
		fmt.Fprintf(os.Stderr, "\nWARNING: %s.\n         %s\n\n", app.ExposedText, app.ExposedFix)
	}
	var country func(netip.Addr) string
	if c.CountryDB != "" {
		db, err := geo.Open(c.CountryDB)
		if err != nil {
			return err
		}
		defer func() { _ = db.Close() }()
		country = db.Country
	}
	core, err := app.NewCore(ctx, app.Config{
		Database: c.Database, KeyFile: c.KeyFile, Keys: c.Keys, PlainMail: c.PlainMail, CheckOrigin: c.CheckOrigin, Log: log, Address: c.Address, Issuers: issuers, Networks: allowed, Drop: c.Drop, FetchRates: c.FetchRates, Country: country,
	})
	if err != nil {
		return err
	}
	defer func() { _ = core.Close() }()
	a, err := app.Start(ctx, core, cfg)
	if err != nil {
		return err
	}
	scheme := "http"
	if cfg.TLS != nil || len(c.ACMEDomain) > 0 {
		scheme = "https"
	}
	fmt.Printf("Godwit is ready: %s://%s\n", scheme, a.Addr())
	select {
	case <-ctx.Done():
	case err = <-a.Failed():
	}
	stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), c.Drain+stopPatience)
	defer cancel()
	if serr := a.Stop(stop); err == nil {
		err = serr
	}
	return err
}

// acme reads what was said about certificates.
func (c *serveCmd) acme() (app.ACMEConfig, error) {
	x := app.ACMEConfig{Domains: c.ACMEDomain, Email: c.ACMEEmail, Dir: c.ACMEDir, Authority: c.ACMECA, Plain: c.ListenHTTP}
	if c.ACMERoot == "" {
		return x, nil
	}
	pem, err := os.ReadFile(c.ACMERoot)
	if err != nil {
		return x, errs.Wrap(errs.Invalid, err, "error.acme_root", "path", c.ACMERoot)
	}
	x.Roots = x509.NewCertPool()
	if !x.Roots.AppendCertsFromPEM(pem) {
		return x, errs.New(errs.Invalid, "error.acme_root", "path", c.ACMERoot)
	}
	return x, nil
}

// networks reads networks written as 10.0.0.0/8.
func networks(list []string) ([]netip.Prefix, error) {
	var out []netip.Prefix
	for _, text := range list {
		p, err := netip.ParsePrefix(text)
		if err != nil {
			return nil, errs.Wrap(errs.Invalid, err, "error.network", "network", text)
		}
		out = append(out, p)
	}
	return out, nil
}

type demoCmd struct {
	Listen  string        `default:"127.0.0.1:7700" help:"Where the console listens."`
	Seed    uint64        `default:"1" help:"The same seed tells the same story."`
	Orders  int           `help:"How many orders; default 3200."`
	Tickets int           `help:"How many conversations; default 420."`
	Pace    time.Duration `default:"5s" help:"About how often a parcel moves; 0 lets them take as long as real ones."`
	JSON    bool          `name:"json" help:"Print addresses and logins as one line of JSON."`
	Letters string        `type:"path" help:"Write what would be mailed to this file, a line of JSON each."`
}

func (c *demoCmd) Run(ctx context.Context, log *slog.Logger) error {
	began := time.Now()
	cfg := app.DemoConfig{Listen: c.Listen, Seed: c.Seed, Orders: c.Orders, Tickets: c.Tickets, Pace: c.Pace, Log: slog.New(slog.NewTextHandler(io.Discard, nil))}
	if log.Enabled(ctx, slog.LevelDebug) {
		cfg.Log = log
	}
	if c.Letters != "" {
		f, err := os.OpenFile(c.Letters, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
		if err != nil {
			return err
		}
		defer f.Close()
		cfg.Letters = f
	}
	if !c.JSON {
		fmt.Fprintln(os.Stderr, "Making a merchant: four shops, what they sell, their orders and parcels, their customers' mail ...")
		cfg.Progress = progress(os.Stderr)
	}
	d, err := app.StartDemo(ctx, cfg)
	if err != nil {
		return err
	}
	console := "http://" + d.Addr()
	if c.JSON {
		out, err := json.Marshal(map[string]any{"console": console, "portal": console + d.Portal, "api": console + "/api/v1", "logins": d.Logins, "token": d.Token, "mail": d.MailAddr(0)})
		if err != nil {
			return err
		}
		fmt.Println(string(out))
	} else {
		fmt.Printf("\n  Godwit is ready after %.1f s.\n\n  Console   %s\n", time.Since(began).Seconds(), console)
		for _, l := range d.Logins {
			fmt.Printf("  %-8s  %-34s  %s\n", l.Role, l.Email, l.Password)
		}
		fmt.Printf("\n  Portal    %s\n", console+d.Portal)
		fmt.Printf("\n  API       %s/api/docs\n  token     %s\n", console, d.Token)
		fmt.Print("\n  Customers go on writing, and parcels move. Nothing leaves this machine. Ctrl+C ends and removes everything.\n\n")
	}
	select {
	case <-ctx.Done():
	case err = <-d.Failed():
	}
	stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopPatience)
	defer cancel()
	if serr := d.Stop(stop); err == nil {
		err = serr
	}
	return err
}

// progress draws one line that fills up.
func progress(w io.Writer) func(step string, done, total int) {
	last := ""
	return func(step string, done, total int) {
		const width = 30
		full := 0
		if total > 0 {
			full = done * width / total
		}
		line := fmt.Sprintf("\r  %-10s [%-*s] %d/%d", step, width, bar(full), done, total)
		if line != last {
			last = line
			fmt.Fprint(w, line)
		}
		if done == total {
			fmt.Fprintln(w)
		}
	}
}

func bar(n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = '#'
	}
	return string(b)
}

type versionCmd struct{}

func (versionCmd) Run() error {
	version := "development"
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		version = info.Main.Version
	}
	fmt.Println("godwit", version)
	return nil
}
