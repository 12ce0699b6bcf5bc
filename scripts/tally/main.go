// Command tally reads `go test -json` from standard input and prints what a
// person wants of it: a line for each package, and all that a failed test said.
// It writes the numbers of passed and failed tests to the file named by its
// argument, skipped ones aside, and fails if a test did.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
)

// event is one line of test2json (go doc test2json).
type event struct {
	Action, Package, Test, Output, ImportPath string
}

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: go test -json ... | tally FILE")
		os.Exit(2)
	}
	passed, failed, err := tally(os.Stdin, os.Stdout)
	if err == nil {
		err = os.WriteFile(os.Args[1], fmt.Appendf(nil, "%d %d\n", passed, failed), 0o644)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "tally:", err)
		os.Exit(1)
	}
	if failed > 0 {
		os.Exit(1)
	}
}

// tally counts tests and their parts. A package that fails without a test, as
// by not compiling or by a crash, counts as one.
func tally(in io.Reader, out io.Writer) (passed, failed int, err error) {
	said := map[string][]string{} // by package and test
	bad := map[string]bool{}      // packages with a failed test
	lines := bufio.NewReader(in)
	for {
		line, readErr := lines.ReadBytes('\n')
		if len(line) > 0 {
			var e event
			if json.Unmarshal(line, &e) != nil {
				fmt.Fprintf(out, "%s", line) // a message of the go command itself
			} else {
				count(e, said, bad, &passed, &failed, out)
			}
		}
		if readErr == io.EOF {
			return passed, failed, nil
		}
		if readErr != nil {
			return passed, failed, readErr
		}
	}
}

func count(e event, said map[string][]string, bad map[string]bool, passed, failed *int, out io.Writer) {
	key := e.Package + " " + e.Test
	switch e.Action {
	case "build-output":
		fmt.Fprint(out, e.Output)
	case "output":
		if e.Test == "" && (strings.HasPrefix(e.Output, "ok ") || strings.HasPrefix(e.Output, "FAIL\t")) {
			fmt.Fprint(out, e.Output)
			return
		}
		said[key] = append(said[key], e.Output)
	case "pass", "skip", "fail":
		switch {
		case e.Action == "fail" && (e.Test != "" || !bad[e.Package]):
			*failed++
			bad[e.Package] = true
			fmt.Fprint(out, strings.Join(said[key], ""))
		case e.Action == "pass" && e.Test != "":
			*passed++
		}
		delete(said, key)
	}
}
