package inspect

import (
	"math"

	"godwit.dev/godwit/internal/domain/carrier"
)

type trackingAnswer struct {
	Numbers []trackingNumber `json:"numbers"`
}

type trackingNumber struct {
	Number   string            `json:"number"`
	Start    int               `json:"start"`
	End      int               `json:"end"`
	Carriers []trackingCarrier `json:"carriers"`
}

type trackingCarrier struct {
	Carrier    carrier.Key `json:"carrier"`
	Valid      bool        `json:"valid"`
	Confidence float64     `json:"confidence"`
}

// inspectTracking finds the tracking numbers in a text, without anything known beside it.
func inspectTracking(f fields) (any, error) {
	source, err := f.required("text")
	if err != nil {
		return nil, err
	}
	out := trackingAnswer{Numbers: []trackingNumber{}}
	for _, n := range carrier.Find(source, carrier.Hints{}) {
		number := trackingNumber{Number: n.Number, Start: n.Start, End: n.End}
		for _, c := range n.Carriers {
			number.Carriers = append(number.Carriers, trackingCarrier{c.Carrier, c.Valid, math.Round(c.Confidence*1000) / 1000})
		}
		out.Numbers = append(out.Numbers, number)
	}
	return out, nil
}
