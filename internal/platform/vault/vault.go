// Package vault seals secrets at rest with AES-256-GCM.
//
// Each sealed value begins with the identifier of its key, so that keys can be
// rotated: new values use the first key, old ones open with the key they name.
// What a value belongs to (its table and row) is authenticated along with it,
// so that a sealed secret copied to another row does not open there.
package vault

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"godwit.dev/godwit/internal/base/errs"
)

// Vault seals and opens. It is safe for concurrent use.
type Vault struct {
	keys  map[[keyIDLen]byte]cipher.AEAD
	macs  map[[keyIDLen]byte][]byte
	first [keyIDLen]byte
}

const (
	keyLen   = 32
	keyIDLen = 4
)

// New returns a Vault. The first key seals; all of them open.
func New(keys ...[]byte) (*Vault, error) {
	if len(keys) == 0 {
		return nil, errs.New(errs.Invalid, "error.vault_key")
	}
	v := &Vault{keys: map[[keyIDLen]byte]cipher.AEAD{}, macs: map[[keyIDLen]byte][]byte{}}
	for i, k := range keys {
		if len(k) != keyLen {
			return nil, errs.New(errs.Invalid, "error.vault_key")
		}
		block, err := aes.NewCipher(k)
		if err != nil {
			return nil, err
		}
		gcm, err := cipher.NewGCMWithRandomNonce(block)
		if err != nil {
			return nil, err
		}
		sum := sha256.Sum256(append([]byte("godwit key id"), k...))
		kid := [keyIDLen]byte(sum[:keyIDLen])
		v.keys[kid] = gcm
		if v.macs[kid], err = hkdf.Key(sha256.New, k, nil, "godwit codes", sha256.Size); err != nil {
			return nil, err
		}
		if i == 0 {
			v.first = kid
		}
	}
	return v, nil
}

// Seal encrypts a value for the place that it belongs to.
func (v *Vault) Seal(value []byte, place string) []byte {
	return v.keys[v.first].Seal(append([]byte(nil), v.first[:]...), nil, value, []byte(place))
}

// Open decrypts what Seal made for the same place.
func (v *Vault) Open(sealed []byte, place string) ([]byte, error) {
	if len(sealed) < keyIDLen {
		return nil, errs.New(errs.Internal, "error.vault_open")
	}
	gcm, ok := v.keys[[keyIDLen]byte(sealed[:keyIDLen])]
	if !ok {
		return nil, errs.New(errs.Invalid, "error.vault_key_missing")
	}
	plain, err := gcm.Open(nil, nil, sealed[keyIDLen:], []byte(place))
	if err != nil {
		return nil, errs.Wrap(errs.Internal, err, "error.vault_open")
	}
	return plain, nil
}

// Current returns the name of the key that seals.
func (v *Vault) Current() string { return hex.EncodeToString(v.first[:]) }

// Keys returns the names of all keys, the one that seals first.
func (v *Vault) Keys() []string {
	out := []string{v.Current()}
	for kid := range v.keys {
		if kid != v.first {
			out = append(out, hex.EncodeToString(kid[:]))
		}
	}
	slices.Sort(out[1:])
	return out
}

// KeyOf returns the name of the key that sealed a value, "" if it is none.
func KeyOf(sealed []byte) string {
	if len(sealed) < keyIDLen {
		return ""
	}
	return hex.EncodeToString(sealed[:keyIDLen])
}

// Add puts a new key before those of a key file: from the next start on it
// seals, and the others still open. It returns its name.
func Add(path string) (string, error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return "", errs.Wrap(errs.Unavailable, err, "error.vault_file", "path", path)
	}
	k := make([]byte, keyLen)
	_, _ = rand.Read(k)
	v, err := New(k)
	if err != nil {
		return "", err
	}
	return v.Current(), Replace(path, append([]string{base64.StdEncoding.EncodeToString(k)}, strings.Fields(string(raw))...))
}

// SealJSON seals a value as JSON.
func (v *Vault) SealJSON(value any, place string) ([]byte, error) {
	raw, err := json.Marshal(value)
	if err != nil {
		return nil, err
	}
	return v.Seal(raw, place), nil
}

// OpenJSON opens what SealJSON made; an empty value leaves out as it is.
func (v *Vault) OpenJSON(sealed []byte, place string, out any) error {
	if len(sealed) == 0 {
		return nil
	}
	raw, err := v.Open(sealed, place)
	if err != nil {
		return err
	}
	return json.Unmarshal(raw, out)
}

// MAC returns the code of a message (HMAC-SHA256) under a key derived from the
// one that seals, and the name of that key.
func (v *Vault) MAC(message []byte) (key string, code []byte) {
	h := hmac.New(sha256.New, v.macs[v.first])
	h.Write(message)
	return hex.EncodeToString(v.first[:]), h.Sum(nil)
}

// CheckMAC computes the code of a message under a named key, to be compared in
// constant time. It reports false if the Vault does not hold the key.
func (v *Vault) CheckMAC(key string, message []byte) (code []byte, ok bool) {
	var kid [keyIDLen]byte
	if n, err := hex.Decode(kid[:], []byte(key)); err != nil || n != keyIDLen || len(key) != 2*keyIDLen {
		return nil, false
	}
	k, ok := v.macs[kid]
	if !ok {
		return nil, false
	}
	h := hmac.New(sha256.New, k)
	h.Write(message)
	return h.Sum(nil), true
}

// ParseKeys reads keys written in base 64, separated by commas, the one that
// seals first.
func ParseKeys(s string) ([][]byte, error) {
	var keys [][]byte
	for part := range strings.SplitSeq(s, ",") {
		k, err := base64.StdEncoding.DecodeString(strings.TrimSpace(part))
		if err != nil || len(k) != keyLen {
			return nil, errs.New(errs.Invalid, "error.vault_key")
		}
		keys = append(keys, k)
	}
	return keys, nil
}

// LoadOrCreate reads the key file at path, and makes one that only its owner
// can read if there is none. A database without its key file loses its
// mail passwords, so it belongs into the backup, apart from the database.
func LoadOrCreate(path string) (*Vault, error) {
	raw, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		k := make([]byte, keyLen)
		_, _ = rand.Read(k)
		raw = []byte(base64.StdEncoding.EncodeToString(k) + "\n")
		if err := create(path, raw); err != nil {
			return nil, err
		}
		raw, err = os.ReadFile(path) // another process may have been first
	}
	if err != nil {
		return nil, errs.Wrap(errs.Unavailable, err, "error.vault_file", "path", path)
	}
	keys, err := ParseKeys(strings.Join(strings.Fields(string(raw)), ","))
	if err != nil {
		return nil, errs.Wrap(errs.Invalid, err, "error.vault_file", "path", path)
	}
	return New(keys...)
}

// Replace writes a key file anew with keys in base 64, the one that seals first.
// It is written whole or not at all.
func Replace(path string, keys []string) error {
	if _, err := ParseKeys(strings.Join(keys, ",")); err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(path), ".key-*")
	if err != nil {
		return errs.Wrap(errs.Unavailable, err, "error.vault_file", "path", path)
	}
	defer os.Remove(f.Name())
	_, err = f.WriteString(strings.Join(keys, "\n") + "\n")
	if err = errors.Join(err, f.Chmod(0o600), f.Sync(), f.Close()); err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return errs.Wrap(errs.Unavailable, err, "error.vault_file", "path", path)
	}
	return nil
}

// create writes a whole key file or none, and leaves one that exists alone.
func create(path string, raw []byte) error {
	f, err := os.CreateTemp(filepath.Dir(path), ".key-*")
	if err != nil {
		return errs.Wrap(errs.Unavailable, err, "error.vault_file", "path", path)
	}
	defer os.Remove(f.Name())
	_, err = f.Write(raw)
	err = errors.Join(err, f.Chmod(0o600), f.Sync(), f.Close())
	if err == nil {
		err = os.Link(f.Name(), path)
	}
	if err != nil && !errors.Is(err, fs.ErrExist) {
		return errs.Wrap(errs.Unavailable, err, "error.vault_file", "path", path)
	}
	return nil
}
