package shipped

import (
	"cmp"
	"embed"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"godwit.dev/godwit/internal/domain/habit"
	"godwit.dev/godwit/internal/domain/triage"
)

//go:embed macros.json text/*.json
var files embed.FS

// Macro is one that comes with Godwit.
type Macro struct {
	Key     string            `json:"key"`    // "lost"
	Number  int64             `json:"number"` // from 1, never given twice
	Folder  string            `json:"folder"` // a key: delivery, order, returns, refunds, goods, money, talk or alarm
	Topics  []triage.Topic    `json:"topics"` // what it answers, most fitting first
	Alarms  []triage.Alarm    `json:"alarms"`
	Mood    triage.Mood       `json:"mood"`    // "" for any
	Status  string            `json:"status"`  // of the ticket after the reply; "" leaves it
	Waiting string            `json:"waiting"` // for whom, if the status is pending
	Names   map[string]string `json:"names"`   // by language of the console
}

// Text is what the shipped macros say in one language, addressing the customer in one way.
type Text struct {
	Language string            `json:"language"` // BCP 47
	Address  habit.Formality   `json:"address"`  // neutral where the language does not tell
	Greeting string            `json:"greeting"`
	Closing  string            `json:"closing"`
	Texts    map[string]string `json:"texts"` // by the macro's key
}

// Of returns the whole reply of a macro, "" if the language lacks it.
func (t Text) Of(key string) string {
	body := t.Texts[key]
	if body == "" {
		return ""
	}
	return t.Greeting + "\n\n" + body + "\n\n" + t.Closing
}

var macros, texts = read()

// Macros returns the shipped macros by their numbers. What they hold is not to be changed.
func Macros() []Macro { return slices.Clone(macros) }

// Texts returns what the macros say, by language and address. What they hold is not to be changed.
func Texts() []Text { return slices.Clone(texts) }

// read reads the files that are part of the program, which a test reads as well: a mistake in them stops the program
// before anything is served.
func read() (list []Macro, in []Text) {
	load := func(name string, into any) {
		b, err := files.ReadFile(name)
		if err == nil {
			err = json.Unmarshal(b, into)
		}
		if err != nil {
			panic(fmt.Sprintf("shipped: %s: %v", name, err))
		}
	}
	load("macros.json", &list)
	names, err := files.ReadDir("text")
	if err != nil {
		panic(fmt.Sprintf("shipped: %v", err))
	}
	for _, f := range names {
		var t Text
		load("text/"+f.Name(), &t)
		if name := t.Language + ".json"; f.Name() != name && f.Name() != t.Language+"+"+string(t.Address)+".json" {
			panic("shipped: " + f.Name() + " says that it is " + t.Language + ", " + string(t.Address))
		}
		in = append(in, t)
	}
	slices.SortFunc(in, func(a, b Text) int {
		return cmp.Or(strings.Compare(a.Language, b.Language), strings.Compare(string(a.Address), string(b.Address)))
	})
	return list, in
}
