package store_test

import (
	"godwit.dev/godwit/internal/domain/customer"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/flow/mailroom"
	"godwit.dev/godwit/internal/platform/action"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/event"
	"godwit.dev/godwit/internal/platform/job"
	"godwit.dev/godwit/internal/store"
)

// One Store serves every package that declares an interface for it.
var (
	_ auth.Store     = (*store.Store)(nil)
	_ event.Journal  = (*store.Store)(nil)
	_ job.Store      = (*store.Store)(nil)
	_ job.Queue      = (*store.Store)(nil)
	_ action.Store   = (*store.Store)(nil)
	_ customer.Store = (*store.Store)(nil)
	_ order.Store    = (*store.Store)(nil)
	_ ticket.Store   = (*store.Store)(nil)
	_ ticket.People  = (*store.Store)(nil)
	_ mailroom.Store = (*store.Store)(nil)
)
