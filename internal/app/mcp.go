package app

import (
	"cmp"
	"runtime/debug"

	"godwit.dev/godwit/internal/server/mcp"
)

// Version is the version of the program, or "development".
func Version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "development"
	}
	return cmp.Or(info.Main.Version, "development")
}

// MCP returns the door for AI agents.
func (c *Core) MCP() *mcp.Server {
	return mcp.New(mcp.Config{
		Auth: c.Auth, Tickets: c.Tickets, Customers: c.Customers, Orders: c.Orders, Journal: c.Store, Store: c.Store, Now: c.Now, Log: c.Log, Version: Version(), Nodes: c.Node.Peers, Watch: c.Watch,
	})
}
