package recoup

import (
	"archive/zip"
	"cmp"
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
	"unicode"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/i18n"
	"godwit.dev/godwit/internal/domain/carrier"
	"godwit.dev/godwit/internal/domain/cases"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/domain/recovery"
	"godwit.dev/godwit/internal/domain/shipment"
	"godwit.dev/godwit/internal/platform/auth"
)

// Bounds of a dossier.
const (
	MostEnclosed      = 200         // files
	MostEnclosedBytes = 200_000_000 // of files together
	MostRecords       = 40          // things that happened whose order, parcel and case are printed
)

// Enclosure is a file of a dossier.
type Enclosure struct {
	Name  string // within the archive, in any script; no part of it leads out of its folder
	Paper string // which paper it is, of recovery.PaperKinds; "" of the letter and the records
	Size  int64  // in bytes
	at    time.Time
	data  func(ctx context.Context) ([]byte, error)
}

// Dossier is what a claim is submitted with: a letter, what the house's records say, and the files.
type Dossier struct {
	Claim    recovery.Claim
	Language i18n.Lang
	Missing  []string    // papers that the party asks for and that are missing
	Files    []Enclosure // the letter first
	Left     int         // files that found no room
	Letter   []byte      // PDF
}

// Name is what the archive is called.
func (d Dossier) Name() string { return fmt.Sprintf("claim-%d.zip", int64(d.Claim.ID)) }

// Size is how large the files are together, in bytes.
func (d Dossier) Size() (n int64) {
	for _, f := range d.Files {
		n += f.Size
	}
	return n
}

// Write writes the archive, one file after the other, so that no more than one is in memory. The same dossier makes the same
// bytes. A file that was taken off meanwhile fails with errs.NotFound.
func (d Dossier) Write(ctx context.Context, out io.Writer) error {
	z := zip.NewWriter(out)
	for _, f := range d.Files {
		data, err := f.data(ctx)
		if err != nil {
			return fmt.Errorf("enclose a file of claim %d: %w", d.Claim.ID, err)
		}
		w, err := z.CreateHeader(&zip.FileHeader{Name: f.Name, Method: zip.Store, Modified: f.at.UTC()}) // pictures and PDF are compressed
		if err != nil {
			return err
		}
		if _, err := w.Write(data); err != nil {
			return err
		}
	}
	return z.Close()
}

// LetterLanguages are the languages that a letter is written in.
func LetterLanguages() []i18n.Lang { return []i18n.Lang{i18n.English, i18n.SimplifiedChinese} }

// LanguageOf is the language in which a party is written to unless somebody says otherwise: Chinese to suppliers, to
// carriers of China, and to whoever has a Chinese name; English to all others.
func LanguageOf(c recovery.Claim) i18n.Lang {
	house, known := carrier.ByKey(carrier.Key(c.Party))
	if c.Against == recovery.Supplier || c.Against == recovery.Carrier && known && house.Country == "CN" || strings.ContainsFunc(c.Name, func(r rune) bool { return unicode.Is(unicode.Han, r) }) {
		return i18n.SimplifiedChinese
	}
	return i18n.English
}

// record is what the house knows of a thing that happened; each part is nil where nothing is known, or where the reader has
// no right to it.
type record struct {
	item   recovery.Item
	order  *order.Order
	parcel *shipment.Shipment
	scans  []shipment.Event
	about  *cases.Case
}

// Dossier draws up what a claim is submitted with, in a language of LetterLanguages; "" is the party's. It changes nothing.
// What the actor may not read is not in it. A supplier answers for goods: what only the customer and the carrier are
// concerned with, names, addresses, words, stays out of theirs. It needs ReadCases and the claim in sight.
func (s *Service) Dossier(ctx context.Context, actor auth.Actor, number recovery.ID, lang i18n.Lang) (Dossier, error) {
	c, err := s.Claims.Get(ctx, actor, number)
	if err != nil {
		return Dossier{}, err
	}
	if lang == "" {
		lang = LanguageOf(c)
	}
	if !slices.Contains(LetterLanguages(), lang) {
		return Dossier{}, errs.Field("language", "error.invalid")
	}
	d := Dossier{Claim: c, Language: lang, Missing: c.Missing()}
	files, err := s.enclose(ctx, actor, &d)
	if err != nil {
		return Dossier{}, err
	}
	space, err := s.Store.Workspace(ctx, c.Workspace)
	if err != nil {
		return Dossier{}, err
	}
	say := i18n.For(lang)
	l := letter{claim: c, from: space.Name, now: s.Now().UTC(), say: say, left: d.Left}
	var records []record
	if c.Against != recovery.Supplier {
		if records, err = s.records(ctx, actor, c); err != nil {
			return Dossier{}, err
		}
		l.names = append(l.names, say.T("recovery.letter.records"))
	}
	for _, f := range files {
		l.names = append(l.names, strings.TrimPrefix(f.Name, "files/")+" – "+say.T("recovery.paper."+f.Paper))
	}
	if d.Letter, err = l.draw(); err != nil {
		return Dossier{}, err
	}
	d.Files = append(d.Files, printed("1-letter.pdf", d.Letter, l.now))
	if len(records) > 0 {
		pdf, err := l.drawRecords(records)
		if err != nil {
			return Dossier{}, err
		}
		d.Files = append(d.Files, printed("2-records.pdf", pdf, l.now))
	}
	d.Files = append(d.Files, files...)
	return d, nil
}

func printed(name string, pdf []byte, now time.Time) Enclosure {
	return Enclosure{Name: name, Size: int64(len(pdf)), at: now, data: func(context.Context) ([]byte, error) { return pdf, nil }}
}

// enclose chooses the files of a claim: what people put to it first, then what its cases hold.
func (s *Service) enclose(ctx context.Context, actor auth.Actor, d *Dossier) ([]Enclosure, error) {
	c := d.Claim
	var out []Enclosure
	seen, size := map[string]bool{}, int64(0)
	add := func(sha, paper, name string, bytes int64, at time.Time, data func(context.Context) ([]byte, error)) {
		if seen[sha] {
			return
		}
		seen[sha] = true
		if len(out) == MostEnclosed || size+bytes > MostEnclosedBytes {
			d.Left++
			return
		}
		size += bytes
		out = append(out, Enclosure{Name: fmt.Sprintf("files/%02d-%s-%s", len(out)+1, paper, safeName(name)), Paper: paper, Size: bytes, at: at, data: data})
	}
	own, err := s.Claims.Documents(ctx, actor, c.ID)
	if err != nil {
		return nil, err
	}
	for _, x := range own {
		add(x.SHA256, x.Paper, x.Name, x.Size, x.At, func(ctx context.Context) ([]byte, error) {
			_, data, err := s.Claims.Document(ctx, actor, c.ID, x.ID)
			return data, err
		})
	}
	var about []cases.ID
	for _, x := range c.Items {
		if x.Case != 0 && !slices.Contains(about, x.Case) && len(about) < MostEnclosed {
			about = append(about, x.Case)
		}
	}
	for _, id := range about {
		files, err := s.Cases.Files(ctx, actor, id)
		if gone(err) {
			continue
		}
		if err != nil {
			return nil, err
		}
		for _, f := range files {
			if c.Against == recovery.Supplier && f.Kind == cases.Document {
				continue // a paper of the customer's
			}
			add(f.SHA256, paperOf(c, f), f.Name, f.Size, f.At, func(ctx context.Context) ([]byte, error) {
				_, data, err := s.Cases.File(ctx, actor, id, f.ID)
				return data, err
			})
		}
	}
	return out, nil
}

// paperOf says which paper a file of a case is: what a customer showed, or what was seen at the warehouse.
func paperOf(c recovery.Claim, f cases.File) string {
	switch {
	case f.Kind == cases.Document:
		return recovery.Other
	case f.By.Kind != auth.Customer:
		return recovery.Inspection
	case c.Against == recovery.Supplier:
		return recovery.PhotoDefect
	}
	return recovery.PhotoDamage
}

// gone reports whether an error says that there is nothing to be read, or not for the reader.
func gone(err error) bool { return errs.Is(err, errs.NotFound) || errs.Is(err, errs.Denied) }

// records reads what the house knows of the first things that happened.
func (s *Service) records(ctx context.Context, actor auth.Actor, c recovery.Claim) ([]record, error) {
	var out []record
	for _, x := range c.Items[:min(len(c.Items), MostRecords)] {
		r := record{item: x}
		if x.Order != 0 {
			o, err := s.Orders.Get(ctx, actor, x.Order)
			if err == nil {
				r.order = &o
			} else if !gone(err) {
				return nil, err
			}
		}
		if x.Shipment != 0 {
			v, err := s.Shipments.Get(ctx, actor, x.Shipment)
			if err == nil {
				r.parcel = &v
				r.scans, err = s.Shipments.Events(ctx, actor, x.Shipment)
			}
			if err != nil && !gone(err) {
				return nil, err
			}
		}
		if x.Case != 0 {
			about, err := s.Cases.Get(ctx, actor, x.Case)
			if err == nil {
				r.about = &about
			} else if !gone(err) {
				return nil, err
			}
		}
		out = append(out, r)
	}
	return out, nil
}

// safeName is a name that every system can save under, in any script.
func safeName(name string) string {
	name = strings.Map(func(r rune) rune {
		switch {
		case strings.ContainsRune(`/\:*?"<>|`, r):
			return '_'
		case unicode.IsControl(r) || unicode.Is(unicode.Cf, r): // nothing that is not seen, or that turns what is
			return -1
		}
		return r
	}, strings.ToValidUTF8(name, "_"))
	end := ""
	if i := strings.LastIndexByte(name, '.'); i >= 0 && len(name)-i <= 6 {
		name, end = name[:i], name[i:]
	}
	name = strings.Trim(name, " .")
	if runes := []rune(name); len(runes) > 60 {
		name = strings.Trim(string(runes[:60]), " .")
	}
	return cmp.Or(name, "file") + end
}
