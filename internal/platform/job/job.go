package job

import (
	"context"
	"encoding/json"
	"time"

	"godwit.dev/godwit/internal/platform/auth"
)

// ID identifies a job.
type ID int64

// DefaultQueue is where a job goes that names no other.
const DefaultQueue = "main"

// Job is one piece of durable work.
type Job struct {
	ID          ID
	Workspace   auth.WorkspaceID
	Queue       string
	Kind        string
	Args        json.RawMessage
	RunAt       time.Time
	Attempt     int // 1 in the first run
	MaxAttempts int
	Wanted      int
	Key         string // at most one living job of a kind has this key; "" is no key
	LastError   string
	Dead        bool
}

// New makes a job for now. Args must marshal to JSON.
func New(w auth.WorkspaceID, kind string, args any) Job {
	raw, err := json.Marshal(args)
	if err != nil {
		panic("job: " + err.Error()) // args are always one of our own structs
	}
	return Job{Workspace: w, Queue: DefaultQueue, Kind: kind, Args: raw, MaxAttempts: 12}
}

// At returns the job due at t.
func (j Job) At(t time.Time) Job { j.RunAt = t; return j }

// WithKey returns the job with a key.
func (j Job) WithKey(key string) Job { j.Key = key; return j }

// On returns the job on another queue.
func (j Job) On(queue string) Job { j.Queue = queue; return j }

// Tries returns the job with another limit of attempts.
func (j Job) Tries(n int) Job { j.MaxAttempts = n; return j }

// Decode reads the arguments into v.
func (j Job) Decode(v any) error { return json.Unmarshal(j.Args, v) }

// Queue accepts jobs. Enqueue joins the transaction in ctx and wakes the
// workers after commit.
type Queue interface {
	Enqueue(ctx context.Context, jobs ...Job) error
}

// Store is what a Runner needs.
type Store interface {
	// Claim leases up to n due jobs of a queue until the given time.
	Claim(ctx context.Context, queue string, now, lease time.Time, n int) ([]Job, error)
	// Finish deletes a job, or makes it due again at once if it was asked for
	// while it ran. It does nothing if the lease was lost.
	Finish(ctx context.Context, j Job, now time.Time) (again bool, err error)
	// Retry makes a job due at a later time, or dead; at once if it did not fail
	// (cause is "") and was asked for while it ran.
	Retry(ctx context.Context, j Job, at time.Time, dead bool, cause string) error
	// Extend moves the end of the lease; it reports false if the lease was lost.
	Extend(ctx context.Context, j *Job, lease time.Time) (bool, error)
	// NextDue returns when the next job of a queue is due, zero if none is.
	NextDue(ctx context.Context, queue string) (time.Time, error)
	// Wake returns a channel that receives after a commit that enqueued jobs.
	Wake(queue string) <-chan struct{}
}
