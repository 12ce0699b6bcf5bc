package reply

import "strings"

// Delimiter is the line that Godwit puts above the quoted ticket in the mails it
// sends. Its frame, "##- " and " -##", is what counts on the way back, so that
// the words between may be in any language.
const Delimiter = "##- Please type your reply above this line -##"

// separator is the kind of line that announces unmarked history.
type separator uint8

const (
	separatorNone separator = iota
	separatorOriginal
	separatorForward
)

// isDelimiter recognises the frame of [Delimiter] around a line.
func isDelimiter(s string) bool {
	s = strings.Trim(s, "*_ ")
	return len(s) > 6 && len(s) < 400 && strings.HasPrefix(s, "##-") && strings.HasSuffix(s, "-##")
}

// separatorAt reads lines[i] as a separator. Words that no list knows count when
// dashes frame them and a header block follows.
func separatorAt(lines []line, i int) separator {
	s := lines[i].text
	if len(s) > 200 || len(s) < 5 {
		return separatorNone
	}
	phrase := strings.TrimLeft(s, "-–—_*=~<> ")
	lead := strings.TrimRight(s[:len(s)-len(phrase)], " *")
	core := strings.TrimRight(phrase, "-–—_*=~<> ")
	trail := phrase[len(core):]
	if core == "" {
		return separatorNone
	}
	bare := strings.ToLower(strings.TrimRight(core, ":： "))
	bare = strings.TrimSpace(strings.TrimSuffix(bare, "&nbsp;"))
	framed := dashes(lead) >= 2 && (dashes(trail) >= 2 || trail == "")
	if framed || dashes(lead) >= 1 && dashes(trail) >= 1 {
		switch {
		case words.originals[bare]:
			return separatorOriginal
		case words.forwards[bare], strings.HasPrefix(bare, "forwarded by "):
			return separatorForward
		}
	}
	if framed && dashes(trail) >= 2 {
		if next := nextText(lines, i+1); next >= 0 && headerBlockAt(lines, next) > 0 {
			if strings.Contains(bare, "forward") || strings.Contains(bare, "fwd") || strings.Contains(bare, "转发") || strings.Contains(bare, "轉寄") {
				return separatorForward
			}
			return separatorOriginal
		}
		if strings.HasPrefix(bare, "message du ") || strings.HasPrefix(bare, "on ") && strings.HasSuffix(bare, " wrote") {
			return separatorOriginal
		}
	}
	colon := strings.HasSuffix(core, ":") || strings.HasSuffix(core, "：")
	switch {
	case colon && words.forwards[bare]:
		return separatorForward
	case words.originals[bare] || words.forwards[bare]:
		// Without dashes the words need the header block below them.
		if next := nextText(lines, i+1); next >= 0 && headerBlockAt(lines, next) > 0 {
			if words.forwards[bare] {
				return separatorForward
			}
			return separatorOriginal
		}
	}
	return separatorNone
}

func dashes(s string) int {
	n := 0
	for _, r := range s {
		if r == '-' || r == '–' || r == '—' || r == '_' || r == '=' || r == '~' || r == '*' {
			n++
		}
	}
	return n
}

// nextText returns the next line that is not blank, or -1.
func nextText(lines []line, i int) int {
	for ; i < len(lines); i++ {
		if lines[i].kind != kindBlank {
			return i
		}
	}
	return -1
}

// isPostedBy reads the line that some forums put into their mail:
// "Posted by sam on 03/26/2016".
func isPostedBy(s string) bool {
	if len(s) > 120 || !strings.HasPrefix(s, "Posted by ") || !strings.Contains(s, " on ") {
		return false
	}
	return gatherFacts(strings.ToLower(s)).dmy
}
