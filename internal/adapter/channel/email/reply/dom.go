package reply

import (
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// role is what a mail client's element says about its content.
type role uint8

const (
	roleNone role = iota
	roleQuote
	roleAttribution
	roleWeakQuote // a blockquote that a writer may have made
	roleSignature
	roleHistory // this element and all that follows
)

// quoteClasses mark elements that hold history. Outlook puts "x_" before the
// class names of the mail it quotes, which is then inside a quote anyway.
var quoteClasses = map[string]role{
	"gmail_attr": roleAttribution, "yahoo_quoted": roleQuote, "protonmail_quote": roleQuote, "proton_quote": roleQuote, "tutanota_quote": roleQuote,
	"moz-cite-prefix": roleAttribution, "moz-email-headers-table": roleQuote, "moz-forward-container": roleQuote, "zmail_extra": roleQuote, "zmail_extra_hr": roleAttribution,
	"ms-outlook-mobile-reference-message": roleQuote, "quoted-text": roleQuote, "airmail_ext_on": roleAttribution, "mail_quote": roleQuote, "mail-quote": roleQuote,
	"outlookmessageheader": roleHistory, "wordsection-reply": roleHistory, "apple-mail-quote": roleQuote, "mailmate_quote": roleQuote, "fastmail-quote": roleQuote,
	"nylas-quote": roleQuote, "front-blockquote": roleQuote, "freshdesk_quote": roleQuote, "zendesk_quote": roleQuote, "helpscout_quote": roleQuote,
	"ox-quote": roleQuote, "cite-author": roleAttribution, "replied-message": roleQuote, "js-helper-quote": roleQuote, "mail-quote-collapse": roleQuote, "ntes_quote": roleQuote,

	"gmail_signature": roleSignature, "gmail_signature_prefix": roleSignature, "moz-signature": roleSignature, "ms-outlook-mobile-signature": roleSignature, "protonmail_signature_block": roleSignature,
	"tutanota_signature": roleSignature, "yahoo-signature": roleSignature, "ydp-signature": roleSignature, "mail-signature": roleSignature, "zmail_signature_below": roleSignature,
	"applemailsignature": roleSignature, "fm-signature": roleSignature, "xm_mail_oringinal_describe": roleQuote, "mailmastersignature": roleSignature, "ntes-mailmaster-signature": roleSignature,
}

// quoteIDs are the ids that mark such elements; lower case.
var quoteIDs = map[string]role{
	"divrplyfwdmsg": roleHistory, "x_divrplyfwdmsg": roleHistory, "appendonsend": roleHistory, "mail-editor-reference-message-container": roleQuote, "olk_src_body_section": roleQuote,
	"isreplycontent": roleQuote, "isforwardcontent": roleQuote, "replyblockquote": roleQuote, "reply-intro": roleAttribution, "forwardbody1": roleQuote, "replybody1": roleQuote, "spark-quote": roleQuote, "stopspelling": roleHistory, "zwchr": roleHistory, "hr-zwchr": roleHistory,
	"orig-message": roleHistory, "orimsghtmlseperator": roleHistory, "composewebview_previouse_content": roleQuote, "composewebview_editable_content_quote": roleQuote,
	"applemailsignature": roleSignature, "signature": roleSignature, "ms-outlook-mobile-signature": roleSignature, "ymail_android_signature": roleSignature, "yahoo_signature": roleSignature, "ntes-pcmail-signature": roleSignature,
	"mailsignature": roleSignature, "bloop_sign": roleSignature,
}

// quoteIDPrefixes are the ids that clients number.
var quoteIDPrefixes = []struct {
	prefix string
	role   role
}{
	{"isreplycontent", roleQuote}, {"yahoo_quoted", roleQuote}, {"ymail_android_signature", roleSignature}, {"bloop_sign", roleSignature}, {"applemailsignature", roleSignature}, {"x_divrplyfwdmsg", roleHistory},
}

// findRoles gives the elements of a tree their roles.
func findRoles(root *html.Node) map[*html.Node]role {
	roles := map[*html.Node]role{}
	for n := root; n != nil; n = following(n, root) {
		if n.Type != html.ElementNode || roles[n] != roleNone {
			continue
		}
		if isGmailQuote(n) {
			markGmail(n, roles)
			continue
		}
		if r := roleOf(n); r != roleNone {
			roles[n] = r
		}
	}
	return roles
}

// following returns the node after n in document order, or nil.
func following(n, root *html.Node) *html.Node {
	if n.FirstChild != nil {
		return n.FirstChild
	}
	return skipping(n, root)
}

// skipping returns the node after n and all below it.
func skipping(n, root *html.Node) *html.Node {
	for n != root && n.NextSibling == nil {
		n = n.Parent
	}
	if n == root {
		return nil
	}
	return n.NextSibling
}

func roleOf(n *html.Node) role {
	for c := range strings.FieldsSeq(strings.ToLower(attr(n, "class"))) {
		if r := quoteClasses[strings.TrimPrefix(c, "x_")]; r != roleNone {
			return r
		}
		if strings.HasPrefix(c, "yahoo_quoted") || strings.HasSuffix(c, "yahoo_quoted") {
			return roleQuote
		}
		if strings.HasSuffix(c, "signature") && strings.HasPrefix(c, "ydp") {
			return roleSignature
		}
	}
	if id := strings.ToLower(attr(n, "id")); id != "" {
		if r := quoteIDs[id]; r != roleNone {
			return r
		}
		for _, p := range quoteIDPrefixes {
			if strings.HasPrefix(id, p.prefix) {
				return p.role
			}
		}
	}
	switch {
	case attr(n, "name") == "messageReplySection": // Spark
		return roleQuote
	case attr(n, "name") == "messageSignatureSection", attr(n, "data-smartmail") == "gmail_signature", attr(n, "data-signatureblock") == "true":
		return roleSignature
	case attr(n, "data-marker") == "__DIVIDER__": // Zimbra
		return roleHistory
	}
	switch n.DataAtom {
	case atom.Blockquote:
		return blockquoteRole(n)
	case atom.Div:
		if isOutlookRule(attr(n, "style")) && startsWithHeader(n) {
			return roleHistory
		}
	}
	if n.Data == "includetail" { // QQ Mail wraps the mail it answers in it
		return roleQuote
	}
	return roleNone
}

// blockquoteRole tells a client's quote from an indent, which Gmail and Outlook
// write as a blockquote without a border.
func blockquoteRole(n *html.Node) role {
	if strings.EqualFold(attr(n, "type"), "cite") || attr(n, "cite") != "" {
		return roleQuote
	}
	class := strings.ToLower(attr(n, "class"))
	for _, c := range []string{"gmail_quote", "quote", "cite", "mail", "yahoo", "ios", "reply"} {
		if strings.Contains(class, c) {
			return roleQuote
		}
	}
	style := strings.ReplaceAll(strings.ToLower(attr(n, "style")), " ", "")
	switch {
	case strings.Contains(style, "border:none") || strings.Contains(style, "border-style:none") || strings.Contains(style, "border:0"):
		if strings.Contains(style, "border-left:") {
			return roleQuote
		}
		return roleNone
	case strings.Contains(style, "border-left"):
		return roleQuote
	case strings.HasPrefix(strings.ToLower(attr(n, "id")), "quote"):
		return roleQuote
	}
	return roleWeakQuote
}

// isOutlookRule recognises the line that Outlook and Windows Mail draw above the
// header block.
func isOutlookRule(style string) bool {
	if len(style) > 1<<12 {
		return false
	}
	style = strings.ReplaceAll(strings.ToLower(style), " ", "")
	return strings.Contains(style, "border-top:solid") || strings.Contains(style, "border-top:") && strings.Contains(style, "solid") ||
		strings.Contains(style, "border-top-style:solid") || strings.Contains(style, "border-width:1ptnonenone") || strings.Contains(style, "border-style:solidnonenone")
}

// startsWithHeader reports whether the first text in n is the label of a sender or
// date field.
func startsWithHeader(n *html.Node) bool {
	var b strings.Builder
	for m := n; m != nil && b.Len() < 2*maxLabel; m = following(m, n) {
		if m.Type == html.TextNode {
			b.WriteString(m.Data)
		}
	}
	f, _ := headerLine(visible(b.String()))
	return f == fieldFrom || f == fieldDate
}

func isGmailQuote(n *html.Node) bool {
	if n.DataAtom != atom.Div {
		return false
	}
	for c := range strings.FieldsSeq(attr(n, "class")) {
		if c == "gmail_quote" || c == "gmail_quote_container" {
			return true
		}
	}
	return false
}

// markGmail gives roles within Gmail's quote container. Whoever answers between
// the lines in Gmail writes inside it, between its blockquotes; so only what stands
// above the first blockquote, and the blockquotes, are history.
func markGmail(n *html.Node, roles map[*html.Node]role) {
	first := n
	for first != nil && first.DataAtom != atom.Blockquote {
		first = following(first, n)
	}
	if first == nil {
		roles[n] = roleQuote
		return
	}
	// Everything before the blockquote within n, in whole subtrees.
	above := map[*html.Node]bool{}
	for m := first.Parent; m != nil && m != n; m = m.Parent {
		above[m] = true
	}
	for m := n.FirstChild; m != nil && m != first; {
		if above[m] {
			m = m.FirstChild
			continue
		}
		// Words outside a block of their own are left to the rules for text.
		if m.Type == html.ElementNode && m.DataAtom != atom.Br && isBlock(m.DataAtom) {
			roles[m] = roleAttribution
		}
		m = skipping(m, n)
	}
	roles[first] = roleQuote
}
