package ui

// WarrantyTerm is a commercial guarantee as its form holds it.
type WarrantyTerm struct {
	ID                                         int64
	Name, Months, Start, Register              string
	Shop, Markets, SKUs, Categories            string
	Guarantor, Covered, Excluded               string
	Remedies, Postage, Group, LastMade         string
	Transfer, Off                              bool
	ShownScope, ShownMonths, ShownGroup, Given string // in words, for the list
}

// Warranties is the page of commercial guarantees.
type Warranties struct {
	Page
	Form                                    Form
	Rows                                    []WarrantyTerm
	Edit                                    WarrantyTerm
	Shops, Starts, Orders, Postages, Groups []Option
	Columns                                 string // of a file
}

// WarrantyPlan is an extended plan as its form holds it.
type WarrantyPlan struct {
	ID                              int64
	Name, Months, PlanSKUs          string
	Shop, Markets, SKUs, Categories string
	Covered                         string
	Off                             bool
	ShownScope, ShownMonths         string
}

// WarrantyPlans is the page of extended plans.
type WarrantyPlans struct {
	Page
	Form  Form
	Rows  []WarrantyPlan
	Edit  WarrantyPlan
	Shops []Option
}

// Cover is what covers some units of a line, in words.
type Cover struct {
	Title, SKU string
	Units      string // which of them
	Parts      []CoverPart
}

// CoverPart is one thing that covers a unit.
type CoverPart struct {
	Label string
	Text  string
	Hint  string
	Holds bool
}

// ProductCover is what is promised for a product, and who has it.
type ProductCover struct {
	Terms []Option // the SKU is the label, the guarantee the value
	Units []CoverUnit
}

// CoverUnit is a registered unit.
type CoverUnit struct {
	Serial, SKU, Href, Order, At string
}
