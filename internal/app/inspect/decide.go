package inspect

import (
	"encoding/json"

	"godwit.dev/godwit/internal/base/i18n"
	"godwit.dev/godwit/internal/domain/decision"
)

// inspectDecide decides cases by the law that is part of the program; nothing is known beside the line.
func inspectDecide(string) inspector {
	reader, words := &decision.Reader{}, i18n.For(i18n.English)
	return each(func(f fields) (any, error) {
		line, err := json.Marshal(map[string]json.RawMessage(f))
		if err != nil {
			return nil, sentence("The line is not valid JSON: %v.", err)
		}
		c, err := reader.Read(line)
		if err != nil {
			return nil, err
		}
		d := decision.Decide(decision.Statute(), &c)
		return decision.Write(&c, &d, func(o *decision.Offer) string {
			why := decision.Explain(&c, o)
			return words.T(why.Key, why.Args...)
		}), nil
	})("")
}
