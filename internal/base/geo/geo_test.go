package geo

import (
	"net/netip"
	"os"
	"path/filepath"
	"testing"

	"godwit.dev/godwit/internal/base/errs"
)

// text, number and fields write values as the format's data section has them.
func text(s string) []byte { return append([]byte{2<<5 | byte(len(s))}, s...) }

func number(kind, n byte) []byte { return []byte{kind<<5 | 1, n} }

func fields(list ...[]byte) []byte {
	out := []byte{7<<5 | byte(len(list)/2)}
	for _, b := range list {
		out = append(out, b...)
	}
	return out
}

// database is a file of one node: the lower half of the addresses is in a country, of the
// upper half nothing is known.
func database(t *testing.T, record []byte) string {
	t.Helper()
	file := []byte{0, 0, 17, 0, 0, 1} // left: the first record; right: nothing
	file = append(file, make([]byte, 16)...)
	file = append(file, record...)
	file = append(file, "\xab\xcd\xefMaxMind.com"...)
	file = append(file, fields(
		text("binary_format_major_version"), number(5, 2), text("binary_format_minor_version"), []byte{5 << 5}, text("build_epoch"), []byte{1, 2, 1},
		text("database_type"), text("Test"), text("description"), fields(), text("ip_version"), number(5, 4), text("languages"), []byte{0, 4},
		text("node_count"), number(6, 1), text("record_size"), number(5, 24),
	)...)
	path := filepath.Join(t.TempDir(), "country.mmdb")
	if err := os.WriteFile(path, file, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestCountry(t *testing.T) {
	for name, record := range map[string][]byte{
		"as MaxMind writes it": fields(text("country"), fields(text("iso_code"), text("DE"))), "as IPinfo writes it": fields(text("country_code"), text("de")), "flat": fields(text("country"), text("DE")),
	} {
		d, err := Open(database(t, record))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		for address, want := range map[string]string{"10.0.0.1": "DE", "::ffff:10.0.0.1": "DE", "203.0.113.9": "", "2001:db8::1": ""} {
			if got := d.Country(netip.MustParseAddr(address)); got != want {
				t.Errorf("%s: %s is in %q", name, address, got)
			}
		}
		if got := d.Country(netip.Addr{}); got != "" {
			t.Errorf("no address is in %q", got)
		}
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	}
}

func TestWhatIsNoDatabase(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x")
	if err := os.WriteFile(path, []byte("no database"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, p := range []string{path, path + "y"} {
		if _, err := Open(p); !errs.Is(err, errs.Invalid) {
			t.Errorf("%s: %v", p, err)
		}
	}
}

func FuzzOpen(f *testing.F) {
	f.Add([]byte("\xab\xcd\xefMaxMind.com"))
	f.Fuzz(func(t *testing.T, data []byte) {
		path := filepath.Join(t.TempDir(), "x")
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		if d, err := Open(path); err == nil {
			_ = d.Country(netip.MustParseAddr("192.0.2.1"))
			_ = d.Close()
		}
	})
}
