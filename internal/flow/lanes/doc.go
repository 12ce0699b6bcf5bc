// Package lanes joins what package lane learns with the parcels of a workspace.
//
// It keeps the evidence of each workspace, learns from what carriers tell, and
// says of a parcel on its way when it arrives, how unusual its silence is, and
// why, in sentences that a catalogue has words for.
//
// Words. An outlook is what is expected of one parcel. A sentence is a key of the
// catalogue and what stands in it. A window is the time in which a carrier takes
// a search request or a claim. A row of performance is what one lane did.
//
// The package reads no clock of its own and knows no page, no carrier and no
// vendor; statistics are those of package lane.
package lanes
