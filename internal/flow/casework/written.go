package casework

import (
	"encoding/json"
	"strconv"

	"godwit.dev/godwit/internal/domain/decision"
)

// refused is a refusal as it was frozen.
type refused struct {
	remedy, code string
	lines        []int
}

// refusals reads the refusals of a frozen decision; what is no such list holds none.
func refusals(output json.RawMessage) []refused {
	var parts []decision.Written
	if json.Unmarshal(output, &parts) != nil {
		return nil
	}
	var out []refused
	for _, p := range parts {
		for _, r := range p.Refused {
			x := refused{remedy: r.Remedy, code: r.Code}
			for _, l := range r.Lines {
				if n, err := strconv.Atoi(l); err == nil {
					x.lines = append(x.lines, n)
				}
			}
			out = append(out, x)
		}
	}
	return out
}
