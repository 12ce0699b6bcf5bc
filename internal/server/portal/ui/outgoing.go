package ui

import (
	"time"

	"godwit.dev/godwit/internal/base/i18n"
	"godwit.dev/godwit/internal/domain/order"
)

// SentGoods is goods that go to the customer.
type SentGoods struct {
	Title    string
	Quantity int64
}

// Sending is goods that go to the customer for a case, as its page tells them.
type Sending struct {
	State             string
	Goods             []SentGoods
	Carrier, Tracking string
	Expected          time.Time // of what is not in stock; zero is not known

	ID    int64
	Asks  bool // where it is to go
	To    order.Address
	Wrong string // about what was written
}

// says is the key of the sentence that tells where it stands.
func (s Sending) says() string {
	switch s.State {
	case "short":
		return "case.letter.short"
	case "sent":
		return "case.letter.replaced"
	case "delivered":
		return "portal.replacement.delivered"
	case "lost":
		return "case.letter.astray"
	case "came_back":
		return "case.letter.back"
	}
	return "portal.replacement.to_send"
}

func (s Sending) stock(p Page) string {
	return p.T("case.letter.stock", "Day", p.Date(s.Expected, nil, i18n.Medium))
}

func (s Sending) tone() tone {
	if s.Asks {
		return asks
	}
	switch s.State {
	case "delivered":
		return good
	case "lost", "came_back":
		return asks
	}
	return moving
}
