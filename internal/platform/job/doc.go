// Package job runs durable work.
//
// A job is a row, inserted in the transaction of the change that asks for it,
// so that work is neither lost nor done for a change that never happened. A
// worker claims due jobs in batches; while it works, run_at is the end of its
// lease, after which another worker takes the job over. A job therefore runs at
// least once, and its handler must be safe to repeat.
//
// A job with a key stands in the table at most once. Asking for it again while
// it waits changes nothing; asking again while it runs makes it run once more
// afterwards, so that the last request is always served by a run that began
// after it.
//
// A handler that fails is tried again with exponential back-off until the
// attempts are used up; then the job is dead, stays in the table, and is shown.
package job
