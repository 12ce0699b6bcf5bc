package triage_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"testing"

	"godwit.dev/godwit/internal/domain/triage"
)

// odd are messages about things that no phrase tells of, with what an agent said that they are about.
func odd(n int, topic triage.Topic) (out []triage.Correction) {
	for i := range n {
		text := fmt.Sprintf([]string{"the %s zorblax is here but sings", "my %s zorblax sings again", "%s zorblax singing all night", "why does the zorblax sing %s"}[i%4],
			[]string{"blue", "small", "tall", "grey", "heavy", "second", "first", "garden"}[i%8])
		out = append(out, triage.Correction{Text: text, Language: "en", Topic: topic})
	}
	return out
}

func ask(c *triage.Classifier, text string) triage.Topic {
	return c.Classify(triage.Message{Text: text, Language: "en"}, triage.Evidence{}).Topic
}

func TestLearn(t *testing.T) {
	c := triage.Default()
	l := c.Learn(c, odd(16, triage.Defective))
	if l.Judgement != triage.Adopted || l.Aside.After.Right <= l.Aside.Before.Right || l.Shipped.After.Right < l.Shipped.Before.Right || l.Shipped.After.All < 800 {
		t.Fatalf("%+v", l)
	}
	taught, err := c.With(l.Learnt)
	if err != nil {
		t.Fatal(err)
	}
	if is := ask(taught, "a zorblax that sings"); is != triage.Defective {
		t.Errorf("it reads %s", is)
	}
	if is := ask(c, "a zorblax that sings"); is == triage.Defective {
		t.Error("the shipped classifier itself changed")
	}

	// The same corrections in another order give the same lesson, byte for byte, and nothing more is to be learned of them.
	turned := odd(16, triage.Defective)
	slices.Reverse(turned)
	if again := c.Learn(c, turned); !bytes.Equal(again.Learnt, l.Learnt) || again.Source != l.Source {
		t.Error("the order of the corrections matters")
	}
	if again := c.Learn(taught, turned); again.Judgement != triage.NoBetter || again.Learnt != nil {
		t.Errorf("learned twice: %s", again.Judgement)
	}
	if more := c.Source(append(turned, odd(1, triage.Praise)...)); more == l.Source {
		t.Error("another correction has the same source")
	}
}

func TestLearnRefuses(t *testing.T) {
	c := triage.Default()
	if l := c.Learn(c, odd(4, triage.Defective)); l.Judgement != triage.TooFew || l.Learnt != nil {
		t.Errorf("four corrections: %s", l.Judgement)
	}
	if l := c.Learn(c, nil); l.Judgement != triage.TooFew {
		t.Errorf("no corrections: %s", l.Judgement)
	}
	// Corrections that turn what everybody means: what Godwit keeps aside stands against them.
	var against []triage.Correction
	for i := range 40 {
		against = append(against, triage.Correction{Text: fmt.Sprintf("where is my %s order, it has not arrived", []string{"last", "new", "big", "whole"}[i%4]), Language: "en", Topic: triage.Praise},
			triage.Correction{Text: fmt.Sprintf("I want a refund for the %s", []string{"lamp", "vase", "chair", "table"}[i%4]), Language: "en", Topic: triage.Praise})
	}
	if l := c.Learn(c, against); l.Judgement == triage.Adopted && l.Shipped.After.Right < l.Shipped.Before.Right || ask(c, "where is my order") == triage.Praise {
		t.Errorf("adopted though worse: %+v", l)
	}
	// Corrections that contradict those kept aside.
	l := c.Learn(c, odd(16, triage.Defective))
	taught, err := c.With(l.Learnt)
	if err != nil {
		t.Fatal(err)
	}
	if l := c.Learn(taught, odd(4, triage.Defective)); l.Judgement == triage.Adopted {
		t.Error("fewer corrections than it needs were adopted")
	}
	for _, broken := range [][]byte{nil, l.Learnt[:20], l.Learnt[:50], append([]byte("another"), l.Learnt...)} {
		if _, err := c.With(broken); err == nil {
			t.Errorf("a lesson of %d bytes is read", len(broken))
		}
	}
}

// TestLearnOfABank plays a merchant of another trade: agents correct what is misread of one half of the messages to a bank,
// and the other half, which nobody corrected, is read better for it.
func TestLearnOfABank(t *testing.T) {
	f, err := os.Open("testdata/banking77.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	c := triage.Default()
	var corrections, rest []triage.Correction
	right := func(c *triage.Classifier) (n int) {
		for _, x := range rest {
			if ask(c, x.Text) == x.Topic {
				n++
			}
		}
		return n
	}
	i := 0
	for s := bufio.NewScanner(f); s.Scan(); i++ {
		var m struct {
			Text   string
			Topics []triage.Topic
		}
		if err := json.Unmarshal(s.Bytes(), &m); err != nil {
			t.Fatal(err)
		}
		x := triage.Correction{Text: m.Text, Language: "en", Topic: m.Topics[0]}
		if i%2 == 1 {
			rest = append(rest, x)
		} else if !slices.Contains(m.Topics, ask(c, m.Text)) {
			corrections = append(corrections, x)
		}
	}
	l := c.Learn(c, corrections)
	if l.Judgement != triage.Adopted {
		t.Fatalf("%+v", l)
	}
	taught, err := c.With(l.Learnt)
	if err != nil {
		t.Fatal(err)
	}
	before, after := right(c), right(taught)
	t.Logf("%d corrections, %d bytes: of %d messages that nobody corrected %.1f %% were read right before, %.1f %% after; shipped %+v, aside %+v, taught %+v", len(corrections), len(l.Learnt),
		len(rest), 100*float64(before)/float64(len(rest)), 100*float64(after)/float64(len(rest)), l.Shipped, l.Aside, l.Taught)
	if after < before+len(rest)/100 {
		t.Errorf("%d were read right before, %d after", before, after)
	}
}

func BenchmarkLearn(b *testing.B) {
	c := triage.Default()
	all := odd(8, triage.Defective)
	for i := range triage.MostCorrections - 8 {
		all = append(all, triage.Correction{Text: fmt.Sprintf("word%c%c and thing%c%c came late to our town, please look at it and tell us what you think of it", 'a'+i%26, 'a'+i/26%26, 'a'+i%7, 'a'+i%11), Language: "en", Topic: triage.Topics()[i%5]})
	}
	for b.Loop() {
		c.Learn(c, all)
	}
}
