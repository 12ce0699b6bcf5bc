package safehtml

import (
	"regexp"
	"strings"

	"github.com/microcosm-cc/bluemonday"
)

func set(words string) map[string]bool {
	m := map[string]bool{}
	for w := range strings.FieldsSeq(words) {
		m[w] = true
	}
	return m
}

// elements are all that is ever written.
var elements = set(`a abbr acronym address article aside b bdi bdo big blockquote br caption center cite code col colgroup
	dd del details dfn div dl dt em figcaption figure font footer h1 h2 h3 h4 h5 h6 header hr i img ins kbd li main mark nav
	ol p pre q rp rt ruby s samp section small span strike strong sub summary sup table tbody td tfoot th thead time tr tt
	u ul var wbr`)

var (
	void       = set(`br col hr img wbr`)
	cell       = set(`td th caption`)
	tableParts = set(`td th tr tbody thead tfoot caption colgroup`)
	renamed    = map[string]string{"body": "div", "dir": "ul", "menu": "ul", "image": "img"}
	// dropContent lists elements whose content is not for reading; rawContent those whose content is not markup.
	dropContent = set(`script style title iframe noembed noframes svg math template applet canvas xml`)
	rawContent  = set(`script style title iframe noembed noframes xmp plaintext textarea`)
	breaksLine  = set(`form fieldset legend textarea xmp listing plaintext select option button head html noscript`)
)

var blockedElements = map[string]string{
	"script": BlockScript, "style": BlockStyle, "iframe": BlockFrame, "frame": BlockFrame, "frameset": BlockFrame, "portal": BlockFrame,
	"fencedframe": BlockFrame, "object": BlockObject, "embed": BlockObject, "applet": BlockObject, "param": BlockObject,
	"svg": BlockSVG, "math": BlockMath, "base": BlockBase, "basefont": BlockStyle, "bgsound": BlockMedia, "meta": BlockMeta, "link": BlockLink,
	"form": BlockForm, "input": BlockForm, "button": BlockForm, "select": BlockForm, "option": BlockForm, "textarea": BlockForm,
	"isindex": BlockForm, "keygen": BlockForm, "datalist": BlockForm, "output": BlockForm, "audio": BlockMedia, "video": BlockMedia,
	"source": BlockMedia, "track": BlockMedia, "template": BlockTemplate, "slot": BlockTemplate, "foreignobject": BlockSVG,
}

// An implication is what a start tag closes: the innermost of closes, or all of them, up to one of until.
type implication struct {
	closes, until []string
	all           bool
}

var implied = implications()

func implications() map[string]implication {
	m := map[string]implication{
		"li":    {closes: []string{"li"}, until: []string{"ul", "ol", "table", "td", "th", "blockquote", "div"}},
		"dt":    {closes: []string{"dt", "dd"}, until: []string{"dl", "table", "td", "th", "div"}},
		"dd":    {closes: []string{"dt", "dd"}, until: []string{"dl", "table", "td", "th", "div"}},
		"td":    {closes: []string{"td", "th", "caption"}, until: []string{"table"}},
		"th":    {closes: []string{"td", "th", "caption"}, until: []string{"table"}},
		"tr":    {closes: []string{"td", "th", "tr", "caption"}, until: []string{"table"}, all: true},
		"a":     {closes: []string{"a"}, until: []string{"table", "td", "th"}},
		"table": {closes: []string{"p"}, until: []string{"td", "th", "table"}},
	}
	for part := range strings.FieldsSeq("tbody thead tfoot caption colgroup") {
		m[part] = implication{closes: []string{"td", "th", "tr", "tbody", "thead", "tfoot", "caption", "colgroup"}, until: []string{"table"}, all: true}
	}
	for block := range strings.FieldsSeq(`address article aside blockquote center details div dl figcaption figure footer
		h1 h2 h3 h4 h5 h6 header hr main nav ol p pre section summary ul`) {
		m[block] = implication{closes: []string{"p"}, until: []string{"td", "th", "table", "caption"}}
	}
	return m
}

// values checks each attribute that may be written, whatever the element.
var values = map[string]*regexp.Regexp{
	"abbr":        plainText,
	"align":       regexp.MustCompile(`^(?i:left|right|center|middle|justify|top|bottom|absmiddle|baseline)$`),
	"alt":         plainText,
	"bgcolor":     colour,
	"border":      number,
	"bordercolor": colour,
	"cellpadding": number,
	"cellspacing": number,
	"clear":       regexp.MustCompile(`^(?i:left|right|all|none)$`),
	"color":       colour,
	"colspan":     number,
	"datetime":    regexp.MustCompile(`^[0-9A-Za-z:.+ -]{1,40}$`),
	"dir":         regexp.MustCompile(`^(?i:ltr|rtl|auto)$`),
	"face":        regexp.MustCompile(`^[\p{L}\p{N} ,'"_-]{1,200}$`),
	"height":      length,
	"hspace":      number,
	"lang":        regexp.MustCompile(`^[A-Za-z0-9-]{1,40}$`),
	"nowrap":      regexp.MustCompile(`^(?i:nowrap|true|)$`),
	"open":        regexp.MustCompile(`^(?i:open|true|)$`),
	"reversed":    regexp.MustCompile(`^(?i:reversed|true|)$`),
	"rowspan":     number,
	"rules":       regexp.MustCompile(`^(?i:none|groups|rows|cols|all)$`),
	"scope":       regexp.MustCompile(`^(?i:row|col|rowgroup|colgroup)$`),
	"size":        regexp.MustCompile(`^[+-]?[0-9]{1,3}$`),
	"span":        number,
	"start":       regexp.MustCompile(`^-?[0-9]{1,9}$`),
	"summary":     plainText,
	"title":       plainText,
	"type":        regexp.MustCompile(`^(?i:[1aAiI]|disc|circle|square)$`),
	"valign":      regexp.MustCompile(`^(?i:top|middle|bottom|baseline)$`),
	"value":       regexp.MustCompile(`^-?[0-9]{1,9}$`),
	"vspace":      number,
	"width":       length,
}

var (
	plainText = regexp.MustCompile(`^[^\x00-\x08\x0b\x0c\x0e-\x1f]*$`)
	number    = regexp.MustCompile(`^[0-9]{1,4}$`)
	length    = regexp.MustCompile(`^[0-9]{1,4}(?:\.[0-9]{1,3})?(?:px|%)?$`)
	colour    = regexp.MustCompile(`^(?i:#?[0-9a-f]{3,8}|[a-z]{3,30})$`)

	// linkURL, imageURL and styles are the shapes that attributes writes; wall holds it to them.
	linkURL  = regexp.MustCompile(`^(?i:https?://|mailto:|tel:)[^\x00-\x20<>"]*$`)
	imageURL = regexp.MustCompile(`^(?i:https?://[^\x00-\x20<>"]*|/[^/\\\x00-\x20<>"][^\x00-\x20<>"]*|data:image/(?:png|jpeg|jpg|gif|webp);base64,[A-Za-z0-9+/=]*)$`)
	styles   = regexp.MustCompile(`^(?:[a-z-]+: [^\x00-\x1f:;<>@\\{}]+(?:; |$))+$`)
)

// wall is the independent second reading of what the cleaner wrote. It is safe for concurrent use once built.
var wall = newWall()

func newWall() *bluemonday.Policy {
	p := bluemonday.NewPolicy()
	var names []string
	for name := range elements {
		names = append(names, name)
	}
	p.AllowNoAttrs().OnElements(names...)
	for name, value := range values {
		p.AllowAttrs(name).Matching(value).Globally()
	}
	p.AllowAttrs("style").Matching(styles).Globally()
	p.AllowAttrs("href").Matching(linkURL).OnElements("a")
	p.AllowAttrs("rel").Matching(regexp.MustCompile(`^noopener noreferrer nofollow$`)).OnElements("a")
	p.AllowAttrs("target").Matching(regexp.MustCompile(`^_blank$`)).OnElements("a")
	p.AllowAttrs("src").Matching(imageURL).OnElements("img")
	p.AllowAttrs("referrerpolicy").Matching(regexp.MustCompile(`^no-referrer$`)).OnElements("img")
	return p
}
