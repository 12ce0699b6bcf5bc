package dovecottest

import (
	"os"
	"testing"
)

func TestStartAndStop(t *testing.T) {
	if !Available() {
		if os.Getenv("GODWIT_TEST_SERVERS") == "1" {
			t.Fatalf("%s is not installed", Path)
		}
		t.Skipf("not run here: %s is not installed", Path)
	}
	s, err := Start(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer s.Stop()
	if !greeted(s.Addr) {
		t.Fatalf("no greeting\n%s", s.Log())
	}
	s.Stop()
	if greeted(s.Addr) {
		t.Fatal("still answers after Stop")
	}
}
