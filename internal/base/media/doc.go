// Package media tells what a file is by its bytes, and takes out of it where it was made.
//
// Words. The type of a file is its media type, read from its first bytes and never from its name. To clean a photo is to
// drop what a camera wrote beside the pixels (place, owner, device, thumbnail); which way it stands is kept. Of a video
// the boxes are blanked in which cameras write the place; sound and pictures stay as they are, byte for byte.
//
// The package draws nothing, needs no decoder, and runs nothing that it is given.
package media
