package commerce

import (
	"context"

	"godwit.dev/godwit/internal/base/id"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/event"
)

// The kinds of event that this package announces, about a shop. Data is a Note.
const (
	Connected   = "shop.connected"
	Changed     = "shop.changed"
	PausedKind  = "shop.paused"
	Resumed     = "shop.resumed"
	Removed     = "shop.disconnected"
	Imported    = "shop.imported" // the first import is complete
	FailingKind = "shop.failing"
	Recovered   = "shop.recovered"
)

// Note is what an event says of a connection.
type Note struct {
	Connection string `json:"connection"`
	Driver     string `json:"driver"`
	State      State  `json:"state"`
	Problem    string `json:"problem,omitempty"` // catalogue key
	Objects    int64  `json:"objects,omitempty"` // taken so far
}

func (s *Service) note(ctx context.Context, actor auth.Actor, kind string, c Connection) error {
	return s.Journal.Append(ctx, event.New(kind, actor, event.Subject{Kind: order.ShopSubject, ID: int64(c.Shop)}, 0,
		Note{Connection: id.Format(prefix, int64(c.ID)), Driver: c.Driver, State: c.State, Problem: c.Problem, Objects: c.Taken()}))
}
