package ui

import (
	"testing"

	"godwit.dev/godwit/internal/domain/cases"
	"godwit.dev/godwit/internal/domain/hold"
)

// What is held is told by what is still to be done: an exchange that has left is not being prepared any more.
func TestAHoldSpeaksOfWhatIsStillToBeDone(t *testing.T) {
	gone := []Sending{{State: "to_send"}, {State: "sent"}}
	for name, x := range map[string]struct {
		state hold.State
		phase cases.Phase
		sent  []Sending
		want  string
	}{
		"the exchange is prepared":      {hold.Held, cases.AwaitingGoods, gone[:1], "case.letter.hold_began"},
		"it left, the goods have not":   {hold.Held, cases.AwaitingGoods, gone, "case.letter.hold_ends"},
		"both are on their way":         {hold.Held, cases.GoodsMoving, gone, ""},
		"it left, and the sum is taken": {hold.Taken, cases.AwaitingGoods, gone, "case.letter.hold_taken"},
		"it left, and nothing is held":  {hold.Released, cases.GoodsHere, gone, "case.letter.hold_ended"},
	} {
		v := Case{Case: cases.Case{Phase: x.phase}, Sendings: x.sent}
		if got := v.holdSays(Hold{hold.Hold{ID: 1, State: x.state}}); got != x.want {
			t.Errorf("%s: %q, want %q", name, got, x.want)
		}
	}
}
