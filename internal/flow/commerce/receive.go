package commerce

import (
	"context"
	"net/http"
	"slices"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/flow/intake"
	"godwit.dev/godwit/internal/platform/hook"
	"godwit.dev/godwit/internal/platform/job"
)

// HookKind is the kind of hook connection whose requests Receive processes.
const HookKind = "shop"

// kept are the kinds of objects that have no list and no record of their own yet, and are kept as they came.
var kept = []string{intake.KindReturn, intake.KindRefund, intake.KindMessage, intake.KindFeedback, intake.KindDispute}

// Receive is the hook.Processor of HookKind. An object that came whole and is newer than the one that is there is taken;
// anything else names what is to be fetched afresh, by a job. What speaks of nothing that we keep is left alone.
func (s *Service) Receive(ctx context.Context, h hook.Connection, r hook.Received) error {
	c, err := s.Store.ShopConnectionOf(ctx, h.Workspace, h.ID)
	if errs.Is(err, errs.NotFound) {
		return errs.New(errs.Unsupported, "error.shop_gone")
	}
	if err != nil {
		return err
	}
	d, err := s.Driver(c.Driver)
	if err != nil || d.Source.Convert == nil {
		return errs.New(errs.Unsupported, "error.shop_driver")
	}
	if c, err = s.Store.HoldShopConnection(ctx, c.Workspace, c.ID); err != nil {
		return err
	}
	head := http.Header{"Content-Type": {r.ContentType}}
	if d.TopicHeader != "" && r.Topic != "" {
		head.Set(d.TopicHeader, r.Topic)
	}
	told, err := d.Source.Decode(head, r.Body)
	if err != nil {
		return err
	}
	if ok, err := s.demand(ctx, c, told, r.At); ok || err != nil {
		return err
	}
	asked := time.Time{}
	if d.Capabilities.Pushed { // of two that say the same time, the one that came later counts
		asked = r.At
	}
	var whole []intake.Object
	var jobs []job.Job
	for _, o := range told.Items {
		kind, id := target(d.Capabilities, o)
		switch {
		case id == "":
			continue
		case d.Capabilities.Pushed:
			if kind == o.Base().Kind {
				whole = append(whole, o)
			}
			continue
		case kind == o.Base().Kind && slices.Contains(d.Whole, kind):
			settled, err := s.settled(ctx, c, o)
			if err != nil {
				return err
			}
			if settled {
				whole = append(whole, o)
				continue
			}
		case !slices.Contains(d.Capabilities.Kinds(), kind):
			whole = append(whole, o)
			continue
		}
		if slices.Contains(d.Capabilities.Kinds(), kind) && c.State != Paused {
			jobs = append(jobs, fetching(c, ref{c.ID, kind, id, saysDeleted(told)}))
		}
	}
	if len(whole) > 0 {
		if _, err := s.take(ctx, c, whole, asked); err != nil {
			return err
		}
	}
	return s.Queue.Enqueue(ctx, jobs...)
}

// target is which object a message is about, as far as we keep such things: itself, or else what it belongs to.
func target(caps Capabilities, o intake.Object) (kind, id string) {
	b := o.Base()
	if b.ID != "" && slices.Contains(caps.Kinds(), b.Kind) {
		return b.Kind, b.ID
	}
	for _, k := range []string{intake.KindOrder, intake.KindProduct, intake.KindCustomer} {
		if ref := b.Refs[k]; ref != "" && slices.Contains(caps.Kinds(), k) {
			return k, ref
		}
	}
	if b.ID != "" && slices.Contains(kept, b.Kind) {
		return b.Kind, b.ID
	}
	return "", ""
}

// settled reports whether the object of a webhook can be judged by its time alone: it is newer, older, or the very same.
// Whether what was deleted is there again only the shop can say.
// Two that changed at the same time, as far as the vendor's clock tells, need a look at the shop.
func (s *Service) settled(ctx context.Context, c Connection, o intake.Object) (bool, error) {
	b := o.Base()
	if b.UpdatedAt.IsZero() {
		return false, nil
	}
	known, err := s.Store.ShopVersions(ctx, c.Workspace, c.ID, b.Kind, []string{b.ID})
	if err != nil {
		return false, err
	}
	v, ok := known[b.ID]
	return !ok || !v.Deleted && (!v.ChangedAt.Equal(milli(b.UpdatedAt)) || v.Digest == digest(o)), nil
}
