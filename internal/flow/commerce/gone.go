package commerce

import (
	"context"
	"fmt"
	"strings"
	"time"

	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/flow/intake"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/job"
)

// What a shop deletes stays here: tickets, money and returns speak of it. It is marked, and the mark is a version like any
// other, so that what is told late of it does not bring it back and what the shop restores does.

// deletion is the end of the type of a message that tells of one: order.deleted.
const deletion = ".deleted"

// tombstone is an object that a shop has no more, nil for a kind that has no list.
func tombstone(kind, id string) intake.Object {
	h := intake.Head{Kind: kind, ID: id, Deleted: true}
	switch kind {
	case intake.KindOrder:
		return &intake.Order{Head: h}
	case intake.KindProduct:
		return &intake.Product{Head: h}
	case intake.KindCustomer:
		return &intake.Customer{Head: h}
	}
	return nil
}

// bury notes objects of a kind that the shop has no more. A customer is a person whom we know beyond one shop, and stays
// as they are.
func (s *Service) bury(ctx context.Context, shop order.Shop, kind string, gone []string) error {
	actor := auth.ForSystem(shop.Workspace)
	switch kind {
	case intake.KindOrder:
		return s.Orders.Deleted(ctx, actor, shop, gone)
	case intake.KindProduct:
		for _, id := range gone {
			if err := s.Products.Gone(ctx, actor, shop.ID, id); err != nil {
				return err
			}
		}
	}
	return nil
}

// absent takes note that a shop did not have what we asked it for. That alone proves a deletion only of kinds of which we
// see everything; of others somebody must have told us.
func (s *Service) absent(ctx context.Context, w auth.WorkspaceID, r ref, asked time.Time) error {
	return s.Store.InTx(ctx, func(ctx context.Context) error {
		c, err := s.Store.HoldShopConnection(ctx, w, r.Connection)
		if err != nil {
			return err
		}
		d, err := s.Driver(c.Driver)
		if err != nil {
			return err
		}
		o := tombstone(r.Kind, r.External)
		if o == nil || !r.Deleted && !d.Capabilities.Complete(r.Kind) {
			return nil
		}
		_, err = s.take(ctx, c, []intake.Object{o}, asked)
		return err
	})
}

const (
	unseenPage = 500
	unseenMost = 20_000 // that one reading asks after; the next one goes on
)

// missing asks for each object that a whole list, read since a time, did not have: it was deleted, or only changed its
// place while the list was read.
func (s *Service) missing(ctx context.Context, c Connection, kind string, since time.Time) error {
	after := ""
	for range unseenMost / unseenPage {
		list, err := s.Store.ShopUnseen(ctx, c.Workspace, c.ID, kind, since, after, unseenPage)
		if err != nil || len(list) == 0 {
			return err
		}
		jobs := make([]job.Job, len(list))
		for i, id := range list {
			jobs[i] = fetching(c, ref{Connection: c.ID, Kind: kind, External: id})
		}
		if err := s.Queue.Enqueue(ctx, jobs...); err != nil {
			return fmt.Errorf("ask after what a list lacks: %w", err)
		}
		after = list[len(list)-1]
	}
	return nil
}

// fetching is the job that fetches one object. It stands once, and once more for what was said to be deleted.
func fetching(c Connection, r ref) job.Job {
	key := c.ID.String() + "/" + r.Kind + "/" + r.External
	if r.Deleted {
		key += deletion
	}
	return job.New(c.Workspace, FetchJob, r).On(Queue).WithKey(key)
}

// saysDeleted reports whether a message says that what it is about was deleted.
func saysDeleted(d intake.Delivery) bool { return strings.HasSuffix(d.Type, deletion) }
