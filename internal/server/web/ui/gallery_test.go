package ui

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/a-h/templ"
	"github.com/chromedp/chromedp"
	"golang.org/x/net/html"

	"godwit.dev/godwit/internal/base/i18n"
)

// gallery draws every page of the console with rich sample data.
func gallery(lang i18n.Lang, theme Theme) map[string]templ.Component {
	page := func(s Section, title string) Page { return samplePage(lang, theme, s, title) }
	out := func(title string) Page {
		p := page("", title)
		p.Me = Person{}
		return p
	}
	inbox := page(SectionInbox, "Inbox")
	ticket := sampleTicket(inbox)
	closed := sampleTicket(inbox)
	closed.Status, closed.Composer.Closed, closed.FollowUps, closed.MergedIn = StatusClosed, true, []int64{10500}, 10391
	toured := inbox
	toured.Tour = Tour{On: true}
	toured.Flash = &Flash{Tone: ToneGood, Text: "Reply sent.", Undo: "/t/1/undo/2"}
	filtered := sampleList()
	filtered.Filter.Status, filtered.Filter.Sort, filtered.Filter.Q = "open", SortOldest, "Leipzig"
	filtered.Selected = 0
	fields, root := sampleConditions()
	wrong := Form{Errors: map[string]string{"": "Some fields need another look.", "email": "This email is taken.", "name": "Fill this in.", "in_host": "No server of this name."}}
	box := MailboxForm{ID: 3, Name: "Lumen Berlin – Kundendienst", Address: "hilfe@lumen.example", Signature: "Ihr Lumen-Team", InKind: "imap", InHost: "imap.lumen.example", InPort: 993, InTLS: "tls", InUser: "hilfe", InAuth: "password", InSet: true, OutKind: "smtp", OutHost: "smtp.lumen.example", OutPort: 465, OutTLS: "tls"}
	customer := *ticket.Context.Customer
	days := make([]Day, 28)
	for i := range days {
		days[i] = Day{Date: now.AddDate(0, 0, i-27).Format("2006-01-02"), Opened: int64(30 + (i*37)%29), Solved: int64(26 + (i*53)%31)}
	}
	return map[string]templ.Component{
		"sign-in":        SignInPage(SignIn{Page: out("Sign in"), Hints: []Login{{Owner, "anna@lumen.example", "x"}, {Agent, "nils@lumen.example", "x"}}}),
		"sign-in-wrong":  SignInPage(SignIn{Page: out("Sign in"), Email: "anna@lumen.example", Form: Form{Errors: map[string]string{"": "That email and password do not match."}}}),
		"sign-in-sso":    SignInPage(SignIn{Page: out("Sign in"), SSO: "/sign-in/sso/to/lumen"}),
		"factor":         FactorPage(Factor{Page: out("Second step"), App: true, Passkey: true, Codes: true, Form: Form{Errors: map[string]string{"code": "That code is not right."}}}),
		"enrol":          EnrolPage(Enrol{Page: out("Protect"), Draft: sampleDraft(), Name: "Chrome on Linux"}),
		"codes":          CodesPage(Codes{Page: out("Codes"), Next: "/", Codes: []string{"7k2m-9qwx-0vbd-r4tz", "aaaa-bbbb-cccc-dddd"}}),
		"sso":            SSOPage(SSO{Page: out("SSO"), Form: Form{Errors: map[string]string{"workspace": "There is no single sign-on under that name."}}, Workspace: "lumen"}),
		"sso-go":         SSOPage(SSO{Page: out("SSO"), Workspace: "lumen", Go: "/sign-in/sso/to/lumen"}),
		"forgot":         ForgotPage(Forgot{Page: out("Forgot")}),
		"forgot-sent":    ForgotPage(Forgot{Page: out("Forgot"), Sent: true}),
		"confirm":        ConfirmPage(Confirm{Page: page(SectionAdmin, "Confirm"), Email: "anna@lumen.example", Password: true, Code: true, Passkey: true, SSO: "/confirm/sso", Next: "/admin/people", Send: true, Fields: []Field{{"role", "agent"}}}),
		"security":       SecurityPage(Security{Page: page(SectionAccount, "Security"), App: true, Any: true, Codes: 7, Name: "Chrome on Linux", Passkeys: []PasskeyRow{{ID: 1, Name: "Laptop mit dem sehr langen Namen", Since: now, SeenAt: ago(time.Hour), Synced: true}, {ID: 2, Name: "钥匙圈", Since: now, Cloned: true}}}),
		"security-none":  SecurityPage(Security{Page: page(SectionAccount, "Security"), Name: "Chrome on Linux"}),
		"app":            AppPage(App{Page: page(SectionAccount, "App"), Draft: sampleDraft()}),
		"policy":         PolicyPage(Policy{Page: page(SectionAdmin, "Sign-in"), Way: "strong", Needed: []Role{Owner}, SSO: true, Issuer: "https://id.lumen.example", ClientID: "godwit", SecretSet: true, Domains: "lumen.example", Role: "agent", Back: "https://desk.lumen.example/sign-in/sso/back", Door: "https://desk.lumen.example/sign-in/sso/to/lumen", People: []ProvenRow{{Person: ivan, App: true, Passkeys: 2, SSO: true}, {Person: nils, Lacks: true}}}),
		"sessions":       PersonSessionsPage(PersonSessions{Page: page(SectionAdmin, "Sessions"), Person: ivan, Sessions: []SessionRow{{ID: "a", Device: "Firefox, Windows", Address: "203.0.113.9", SeenAt: now, Current: true}, {ID: "b", Device: "Safari, iPhone", Address: "198.51.100.4", SeenAt: ago(50 * time.Hour)}}}),
		"setup":          SetupPage(Setup{Page: out("Set up"), Langs: langOptions(), Zones: zoneOptions()}),
		"invite":         InvitePage(Invite{Page: out("Join"), Token: "t", InvitedBy: "Anna Weißenfels-Østergård", Email: "li@lumen.example", Role: Agent, Langs: langOptions(), Zones: zoneOptions(), Form: wrong}),
		"failure":        FailurePage(Failure{Page: page("", "Not found"), Status: 404, Kind: FailNotFound, Reference: "r-81x", Detail: "ticket 99: not found"}),
		"failure-out":    FailurePage(Failure{Page: out("Error"), Status: 500, Kind: FailInternal, Reference: "r-81x"}),
		"inbox":          DeskPage(Desk{Page: toured, Views: sampleViews(), List: sampleList()}),
		"inbox-filtered": DeskPage(Desk{Page: inbox, Views: sampleViews(), List: filtered}),
		"inbox-empty":    DeskPage(Desk{Page: inbox, Views: sampleViews(), List: List{View: View{Key: ViewMine}, Untaught: true, First: true}}),
		"ticket":         DeskPage(Desk{Page: inbox, Views: sampleViews(), List: sampleList(), Ticket: &ticket}),
		"ticket-closed":  DeskPage(Desk{Page: inbox, Views: sampleViews(), List: sampleList(), Ticket: &closed}),
		"search": SearchPage(Search{Page: page(SectionSearch, "Search"), Q: "Leipzig from:max", Sort: "rank", Count: 3, Took: 4200 * time.Microsecond, Next: "x", Unknown: []string{"colour"}, Hits: []Hit{
			{Number: 10482, Message: 11, Subject: []Span{{"Paket seit neun Tagen in ", false}, {"Leipzig", true}}, Snippet: []Span{{"… liegt mein Paket im Verteilzentrum ", false}, {"Leipzig", true}, {". Die Lampe ist ein Geschenk und müsste bis Freitag da sein …", false}}, Lang: "de", Who: "Maximilian Schönfeld-Vogelsang", Status: StatusOpen, Channel: "email", Shop: "Lumen Berlin", At: ago(51 * time.Hour), Assignee: &ivan, Matches: 3},
			{Number: 10301, Subject: []Span{{"Возврат через ", false}, {"Лейпциг", true}}, Snippet: []Span{{"Посылка ушла обратно", false}}, Lang: "ru", Who: "Екатерина Константинопольская", Status: StatusSolved, Channel: "email", At: ago(400 * time.Hour)},
		}}),
		"search-none": SearchPage(Search{Page: page(SectionSearch, "Search"), Q: "zzz", Sort: "new"}),
		"orders":      OrdersPage(Orders{Page: page(SectionOrders, "Orders"), Rows: []Order{sampleOrder(), {ID: 8, Number: "RU-20931", Shop: "Thread Москва", Market: "RU", Customer: "Екатерина Константинопольская", PlacedAt: ago(40 * 24 * time.Hour), Status: OrderReturned, Payment: "partially_refunded", Total: "12 400 ₽"}}, Next: "x", Total: 4210, Statuses: []Option{{Value: "open", Label: "Open"}}, Shops: []Option{{Value: "1", Label: "Lumen Berlin"}}}),
		"order":       OrderPage(OrderView{Page: page(SectionOrders, "Order"), Order: sampleOrder(), Tickets: []TicketRef{{Number: 10482, Subject: ticket.Subject, Status: StatusOpen, At: ago(51 * time.Hour)}}}),
		"customer": CustomerPage(CustomerView{Page: page(SectionInbox, "Customer"), Customer: customer, Orders: []Order{sampleOrder()}, Langs: langOptions(), Tickets: ticket.Context.Tickets, Timeline: []TimelineEntry{
			{At: ago(51 * time.Hour), Kind: "ticket", Text: ticket.Subject, Href: "/t/10482"}, {At: ago(9 * 24 * time.Hour), Kind: "parcel", Text: "Leipzig: Sendung wird geprüft"}, {At: ago(30 * 24 * time.Hour), Kind: "merge", Text: "Merged with M. Schönfeld", Undo: "/customers/undo/4"},
		}}),
		"report": ReportPage(Report{Page: page(SectionReports, "Reports"), Open: 218, Late: 9, Unowned: 34, Waiting: 87, First: "1 h 12 min", Solve: "9 h", Days: days,
			ByStatus: []Bar{{Key: "new", Count: 34}, {Key: "open", Count: 184, Late: 9}, {Key: "pending", Count: 87}, {Key: "solved", Count: 1204}},
			ByView:   []Bar{{Key: "mine", Count: 12, Late: 2, Href: "/inbox/mine"}, {Key: "unassigned", Count: 34, Late: 1, Href: "/inbox/unassigned"}},
			ByAgent:  []Bar{{Label: ivan.Name, Count: 61}, {Label: mei.Name, Count: 48}, {Label: nils.Name, Count: 39}}, ByTag: []Bar{{Label: "customs", Count: 17}, {Label: "delayed", Count: 44}}}),
		"views":     ViewsPage(Views{Page: inbox, Rows: []ViewRow{{Key: "v7", Name: "Zoll und Einfuhrabgaben", Owner: mei.Name, Shared: true, Own: true, Count: 17, Summary: "Status is open and tag contains customs"}}}),
		"view-edit": ViewEditPage(ViewEdit{Page: inbox, Key: "v7", Name: "Zoll", MayShare: true, Shared: true, Root: root, Fields: fields, Count: 2, Sample: []TicketRef{{Number: 10482, Subject: ticket.Subject, Status: StatusOpen, At: ago(time.Hour)}}}),
		"account":   AccountPage(Account{Page: page(SectionAccount, "You"), Langs: langOptions(), Zones: zoneOptions(), Signature: "Anna", Sessions: []SessionRow{{ID: "a", Device: "Firefox, Windows", Address: "203.0.113.9", SeenAt: now, Current: true}, {ID: "b", Device: "Safari, iPhone", Address: "198.51.100.4", SeenAt: ago(50 * time.Hour)}}}),
		"keys":      KeysPage(Keys{Page: inbox}),
		"people":    PeoplePage(People{Page: page(SectionAdmin, "People"), Form: wrong, Email: "li@", Teams: teamOptions(), Link: "https://desk.example/invite/3qZx0pY7", People: []PersonRow{{Person: inbox.Me, Active: true, SeenAt: now, Self: true, Teams: teamOptions()}, {Person: ivan, Active: true, SeenAt: ago(time.Hour), Open: 23, Teams: teamOptions()}, {Person: nils, SeenAt: ago(900 * time.Hour)}}, Invites: []InviteRow{{ID: 1, Email: "wang@lumen.example", Role: Lead, By: "Anna", ExpiresAt: now.Add(80 * time.Hour)}}}),
		"rates": RatesPage(Rates{Page: page(SectionAdmin, "Exchange rates"), Form: wrong, Stale: true, Pair: "EUR-USD", Rows: []RateRow{
			{Base: "EUR", Quote: "USD", Value: "1.0831", Day: now.AddDate(0, 0, -9), AgeDays: 9, Stale: true}, {Base: "USD", Quote: "CNY", Value: "7.2", Own: true, Day: now, Until: now.AddDate(0, 1, 0)},
		}, Told: []RateTold{{Day: now.AddDate(0, 0, -9), Value: "1.0831", At: 1.0831}, {Day: now.AddDate(0, 0, -10), Value: "1.0799", At: 1.0799, Own: true}}}),
		"no-rates": RatesPage(Rates{Page: page(SectionAdmin, "Exchange rates")}),
		"shops": ShopsPage(Shops{Page: page(SectionAdmin, "Shops"), Form: wrong, Driver: "x", Title: "Files", Docs: "https://docs.example/", Moving: true, Fields: []SettingField{{Name: "name", Kind: "text", Label: "Name", Required: true}, {Name: "token", Kind: "secret", Label: "Token"}, {Name: "region", Kind: "choice", Label: "Region", Choices: []Option{{Value: "eu", Label: "EU"}}}}, Rows: []ShopRow{
			{ID: 1, Shop: "Lumen Berlin", Platform: "Files", State: "importing", Percent: 40, Known: true, Objects: 1205}, {ID: 2, Shop: "Lumen Wien", Platform: "Files", State: "live", Objects: 3, OKAt: ago(time.Minute)}, {ID: 3, Shop: "Lumen Bern", Platform: "Files", State: "live", Problem: "The shop refuses these credentials.", OKAt: ago(90 * time.Hour)}}}),
		"shop": ShopPage(ShopEdit{Page: page(SectionAdmin, "Shop"), Form: wrong, ShopRow: ShopRow{ID: 1, Shop: "Lumen Berlin", Platform: "Files", State: "importing", Objects: 7}, Secret: "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD", Address: "https://desk.example/hooks/hok_1", Fields: []SettingField{{Name: "address", Kind: "url", Label: "Address"}}, Lists: []ShopList{{Kind: "order", Done: 7, Reading: true}}, Problems: []ShopProblem{{Kind: "order", ID: "7", Why: "A sum is no amount of the order's currency."}}}),
		"webhooks": WebhooksPage(Webhooks{Page: page(SectionAdmin, "Webhooks"), Form: wrong, URL: "http://x", Kinds: "ticket.*", Schemes: []Option{{Value: "standard", Label: "standard"}}, Off: 1, Hooks: []HookRow{{ID: 1, Name: "Lumen Berlin", Scheme: "standard"}, {ID: 2, Name: "Lager", Scheme: "github", Disabled: true}}, Rows: []WebhookRow{
			{ID: 1, URL: "https://erp.lumen.example/hooks/godwit", Description: "Warenwirtschaft", Kinds: "ticket.*, order.updated", State: "on", OKAt: ago(time.Minute)}, {ID: 2, URL: "https://old.lumen.example/", Kinds: "*", State: "dead", Waiting: 1402}, {ID: 3, URL: "https://bi.lumen.example/", Kinds: "*", State: "on", Failing: true, Waiting: 3, OKAt: ago(30 * time.Hour)}}}),
		"webhook": WebhookPage(WebhookEdit{Page: page(SectionAdmin, "Webhook"), Form: wrong, WebhookRow: WebhookRow{ID: 1, URL: "https://erp.lumen.example/hooks/godwit", Kinds: "*", State: "on", Waiting: 2}, Secret: "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD", Types: []string{"ticket.opened", "ticket.status"}, Older: "/admin/webhooks/1?before=5", Log: []DeliveryRow{
			{Event: 9, Kind: "ticket.opened", State: "waiting", Attempt: 3, Status: 503, At: ago(time.Minute)}, {Event: 8, Kind: "ticket.status", State: "delivered", Attempt: 1, Status: 204, At: ago(time.Hour)}, {Event: 7, Kind: "order.updated", State: "failed", Attempt: 11, At: ago(70 * time.Hour)}}}),
		"webhook-off": WebhookPage(WebhookEdit{Page: page(SectionAdmin, "Webhook"), WebhookRow: WebhookRow{ID: 1, URL: "https://erp.lumen.example/", Kinds: "*", State: "gone"}, DisabledAt: ago(50 * time.Hour)}),
		"delivery":    DeliveryPage(DeliveryView{Page: page(SectionAdmin, "Delivery"), WebhookRow: WebhookRow{ID: 1, URL: "https://erp.lumen.example/"}, DeliveryRow: DeliveryRow{Event: 9, Kind: "ticket.opened", State: "waiting", DueAt: now.Add(time.Hour)}, MessageID: "evt_01h8xk3m5q0vg", Body: "{}", Attempts: []AttemptRow{{At: ago(time.Minute), Took: "12ms", Status: 500, Answer: "<b>no</b>"}, {At: ago(time.Hour), Took: "15s", Problem: "The receiver did not answer in time."}}}),
		"hook":        HookPage(HookEdit{Page: page(SectionAdmin, "Hook"), Form: wrong, HookRow: HookRow{ID: 1, Name: "Lumen Berlin", Scheme: "standard"}, Address: "https://desk.example/hooks/hok_01h8xk3m5q0vg", Secret: "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD", Older: "/admin/hooks/1?before=5", Log: []ReceivedRow{{ID: 4, Key: "evt_1", Topic: "order.paid", State: "done", At: ago(time.Minute)}}, Refused: []RefusedRow{{LastAt: ago(time.Hour), Reason: "forged", Count: 12}}}),
		"received":    ReceivedPage(ReceivedView{Page: page(SectionAdmin, "Hook"), Hook: HookRow{ID: 1, Name: "Lumen Berlin"}, ReceivedRow: ReceivedRow{ID: 4, Key: "evt_1", Topic: "order.paid", State: "failed", At: ago(time.Minute), Problem: "unavailable"}, ContentType: "application/json", Body: "{}"}),
		"roles":       RolesPage(Roles{Page: withRoles(page(SectionAdmin, "Roles")), Rows: []RoleRow{{Key: "owner", BuiltIn: true, All: true, Holders: []string{"Anna"}}, {Key: "retouren", Name: "Retouren & Zoll", Grants: []string{"tickets.read", "tickets.send"}, Limits: sampleLimits()}}}),
		"role":        RoleEditPage(RoleEdit{Page: withRoles(page(SectionAdmin, "Role")), Form: wrong, Key: "retouren", Name: "Retouren & Zoll", Grants: sampleGrants(), Limits: sampleLimits(), Holders: []string{"Anna", "李伟"}}),
		"tokens": TokensPage(Tokens{Page: page(SectionAdmin, "Tokens"), Form: wrong, Name: "Sync", Life: "90", Grants: sampleGrants(), Secret: "gwt_jbawnpzcnfaekidepmiazsq7pk67bgxw5bs376tqw5cnqyrxrl5khyq5",
			Rows: []TokenRow{{ID: 1, Name: "Sync", Prefix: "gwt_jbawnp", Owner: "Anna", Grants: []string{"tickets.read"}}}}),
		"teams":     TeamsPage(Teams{Page: page(SectionAdmin, "Teams"), Teams: []TeamRow{{ID: 1, Name: "Zustellung & Zoll", Members: options3(1), Count: 3, Open: 21}}, People: options3(0)}),
		"mailboxes": MailboxesPage(Mailboxes{Page: page(SectionAdmin, "Mailboxes"), Rows: []MailboxRow{{ID: 3, Name: "Lumen Berlin", Address: "hilfe@lumen.example", Shop: "Lumen Berlin", In: Health{Tone: ToneGood}, Out: Health{Tone: ToneBad, Text: "The server refuses the password. Enter a new app password."}, LastIn: ago(time.Minute), Waiting: 3}, {ID: 4, Name: "Thread", Address: "help@thread.example", In: Health{}, Out: Health{Tone: ToneGood}, LastOut: ago(3 * time.Hour), Disabled: true}}}),
		"mailbox": MailboxEditPage(MailboxEdit{Page: page(SectionAdmin, "Mailbox"), Form: wrong, Box: box, Shops: []Option{{Value: "1", Label: "Lumen Berlin"}}, Teams: teamOptions(), Preview: Preview{From: "Lumen Berlin – Kundendienst <hilfe@lumen.example>", Subject: "Re: Wo ist meine Lampe?", Body: "Guten Tag,\n\nIhre Lampe kommt am Donnerstag an.\n\nIhr Lumen-Team"}, Test: &MailboxTest{Page: inbox, Steps: []TestStep{
			{Tone: ToneGood, Name: "Connect to imap.lumen.example:993"}, {Tone: ToneBad, Name: "Sign in as hilfe", Text: "The server refuses the password.", Detail: "NO [AUTHENTICATIONFAILED]"}, {Name: "Open INBOX"}}}}),
		"mailboxes-empty": MailboxesPage(Mailboxes{Page: page(SectionAdmin, "Mailboxes")}),
		"macros":          MacrosPage(Macros{Page: page(SectionAdmin, "Macros"), Rows: []MacroRow{{ID: 1, Name: "Ersatz per Express ankündigen", Folder: "Delivery", Preview: "Hello {{customer.first_name}},", Uses: 318, Actions: []string{"Status: Waiting", "Tag: resend"}}}}),
		"macro table":     MacroTablePage(MacroTable{Page: page(SectionAdmin, "Languages"), Languages: []string{"Deutsch", "中文"}, Rows: []MacroTexts{{ID: 1, Name: "Ersatz", Folder: "Delivery", Cells: []MacroCell{{Key: "de+formal", Label: "Ready", State: "ready"}, {Key: "zh", Label: "Missing", State: "missing"}}}}, Counts: []MacroCount{{Label: "Ready", Count: 1, Tone: ToneGood}}, Filters: []Select{{Name: "state", Label: "State", Options: []Option{{Label: "All"}}}}}),
		"macro":           MacroEditPage(MacroEdit{Page: page(SectionAdmin, "Macro"), ID: 1, Name: "Ersatz per Express", Copied: true, Behind: true, Source: "Hello", SourceOf: "English", Key: "de", Texts: []Option{{Value: "de", Label: "Deutsch", Selected: true, Group: "behind"}}, Languages: []Option{{Label: "All other languages"}}, Addresses: []Option{{Label: "As the language has it"}}, Topics: []Option{{Value: "damaged", Label: "Damaged", Selected: true}}, Alarms: []Option{{Value: "legal", Label: "Legal"}}, Moods: []Option{{Label: "Any"}}, Body: "Hello {{customer.first_name}},\nyour parcel {{parcel.number}} is on its way.", Then: StatusPending, People: options3(1), Teams: teamOptions(), Variables: []Variable{{"customer.first_name", "First name", "Maximilian"}, {"parcel.number", "Tracking number", "0034…"}}, Example: Preview{Body: "Hello Maximilian,\nyour parcel 00340434161094042557 is on its way.", Notes: []string{"Status: Waiting"}}, ExampleOf: "Ticket 10482"}),
		"tags":            TagsPage(Tags{Page: page(SectionAdmin, "Tags"), Rows: []TagRow{{1, Tag{"customs", "amber"}, 17}, {2, Tag{"破损", "rust"}, 44}, {3, Tag{"очень-длинная-метка-о-задержке", "plum"}, 2}}}),
		"fields":          FieldsPage(Fields{Page: page(SectionAdmin, "Fields"), Rows: []FieldRow{{ID: 1, Key: "cause", Label: "Cause", Kind: FieldSelect, Options: []string{"Carrier", "Warehouse"}, Used: 812}}}),
	}
}

func withRoles(p Page) Page {
	p.Roles = map[Role]string{"retouren": "Retouren & Zoll"}
	return p
}

func sampleLimits() Limits {
	return Limits{Teams: true, Mailboxes: Few{Only: true, List: []Option{{Value: "3", Label: "hilfe@lumen.example", Selected: true}}}, Shops: Few{List: []Option{{Value: "1", Label: "Lumen Berlin"}, {Value: "2", Label: "Thread Москва"}}}}
}

func sampleGrants() Grants {
	return Grants{{Key: "desk", Grants: []Grant{{Key: "tickets.read", On: true}, {Key: "tickets.send"}}}, {Key: "house", Grants: []Grant{{Key: "workspace.manage", Locked: true}}}}
}

func render(t *testing.T, c templ.Component) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := c.Render(context.Background(), &b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestGallery(t *testing.T) {
	for _, lang := range i18n.Console() {
		for name, c := range gallery(lang, ThemeAuto) {
			t.Run(string(lang)+"/"+name, func(t *testing.T) {
				data := render(t, c)
				for _, problem := range inspect(t, data) {
					t.Error(problem)
				}
			})
		}
	}
}

var bareKey = regexp.MustCompile(`\b[a-z]+\.[a-z_]+(\.[a-z_]+)*\b`)

// inspect reads a page as a browser does and lists what is wrong with it.
func inspect(t *testing.T, data []byte) []string {
	root, err := html.Parse(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	en := samplePage(i18n.English, ThemeAuto, "", "")
	var problems []string
	ids, labels, refs := map[string]bool{}, map[string]bool{}, map[string]string{}
	controls := map[string]string{}
	var headings []int
	var walk func(n *html.Node, inLabel bool)
	walk = func(n *html.Node, inLabel bool) {
		if n.Type == html.TextNode && strings.Contains(n.Data, "{{.") {
			problems = append(problems, "placeholder left open: "+n.Data)
		}
		if n.Type == html.TextNode {
			text := strings.TrimSpace(n.Data)
			if bareKey.FindString(text) == text && text != "" && n.Parent.Data != "code" && wordSet(en, text) { // code names what other programs read
				problems = append(problems, "missing key: "+text)
			}
		}
		if n.Type == html.ElementNode {
			at := map[string]string{}
			for _, a := range n.Attr {
				at[a.Key] = a.Val
				if a.Key == "style" || strings.HasPrefix(a.Key, "on") {
					problems = append(problems, "inline "+a.Key+" on "+n.Data)
				}
			}
			if id, ok := at["id"]; ok {
				if ids[id] {
					problems = append(problems, "id stands twice: "+id)
				}
				ids[id] = true
			}
			for _, key := range []string{"for", "aria-labelledby", "aria-describedby", "popovertarget", "aria-controls", "list"} {
				if v := at[key]; v != "" {
					refs[v] = key
				}
			}
			switch n.Data {
			case "label":
				labels[at["for"]] = true
				inLabel = true
			case "input", "select", "textarea":
				if at["type"] != "hidden" && at["aria-label"] == "" && !inLabel && at["aria-hidden"] == "" {
					controls[at["id"]] = n.Data + " " + at["name"]
				}
			case "h1", "h2", "h3", "h4":
				headings = append(headings, int(n.Data[1]-'0'))
			case "script":
				if at["src"] == "" {
					problems = append(problems, "inline script")
				}
			case "img":
				if at["alt"] == "" {
					problems = append(problems, "img without alt")
				}
			}
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			walk(c, inLabel)
		}
	}
	walk(root, false)
	for id, what := range controls {
		if id == "" || !labels[id] {
			problems = append(problems, "no label for "+what)
		}
	}
	for id, key := range refs {
		if !ids[id] {
			problems = append(problems, key+" leads to no id: "+id)
		}
	}
	if len(headings) > 0 && !slices.Contains(headings, 1) {
		problems = append(problems, "no h1")
	}
	return problems
}

// wordSet reports whether a text looks like a key of ours: its first word begins keys of the catalogue.
func wordSet(p Page, text string) bool {
	set, _, _ := strings.Cut(text, ".")
	return slices.Contains([]string{"act", "status", "ticket", "view", "views", "msg", "mailbox", "macro", "search", "order", "report", "people", "nav", "empty", "field", "fields", "tour", "keys", "delivery", "auth", "waiting", "priority", "composer", "context", "customer", "parcel", "payment", "reason", "channel", "due", "bulk", "snooze", "tags", "teams", "account", "theme", "side", "party", "health", "step", "role", "color", "fail", "filter", "sort", "op", "send", "draft", "admin", "orders", "palette", "kind", "fieldkind", "identity"}, set) && !p.has(text)
}

func TestFirstLoad(t *testing.T) {
	page := render(t, gallery(i18n.English, ThemeAuto)["inbox"])
	size := len(newAsset("inbox.html", "text/html", page).brotli)
	t.Logf("inbox.html: %d bytes, %d brotli", len(page), size)
	for _, b := range bundles {
		a := assets()[b.name]
		t.Logf("%s: %d bytes, %d gzip, %d brotli", b.name, len(a.plain), len(a.gzip), len(a.brotli))
		size += len(a.gzip)
	}
	if size > 60_000 {
		t.Errorf("first load weighs %d bytes compressed, the limit is 60,000", size)
	}
}

func TestIcons(t *testing.T) {
	sprite, err := static.ReadFile("static/icons.svg")
	if err != nil {
		t.Fatal(err)
	}
	has := map[string]bool{}
	for _, m := range regexp.MustCompile(`symbol id="([^"]+)"`).FindAllStringSubmatch(string(sprite), -1) {
		has[m[1]] = true
	}
	for name, c := range gallery(i18n.English, ThemeAuto) {
		for _, m := range regexp.MustCompile(`icons\.[^#"]*#([a-z0-9-]+)"`).FindAllStringSubmatch(string(render(t, c)), -1) {
			if !has[m[1]] {
				t.Errorf("%s: no icon %s", name, m[1])
			}
		}
	}
}

// galleryHandler serves the gallery under the console's own policy: /gallery/{lang}/{theme}/{page}.
func galleryHandler() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /static/", Assets())
	mux.HandleFunc("GET /gallery/{lang}/{theme}/{page}", func(w http.ResponseWriter, r *http.Request) {
		c, ok := gallery(i18n.Lang(r.PathValue("lang")), Theme(r.PathValue("theme")))[r.PathValue("page")]
		if !ok {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("Content-Security-Policy", ContentSecurityPolicy)
		if err := c.Render(r.Context(), w); err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
		}
	})
	return mux
}

// TestGalleryServe serves the gallery for a person or a tool to look at, on the address in GODWIT_GALLERY, until the file named in
// GODWIT_GALLERY_UNTIL exists.
func TestGalleryServe(t *testing.T) {
	addr, until := os.Getenv("GODWIT_GALLERY"), os.Getenv("GODWIT_GALLERY_UNTIL")
	if addr == "" || until == "" {
		t.Skip("GODWIT_GALLERY and GODWIT_GALLERY_UNTIL are not set")
	}
	server := &http.Server{Addr: addr, Handler: galleryHandler()}
	done := make(chan error, 1)
	go func() { done <- server.ListenAndServe() }()
	for {
		select {
		case err := <-done:
			t.Fatal(err)
		case <-time.After(200 * time.Millisecond):
		}
		if _, err := os.Stat(until); err == nil {
			server.Close() //nolint:errcheck // the test ends
			<-done
			return
		}
	}
}

// TestShots takes pictures of the gallery into the folder GODWIT_SHOTS; GODWIT_SHOTS_ONLY narrows them by a regular expression
// on "page-lang-theme-width".
func TestShots(t *testing.T) {
	dir := os.Getenv("GODWIT_SHOTS")
	if dir == "" {
		t.Skip("GODWIT_SHOTS is not set")
	}
	if _, err := os.Stat("/usr/bin/chromium"); err != nil {
		t.Skip("chromium is not installed")
	}
	only := regexp.MustCompile(os.Getenv("GODWIT_SHOTS_ONLY"))
	server := httptest.NewServer(galleryHandler())
	defer server.Close()
	opts := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath("/usr/bin/chromium"), chromedp.NoSandbox,
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true), chromedp.Flag("hide-scrollbars", true), chromedp.UserDataDir(t.TempDir()))
	alloc, stop := chromedp.NewExecAllocator(context.Background(), opts...)
	defer stop()
	ctx, cancel := chromedp.NewContext(alloc)
	defer cancel()
	names := []string{}
	for name := range gallery(i18n.English, ThemeAuto) {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, lang := range i18n.Console() {
		for _, theme := range []Theme{ThemeLight, ThemeDark} {
			for _, width := range []int64{390, 1024, 1440} {
				for _, name := range names {
					shot := fmt.Sprintf("%s-%s-%s-%d", name, lang, theme, width)
					if !only.MatchString(shot) {
						continue
					}
					height := int64(900)
					if width == 390 {
						height = 844
					}
					err := chromedp.Do(ctx, chromedp.EmulateViewport(width, height), chromedp.Navigate(fmt.Sprintf("%s/gallery/%s/%s/%s", server.URL, lang, theme, name)))
					if err != nil {
						t.Fatalf("%s: %v", shot, err)
					}
					picture, err := chromedp.Run(ctx, chromedp.CaptureScreenshot())
					if err != nil {
						t.Fatalf("%s: %v", shot, err)
					}
					if err := os.WriteFile(filepath.Join(dir, shot+".png"), picture, 0o644); err != nil {
						t.Fatal(err)
					}
				}
			}
		}
	}
}
