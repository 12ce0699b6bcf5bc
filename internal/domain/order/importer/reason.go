package importer

// Reason is the catalogue key of the sentence that says why a row is bad.
type Reason string

// The reasons.
const (
	ReasonNoNumber  Reason = "import.no_number"
	ReasonAmount    Reason = "import.amount"
	ReasonDecimals  Reason = "import.decimals"
	ReasonCurrency  Reason = "import.currency"
	ReasonQuantity  Reason = "import.quantity"
	ReasonDate      Reason = "import.date"
	ReasonEmail     Reason = "import.email"
	ReasonQuote     Reason = "import.quote"
	ReasonTooLong   Reason = "import.too_long"
	ReasonColumns   Reason = "import.columns"
	ReasonScattered Reason = "import.scattered"
	ReasonDiffers   Reason = "import.differs"
	ReasonJSON      Reason = "import.json"
	ReasonOrder     Reason = "import.order"
	ReasonRecord    Reason = "import.record"
	ReasonMissing   Reason = "import.missing"
	ReasonCarrier   Reason = "import.carrier"
	ReasonCountry   Reason = "import.country"
	ReasonEvent     Reason = "import.event"
)

var reasons = map[Reason]string{
	ReasonNoNumber:  "the order number is missing",
	ReasonAmount:    "not an amount of money",
	ReasonDecimals:  "more decimals than the currency has",
	ReasonCurrency:  "not a currency (ISO 4217)",
	ReasonQuantity:  "not a whole number of items",
	ReasonDate:      "not a date in a known layout",
	ReasonEmail:     "not a mail address",
	ReasonQuote:     "a quotation mark is opened and not closed",
	ReasonTooLong:   "longer than any record can be",
	ReasonColumns:   "more values than the header has columns",
	ReasonScattered: "the order's rows stand too far apart; sort the file by order number",
	ReasonDiffers:   "another row of the same order says something else",
	ReasonJSON:      "not an order in JSON",
	ReasonOrder:     "not an order that can be kept",
	ReasonRecord:    "not a record of such fields in JSON",
	ReasonMissing:   "must not be empty",
	ReasonCarrier:   "no carrier is named, and the number is none by which one is known",
	ReasonCountry:   "not a country code (ISO 3166-1)",
	ReasonEvent:     "not a tracking event that can be kept",
}

// English returns the sentence for a log or a terminal.
func (r Reason) English() string {
	if s, ok := reasons[r]; ok {
		return s
	}
	return string(r)
}

// Reasons lists all reasons with their English sentences.
func Reasons() map[Reason]string {
	out := make(map[Reason]string, len(reasons))
	for r, s := range reasons {
		out[r] = s
	}
	return out
}
