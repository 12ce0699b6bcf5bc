package outgoing

import (
	"fmt"
	"strings"
	"testing"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/order"
)

func TestASheetGoesOutAndComesBack(t *testing.T) {
	list := []Parcel{
		{ID: 191588405522350080, Number: 104, State: ToSend, To: order.Address{Name: "=HYPERLINK(1)", Line1: "Straße 1; links", City: "Köln", Country: "DE", Phone: "+49 1"}, Lines: []Line{{Case: 1, SKU: "TENT", Title: "Tent, \"two\"", Quantity: 2}, {Case: 2, SKU: "PEG", Quantity: 1}}},
		{ID: 7, State: ToSend, Confirm: true, Lines: []Line{{SKU: "NO"}}},
		{ID: 8, State: Sent, Lines: []Line{{SKU: "NO"}}},
	}
	sheet := string(WriteSheet(list))
	if got := strings.Count(sheet, "\r\n"); got != 3 || strings.Contains(sheet, ",NO,") || !strings.Contains(sheet, "'=HYPERLINK") || !strings.Contains(sheet, "'+49 1") {
		t.Fatalf("%d rows: %s", got, sheet)
	}
	if got, err := ReadSheet([]byte(sheet)); err != nil || len(got) != 0 {
		t.Errorf("a sheet without numbers sends %v, %v", got, err)
	}
	got, err := ReadSheet([]byte(strings.ReplaceAll(sheet, ",,\r\n", ",DHL,0034 0434 1610 9404 2557\r\n")))
	if err != nil || len(got) != 1 || got[0] != (Number{3, list[0].ID, "DHL", "0034 0434 1610 9404 2557"}) && got[0].ID != list[0].ID {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestASheetThatIsWrongNamesItsLine(t *testing.T) {
	a, b := ID(36).Code(), ID(37).Code()
	for _, c := range []struct{ sheet, want string }{
		{"", "1"}, {"sku,qty\n", "1"}, {"replacement,tracking,tracking\n", "1"}, {"replacement,tracking\n\xff,1\n", "1"},
		{"replacement,tracking\nX1,AB123\n", "2"}, {"replacement,tracking\n" + a + ",1.23457E+17\n", "2"}, {"replacement,tracking\n" + a + ",??\n", "2"},
		{"replacement,tracking\n" + a + ",AB123456\n\n" + a + ",AB123457\n", "4"}, {"replacement,tracking\n" + a + ",AB123456\n" + b + ",ab 123456\n", "3"},
		{"replacement,tracking\n" + a + ",\"AB\n", "2"}, {"replacement,tracking\nR9\"0,AB123456\n", "2"}, {"replacement,tracking\n" + a + "," + strings.Repeat("1", 61) + "\n", "2"},
	} {
		_, err := ReadSheet([]byte(c.sheet))
		if f := errs.Fields(err); !errs.Is(err, errs.Invalid) || len(f) != 1 {
			t.Errorf("%q: %v", c.sheet, err)
		} else if got := fmt.Sprint(f[0].Args[1]); f[0].Args[0] != "line" || got != c.want {
			t.Errorf("%q: line %s", c.sheet, got)
		}
	}
	for _, sep := range []string{";", "\t", ","} {
		sheet := strings.ReplaceAll("Tracking|note|REPLACEMENT\nAB123456|x|"+strings.ToLower(a)+"\n|y|nonsense\n", "|", sep)
		if got, err := ReadSheet([]byte(sheet)); err != nil || len(got) != 1 || got[0].ID != 36 || got[0].Line != 2 {
			t.Errorf("%q: %+v, %v", sheet, got, err)
		}
	}
}

// Whatever somebody hands in: it is read or refused, and what is read is one number for one replacement.
func FuzzReadSheet(f *testing.F) {
	f.Add([]byte("replacement,carrier,tracking\nR10,DHL,AB123456\n"))
	f.Add([]byte("\ufeffreplacement;tracking\r\nR10;'=AB\"\n"))
	f.Add(WriteSheet([]Parcel{{ID: 9, State: ToSend, Lines: []Line{{SKU: "A", Quantity: 1}}}}))
	f.Fuzz(func(t *testing.T, data []byte) {
		list, err := ReadSheet(data)
		if err != nil {
			if !errs.Is(err, errs.Invalid) {
				t.Fatal(err)
			}
			return
		}
		ids, keys := map[ID]bool{}, map[string]bool{}
		for _, n := range list {
			key := order.TrackingKey(n.Tracking)
			if n.ID <= 0 || key == "" || ids[n.ID] || keys[key] || n.Line < 2 || len(n.Tracking) > maxTracking {
				t.Fatalf("%+v of %+v", n, list)
			}
			ids[n.ID], keys[key] = true, true
		}
	})
}
