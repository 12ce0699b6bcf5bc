package carrier

import "testing"

// TestRules holds the check digits against numbers that are published with them.
func TestRules(t *testing.T) {
	for _, c := range []struct{ rule, number, source string }{
		{"gs1", "4006381333931", "EAN of a pencil, known from textbooks"},
		{"gs1", "106141411234567897", "SSCC in the GS1 General Specifications"},
		{"gs1", "9400111206206406260787", "tracking_number_data"},
		{"luhn", "4111111111111111", "a card for tests"},
		{"luhn", "79927398713", "ISO/IEC 7812-1, as commonly explained"},
		{"mod37_36", "A12425GABC1234002M", "ISO/IEC 7064, the GRid standard's example"},
		{"mod37_36", "09980000020033F", "DPD, Parcel Label Specification"},
		{"s10", "RR473124829GB", "UPU S10, as commonly explained"},
		{"s10", "RB123456785CF", "tracking_number_data"},
		{"mod7", "73891051146", "tracking_number_data"},
		{"mod7", "444413758703", "shipping-jp-js"},
		{"weights317", "986578788855", "tracking_number_data"},
		{"weights173", "00300617767839437"[3:], "tracking_number_data"},
		{"alternate12", "5R89390357567127", "tracking_number_data"},
		{"alternate12", "999AA10123456784", "UPS, a number for tests"},
		{"ontrac", "C11031500001879", "tracking_number_data"},
		{"ontrac", "D10011354453707", "tracking_number_data"},
		{"implied91", "71969010756003077385", "tracking_number_data"},
		{"implied92", "61299998820821171811", "tracking_number_data"},
		{"impb", "9261292700768711948021", "tracking_number_data"},
		{"evri", "H01HYA0005747846", "data/README.md, A"},
		{"sf", "1385628716739", "Courier-Validation"},
		{"correos", "PK6Q1D0710032430128440H", "data/README.md, A"},
		{"identcode", "563102430313", "Deutsche Post, Identcode on the example of its description"},
	} {
		rule := rules[c.rule]
		if !rule(c.number) {
			t.Errorf("%s does not agree with %s (%s)", c.rule, c.number, c.source)
		}
		// Any other check character is wrong.
		at := len(c.number) - 1
		if c.rule == "s10" {
			at = 10
		}
		for _, d := range "0123456789" {
			if b := []byte(c.number); byte(d) != b[at] {
				if b[at] = byte(d); rule(string(b)) {
					t.Errorf("%s agrees with %s", c.rule, b)
				}
			}
		}
	}
}

func TestShapes(t *testing.T) {
	for _, bad := range []string{"#{", "[0-9", "#{0}", "#{3-2}", "a", "#{x}", "#{99}", "{3}"} {
		if _, err := expand(bad); err == nil {
			t.Errorf("shape %q is read", bad)
		}
	}
	for _, bad := range []string{"gs2", "gs1@x", "gs1@3+99", "gs1@19"} {
		if _, err := parseCheck(bad, 20); err == nil {
			t.Errorf("check %q is read", bad)
		}
	}
	got, err := expand("1Z[AC-E]#{2-3}")
	if err != nil || len(got) != 2 || len(got[0]) != 5 || len(got[1]) != 6 || got[0][2] != place('A')|place('C')|place('D')|place('E') {
		t.Errorf("%v, %v", got, err)
	}
}

func TestHosts(t *testing.T) {
	for _, c := range []struct {
		key  Key
		host string
		want bool
	}{
		{"dpd", "tracking.dpd.de", true}, {"dpd", "www.dpd.co.uk", true}, {"dpd", "notdpd.de", false}, {"dpd", "dpd.de.evil.example", false},
		{"ups", "www.ups.com", true}, {"ups", "groups.com", false}, {"ups", "ups.com.evil.example", false}, {"dhl", "mydhl.express.dhl.com", true},
	} {
		if who, _ := ByKey(c.key); who.hosted(c.host) != c.want {
			t.Errorf("%s is of %s: %v", c.host, c.key, !c.want)
		}
	}
}

// TestWords holds that words are whole, that the longest is taken, and that scripts without blanks need none.
func TestWords(t *testing.T) {
	d := built()
	for _, c := range []struct {
		text string
		want []string
	}{
		{"groups of ups", []string{"ups"}},
		{"订单号和快递单号", []string{"订单号", "快递单号"}},
		{"the tracking number", []string{"tracking number"}},
		{"Sendungsnummer!", []string{"sendungsnummer"}},
		{"СДЭКом", []string{"сдэк"}},
		{"ورقم التتبع", []string{"رقم التتبع"}},
		{"운송장번호는", []string{"운송장번호"}},
	} {
		folded := fold(c.text)
		var got []string
		for _, h := range d.words.in(folded) {
			var b []rune
			for _, r := range folded[h.start:h.end] {
				b = append(b, r.r)
			}
			got = append(got, string(b))
		}
		if len(got) != len(c.want) {
			t.Errorf("%q: %q", c.text, got)
			continue
		}
		for i := range got {
			if got[i] != c.want[i] {
				t.Errorf("%q: %q", c.text, got)
			}
		}
	}
}
