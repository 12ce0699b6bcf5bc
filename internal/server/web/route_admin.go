package web

// adminRoutes is the table of everything around the desk: sign-in, account,
// customers, orders, views, reports and administration.
func adminRoutes() []route {
	return []route{}
}
