package email

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// Position says how far an archive has been read. The zero Position is its
// beginning; the Position of an Item is right behind it. It stays valid while the
// files up to it are unchanged.
type Position struct {
	// File is the path of the current file below the archive's root, with slashes;
	// empty means the beginning. Files are read in rising order of this.
	File string
	// Offset is where in File to go on; -1 means that File is done.
	Offset int64
}

// Item is one message of an archive.
type Item struct {
	Raw
	Folder string   // mbox file or maildir folder it was in, below the root; "" at the root
	Next   Position // where to go on when this item is safe
	// Done and Total count octets of the archive's files, for a progress bar.
	Done, Total int64
}

// ArchiveMaxMessage is the size above which an archived message is cut and marked
// Truncated.
const ArchiveMaxMessage = 50 << 20

// Walk reads an archive: an mbox file, a maildir (with Maildir++ folders), one
// .eml file, or a folder of any of these at any depth. each gets every message
// from a Position on, in a stable order; its error ends the walk and is returned.
//
// Raw.Source is a digest of the text, so that reading an archive twice, or two
// archives with common mail, offers the same keys. A file that cannot be read
// ends the walk; a file that holds no mail is passed over.
func Walk(ctx context.Context, root string, from Position, each func(Item) error) error {
	info, err := os.Stat(root)
	if err != nil {
		return fmt.Errorf("open archive: %w", err)
	}
	w := &walker{ctx: ctx, root: root, from: from, each: each, limit: ArchiveMaxMessage}
	if !info.IsDir() {
		w.lone = true
		w.files = []archiveFile{{rel: filepath.Base(root), path: root, size: info.Size()}}
	} else if err := w.list(); err != nil {
		return fmt.Errorf("list archive: %w", err)
	}
	for _, f := range w.files {
		w.total += f.size
	}
	for _, f := range w.files {
		if err := w.file(f); err != nil {
			return err
		}
		w.done += f.size
	}
	return nil
}

type archiveFile struct {
	rel, path string
	folder    string
	size      int64
	maildir   bool // a file below cur or new: one message whatever its name
}

type walker struct {
	ctx         context.Context
	root        string
	from        Position
	each        func(Item) error
	limit       int64
	lone        bool // root is a file
	files       []archiveFile
	done, total int64
}

// list finds the files that may hold mail. tmp of a maildir holds mail that was
// never delivered, and dot files are indexes; both are left out.
func (w *walker) list() error {
	err := filepath.WalkDir(w.root, func(p string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if w.ctx.Err() != nil {
			return w.ctx.Err()
		}
		name := e.Name()
		if e.IsDir() {
			if name == "tmp" && isMaildir(filepath.Dir(p)) {
				return filepath.SkipDir
			}
			return nil
		}
		if !e.Type().IsRegular() || strings.HasPrefix(name, ".") {
			return nil
		}
		f := archiveFile{path: p}
		dir := filepath.Dir(p)
		f.maildir = (filepath.Base(dir) == "cur" || filepath.Base(dir) == "new") && isMaildir(filepath.Dir(dir))
		if !f.maildir && isMaildir(dir) {
			return nil // dovecot-uidlist, maildirfolder, subscriptions and their like
		}
		info, err := e.Info()
		if err != nil {
			return err
		}
		f.size = info.Size()
		rel, err := filepath.Rel(w.root, p)
		if err != nil {
			return err
		}
		f.rel = filepath.ToSlash(rel)
		f.folder = folderOf(f)
		w.files = append(w.files, f)
		return nil
	})
	slices.SortFunc(w.files, func(a, b archiveFile) int { return cmp.Compare(a.rel, b.rel) })
	return err
}

func isMaildir(dir string) bool {
	for _, sub := range []string{"cur", "new"} {
		if info, err := os.Stat(filepath.Join(dir, sub)); err != nil || !info.IsDir() {
			return false
		}
	}
	return true
}

// folderOf names the folder: Maildir++ writes sub-folders as ".A.B" beside cur.
func folderOf(f archiveFile) string {
	dir := filepath.ToSlash(filepath.Dir(f.rel))
	if f.maildir {
		dir = filepath.ToSlash(filepath.Dir(dir))
	}
	if dir == "." {
		return ""
	}
	parts := strings.Split(dir, "/")
	for i, p := range parts {
		if strings.HasPrefix(p, ".") {
			parts[i] = strings.ReplaceAll(p[1:], ".", "/")
		}
	}
	return strings.Join(parts, "/")
}

func (w *walker) file(f archiveFile) error {
	if err := w.ctx.Err(); err != nil {
		return err
	}
	start := int64(0)
	if w.from.File != "" {
		switch c := cmp.Compare(f.rel, w.from.File); {
		case c < 0, c == 0 && w.from.Offset < 0:
			return nil
		case c == 0:
			start = w.from.Offset
		}
	}
	r, err := os.Open(f.path)
	if err != nil {
		return fmt.Errorf("read archive: %w", err)
	}
	defer r.Close()
	info, err := r.Stat()
	if err != nil {
		return fmt.Errorf("read archive: %w", err)
	}
	var head [5]byte
	n, err := io.ReadFull(r, head[:])
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return fmt.Errorf("read archive: %w", err)
	}
	if _, err := r.Seek(start, io.SeekStart); err != nil {
		return fmt.Errorf("read archive: %w", err)
	}
	if !f.maildir && string(head[:n]) == "From " {
		return w.mbox(f, r, start, info.ModTime().UTC())
	}
	if f.size == 0 || !f.maildir && !w.mailByName(f) {
		return nil
	}
	raw, err := readMessage(r, w.limit, f.size)
	if err != nil {
		return fmt.Errorf("read archive: %w", err)
	}
	raw.ReceivedAt = info.ModTime().UTC()
	return w.offer(f, raw, Position{File: f.rel, Offset: -1}, f.size)
}

func (w *walker) offer(f archiveFile, raw Raw, next Position, readSoFar int64) error {
	if err := w.ctx.Err(); err != nil {
		return err
	}
	sum := sha256.Sum256(raw.Body)
	raw.Source = "file:" + hex.EncodeToString(sum[:16])
	return w.each(Item{Raw: raw, Folder: f.folder, Next: next, Done: w.done + readSoFar, Total: w.total})
}

// mailByName accepts what is called mail. A file that was named on its own needs
// only begin like one.
func (w *walker) mailByName(f archiveFile) bool {
	switch strings.ToLower(filepath.Ext(f.path)) {
	case ".eml", ".mail", ".mime":
		return true
	}
	return w.lone && plainHeader(f.path)
}

// plainHeader reports whether a file begins with a header field.
func plainHeader(path string) bool {
	r, err := os.Open(path)
	if err != nil {
		return false
	}
	defer r.Close()
	line, _ := bufio.NewReader(io.LimitReader(r, 1000)).ReadBytes('\n')
	name, _, ok := bytes.Cut(line, []byte(":"))
	return ok && fieldName(string(name))
}

func readMessage(r io.Reader, limit, size int64) (Raw, error) {
	buf, err := readInto(make([]byte, 0, min(size, limit, 1<<20)+1), io.LimitReader(r, limit))
	if err != nil {
		return Raw{}, err
	}
	raw := Raw{Body: buf, Size: size}
	if size > int64(len(buf)) {
		raw.Mark = Truncated
	}
	return raw, nil
}

func (w *walker) mbox(f archiveFile, r io.Reader, start int64, modified time.Time) error {
	if !w.lone {
		f.folder = strings.TrimSuffix(f.rel, ".mbox")
	}
	m := newMbox(r, start, w.limit)
	for {
		raw, err := m.next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("read archive: %w", err)
		}
		if raw.Size == 0 {
			continue // an envelope line with nothing behind it
		}
		if raw.ReceivedAt.IsZero() {
			raw.ReceivedAt = modified
		}
		next := Position{File: f.rel, Offset: m.at}
		readSoFar := m.at
		if m.at < 0 {
			readSoFar = f.size
		}
		if err := w.offer(f, raw, next, readSoFar); err != nil {
			return err
		}
	}
}
