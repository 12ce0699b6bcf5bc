package mailroom

import (
	"context"
	"io"
	"log/slog"
	"slices"
	"testing"

	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/job"
)

// post is a store of incoming mail; what it does not have is not asked for here.
type post struct {
	Store
	waiting []Intake
	failed  []ticket.IntakeID
}

func (p *post) InTx(ctx context.Context, fn func(context.Context) error) error {
	was := slices.Clone(p.waiting)
	err := fn(ctx)
	if err != nil {
		p.waiting = was
	}
	return err
}

func (p *post) NewMail(context.Context, auth.WorkspaceID, int) ([]Intake, error) {
	return slices.Clone(p.waiting), nil
}

func (p *post) TakeMail(_ context.Context, _ auth.WorkspaceID, id ticket.IntakeID, cause string) (bool, error) {
	if cause != "" {
		p.failed = append(p.failed, id)
	}
	before := len(p.waiting)
	p.waiting = slices.DeleteFunc(p.waiting, func(in Intake) bool { return in.ID == id })
	return len(p.waiting) < before, nil
}

func (p *post) Mailbox(context.Context, auth.WorkspaceID, ticket.MailboxID) (ticket.Mailbox, error) {
	return ticket.Mailbox{}, nil
}

func (p *post) Workspace(context.Context, auth.WorkspaceID) (auth.Workspace, error) {
	return auth.Workspace{ID: 1}, nil
}

type reader struct{}

func (reader) Clean(raw []byte) []byte { return raw }

func (reader) Read(_ context.Context, _ ticket.Mailbox, in Intake) ticket.Inbound {
	if in.ID == 2 {
		panic("unreadable")
	}
	return ticket.Inbound{Intake: in.ID}
}

type tickets struct{ got []ticket.IntakeID }

func (t *tickets) Receive(_ context.Context, _ auth.Workspace, batch []ticket.Inbound) ([]ticket.Received, error) {
	for _, in := range batch {
		if in.Intake == 3 {
			panic("unbearable")
		}
	}
	for _, in := range batch {
		t.got = append(t.got, in.Intake)
	}
	return nil, nil
}

// A message that makes us panic is put aside and shown; those behind it go on.
func TestOneBadMailHoldsUpNoOther(t *testing.T) {
	p, tk := &post{waiting: []Intake{{ID: 1}, {ID: 2}, {ID: 3}, {ID: 4}}}, &tickets{}
	m := New(p, reader{}, tk, slog.New(slog.NewTextHandler(io.Discard, nil)), 2)
	if err := m.Process(t.Context(), job.Job{Workspace: 1}); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(tk.got, []ticket.IntakeID{1, 4}) || !slices.Equal(p.failed, []ticket.IntakeID{2, 3}) || len(p.waiting) != 0 {
		t.Errorf("received %v, failed %v, waiting %v", tk.got, p.failed, p.waiting)
	}
}
