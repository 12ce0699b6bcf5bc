package main

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"log/slog"
	"net"
	"os"
	"time"

	"godwit.dev/godwit/internal/app"
)

type doctorCmd struct {
	databaseFlags
	Mail      bool     `help:"Connect to the mail servers as well."`
	DNS       bool     `name:"dns" default:"true" negatable:"" help:"Look the domains of the mailboxes up."`
	BackupTo  string   `env:"GODWIT_BACKUP_TO" placeholder:"PLACE" help:"Where the backups lie, to look at the newest one."`
	PlainMail bool     `env:"GODWIT_PLAIN_MAIL" help:"Permit mail servers without encryption that are not this machine."`
	Listen    string   `default:"127.0.0.1:7700" env:"GODWIT_LISTEN" help:"Where the console of this machine listens, to look at who can hear it."`
	Cert      string   `env:"GODWIT_CERT" help:"Its certificate."`
	ACME      []string `name:"acme-domain" env:"GODWIT_ACME_DOMAIN" placeholder:"NAME" help:"Its domain by ACME."`
	Proxies   []string `name:"trusted-proxies" env:"GODWIT_TRUSTED_PROXIES" placeholder:"CIDR" help:"Networks of the proxies in front of it."`
	JSON      bool     `name:"json" help:"Print the findings as a list of JSON objects."`
}

// Run prints what the doctor finds, and ends with 1 if anything is sick.
func (c *doctorCmd) Run(ctx context.Context, log *slog.Logger) error {
	d := app.DoctorConfig{Mail: c.Mail, FreeDisk: freeDisk, Backups: c.BackupTo}
	trusted, err := networks(c.Proxies)
	if err != nil {
		return err
	}
	d.Serve = app.ServeConfig{Listen: c.Listen, Proxies: trusted, ACME: app.ACMEConfig{Domains: c.ACME}}
	if c.Cert != "" {
		d.Serve.TLS = &tls.Config{MinVersion: tls.VersionTLS12} // that there is one is all that is asked
	}
	if c.DNS {
		d.DNS = net.DefaultResolver
	}
	if c.BackupTo != "" {
		d.Newest = func(ctx context.Context) (time.Time, error) {
			place, err := openPlace(c.BackupTo)
			if err != nil {
				return time.Time{}, err
			}
			return app.NewestBackup(ctx, place)
		}
	}
	found := app.Doctor(ctx, app.Config{Database: c.Database, KeyFile: c.KeyFile, Keys: c.Keys, PlainMail: c.PlainMail, Log: log, Now: time.Now}, d)
	sick := false
	for _, f := range found {
		sick = sick || f.State == app.Sick
	}
	if c.JSON {
		if err := json.NewEncoder(os.Stdout).Encode(found); err != nil {
			return err
		}
	} else {
		for _, f := range found {
			fmt.Printf("%-4s  %-9s  %s\n", f.State, f.Check, f.Detail)
			if f.Fix != "" {
				fmt.Printf("                 %s\n", f.Fix)
			}
		}
	}
	if sick {
		return errBad
	}
	return nil
}
