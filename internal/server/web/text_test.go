package web_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"godwit.dev/godwit/internal/base/i18n"
)

// TestErrorTexts holds the catalogues of the console to every sentence that the
// program can end a request with.
func TestErrorTexts(t *testing.T) {
	key := regexp.MustCompile(`"((?:error|told|mailtest)\.[a-z0-9_]+(?:\.[a-z0-9_]+)*)"`)
	seen := map[string]bool{}
	err := filepath.WalkDir(filepath.Join("..", "..", "..", "internal"), func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(path) != ".go" || strings.HasSuffix(path, "_test.go") {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for _, m := range key.FindAllStringSubmatch(string(text), -1) {
			if seen[m[1]] {
				continue
			}
			seen[m[1]] = true
			for _, l := range i18n.Console() {
				if !i18n.For(l).Has(m[1]) {
					t.Errorf("%s: %s has no words for %q", path, l, m[1])
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(seen) < 80 {
		t.Errorf("only %d keys found: the search is broken", len(seen))
	}
}

// TestProblemTexts holds the catalogues to the codes of mail problems, which are
// put together and so found by no search.
func TestProblemTexts(t *testing.T) {
	codes := []string{
		"dns", "refused", "timeout", "tls_name", "tls_unknown_ca", "tls_expired", "tls_mismatch", "no_starttls", "plain_refused", "auth_failed",
		"app_password_needed", "token_refused", "no_mechanism", "no_such_folder", "busy", "lost", "protocol", "store", "cancelled",
	}
	steps := []string{"resolve", "connect", "tls", "sign_in", "folder"}
	for _, l := range i18n.Console() {
		for _, c := range append(codes, steps...) {
			if !i18n.For(l).Has("mailtest." + c) {
				t.Errorf("%s has no words for the mail problem %q", l, c)
			}
		}
	}
}
