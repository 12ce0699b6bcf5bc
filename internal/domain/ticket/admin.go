package ticket

import (
	"context"
	"regexp"
	"slices"
	"strings"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/customer"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/event"
)

// record appends an event about a record that belongs to no ticket.
func (s *Service) record(ctx context.Context, actor auth.Actor, kind, subject string, id int64, data any) error {
	return s.Journal.Append(ctx, event.New(kind, actor, event.Subject{Kind: subject, ID: id}, 0, data))
}

// taken words the conflict of a name that another record has.
func taken(err error) error {
	if errs.Is(err, errs.Conflict) {
		return &errs.Error{Kind: errs.Invalid, Field: "name", Key: "error.name_taken", Err: err}
	}
	return err
}

// Tags lists the tags with how many of the tickets that the actor sees bear each.
func (s *Service) Tags(ctx context.Context, actor auth.Actor) ([]Tag, map[string]int64, error) {
	if err := actor.CanAny(auth.ReadTickets, auth.ManageMacros); err != nil {
		return nil, nil, err
	}
	tags, err := s.Store.Tags(ctx, actor.Workspace)
	if err != nil {
		return nil, nil, err
	}
	scope := actor.Scope()
	if scope.All {
		counts, err := s.Store.TagCounts(ctx, actor.Workspace, CountLimit)
		return tags, counts, err
	}
	counts := make(map[string]int64, len(tags))
	for part := range slices.Chunk(tags, 50) {
		lists := make([]ListQuery, len(part))
		for i, t := range part {
			lists[i] = ListQuery{Scope: scope, Tag: t.Name}
		}
		found, err := s.Store.CountLists(ctx, lists, CountLimit)
		if err != nil {
			return nil, nil, err
		}
		for i, n := range found {
			counts[part[i].Name] = int64(n)
		}
	}
	return tags, counts, nil
}

// TagList lists the tags without counting.
func (s *Service) TagList(ctx context.Context, actor auth.Actor) ([]Tag, error) {
	if err := actor.CanAny(auth.ReadTickets, auth.ManageMacros); err != nil {
		return nil, err
	}
	return s.Store.Tags(ctx, actor.Workspace)
}

// SaveTag makes a tag or gives one another colour.
func (s *Service) SaveTag(ctx context.Context, actor auth.Actor, tag Tag) error {
	if err := actor.Can(auth.ManageMacros); err != nil {
		return err
	}
	if tag.Name = TagName(tag.Name); tag.Name == "" {
		return errs.Field("name", "error.name_empty")
	}
	return s.Store.PutTag(ctx, actor.Workspace, tag)
}

// ReplaceTag removes a tag from all tickets and puts another in its place, or
// none with "". It works through the tickets in steps of its own transactions
// and can be repeated.
func (s *Service) ReplaceTag(ctx context.Context, actor auth.Actor, from, into string) error {
	if err := actor.Can(auth.ManageMacros); err != nil {
		return err
	}
	from, into = TagName(from), TagName(into)
	if from == into {
		return errs.Field("into", "error.merge_self")
	}
	var add []string
	if into != "" {
		add = []string{into}
	}
	for {
		ids, err := s.Store.TicketsWithTag(ctx, actor.Workspace, from, 200)
		if err != nil {
			return err
		}
		if len(ids) == 0 {
			break
		}
		before := ids
		for _, id := range ids {
			if err := s.retag(ctx, actor, id, add, from); err != nil {
				return err
			}
		}
		if ids, err = s.Store.TicketsWithTag(ctx, actor.Workspace, from, 1); err != nil {
			return err
		}
		if len(ids) == 1 && slices.Contains(before, ids[0]) { // the index does not follow: it would go on for ever
			return errs.New(errs.Internal, "", "tag", from, "ticket", int64(ids[0]))
		}
	}
	return s.Store.DeleteTag(ctx, actor.Workspace, from)
}

func (s *Service) retag(ctx context.Context, actor auth.Actor, id ID, add []string, remove string) error {
	return s.Store.InTx(ctx, func(ctx context.Context) error {
		t, err := s.Store.Ticket(ctx, actor.Workspace, id)
		if err != nil {
			return err
		}
		c := &change{s: s, actor: actor, now: s.Now(), T: t}
		if err := c.changeTags(ctx, add, []string{remove}); err != nil {
			return err
		}
		return c.save(ctx, &t)
	})
}

// Fields lists the custom fields in their order.
func (s *Service) Fields(ctx context.Context, actor auth.Actor) ([]Field, error) {
	if err := actor.CanAny(auth.ReadTickets, auth.ManageFields); err != nil {
		return nil, err
	}
	return s.Store.Fields(ctx, actor.Workspace)
}

var fieldKey = regexp.MustCompile(`^[a-z][a-z0-9_]{0,39}$`)

// SaveField writes a custom field; one without ID is new. Key and type of an
// existing field stay, because tickets hold values under them.
func (s *Service) SaveField(ctx context.Context, actor auth.Actor, f Field) (Field, error) {
	if err := actor.Can(auth.ManageFields); err != nil {
		return f, err
	}
	fields, err := s.Store.Fields(ctx, actor.Workspace)
	if err != nil {
		return f, err
	}
	f.Workspace = actor.Workspace
	f.Label = cut(strings.TrimSpace(f.Label), 80)
	if i := slices.IndexFunc(fields, func(x Field) bool { return x.ID == f.ID && f.ID != 0 }); i >= 0 {
		f.Key, f.Type = fields[i].Key, fields[i].Type
	} else if f.ID != 0 {
		return f, errs.New(errs.NotFound, "error.not_found")
	} else {
		f.ID, f.Position = FieldID(s.IDs.Next()), int64(len(fields))
	}
	var clean []string
	for _, o := range f.Options {
		if o = cut(strings.TrimSpace(o), 100); o != "" && !slices.Contains(clean, o) {
			clean = append(clean, o)
		}
	}
	f.Options = clean
	switch {
	case f.Label == "":
		return f, errs.Field("label", "error.name_empty")
	case !fieldKey.MatchString(f.Key):
		return f, errs.Field("key", "error.field_key")
	case !slices.Contains([]FieldType{TextField, NumberField, DateField, SelectField, CheckField}, f.Type):
		return f, errs.Field("kind", "error.field_type")
	case f.Type == SelectField && len(f.Options) == 0:
		return f, errs.Field("options", "error.field_options")
	}
	err = s.Store.InTx(ctx, func(ctx context.Context) error {
		if err := taken(s.Store.PutField(ctx, f)); err != nil {
			return err
		}
		return s.record(ctx, actor, "field.saved", "field", int64(f.ID), map[string]any{"key": f.Key})
	})
	return f, err
}

// DeleteField deletes a custom field. The values that tickets hold stay in them
// unseen, and come back if the key is used again.
func (s *Service) DeleteField(ctx context.Context, actor auth.Actor, id FieldID) error {
	if err := actor.Can(auth.ManageFields); err != nil {
		return err
	}
	return s.Store.InTx(ctx, func(ctx context.Context) error {
		if err := s.Store.DeleteField(ctx, actor.Workspace, id); err != nil {
			return err
		}
		return s.record(ctx, actor, "field.deleted", "field", int64(id), nil)
	})
}

// Views lists the shared views and the actor's own.
func (s *Service) Views(ctx context.Context, actor auth.Actor) ([]View, error) {
	if err := actor.Can(auth.ReadTickets); err != nil {
		return nil, err
	}
	return s.Store.Views(ctx, actor.Workspace, actor.Person())
}

// View returns a view that the actor may use.
func (s *Service) View(ctx context.Context, actor auth.Actor, id ViewID) (View, error) {
	views, err := s.Views(ctx, actor)
	if err != nil {
		return View{}, err
	}
	for _, v := range views {
		if v.ID == id {
			return v, nil
		}
	}
	return View{}, errs.New(errs.NotFound, "error.not_found")
}

// SaveView writes a view; one without ID is new. Shared views need the right to
// manage them.
func (s *Service) SaveView(ctx context.Context, actor auth.Actor, v View) (View, error) {
	if err := actor.Can(auth.ReadTickets); err != nil {
		return v, err
	}
	if v.ID != 0 {
		old, err := s.View(ctx, actor, v.ID)
		if err != nil {
			return v, err
		}
		if old.Person == 0 {
			if err := actor.Can(auth.ManageMacros); err != nil {
				return v, err
			}
		}
		v.Position = old.Position
	} else {
		v.ID = ViewID(s.IDs.Next())
		v.Position = int64(v.ID)
	}
	if v.Person == 0 {
		if err := actor.Can(auth.ManageMacros); err != nil {
			return v, err
		}
	} else {
		v.Person = actor.Person()
	}
	v.Workspace = actor.Workspace
	if v.Name = cut(strings.TrimSpace(v.Name), 80); v.Name == "" {
		return v, errs.Field("name", "error.name_empty")
	}
	if err := v.Condition.Check(); err != nil {
		return v, err
	}
	return v, s.Store.PutView(ctx, v)
}

// DeleteView deletes a view under the same rights as SaveView.
func (s *Service) DeleteView(ctx context.Context, actor auth.Actor, id ViewID) error {
	v, err := s.View(ctx, actor, id)
	if err != nil {
		return err
	}
	if v.Person == 0 {
		if err := actor.Can(auth.ManageMacros); err != nil {
			return err
		}
	}
	return s.Store.DeleteView(ctx, actor.Workspace, id)
}

// Mailbox returns one mailbox with its secrets, for those who manage them.
func (s *Service) Mailbox(ctx context.Context, actor auth.Actor, id MailboxID) (Mailbox, error) {
	if err := actor.Can(auth.ManageMail); err != nil {
		return Mailbox{}, err
	}
	return s.Store.Mailbox(ctx, actor.Workspace, id)
}

// SaveMailbox writes a mailbox; one without ID is new. An empty secret keeps the
// stored one, unless the server it would be sent to is another: a secret never
// follows a changed host.
func (s *Service) SaveMailbox(ctx context.Context, actor auth.Actor, m Mailbox) (Mailbox, error) {
	if err := actor.Can(auth.ManageMail); err != nil {
		return m, err
	}
	m.Workspace = actor.Workspace
	m.Address = customer.FoldEmail(m.Address)
	m.Name = cut(strings.Join(strings.Fields(m.Name), " "), 100)
	if !strings.Contains(m.Address, "@") || strings.ContainsAny(m.Address, " \r\n,;<>") {
		return m, errs.Field("address", "error.address", "address", m.Address)
	}
	if err := m.Settings.check(); err != nil {
		return m, err
	}
	m.CreatedAt, m.Status = s.Now(), "new"
	err := s.Store.InTx(ctx, func(ctx context.Context) error {
		if err := s.belongs(ctx, m); err != nil {
			return err
		}
		if m.ID == 0 {
			m.ID = MailboxID(s.IDs.Next())
			if err := addressTaken(s.Store.AddMailbox(ctx, m)); err != nil {
				return err
			}
		} else {
			old, err := s.Store.Mailbox(ctx, actor.Workspace, m.ID)
			if err != nil {
				return err
			}
			m.CreatedAt, m.Secrets = old.CreatedAt, keepSecrets(old, m)
			if err := addressTaken(s.Store.SaveMailbox(ctx, m)); err != nil {
				return err
			}
			if old.Disabled && !m.Disabled {
				if err := s.resume(ctx, m); err != nil {
					return err
				}
			}
		}
		return s.record(ctx, actor, "mailbox.saved", "mailbox", int64(m.ID), map[string]any{"address": m.Address, "disabled": m.Disabled})
	})
	return m, err
}

// belongs fails unless the shop and the team of a mailbox are of its workspace.
func (s *Service) belongs(ctx context.Context, m Mailbox) error {
	if m.Team != 0 {
		teams, err := s.People.Teams(ctx, m.Workspace)
		if err != nil {
			return err
		}
		if !slices.ContainsFunc(teams, func(t auth.Team) bool { return t.ID == m.Team }) {
			return errs.Field("team", "error.team")
		}
	}
	if m.Shop != 0 {
		shops, err := s.Orders.Shops(ctx, auth.ForSystem(m.Workspace))
		if err != nil {
			return err
		}
		if !slices.ContainsFunc(shops, func(x order.Shop) bool { return x.ID == m.Shop }) {
			return errs.Field("shop", "error.shop")
		}
	}
	return nil
}

// resumedAtOnce is how many of a paused mailbox's messages leave when it goes on;
// more follow by themselves.
const resumedAtOnce = 500

// resume lets leave what waited because the mailbox was paused.
func (s *Service) resume(ctx context.Context, m Mailbox) error {
	waiting, err := s.Store.Overdue(ctx, m.Workspace, m.ID, s.Now(), resumedAtOnce)
	for _, id := range waiting {
		if err == nil {
			err = s.Actions.Hurry(ctx, m.Workspace, SendKey(id))
		}
	}
	return err
}

func addressTaken(err error) error {
	if errs.Is(err, errs.Conflict) {
		return &errs.Error{Kind: errs.Invalid, Field: "address", Key: "error.address_taken", Err: err}
	}
	return err
}

func keepSecrets(old, m Mailbox) MailSecrets {
	s := m.Secrets
	if s.InPassword == "" && old.Settings.InHost == m.Settings.InHost {
		s.InPassword = old.Secrets.InPassword
	}
	if s.OutPassword == "" && old.Settings.OutHost == m.Settings.OutHost {
		s.OutPassword = old.Secrets.OutPassword
	}
	same := old.Settings.TokenURL == m.Settings.TokenURL && // access tokens go to the mail servers
		(m.Settings.InAuth != "oauth2" || old.Settings.InHost == m.Settings.InHost) && (m.Settings.OutAuth != "oauth2" || old.Settings.OutHost == m.Settings.OutHost)
	if same {
		if s.ClientSecret == "" {
			s.ClientSecret = old.Secrets.ClientSecret
		}
		if s.RefreshToken == "" {
			s.RefreshToken = old.Secrets.RefreshToken
		}
	}
	return s
}

func (m MailSettings) check() error {
	if m.InKind == "imap" && m.InHost == "" {
		return errs.Field("in_host", "error.host_empty")
	}
	if m.OutKind == "smtp" && m.OutHost == "" {
		return errs.Field("out_host", "error.host_empty")
	}
	for _, f := range []struct {
		name string
		on   bool
		port int
	}{{"in_port", m.InKind == "imap", m.InPort}, {"out_port", m.OutKind == "smtp", m.OutPort}} {
		if f.on && (f.port < 1 || f.port > 65535) {
			return errs.Field(f.name, "error.port")
		}
	}
	return nil
}

// DeleteMailbox deletes a mailbox that has never received a message; any other
// can only be disabled, because its messages remain.
func (s *Service) DeleteMailbox(ctx context.Context, actor auth.Actor, id MailboxID) error {
	if err := actor.Can(auth.ManageMail); err != nil {
		return err
	}
	return s.Store.InTx(ctx, func(ctx context.Context) error {
		if err := s.Store.DeleteMailbox(ctx, actor.Workspace, id); err != nil {
			if errs.Is(err, errs.Conflict) {
				return errs.Wrap(errs.Conflict, err, "error.mailbox_used")
			}
			return err
		}
		return s.record(ctx, actor, "mailbox.deleted", "mailbox", int64(id), nil)
	})
}
