package web

import "godwit.dev/godwit/internal/platform/auth"

// accessRoutes is the table of what people and programs may do.
func accessRoutes() []route {
	people, tokens := may(auth.ManagePeople), may(auth.ManageTokens)
	return []route{
		{"GET", "/admin/roles", people, none, (*server).rolesPage},
		{"POST", "/admin/roles", people.fresh(), form, (*server).roleAdd},
		{"GET", "/admin/roles/{role}", people, none, (*server).rolePage},
		{"POST", "/admin/roles/{role}", people.fresh(), form, (*server).roleSave},
		{"GET", "/admin/tokens", tokens, none, (*server).tokensPage},
		{"POST", "/admin/tokens", tokens.fresh(), form, (*server).tokenAdd},
		{"POST", "/admin/tokens/{key}/revoke", tokens.fresh(), form, (*server).tokenRevoke},
	}
}
