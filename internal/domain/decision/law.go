package decision

import (
	"cmp"
	_ "embed"
	"encoding/csv"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
)

//go:embed statutory_rights.csv
var statutoryRights string

// Basis is a right that the law gives.
type Basis uint8

// The rights, in the order in which they are listed and take precedence.
const (
	LateDelivery Basis = iota + 1
	Withdraw
	Reject
	Conformity
)

var basisWords = words[Basis]{"", "late_delivery", "withdraw", "reject", "conformity"}

// String returns the word of the right.
func (b Basis) String() string { return basisWords.of(b) }

// Law is the law of all markets as it was on the days that its rows name.
type Law struct{ markets map[string]*market }

// outbound says what is given back of what the way out cost.
type outbound uint8

const (
	outNone     outbound = iota
	outStandard          // at most the cheapest ordinary delivery
	outPaid
)

// clock says by when money must be back.
type clock uint8

const (
	noClock             clock = iota
	fromOpened                // days after the customer told us
	fromReturned              // days after the goods or proof of posting came, none before
	fromReturnedWorking       // the same in working days
)

// withdrawRule is the right to change one's mind.
type withdrawRule struct {
	law         string
	days        int
	working     bool // days are working days
	roll        bool // the last day moves on to the next working day
	info        infoRule
	exempt      Flags
	clock       clock
	refund      int // days of the clock
	payer       Payer
	freeIfNever bool // the merchant pays the way back of a customer who was never informed
	outbound    outbound
	verified    bool
	uninformed  bool // it is for customers whom nobody informed, by the table
}

// infoRule says what becomes of the time to withdraw when the customer was not
// informed.
type infoRule uint8

const (
	anyInfo         infoRule = iota // nothing
	infoEU                          // twelve months more, or fourteen days from being told
	infoRU                          // three months
	infoKR                          // no end, and from being told if that is later
	infoJP                          // the clause takes the right away
	infoCAON                        // a whole copy takes it away
	minPaidOfCAON   = 50            // CAD; Consumer Protection Act 2002, O. Reg. 17/05 s. 31
	carriageDefault = 30            // days to deliver or send where nothing was promised
)

// lateRule is what the customer may do when an order does not come.
type lateRule struct {
	law      string
	kind     lateKind
	refund   int // days after the customer told us; 0: none named
	working  bool
	verified bool
}

type lateKind uint8

const (
	neverLate lateKind = iota
	lateEU             // after a further period that the customer sets
	lateUS             // unsent goods, with notices of delay
	lateRU             // after the promised day
	lateCAON           // thirty days after the promised day
)

// conformRule is what a customer has when goods are not what was sold.
type conformRule struct {
	law      string
	months   int // 0 is no end
	days     int // instead of months
	burden   int // months after which the customer shows the cause; 0 is never
	first    []Remedy
	second   []Remedy // when the first failed or cannot be
	major    bool     // the second at once when the defect is major
	odd      oddRule
	verified bool
}

// oddRule is a rule that one market alone has.
type oddRule uint8

const (
	plain         oddRule = iota
	afterRepair           // EU: twelve months more after a repair, Directive (EU) 2024/1799 art. 16
	fromDiscovery         // BR: ninety days from discovery, thirty of goods that do not last, CDC art. 26
	complexGoods          // RU: complex goods after fifteen days, ZoZPP art. 18(1)
	byAge                 // CN: replacement for fifteen days, refund for seven
)

// market is the law of one place.
type market struct {
	asOf     string // 2026-06-28, or less of it: the day of the text that was read; "" is not known
	withdraw *withdrawRule
	late     *lateRule
	reject   string // the law that lets faulty goods be sent back for thirty days, or ""
	conform  *conformRule
}

var members = strings.Fields("AT BE BG HR CY CZ DK EE FI FR DE GR HU IE IT LV LT LU MT NL PL PT RO SK SI ES SE")

var (
	repairReplace = []Remedy{Repair, Replace}
	reduceRefund  = []Remedy{PartialKeep, Refund}
	allFour       = []Remedy{Repair, Replace, PartialKeep, Refund}
)

// Statute returns the law that is part of the program.
var Statute = sync.OnceValue(func() *Law {
	l, err := readLaw(statutoryRights)
	if err != nil {
		panic(err) // it is part of the binary and held right by a test
	}
	return l
})

// readLaw builds the law from the table and from the rules that need more than it
// says.
func readLaw(table string) (*Law, error) {
	r := csv.NewReader(strings.NewReader(table))
	rows, err := r.ReadAll()
	if err != nil {
		return nil, fmt.Errorf("read the table of rights: %w", err)
	}
	l := &Law{markets: map[string]*market{}}
	column, days := map[string]int{}, map[string]string{}
	for i, name := range rows[0] {
		column[name] = i
	}
	for _, row := range rows[1:] {
		field := func(name string) string { return row[column[name]] }
		key := field("market")
		if key == "UK" {
			key = "GB"
		}
		if day := field("as_of"); day != "undated" {
			days[key] = day
		}
		if key != "EU" && !slices.Contains(members, key) {
			l.markets[key] = byTable(field)
		}
	}
	for _, country := range members {
		l.markets[country] = european(country)
	}
	for key, m := range special() {
		l.markets[key] = m
	}
	for key, m := range l.markets {
		country, _, _ := strings.Cut(key, "-")
		if m.asOf = cmp.Or(days[key], days[country]); InUnion(country) {
			m.asOf = days["EU"] // whose directives are named
		}
	}
	return l, nil
}

// byTable is the law of a market of which the numbers in its row say enough.
func byTable(field func(string) string) *market {
	m := &market{}
	sourced := field("status") == "sourced"
	read := func(value string) bool { return sourced && !strings.Contains(value, "(unread)") }
	if days := leading(field("cooling_off_days")); days > 0 {
		payer := Customer
		if p := field("return_postage"); strings.HasPrefix(p, "seller") || strings.HasPrefix(p, "merchant") {
			payer = Merchant
		}
		m.withdraw = &withdrawRule{
			law: field("law"), days: days, working: strings.Contains(field("day_type"), "working") && !strings.Contains(field("day_type"), "calendar"),
			payer: payer, outbound: outStandard, verified: read(field("cooling_off_days")), uninformed: strings.Contains(field("cooling_off_days"), "not given"),
		}
	}
	if months := leading(field("conformity_months")); months > 0 {
		m.conform = &conformRule{law: field("law"), months: months, burden: 12, first: repairReplace, second: reduceRefund, major: true, verified: read(field("conformity_months"))}
	}
	return m
}

// leading returns the number with which a text begins, 0 if it begins otherwise.
func leading(s string) int {
	digits := s
	if i := strings.IndexFunc(s, func(r rune) bool { return r < '0' || r > '9' }); i >= 0 {
		digits = s[:i]
	}
	n, _ := strconv.Atoi(digits)
	return n
}

// european is the law of a member of the European Union.
func european(country string) *market {
	months, burden := 24, 12
	switch country {
	case "ES", "PT", "SE":
		months = 36
	case "IE":
		months = 72
	case "NL", "FI": // as long as such goods may be expected to last
		months = 0
	}
	if slices.Contains([]string{"FR", "ES", "PT", "SE", "PL", "BE"}, country) {
		burden = 24
	}
	return &market{
		withdraw: &withdrawRule{
			law: "2011/83/EU art. 9", days: 14, roll: true, info: infoEU,
			exempt: CustomMade | Perishable | HygieneSealOpened | MediaSealOpened | Periodical | DigitalStarted | MixedInseparably | PriceFluctuates | DateSpecificService,
			clock:  fromOpened, refund: 14, payer: Customer, freeIfNever: true, outbound: outStandard, verified: true,
		},
		late:    &lateRule{law: "2011/83/EU art. 18", kind: lateEU, verified: true},
		conform: &conformRule{law: "(EU) 2019/771 art. 10, 13", months: months, burden: burden, first: repairReplace, second: reduceRefund, major: true, odd: afterRepair, verified: true},
	}
}

// special is the law of the markets whose rules are more than numbers.
func special() map[string]*market {
	british := func(months int) *market {
		return &market{
			withdraw: &withdrawRule{
				law: "CCR 2013 reg. 29, 30", days: 14, info: infoEU, exempt: CustomMade | Perishable | HygieneSealOpened | MediaSealOpened | Periodical | DigitalStarted,
				clock: fromReturned, refund: 14, payer: Customer, freeIfNever: true, outbound: outStandard, verified: true,
			},
			late:    &lateRule{law: "CRA 2015 s. 28", kind: lateEU, verified: true},
			reject:  "CRA 2015 s. 20, 22",
			conform: &conformRule{law: "CRA 2015 s. 23, 24", months: months, burden: 6, first: repairReplace, second: reduceRefund, verified: true},
		}
	}
	return map[string]*market{
		"GB":     british(72),
		"GB-SCT": british(60),
		"RU": {
			withdraw: &withdrawRule{law: "ZoZPP art. 26.1", days: 7, roll: true, info: infoRU, exempt: CustomMade, clock: fromOpened, refund: 10, payer: Customer, outbound: outPaid, verified: true},
			late:     &lateRule{law: "ZoZPP art. 23.1", kind: lateRU, refund: 10},
			conform:  &conformRule{law: "ZoZPP art. 18, 19", months: 24, first: allFour, odd: complexGoods},
		},
		"CN": {
			withdraw: &withdrawRule{law: "Consumer Rights Protection Law art. 25", days: 7, exempt: CustomMade | Perishable | MediaSealOpened | Periodical | ConfirmedNoReturn | Used,
				clock: fromReturned, refund: 7, payer: Customer, verified: true},
			conform: &conformRule{law: "Consumer Rights Protection Law art. 24; three-guarantees rules art. 9-11", months: 12, burden: 6, first: []Remedy{Repair, Replace, Refund}, odd: byAge},
		},
		"KR": {
			withdraw: &withdrawRule{law: "E-Commerce Act art. 17, 18", days: 7, info: infoKR, exempt: CustomMade | MediaSealOpened | Used, clock: fromReturnedWorking, refund: 3, payer: Customer, verified: true},
			conform:  &conformRule{law: "E-Commerce Act art. 17(3)", months: 3, first: []Remedy{Refund}},
		},
		"BR": {
			withdraw: &withdrawRule{law: "CDC art. 49", days: 7, roll: true, clock: fromOpened, payer: Merchant, outbound: outPaid, verified: true},
			conform:  &conformRule{law: "CDC art. 18, 26", days: 90, first: []Remedy{Repair}, second: []Remedy{Replace, PartialKeep, Refund}, odd: fromDiscovery, verified: true},
		},
		"JP": {
			withdraw: &withdrawRule{law: "Act on Specified Commercial Transactions art. 15-3", days: 7, info: infoJP, payer: Customer, verified: true},
			conform:  &conformRule{law: "Civil Code art. 562, 563", first: allFour},
		},
		"CA-ON": {
			withdraw: &withdrawRule{law: "Consumer Protection Act 2002 s. 40", days: 7, info: infoCAON, clock: fromOpened, refund: 15, payer: Merchant, outbound: outPaid, verified: true},
			late:     &lateRule{law: "Consumer Protection Act 2002 s. 26", kind: lateCAON, refund: 15, verified: true},
		},
		"US": {late: &lateRule{law: "16 CFR 435.2", kind: lateUS, refund: 7, working: true, verified: true}},
		"SG": {conform: &conformRule{law: "CPFTA s. 12B-12E", months: 6, burden: 6, first: repairReplace, second: reduceRefund, verified: true}},
		"AU": {conform: &conformRule{law: "ACL s. 259-263", first: []Remedy{Repair}, second: []Remedy{Replace, Refund}, major: true}},
		"NZ": {conform: &conformRule{law: "CGA 1993 s. 18", first: []Remedy{Repair}, second: []Remedy{Replace, Refund}, major: true}},
	}
}

// at returns the law of a place, nil if none is known: that of its region, or of
// its country.
func (l *Law) at(country, region string) *market {
	if region != "" {
		if m, ok := l.markets[country+"-"+region]; ok && !(m.withdraw == nil && m.late == nil && m.conform == nil) {
			return m
		}
	}
	return l.markets[country]
}
