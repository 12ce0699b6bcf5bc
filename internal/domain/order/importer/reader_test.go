package importer

import (
	"encoding/csv"
	"errors"
	"io"
	"reflect"
	"strings"
	"testing"
	"time"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"
	"pgregory.net/rapid"
)

func readAll(text string, delim byte) (records [][]string, lines []int, bad int) {
	r := newReader(strings.NewReader(text))
	r.delim = delim
	for {
		rec, line, err := r.read()
		switch {
		case errors.Is(err, io.EOF):
			return records, lines, bad
		case err != nil:
			bad++
		default:
			records, lines = append(records, rec), append(lines, line)
		}
	}
}

func TestReader(t *testing.T) {
	records, lines, bad := readAll("a,b\r\n\r\n\"x\ny\",\"say \"\"hi\"\"\"\n5\" pipe,z\n\"a \"quoted\" b\",c\n\"open,1\nd,e\n", ',')
	want := [][]string{{"a", "b"}, {"x\ny", `say "hi"`}, {`5" pipe`, "z"}, {`a "quoted" b`, "c"}, {"d", "e"}}
	if !reflect.DeepEqual(records, want) || bad != 1 || !reflect.DeepEqual(lines, []int{1, 3, 5, 6, 8}) {
		t.Errorf("%q on lines %v, %d bad; want %q", records, lines, bad, want)
	}
}

func TestReaderReadsWhatTheStandardWriterWrites(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		value := rapid.StringMatching("[a-z\",; \n]{0,8}x")
		want := rapid.SliceOfN(rapid.SliceOfN(value, 2, 5), 1, 6).Draw(t, "records")
		var b strings.Builder
		w := csv.NewWriter(&b)
		if err := w.WriteAll(want); err != nil {
			t.Fatal(err)
		}
		if got, _, bad := readAll(b.String(), ','); bad != 0 || !reflect.DeepEqual(got, want) {
			t.Fatalf("%q reads as %q, %d bad", b.String(), got, bad)
		}
	})
}

func TestReaderPassesOverALineThatNeverEnds(t *testing.T) {
	records, _, bad := readAll("a,b\n"+strings.Repeat("x", 3*maxRecord)+"\nc,d\n", ',')
	if len(records) != 2 || bad != 1 {
		t.Errorf("%d records, %d bad", len(records), bad)
	}
}

func FuzzReader(f *testing.F) {
	f.Add("a,b\n\"x\ny\",\"\"\"\"\n\"open\n1,2")
	f.Add("\"\"\"\"\"\n\xff,\x00\r\r\n")
	f.Fuzz(func(t *testing.T, text string) {
		records, lines, _ := readAll(text, ',')
		last := 0
		total := 0
		for i, rec := range records {
			if len(rec) == 0 || lines[i] <= last {
				t.Fatalf("record %d of %d values on line %d after %d", i, len(rec), lines[i], last)
			}
			last = lines[i]
			for _, v := range rec {
				total += len(v)
			}
		}
		if total > len(text) {
			t.Fatalf("%d bytes of values from %d", total, len(text))
		}
		sniff(text)
		detect([]byte(text))
	})
}

func FuzzValues(f *testing.F) {
	for _, s := range []string{"1.234,50 €", "(12)", "2026-02-11 09:15:28 +0100", "3/4/26", "1e5"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for _, c := range []string{"EUR", "JPY", "KWD"} {
			if v, err := parseAmount(s, c, 0); err != nil && v != 0 {
				t.Errorf("an amount and an error: %d, %v", v, err)
			}
		}
		parseDate(s, time.UTC, true)
		parseQuantity(s)
	})
}

func TestDetect(t *testing.T) {
	for _, c := range []struct {
		enc  encoding.Encoding
		text string
	}{
		{charmap.Windows1251, "Номер заказа;Покупатель\n1;Сергей\n"},
		{charmap.Windows1251, "Order;Город\n1;МОСКВА\n2;Ярославль\n"},
		{simplifiedchinese.GB18030, "订单号,客户\n1,王小明\n"},
		{charmap.Windows1252, "Número;Dirección\n1;Calle Peñón, São João, Köln\n"},
		{unicode.UTF8, "Número;订单;Заказ\n"},
		{unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM), "Order Number;Total\n1;2\n"},
		{unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM), "Order Number;Total\n1;2\n"},
	} {
		raw, err := c.enc.NewEncoder().String(c.text)
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(utf8Text(strings.NewReader(raw), detect([]byte(raw))))
		if err != nil || string(got) != c.text {
			t.Errorf("%v: %q reads as %q, %v", c.enc, c.text, got, err)
		}
	}
}
