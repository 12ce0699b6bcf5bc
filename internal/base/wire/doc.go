// Package wire reads JSON that somebody else wrote, and loses nothing of it.
//
// Words: a [Node] is one value of a document; its path says where it stands (`order.line_items[0].id`); a [Vocabulary]
// names the members that a vendor documents. Numbers stay the text that was sent, so that an identifier beyond 2^53 and
// an amount of money are exact; no float is ever involved.
//
// A reader asks nodes for what it wants, and the document remembers what was asked for. What nobody asked for and no
// vocabulary names is not understood: [Node.Unknown] lists it, so that a vendor's new field is noticed and not lost in
// silence. All reads of an absent member are its zero value: a nil Node is a node that is not there.
//
// The package never judges what a document means, and a document is for one goroutine.
package wire
