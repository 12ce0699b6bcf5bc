package api

import (
	"bytes"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/i18n"
	"godwit.dev/godwit/internal/domain/recovery"
	"godwit.dev/godwit/internal/flow/recoup"
)

// RecoveryDocument is a file that a person put to a claim.
type RecoveryDocument struct {
	ID        Ref[aRecoveryDocument] `json:"id"`
	Paper     string                 `json:"paper" example:"photo_packing" doc:"Which paper it is."`
	Kind      string                 `json:"kind" enum:"photo,video,document"`
	Name      string                 `json:"name" example:"box.jpg"`
	Type      string                 `json:"type" example:"image/jpeg" doc:"Told by its bytes."`
	Size      int64                  `json:"size" doc:"In bytes."`
	SHA256    string                 `json:"sha256" doc:"Of what is kept, in hex."`
	CreatedAt time.Time              `json:"created_at"`
}

func recoveryDocumentRecord(d recovery.Document) RecoveryDocument {
	return RecoveryDocument{refTo[aRecoveryDocument](d.ID), d.Paper, string(d.Kind), d.Name, d.Type, d.Size, d.SHA256, at(d.At)}
}

func (s *server) recoveryDocumentList(c *call, in *struct {
	RecoveryPath
	Picking
}) (*pageOut[RecoveryDocument], error) {
	list, err := s.Recovery.Documents(c, c.actor, in.id())
	if err != nil {
		return nil, err
	}
	return page(c, convert(list, recoveryDocumentRecord), ""), nil
}

// RecoveryFile is a document to be put to a claim.
type RecoveryFile struct {
	Paper   string `json:"paper,omitempty" enum:"invoice,declared_value,proof_of_posting,proof_of_insurance,photo_damage,photo_packing,photo_fault,statement,refund,inspection,purchase,party_form,other" default:"other" doc:"Which paper it is."`
	Name    string `json:"name" minLength:"1" maxLength:"200" example:"box.jpg"`
	Content []byte `json:"content" doc:"The file in base 64 (RFC 4648 section 4). A photo of 12 MB, a video of 24 MB, a PDF of 8 MB at most."`
}

func (s *server) recoveryDocumentAdd(c *call, in *struct {
	RecoveryPath
	Body RecoveryFile
}) (*recordOut[RecoveryDocument], error) {
	d, err := s.Recovery.AddDocument(c, c.actor, in.id(), recovery.NewDocument{Paper: in.Body.Paper, Name: in.Body.Name, Data: in.Body.Content})
	if err != nil {
		return nil, err
	}
	return record(recoveryDocumentRecord(d)), nil
}

// RecoveryDocumentPath names a document of a claim.
type RecoveryDocumentPath struct {
	RecoveryPath
	Document Ref[aRecoveryDocument] `path:"recovery_document" doc:"The document's id."`
}

func (p RecoveryDocumentPath) document() recovery.DocumentID {
	return recovery.DocumentID(p.Document.num())
}

func (s *server) recoveryDocument(c *call, in *struct{ RecoveryDocumentPath }) (*bytesOut, error) {
	d, data, err := s.Recovery.Document(c, c.actor, in.id(), in.document())
	if err != nil {
		return nil, err
	}
	return &bytesOut{ContentType: "application/octet-stream", Policy: filePolicy, Disposition: download(d.Name), Body: data}, nil
}

func (s *server) recoveryDocumentDelete(c *call, in *struct{ RecoveryDocumentPath }) (*noneOut, error) {
	return &noneOut{}, s.Recovery.DropDocument(c, c.actor, in.id(), in.document())
}

// RecoveryDossier is what a claim is submitted with.
type RecoveryDossier struct {
	Language string              `json:"language" enum:"en,zh-Hans" doc:"Of the letter."`
	Missing  []string            `json:"missing" nullable:"false" doc:"Papers that the party asks for and that are missing."`
	Files    []RecoveryEnclosure `json:"files" nullable:"false" doc:"The letter first."`
	Left     int                 `json:"left" doc:"Files that found no room: it holds 200 of together 200 MB."`
	Size     int64               `json:"size" doc:"Of the files together, in bytes."`
}

// RecoveryEnclosure is a file of a dossier.
type RecoveryEnclosure struct {
	Name  string  `json:"name" example:"files/01-photo_packing-box.jpg"`
	Paper *string `json:"paper" doc:"Which paper it is; null of the letter and the records."`
	Size  int64   `json:"size" doc:"In bytes."`
}

// RecoveryDossierAsk says how a claim is submitted.
type RecoveryDossierAsk struct {
	RecoveryPath
	Language string `query:"language" enum:"en,zh-Hans" doc:"Of the letter; by default that of the party: Chinese to suppliers, to carriers of China and to whoever has a Chinese name."`
}

func (s *server) dossier(c *call, in RecoveryDossierAsk) (recoup.Dossier, error) {
	return s.Recoup.Dossier(c, c.actor, in.id(), i18n.Lang(in.Language))
}

func (s *server) recoveryDossier(c *call, in *struct{ RecoveryDossierAsk }) (*recordOut[RecoveryDossier], error) {
	d, err := s.dossier(c, in.RecoveryDossierAsk)
	if err != nil {
		return nil, err
	}
	return record(RecoveryDossier{string(d.Language), append([]string{}, d.Missing...), convert(d.Files, func(f recoup.Enclosure) RecoveryEnclosure {
		return RecoveryEnclosure{f.Name, optText(f.Paper), f.Size}
	}), d.Left, d.Size()}), nil
}

// mostDossier is the largest archive that the API answers with, in bytes: an answer is held in memory until it is whole.
const mostDossier = 32_000_000

func (s *server) recoveryDossierFile(c *call, in *struct{ RecoveryDossierAsk }) (*bytesOut, error) {
	d, err := s.dossier(c, in.RecoveryDossierAsk)
	if err != nil {
		return nil, err
	}
	if d.Size() > mostDossier {
		return nil, errs.New(errs.Conflict, "error.recovery_dossier", "size", "32 MB")
	}
	var zip bytes.Buffer
	if err := d.Write(c, &zip); err != nil {
		return nil, err
	}
	return &bytesOut{ContentType: "application/zip", Policy: filePolicy, Disposition: download(d.Name()), Body: zip.Bytes()}, nil
}
