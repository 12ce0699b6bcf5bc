package casework

import (
	"testing"

	"godwit.dev/godwit/internal/domain/decision"
)

func TestAGuaranteeOnlyAddsDaysForDefects(t *testing.T) {
	p := decision.Policy{Windows: map[decision.Remedy]int{decision.Refund: 30, decision.Replace: 900}}
	days := map[decision.Remedy]int{decision.Repair: 731, decision.Replace: 731}
	if got := guarantee(p, decision.ChangedMind, days); len(got.Windows) != 2 {
		t.Errorf("whoever changed their mind has %v", got.Windows)
	}
	got := guarantee(p, decision.Defective, days)
	if got.Windows[decision.Repair] != 731 || got.Windows[decision.Replace] != 900 || got.Windows[decision.Refund] != 30 {
		t.Errorf("windows are %v", got.Windows)
	}
	if p.Windows[decision.Repair] != 0 {
		t.Error("the policy itself was changed")
	}
}
