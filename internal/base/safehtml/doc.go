// Package safehtml makes the HTML of a mail safe to show beside our own pages.
//
// There are two walls. The first is Mail: the input is read token by token and written anew from short lists of
// elements, attributes, style properties and address schemes, with every text escaped and every element closed; the
// result then passes the policy of an independent sanitizer. No element whose content a browser reads by other rules
// (script, style, svg, math, template, noscript, textarea) is ever written, so that parsing the result again, in any
// context, yields what was written. The second wall is Frame: a document with its own content security policy, to be
// shown in an iframe with a sandbox that allows neither scripts nor our origin.
//
// Words: blocked is what was taken out, as stable codes; a remote image is one that would be fetched from a server,
// which tells the sender that and where the mail was read; a tracking pixel is a remote image too small to see.
//
// The package never fetches anything, and does not keep style sheets: only style attributes survive.
package safehtml
