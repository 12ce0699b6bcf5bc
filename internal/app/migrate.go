package app

import (
	"context"
	"fmt"
	"slices"

	"godwit.dev/godwit/internal/adapter/helpdesk/chatwoot"
	"godwit.dev/godwit/internal/adapter/helpdesk/csv"
	"godwit.dev/godwit/internal/adapter/helpdesk/freshdesk"
	"godwit.dev/godwit/internal/adapter/helpdesk/gorgias"
	"godwit.dev/godwit/internal/adapter/helpdesk/zendesk"
	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/customer"
	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/flow/migrate"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/event"
	"godwit.dev/godwit/internal/store"
)

// Migration says what to bring in from another helpdesk.
type Migration struct {
	System   string // zendesk, freshdesk, gorgias, chatwoot or csv
	Path     string // a file or folder
	Mailbox  ticket.Mailbox
	Map      map[string]string // csv: the column of each field
	DryRun   bool
	Progress func(done, total int64, tickets int)
}

// reader returns the reader of a system's exports.
func (m Migration) reader() (migrate.Reader, error) {
	switch m.System {
	case zendesk.Name:
		return zendesk.Read(m.Path), nil
	case freshdesk.Name:
		return freshdesk.Read(m.Path), nil
	case gorgias.Name:
		return gorgias.Read(m.Path), nil
	case chatwoot.Name:
		return chatwoot.Read(m.Path), nil
	case csv.Name:
		return csv.Read(m.Path, m.Map), nil
	}
	return nil, errs.New(errs.Unsupported, "error.import_system", "system", m.System)
}

// Bounds of what is written at once.
const (
	migrateBatch = 200     // tickets
	migrateBytes = 8 << 20 // of text and files
	migrateTries = 3       // when somebody writes the same customers meanwhile
)

// Migrate brings tickets of another helpdesk in. It goes on where a run that was
// cut off stopped, and one that is repeated adds nothing: what is here already is
// known by its key. A dry run reads and judges everything and writes nothing.
func (c *Core) Migrate(ctx context.Context, actor auth.Actor, m Migration) (*migrate.Report, error) {
	if err := actor.Can(auth.ImportMail); err != nil {
		return nil, err
	}
	read, err := m.reader()
	if err != nil {
		return nil, err
	}
	people, err := c.Store.People(ctx, actor.Workspace)
	if err != nil {
		return nil, err
	}
	l := &mover{
		core: c, Migration: m, report: migrate.NewReport(m.System, m.DryRun), customers: map[customer.Identity]customer.ID{}, tags: map[string]bool{},
		house: migrate.House{System: m.System, Workspace: actor.Workspace, Mailbox: m.Mailbox, People: map[string]auth.Person{}, Now: c.Now()},
	}
	for _, p := range people {
		l.house.People[customer.FoldEmail(p.Email)] = p
	}
	if err := read(ctx, l); err != nil {
		return l.report, fmt.Errorf("import from %s: %w", m.System, err)
	}
	if err := l.flush(ctx); err != nil {
		return l.report, fmt.Errorf("import from %s: %w", m.System, err)
	}
	if m.DryRun {
		return l.report, nil
	}
	return l.report, c.Store.Append(ctx, event.New("data.imported", actor, event.Subject{Kind: "workspace", ID: int64(actor.Workspace)}, 0,
		map[string]any{"system": m.System, "tickets": l.report.Tickets, "messages": l.report.Messages, "customers": l.report.Customers}))
}

// mover writes what a reader finds, in batches.
type mover struct {
	core *Core
	Migration
	house     migrate.House
	report    *migrate.Report
	batch     []migrate.Built
	size      int
	customers map[customer.Identity]customer.ID // known or written by this run
	tags      map[string]bool
}

// maxKnown bounds the customers that are remembered.
const maxKnown = 200_000

// Find notes what does not fit.
func (l *mover) Find(f migrate.Finding) { l.report.Find(f) }

// Progress tells how far the source is read.
func (l *mover) Progress(done, total int64) {
	if l.Migration.Progress != nil {
		l.Migration.Progress(done, total, l.report.Read)
	}
}

// Ticket takes a ticket.
func (l *mover) Ticket(ctx context.Context, t migrate.Ticket) error {
	l.report.Read++
	b, ok := l.house.Build(t, l.report.Find)
	if !ok {
		l.report.Left++
		return nil
	}
	for _, m := range b.Messages {
		l.size += len(m.Body) + len(m.HTML) + len(m.Quoted)
	}
	for _, x := range b.Blobs {
		l.size += len(x.Data)
	}
	l.batch = append(l.batch, b)
	if len(l.batch) < migrateBatch && l.size < migrateBytes {
		return nil
	}
	return l.flush(ctx)
}

// Customer takes somebody without a ticket.
func (l *mover) Customer(ctx context.Context, at migrate.Place, p migrate.Person) error {
	c, ok := l.house.Person(p)
	if !ok || c.Identities[0].Kind == l.System { // nobody who could ever be recognised
		l.report.Find(migrate.Finding{Place: at, Record: "contact " + p.ID, Reason: migrate.NoCustomer})
		return nil
	}
	if _, err := l.known(ctx, c.Identities[0]); err == nil || !errs.Is(err, errs.NotFound) {
		return err
	}
	l.report.Customers++
	if l.DryRun {
		return nil
	}
	made, _, err := l.core.Customers.Ensure(ctx, l.house.Workspace, c.Identities[0], c.Name, c.Language)
	l.remember(c.Identities[0], made.ID)
	return err
}

func (l *mover) remember(i customer.Identity, id customer.ID) {
	if len(l.customers) >= maxKnown {
		clear(l.customers)
	}
	l.customers[i] = id
}

// known returns the customer who holds an identity.
func (l *mover) known(ctx context.Context, i customer.Identity) (customer.ID, error) {
	if id, ok := l.customers[i]; ok {
		return id, nil
	}
	c, err := l.core.Store.CustomerByIdentity(ctx, l.house.Workspace, i.Kind, i.Value)
	if err == nil {
		l.remember(i, c.ID)
	}
	return c.ID, err
}

// flush writes the batch.
func (l *mover) flush(ctx context.Context) error {
	batch := l.batch
	l.batch, l.size = l.batch[:0:0], 0
	for try := 1; ; try++ {
		err := l.write(ctx, batch)
		if !errs.Is(err, errs.Conflict) || try == migrateTries {
			return err
		}
		clear(l.customers)
	}
}

// grown is a ticket that is here already, with messages that are not.
type grown struct {
	id ticket.ID
	migrate.Built
}

func (l *mover) write(ctx context.Context, batch []migrate.Built) error {
	var keys []string
	for _, b := range batch {
		for _, m := range b.Messages {
			keys = append(keys, m.Key)
		}
	}
	here, err := l.core.Store.TicketsByKey(ctx, l.house.Workspace, keys)
	if err != nil {
		return err
	}
	var fresh []migrate.Built
	var more []grown
	same := 0
	for _, b := range batch {
		id := owner(b, here)
		if id == 0 {
			fresh = append(fresh, b)
			continue
		}
		b.Messages = slices.DeleteFunc(slices.Clone(b.Messages[1:]), func(m ticket.Message) bool { return here[m.Key] != 0 })
		if len(b.Messages) == 0 {
			same++
		} else {
			more = append(more, grown{id, b})
		}
	}
	if err := l.add(ctx, fresh); err != nil {
		return err
	}
	l.report.Known += same
	for _, g := range more {
		if err := l.grow(ctx, g); err != nil {
			return err
		}
	}
	return nil
}

// owner returns the ticket that is here for one of a source, or 0.
func owner(b migrate.Built, here map[string]ticket.ID) ticket.ID {
	for _, m := range b.Messages { // the note of origin, which has the ticket's own key, first
		if id := here[m.Key]; id != 0 {
			return id
		}
	}
	return 0
}

// add writes new tickets with their customers.
func (l *mover) add(ctx context.Context, list []migrate.Built) error {
	if len(list) == 0 {
		return nil
	}
	bulk := store.Bulk{Workspace: l.house.Workspace, Participants: map[ticket.ID][]ticket.Participant{}}
	made := map[customer.Identity]customer.ID{}
	number := int64(0)
	var err error
	if !l.DryRun {
		if number, err = l.core.Store.TakeNumbers(ctx, l.house.Workspace, len(list)); err != nil {
			return err
		}
	}
	files := 0
	for i := range list {
		b := &list[i]
		t := b.Ticket
		t.ID, t.Number = ticket.ID(l.core.IDs.Next()), number+int64(i)
		if t.Customer, err = l.customer(ctx, b, made, &bulk); err != nil {
			return err
		}
		bulk.Tickets = append(bulk.Tickets, t)
		bulk.Participants[t.ID] = b.Participants
		for _, m := range b.Messages {
			m.ID, m.Ticket = ticket.MessageID(l.core.IDs.Next()), t.ID
			if m.Kind == ticket.KindInbound && m.Verified {
				m.AuthorID = int64(t.Customer)
			}
			bulk.Messages = append(bulk.Messages, m)
			files += len(m.Files)
		}
		if err := l.attach(ctx, b); err != nil {
			return err
		}
	}
	if !l.DryRun {
		if err := l.core.Store.PutBulk(ctx, l.core.Store.BulkRows(bulk)); err != nil {
			return err
		}
	}
	for i, id := range made {
		l.remember(i, id)
	}
	l.report.Tickets += len(bulk.Tickets)
	l.report.Messages += len(bulk.Messages)
	l.report.Customers += len(bulk.Customers)
	l.report.Files += files
	for _, t := range bulk.Tickets {
		l.report.Statuses[string(t.Status)]++
	}
	return nil
}

// customer returns the customer of a ticket and adds one to the bulk if nobody
// holds the first identity. Those that somebody else holds stay there.
func (l *mover) customer(ctx context.Context, b *migrate.Built, made map[customer.Identity]customer.ID, bulk *store.Bulk) (customer.ID, error) {
	c := b.Customer
	var own []customer.Identity
	for n, i := range c.Identities {
		id, ok := made[i]
		if !ok {
			var err error
			if id, err = l.known(ctx, i); err != nil && !errs.Is(err, errs.NotFound) {
				return 0, err
			}
		}
		switch {
		case id == 0:
			own = append(own, i)
		case n == 0:
			return id, nil
		}
	}
	c.ID, c.Identities, c.CreatedAt, c.UpdatedAt = customer.ID(l.core.IDs.Next()), own, b.Ticket.CreatedAt, l.house.Now
	for _, i := range own {
		made[i] = c.ID
	}
	bulk.Customers = append(bulk.Customers, c)
	return c.ID, nil
}

// attach makes the tags and files known that a ticket names.
func (l *mover) attach(ctx context.Context, b *migrate.Built) error {
	if l.DryRun {
		return nil
	}
	for _, tag := range b.Ticket.Tags {
		if !l.tags[tag] {
			if err := l.core.Store.PutTag(ctx, l.house.Workspace, ticket.Tag{Name: tag}); err != nil {
				return err
			}
			l.tags[tag] = true
		}
	}
	for _, x := range b.Blobs {
		if err := l.core.Store.PutBlob(ctx, l.house.Workspace, x.SHA256, x.Data, l.house.Now); err != nil {
			return err
		}
	}
	return nil
}

// grow adds messages to a ticket that is here. Its state is left to those who
// work on it here.
func (l *mover) grow(ctx context.Context, g grown) error {
	if err := l.attach(ctx, &g.Built); err != nil {
		return err
	}
	if err := l.join(ctx, g); err != nil {
		return err
	}
	l.report.Grown++
	l.report.Messages += len(g.Messages)
	return nil
}

// join writes the messages of a ticket that is here.
func (l *mover) join(ctx context.Context, g grown) error {
	if l.DryRun {
		return nil
	}
	return l.core.Store.InTx(ctx, func(ctx context.Context) error {
		t, err := l.core.Store.Ticket(ctx, l.house.Workspace, g.id)
		if err != nil {
			return err
		}
		for _, m := range g.Messages {
			m.ID, m.Ticket = ticket.MessageID(l.core.IDs.Next()), t.ID
			if m.Kind == ticket.KindInbound && m.Verified {
				m.AuthorID = int64(t.Customer)
			}
			if err := l.core.Store.AddMessage(ctx, m); err != nil {
				return err
			}
		}
		if err := l.core.Store.AddParticipants(ctx, l.house.Workspace, t.ID, g.Participants); err != nil {
			return err
		}
		migrate.Settle(&t, g.Messages, t.LastAt)
		return l.core.Store.SaveTicket(ctx, &t)
	})
}
