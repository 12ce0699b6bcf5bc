package app

import (
	"context"
	"net/http"
	"strings"

	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/server/api"
	"godwit.dev/godwit/internal/server/mcp"
	"godwit.dev/godwit/internal/server/web"
)

// attendance lets the API see and be seen at the console.
type attendance struct{ *web.Presence }

// Others returns who else has a ticket open.
func (a attendance) Others(w auth.WorkspaceID, number int64, me auth.PersonID) []api.Present {
	var out []api.Present
	for _, x := range a.Presence.Others(w, number, me) {
		out = append(out, api.Present{Person: x.Person, Typing: x.Typing})
	}
	return out
}

// api returns the door for programs.
func (c *Core) api(cfg ServeConfig, p *web.Presence, done <-chan struct{}) http.Handler {
	return api.New(api.Config{
		OrderLink:    c.Portal.LinkToOrder,
		Auth:         c.Auth,
		Tickets:      c.Tickets,
		Customers:    c.Customers,
		Orders:       c.Orders,
		Products:     c.Products,
		Rates:        c.Rates,
		Plans:        c.Plans,
		Policies:     c.Policies,
		Costs:        c.Costs,
		Outlays:      c.Outlays,
		Replay:       c.Replay,
		Shipments:    c.Shipments,
		Traces:       c.Traces,
		Cases:        c.Cases,
		Casework:     c.Casework,
		Goods:        c.Goods,
		Warranty:     c.Warranty,
		Recovery:     c.Recovery,
		Recoup:       c.Recoup,
		Lanes:        c.Lanes,
		Webhooks:     c.Webhooks,
		Hooks:        c.Hooks,
		Shops:        c.Shops,
		Tracking:     c.Tracking,
		Refunds:      c.Refunds,
		Ledger:       c.Ledger,
		Pay:          c.Pay,
		Proactive:    c.Proactive,
		Brands:       c.Brands,
		CustomerPage: c.Portal.Page,
		Audit:        c.Audit,
		Bus:          c.Bus,
		Done:         done,
		Store:        c.Store,
		Presence:     attendance{p},
		Now:          c.Now,
		Log:          c.Log,
		Outgoing:     c.Outgoing,
		Clocks:       c.Clocks,
		Routing:      c.Routing,
		Automation:   c.Automation,
		Translations: c.Translations,
		Foresight:    c.Foresight,
		Habits:       c.Habits,
		Sorting:      c.Sorting,
		Address:      cfg.Address, Secure: cfg.secure(), Rate: cfg.Rate, Nodes: c.Node.Peers, Watch: c.Watch,
		MailTest: func(ctx context.Context, m ticket.Mailbox) []api.MailStep {
			var out []api.MailStep
			for _, x := range c.testMailbox(ctx, m) {
				out = append(out, api.MailStep{Name: x.Name, OK: x.OK, Skipped: x.Skipped, Code: strings.TrimPrefix(x.Key, "mailtest."), Detail: x.Detail})
			}
			return out
		},
	})
}

// OpenAPI returns the description of the API, as YAML or as JSON.
func OpenAPI(yaml bool) ([]byte, error) {
	if yaml {
		return api.OpenAPIYAML()
	}
	return api.OpenAPI(), nil
}

// doors puts the doors for programs and for AI agents beside the console.
func doors(console, programs, agents http.Handler) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/api/", programs)
	mux.Handle(mcp.Path, agents)
	mux.Handle("/", console)
	return mux
}
