package errs_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"godwit.dev/godwit/internal/base/errs"
)

func TestKindOf(t *testing.T) {
	cause := errors.New("disk on fire")
	for _, c := range []struct {
		err  error
		want errs.Kind
	}{
		{cause, errs.Internal},
		{errs.New(errs.Conflict, "ticket.closed"), errs.Conflict},
		{fmt.Errorf("reply: %w", errs.New(errs.Denied, "")), errs.Denied},
		{errs.Wrap(errs.Unavailable, cause, "mail.down"), errs.Unavailable},
		{fmt.Errorf("query: %w", context.Canceled), errs.Unavailable},
		{errors.Join(cause, errs.Field("email", "email.invalid")), errs.Invalid},
	} {
		if got := errs.KindOf(c.err); got != c.want {
			t.Errorf("KindOf(%v) = %v, want %v", c.err, got, c.want)
		}
	}
	if errs.Is(nil, errs.Internal) {
		t.Error("nil is of a kind")
	}
	if errs.Wrap(errs.Internal, nil, "x") != nil {
		t.Error("wrapping nil gives an error")
	}
	if err := errs.Wrap(errs.Internal, cause, "x"); !errors.Is(err, cause) {
		t.Error("the cause is lost")
	}
}

func TestFieldsFindsEveryJoinedField(t *testing.T) {
	err := fmt.Errorf("save: %w", errors.Join(errs.Field("email", "a"), errs.Field("name", "b"), errors.New("other")))
	got := errs.Fields(err)
	if len(got) != 2 || got[0].Field != "email" || got[1].Field != "name" {
		t.Errorf("Fields = %v", got)
	}
}
