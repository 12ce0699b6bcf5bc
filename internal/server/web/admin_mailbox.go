package web

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/server/web/ui"
)

// mailboxesPage shows the addresses and how each does.
func (s *server) mailboxesPage(w http.ResponseWriter, r *request) error {
	page, err := r.page(w, r.printer.T("admin.mailboxes"), ui.SectionAdmin)
	if err != nil {
		return err
	}
	h, err := r.house()
	if err != nil {
		return err
	}
	boxes, err := s.Tickets.Mailboxes(r.Context(), r.actor)
	if err != nil {
		return err
	}
	traffic, err := s.Tickets.MailTraffic(r.Context(), r.actor)
	if err != nil {
		return err
	}
	v := ui.Mailboxes{Page: page}
	for _, m := range boxes {
		in, out := r.health(m)
		v.Rows = append(v.Rows, ui.MailboxRow{
			ID: int64(m.ID), Name: m.Name, Address: m.Address, Shop: h.shop[m.Shop].Name, In: in, Out: out, Disabled: m.Disabled,
			LastIn: traffic[m.ID].InAt, LastOut: traffic[m.ID].OutAt, Waiting: traffic[m.ID].Waiting,
		})
	}
	return r.draw(w, http.StatusOK, ui.MailboxesPage(v))
}

// health says how both directions of a mailbox do. Only the way in reports by
// itself; the way out shows on the replies that it could not send.
func (r *request) health(m ticket.Mailbox) (in, out ui.Health) {
	if m.Disabled {
		return in, out
	}
	if m.Settings.OutKind == "smtp" {
		out.Tone = ui.ToneGood
	}
	switch {
	case m.Settings.InKind == "off" || m.Settings.InKind == "":
	case m.Status == "failing":
		in = ui.Health{Tone: ui.ToneBad, Text: r.problem(m.StatusDetail)}
	case m.Status == "new" && m.Settings.InKind == "imap":
		in.Tone = ui.ToneWarn
	default:
		in.Tone = ui.ToneGood
	}
	return in, out
}

// problem words what is wrong with a mailbox, which is kept as a code and the
// server's own words: "auth_failed: ...".
func (r *request) problem(detail string) string {
	code, _, _ := strings.Cut(detail, ":")
	if key := "mailtest." + code; r.printer.T(key) != key {
		return r.printer.T(key)
	}
	return detail
}

// mailboxPage shows the form of a mailbox, or of a new one.
func (s *server) mailboxPage(w http.ResponseWriter, r *request) error {
	if r.PathValue("mailbox") == "new" {
		m := ticket.Mailbox{Settings: ticket.MailSettings{
			InKind: "imap", InPort: 993, InTLS: "tls", InAuth: "password", OutKind: "smtp", OutPort: 465, OutTLS: "tls", OutAuth: "password",
		}}
		return s.drawMailbox(w, r, ui.MailboxEdit{}, m)
	}
	m, err := s.storedMailbox(r)
	if err != nil {
		return err
	}
	return s.drawMailbox(w, r, ui.MailboxEdit{}, m)
}

// storedMailbox reads the mailbox that the path names, with its secrets.
func (s *server) storedMailbox(r *request) (ticket.Mailbox, error) {
	n, err := r.number("mailbox")
	if err != nil {
		return ticket.Mailbox{}, err
	}
	return s.Tickets.Mailbox(r.Context(), r.actor, ticket.MailboxID(n))
}

// drawMailbox completes the page of a mailbox. Of the secrets it says only that
// they are there.
func (s *server) drawMailbox(w http.ResponseWriter, r *request, v ui.MailboxEdit, m ticket.Mailbox) error {
	title := m.Address
	if m.ID == 0 {
		title = r.printer.T("mailbox.new")
	}
	var err error
	if v.Page, err = r.page(w, title, ui.SectionAdmin); err != nil {
		return err
	}
	h, err := r.house()
	if err != nil {
		return err
	}
	v.Box = uiMailbox(m)
	for _, shop := range h.shops {
		v.Shops = append(v.Shops, ui.Option{Value: id64(shop.ID), Label: shop.Name, Selected: shop.ID == m.Shop})
	}
	v.Teams = teamChoices(h, []auth.TeamID{m.Team})
	v.Preview = r.mailPreview(m)
	return r.draw(w, formStatus(v.Form), ui.MailboxEditPage(v))
}

func uiMailbox(m ticket.Mailbox) ui.MailboxForm {
	x := m.Settings
	return ui.MailboxForm{
		ID: int64(m.ID), Name: m.Name, Address: m.Address, Shop: id64(m.Shop), TeamID: id64(m.Team), Signature: m.Signature, Disabled: m.Disabled,
		InKind: x.InKind, InHost: x.InHost, InPort: x.InPort, InTLS: x.InTLS, InUser: x.InUser, InAuth: x.InAuth,
		InSet: m.Secrets.InPassword != "", Folder: strings.Join(x.Folders, ", "),
		OutKind: x.OutKind, OutHost: x.OutHost, OutPort: x.OutPort, OutTLS: x.OutTLS, OutUser: x.OutUser, OutAuth: x.OutAuth,
		OutSet: m.Secrets.OutPassword != "", ClientID: x.ClientID, TokenURL: x.TokenURL, SecretSet: m.Secrets.RefreshToken != "",
		Plus: x.PlusAddress, Copy: x.Copy, Judge: x.AuthServer,
	}
}

// mailPreview shows what a customer sees of a reply from the mailbox.
func (r *request) mailPreview(m ticket.Mailbox) ui.Preview {
	from := m.Address
	if m.Name != "" && m.Address != "" {
		from = m.Name + " <" + m.Address + ">"
	}
	body := r.printer.T("mailbox.example_body", "Name", r.person.Name)
	if m.Signature != "" {
		body += "\n\n" + m.Signature
	}
	return ui.Preview{From: from, Subject: r.printer.T("mailbox.example_subject"), Body: body}
}

// readMailbox reads the form over what is stored, so that settings without a
// field stay.
func readMailbox(r *request, old ticket.Mailbox) ticket.Mailbox {
	m := old
	get := func(name string) string { return strings.TrimSpace(r.PostFormValue(name)) }
	choice := func(name string, allowed ...string) string {
		if v := get(name); slices.Contains(allowed, v) {
			return v
		}
		return allowed[0]
	}
	port := func(name string) int {
		n, err := strconv.Atoi(get(name))
		if err != nil {
			return 0
		}
		return n
	}
	m.Name, m.Address, m.Signature = get("name"), get("address"), strings.TrimSpace(strings.ReplaceAll(r.PostFormValue("signature"), "\r\n", "\n"))
	m.Shop, m.Team = order.ShopID(r.formNumber("shop")), auth.TeamID(r.formNumber("team"))
	m.Disabled = r.PostFormValue("disabled") == "1"
	x := &m.Settings
	x.InKind, x.InHost, x.InPort, x.InUser = choice("in_kind", "imap", "lmtp", "off"), get("in_host"), port("in_port"), get("in_user")
	x.InTLS, x.InAuth = choice("in_tls", "tls", "starttls", "none"), choice("in_auth", "password", "oauth2")
	x.OutKind, x.OutHost, x.OutPort, x.OutUser = choice("out_kind", "smtp", "off"), get("out_host"), port("out_port"), get("out_user")
	x.OutTLS, x.OutAuth = choice("out_tls", "tls", "starttls", "none"), choice("out_auth", "password", "oauth2")
	x.ClientID, x.TokenURL = get("oauth_client"), get("oauth_token_url")
	x.PlusAddress, x.Copy, x.AuthServer = get("plus_address") == "1", get("copy") == "1", get("auth_server")
	x.Folders = nil
	for _, f := range strings.Split(r.PostFormValue("folder"), ",") {
		if f = strings.TrimSpace(f); f != "" {
			x.Folders = append(x.Folders, f)
		}
	}
	m.Secrets = ticket.MailSecrets{
		InPassword: r.PostFormValue("in_password"), OutPassword: r.PostFormValue("out_password"),
		ClientSecret: r.PostFormValue("oauth_secret"), RefreshToken: r.PostFormValue("oauth_refresh"),
	}
	return m
}

// mailboxAdd makes a mailbox, or tests one that is not saved.
func (s *server) mailboxAdd(w http.ResponseWriter, r *request) error {
	return s.mailboxDo(w, r, ticket.Mailbox{})
}

// mailboxSave changes, tests or deletes a mailbox.
func (s *server) mailboxSave(w http.ResponseWriter, r *request) error {
	old, err := s.storedMailbox(r)
	if err != nil {
		return err
	}
	return s.mailboxDo(w, r, old)
}

func (s *server) mailboxDo(w http.ResponseWriter, r *request, old ticket.Mailbox) error {
	m := readMailbox(r, old)
	tested := m // with what is typed, and else what is stored
	tested.Secrets = ticket.KeptSecrets(old, m)
	shown := m // of the secrets the page says only which are stored
	shown.Secrets = ticket.MailSecrets{}
	shown.Secrets = ticket.KeptSecrets(old, shown)
	var err error
	flash := r.told("told.saved")
	switch do := r.PostFormValue("do"); {
	case do == "test":
		return s.mailboxTest(w, r, tested, shown)
	case do == "delete" && old.ID != 0:
		flash = r.told("told.deleted", "Name", old.Address)
		err = s.Tickets.DeleteMailbox(r.Context(), r.actor, old.ID)
	default:
		_, err = s.Tickets.SaveMailbox(r.Context(), r.actor, m)
	}
	if err != nil {
		f, ok := r.formErrors(err)
		if !ok {
			return err
		}
		shown.Address = r.PostFormValue("address")
		return s.drawMailbox(w, r, ui.MailboxEdit{Form: f}, shown)
	}
	return r.saved(w, "/admin/mailboxes", flash)
}

// mailboxTest tries the settings of a form without saving them, and shows the
// form as it will be when it is sent again.
func (s *server) mailboxTest(w http.ResponseWriter, r *request, m, shown ticket.Mailbox) error {
	if s.MailTest == nil {
		return errs.New(errs.Unsupported, "error.test_none")
	}
	test := ui.MailboxTest{Page: ui.Page{Printer: r.printer, Now: r.now, Zone: r.zone}, Steps: r.tryMailbox(m)}
	if r.htmx() {
		return r.draw(w, http.StatusOK, ui.MailboxTestSteps(test))
	}
	return s.drawMailbox(w, r, ui.MailboxEdit{Test: &test}, shown)
}
