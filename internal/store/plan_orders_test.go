package store_test

import (
	"fmt"
	"strings"
	"testing"

	"godwit.dev/godwit/internal/store/storetest"
)

// In a workspace of any size these look-ups must each be a seek of an index by
// all that they know, never a walk of the workspace.
func TestLookupsOfCustomersAndOrdersSeek(t *testing.T) {
	s := storetest.SQLite(t)
	_, read := s.Pools()
	for query, want := range map[string]string{
		"SELECT * FROM identity WHERE workspace_id = ?1 AND customer_id IN (?2, ?3)":                                                      "identity_customer (workspace_id=? AND customer_id=?)",
		"SELECT * FROM identity JOIN customer ON customer.id = customer_id WHERE identity.workspace_id = ?1 AND kind = ?2 AND value = ?3": "identity_value (workspace_id=? AND kind=? AND value=?)",
		"SELECT customer_id FROM customer_key WHERE workspace_id = ?1 AND word >= ?2 AND word < ?3 ORDER BY word, customer_id":            "PRIMARY KEY (workspace_id=? AND word>? AND word<?)",
		"SELECT * FROM order_line WHERE workspace_id = ?1 AND order_id IN (?2, ?3) ORDER BY order_id, position":                           "order_line_order (workspace_id=? AND order_id=?)",
		"SELECT * FROM fulfillment WHERE workspace_id = ?1 AND order_id IN (?2, ?3)":                                                      "fulfillment_order (workspace_id=? AND order_id=?)",
		"SELECT id FROM orders WHERE workspace_id = ?1 AND number_alt IN (?2, ?3)":                                                        "orders_number_alt (workspace_id=? AND number_alt=?)",
		"SELECT id FROM orders WHERE workspace_id = ?1 AND customer_id = ?2 ORDER BY placed_at DESC LIMIT 5":                              "orders_customer (workspace_id=? AND customer_id=?)",
		"SELECT id FROM orders WHERE workspace_id = ?1 AND email = ?2 ORDER BY placed_at DESC LIMIT 5":                                    "orders_email (workspace_id=? AND email=?)",
		"SELECT * FROM orders WHERE workspace_id = ?1 AND (placed_at, id) < (?2, ?3) ORDER BY placed_at DESC, id DESC LIMIT 5":            "orders_placed (workspace_id=? AND placed_at<?)",
		"UPDATE ticket SET customer_id = ?1 WHERE workspace_id = ?2 AND customer_id = ?3 RETURNING id":                                    "ticket_customer (workspace_id=? AND customer_id=?)",
	} {
		args := make([]any, strings.Count(query, "?"))
		for i := range args {
			args[i] = i
		}
		rows, err := read.Query("EXPLAIN QUERY PLAN "+query, args...)
		if err != nil {
			t.Fatal(query, err)
		}
		var plan []string
		for rows.Next() {
			var id, parent, unused int
			var detail string
			if err := rows.Scan(&id, &parent, &unused, &detail); err != nil {
				t.Fatal(err)
			}
			plan = append(plan, detail)
		}
		if err := rows.Err(); err != nil {
			t.Fatal(err)
		}
		if got := fmt.Sprint(plan); !strings.Contains(got, want) || strings.Contains(got, "SCAN") || strings.Contains(got, "TEMP") {
			t.Errorf("%s\n%s\nwant %s", query, got, want)
		}
	}
}
