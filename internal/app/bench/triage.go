package bench

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"strings"
	"time"

	"godwit.dev/godwit/internal/app/simulate"
	"godwit.dev/godwit/internal/domain/triage"
)

// triagedMessages is how many different messages are read in turn.
const triagedMessages = 5000

// triage measures how fast the language, topics and mood of messages are read, and what a process that does nothing else
// takes to start and to hold.
func (b *bench) triage(ctx context.Context) error {
	const name = "triage of a message"
	if !b.wanted(name) {
		return nil
	}
	list, letters := make([]triage.Message, 0, triagedMessages), 0
	simulate.Bulk(simulate.Config{Seed: 11, Now: b.core.Now().UTC()}, triagedMessages, func(_ int, subject, text, _, _ string) {
		list = append(list, triage.Message{Subject: subject, Text: text})
		letters += len([]rune(subject + text))
	})
	c := triage.Default()
	languages := map[string]int{}
	for _, m := range list {
		languages[c.Classify(m, triage.Evidence{}).Language.Language]++
	}
	b.Say("%d messages of %d letters each, in %d languages", len(list), letters/len(list), len(languages))
	if err := b.run(ctx, name, func(_ context.Context, i int) error {
		c.Classify(list[i%len(list)], triage.Evidence{})
		return nil
	}); err != nil || b.Program == "" {
		return err
	}
	for n := range rounds {
		if err := b.readAlone(ctx, n+1); err != nil {
			return fmt.Errorf("inspect one message: %w", err)
		}
	}
	return nil
}

// readAlone has a process that does nothing else read one message.
func (b *bench) readAlone(ctx context.Context, round int) error {
	cmd := exec.CommandContext(ctx, b.Program, "inspect", "topic")
	in, err := cmd.StdinPipe()
	if err != nil {
		return err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	began := time.Now()
	if err := cmd.Start(); err != nil {
		return err
	}
	_, err = io.WriteString(in, `{"id":"1","text":"Where is my order?"}`+"\n")
	answer, rerr := bufio.NewReader(out).ReadString('\n')
	if err = errors.Join(err, rerr); err == nil && !strings.Contains(answer, string(triage.WhereIsMyOrder)) {
		err = fmt.Errorf("it says %s", answer)
	}
	took := time.Since(began)
	if held, merr := memory(cmd.Process.Pid); merr == nil {
		b.Say("  a process that reads one message, %d of %d: %v from start to answer; %s", round, rounds, took.Round(time.Millisecond), held)
	}
	return errors.Join(err, in.Close(), cmd.Wait())
}
