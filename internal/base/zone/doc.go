// Package zone knows what time it may be at an address.
//
// Words. A zone is one of the IANA time zone database. Where a country has several, an
// address is in one of those whose principal towns are near its own town; where the town
// is not known, any of them may be the right one.
//
// Near towns are a good guess and no law. Who wants to be sure asks for all the hours
// that it may be to be decent, which is what [Next] does.
package zone
