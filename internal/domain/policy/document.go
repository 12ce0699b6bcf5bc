package policy

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	"go.yaml.in/yaml/v3"

	"godwit.dev/godwit/internal/base/errs"
)

// Bounds of one document.
const (
	MaxText  = 64 << 10
	maxRules = 200
	maxList  = 2000
	maxDays  = 3650
)

// Document is a policy as a merchant writes it. Amounts are decimals of Currency,
// shares are percent: "10%".
type Document struct {
	Currency string  `yaml:"currency"`
	Terms    Clauses `yaml:"terms"`
	Rules    []Rule  `yaml:"rules,omitempty"`
}

// Rule is clauses that hold where its conditions are met.
type Rule struct {
	Name string `yaml:"name"`
	When When   `yaml:"when"`
	// Goods says that the goods of the rule are of kinds that laws leave out of the right to change one's mind: custom_made.
	// The rule must name them by SKU or category.
	Goods   []string `yaml:"goods,omitempty"`
	Clauses `yaml:",inline"`
}

// When is the conditions of a rule: all that are given must be met, of a list one.
type When struct {
	Markets    []string `yaml:"markets,omitempty"` // DE, US-CA; EU is its members
	Except     []string `yaml:"except,omitempty"`  // markets
	Shops      []string `yaml:"shops,omitempty"`   // identifiers: shp_...
	Categories []string `yaml:"categories,omitempty"`
	SKUs       []string `yaml:"skus,omitempty"` // one may end with *, for all that begin so
	Price      *Range   `yaml:"price,omitempty"`
	Kinds      []string `yaml:"kinds,omitempty"`
	Reasons    []string `yaml:"reasons,omitempty"`
	Days       *Span    `yaml:"days,omitempty"` // since delivery
	Tiers      []string `yaml:"tiers,omitempty"`
	Returns    *Span    `yaml:"returns,omitempty"`  // of the last twelve months
	Disputes   *Span    `yaml:"disputes,omitempty"` // likewise
}

// Range is amounts from and to, both inclusive.
type Range struct {
	From Amount `yaml:"from,omitempty"`
	To   Amount `yaml:"to,omitempty"`
}

// Span is numbers from and to, both inclusive; without To it has no end.
type Span struct {
	From int  `yaml:"from,omitempty"`
	To   *int `yaml:"to,omitempty"`
}

func (s *Span) holds(n int64) bool {
	return s == nil || n >= int64(s.From) && (s.To == nil || n <= int64(*s.To))
}

// Amount is a decimal as it was written.
type Amount string

// UnmarshalYAML reads 20.00 as it stands, not as a float.
func (a *Amount) UnmarshalYAML(n *yaml.Node) error {
	if n.Kind != yaml.ScalarNode {
		return fmt.Errorf("line %d: an amount is a number", n.Line)
	}
	*a = Amount(n.Value)
	return nil
}

// Clauses are what a policy promises and asks. What is absent in a rule stands as
// in the terms; a list or table that is given replaces the whole one.
type Clauses struct {
	Windows    map[string]int      `yaml:"windows,omitempty"`    // days after delivery, by remedy; one that is absent is not offered
	Postage    map[string]string   `yaml:"postage,omitempty"`    // who pays the way back, by reason
	Label      Amount              `yaml:"label,omitempty"`      // charged for our label, where the customer pays; absent: at their own expense
	Fee        string              `yaml:"fee,omitempty"`        // of the goods, kept on a change of mind
	Duty       *bool               `yaml:"duty,omitempty"`       // duty is paid back on a change of mind too
	FinalSale  *bool               `yaml:"final_sale,omitempty"` // no change of mind
	NoReturn   []string            `yaml:"no_return,omitempty"`  // kinds of goods that are not taken back on a change of mind
	Evidence   map[string][]string `yaml:"evidence,omitempty"`   // asked for, by reason
	KeepBelow  Amount              `yaml:"keep_below,omitempty"` // the largest refund for which goods may stay
	Partial    string              `yaml:"partial,omitempty"`    // paid to whoever keeps the goods
	Bonus      string              `yaml:"bonus,omitempty"`      // on top of store credit
	Fallback   *Fallback           `yaml:"fallback,omitempty"`
	Auto       map[string]Amount   `yaml:"auto,omitempty"` // approved without a person up to here, by remedy
	Cap        *Cap                `yaml:"cap,omitempty"`  // what may go out without a person in a while
	Review     *Review             `yaml:"review,omitempty"`
	Tiers      map[string]Tier     `yaml:"tiers,omitempty"`
	Trigger    string              `yaml:"trigger,omitempty"`     // when money goes
	HoldCard   *bool               `yaml:"hold_card,omitempty"`   // an exchange may go out at once, against its price held on the customer's card
	HoldShare  string              `yaml:"hold_share,omitempty"`  // of the price that is held; absent: all of it
	SendWithin int                 `yaml:"send_within,omitempty"` // days in which goods are sent back
}

// Fallback is where money goes that no payment takes back.
type Fallback struct {
	Method string `yaml:"method"` // bank, store_credit
	Days   int    `yaml:"days"`
}

// Cap bounds what goes out without a person in a day, week or month. The sum is
// kept for where the clause stands: one in the terms is shared by all rules that
// have none of their own. What a customer may withdraw by law is neither held nor
// counted.
type Cap struct {
	Amount Amount `yaml:"amount"`
	Per    string `yaml:"per"` // day, week, month
}

// Review names the counts of the last twelve months from which a person looks.
type Review struct {
	Returns  *int64 `yaml:"returns,omitempty"`
	Disputes *int64 `yaml:"disputes,omitempty"`
}

// Tier is what a group of customers has instead.
type Tier struct {
	Days int    `yaml:"days,omitempty"` // added to windows
	Fee  string `yaml:"fee,omitempty"`
	Auto Amount `yaml:"auto,omitempty"` // instead of every limit
}

// Parse reads a document from YAML. It fails with errs.Invalid on what is not YAML
// and on words that no document has: a slip of the pen must not go unnoticed.
// Whether it makes sense is for Check.
func Parse(text string) (Document, error) {
	var doc Document
	if len(text) > MaxText {
		return doc, errs.Field("text", "error.policy_long", "most", MaxText>>10)
	}
	d := yaml.NewDecoder(strings.NewReader(text))
	d.KnownFields(true)
	err := d.Decode(&doc)
	switch {
	case errors.Is(err, io.EOF):
		err = errors.New("it is empty")
	case err == nil:
		if again := d.Decode(new(yaml.Node)); !errors.Is(again, io.EOF) {
			err = errors.New("there is more after the document")
		}
	}
	if err != nil {
		e := errs.Wrap(errs.Invalid, err, "error.policy_yaml", "why", strings.TrimPrefix(err.Error(), "yaml: "))
		return Document{}, e
	}
	return doc, nil
}

// Text writes a document as Parse reads it: tables of a rule that are empty, too,
// since they stand for none where the terms have some.
func (d Document) Text() string {
	var doc yaml.Node
	if err := doc.Encode(d); err != nil {
		panic("policy: " + err.Error()) // maps of texts and numbers
	}
	if rules := child(&doc, "rules"); rules != nil {
		for i, r := range d.Rules {
			r.bare(rules.Content[i])
			flow(rules.Content[i])
		}
	}
	flow(child(&doc, "terms"))
	var b bytes.Buffer
	e := yaml.NewEncoder(&b)
	e.SetIndent(2)
	if err := e.Encode(&doc); err != nil {
		panic("policy: " + err.Error())
	}
	return b.String()
}

// child returns the value of a key, nil if there is none.
func child(n *yaml.Node, key string) *yaml.Node {
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == key {
			return n.Content[i+1]
		}
	}
	return nil
}

// flow writes what stands under each key in one line.
func flow(n *yaml.Node) {
	for i := 1; i < len(n.Content); i += 2 {
		n.Content[i].Style |= yaml.FlowStyle
	}
}

// bare adds the empty tables of a rule, which an encoder leaves out.
func (r Rule) bare(n *yaml.Node) {
	for _, x := range []struct {
		key  string
		is   bool
		kind yaml.Kind
	}{
		{"windows", r.Windows != nil && len(r.Windows) == 0, yaml.MappingNode}, {"postage", r.Postage != nil && len(r.Postage) == 0, yaml.MappingNode},
		{"no_return", r.NoReturn != nil && len(r.NoReturn) == 0, yaml.SequenceNode}, {"evidence", r.Evidence != nil && len(r.Evidence) == 0, yaml.MappingNode},
		{"auto", r.Auto != nil && len(r.Auto) == 0, yaml.MappingNode}, {"tiers", r.Tiers != nil && len(r.Tiers) == 0, yaml.MappingNode},
	} {
		if x.is {
			n.Content = append(n.Content, &yaml.Node{Kind: yaml.ScalarNode, Value: x.key}, &yaml.Node{Kind: x.kind})
		}
	}
}

// over returns clauses with those of a rule over them.
func (c Clauses) over(r Clauses) Clauses {
	if r.Windows != nil {
		c.Windows = r.Windows
	}
	if r.Postage != nil {
		c.Postage = r.Postage
	}
	if r.Label != "" {
		c.Label = r.Label
	}
	if r.Fee != "" {
		c.Fee = r.Fee
	}
	if r.Duty != nil {
		c.Duty = r.Duty
	}
	if r.FinalSale != nil {
		c.FinalSale = r.FinalSale
	}
	if r.NoReturn != nil {
		c.NoReturn = r.NoReturn
	}
	if r.Evidence != nil {
		c.Evidence = r.Evidence
	}
	if r.KeepBelow != "" {
		c.KeepBelow = r.KeepBelow
	}
	if r.Partial != "" {
		c.Partial = r.Partial
	}
	if r.Bonus != "" {
		c.Bonus = r.Bonus
	}
	if r.Fallback != nil {
		c.Fallback = r.Fallback
	}
	if r.Auto != nil {
		c.Auto = r.Auto
	}
	if r.Cap != nil {
		c.Cap = r.Cap
	}
	if r.Review != nil {
		c.Review = r.Review
	}
	if r.Tiers != nil {
		c.Tiers = r.Tiers
	}
	if r.Trigger != "" {
		c.Trigger = r.Trigger
	}
	if r.HoldCard != nil {
		c.HoldCard = r.HoldCard
	}
	if r.HoldShare != "" {
		c.HoldShare = r.HoldShare
	}
	if r.SendWithin != 0 {
		c.SendWithin = r.SendWithin
	}
	return c
}
