package carrier_test

import (
	"strings"
	"testing"

	"godwit.dev/godwit/internal/domain/carrier"
)

// BenchmarkFind tells the texts a second: messages with numbers of many kinds, with tracking numbers, and hostile ones of
// a megabyte.
func BenchmarkFind(b *testing.B) {
	var mixed, tracked []string
	for _, r := range lines[struct{ Text string }](b, "testdata/none.jsonl") {
		mixed = append(mixed, r.Text)
	}
	for _, m := range texts {
		text, _ := strip(m)
		tracked = append(tracked, text)
	}
	megabyte := func(part string) []string { return []string{strings.Repeat(part, 1<<20/len(part))} }
	for name, list := range map[string][]string{
		"others":         mixed,
		"numbers":        tracked,
		"hostile/ones":   megabyte("1 "),
		"hostile/twelve": megabyte("1 2 3 4 5 6 7 8 9 0 1 2, "),
		"hostile/run":    megabyte("1234567890"),
		"hostile/dash":   megabyte("12-"),
		"hostile/word":   megabyte("tracking number 986578788855 "),
		"hostile/link":   megabyte("http://dhl.de/track?n=986578788855&"),
		"hostile/iban":   megabyte("DE89 3704 0044 0532 0130 00 "),
		"hostile/names":  megabyte("tracking sendungsnummer ups dhl 1Z5R89390357567127"),
		"hostile/zero":   megabyte("1\u200b2\u200b-"),
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				for _, text := range list {
					carrier.Find(text, carrier.Hints{})
				}
			}
			b.ReportMetric(float64(len(list)*b.N)/b.Elapsed().Seconds(), "texts/s")
		})
	}
}

func BenchmarkRecognise(b *testing.B) {
	for _, number := range []string{"1Z5R89390357567127", "986578788855", "NOTANUMBER12"} {
		b.Run(number, func(b *testing.B) {
			for b.Loop() {
				carrier.Recognise(number)
			}
		})
	}
}
