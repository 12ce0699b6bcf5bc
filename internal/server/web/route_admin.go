package web

import "godwit.dev/godwit/internal/platform/auth"

// adminRoutes is the table of everything around the desk: sign-in, account,
// customers, orders, views, reports and administration.
func adminRoutes() []route {
	read, write := may(auth.ReadTickets), may(auth.WriteTickets)
	people, teams, mail := may(auth.ManagePeople), may(auth.ManageTeams), may(auth.ManageMail)
	macros, fields, manage := may(auth.ManageMacros), may(auth.ManageFields), may(auth.Manage)
	return []route{
		{"GET", "/setup", public, none, (*server).setupPage},
		{"POST", "/setup", public, form, (*server).setup},
		{"GET", "/sign-in", public, none, (*server).signInPage},
		{"POST", "/sign-in", public, form, (*server).signIn},
		{"POST", "/sign-out", signedIn, form, (*server).signOut},
		{"GET", "/invite/{token}", public, none, (*server).invitePage},
		{"POST", "/invite/{token}", public, form, (*server).invite},

		{"GET", "/account", signedIn, none, (*server).accountPage},
		{"POST", "/account", signedIn, form, (*server).account},
		{"POST", "/account/theme", signedIn, form, (*server).accountTheme},
		{"POST", "/account/password", signedIn, form, (*server).accountPassword},
		{"POST", "/account/sessions/{session}/end", signedIn.fresh(), form, (*server).sessionEnd},
		{"POST", "/account/sessions/end-others", signedIn.fresh(), form, (*server).sessionEndOthers},

		{"GET", "/orders", may(auth.ReadOrders), none, (*server).ordersPage},
		{"GET", "/orders/{order}", may(auth.ReadOrders), none, (*server).orderPage},
		{"GET", "/customers/{customer}", may(auth.ReadCustomers), none, (*server).customerPage},
		{"POST", "/customers/{customer}", write, form, (*server).customerSave},
		// identity, merge, and undo/{event}, which no pattern of its own can stand beside.
		{"POST", "/customers/{customer}/{verb}", write, form, (*server).customerVerb},

		{"GET", "/views", read, none, (*server).viewsPage},
		{"POST", "/views", read, form, (*server).viewAdd},
		{"GET", "/views/{view}", read, none, (*server).viewPage},
		{"POST", "/views/{view}", read, form, (*server).viewSave},
		{"GET", "/reports", may(auth.SeeReports), none, (*server).report},
		{"GET", "/reports/returns", may(auth.SeeReports), none, (*server).returnsReport},
		{"GET", "/reports/returns.csv", may(auth.SeeReports), none, (*server).returnsFile},
		{"GET", "/reports/returns/cases", may(auth.ReadCases), none, (*server).returnsCases},

		{"GET", "/admin", signedIn, none, (*server).admin},
		{"GET", "/admin/people", people, none, (*server).peoplePage},
		{"POST", "/admin/people/invite", people.fresh(), form, (*server).personInvite},
		{"POST", "/admin/people/invite/{person}/revoke", people.fresh(), form, (*server).inviteRevoke},
		{"POST", "/admin/people/{person}", people.fresh(), form, (*server).personSave},
		{"POST", "/admin/people/{person}/reset", people.fresh(), none, (*server).personReset},
		{"GET", "/admin/teams", teams, none, (*server).teamsPage},
		{"POST", "/admin/teams", teams, form, (*server).teamAdd},
		{"POST", "/admin/teams/{team}", teams, form, (*server).teamSave},
		{"GET", "/admin/mailboxes", mail, none, (*server).mailboxesPage},
		{"POST", "/admin/mailboxes", mail.fresh(), form, (*server).mailboxAdd},
		{"GET", "/admin/mailboxes/{mailbox}", mail.fresh(), none, (*server).mailboxPage},
		{"POST", "/admin/mailboxes/{mailbox}", mail.fresh(), form, (*server).mailboxSave},
		{"GET", "/admin/macros", macros, none, (*server).macrosPage},
		{"POST", "/admin/macros", macros, text, (*server).macroAdd},
		{"GET", "/admin/macros/languages", macros, none, (*server).macroTable},
		{"GET", "/admin/macros/{macro}", macros, none, (*server).macroPage},
		{"POST", "/admin/macros/{macro}", macros, text, (*server).macroSave},
		{"GET", "/admin/markets", manage, none, (*server).marketsPage},
		{"GET", "/admin/markets/{market}", manage, none, (*server).marketPage},
		{"POST", "/admin/markets/{market}", manage, form, (*server).marketSave},
		{"GET", "/admin/tags", macros, none, (*server).tagsPage},
		{"POST", "/admin/tags", macros, form, (*server).tagAdd},
		{"POST", "/admin/tags/{tag}", macros, form, (*server).tagSave},
		{"GET", "/admin/fields", fields, none, (*server).fieldsPage},
		{"POST", "/admin/fields", fields, form, (*server).fieldAdd},
		{"POST", "/admin/fields/{field}", fields, form, (*server).fieldSave},
	}
}
