package warranty

import "godwit.dev/godwit/internal/domain/decision"

// RepairLaw names the law of the right to repair.
const RepairLaw = "(EU) 2024/1799 art. 5"

// Group is goods whose makers must repair them: Directive (EU) 2024/1799 Annex II.
type Group struct {
	Name  string
	Law   string // that says how long spare parts must be there
	Years int    // after the last unit of the model was put on the market; 0: that law names no years for parts
}

// groups are those of Annex II, with the longest time for which their law keeps spare parts that most repairs need.
var groups = []Group{
	{"washing_machine", "(EU) 2019/2023", 10},
	{"dishwasher", "(EU) 2019/2022", 10}, // seven for some parts
	{"refrigerator", "(EU) 2019/2019", 7},
	{"display", "(EU) 2019/2021", 7},
	{"welding", "(EU) 2019/1784", 10},
	{"vacuum_cleaner", "(EU) 666/2013", 0},
	{"server", "(EU) 2019/424", 0},
	{"phone_tablet", "(EU) 2023/1670", 7},
	{"tumble_dryer", "(EU) 2023/2533", 10},
	{"light_transport_battery", "(EU) 2023/1542", 5},
}

// Groups returns the product groups of the right to repair.
func Groups() []Group { return append([]Group(nil), groups...) }

// GroupOf finds a group by its name.
func GroupOf(name string) (Group, bool) {
	for _, g := range groups {
		if g.Name == name {
			return g, true
		}
	}
	return Group{}, false
}

// Cure is within how many days of its arrival a unit is repaired: what the law of the market names, else thirty, which is
// what "a reasonable time" of (EU) 2019/771 art. 14(1)(b) is taken to be here.
func Cure(country string) (days int, law string) {
	switch country {
	case "FR":
		return 30, "Code de la consommation L217-10"
	case "PT":
		return 30, "DL 84/2021 art. 18"
	case "RU":
		return 45, "ZoZPP art. 20"
	}
	if decision.InUnion(country) {
		return 30, "(EU) 2019/771 art. 14(1)(b)"
	}
	return 30, ""
}
