package ticket

import (
	"context"
	"errors"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/picture"
	"godwit.dev/godwit/internal/platform/auth"
)

// Picture is what was drawn of a picture that came in, kept under the hash of its
// content. One that could not be drawn is kept too, so that nobody makes us try
// again and again.
type Picture struct {
	picture.Preview
	Workspace auth.WorkspaceID
	SHA256    string // of the file that came
	Edition   int
	Problem   string // catalogue key of why there is none; else ""
	CreatedAt time.Time
}

// Picture returns a picture of a message, by its name among FileNames, drawn anew:
// nothing of the bytes that a stranger sent is in it. It is drawn when it is first
// asked for. What has no preview (another format, broken, too large) is
// errs.NotFound.
func (s *Service) Picture(ctx context.Context, actor auth.Actor, id MessageID, name string) (Picture, error) {
	f, err := s.fileOf(ctx, actor, id, name)
	if err != nil {
		return Picture{}, err
	}
	p, err := s.Store.Picture(ctx, actor.Workspace, f.SHA256)
	if errs.Is(err, errs.NotFound) || err == nil && p.Edition != picture.Edition {
		p, err = s.drawPicture(ctx, actor.Workspace, f.SHA256)
	}
	if err == nil && p.Problem != "" {
		err = errs.New(errs.NotFound, p.Problem)
	}
	return p, err
}

func (s *Service) drawPicture(ctx context.Context, w auth.WorkspaceID, sha256 string) (Picture, error) {
	data, err := s.Store.Blob(ctx, w, sha256)
	if err != nil {
		return Picture{}, err
	}
	p := Picture{Workspace: w, SHA256: sha256, Edition: picture.Edition, CreatedAt: s.Now()}
	p.Preview, err = s.Pictures.Make(ctx, data)
	var why *errs.Error
	switch k := errs.KindOf(err); {
	case err == nil:
	case (k == errs.Invalid || k == errs.Unsupported) && errors.As(err, &why):
		p.Preview, p.Problem = picture.Preview{}, why.Key
	default:
		return Picture{}, err
	}
	return p, s.Store.PutPicture(ctx, p)
}
