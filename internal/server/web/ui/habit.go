package ui

// Habit is what is known of a customer's market, worded for the reader, and what the numbers of a question mean there.
type Habit struct {
	Market    string
	First     string
	Formality string
	As        []string // the words of address, in the market's languages
	Traits    []string
	Service   []string
	Channels  []string
	Hours     string // when people answer there, "" if nobody said
	Date      string // today, as it is written there
	Number    string
	Name      string
	Address   string
	Units     string
	Volts     string
	Hertz     string
	Plugs     string
	Verified  bool
	Own       bool   // the workspace says something of it
	Edit      string // the path of its form, "" for a reader who may not change it

	Sizes    []SizeFit
	Measures []Means
	Power    []PowerCheck
}

// SizeFit is a size that a customer names, in all scales.
type SizeFit struct {
	Said   string
	Goods  string
	Gender string
	Basis  string
	Values []SizeValue
}

// SizeValue is a size in one scale.
type SizeValue struct {
	Scale string
	Value string
	Own   bool // the customer's scale
	Said  bool // the scale that was named
}

// Means is a measure in the other system of units.
type Means struct{ Said, Means string }

// PowerCheck says whether a product works at the customer's sockets.
type PowerCheck struct {
	Product string
	Lines   []PowerLine
}

// PowerLine is one sentence of it.
type PowerLine struct {
	Text string
	Bad  bool // dangerous
	Warn bool
}
