// Package picture makes previews of pictures that strangers sent.
//
// A preview is drawn anew from the pixels alone: it holds nothing of the bytes
// that came, neither metadata (places, names, thumbnails) nor what another
// program's decoder might stumble over. It is a JPEG, or a PNG where the picture
// is transparent, and it stands upright (EXIF orientation).
//
// Its words: the edition is the number of the way in which previews are drawn; the
// cost of a picture is the memory that its decoder may take, in bytes, told from
// its header before a pixel is read. What costs more than there is to spend is
// refused, and what is drawn at the same time shares one budget.
//
// It never keeps anything, never reads more than it was given, and knows no
// format that needs a foreign decoder: AVIF, HEIC and SVG have no preview.
package picture
