// Package brand owns how a shop looks to its customers on the pages of package
// portal: its name, its logo, one colour, where help is, the languages offered, and
// the host of its own on which the pages stand.
//
// Words. A brand is the look of one shop; a shop without one has the zero Brand, which
// is a whole look too. The accent is the one colour; two shades of it are computed, one
// for light and one for dark pages, that can be read there (WCAG 2.2, 1.4.3). An icon is
// a square picture for browsers and home screens, made of the logo, or of the shop's
// initials. A domain is a host of the shop's own; it is proven once its owner has put our
// record into the DNS and the host leads to this installation. That is looked at again every
// day: the workspace's owners are warned once the proof has been gone for three days, and
// after fourteen the host is withdrawn, as if it had never been proven. A DNS that does not
// answer proves nothing either way.
//
// A logo is drawn anew from its pixels, as previews are: no byte of what was uploaded
// reaches a browser. Vector pictures are refused, for they are programs.
//
// A host that is not proven shows nothing and gets no certificate, for whoever names a
// host need not own it. Nothing here is secret, and nothing is about a customer.
package brand
