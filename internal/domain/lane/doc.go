// Package lane learns from the gaps between the scans of parcels how long
// silences last on each lane, says of a parcel on its way whether its silence
// is unusual and when it arrives, and why. Everything is pure: evidence and now
// in, verdict out.
//
// # Words
//
// A lane is origin, destination and service. A stage is what the last scan
// said. A gap is the time from a scan to the next; open, it is a silence. A
// scope is what evidence is kept of: the lane, or one of the pools above it
// (pair of countries, pair of regions, world). A clock is a lane's own time,
// which runs slower on days on which less is scanned; hours below are the
// clock's. A level (watch, stalled, presumed lost) is how serious a silence is.
//
// # Gaps
//
// Time is cut into 40 bins that widen with its logarithm up to a horizon of 120
// days. Of each bin k a cell keeps the ends of gaps D and the time waited W, in
// widths of the bin. The hazard of a bin is D/W, which is the maximum likelihood
// of a hazard that is constant within bins (Holford 1980, Friedman 1982), and
//
//	S(t) = exp(-sum of hazards to t)
//
// is the chance of a gap longer than t: the estimate of Kaplan and Meier (1958)
// on that grid. A gap that is still open has waited and not ended, so that
// silences count from their first hour and not when somebody gives them up
// (right censoring). S at the horizon is the share of gaps that no scan ends.
// Evidence halves in weight with every half-life of age; sums that fade alike
// add up in any order.
//
// # Pools
//
// A cell of little evidence leans on the wider ones. Hazards have a gamma prior
// around those of the parent, and the posterior mean takes their place
// (empirical Bayes; Clayton & Kaldor 1987). First the level from the
// shorter bins, discounted by 0.6 for each, against a fixed root r:
//
//	level = (sum D + 4) / (sum W r + 4 r/parent)
//	hazard = (D + 3) / (W + 3/(level r))
//
// Levels look at shorter gaps alone. Evidence of a longer gap therefore never
// makes S fall before its end, at any pool; a property test holds it.
//
// # Seasons
//
// Holidays and sales (events.csv, with sources) and weekends have a speed v: the
// part of a plain weekday's scans that their days have. Ends seen on such days
// are divided by those that the curves expect there at full speed, shrunk to
// the table's speed with the weight of 30 ends, for each country and apart for
// parcels that lie there and parcels under way. Gaps are measured on the clock
// that these speeds make (time-varying acceleration; Cox & Oakes 1984, ch. 5).
//
// # Verdicts
//
// Of all gaps, S(t) - S(horizon) are longer than t and end in a scan: who calls
// a silence of t stalled is wrong so often. A parcel has several silences on
// its way, and the set rate is that of parcels; so the rarest silence of each
// parcel that arrived is remembered, and the limit is the one that the set
// share of them passed (conformal prediction; Vovk, Gammerman & Shafer 2005).
// Presumed lost is a silence of t with S(horizon)/S(t), the chance that no scan
// comes any more, at 0.9, and the carrier's own window over. All three follow
// from three limits for each lane and stage, which is why a sweep is quick, and
// why a verdict can say when it next changes.
//
// # Arrival
//
// A forecast is the rest of the silence, S given that it is longer than now,
// followed by the way from the next scan to delivery, which is counted for each
// stage and step in it (Dirichlet prior around the wider pool). Delivered parcels
// are ranked within the forecasts they would have had, before they are learned
// from, and quantiles are read off at the ranks that held so far (calibrated
// quantiles; Kuleshov, Fenner & Ermon 2018).
//
// It keeps no parcels, reads no clock and no table of a database, and has no
// words of its own for people: reasons are keys and values.
package lane
