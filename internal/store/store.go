package store

import (
	"sync"
	"sync/atomic"
	"time"

	"github.com/klauspost/compress/zstd"

	"godwit.dev/godwit/internal/base/id"
	"godwit.dev/godwit/internal/platform/audit"
	"godwit.dev/godwit/internal/platform/event"
	"godwit.dev/godwit/internal/platform/vault"
)

// Store keeps the records of all packages below it.
type Store struct {
	*DB
	ids   *id.Source
	now   func() time.Time
	bus   *event.Bus
	vault *vault.Vault
	// anchored is told of each new anchor of a chain, after commit.
	anchored func(audit.Anchor)
	zip      *zstd.Encoder
	unzip    *zstd.Decoder

	owed atomic.Pointer[func()] // called after commits that wrote deliveries

	wakeMu sync.Mutex
	wakes  map[string]chan struct{}
}

// Config is what a Store needs besides its database.
type Config struct {
	IDs   *id.Source
	Now   func() time.Time
	Bus   *event.Bus
	Vault *vault.Vault
	// Anchored is told of each new anchor of an audit chain, after commit; nil tells nobody.
	Anchored func(audit.Anchor)
}

// New returns a Store over an open database.
func New(db *DB, c Config) (*Store, error) {
	enc, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderConcurrency(2), zstd.WithWindowSize(1<<20))
	if err != nil {
		return nil, err
	}
	dec, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(2), zstd.WithDecoderMaxMemory(256<<20))
	if err != nil {
		return nil, err
	}
	return &Store{DB: db, ids: c.IDs, now: c.Now, bus: c.Bus, vault: c.Vault, anchored: c.Anchored, zip: enc, unzip: dec, wakes: map[string]chan struct{}{}}, nil
}

func (s *Store) pack(b []byte) []byte { return s.zip.EncodeAll(b, make([]byte, 0, len(b)/2+64)) }

func (s *Store) unpack(b []byte) ([]byte, error) { return s.unzip.DecodeAll(b, nil) }
