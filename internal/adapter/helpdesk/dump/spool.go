package dump

import (
	"bufio"
	"errors"
	"os"
)

// Spool keeps records on disk, by the record that they belong to. Close it when
// done.
type Spool struct {
	f     *os.File
	w     *bufio.Writer
	size  int64
	index map[string][]span
}

type span struct {
	at  int64
	len int32
}

// NewSpool returns an empty spool in the folder for temporary files.
func NewSpool() (*Spool, error) {
	f, err := os.CreateTemp("", "godwit-import-*")
	if err != nil {
		return nil, err
	}
	return &Spool{f: f, w: bufio.NewWriterSize(f, 64<<10), index: map[string][]span{}}, nil
}

// Add keeps a record under a key.
func (s *Spool) Add(key string, raw []byte) error {
	n, err := s.w.Write(raw)
	s.index[key] = append(s.index[key], span{s.size, int32(n)})
	s.size += int64(n)
	return err
}

// Take returns the records under a key, oldest first, and forgets where they are.
func (s *Spool) Take(key string) ([][]byte, error) {
	spans := s.index[key]
	delete(s.index, key)
	if len(spans) == 0 {
		return nil, nil
	}
	if err := s.w.Flush(); err != nil {
		return nil, err
	}
	out := make([][]byte, len(spans))
	for i, x := range spans {
		out[i] = make([]byte, x.len)
		if _, err := s.f.ReadAt(out[i], x.at); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// Left returns the keys whose records nobody took, and how many there are under
// each.
func (s *Spool) Left() map[string]int {
	out := make(map[string]int, len(s.index))
	for k, x := range s.index {
		out[k] = len(x)
	}
	return out
}

// Close removes the spool.
func (s *Spool) Close() error { return errors.Join(s.f.Close(), os.Remove(s.f.Name())) }
