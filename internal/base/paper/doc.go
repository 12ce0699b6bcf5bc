// Package paper makes PDF pages for printers: labels, slips and forms with text in any script that the fonts have, lines,
// boxes, and codes that scanners read.
//
// Words. A Sheet is a document whose pages have one Size. Measures are millimetres from the upper left corner, sizes of
// type are points. A Box is a place on a page that text is set into: it breaks between words and becomes smaller, as far as
// half its size, rather than leave the box.
//
// Text is brought to the order in which it is seen (UAX #9) and shaped. Latin, Greek, Cyrillic, Chinese, Japanese and
// Korean are set in embedded subsets of fonts. Scripts whose letters change with their neighbours (Arabic, Hebrew with
// points, Thai, Devanagari) are drawn as outlines, since a PDF library that sets character by character leaves them apart;
// their text lies invisibly below, so that it can be searched and copied. A character that no font has is shown as an
// empty frame; Missing tells which ones of a text those are.
//
// Fonts are subsets of the Noto families (font/OFL.txt); scripts/fonts makes them.
//
// The same input makes the same bytes. The package knows nothing of what is printed and reads no files.
package paper
