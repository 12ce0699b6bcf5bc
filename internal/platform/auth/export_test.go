package auth

import (
	"context"
	"encoding/base64"
	"fmt"

	"golang.org/x/crypto/argon2"

	"godwit.dev/godwit/internal/base/errs"
)

// GuessCode reports whether a guess at a person's code was judged at all.
func GuessCode(s *Service, p Person, code string, v Visit) bool {
	return !errs.Is(s.checkCode(context.Background(), p, code, v), errs.Unavailable)
}

// CheapHash returns a PHC string that costs little to check, for tests that sign
// in often.
func CheapHash(password string) string {
	salt := make([]byte, saltLen)
	b := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=64,t=1,p=%d$%s$%s", argon2.Version, lanes, b.EncodeToString(salt), b.EncodeToString(key(password, salt, 64, 1)))
}
