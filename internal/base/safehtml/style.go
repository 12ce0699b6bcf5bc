package safehtml

import (
	"regexp"
	"strings"
)

const (
	cssNumber = `(?:[0-9]{1,4}(?:\.[0-9]{1,4})?|\.[0-9]{1,4})`
	cssLength = `(?:` + cssNumber + `(?:px|pt|em|rem|ex|ch|%|in|cm|mm|pc|vw)?|auto|thin|medium|thick)`
	cssColour = `(?:#[0-9a-f]{3,8}|rgba?\([0-9., %/]{5,40}\)|hsla?\([0-9., %/deg]{5,40}\)|[a-z]{3,30})`
	cssLine   = `(?:none|hidden|dotted|dashed|solid|double|groove|ridge|inset|outset)`
	cssFamily = `[\p{L}\p{N} ,'"_-]{1,300}`
)

func css(pattern string) *regexp.Regexp {
	return regexp.MustCompile(`^(?i:` + pattern + `)$`)
}

// declarations are the style properties that may be written, with what their values may be: nothing that fetches,
// moves an element over others, or runs.
var declarations = newDeclarations()

func newDeclarations() map[string]*regexp.Regexp {
	m := map[string]*regexp.Regexp{
		"background":       css(cssColour),
		"background-color": css(cssColour),
		"border-collapse":  css(`collapse|separate`),
		"border-radius":    css(cssLength + `(?: ` + cssLength + `){0,3}`),
		"border-spacing":   css(cssLength + `(?: ` + cssLength + `)?`),
		"caption-side":     css(`top|bottom`),
		"clear":            css(`left|right|both|none`),
		"color":            css(cssColour),
		"direction":        css(`ltr|rtl`),
		"display":          css(`none|block|inline|inline-block|list-item|table|inline-table|table-row|table-cell|table-caption|table-row-group|table-header-group|table-footer-group|table-column|table-column-group`),
		"float":            css(`left|right|none`),
		"font":             css(`[\p{L}\p{N} ,'"./%_-]{1,300}`),
		"font-family":      css(cssFamily),
		"font-size":        css(cssLength + `|xx-small|x-small|small|large|x-large|xx-large|smaller|larger`),
		"font-style":       css(`normal|italic|oblique`),
		"font-variant":     css(`normal|small-caps`),
		"font-weight":      css(`normal|bold|bolder|lighter|[1-9]00`),
		"letter-spacing":   css(`normal|` + cssLength),
		"line-height":      css(`normal|` + cssLength),
		"list-style-type":  css(`[a-z-]{1,30}`),
		"overflow-wrap":    css(`normal|break-word|anywhere`),
		"table-layout":     css(`auto|fixed`),
		"text-align":       css(`left|right|center|justify|start|end`),
		"text-decoration":  css(`(?:none|underline|overline|line-through|solid|dotted|dashed|wavy| )+(?:` + cssColour + `)?`),
		"text-indent":      css(cssLength),
		"text-transform":   css(`none|capitalize|uppercase|lowercase`),
		"unicode-bidi":     css(`normal|embed|isolate|plaintext`),
		"vertical-align":   css(`baseline|sub|super|top|text-top|middle|bottom|text-bottom|` + cssLength),
		"white-space":      css(`normal|nowrap|pre|pre-wrap|pre-line`),
		"word-break":       css(`normal|break-all|keep-all|break-word`),
		"word-wrap":        css(`normal|break-word`),
	}
	for _, name := range []string{"width", "min-width", "max-width", "height", "min-height", "max-height"} {
		m[name] = css(cssLength + `|none`)
	}
	box := css(cssLength + `(?: ` + cssLength + `){0,3}`)
	edge := css(`(?:(?:` + cssLength + `|` + cssLine + `|` + cssColour + `)(?: |$)){1,3}`)
	for _, side := range []string{"", "-top", "-right", "-bottom", "-left"} {
		m["margin"+side] = box
		m["padding"+side] = box
		m["border"+side] = edge
		m["border"+side+"-width"] = box
		m["border"+side+"-style"] = css(cssLine + `(?: ` + cssLine + `){0,3}`)
		m["border"+side+"-color"] = css(cssColour + `(?: ` + cssColour + `){0,3}`)
	}
	return m
}

var (
	styleURL    = regexp.MustCompile(`(?i)url\s*\(\s*['"]?\s*([^'")]*)`)
	styleActive = regexp.MustCompile(`(?i)expression|behaviou?r|-moz-binding|javascript|vbscript|@import|-o-link|[\\@{}<]`)
)

// style writes a style attribute anew from the declarations that are allowed.
func (c *cleaner) style(raw string, info *facts) string {
	if m := styleURL.FindStringSubmatch(raw); m != nil {
		c.noteRemote(m[1])
	}
	if styleActive.MatchString(raw) {
		c.blocked[BlockStyle] = true
	}
	var out strings.Builder
	for _, d := range splitDeclarations(raw) {
		name, value, ok := strings.Cut(d, ":")
		if !ok {
			continue
		}
		name = strings.ToLower(strings.TrimSpace(name))
		if name == "position" || name == "z-index" {
			c.blocked[BlockPosition] = true
		}
		value = strings.Join(strings.Fields(value), " ")
		value, important := strings.CutSuffix(value, "!important")
		value = strings.TrimSpace(value)
		check := declarations[name]
		if check == nil || !check.MatchString(value) || strings.Count(value, `"`)%2+strings.Count(value, `'`)%2 > 0 {
			continue
		}
		if name == "display" {
			info.hidden = strings.EqualFold(value, "none")
		}
		if out.Len() > 0 {
			out.WriteString("; ")
		}
		out.WriteString(name + ": " + value)
		if important {
			out.WriteString(" !important")
		}
	}
	if s := out.String(); styles.MatchString(s) {
		return s
	}
	return ""
}

// splitDeclarations cuts at semicolons outside of quotes and parentheses.
func splitDeclarations(s string) []string {
	var (
		parts []string
		quote byte
		depth int
		from  int
	)
	for i := range len(s) {
		switch ch := s[i]; {
		case quote != 0:
			if ch == quote {
				quote = 0
			}
		case ch == '"' || ch == '\'':
			quote = ch
		case ch == '(':
			depth++
		case ch == ')':
			depth = max(0, depth-1)
		case ch == ';' && depth == 0:
			parts = append(parts, s[from:i])
			from = i + 1
		}
	}
	return append(parts, s[from:])
}
