// Package hook knows how vendors prove that a hook is their own: one Scheme for
// each way of signing. All of them compare in constant time, over the bytes as
// they came, and read the body only once its signature fits.
//
// Where a vendor signs the body alone, its id of the event and its topic stand
// outside the signature: whoever has got hold of a signed body could present it
// under another id. What processes such hooks must bear a repeat.
package hook
