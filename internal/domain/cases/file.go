package cases

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/media"
	"godwit.dev/godwit/internal/domain/customer"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/event"
)

// Bounds of evidence. Sizes are in bytes.
const (
	MostFiles    = 12 // of a case or a form, that customers show
	MostSeen     = 80 // of a case, that people took of what came
	MostPhoto    = 12_000_000
	MostVideo    = 24_000_000
	MostDocument = 8_000_000
	MostTogether = 64_000_000
	mostFileName = 120 // characters
)

// FileID identifies a file.
type FileID int64

// FileKind is what a file is to those who look at it.
type FileKind string

// The kinds of file.
const (
	Photo    FileKind = "photo"
	Video    FileKind = "video"
	Document FileKind = "document"
)

// File is something that a customer shows: a photo of the fault, a short video, a paper. What it is was told by its bytes,
// and a photo has lost the place where it was taken.
type File struct {
	ID        FileID
	Workspace auth.WorkspaceID
	Case      ID     // 0 while it belongs to a form
	Form      FormID // 0 of a file that was added to a case
	Line      int    // of the case, from 1; 0: all of it
	Unit      int64  // of the case's units of the line, from 1; 0: none in particular
	Kind      FileKind
	SHA256    string // of what is kept, in hex
	Name      string
	Type      string // media type
	Size      int64
	At        time.Time
	By        auth.Actor
}

// Announced reports whether the customer showed it; else people took it of what came.
func (f File) Announced() bool { return f.Form != 0 || f.By.Kind == auth.Customer }

// NewFile is a file that somebody sends.
type NewFile struct {
	Line int   // of the case, from 1; 0: all of it
	Unit int64 // of the line, from 1; 0: none in particular
	Name string
	Data []byte
}

// FileAdded is told in the journal when a file was added to a case.
const FileAdded Happening = "file_added"

// FileStore keeps files and forms. A record of another workspace does not exist.
type FileStore interface {
	// AddFile keeps a file and its content. One that is there already, by its hash, stays as it is and is returned.
	AddFile(ctx context.Context, f File, data []byte) (File, error)
	// FilesOf returns the files of a case, or of a form if the case is 0, in the order in which they came.
	FilesOf(ctx context.Context, w auth.WorkspaceID, c ID, d FormID) ([]File, error)
	FileData(ctx context.Context, w auth.WorkspaceID, f FileID) ([]byte, error)
	// DropFile removes a file of a form that is no case yet; errs.NotFound if there is none.
	DropFile(ctx context.Context, w auth.WorkspaceID, d FormID, f FileID) error

	// PutForm keeps a form. With an order, or a key, that has one already that is no case, that one is returned as it is.
	PutForm(ctx context.Context, d Form) (Form, error)
	// HoldForm returns a form, locked until the transaction ends.
	HoldForm(ctx context.Context, w auth.WorkspaceID, d FormID) (Form, error)
	// WriteForm writes what a form says, and what became of it.
	WriteForm(ctx context.Context, d Form) error
	// GiveFiles hands the files of a form to the case that it became.
	GiveFiles(ctx context.Context, w auth.WorkspaceID, d FormID, c ID) error
	// DropForms removes forms, with their files, that nobody touched since a moment and that became nothing.
	DropForms(ctx context.Context, w auth.WorkspaceID, before time.Time, limit int) (int64, error)
}

// Attach adds a file to a case. The same file, by its content, is added once: a repeat returns it. A file that is no
// photo, short video or PDF by its bytes is errs.Unsupported, one that is broken, too large or one too many errs.Invalid
// on "file". It needs WriteCases and the case in sight, or to be its customer; one that is closed takes none.
func (s *Service) Attach(ctx context.Context, actor auth.Actor, c ID, n NewFile) (f File, err error) {
	if f, n.Data, err = s.newFile(actor, n); err != nil {
		return File{}, err
	}
	f.Case = c
	err = s.Store.InTx(ctx, func(ctx context.Context) error {
		x, err := s.Store.HoldCase(ctx, actor.Workspace, c)
		if err == nil {
			err = reaches(actor, auth.WriteCases, x)
		}
		if err != nil {
			return err
		}
		if l, ok := x.line(n.Line); x.Phase == Closed || n.Line != 0 && !ok || n.Unit < 0 || n.Unit != 0 && (!ok || n.Unit > l.Count(Asked)) {
			return errs.New(errs.Conflict, "error.case_state")
		}
		was := f.ID
		if f, err = s.keep(ctx, f, n.Data); err != nil || f.ID != was {
			return err
		}
		e := event.New(IsNoted, actor, event.Subject{Kind: SubjectKind, ID: int64(c)}, int64(x.Ticket), Summary{Number: x.Number, Kind: x.Kind, What: FileAdded, Phase: x.Phase, Orders: x.Orders()})
		e.At = f.At
		return s.Journal.Append(ctx, e)
	})
	if err != nil {
		return File{}, fmt.Errorf("attach file to case %d: %w", c, err)
	}
	return f, nil
}

// newFile reads what somebody sends to a case or a form.
func (s *Service) newFile(actor auth.Actor, n NewFile) (File, []byte, error) {
	f, data, err := ReadFile(n)
	f.ID, f.Workspace, f.At, f.By = FileID(s.IDs.Next()), actor.Workspace, s.clock(), actor
	return f, data, err
}

// ReadFile reads a file that somebody sends: its type by its bytes, without what tells where it was made, and with a name
// that is fit to be saved under. It fails as Attach does.
func ReadFile(n NewFile) (File, []byte, error) {
	kind, most := Document, MostDocument
	is := media.Of(n.Data)
	switch {
	case is == "":
		return File{}, nil, errs.New(errs.Unsupported, "error.evidence_type")
	case is.Photo():
		kind, most = Photo, MostPhoto
	case is.Video():
		kind, most = Video, MostVideo
	}
	if len(n.Data) > most {
		return File{}, nil, errs.Field("file", "error.evidence_size", "size", fmt.Sprintf("%d MB", most/1_000_000))
	}
	data, err := media.Clean(n.Data)
	if err != nil {
		return File{}, nil, err
	}
	sum := sha256.Sum256(data)
	return File{Line: n.Line, Unit: n.Unit, Kind: kind, SHA256: hex.EncodeToString(sum[:]), Name: fileName(n.Name, kind, is), Type: string(is), Size: int64(len(data))}, data, nil
}

// fileName is a name that is fit to be saved under, with the ending of what the file is.
func fileName(name string, kind FileKind, is media.Type) string {
	if i := strings.LastIndexAny(name, `/\`); i >= 0 {
		name = name[i+1:]
	}
	if i := strings.LastIndexByte(name, '.'); i >= 0 {
		name = name[:i]
	}
	name = strings.TrimSpace(strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r == utf8.RuneError || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069 { // nothing that turns the words around it
			return -1
		}
		return r
	}, name))
	if runes := []rune(name); len(runes) > mostFileName {
		name = string(runes[:mostFileName])
	}
	if name == "" {
		name = string(kind)
	}
	return name + is.Ending()
}

// keep stores a file beside the others of its case or form, if there is room.
func (s *Service) keep(ctx context.Context, f File, data []byte) (File, error) {
	list, err := s.Store.FilesOf(ctx, f.Workspace, f.Case, f.Form)
	if err != nil {
		return f, err
	}
	together, count, most := f.Size, 0, MostFiles
	if !f.Announced() {
		most = MostSeen
	}
	for _, x := range list {
		if x.SHA256 == f.SHA256 {
			return x, nil
		}
		if x.Announced() == f.Announced() {
			together, count = together+x.Size, count+1
		}
	}
	if count >= most || together > MostTogether {
		return f, errs.Field("file", "error.evidence_many", "count", most, "size", fmt.Sprintf("%d MB", MostTogether/1_000_000))
	}
	return s.Store.AddFile(ctx, f, data)
}

// Files returns the files of a case, in the order in which they came. It needs ReadCases and the case in sight, or to be
// its customer.
func (s *Service) Files(ctx context.Context, actor auth.Actor, c ID) ([]File, error) {
	if _, err := s.reach(ctx, actor, c); err != nil {
		return nil, err
	}
	return s.Store.FilesOf(ctx, actor.Workspace, c, 0)
}

// File returns a file of a case and its content, under the same rights as Files.
func (s *Service) File(ctx context.Context, actor auth.Actor, c ID, f FileID) (File, []byte, error) {
	list, err := s.Files(ctx, actor, c)
	if err != nil {
		return File{}, nil, err
	}
	return s.content(ctx, list, f)
}

func (s *Service) content(ctx context.Context, list []File, f FileID) (File, []byte, error) {
	i := slices.IndexFunc(list, func(x File) bool { return x.ID == f })
	if i < 0 {
		return File{}, nil, errs.New(errs.NotFound, "error.not_found")
	}
	data, err := s.Store.FileData(ctx, list[i].Workspace, f)
	return list[i], data, err
}

func (s *Service) reach(ctx context.Context, actor auth.Actor, c ID) (Case, error) {
	x, err := s.Store.Case(ctx, actor.Workspace, c)
	if err == nil {
		err = reaches(actor, auth.ReadCases, x)
	}
	return x, err
}

// reaches fails unless an actor holds a permission and sees the case, or is the customer whose case it is. To another
// customer it does not exist.
func reaches(actor auth.Actor, p auth.Permission, c Case) error {
	if actor.Kind != auth.Customer {
		return auth.Can(actor, p, c.Resource())
	}
	if actor.Workspace != c.Workspace || actor.ID == 0 || c.Customer != customer.ID(actor.ID) {
		return errs.New(errs.NotFound, "error.not_found")
	}
	return nil
}
