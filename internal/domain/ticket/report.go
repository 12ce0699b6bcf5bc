package ticket

import (
	"context"
	"slices"
	"time"

	"godwit.dev/godwit/internal/platform/auth"
)

// Standing says how many tickets stand where, and what came and went. Counts stop
// at CountLimit+1; spam is left out.
type Standing struct {
	Status map[Status]int64
	Load   []Load
	Days   []DayTraffic
	// Solve is the median time from opening to solving of the tickets last
	// solved, 0 if none was.
	Solve time.Duration
}

// Load is the work of one person: open tickets, and those that wait.
type Load struct {
	Person auth.PersonID
	Name   string
	Open   int64
}

// DayTraffic is what came and went in one day.
type DayTraffic struct {
	From, To       time.Time // half open
	Opened, Solved int64
}

// ReportStore counts. Each query is bounded by limit or by an index range.
type ReportStore interface {
	StatusCounts(ctx context.Context, s auth.Scope, limit int) (map[Status]int64, error)
	Loads(ctx context.Context, s auth.Scope, limit int) ([]Load, error)
	// Traffic fills in the counts of days.
	Traffic(ctx context.Context, s auth.Scope, days []DayTraffic) error
	// SolveTimes returns how long the tickets last solved since a time took.
	SolveTimes(ctx context.Context, s auth.Scope, since time.Time, limit int) ([]time.Duration, error)
	// FieldUse counts, among the newest tickets, those with a value in each field.
	FieldUse(ctx context.Context, w auth.WorkspaceID, keys []string, newest int) (map[string]int64, error)
}

// solveSample is how many solved tickets the median is taken of.
const solveSample = 1000

// Report counts for a person, over the last days of their zone, today included.
func (s *Service) Report(ctx context.Context, actor auth.Actor, zone *time.Location, days int) (Standing, error) {
	var r Standing
	if err := actor.Can(auth.SeeReports); err != nil {
		return r, err
	}
	scope := actor.Scope()
	r.Days = lastDays(s.Now(), zone, days)
	var err error
	if r.Status, err = s.Store.StatusCounts(ctx, scope, CountLimit+1); err != nil {
		return r, err
	}
	if r.Load, err = s.Store.Loads(ctx, scope, CountLimit+1); err != nil {
		return r, err
	}
	if err = s.Store.Traffic(ctx, scope, r.Days); err != nil {
		return r, err
	}
	took, err := s.Store.SolveTimes(ctx, scope, r.Days[0].From, solveSample)
	r.Solve = median(took)
	return r, err
}

// lastDays returns n days of a zone, the last one holding now. A day is as long
// as the zone's clock makes it.
func lastDays(now time.Time, zone *time.Location, n int) []DayTraffic {
	y, m, d := now.In(zone).Date()
	out := make([]DayTraffic, n)
	for i := range out {
		from := time.Date(y, m, d-n+1+i, 0, 0, 0, 0, zone)
		to := time.Date(y, m, d-n+2+i, 0, 0, 0, 0, zone)
		out[i] = DayTraffic{From: from, To: to}
	}
	return out
}

func median(d []time.Duration) time.Duration {
	if len(d) == 0 {
		return 0
	}
	slices.Sort(d)
	if mid := len(d) / 2; len(d)%2 == 1 {
		return d[mid]
	} else {
		return (d[mid-1] + d[mid]) / 2
	}
}

// fieldSample is how many of the newest tickets FieldUse looks at.
const fieldSample = 10_000

// FieldUse counts the tickets that have a value in each custom field, among the
// 10,000 newest.
func (s *Service) FieldUse(ctx context.Context, actor auth.Actor, fields []Field) (map[string]int64, error) {
	if err := actor.Can(auth.ManageFields); err != nil {
		return nil, err
	}
	if len(fields) == 0 {
		return nil, nil
	}
	keys := make([]string, len(fields))
	for i, f := range fields {
		keys[i] = f.Key
	}
	return s.Store.FieldUse(ctx, actor.Workspace, keys, fieldSample)
}

// KeptSecrets returns the secrets that a mailbox would be saved with: an empty
// one keeps the stored one, unless the server it would be sent to is another.
func KeptSecrets(old, m Mailbox) MailSecrets { return keepSecrets(old, m) }
