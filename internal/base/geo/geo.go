// Package geo tells in which country an address of the internet is, by a database that
// the operator supplies in the MaxMind DB format
// (https://maxmind.github.io/MaxMind-DB/), such as GeoLite2 Country, DB-IP Country Lite
// or IPinfo Lite. Nothing is asked of anybody else, and no address is kept.
//
// The answer is a guess: of networks, not of people. It chooses a currency that its
// reader can change, and nothing that matters more.
package geo

import (
	"net/netip"
	"strings"

	"github.com/oschwald/maxminddb-golang/v2"

	"godwit.dev/godwit/internal/base/errs"
)

// Database is an open database. It is safe for use by many at once.
type Database struct{ reader *maxminddb.Reader }

// Open reads a database file; what is none is errs.Invalid.
func Open(path string) (*Database, error) {
	r, err := maxminddb.Open(path)
	if err != nil {
		return nil, errs.Wrap(errs.Invalid, err, "error.country_db", "path", path)
	}
	return &Database{r}, nil
}

// Country returns the country of an address (ISO 3166-1 alpha-2), "" if the database does
// not know it.
func (d *Database) Country(a netip.Addr) string {
	if !a.IsValid() {
		return ""
	}
	found := d.reader.Lookup(a.Unmap())
	for _, path := range [][]any{{"country", "iso_code"}, {"country_code"}, {"country"}} {
		var code string
		if err := found.DecodePath(&code, path...); err == nil && len(code) == 2 {
			return strings.ToUpper(code)
		}
	}
	return ""
}

// Close gives the file back.
func (d *Database) Close() error { return d.reader.Close() }
