package plan

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/fx"
	"godwit.dev/godwit/internal/platform/auth"
)

// Plan is one version of a document. Versions never change.
type Plan struct {
	Workspace auth.WorkspaceID
	Name      string
	Version   int
	Document  Document
	SavedAt   time.Time
	SavedBy   auth.PersonID
}

// Label names a version of a plan in a promise.
func (p Plan) Label() string { return fmt.Sprintf("%s %d", p.Name, p.Version) }

// Document is a plan as a merchant writes it. Sums are minor units of Currency.
type Document struct {
	Currency      string              `json:"currency"`
	Registrations []string            `json:"registrations,omitempty"` // schemes under which tax is paid at the checkout: IOSS, GB, NO, AU, ...
	DefaultGrams  int64               `json:"default_grams,omitempty"` // of an article whose weight is not known; 0 refuses it
	Warehouses    []Warehouse         `json:"warehouses"`
	Zones         []Zone              `json:"zones"`
	Services      []Way               `json:"services"`
	Returns       Returns             `json:"returns"`
	Duties        []Duty              `json:"duties,omitempty"`   // the merchant's own rates, before those of the table
	Holidays      map[string][]string `json:"holidays,omitempty"` // days off by country, besides those of the table: 2027-02-05
	WorkingDays   map[string][]string `json:"working_days,omitempty"`
}

// Warehouse is a place that sends.
type Warehouse struct {
	Key      string           `json:"key"`
	Name     string           `json:"name"`
	Country  string           `json:"country"` // ISO 3166-1 alpha-2
	Zone     string           `json:"zone"`    // of time: Asia/Shanghai
	CutOff   string           `json:"cut_off"` // 16:00: what is ordered later begins on the next working day
	Handling int              `json:"handling_days"`
	Stock    map[string]int64 `json:"stock,omitempty"` // by SKU; without a list everything is there
}

// Zone is places that cost the same.
type Zone struct {
	Key       string              `json:"key"`
	Name      string              `json:"name"`
	Countries []string            `json:"countries,omitempty"`
	Regions   map[string][]string `json:"regions,omitempty"`   // parts of countries, by country: as addresses write them
	Postcodes map[string][]string `json:"postcodes,omitempty"` // beginnings of postcodes, by country; the longest one decides
}

// Way is a way of sending.
type Way struct {
	Key           string            `json:"key"`
	Name          map[string]string `json:"name"`                     // by language; "default" for all others
	From          []string          `json:"from"`                     // warehouses, the preferred one first
	VolumeDivisor int64             `json:"volume_divisor,omitempty"` // cubic centimetres that weigh a kilogram: 5000; 0 looks at weight alone
	MaxGrams      int64             `json:"max_grams,omitempty"`
	MaxSide       int64             `json:"max_side_mm,omitempty"`  // the longest side of an article
	MaxGirth      int64             `json:"max_girth_mm,omitempty"` // length and girth of an article: length + 2 × (width + height)
	DutyPaid      bool              `json:"duty_paid,omitempty"`    // the merchant pays duty and tax: nothing is due at the door
	EveryDay      bool              `json:"every_day,omitempty"`    // delivers on weekends and holidays
	Rates         []ZoneRate        `json:"rates"`
}

// ZoneRate is what a service costs into a zone, and how long it takes.
type ZoneRate struct {
	Zone  string           `json:"zone"`
	Days  [2]int           `json:"days"` // transit, from and to
	Steps []Step           `json:"steps"`
	Free  map[string]int64 `json:"free_from,omitempty"` // goods from this sum on are sent free, by currency
}

// Step is a price up to a weight.
type Step struct {
	From  int64 `json:"from_grams,omitempty"` // where the step before ends; need not be given
	To    int64 `json:"to_grams"`             // inclusive
	Price int64 `json:"price"`
}

// Returns is how goods go back.
type Returns struct {
	Days    int    `json:"days"`              // after delivery; the law of the destination may give more
	Free    bool   `json:"free,omitempty"`    // the merchant pays the way back
	Country string `json:"country,omitempty"` // where they go
}

// Duty is the merchant's own rate of duty on goods into a country.
type Duty struct {
	Country string `json:"country"`
	HS      string `json:"hs"` // the beginning of an HS code; "" for all goods
	Pct     string `json:"pct"`
}

// Parse reads a document as JSON. It fails with errs.Invalid on words that no
// document has: a slip of the pen must not go unnoticed.
func Parse(text []byte) (Document, error) {
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	var doc Document
	err := d.Decode(&doc)
	if err == nil {
		if _, more := d.Token(); more != io.EOF {
			err = fmt.Errorf("there is more after the document")
		}
	}
	if err != nil {
		e := errs.Wrap(errs.Invalid, err, "error.plan_json", "why", err.Error())
		return doc, e
	}
	return doc, nil
}

// Text writes a document as a person edits it.
func (d Document) Text() string {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	if err := e.Encode(d); err != nil {
		panic("plan: " + err.Error()) // maps of texts and numbers
	}
	return b.String()
}

// Title returns the name of a service in a language, or its key.
func (s Way) Title(language string) string {
	base, _, _ := strings.Cut(language, "-")
	for _, l := range []string{language, base, "default", "en"} {
		if name := s.Name[l]; name != "" {
			return name
		}
	}
	return s.Key
}

func percent(s string) (fx.Decimal, bool) {
	if s == "0" {
		return fx.Decimal{}, true
	}
	d, err := fx.ParseDecimal(s)
	return d, err == nil
}

// Countries lists where a plan sends to, in parts or as a whole, in order.
func (d Document) Countries() []string {
	var out []string
	for _, z := range d.Zones {
		out = append(out, z.Countries...)
		out = slices.AppendSeq(out, maps.Keys(z.Regions))
		out = slices.AppendSeq(out, maps.Keys(z.Postcodes))
	}
	slices.Sort(out)
	return slices.Compact(out)
}
