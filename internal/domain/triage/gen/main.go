// Command gen trains the topic model from the phrases, messages and lexica beside package triage and writes it to topics.bin. The
// same phrases give the same bytes. Run it with go generate.
package main

import (
	"flag"
	"log"
	"os"

	"godwit.dev/godwit/internal/domain/triage"
	"godwit.dev/godwit/internal/domain/triage/phrase"
)

func main() {
	log.SetFlags(0)
	out := flag.String("out", "topics.bin", "the model to write")
	flag.Parse()
	if err := run(*out); err != nil {
		log.Fatal(err)
	}
}

func run(out string) error {
	phrases, err := phrase.Read(os.DirFS("."), "phrases")
	if err != nil {
		return err
	}
	messages, err := phrase.Read(os.DirFS("."), "messages")
	if err != nil {
		return err
	}
	source, err := triage.Source(".")
	if err != nil {
		return err
	}
	examples := triage.Corpus(phrases, messages, triage.Seed)
	weights, err := triage.Train(examples, triage.Course)
	if err != nil {
		return err
	}
	packed, err := weights.Pack(source)
	if err != nil {
		return err
	}
	log.Printf("%d examples, %d bytes packed", len(examples), len(packed))
	return os.WriteFile(out, packed, 0o644)
}
