package tracking

import (
	"context"
	"errors"
	"strconv"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/domain/shipment"
	"godwit.dev/godwit/internal/flow/intake"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/connector"
	"godwit.dev/godwit/internal/platform/job"
)

// Queue is the queue of the jobs that work for connections, and FollowJob their
// kind. One job stands for one connection; what is to be done is read from the
// numbers.
const (
	Queue     = "tracking"
	FollowJob = "tracking.follow"
)

const (
	turn        = 20 * time.Second // after which a busy connection lets others go first
	adoptBatch  = 500
	firstLook   = 5 * time.Minute // after a number was registered: services take a while
	missing     = 6 * time.Hour   // after a number that the service has no news of
	quotaRest   = 6 * time.Hour
	mostRetries = 3 // registrations of one number that came to nothing
	restAtLeast = time.Minute
	restAtMost  = time.Hour
)

type ref struct {
	Connection ID `json:"connection"`
}

// Wake returns the job that works for a connection.
func Wake(w auth.WorkspaceID, id ID) job.Job {
	return job.New(w, FollowJob, ref{id}).On(Queue).WithKey(strconv.FormatInt(int64(id), 10))
}

// Handle works for a connection until nothing is due: the handler of FollowJob.
// It comes again when the next number is.
func (s *Service) Handle(ctx context.Context, j job.Job) error {
	var r ref
	if err := j.Decode(&r); err != nil {
		return errs.Wrap(errs.Invalid, err, "error.invalid")
	}
	for end := s.Now().Add(turn); ; {
		again, err := s.round(ctx, j.Workspace, r.Connection)
		switch now := s.Now(); {
		case err != nil:
			return err
		case again.IsZero():
			return nil
		case again.After(now):
			return job.Later{At: again}
		case !now.Before(end):
			return job.Later{At: now}
		}
	}
}

// round does one batch of what is due first: it takes up parcels, registers
// numbers, or asks about them. It returns when to come again; zero is never.
func (s *Service) round(ctx context.Context, w auth.WorkspaceID, id ID) (time.Time, error) {
	c, err := s.Store.Tracker(ctx, w, id)
	if errs.Is(err, errs.NotFound) || err == nil && (c.State != On || !c.Asks) {
		return time.Time{}, nil
	}
	now := s.Now().UTC()
	if err != nil || c.RestUntil.After(now) {
		return c.RestUntil, err
	}
	d, ok := s.Driver(c.Driver)
	if !ok {
		return time.Time{}, errs.New(errs.Unsupported, "error.invalid")
	}
	if c.AdoptAfter >= 0 {
		return now, s.adopt(ctx, c, now)
	}
	t, err := s.open(c)
	if err != nil {
		return s.failed(ctx, c, err)
	}
	if !c.QuotaUntil.After(now) {
		list, err := s.Store.DueFollows(ctx, w, id, Fresh, now, d.Capabilities.RegisterBatch)
		if err != nil {
			return time.Time{}, err
		}
		if len(list) > 0 {
			return s.register(ctx, c, t, list)
		}
	}
	list, err := s.Store.DueFollows(ctx, w, id, Followed, now, d.Capabilities.PollBatch)
	if err != nil {
		return time.Time{}, err
	}
	if len(list) > 0 {
		return s.ask(ctx, c, d, t, list)
	}
	return s.next(ctx, c)
}

// next returns when a number is due.
func (s *Service) next(ctx context.Context, c Connection) (time.Time, error) {
	fresh, err := s.Store.NextFollow(ctx, c.Workspace, c.ID, Fresh)
	if err != nil {
		return time.Time{}, err
	}
	if !fresh.IsZero() && fresh.Before(c.QuotaUntil) {
		fresh = c.QuotaUntil
	}
	old, err := s.Store.NextFollow(ctx, c.Workspace, c.ID, Followed)
	if err != nil || fresh.IsZero() || !old.IsZero() && old.Before(fresh) {
		return old, err
	}
	return fresh, nil
}

func (s *Service) adopt(ctx context.Context, c Connection, now time.Time) error {
	return s.Store.InTx(ctx, func(ctx context.Context) error {
		held, err := s.Store.HoldTracker(ctx, c.Workspace, c.ID)
		if err != nil || held.AdoptAfter < 0 {
			return err
		}
		if held.AdoptAfter, err = s.Store.AdoptParcels(ctx, c.Workspace, c.ID, held.AdoptAfter, adoptBatch, now); err != nil {
			return err
		}
		return s.Store.SaveTracker(ctx, held)
	})
}

func numbers(list []Follow) []Number {
	out := make([]Number, len(list))
	for i, f := range list {
		out[i] = f.Number
		out[i].Ref = f.Ref
	}
	return out
}

// register tells the service of numbers. One that it does not take goes to the
// next connection.
func (s *Service) register(ctx context.Context, c Connection, t Tracker, list []Follow) (time.Time, error) {
	out, err := t.Register(ctx, numbers(list))
	if err == nil && len(out) != len(list) {
		err = errs.New(errs.Unavailable, "error.vendor_answer")
	}
	now := s.Now().UTC()
	if isQuota(err) {
		return now, s.settle(ctx, c, func(held *Connection) { held.spent(now) })
	}
	if err != nil {
		return s.failed(ctx, c, err)
	}
	others, err := s.Store.Trackers(ctx, c.Workspace)
	if err != nil {
		return time.Time{}, err
	}
	spent := false
	woken := map[ID]bool{}
	for i := range list {
		f := &list[i]
		switch err := out[i].Err; {
		case err == nil:
			f.Stage, f.Problem, f.DueAt = Followed, "", now.Add(firstLook)
			if !out[i].Next.IsZero() {
				f.DueAt = out[i].Next
			}
			if out[i].Ref != "" {
				f.Ref = out[i].Ref
			}
		case isQuota(err):
			spent, f.Problem, f.DueAt = true, keyOf(err), now.Add(quotaRest)
		default:
			f.Problem, f.Attempts = keyOf(err), f.Attempts+1
			if next := after(others, c.ID); next != 0 {
				f.Connection, f.DueAt, f.Ref, f.Attempts = next, now, "", 0
				woken[next] = true
			} else {
				f.Stage, f.DueAt = Refused, time.Time{}
			}
		}
	}
	return now, s.Store.InTx(ctx, func(ctx context.Context) error {
		if err := s.Store.SaveFollows(ctx, c.Workspace, list); err != nil {
			return err
		}
		for next := range woken {
			if err := s.Queue.Enqueue(ctx, Wake(c.Workspace, next)); err != nil {
				return err
			}
		}
		return s.settle(ctx, c, func(held *Connection) {
			held.fine(now)
			if spent {
				held.spent(now)
			}
		})
	})
}

// after returns the next connection that may take a number, or 0.
func after(list []Connection, id ID) ID {
	for _, c := range list {
		if c.ID > id && c.State == On && c.Asks {
			return c.ID
		}
	}
	return 0
}

func isQuota(err error) bool {
	return errs.Is(err, errs.Conflict) && keyOf(err) == "error.tracker_quota"
}

func keyOf(err error) string {
	var e *errs.Error
	if errors.As(err, &e) && e.Key != "" {
		return e.Key
	}
	return "error.vendor_busy"
}

// ask asks about numbers, and takes what is told.
func (s *Service) ask(ctx context.Context, c Connection, d Driver, t Tracker, list []Follow) (time.Time, error) {
	news, err := t.Poll(ctx, numbers(list))
	if err != nil {
		return s.failed(ctx, c, err)
	}
	now := s.Now().UTC()
	gone := map[string]bool{}
	for _, n := range news.Unregistered {
		gone[order.TrackingKey(n)] = true
	}
	return now, s.Store.InTx(ctx, func(ctx context.Context) error {
		parcels, err := s.take(ctx, c.Workspace, d.Name, news.Raw, news.Shipments, keysOf(list), now)
		if err != nil {
			return err
		}
		heard := map[string]bool{}
		for _, v := range news.Shipments {
			for _, n := range v.Numbers {
				heard[order.TrackingKey(n)] = true
			}
		}
		for i := range list {
			f := &list[i]
			key := order.TrackingKey(f.Number.Number)
			f.AskedAt = now
			if heard[key] {
				f.HeardAt, f.Attempts = now, 0
			}
			switch v := parcels[f.Shipment]; {
			case gone[key] && f.Attempts >= mostRetries:
				f.Stage, f.DueAt = Refused, time.Time{}
			case gone[key]:
				f.Stage, f.Ref, f.DueAt, f.Attempts = Fresh, "", now, f.Attempts+1
			case v == nil:
				f.Stage, f.DueAt = Done, time.Time{} // the parcel is gone
			default:
				f.plan(*v, d.Capabilities.Webhooks && c.Hook != 0, now)
				if !heard[key] && !f.DueAt.IsZero() && f.DueAt.Before(now.Add(missing)) {
					f.DueAt = now.Add(missing)
				}
				if next := news.Next[f.Number.Number]; f.Stage == Followed && v.Status.Open() && next.After(now) {
					f.DueAt = next
				}
			}
		}
		if err := s.Store.SaveFollows(ctx, c.Workspace, list); err != nil {
			return err
		}
		return s.settle(ctx, c, func(held *Connection) { held.fine(now) })
	})
}

// plan says when to ask about a number next.
func (f *Follow) plan(v shipment.Shipment, webhooks bool, now time.Time) {
	wait := Interval(v, webhooks, now)
	if wait == 0 {
		f.Stage, f.DueAt = Done, time.Time{}
		return
	}
	f.Stage, f.DueAt = Followed, now.Add(wait)
}

func keysOf(list []Follow) []string {
	out := make([]string, len(list))
	for i, f := range list {
		out[i] = order.TrackingKey(f.Number.Number)
	}
	return out
}

// take makes events of what a service tells, within a transaction, and returns the
// parcels of these and more numbers as they are now.
func (s *Service) take(ctx context.Context, w auth.WorkspaceID, source string, raw []byte, told []*intake.Shipment, keys []string, now time.Time) (map[shipment.ID]*shipment.Shipment, error) {
	for _, v := range told {
		for _, n := range v.Numbers {
			keys = append(keys, order.TrackingKey(n))
		}
	}
	keys = distinct(keys)
	held, err := s.Store.HoldByNumbers(ctx, w, keys)
	if err != nil {
		return nil, err
	}
	var reports []shipment.Report
	for _, v := range told {
		known, err := s.known(ctx, w, source, v, held)
		if err != nil {
			return nil, err
		}
		reports = append(reports, Reports(source, v, known, now)...)
	}
	if len(reports) > 0 {
		did, err := s.Parcels.Ingest(ctx, auth.ForSystem(w), shipment.Delivery{Source: source, Payload: raw, Reports: reports})
		if err != nil {
			return nil, err
		}
		for _, x := range did.Refused {
			s.Log.WarnContext(ctx, "a tracking service told what cannot be", "source", source, "error", x.Err)
		}
		if held, err = s.Store.HoldByNumbers(ctx, w, keys); err != nil {
			return nil, err
		}
	}
	out := make(map[shipment.ID]*shipment.Shipment, len(held))
	for i := range held {
		out[held[i].ID] = &held[i]
	}
	return out, nil
}

func distinct(keys []string) []string {
	seen := map[string]bool{"": true}
	out := keys[:0:0]
	for _, k := range keys {
		if !seen[k] {
			seen[k] = true
			out = append(out, k)
		}
	}
	return out
}

// known finds the newest parcel of ours that goes by the numbers of a told one.
func (s *Service) known(ctx context.Context, w auth.WorkspaceID, source string, v *intake.Shipment, held []shipment.Shipment) (Known, error) {
	keys := map[string]bool{}
	for _, n := range append([]string{v.Number}, v.Numbers...) {
		if k := order.TrackingKey(n); k != "" {
			keys[k] = true
		}
	}
	var k Known
	for i := range held {
		for _, l := range held[i].Legs {
			if keys[l.Key] && l.Until.IsZero() && (k.Shipment == nil || held[i].ID > k.Shipment.ID) {
				k.Shipment = &held[i]
			}
		}
	}
	if k.Shipment == nil || !k.Shipment.Status.Ended() || !statusOf(v.Status).Open() {
		return k, nil
	}
	// Only a service that ended a parcel's way may take that back.
	events, err := s.Store.TrackingEvents(ctx, w, []shipment.ID{k.Shipment.ID})
	for _, e := range events {
		if e.Status == k.Shipment.Status && e.At.Equal(k.Shipment.Since) {
			k.EndedBy = e.Source
		}
	}
	return k, err
}

// settle changes what is kept of a connection, if that changes it.
func (s *Service) settle(ctx context.Context, c Connection, change func(*Connection)) error {
	return s.Store.InTx(ctx, func(ctx context.Context) error {
		held, err := s.Store.HoldTracker(ctx, c.Workspace, c.ID)
		if errs.Is(err, errs.NotFound) {
			return nil // deleted meanwhile
		}
		if err != nil {
			return err
		}
		was := held.health()
		change(&held)
		if held.health() == was {
			return nil
		}
		return s.Store.SaveTracker(ctx, held)
	})
}

// health is what answers of the service change about a connection.
type health struct {
	state                   State
	problem                 string
	failures                int
	rest, quota, ok, failed int64
}

func (c Connection) health() health {
	return health{c.State, c.Problem, c.Failures, c.RestUntil.UnixMilli(), c.QuotaUntil.UnixMilli(), c.OKAt.UnixMilli(), c.FailedAt.UnixMilli()}
}

// fine notes that the service answered.
func (c *Connection) fine(now time.Time) {
	c.OKAt = now.Truncate(time.Minute)
	c.Failures, c.RestUntil = 0, time.Time{}
	if !c.QuotaUntil.After(now) {
		c.Problem, c.QuotaUntil = "", time.Time{}
	}
}

// spent notes that nothing can be registered for a while.
func (c *Connection) spent(now time.Time) {
	c.Problem, c.QuotaUntil = "error.tracker_quota", now.Add(quotaRest)
}

// failed notes that the service did not do what was asked, and returns when to ask
// again; never, if it refuses the key.
func (s *Service) failed(ctx context.Context, c Connection, cause error) (time.Time, error) {
	if errors.Is(cause, context.Canceled) {
		return time.Time{}, cause
	}
	if until, ok := connector.FullUntil(cause); ok {
		return until, nil // nothing went wrong
	}
	now := s.Now().UTC().Truncate(time.Millisecond)
	s.Log.WarnContext(ctx, "a tracking service", "connection", int64(c.ID), "driver", c.Driver, "error", cause)
	rest, asked := connector.RestUntil(cause)
	var again time.Time
	err := s.Store.InTx(context.WithoutCancel(ctx), func(ctx context.Context) error {
		held, err := s.Store.HoldTracker(ctx, c.Workspace, c.ID)
		if errs.Is(err, errs.NotFound) {
			return nil // deleted meanwhile
		}
		if err != nil || !held.UpdatedAt.Equal(c.UpdatedAt) {
			again = now // changed meanwhile: it is tried anew
			return err
		}
		held.Problem, held.FailedAt, held.Failures = keyOf(cause), now, held.Failures+1
		if errs.Is(cause, errs.Denied) || errs.Is(cause, errs.Unsupported) {
			held.State = Broken
			if err := s.Store.SaveTracker(ctx, held); err != nil {
				return err
			}
			return s.note(ctx, auth.ForSystem(c.Workspace), Refusal, held)
		}
		again = now.Add(min(restAtLeast<<min(held.Failures-1, 10), restAtMost))
		if asked && rest.After(again) {
			again = rest.UTC().Truncate(time.Millisecond)
		}
		held.RestUntil = again
		return s.Store.SaveTracker(ctx, held)
	})
	return again, err
}
