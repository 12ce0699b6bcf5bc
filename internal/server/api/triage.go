package api

import (
	"time"

	"godwit.dev/godwit/internal/domain/triage"
	"godwit.dev/godwit/internal/flow/sorting"
	"godwit.dev/godwit/internal/platform/auth"
)

func triageGroup() group {
	manage := may(auth.Manage)
	return group{"Triage", "Triage reads what customers write: language, topic, mood and alarms. It learns from the topics that people correct, in versions; one that would read anything worse is not used.", []operation{
		{"triageGet", "GET", "/triage", manage, do((*server).triageGet), "Get how messages are read", "Whether something is learned, which version reads, and what people corrected, the most frequent first. Revision 0 is what holds before anything was learned or saved."},
		{"triagePut", "PUT", "/triage", manage, do((*server).triagePut), "Save how messages are read", "Learn on, hold a version that was adopted (0 for the shipped one), or read as shipped. A version that a release of before learned on top of its own model is refused."},
		{"triageVersionList", "GET", "/triage/versions", manage, do((*server).triageVersionList), "List what was learned", "The newest first, with figures, also of what was not adopted."},
	}}
}

// Triage is how messages of a workspace are read.
type Triage struct {
	Revision    int                `json:"revision" example:"4" doc:"0: nothing was learned or saved yet."`
	Mode        string             `json:"mode" enum:"learn,hold,off" doc:"learn uses a new version as soon as one is adopted; hold uses the chosen one; off reads as shipped."`
	Version     int                `json:"version" example:"2" doc:"0: the shipped model."`
	Stale       bool               `json:"stale" doc:"The version is of an earlier release: messages are read as shipped until the corrections are learned anew."`
	SavedAt     *time.Time         `json:"saved_at" nullable:"true"`
	SavedBy     *Ref[aPerson]      `json:"saved_by" nullable:"true" doc:"Null if a version was adopted by itself."`
	Model       *TriageModel       `json:"model,omitempty" doc:"The outside model that is asked about messages that tell no topic; left out if there is none."`
	Corrections []TriageCorrection `json:"corrections" nullable:"false"`
}

// TriageModel is the outside model that is asked.
type TriageModel struct {
	ID       Ref[aTranslator] `json:"id" doc:"The connection, which also translates."`
	Daily    int              `json:"daily" example:"200" doc:"Requests a day, in UTC, at most."`
	Asked    int              `json:"asked_today" example:"12"`
	Answered int              `json:"answered_today" example:"9" doc:"With a topic."`
	Problem  string           `json:"problem,omitempty" example:"error.vendor_busy" doc:"What went wrong last today; left out if the last request went well."`
}

// TriageCorrection is how often people corrected a topic to another.
type TriageCorrection struct {
	Was   *string `json:"was" nullable:"true" example:"where_is_my_order" doc:"What the message was read as; null for none."`
	Topic string  `json:"topic" example:"lost_parcel"`
	Count int     `json:"count" example:"7"`
}

// TriageVersion is what was learned at one time.
type TriageVersion struct {
	Version   int           `json:"version" example:"2"`
	At        time.Time     `json:"at"`
	Judgement string        `json:"judgement" enum:"adopted,worse_shipped,worse_aside,no_better" doc:"Only what is adopted is used. Else: it would read fewer of the shipped phrases, fewer of the corrections kept aside, or no more of the corrections."`
	Taught    TriageMeasure `json:"taught" doc:"Of the corrections that it was learned from."`
	Aside     TriageMeasure `json:"aside" doc:"Of the corrections that were kept aside."`
	Shipped   TriageMeasure `json:"shipped" doc:"Of the phrases that Godwit keeps aside, in all languages."`
}

// TriageMeasure counts what was read right.
type TriageMeasure struct {
	Before int `json:"before" example:"3" doc:"By the version that was in use."`
	After  int `json:"after" example:"31"`
	All    int `json:"all" example:"36"`
}

// TriageModelDraft says which outside model is asked.
type TriageModelDraft struct {
	ID    *Ref[aTranslator] `json:"id" nullable:"true" doc:"A connection of translations that is asked by chat completions; null to ask none."`
	Daily int               `json:"daily" minimum:"0" maximum:"10000" example:"200" doc:"Requests a day at most."`
}

func triageMeasure(m triage.Measure) TriageMeasure {
	return TriageMeasure{m.Before.Right, m.After.Right, m.After.All}
}

func (s *server) triageState(c *call) (*recordOut[Triage], error) {
	st, err := s.Sorting.State(c, c.actor)
	if err != nil {
		return nil, err
	}
	var model *TriageModel
	if a := st.Asking; a.Model != 0 {
		model = &TriageModel{refTo[aTranslator](a.Model), a.Daily, st.Today.Asked, st.Today.Answered, st.Today.Problem}
	}
	return record(Triage{
		Model:    model,
		Revision: st.Revision, Mode: string(st.Mode), Version: st.Version, Stale: st.Stale, SavedAt: optTime(st.SavedAt), SavedBy: optRef[aPerson](st.SavedBy),
		Corrections: convert(st.Corrections, func(p sorting.Pair) TriageCorrection {
			out := TriageCorrection{Topic: string(p.Topic), Count: p.Count}
			if was := string(p.Was); was != "" {
				out.Was = &was
			}
			return out
		}),
	}), nil
}

func (s *server) triageGet(c *call, _ *struct{}) (*recordOut[Triage], error) { return s.triageState(c) }

func (s *server) triagePut(c *call, in *struct {
	Body struct {
		Mode    string            `json:"mode" enum:"learn,hold,off" example:"hold"`
		Version int               `json:"version" minimum:"0" example:"1" doc:"That is used unless the mode is off."`
		Model   *TriageModelDraft `json:"model,omitempty" doc:"Left out: as it is. Another one needs webhooks.manage and a view of the whole workspace as well, for text leaves the house: with marks in place of names, addresses, links, sums, dates, codes and numbers."`
		After   int               `json:"after" minimum:"0" example:"4" doc:"The revision that was seen; another newest one is a conflict."`
	} `nameHint:"TriageDraft"`
}) (*recordOut[Triage], error) {
	var asking *sorting.Asking
	if m := in.Body.Model; m != nil {
		asking = new(sorting.Asking)
		if m.ID != nil {
			*asking = sorting.Asking{Model: m.ID.num(), Daily: m.Daily}
		}
	}
	if _, err := s.Sorting.Save(c, c.actor, sorting.Mode(in.Body.Mode), in.Body.Version, in.Body.After, asking); err != nil {
		return nil, err
	}
	return s.triageState(c)
}

func (s *server) triageVersionList(c *call, in *struct{ Paging }) (*pageOut[TriageVersion], error) {
	st, err := s.Sorting.State(c, c.actor)
	if err != nil {
		return nil, err
	}
	list, next, err := part(st.Versions, func(v sorting.Version) int64 { return int64(v.Number) }, in.Paging)
	if err != nil {
		return nil, err
	}
	return page(c, convert(list, func(v sorting.Version) TriageVersion {
		l := v.Lesson
		return TriageVersion{v.Number, v.At, string(l.Judgement), triageMeasure(l.Taught), triageMeasure(l.Aside), triageMeasure(l.Shipped)}
	}), next), nil
}
