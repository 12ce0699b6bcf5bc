package ui

import (
	"slices"
	"strconv"
	"strings"

	"godwit.dev/godwit/internal/domain/policy"
)

// PolicyForm is a return policy as a form, with what it would do beside it.
type PolicyForm struct {
	Page
	Form          // errors by the names of fields
	Fields        policy.Fields
	Name          string
	Remarks       bool        // the text has some, which a form does not keep
	Wrong         []PlanWrong // what is wrong at no field
	Words         PolicyWords
	Open          int // the rule that was changed last; -1 is none
	Preview       PolicyPreview
	MayRead       bool // past cases
	Moved, Number int
}

// PolicyWords are the words that a policy may say, with their names.
type PolicyWords struct {
	Remedies, Reasons, Kinds, Flags, Proofs, Triggers, Shops []Option
}

// PolicyPreview is some past cases as they were decided, and as the form would decide them.
type PolicyPreview struct {
	Wrong   int
	Changed int
	Seen    []PolicySeen
}

// PolicySeen is one of them.
type PolicySeen struct {
	Case                              int64
	Title, Before, After, Money, Rule string
	Changed                           bool
}

// part is one place of the form: the terms or a rule.
type part struct {
	*PolicyForm
	At   string
	Rule int // -1: the terms
}

func (v *PolicyForm) terms() part { return part{v, policy.TermsAt, -1} }

func (v *PolicyForm) rules() []part {
	out := make([]part, v.Fields.Rules())
	for i := range out {
		out[i] = part{v, policy.RuleAt(i), i}
	}
	return out
}

func (p part) id(name string) string { return "p-" + strings.ReplaceAll(p.At+name, ".", "-") }

func (p part) val(name string) string { return p.Fields.Get(p.At + name) }

func (p part) has(name, value string) bool { return slices.Contains(p.Fields[p.At+name], value) }

func (p part) owns(clause string) bool { return p.Rule < 0 || p.has("own", clause) }

func (p part) isRule() bool { return p.Rule >= 0 }

// choices are words with those that a field has, known or not.
func (p part) choices(name string, words []Option) []Option {
	out := slices.Clone(words)
	for i := range out {
		out[i].Selected = p.has(name, out[i].Value)
	}
	for _, v := range p.Fields[p.At+name] {
		if v != "" && !slices.ContainsFunc(words, func(o Option) bool { return o.Value == v }) {
			out = append(out, Option{Value: v, Label: v, Selected: true})
		}
	}
	return out
}

// none is a choice of nothing, before others.
func (p part) none(label string, list []Option) []Option {
	return append([]Option{{Label: label}}, list...)
}

// unsaid is what stands where a part says nothing.
func (p part) unsaid() string {
	if p.isRule() {
		return p.T("policy.form.as_terms")
	}
	return p.T("policy.form.nothing")
}

// errors counts what is wrong below a name.
func (p part) errors(names ...string) int {
	n := 0
	for field := range p.Errors {
		rest, ok := strings.CutPrefix(field, p.At)
		if ok && (len(names) == 0 || slices.ContainsFunc(names, func(name string) bool { return rest == name || strings.HasPrefix(rest, name+".") })) {
			n++
		}
	}
	return n
}

// said sums up what a part says below names, for whoever does not open it.
func (p part) said(clause string, words []Option) string {
	var out []string
	for _, w := range words {
		if v := p.val(clause + "." + w.Value); v != "" {
			if clause == "postage" {
				v = p.T("policy.form.payer." + v)
			}
			out = append(out, w.Label+" "+v)
		}
	}
	return strings.Join(out, " · ")
}

// when sums up the conditions of a rule.
func (p part) when() string {
	var out []string
	for _, name := range []string{"markets", "shops", "categories", "skus", "kinds", "reasons", "tiers"} {
		list := p.Fields[p.At+"when."+name]
		for _, o := range slices.Concat(p.Words.Kinds, p.Words.Reasons, p.Words.Shops) {
			for i, v := range list {
				if v == o.Value {
					list = slices.Clone(list)
					list[i] = o.Label
				}
			}
		}
		if text := strings.Join(strings.Fields(strings.Join(list, ", ")), " "); text != "" {
			out = append(out, text)
		}
	}
	for _, name := range []string{"price", "days", "returns", "disputes"} {
		from, to := p.val("when."+name+".from"), p.val("when."+name+".to")
		if from+to != "" {
			out = append(out, p.T("policy.form."+name)+" "+or(from, "0")+"–"+to)
		}
	}
	if len(out) == 0 {
		return p.T("policy.form.always")
	}
	return strings.Join(out, " · ")
}

// rows is how many groups of customers a part shows: those that it has, and one more.
func (p part) rows() []int {
	n := 0
	for i := range 50 {
		if p.val("tiers."+strconv.Itoa(i)+".name") != "" {
			n = i + 1
		}
	}
	out := make([]int, min(n+1, 50))
	for i := range out {
		out[i] = i
	}
	return out
}
