package recovery

import (
	"context"
	"fmt"
	"slices"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/cases"
	"godwit.dev/godwit/internal/platform/auth"
)

// Bounds of the documents of one claim. A file is as large as a case's may be; see [cases.ReadFile].
const (
	MostDocuments = 40
	MostTogether  = 100_000_000 // bytes
)

// DocumentID identifies a document.
type DocumentID int64

// Document is a file that a person put to a claim: a paper that the party asks for, or anything else it should see. What it
// is was told by its bytes, and a photo has lost the place where it was taken.
type Document struct {
	ID        DocumentID
	Workspace auth.WorkspaceID
	Claim     ID
	Paper     string // of PaperKinds
	Kind      cases.FileKind
	SHA256    string // of what is kept, in hex
	Name      string // with the ending of what it is
	Type      string // media type
	Size      int64  // in bytes
	At        time.Time
	By        auth.Actor
}

// NewDocument is a file that somebody puts to a claim.
type NewDocument struct {
	Paper string // of PaperKinds; Other if ""
	Name  string
	Data  []byte
}

// DocumentStore keeps documents. A record of another workspace does not exist.
type DocumentStore interface {
	AddRecoveryDocument(context.Context, Document, []byte) error
	// RecoveryDocuments returns the documents of a claim, in the order in which they came.
	RecoveryDocuments(context.Context, auth.WorkspaceID, ID) ([]Document, error)
	RecoveryDocumentData(context.Context, auth.WorkspaceID, DocumentID) ([]byte, error)
	// DropRecoveryDocument removes a document of a claim; errs.NotFound if there is none.
	DropRecoveryDocument(context.Context, auth.WorkspaceID, ID, DocumentID) error
}

// AddDocument puts a file to an open claim: the paper that it is is there then. The same file, by its content, is put to it
// once: a repeat returns the one that is there. What is no photo, short video or PDF by its bytes is errs.Unsupported, what
// is broken, too large or one too many errs.Invalid on "file", a claim that has ended errs.Conflict. It needs WriteCases.
func (s *Service) AddDocument(ctx context.Context, actor auth.Actor, number ID, n NewDocument) (Document, error) {
	if err := actor.Can(auth.WriteCases); err != nil { // before the file is read
		return Document{}, err
	}
	if n.Paper == "" {
		n.Paper = Other
	}
	if !slices.Contains(PaperKinds(), n.Paper) {
		return Document{}, errs.Field("paper", "error.invalid")
	}
	f, data, err := cases.ReadFile(cases.NewFile{Name: n.Name, Data: n.Data})
	if err != nil {
		return Document{}, err
	}
	var d Document
	_, err = s.change(ctx, actor, auth.WriteCases, number, func(ctx context.Context, c Claim, now time.Time) (step, error) {
		list, err := s.Store.RecoveryDocuments(ctx, actor.Workspace, number)
		if err != nil {
			return step{}, err
		}
		if i := slices.IndexFunc(list, func(x Document) bool { return x.SHA256 == f.SHA256 }); i >= 0 {
			d = list[i]
			return step{}, nil
		}
		if !c.State.Open() {
			return step{}, errs.New(errs.Conflict, "error.recovery_state")
		}
		together := f.Size
		for _, x := range list {
			together += x.Size
		}
		if len(list) >= MostDocuments || together > MostTogether {
			return step{}, errs.Field("file", "error.evidence_many", "count", MostDocuments, "size", fmt.Sprintf("%d MB", MostTogether/1_000_000))
		}
		d = Document{
			ID: DocumentID(s.IDs.Next()), Workspace: actor.Workspace, Claim: number, Paper: n.Paper, Kind: f.Kind, SHA256: f.SHA256, Name: f.Name, Type: f.Type, Size: f.Size, At: now, By: actor,
		}
		c.has(n.Paper, FromFile, now)
		c.settle()
		return step{next: &c, added: n.Paper}, s.Store.AddRecoveryDocument(ctx, d, data)
	})
	return d, err
}

// DropDocument takes a document from an open claim. The paper that it was is missing then, unless another document is it; a
// paper that the house holds besides is found again with the next word of what happened. errs.NotFound if there is none, and
// errs.Conflict for a claim that has ended. It needs WriteCases.
func (s *Service) DropDocument(ctx context.Context, actor auth.Actor, number ID, id DocumentID) error {
	_, err := s.change(ctx, actor, auth.WriteCases, number, func(ctx context.Context, c Claim, now time.Time) (step, error) {
		list, err := s.Store.RecoveryDocuments(ctx, actor.Workspace, number)
		if err != nil {
			return step{}, err
		}
		i := slices.IndexFunc(list, func(x Document) bool { return x.ID == id })
		if i < 0 {
			return step{}, errs.New(errs.NotFound, "error.not_found")
		}
		if !c.State.Open() {
			return step{}, errs.New(errs.Conflict, "error.recovery_state")
		}
		paper := list[i].Paper
		list = slices.Delete(list, i, i+1)
		if p := c.paper(paper); p != nil && p.From == FromFile && !slices.ContainsFunc(list, func(x Document) bool { return x.Paper == paper }) {
			c.lacks(paper)
		}
		c.settle()
		return step{next: &c, removed: paper}, s.Store.DropRecoveryDocument(ctx, actor.Workspace, number, id)
	})
	return err
}

// Documents returns the documents of a claim that the actor may see, in the order in which they came. It needs ReadCases.
func (s *Service) Documents(ctx context.Context, actor auth.Actor, number ID) ([]Document, error) {
	if _, err := s.Get(ctx, actor, number); err != nil {
		return nil, err
	}
	return s.Store.RecoveryDocuments(ctx, actor.Workspace, number)
}

// Document returns a document and its content, under the same rights as Documents.
func (s *Service) Document(ctx context.Context, actor auth.Actor, number ID, id DocumentID) (Document, []byte, error) {
	list, err := s.Documents(ctx, actor, number)
	if err != nil {
		return Document{}, nil, err
	}
	i := slices.IndexFunc(list, func(x Document) bool { return x.ID == id })
	if i < 0 {
		return Document{}, nil, errs.New(errs.NotFound, "error.not_found")
	}
	data, err := s.Store.RecoveryDocumentData(ctx, actor.Workspace, id)
	return list[i], data, err
}
