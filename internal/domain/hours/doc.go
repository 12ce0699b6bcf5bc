// Package hours knows when a desk is open, and when a promise that counts only
// open time is due.
//
// A Calendar has a zone, spans of the week in that zone's wall time, holidays
// (wall dates that are closed from midnight to midnight), and closures (spans of
// instants). An instant counts if its wall time lies in a span of its weekday, its
// date is no holiday, and it lies in no closure and no pause. The wall's clock is
// asked instant by instant: hours that a change of clocks skips never count, hours
// that it repeats count twice, and a date that the zone skipped does not exist.
//
// Due is the end of the last counted moment, so that time that is used up at
// closing time is due then and not at the next opening. Between two changes of a
// zone's offset wall time runs evenly; the package goes from change to change and
// day by day within, and never minute by minute.
//
// A Chain is several calendars that take over from each other around the world: it is
// open whenever one of them is.
//
// The package keeps the public holidays of countries (Holidays) and longer closures
// around them (Events), with where they are from in data/NOTICE.md. It decides nothing
// about who closes when: a calendar names them.
package hours
