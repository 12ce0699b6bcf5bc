package ui

import "time"

// CaseFound is units that came otherwise than they were announced.
type CaseFound struct {
	Is, Title string
	Quantity  int64
}

// CaseDifference is what a customer is asked, or was.
type CaseDifference struct {
	Number           int
	Stand            string
	Open             bool
	Found            []CaseFound
	Was, Becomes     string
	Until            time.Time
	Note, Words, Why string
}

// CaseOdd is a parcel that does not hold what was announced, about which nobody was asked. Its Parcel is 0 where there is
// none.
type CaseOdd struct {
	Parcel  int64
	RMA     string
	Found   []CaseFound
	Damaged bool
}

func differTone(stand string) Tone {
	switch stand {
	case "agreed", "settled", "overruled":
		return ToneGood
	case "asked":
		return ToneInfo
	}
	return ToneWarn
}
