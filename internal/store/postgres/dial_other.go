//go:build !linux

package postgres

import (
	"context"
	"syscall"
	"time"
)

// giveUpAfter leaves it to the system how long it waits for an acknowledgement.
func giveUpAfter(time.Duration) func(ctx context.Context, network, address string, c syscall.RawConn) error {
	return nil
}
