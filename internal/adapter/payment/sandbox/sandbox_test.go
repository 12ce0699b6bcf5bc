package sandbox

import (
	"testing"
	"time"

	"godwit.dev/godwit/internal/base/money"
	"godwit.dev/godwit/internal/flow/pay/paytest"
)

func TestTheSandboxIsAProvider(t *testing.T) {
	paytest.Run(t, Driver(nil), func(*testing.T) paytest.Subject {
		p := New(time.Now)
		return paytest.Subject{Provider: p, Payment: "ch_1", Good: money.Amount{Minor: 1000, Currency: "JPY"}, Refused: money.Amount{Minor: 900 + Fails, Currency: "JPY"},
			Paid: func() int { return p.Paid("ch_1") }}
	})
}
