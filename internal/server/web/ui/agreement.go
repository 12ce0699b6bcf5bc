package ui

// Agreements is what the merchant agreed with parties about claims.
type Agreements struct {
	Page
	Rows                    []Agreement
	Edit                    Agreement
	Form                    Form
	Against, Causes, Papers []Option
}

// Agreement is what was agreed with a party, written out, and as the form holds it.
type Agreement struct {
	ID                                              int64
	Party, From, Days, Reply, Currency, PerKg, Most string
	Note                                            string
	ShownFor, ShownFrom, ShownPays, ShownPapers     string
	ShownDays                                       string
	Next                                            bool // it is not in effect yet
}
