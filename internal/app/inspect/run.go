package inspect

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"sync"
)

// maxHeld bounds the bytes of the lines whose answers are not written yet; one line may always pass.
const maxHeld = 2 * maxLine

// run is one call of Run: a reader that accepts lines, workers that answer them, and a writer that keeps their order.
type run struct {
	inspect inspector
	out     *bufio.Writer
	work    chan *task
	queue   chan *task // the same tasks in the order of their lines
	held    budget
}

// task is one line on its way to its answer.
type task struct {
	id     []byte
	job    job
	err    error // of the line, known before any job
	size   int   // of the line in bytes, on the budget until the answer is written
	answer []byte
	bad    bool
	done   chan struct{}
}

func newRun(inspect inspector, out io.Writer) *run {
	n := 16 * runtime.GOMAXPROCS(0)
	return &run{inspect: inspect, out: bufio.NewWriterSize(out, 64<<10), work: make(chan *task, n), queue: make(chan *task, n), held: newBudget(maxHeld)}
}

func (r *run) lines(ctx context.Context, in io.Reader) (bad int, err error) {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	readErr := make(chan error, 1)
	go func() {
		err := r.read(ctx, in)
		close(r.work)
		close(r.queue)
		readErr <- err
	}()
	for range runtime.GOMAXPROCS(0) {
		// Workers end with the reader. They run every job even when nobody waits for it any more: a job may hold what the
		// reader needs.
		go func() {
			for t := range r.work {
				t.run()
				close(t.done)
			}
		}()
	}
	bad, err = r.write(ctx)
	if err != nil {
		stop()
		go r.drain()
		return bad, errors.Join(err, r.out.Flush())
	}
	return bad, errors.Join(<-readErr, r.out.Flush())
}

// drain lets the reader go of a run whose answers nobody wants.
func (r *run) drain() {
	for t := range r.queue {
		r.held.give(t.size)
	}
}

func (r *run) read(ctx context.Context, in io.Reader) error {
	br := bufio.NewReaderSize(in, 64<<10)
	for first := true; ctx.Err() == nil; first = false {
		line, long, err := readLine(br)
		if err != nil && err != io.EOF {
			return fmt.Errorf("read input: %w", err)
		}
		if first {
			line = bytes.TrimPrefix(line, []byte("\ufeff"))
		}
		if len(bytes.TrimSpace(line)) > 0 {
			r.accept(line, long)
		}
		if err == io.EOF {
			return nil
		}
	}
	return ctx.Err()
}

func (r *run) accept(line []byte, long bool) {
	t := &task{size: len(line), done: make(chan struct{})}
	r.held.take(t.size)
	f, err := parseLine(line)
	switch t.id = f.id(); {
	case long:
		t.err = sentence("The line is longer than %d MB.", maxLine>>20)
	case err != nil:
		t.err = err
	default:
		t.job, t.err = r.inspect(f)
		if t.job == nil && t.err == nil {
			r.held.give(t.size)
			return
		}
	}
	r.work <- t
	r.queue <- t
}

// write writes the answers in order, and flushes whenever it has to wait for the next, so that a program at the other
// end of a pipe can ask one thing after the other.
func (r *run) write(ctx context.Context) (bad int, err error) {
	for {
		t, more, err := next(ctx, r.queue, r.out)
		if err != nil || !more {
			return bad, err
		}
		_, _, err = next(ctx, t.done, r.out)
		if err == nil {
			_, err = r.out.Write(t.answer)
		}
		r.held.give(t.size)
		if err != nil {
			return bad, fmt.Errorf("write answer: %w", err)
		}
		if t.bad {
			bad++
		}
	}
}

// next receives from c, and flushes out first if it would block.
func next[T any](ctx context.Context, c <-chan T, out *bufio.Writer) (v T, more bool, err error) {
	select {
	case v, more = <-c:
		return v, more, nil
	default:
	}
	if err := out.Flush(); err != nil {
		return v, false, err
	}
	select {
	case v, more = <-c:
		return v, more, nil
	case <-ctx.Done():
		return v, false, ctx.Err()
	}
}

// run makes the answer. A defect in the rules costs one line, not the run.
func (t *task) run() {
	var v any
	err := t.err
	if t.job != nil {
		v, err = t.guarded()
	}
	if err == nil {
		t.answer, err = encode(t.id, v)
	}
	if err != nil {
		t.bad = true
		t.answer, _ = encode(t.id, struct {
			Error string `json:"error"`
		}{err.Error()})
	}
	t.job = nil
}

func (t *task) guarded() (v any, err error) {
	defer func() {
		if p := recover(); p != nil {
			v, err = nil, sentence("Godwit failed on this line, which is a defect to report: %v.", p)
		}
	}()
	return t.job()
}

// readLine returns the next line without its end. Of a line past maxLine it returns the beginning. With io.EOF comes
// what stood behind the last line end.
func readLine(br *bufio.Reader) (line []byte, long bool, err error) {
	for {
		part, err := br.ReadSlice('\n')
		if room := maxLine + 1 - len(line); len(part) > room {
			part, long = part[:room], true
		}
		line = append(line, part...)
		if err == bufio.ErrBufferFull {
			continue
		}
		line = bytes.TrimSuffix(line, []byte("\n"))
		if long {
			line = line[:1<<10] // enough to find its id
		}
		return line, long, err
	}
}

// budget bounds a sum of sizes; whoever is beyond it waits.
type budget struct {
	mu         *sync.Mutex
	freed      *sync.Cond
	used, most int
}

func newBudget(most int) budget {
	mu := new(sync.Mutex)
	return budget{mu: mu, freed: sync.NewCond(mu), most: most}
}

func (b *budget) take(n int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for b.used > 0 && b.used+n > b.most {
		b.freed.Wait()
	}
	b.used += n
}

func (b *budget) give(n int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.used -= n
	b.freed.Signal()
}
