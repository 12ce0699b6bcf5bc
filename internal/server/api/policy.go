package api

import (
	"time"

	"godwit.dev/godwit/internal/domain/policy"
	"godwit.dev/godwit/internal/platform/auth"
)

func policyGroup() group {
	read, manage := may(auth.ReadCases), may(auth.ReadCases, auth.ManagePlans)
	return group{"Return policies", "A return policy is what customers are promised beside the law: terms, and rules of which the first whose conditions are met decides. Versions never change; a release puts one in force for orders placed from an instant on.", []operation{
		{"returnPolicyList", "GET", "/return-policies", read, do((*server).termsList), "List return policies", "The newest version of each policy."},
		{"returnPolicyGet", "GET", "/return-policies/{policy}", read, do((*server).termsGet), "Get a return policy", "The newest version of a policy, or the one that is asked for."},
		{"returnPolicyVersions", "GET", "/return-policies/{policy}/versions", read, do((*server).termsVersions), "List the versions of a return policy", "Newest first."},
		{"returnPolicyPut", "PUT", "/return-policies/{policy}", manage, do((*server).termsPut).upTo(texts), "Save a return policy",
			"Checks a text and saves it as the next version; the same text twice makes no new one. A clause that promises less than the law of a market it reaches is refused, with its place, the markets and the law. Nothing is in force by being saved."},
		{"returnBudgetList", "GET", "/return-budgets", read, do((*server).returnBudgets), "List what is left of the budgets", "The caps of the return policy in force, with what went out without a person, and is to, in the present day, week or month (UTC)."},
		{"policyReleases", "GET", "/policy-releases", read, do((*server).policyReleases), "List what is in force when", "The last to take force first."},
		{"policyPublish", "POST", "/return-policies/{policy}/releases", manage, do((*server).policyPublish), "Put a return policy in force",
			"For orders placed from an instant on. A time that is over is now: what was promised for an order never changes."},
		{"policyReplayList", "GET", "/policy-replays", manage, do((*server).replayList), "List replays", "Newest first: those under way and the last twenty that ended, without their texts and results."},
		{"policyReplayCreate", "POST", "/policy-replays", manage, do((*server).replayCreate).created().upTo(texts), "Try a return policy on past cases",
			"Decides all cases since an instant again, once by the policy that was frozen with each and once by this text, and adds up the difference. It runs in the background: ask for it until its state is `done`. Two may be under way at a time."},
		{"policyReplayGet", "GET", "/policy-replays/{policy_replay}", manage, do((*server).replayGet), "Get a replay", "How far it is and, once it has ended, what it found."},
		{"policyReplayCancel", "POST", "/policy-replays/{policy_replay}/cancel", manage, do((*server).replayCancel), "Stop a replay", "What was read until then becomes its result within a second or two. One that has ended stays as it is."},
	}}
}

// ReturnPolicy is one version of a policy.
type ReturnPolicy struct {
	Name    string        `json:"name" example:"standard"`
	Version int           `json:"version" example:"3"`
	Text    string        `json:"text,omitempty" doc:"YAML; left out of lists."`
	SavedAt time.Time     `json:"saved_at"`
	SavedBy *Ref[aPerson] `json:"saved_by" nullable:"true"`
}

func termsRecord(v policy.Version, whole bool) ReturnPolicy {
	out := ReturnPolicy{Name: v.Name, Version: v.Number, SavedAt: at(v.SavedAt), SavedBy: optRef[aPerson](v.SavedBy)}
	if whole {
		out.Text = v.Text
	}
	return out
}

// ReturnPolicies is policies or versions of one.
type ReturnPolicies struct {
	Data []ReturnPolicy `json:"data" nullable:"false"`
}

// PolicyRelease says from when a version is in force.
type PolicyRelease struct {
	Name    string        `json:"name" example:"standard"`
	Version int           `json:"version" example:"3"`
	From    time.Time     `json:"from" doc:"For orders placed from then on."`
	At      time.Time     `json:"at" doc:"When it was published."`
	By      *Ref[aPerson] `json:"by" nullable:"true"`
}

func releaseRecord(r policy.Release) PolicyRelease {
	return PolicyRelease{Name: r.Name, Version: r.Number, From: at(r.From), At: at(r.At), By: optRef[aPerson](r.By)}
}

// PolicyReleases is what was and will be in force.
type PolicyReleases struct {
	Data []PolicyRelease `json:"data" nullable:"false"`
}

// PolicyPath is the name of a policy in a path.
type PolicyPath struct {
	Policy string `path:"policy" maxLength:"40" example:"standard" doc:"The policy's name."`
}

func (s *server) termsList(c *call, _ *struct{}) (*recordOut[ReturnPolicies], error) {
	list, err := s.Policies.Policies(c, c.actor)
	if err != nil {
		return nil, err
	}
	return record(ReturnPolicies{convert(list, func(v policy.Version) ReturnPolicy { return termsRecord(v, false) })}), nil
}

func (s *server) termsGet(c *call, in *struct {
	PolicyPath
	Version int `query:"version" minimum:"0" doc:"The newest by default."`
}) (*recordOut[ReturnPolicy], error) {
	v, err := s.Policies.Policy(c, c.actor, in.Policy, in.Version)
	if err != nil {
		return nil, err
	}
	return record(termsRecord(v, true)), nil
}

func (s *server) termsVersions(c *call, in *struct {
	PolicyPath
	Before int `query:"before" minimum:"0" doc:"Versions before this one: the last of the page before."`
}) (*recordOut[ReturnPolicies], error) {
	list, err := s.Policies.Versions(c, c.actor, in.Policy, in.Before)
	if err != nil {
		return nil, err
	}
	return record(ReturnPolicies{convert(list, func(v policy.Version) ReturnPolicy { return termsRecord(v, false) })}), nil
}

func (s *server) termsPut(c *call, in *struct {
	PolicyPath
	Body struct {
		Text string `json:"text" maxLength:"65536" doc:"YAML."`
	} `nameHint:"ReturnPolicyDraft"`
}) (*recordOut[ReturnPolicy], error) {
	v, err := s.Policies.Save(c, c.actor, in.Policy, in.Body.Text)
	if err != nil {
		return nil, err
	}
	return record(termsRecord(v, true)), nil
}

func (s *server) policyReleases(c *call, _ *struct{}) (*recordOut[PolicyReleases], error) {
	list, err := s.Policies.Releases(c, c.actor)
	if err != nil {
		return nil, err
	}
	return record(PolicyReleases{convert(list, releaseRecord)}), nil
}

func (s *server) policyPublish(c *call, in *struct {
	PolicyPath
	Body struct {
		Version int        `json:"version,omitempty" minimum:"0" doc:"The newest by default."`
		From    *time.Time `json:"from,omitempty" doc:"Now by default."`
	} `nameHint:"PolicyReleaseDraft"`
}) (*recordOut[PolicyRelease], error) {
	var from time.Time
	if in.Body.From != nil {
		from = *in.Body.From
	}
	r, err := s.Policies.Publish(c, c.actor, in.Policy, in.Body.Version, from)
	if err != nil {
		return nil, err
	}
	return record(releaseRecord(r)), nil
}
