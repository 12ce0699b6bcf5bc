package postgres

import (
	"context"
	"syscall"
	"time"
)

// tcpUserTimeout is TCP_USER_TIMEOUT, how long sent data may go without an
// acknowledgement (RFC 5482; tcp(7)).
const tcpUserTimeout = 0x12

func giveUpAfter(d time.Duration) func(ctx context.Context, network, address string, c syscall.RawConn) error {
	return func(_ context.Context, network, _ string, c syscall.RawConn) error {
		if network == "unix" {
			return nil
		}
		var err error
		if e := c.Control(func(fd uintptr) {
			err = syscall.SetsockoptInt(int(fd), syscall.IPPROTO_TCP, tcpUserTimeout, int(d.Milliseconds()))
		}); e != nil {
			return e
		}
		return err
	}
}
