package commerce

import (
	"context"
	"time"

	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/hook"
)

// Due is a connection whose next look is due.
type Due struct {
	Workspace  auth.WorkspaceID
	Connection ID
}

// Store keeps connections and which versions of objects were taken.
type Store interface {
	InTx(context.Context, func(context.Context) error) error

	// AddShopConnection reports false if the shop has a connection.
	AddShopConnection(context.Context, Connection) (bool, error)
	// SaveShopConnection writes all of a connection that can change.
	SaveShopConnection(context.Context, Connection) error
	// DeleteShopConnection deletes a connection and its versions; what was taken stays.
	DeleteShopConnection(ctx context.Context, w auth.WorkspaceID, id ID) error
	ShopConnection(ctx context.Context, w auth.WorkspaceID, id ID) (Connection, error)
	// HoldShopConnection is ShopConnection that keeps others from it until the transaction ends.
	HoldShopConnection(ctx context.Context, w auth.WorkspaceID, id ID) (Connection, error)
	// ShopConnections returns the connections of a workspace, the oldest first.
	ShopConnections(ctx context.Context, w auth.WorkspaceID) ([]Connection, error)
	// ShopConnectionOf returns the connection whose hooks come in at a place.
	ShopConnectionOf(ctx context.Context, w auth.WorkspaceID, h hook.ID) (Connection, error)
	// DueShopConnections returns those of all workspaces that are not paused and due, the longest waiting first.
	DueShopConnections(ctx context.Context, now time.Time, limit int) ([]Due, error)

	// ShopVersions returns the versions that were taken of objects, by their identifiers.
	ShopVersions(ctx context.Context, w auth.WorkspaceID, c ID, kind string, external []string) (map[string]Version, error)
	SaveShopVersions(ctx context.Context, w auth.WorkspaceID, c ID, list []Version) error
	// ShopUnseen returns identifiers, after one, of objects that were not asked for since a time and are not known to be
	// deleted.
	ShopUnseen(ctx context.Context, w auth.WorkspaceID, c ID, kind string, since time.Time, after string, limit int) ([]string, error)
	// ShopProblems returns objects that could not be taken, after a kind and identifier.
	ShopProblems(ctx context.Context, w auth.WorkspaceID, c ID, afterKind, afterExternal string, limit int) ([]Version, error)

	Shop(context.Context, auth.WorkspaceID, order.ShopID) (order.Shop, error)
}
