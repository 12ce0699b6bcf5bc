// Package ui draws the console: page structs filled by handlers, the templates that render them, and the style sheet,
// script and icons they need. It owns every word, control, colour and key of the console.
//
// Words: a page is a struct that embeds [Page] and has a component of the same name plus "Page" ([Desk] is drawn by
// [DeskPage]); a part is a component that redraws one region of a page already open, wrapped in hx-partial elements where it redraws several; a form is an ordinary HTML form that works without script. Times are UTC values drawn in Page.Zone; money and
// other amounts arrive as text, already written for the reader.
//
// The package knows no domain type, opens no connection and reads no clock: equal structs give equal bytes. It never emits
// an inline script or style, so the pages run under [ContentSecurityPolicy].
//
// # How a request is answered
//
// Every POST below comes either from a plain form or from htmx (header HX-Request: true).
//
//   - Plain: do it, then 303 to the field "back" if it is a local path, else to the page of the thing; the outcome is a
//     [Flash] on the next page, with its Undo path where there is one.
//   - htmx: do it, then 200 with [TicketActedPart] (ticket verbs), [ListActedPart] (bulk) or, on admin forms, the whole page again
//     (the form selects what it needs). A refused form is 422 with the same page and its Form.Errors filled.
//   - A GET with the header HX-Request may be answered by the whole page: links select what they swap (hx-select).
//
// Undo paths are always POST without fields. Undoable verbs answer with Toast.Undo or Flash.Undo.
//
// # Pages
//
//	GET  /setup                     SetupPage(Setup)       first run only, else 404
//	POST /setup                     workspace, name, email, password, lang, zone
//	GET  /sign-in?next=             SignInPage(SignIn)
//	POST /sign-in                   email, password, next
//	POST /sign-out
//	GET  /invite/{token}            InvitePage(Invite)
//	POST /invite/{token}            name, password, lang, zone
//	GET  /                          303 /inbox/mine
//	GET  /inbox/{view}              DeskPage(Desk)         query: status, assignee, team, tag, channel, shop, sort, q, after
//	GET  /t/{number}                DeskPage(Desk)         query: view (+ the list's query), tab, around (message id)
//	GET  /search?q=                 SearchPage(Search)     query: q, sort=rank|new, after
//	GET  /orders?q=                 OrdersPage(Orders)     query: q, status, shop, after
//	GET  /orders/{id}               OrderPage(OrderView)
//	GET  /parcels?tab=              BoardPage(Board)       query: tab, q, from, to, carrier, shop, status, after
//	GET  /parcels/{id}              ParcelPage(ParcelView)
//	GET  /lanes                     LanesPage(LanesView)   query: from, to, carrier, days, sort; /lanes.csv is the same as a file
//	GET  /customers/{id}            CustomerPage(CustomerView)
//	GET  /reports                   ReportPage(Report)
//	GET  /views                     ViewsPage(Views)
//	GET  /views/new, /views/{key}   ViewEditPage(ViewEdit)
//	GET  /account                   AccountPage(Account)
//	GET  /admin                     303 to the first admin page that the reader may open
//	GET  /admin/people              PeoplePage(People)
//	GET  /admin/teams               TeamsPage(Teams)
//	GET  /admin/mailboxes           MailboxesPage(Mailboxes)
//	GET  /admin/mailboxes/new, /admin/mailboxes/{id}   MailboxEditPage(MailboxEdit)
//	GET  /admin/macros              MacrosPage(Macros)
//	GET  /admin/macros/new, /admin/macros/{id}         MacroEditPage(MacroEdit)
//	GET  /admin/tags                TagsPage(Tags)
//	GET  /admin/fields              FieldsPage(Fields)
//	any error                       FailurePage(Failure)   with its status code; the same page for htmx (it is swapped into main)
//
// # Parts
//
//	GET  /live                      server-sent events, see below; query: after (the last event heard); live=off on a page disables it
//	GET  /inbox/{view}/rows         Rows(Page, List)       same query as the page; the script merges new and changed rows
//	GET  /parcels/rows              BoardRows(Board)       same query as the page
//	GET  /parcels/counts            BoardTabs(Board)       same query as the page
//	GET  /inbox/counts              ViewsPart(Page, views, current); query: view
//	GET  /t/{number}/parts          TicketParts(Ticket)    header, messages, context and presence, morphed in place
//	GET  /t/{number}/presence       PresencePart(Ticket)
//	GET  /t/{number}/macros?q=      MacroList(Ticket)
//	GET  /palette?q=                PaletteResults(Palette)
//	GET  /keys                      KeysPage(Keys)         the same list as the "?" dialog, as a page
//	GET  /tour                      303 /inbox/mine with Page.Tour on from step 0; see POST /tour
//	GET  /t/{number}/m/{id}/html    the mail's own HTML, sanitised, for the sandboxed frame; query: images=1
//	GET  /t/{number}/m/{id}/raw     the mail as it came, message/rfc822
//	GET  /f/{id}/{name}             an attachment, to be saved
//	GET  /f/{id}/{name}/preview     a picture, drawn anew
//	GET  /static/{name}             [Assets], at the paths of [Asset]
//
// # Ticket verbs (all POST unless said; all undoable ones answer with an undo path)
//
//	/t                              subject, customer (email), name, body, mailbox       a new ticket by an agent
//	/t/{number}/reply               multipart: to, cc, body, then=open|pending|solved, waiting, at (RFC 3339 or datetime-local
//	                                in Page.Zone, empty = now), macro, files (repeated), forget (attachment ids dropped)
//	/t/{number}/note                multipart: body, then, files       mentions are written @name in the body
//	/t/{number}/send/{message}/undo cancels a reply before it leaves; the text returns to the draft
//	/t/{number}/send/{message}/retry sends a failed reply again
//	/t/{number}/send/{message}/now  sends a scheduled reply now
//	/t/{number}/status              status=open|pending|solved|closed, waiting=customer|carrier|supplier|marketplace|colleague
//	/t/{number}/assign              assignee = person id | "me" | ""
//	/t/{number}/team                team = id | ""
//	/t/{number}/priority            priority=low|normal|high|urgent
//	/t/{number}/tags                tags (comma separated: the full new set), or add / remove (one name)
//	/t/{number}/fields              f.{key} for each custom field
//	/t/{number}/subject             subject
//	/t/{number}/snooze              until=later|tomorrow|monday|week | at (datetime-local), wake=reply (checkbox); until=off ends it
//	/t/{number}/merge               into (ticket number)
//	/t/{number}/split               messages (repeated ids), subject
//	/t/{number}/side                to, party=carrier|supplier|marketplace|other, subject, body, messages (repeated ids to enclose)
//	/t/{number}/side/{id}/reply     body
//	/t/{number}/follow-up           opens a linked ticket after close
//	/t/{number}/spam                on=1|0
//	/t/{number}/order               order (number) | unlink (id)
//	/t/{number}/undo/{event}        undoes the event if it can be undone
//	/t/{number}/read                on=0 marks unread
//	/t/{number}/presence            state=viewing|typing|away         204; sent every 20 s and on change
//	PUT /t/{number}/draft           kind=reply|note, body, to, cc, version      200 JSON {"version":n,"saved":ms}; 409 with the
//	                                stored draft {"version","body"} when another window saved in between
//	/t/{number}/macro/{id}          Accept: application/json: [MacroApplied]; else adds it to the draft and 303
//	/inbox/bulk                     numbers (repeated), view, do=apply|merge|spam, and for do=apply value = "verb:argument": assign:me,
//	                                assign:{id}, status:…, team:{id}, tag:{name}, priority:…, snooze:later|tomorrow|monday|week, macro:{id}
//	/inbox/bulk/undo/{batch}
//
// # Customers, orders, parcels, views, admin
//
//	/parcels/{id}/correct           status, why
//	/parcels/{id}/write             customer, name, subject, body       opens a ticket
//	/customers/{id}                 name, notes, lang, tier
//	/customers/{id}/identity        kind=email|phone, value, or remove=value
//	/customers/{id}/merge           other (id or email)          undoable by /customers/undo/{event}
//	/customers/undo/{event}         merge and identity are told apart below one pattern, POST /customers/{id}/{verb}; so is undo
//	/views, /views/{key}            name, shared, sort, the condition fields of [ParseCondition], do=save|delete|change:...
//	                                do=preview or do starting with "add", "group" or "remove" redraws the form unsaved
//	/admin/people/invite            email, role, teams (repeated)
//	/admin/people/{id}              role, teams, active=1|0
//	/admin/people/invite/{id}/revoke
//	/admin/people/{id}/reset        makes a password-reset link, shown once
//	/admin/teams, /admin/teams/{id} name, members (repeated), do=delete
//	/admin/mailboxes, /admin/mailboxes/{id}   the fields of [MailboxForm]; do=save|test|delete; do=test answers [MailboxTestSteps]
//	                                in #test-result for htmx, else the page with Test filled
//	/admin/macros, /admin/macros/{id}         name, folder, body, then, waiting, add_tags, assignee, team, priority, do=save|delete|preview
//	/admin/tags, /admin/tags/{id}   name, color, do=delete|merge, into
//	/admin/fields, /admin/fields/{id}         label, key, kind, options (one a line), required, do=delete
//	/account                        name, lang, theme, zone, signature
//	/account/theme                  theme=light|dark|auto        204
//	/account/password               current, password
//	/account/sessions/{id}/end, /account/sessions/end-others
//	/account/security/...           app (code), app/remove, codes, passkeys (name, passkey), passkeys/{id} (name, do=rename|remove)
//	/sign-in/factor, /sign-in/enrol code or passkey, next
//	/forgot                         email
//	/confirm                        proof_to, proof_send=1 and a carried form; proof_password, proof_code or proof_passkey
//	.../options                     JSON for the browser's navigator.credentials; a form with data-passkey asks for it
//	/admin/security                 the fields of [Policy]
//	/admin/people/{id}/sessions/end session (none: all)
//	/admin/people/{id}/factors/remove
//	/tour                           step (last seen), done=1      204, or 303 for a plain form
//
// # Live events
//
// The body carries data-live="/live". The pages of one browser share one stream: the page that holds a lock opens it and hands every
// event to the others, so a stream carries all that its person may see and each page picks what it shows. The server sends named events without HTML; the script then asks for the parts
// it shows, so that rights and order are judged in one place:
//
//	event: ticket    data: {"number":12,"kind":"message|state|…","by":<person id>}
//	event: parcel    data: {"ids":["34"],"many":false}     many: more changed than are named
//	event: presence  data: {"number":12}
//	event: counts    data: {}
//	event: toast     data: {"text":"…","href":"/t/12"}
//
// An event of a ticket carries its own id. A stream that is opened with Last-Event-ID, or with the query after, begins with a ticket
// event of number 0 and kind "behind": pages then look at all they show. ": ping" comes every 25 s.
package ui

// ContentSecurityPolicy is the policy that every console page is served under.
const ContentSecurityPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; " +
	"connect-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// MailContentSecurityPolicy is the policy of a mail's own HTML in its sandboxed frame; with images, remote pictures load.
func MailContentSecurityPolicy(images bool) string {
	if images {
		return "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data: https: http:; frame-ancestors 'self'; sandbox allow-popups allow-popups-to-escape-sandbox"
	}
	return "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'self'; sandbox allow-popups allow-popups-to-escape-sandbox"
}
