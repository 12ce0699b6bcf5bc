package i18n

import (
	"strings"
	"testing"
)

func TestAddressLines(t *testing.T) {
	for _, c := range []struct {
		in   PostalAddress
		want string
	}{
		{PostalAddress{Name: "Wanda Wanderer", Line1: "Hidden Lane 7", City: "Kiel", Postcode: "24103", Country: "DE"}, "Wanda Wanderer|Hidden Lane 7|24103 Kiel"},
		{PostalAddress{Name: "Ann Lee", Line1: "1 Main St", Line2: "Apt 4", City: "Salem", Region: "OR", Postcode: "97301", Country: "US"}, "Ann Lee|1 Main St|Apt 4|Salem, OR 97301"},
		{PostalAddress{Name: "Ann Lee", Line1: "1 Main St", City: "Salem", Country: "US"}, "Ann Lee|1 Main St|Salem"},
		{PostalAddress{Name: "李伟", Line1: "长安街1号", City: "北京市", Region: "北京", Postcode: "100000", Country: "CN"}, "100000|北京北京市|长安街1号|李伟"},
		{PostalAddress{Name: "Li Wei", Line1: "1 Chang'an Ave", City: "Beijing", Postcode: "100000", Country: "CN"}, "Li Wei|1 Chang'an Ave|Beijing|100000"},
		{PostalAddress{Name: "山田太郎", Line1: "丸の内1-1", City: "千代田区", Region: "東京都", Postcode: "100-0005", Country: "JP"}, "〒100-0005|東京都|千代田区|丸の内1-1|山田太郎"},
		{PostalAddress{Name: "Иван Иванов", Line1: "ул. Ленина, 1", City: "Пермь", Region: "Пермский край", Postcode: "614000", Country: "RU"}, "Иван Иванов|ул. Ленина, 1|Пермь|Пермский край|614000"},
		{PostalAddress{Name: "N", Line1: "A", City: "C", Postcode: "1", Country: "??"}, "N|A|1 C"},
		{PostalAddress{}, ""},
	} {
		if got := strings.Join(c.in.Lines(), "|"); got != c.want {
			t.Errorf("%+v:\n got %s\nwant %s", c.in, got, c.want)
		}
	}
}

// TestAddressTable holds the table to forms that Lines reads.
func TestAddressTable(t *testing.T) {
	if n := len(addressFormats()); n < 190 {
		t.Fatalf("%d countries", n)
	}
	for country, formats := range addressFormats() {
		for _, f := range formats {
			for i := range len(f) {
				if f[i] == '%' && (i+1 == len(f) || !strings.ContainsRune("NOACSZDXn", rune(f[i+1]))) {
					t.Errorf("%s: %s", country, f)
				}
			}
		}
	}
}
