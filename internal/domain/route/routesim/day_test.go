package routesim_test

import (
	"testing"

	"godwit.dev/godwit/internal/domain/route"
	"godwit.dev/godwit/internal/domain/route/routesim"
)

// TestADay: on a small day routing is quicker than giving in turn, finds more who write the
// customer's language, and is the same each time.
func TestADay(t *testing.T) {
	day, err := routesim.New(1, 800, 16)
	if err != nil {
		t.Fatal(err)
	}
	book := route.Default()
	routed, again := day.Play(routesim.Routed(book), 1.6), day.Play(routesim.Routed(book), 1.6)
	if routed != again {
		t.Errorf("%+v\nand then %+v", routed, again)
	}
	turns := day.Play(routesim.RoundRobin(false), 1.6)
	byLanguage := day.Play(routesim.RoundRobin(true), 1.6)
	t.Logf("\nrouted      %+v\nin turn     %+v\nby language %+v", routed, turns, byLanguage)
	if routed.Answered != 800 || turns.Answered != 800 {
		t.Errorf("answered %d and %d", routed.Answered, turns.Answered)
	}
	if routed.Median >= turns.Median || routed.Language <= turns.Language || routed.VIPMedian > routed.Median {
		t.Errorf("routed %+v\nin turn %+v", routed, turns)
	}
}
