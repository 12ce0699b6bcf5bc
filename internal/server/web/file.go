package web

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"io"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"godwit.dev/godwit/internal/base/errs"
	pictures "godwit.dev/godwit/internal/base/picture"
	"godwit.dev/godwit/internal/base/safehtml"
	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/server/web/ui"
)

// Bounds of what one form uploads.
const (
	maxFiles  = 25
	maxUpload = 25 << 20
)

// picture reports whether a file of this type is a picture that is drawn anew to
// be shown. SVG is not: it holds scripts. AVIF and HEIC are not: nothing here reads
// them.
func picture(contentType string) bool {
	kind, _, err := mime.ParseMediaType(contentType)
	return err == nil && pictures.Known(kind)
}

// unseen reports whether a file claims to be a picture of a kind that is not shown.
func unseen(contentType string) bool {
	return strings.HasPrefix(contentType, "image/") && !picture(contentType)
}

// pictureType returns the media type of a picture by its first bytes, and "" for
// everything else, whatever it is called.
func pictureType(data []byte) string {
	kind := http.DetectContentType(data)
	if len(data) > 4 && (string(data[:4]) == "II*\x00" || string(data[:4]) == "MM\x00*") {
		kind = "image/tiff"
	}
	if !picture(kind) {
		return ""
	}
	return kind
}

// uploads reads the files of a form.
func (r *request) uploads(field string) ([]ticket.InboundFile, error) {
	if r.MultipartForm == nil {
		return nil, nil
	}
	var out []ticket.InboundFile
	total := int64(0)
	for _, fh := range r.MultipartForm.File[field] {
		if fh.Filename == "" && fh.Size == 0 {
			continue // a file input that was left empty
		}
		if total += fh.Size; total > maxUpload || len(out) == maxFiles {
			return nil, errs.Field(field, "error.uploads", "files", maxFiles, "size", r.printer.Bytes(maxUpload))
		}
		f, err := fh.Open()
		if err != nil {
			return nil, err
		}
		data, err := io.ReadAll(f)
		_ = f.Close()
		if err != nil {
			return nil, err
		}
		out = append(out, inboundFile(fh.Filename, fh.Header.Get("Content-Type"), data))
	}
	return out, nil
}

// inboundFile names an upload by its content. What browsers say of a picture is
// believed only if its first bytes agree.
func inboundFile(name, contentType string, data []byte) ticket.InboundFile {
	sum := sha256.Sum256(data)
	name = strings.ToValidUTF8(name[strings.LastIndexAny(name, `/\`)+1:], "_")
	if _, _, err := mime.ParseMediaType(contentType); err != nil {
		contentType = "application/octet-stream"
	}
	if picture(contentType) && pictureType(data) == "" {
		contentType = "application/octet-stream"
	}
	return ticket.InboundFile{Data: data, File: ticket.File{Name: name, ContentType: contentType, Size: int64(len(data)), SHA256: hex.EncodeToString(sum[:])}}
}

// filePolicy is the policy of an attachment that is opened by itself: nothing
// in it runs, loads or navigates.
const filePolicy = "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; sandbox"

// file answers with an attachment, to be saved, whatever it claims to be. What is
// no picture by its first bytes is bytes and nothing more.
func (s *server) file(w http.ResponseWriter, r *request) error {
	id, err := r.number("message")
	if err != nil {
		return err
	}
	f, data, err := s.Tickets.Attachment(r.Context(), r.actor, ticket.MessageID(id), r.PathValue("name"))
	if err != nil {
		return err
	}
	kind := "application/octet-stream"
	if is := pictureType(data); is != "" && picture(f.ContentType) {
		kind = is
	}
	return r.sendFile(w, kind, contentDisposition("attachment", f.Name), data)
}

// filePreview answers with a picture drawn anew: none of the bytes that came are
// in it.
func (s *server) filePreview(w http.ResponseWriter, r *request) error {
	id, err := r.number("message")
	if err != nil {
		return err
	}
	p, err := s.Tickets.Picture(r.Context(), r.actor, ticket.MessageID(id), r.PathValue("name"))
	if err != nil {
		return err
	}
	return r.sendFile(w, p.Type, "inline", p.Data)
}

// sendFile answers with what came from outside, sealed off from the console.
func (r *request) sendFile(w http.ResponseWriter, kind, disposition string, data []byte) error {
	h := w.Header()
	h.Set("Content-Security-Policy", filePolicy)
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Cache-Control", "private, max-age=3600")
	if strings.HasPrefix(kind, "text/csv") { // a list is another one a moment later
		h.Set("Cache-Control", "private, no-store")
	}
	h.Set("Content-Type", kind)
	h.Set("Content-Disposition", disposition)
	h.Set("Content-Length", strconv.Itoa(len(data)))
	_, err := w.Write(data)
	return err
}

// contentDisposition writes the header with a name in any script: a plain one
// for old readers and an encoded one for the others (RFC 6266 section 4.3, RFC
// 8187).
func contentDisposition(kind, name string) string {
	plain := strings.Map(func(c rune) rune {
		if c < ' ' || c >= utf8.RuneSelf || c == '"' || c == '\\' || c == '%' {
			return '_'
		}
		return c
	}, name)
	out := kind + `; filename="` + plain + `"`
	if plain != name {
		out += "; filename*=UTF-8''" + strings.ReplaceAll(url.QueryEscape(name), "+", "%20")
	}
	return out
}

// messageRaw answers with a mail as it came.
func (s *server) messageRaw(w http.ResponseWriter, r *request) error {
	n, id, err := r.messagePath()
	if err != nil {
		return err
	}
	raw, err := s.Tickets.Original(r.Context(), r.actor, n, id)
	if err != nil {
		return err
	}
	s.Watch.Read(r.actor, 1)
	h := w.Header()
	h.Set("Content-Security-Policy", filePolicy)
	h.Set("Content-Type", "message/rfc822")
	h.Set("Content-Disposition", contentDisposition("attachment", "ticket-"+id64(n)+"-"+id64(id)+".eml"))
	h.Set("Content-Length", strconv.Itoa(len(raw)))
	_, err = w.Write(raw)
	return err
}

func (r *request) messagePath() (int64, ticket.MessageID, error) {
	n, err := r.number("number")
	if err != nil {
		return 0, 0, err
	}
	id, err := r.number("message")
	return n, ticket.MessageID(id), err
}

// maxHeldPictures bounds the pictures that are put into a mail's own document.
const maxHeldPictures = 6 << 20

// messageHTML answers with a mail's own layout, made safe, for a sandboxed
// frame. The frame has no origin, so the browser sends no cookie for pictures
// in it: those that came with the mail are put into the document itself.
func (s *server) messageHTML(w http.ResponseWriter, r *request) error {
	n, id, err := r.messagePath()
	if err != nil {
		return err
	}
	m, err := s.Tickets.MessageIn(r.Context(), r.actor, n, id)
	if err != nil {
		return err
	}
	if m.HTML == "" {
		return errs.New(errs.NotFound, "error.not_found")
	}
	images := r.URL.Query().Get("images") == "1"
	held, names, room := map[string]string{}, ticket.FileNames(m.Files), int64(maxHeldPictures)
	cid := func(contentID string) string {
		if src, ok := held[contentID]; ok {
			return src
		}
		held[contentID] = ""
		i := slices.IndexFunc(m.Files, func(f ticket.File) bool { return f.ContentID == contentID && picture(f.ContentType) })
		if i < 0 || m.Files[i].Size == 0 || room <= 0 {
			return ""
		}
		p, err := s.Tickets.Picture(r.Context(), r.actor, m.ID, names[i])
		if err != nil || int64(len(p.Data)) > room {
			return "" // the mail is shown without the picture
		}
		room -= int64(len(p.Data))
		held[contentID] = "data:" + p.Type + ";base64," + base64.StdEncoding.EncodeToString(p.Data)
		return held[contentID]
	}
	safe := safehtml.Mail(m.HTML, safehtml.Options{RemoteImages: images, CID: cid})
	h := w.Header()
	h.Set("Content-Security-Policy", ui.MailContentSecurityPolicy(images))
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Content-Type", "text/html; charset=utf-8")
	return r.send(w, http.StatusOK, []byte(safehtml.Frame(safe.HTML)))
}
