package store

import (
	"context"
	"time"

	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/job"
)

const jobCols = `id, workspace_id, queue, kind, args, run_at, attempt, max_attempts, wanted, unique_key, last_error, dead`

func jobDest(j *job.Job) []any {
	return []any{&j.ID, &j.Workspace, &j.Queue, &j.Kind, doc(&j.Args), at(&j.RunAt), &j.Attempt, &j.MaxAttempts, &j.Wanted, text(&j.Key), &j.LastError, flag(&j.Dead)}
}

// Enqueue writes jobs and wakes the workers of their queues after commit. A
// living job with the same kind and key is asked for again instead; it keeps
// the earlier of the two times while it waits.
func (s *Store) Enqueue(ctx context.Context, jobs ...job.Job) error {
	queues := map[string]bool{}
	now := s.now()
	for _, j := range jobs {
		if j.RunAt.IsZero() {
			j.RunAt = now
		}
		var key any
		if j.Key != "" {
			key = j.Key
		}
		_, err := s.exec(ctx, `INSERT INTO job (id, workspace_id, queue, kind, args, run_at, attempt, max_attempts, wanted, unique_key, last_error, dead)
			VALUES ($1,$2,$3,$4,$5,$6,0,$7,1,$8,'',FALSE)
			ON CONFLICT (workspace_id, kind, unique_key) WHERE unique_key IS NOT NULL AND NOT dead
			DO UPDATE SET wanted=job.wanted+1,
				run_at=CASE WHEN job.attempt=0 AND excluded.run_at<job.run_at THEN excluded.run_at ELSE job.run_at END`,
			s.ids.Next(), j.Workspace, j.Queue, j.Kind, js(j.Args), ms(j.RunAt), j.MaxAttempts, key)
		if err != nil {
			return err
		}
		queues[j.Queue] = true
	}
	s.AfterCommit(ctx, func() {
		for q := range queues {
			select {
			case s.wake(q) <- struct{}{}:
			default:
			}
		}
	})
	return nil
}

func (s *Store) wake(queue string) chan struct{} {
	s.wakeMu.Lock()
	defer s.wakeMu.Unlock()
	c := s.wakes[queue]
	if c == nil {
		c = make(chan struct{}, 1)
		s.wakes[queue] = c
	}
	return c
}

// Wake returns the channel that receives after a commit that enqueued jobs.
func (s *Store) Wake(queue string) <-chan struct{} { return s.wake(queue) }

// Claim leases due jobs.
func (s *Store) Claim(ctx context.Context, queue string, now, lease time.Time, n int) ([]job.Job, error) {
	if s.lite { // look before locking the one writer
		next, err := s.NextDue(ctx, queue)
		if err != nil || next.IsZero() || next.After(now) {
			return nil, err
		}
	}
	var out []job.Job
	err := s.InTx(ctx, func(ctx context.Context) error {
		var err error
		// MATERIALIZED, because PostgreSQL may run a plain sub-select again and
		// lock more rows than the limit.
		out, err = all(ctx, s.DB, jobDest, `WITH c AS MATERIALIZED (
				SELECT id FROM job WHERE queue=$1 AND NOT dead AND run_at<=$2 ORDER BY run_at LIMIT $3 FOR UPDATE SKIP LOCKED)
			UPDATE job SET run_at=$4, attempt=attempt+1 WHERE id IN (SELECT id FROM c) RETURNING `+jobCols,
			queue, ms(now), n, ms(lease))
		return err
	})
	return out, err
}

// Finish deletes a job, or makes it due again if it was asked for meanwhile.
func (s *Store) Finish(ctx context.Context, j job.Job, now time.Time) (bool, error) {
	// The end of the lease tells it from any other one: the attempt does not,
	// because a postponed job counts it back.
	n, err := s.exec(ctx, `DELETE FROM job WHERE id=$1 AND run_at=$2 AND wanted=$3`, j.ID, ms(j.RunAt), j.Wanted)
	if err != nil || n == 1 {
		return false, err
	}
	n, err = s.exec(ctx, `UPDATE job SET run_at=$1, attempt=0 WHERE id=$2 AND run_at=$3`, ms(now), j.ID, ms(j.RunAt))
	if n == 1 {
		select {
		case s.wake(j.Queue) <- struct{}{}:
		default:
		}
	}
	return n == 1, err
}

// Retry makes a job due at a later time, or dead. One that did not fail, and was
// asked for again while it ran, is due at once: whoever asked may have changed
// what it waits for.
func (s *Store) Retry(ctx context.Context, j job.Job, at time.Time, dead bool, cause string) error {
	if len(cause) > 2000 {
		cause = cause[:2000]
	}
	if cause == "" && !dead {
		n, err := s.exec(ctx, `UPDATE job SET run_at=$1, attempt=$2, last_error='' WHERE id=$3 AND run_at=$4 AND wanted=$5`,
			ms(at), j.Attempt, j.ID, ms(j.RunAt), j.Wanted)
		if err != nil || n == 1 {
			return err
		}
		at = s.now()
		defer func() {
			select {
			case s.wake(j.Queue) <- struct{}{}:
			default:
			}
		}()
	}
	_, err := s.exec(ctx, `UPDATE job SET run_at=$1, attempt=$2, dead=$3, last_error=$4 WHERE id=$5 AND run_at=$6`,
		ms(at), j.Attempt, s.bool(dead), clean(cause), j.ID, ms(j.RunAt))
	return err
}

// Extend moves the end of a lease.
func (s *Store) Extend(ctx context.Context, j *job.Job, lease time.Time) (bool, error) {
	n, err := s.exec(ctx, `UPDATE job SET run_at=$1 WHERE id=$2 AND run_at=$3`, ms(lease), j.ID, ms(j.RunAt))
	if n == 1 {
		j.RunAt = lease
	}
	return n == 1, err
}

// NextDue returns when the next job of a queue is due.
func (s *Store) NextDue(ctx context.Context, queue string) (time.Time, error) {
	var t time.Time
	t, err := one(ctx, s.DB, func(t *time.Time) []any { return []any{at(t)} },
		`SELECT min(run_at) FROM job WHERE queue=$1 AND NOT dead`, queue)
	return t, err
}

// DeadJobs returns the newest jobs of a workspace that gave up.
func (s *Store) DeadJobs(ctx context.Context, w auth.WorkspaceID, limit int) ([]job.Job, error) {
	return all(ctx, s.DB, jobDest, `SELECT `+jobCols+` FROM job WHERE dead AND workspace_id=$1 ORDER BY id DESC LIMIT $2`, w, limit)
}
