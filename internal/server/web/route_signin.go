package web

import "godwit.dev/godwit/internal/platform/auth"

// signinRoutes is the table of everything by which people prove who they are.
func signinRoutes() []route {
	proved, people := signedIn.fresh(), may(auth.ManagePeople)
	return []route{
		{"GET", "/sign-in/factor", public, none, (*server).factorPage},
		{"POST", "/sign-in/factor", public, form, (*server).factor},
		{"POST", "/sign-in/factor/options", public, form, (*server).factorOptions},
		{"GET", "/sign-in/enrol", public, none, (*server).enrolPage},
		{"POST", "/sign-in/enrol", public, form, (*server).enrol},
		{"POST", "/sign-in/enrol/options", public, form, (*server).enrolOptions},
		{"POST", "/sign-in/passkey", public, form, (*server).passkeySignIn},
		{"POST", "/sign-in/passkey/options", public, form, (*server).passkeySignInOptions},
		{"GET", "/sign-in/sso", public, none, (*server).ssoPage},
		{"POST", "/sign-in/sso", public, form, (*server).ssoFind},
		{"GET", "/sign-in/sso/to/{workspace}", public, none, (*server).ssoStart},
		{"GET", auth.SSOBack, public, none, (*server).ssoBack},
		{"POST", "/password/strength", public, none, (*server).strength},
		{"GET", "/forgot", public, none, (*server).forgotPage},
		{"POST", "/forgot", public, form, (*server).forgot},

		{"GET", "/confirm", signedIn, none, (*server).confirmPage},
		{"POST", "/confirm", signedIn, form, (*server).confirm},
		{"POST", "/confirm/options", signedIn, form, (*server).confirmOptions},
		{"GET", "/confirm/sso", signedIn, none, (*server).confirmSSO},

		{"GET", "/account/security", signedIn, none, (*server).securityPage},
		{"GET", "/account/security/app", proved, none, (*server).appPage},
		{"POST", "/account/security/app", proved, form, (*server).appConfirm},
		{"POST", "/account/security/app/remove", proved, form, (*server).appRemove},
		{"POST", "/account/security/codes", proved, form, (*server).codesRenew},
		{"POST", "/account/security/passkeys", proved, form, (*server).passkeyAdd},
		{"POST", "/account/security/passkeys/options", proved, form, (*server).passkeyOptions},
		{"POST", "/account/security/passkeys/{passkey}", proved, form, (*server).passkeySave},

		{"GET", "/admin/security", may(auth.Manage), none, (*server).policyPage},
		{"POST", "/admin/security", may(auth.Manage).fresh(), form, (*server).policySave},
		{"GET", "/admin/people/{person}/sessions", people, none, (*server).personSessions},
		{"POST", "/admin/people/{person}/sessions/end", people.fresh(), form, (*server).personSessionsEnd},
		{"POST", "/admin/people/{person}/factors/remove", people.fresh(), form, (*server).personFactorsRemove},
	}
}
