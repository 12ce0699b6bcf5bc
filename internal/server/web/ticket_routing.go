package web

import (
	"strconv"
	"strings"
	"time"

	"godwit.dev/godwit/internal/base/i18n"
	routed "godwit.dev/godwit/internal/domain/route" // route is a row of the table of routes here
	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/server/web/ui"
)

// whereabouts says why a ticket is where it is; nil if routing has no part in it.
func (r *request) whereabouts(tk ticket.Ticket) (*ui.Whereabouts, error) {
	if r.s.Routing == nil {
		return nil, nil
	}
	st, err := r.s.Routing.Of(r.Context(), r.actor, tk)
	if err != nil {
		return nil, err
	}
	switch {
	case st.Given != nil:
		return &ui.Whereabouts{Given: st.Given.At, Why: r.causes(st.Given.Why)}, nil
	case st.Waiting != nil:
		return &ui.Whereabouts{Since: st.Since, Next: st.Waiting.Next, Why: r.causes(st.Waiting.Why)}, nil
	}
	return nil, nil
}

// stageWords say what was asked for.
var stageWords = map[int]string{int(routed.Own): "own", int(routed.Dedicated): "dedicated", int(routed.Fitting): "fitting", int(routed.Speaking): "speaking", int(routed.Anybody): "anybody"}

// causes puts reasons into words.
func (r *request) causes(list []routed.Reason) []string {
	t := r.printer.T
	var out []string
	for _, x := range list {
		switch x.Kind {
		case routed.ByTier:
			out = append(out, t("routing.why.tier", "Tier", strings.ToUpper(x.Word), "Time", writeSpan(x.Number)))
		case routed.ByPriority:
			if x.Number < 0 {
				out = append(out, t("routing.why.low", "Time", writeSpan(-x.Number)))
			} else {
				out = append(out, t("routing.why.priority", "Time", writeSpan(x.Number)))
			}
		case routed.ByRule:
			out = append(out, t("routing.why.rule", "Rule", x.Word))
		case routed.ByWeight:
			out = append(out, t("routing.why.weight", "N", strconv.Itoa(x.Number)))
		case routed.ByOwn:
			out = append(out, t("routing.why.own"))
		case routed.OwnFull:
			out = append(out, t("routing.why.own_full"))
		case routed.OwnAway:
			out = append(out, t("routing.why.own_away", "Time", r.printer.DateTime(time.UnixMilli(x.At), r.zone, i18n.Brief)))
		case routed.OwnNever:
			out = append(out, t("routing.why.own_never"))
		case routed.ByDue:
			out = append(out, t("routing.why.due", "Time", r.printer.DateTime(time.UnixMilli(x.At), r.zone, i18n.Brief)))
		case routed.ByDedicated:
			out = append(out, t("routing.why.dedicated"))
		case routed.ByLanguage:
			if x.Number == 0 {
				out = append(out, t("routing.why.no_language", "Language", r.printer.Language(x.Word)))
				continue
			}
			for _, f := range levelFields {
				if int(f.level) == x.Number {
					out = append(out, t("routing.speaks", "Language", r.printer.Language(x.Word), "Level", t("routing.level."+f.name)))
				}
			}
		case routed.ByTopic:
			out = append(out, t("routing.why.topic", "Topic", t("topic."+x.Word)))
		case routed.ByLast:
			out = append(out, t("routing.why.last"))
		case routed.ByRoom:
			out = append(out, t("routing.why.room", "N", strconv.Itoa(x.Number), "Of", strconv.Itoa(x.Of)))
		case routed.ByWaiting:
			out = append(out, t("routing.why.waited."+stageWords[x.Number]))
		case routed.WaitsFull:
			out = append(out, t("routing.why.full."+stageWords[x.Number]))
		case routed.WaitsKept:
			out = append(out, t("routing.why.kept"))
		case routed.KeepsRoom:
			out = append(out, t("routing.why.keeps"))
		case routed.WaitsGiving:
			out = append(out, t("routing.why.giving"))
		case routed.WaitsShift:
			out = append(out, t("routing.why.shift."+stageWords[x.Number], "Time", r.printer.DateTime(time.UnixMilli(x.At), r.zone, i18n.Brief)))
		case routed.WaitsNobody:
			out = append(out, t("routing.why.nobody"))
		}
	}
	return out
}
