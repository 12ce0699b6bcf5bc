package web

import (
	"net/http"
	"strconv"
	"unicode/utf8"

	"godwit.dev/godwit/internal/platform/auth"
)

// strength weighs a password while it is typed. It is judged as it will be when the
// form is sent, and kept nowhere.
func (s *server) strength(w http.ResponseWriter, r *request) error {
	password, about := r.PostFormValue("password"), []string{r.PostFormValue("about"), r.person.Name, r.person.Email}
	level := auth.Judge(password, about...)
	text := "strength." + strconv.Itoa(int(level))
	switch err := auth.CheckNew(password, about...); {
	case err == nil:
	case utf8.RuneCountInString(password) > auth.MaxPassword:
		level, text = auth.Guessable, "strength.long"
	case level > auth.Guessable || utf8.RuneCountInString(password) < auth.MinPassword:
		level, text = auth.Guessable, "strength.short"
	}
	s.json(w, r, http.StatusOK, map[string]any{"level": level, "text": r.printer.T(text)})
	return nil
}
