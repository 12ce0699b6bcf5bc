package api

import (
	"context"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/flow/pay"
)

// deaf is a provider that nobody reaches.
type deaf struct{ pay.Provider }

func (deaf) About(context.Context) (pay.About, error) {
	return pay.About{}, errs.New(errs.Unavailable, "error.vendor_busy")
}
