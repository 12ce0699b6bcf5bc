package cases

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/platform/auth"
)

// FormLife is how long a form is kept that nobody touches and nothing came of.
const FormLife = 7 * 24 * time.Hour

// FormID identifies a form.
type FormID int64

// Form is what somebody without an account fills in: a return that is half done, or the declaration of a withdrawal. It
// becomes one case at most, whatever is sent twice.
type Form struct {
	ID        FormID
	Workspace auth.WorkspaceID
	Shop      order.ShopID
	Order     order.ID        // 0: nobody knows yet which
	Key       string          // that it was sent with; "" of the one return of an order that is being filled in
	Data      json.RawMessage // what was filled in, in the words of the form
	Case      ID              // that it became, or 0
	Ticket    ticket.ID       // in which people look at it instead, or 0
	CreatedAt time.Time
	UpdatedAt time.Time
}

// Became reports whether something came of it.
func (d Form) Became() bool { return d.Case != 0 || d.Ticket != 0 }

// Begin returns the form of an order, or of a key, and makes it if there is none: whoever begins again finds what they
// had. Verbs on forms are for whoever has proven to be the customer; the doors see to that. They need WriteCases.
func (s *Service) Begin(ctx context.Context, actor auth.Actor, shop order.ShopID, o order.ID, key string, data json.RawMessage) (Form, error) {
	if err := actor.Can(auth.WriteCases); err != nil {
		return Form{}, err
	}
	now := s.clock()
	d, err := s.Store.PutForm(ctx, Form{ID: FormID(s.IDs.Next()), Workspace: actor.Workspace, Shop: shop, Order: o, Key: key, Data: data, CreatedAt: now, UpdatedAt: now})
	if err != nil {
		return Form{}, fmt.Errorf("begin form: %w", err)
	}
	return d, nil
}

// Fill writes what was filled in. A form of which something came already is errs.Conflict.
func (s *Service) Fill(ctx context.Context, actor auth.Actor, d FormID, data json.RawMessage) (Form, error) {
	return s.filling(ctx, actor, d, func(_ context.Context, x *Form) error {
		x.Data = data
		return nil
	})
}

// Become lets something come of a form, once: open is called in a transaction in which nobody else can, with the form,
// and sets what it became. A repeat returns the form as it is and calls nothing. Files of the form go to its case.
func (s *Service) Become(ctx context.Context, actor auth.Actor, d FormID, open func(ctx context.Context, x *Form) error) (out Form, err error) {
	if err := actor.Can(auth.WriteCases); err != nil {
		return Form{}, err
	}
	err = s.Store.InTx(ctx, func(ctx context.Context) error {
		if out, err = s.Store.HoldForm(ctx, actor.Workspace, d); err != nil || out.Became() {
			return err
		}
		if err := open(ctx, &out); err != nil {
			return err
		}
		out.UpdatedAt = s.clock()
		if err := s.Store.WriteForm(ctx, out); err != nil || out.Case == 0 {
			return err
		}
		return s.Store.GiveFiles(ctx, actor.Workspace, d, out.Case)
	})
	if err != nil {
		return Form{}, fmt.Errorf("form %d: %w", d, err)
	}
	return out, nil
}

// Form returns a form.
func (s *Service) Form(ctx context.Context, actor auth.Actor, d FormID) (out Form, err error) {
	if err := actor.Can(auth.WriteCases); err != nil {
		return Form{}, err
	}
	err = s.Store.InTx(ctx, func(ctx context.Context) error {
		out, err = s.Store.HoldForm(ctx, actor.Workspace, d)
		return err
	})
	return out, err
}

func (s *Service) filling(ctx context.Context, actor auth.Actor, d FormID, change func(context.Context, *Form) error) (out Form, err error) {
	if err := actor.Can(auth.WriteCases); err != nil {
		return Form{}, err
	}
	err = s.Store.InTx(ctx, func(ctx context.Context) error {
		if out, err = s.Store.HoldForm(ctx, actor.Workspace, d); err != nil {
			return err
		}
		if out.Became() {
			return errs.New(errs.Conflict, "error.case_state")
		}
		if err := change(ctx, &out); err != nil {
			return err
		}
		out.UpdatedAt = s.clock()
		return s.Store.WriteForm(ctx, out)
	})
	if err != nil {
		return Form{}, fmt.Errorf("form %d: %w", d, err)
	}
	return out, nil
}

// AttachForm adds a file to a form, as Attach does to a case.
func (s *Service) AttachForm(ctx context.Context, actor auth.Actor, d FormID, n NewFile) (f File, err error) {
	if f, n.Data, err = s.newFile(actor, n); err != nil {
		return File{}, err
	}
	f.Form = d
	_, err = s.filling(ctx, actor, d, func(ctx context.Context, _ *Form) (err error) {
		f, err = s.keep(ctx, f, n.Data)
		return err
	})
	return f, err
}

// FormFiles returns the files of a form that is no case yet.
func (s *Service) FormFiles(ctx context.Context, actor auth.Actor, d FormID) ([]File, error) {
	if err := actor.Can(auth.WriteCases); err != nil {
		return nil, err
	}
	return s.Store.FilesOf(ctx, actor.Workspace, 0, d)
}

// FormFile returns a file of a form and its content.
func (s *Service) FormFile(ctx context.Context, actor auth.Actor, d FormID, f FileID) (File, []byte, error) {
	list, err := s.FormFiles(ctx, actor, d)
	if err != nil {
		return File{}, nil, err
	}
	return s.content(ctx, list, f)
}

// Detach removes a file from a form. A file of a case stays: it is what the decision went by.
func (s *Service) Detach(ctx context.Context, actor auth.Actor, d FormID, f FileID) error {
	_, err := s.filling(ctx, actor, d, func(ctx context.Context, _ *Form) error { return s.Store.DropFile(ctx, actor.Workspace, d, f) })
	return err
}

// formBatch is how many forms one sweep removes.
const formBatch = 100

// SweepForms removes forms of a workspace that nobody touched for FormLife, with their files. A repeat finds nothing.
func (s *Service) SweepForms(ctx context.Context, w auth.WorkspaceID) error {
	for {
		n, err := s.Store.DropForms(ctx, w, s.clock().Add(-FormLife), formBatch)
		if err != nil || n < formBatch {
			return err
		}
	}
}

// Free returns how many units of each line of an order no resolution holds, by order.Line.ID.
func (s *Service) Free(ctx context.Context, o order.Order) (map[int64]int64, error) {
	held, err := s.Store.UnitsHeld(ctx, o.Workspace, o.ID)
	if err != nil {
		return nil, err
	}
	out := make(map[int64]int64, len(o.Lines))
	for _, l := range o.Lines {
		out[l.ID] = l.Quantity
	}
	for _, u := range held {
		out[u.OrderRow] = max(out[u.OrderRow]-1, 0)
	}
	return out, nil
}
