package ticket

import (
	"context"
	"time"

	"godwit.dev/godwit/internal/platform/auth"
)

// TrafficReach is how many of the newest sent mails of a workspace, and of those
// that wait, are looked at for [MailTraffic].
const TrafficReach = 1000

// MailTraffic says how mail moves through one mailbox.
type MailTraffic struct {
	InAt    time.Time // when the newest mail was received; zero if none came
	OutAt   time.Time // when the newest reply left; zero if none is among the workspace's last [TrafficReach]
	Waiting int64     // replies that are scheduled or being sent; counting ends at [TrafficReach] in the workspace
}

// MailTraffic returns how mail moves through each mailbox of the workspace. It
// is for those who manage mailboxes.
func (s *Service) MailTraffic(ctx context.Context, actor auth.Actor) (map[MailboxID]MailTraffic, error) {
	if err := actor.Can(auth.ManageMail); err != nil {
		return nil, err
	}
	return s.Store.MailTraffic(ctx, actor.Workspace)
}
