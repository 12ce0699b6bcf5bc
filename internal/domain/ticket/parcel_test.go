package ticket

import (
	"context"
	"slices"
	"testing"

	"godwit.dev/godwit/internal/domain/customer"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/platform/auth"
)

// shelf has one order, of Anna, with one parcel.
type shelf struct{}

func (shelf) Find(_ context.Context, _ auth.Actor, keys []string) ([]order.Order, error) {
	if !slices.Contains(keys, order.Key("RB123456785DE")) {
		return nil, nil
	}
	return []order.Order{{ID: 7, Shop: 3, Customer: 1, Email: "anna@client.example"}}, nil
}

func (shelf) Shops(context.Context, auth.Actor) ([]order.Shop, error) { return nil, nil }

// A tracking number in a message leads to the order whose parcel it is, if the
// order is the writer's. Strangers learn nothing and get nothing.
func TestAParcelInAMessageLeadsToItsOrder(t *testing.T) {
	s := NewService(Config{Orders: shelf{}})
	for name, c := range map[string]struct {
		body string
		from string
		cust customer.ID
		want order.ID
	}{
		"the customer":                    {"Where is RB 123 456 785 DE? It has not moved.", "anna@work.example", 1, 7},
		"the address of the order":        {"Трек-номер RB123456785DE", "anna@client.example", 0, 7},
		"a stranger":                      {"Where is RB123456785DE?", "mallory@client.example", 2, 0},
		"nobody":                          {"Where is RB123456785DE?", "mallory@client.example", 0, 0},
		"a number with a wrong check sum": {"Invoice RB123456784DE", "anna@client.example", 1, 0},
		"another number":                  {"My IBAN is DE89 3704 0044 0532 0130 00", "anna@client.example", 1, 0},
	} {
		in := &Inbound{Body: c.body, From: Address{Address: c.from}, Form: AutoReply}
		p, err := s.byContent(context.Background(), auth.Workspace{ID: 1}, in, c.cust)
		if err != nil || p.order != c.want || (p.shop != 0) != (c.want != 0) {
			t.Errorf("%s: order %d of shop %d, %v", name, p.order, p.shop, err)
		}
	}
}
