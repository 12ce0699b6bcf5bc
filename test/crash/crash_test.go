package crash

import (
	"flag"
	"os"
	"testing"
	"time"

	"godwit.dev/godwit/internal/adapter/channel/email/dovecottest"
	"godwit.dev/godwit/internal/store/storetest"
)

var (
	rounds = flag.Int("rounds", 6, "how often the process is killed on each engine")
	tills  = flag.Int("refunds", 0, "how often a cashier is killed on each engine; 0: as often as -rounds")
	seed   = flag.Uint64("seed", uint64(time.Now().UnixNano()), "seed of what happens")
	engine = flag.String("engine", "both", "sqlite, postgres or both")
)

func TestMain(m *testing.M) {
	if os.Getenv(childDatabase) != "" {
		os.Exit(child())
	}
	flag.Parse()
	os.Exit(m.Run())
}

func TestACrashLosesNothingAndSendsNothingTwice(t *testing.T) {
	if !dovecottest.Available() {
		if os.Getenv(storetest.Servers) == "1" {
			t.Fatalf("%s is not installed", dovecottest.Path)
		}
		t.Skipf("not run here: %s is not installed", dovecottest.Path)
	}
	engines(t, run)
}

// engines runs a test on each engine, beside one another: much of a round is waiting.
func engines(t *testing.T, run func(t *testing.T, database string)) {
	for _, e := range []struct {
		name string
		made func(testing.TB) string
	}{{"sqlite", storetest.File}, {"postgres", storetest.Database}} {
		if *engine == e.name || *engine == "both" {
			t.Run(e.name, func(t *testing.T) {
				t.Parallel()
				run(t, e.made(t))
			})
		}
	}
}

func run(t *testing.T, database string) {
	began := time.Now()
	w := newWorld(t, database)
	t.Logf("seed %d; the child's log is %s", *seed, w.log)
	for range *rounds {
		w.round()
	}
	lived := time.Since(began)
	w.finish()
	rested := time.Since(began) - lived
	w.count()
	t.Logf("%d rounds, %d of them with two children; %d kills (%d when %s, %d when %s): %d mails, %d replies sent, %d taken back, "+
		"%d sends in doubt found in the mailbox, %d found not to be there; %v, %v of it to come to rest",
		*rounds, w.doubles, w.kills, w.sprung[beforeAnswer], beforeAnswer, w.sprung[beforeStored], beforeStored, len(w.fed), w.sent, w.cancelled,
		w.foundThere, w.foundMissing, time.Since(began).Round(time.Millisecond), rested.Round(time.Millisecond))
}
