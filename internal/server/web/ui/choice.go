package ui

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// choices makes the options of a set of values that the console words, with one chosen.
func choices(p Page, set, chosen string, values ...string) []Option {
	out := make([]Option, len(values))
	for i, value := range values {
		out[i] = Option{Value: value, Label: p.T(set + "." + value), Selected: value == chosen}
	}
	return out
}

// withNone puts "none" before the options.
func withNone(p Page, list []Option) []Option {
	return append([]Option{{Label: p.T("field.none")}}, list...)
}

// withKeep puts "leave as it is" before the options.
func withKeep(p Page, list []Option) []Option {
	return append([]Option{{Label: p.T("field.keep")}}, list...)
}

func flag(on bool) string {
	if on {
		return "1"
	}
	return "0"
}

func healthWord(t Tone) string {
	switch t {
	case ToneGood, ToneWarn, ToneBad:
		return string(t)
	}
	return "off"
}

func stepIcon(t Tone) string {
	if t == ToneNone {
		return "circle"
	}
	return toneIcon(t)
}

func mailboxPath(b MailboxForm) string {
	if b.ID == 0 {
		return "/admin/mailboxes"
	}
	return "/admin/mailboxes/" + id64(b.ID)
}

func macroPath(v MacroEdit) string {
	if v.ID == 0 {
		return "/admin/macros"
	}
	return "/admin/macros/" + id64(v.ID)
}

// macroTextPath is where one text of a macro is written.
func macroTextPath(macro int64, key string) string {
	return "/admin/macros/" + id64(macro) + "?text=" + url.QueryEscape(key)
}

func macroIcon(state string) string {
	switch state {
	case "ready":
		return "check"
	case "draft":
		return "pencil"
	case "behind":
		return "clock"
	}
	return "plus"
}

func anySelected(list []Option) bool {
	return slices.ContainsFunc(list, func(o Option) bool { return o.Selected })
}

func viewPath(v ViewEdit) string {
	if v.Key == "" {
		return "/views"
	}
	return "/views/" + v.Key
}

func portText(port int) string {
	if port == 0 {
		return ""
	}
	return strconv.Itoa(port)
}

func secretHint(p Page, set bool) string {
	if set {
		return p.T("field.secret_set")
	}
	return ""
}

// pathID makes a tree path fit for an element's id.
func pathID(path string) string { return "r" + strings.ReplaceAll(path, ".", "-") }

func fieldOf(fields []ConditionField, key string) ConditionField {
	for _, f := range fields {
		if f.Key == key {
			return f
		}
	}
	if len(fields) > 0 {
		return fields[0]
	}
	return ConditionField{}
}

func valueHint(kind string) string {
	if kind == "age" {
		return kind
	}
	return "text"
}

func themeIcon(t Theme) string {
	switch t {
	case ThemeLight:
		return "sun"
	case ThemeDark:
		return "moon"
	}
	return "monitor"
}
