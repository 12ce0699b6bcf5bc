package crash

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"os"
	"sync"
	"time"

	"godwit.dev/godwit/internal/adapter/channel/email"
	"godwit.dev/godwit/internal/app"
	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/platform/auth"
)

// What the parent tells a child.
const (
	childDatabase = "GODWIT_CRASH_DATABASE"
	childToken    = "GODWIT_CRASH_TOKEN" // of the agent's session
)

// ready is what a child says when it works.
const ready = "ready"

// config makes times short, so that a round has room for a whole life of a
// message, and for a life that takes over a dead one's work.
func config(database string, log *slog.Logger) app.Config {
	return app.Config{
		Database: database, Keys: "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", Log: log,
		UndoSend: 20 * time.Millisecond, Grace: 400 * time.Millisecond, Lease: 300 * time.Millisecond, Poll: 50 * time.Millisecond,
	}
}

// child works until its standard input ends, and returns the exit code.
func child() int {
	log := slog.New(slog.NewTextHandler(os.Stderr, nil)).With("pid", os.Getpid())
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		stop()
	}()
	live := work
	if os.Getenv(childTill) != "" {
		live = cashier
	}
	if err := live(ctx, log); err != nil {
		log.Error("child failed", "error", err)
		return 3
	}
	return 0
}

func work(ctx context.Context, log *slog.Logger) error {
	core, err := app.NewCore(ctx, config(os.Getenv(childDatabase), log))
	if err != nil {
		return err
	}
	defer core.Close()
	actor, _, err := core.Auth.Authenticate(ctx, os.Getenv(childToken))
	if err != nil {
		return err
	}
	desk := core.Background(email.Options{Backoff: 20 * time.Millisecond})
	desk.Start(ctx)
	defer func() {
		patience, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		desk.Stop(patience)
	}()
	fmt.Println(ready)
	a := agent{Service: core.Tickets, actor: actor}
	var wg sync.WaitGroup
	defer wg.Wait()
	var again error
	wg.Go(func() { again = a.answerAgain(ctx) })
	for ctx.Err() == nil {
		if err := a.answerNew(ctx); err != nil && ctx.Err() == nil {
			return err
		}
		select {
		case <-ctx.Done():
		case <-time.After(5 * time.Millisecond):
		}
	}
	wg.Wait()
	return again
}

// agent is a person who answers every new ticket once.
type agent struct {
	*ticket.Service
	actor auth.Actor
}

// answer is the same request each time, as a browser repeats it when it heard
// nothing.
func answer(t ticket.Ticket) ticket.NewReply {
	return ticket.NewReply{Body: fmt.Sprintf("It is on its way.\nYour question was number %d.", t.Number), Key: "answer"}
}

// answerAgain repeats what a dead predecessor may or may not have asked for.
func (a agent) answerAgain(ctx context.Context) error {
	list, _, err := a.List(ctx, a.actor, ticket.ListQuery{Status: ticket.Open, Limit: 3}, ticket.Cursor{})
	for _, t := range list {
		if _, e := a.Reply(ctx, a.actor, t.ID, answer(t)); err == nil && !passing(e) {
			err = e
		}
	}
	if ctx.Err() != nil {
		return nil
	}
	return err
}

func (a agent) answerNew(ctx context.Context) error {
	list, _, err := a.List(ctx, a.actor, ticket.ListQuery{Status: ticket.New, Limit: 20}, ticket.Cursor{})
	for _, t := range list {
		if err == nil {
			err = a.serve(ctx, t)
		}
	}
	return err
}

// serve answers a ticket. What else it does depends on the ticket's number.
func (a agent) serve(ctx context.Context, t ticket.Ticket) error {
	if t.Number%7 == 0 {
		if _, err := a.Note(ctx, a.actor, t.ID, ticket.NewNote{Body: "Asked the carrier."}); !passing(err) {
			return err
		}
	}
	m, err := a.Reply(ctx, a.actor, t.ID, answer(t))
	if err != nil {
		return unlessPassing(err)
	}
	if t.Number%3 == 0 {
		twice, err := a.Reply(ctx, a.actor, t.ID, answer(t))
		if err == nil && twice.ID != m.ID {
			return fmt.Errorf("ticket %d was answered twice", t.Number)
		}
		if !passing(err) {
			return err
		}
	}
	if t.Number%5 == 0 { // before the reply leaves, or just then
		time.Sleep(rand.N(40 * time.Millisecond))
		return unlessPassing(a.Unsend(ctx, a.actor, t.ID, m.ID))
	}
	return nil
}

// passing reports whether a person would simply try again.
func passing(err error) bool {
	return err == nil || errs.Is(err, errs.Conflict) || errs.Is(err, errs.Unavailable)
}

func unlessPassing(err error) error {
	if passing(err) {
		return nil
	}
	return err
}
