package api

import (
	"time"

	"godwit.dev/godwit/internal/domain/cases"
)

// CaseFile is a piece of evidence.
type CaseFile struct {
	ID        Ref[aCaseFile] `json:"id"`
	Line      *int           `json:"line" doc:"Of the case, from 1; null: all of it."`
	Unit      *int64         `json:"unit" doc:"Of the line, from 1, in a photo of one that came; null: none in particular."`
	Kind      string         `json:"kind" enum:"photo,video,document"`
	Name      string         `json:"name" example:"crack.jpg"`
	Type      string         `json:"type" example:"image/jpeg" doc:"Told by its bytes."`
	Size      int64          `json:"size" doc:"In bytes."`
	SHA256    string         `json:"sha256" doc:"Of what is kept, in hex."`
	CreatedAt time.Time      `json:"created_at"`
}

func caseFileRecord(f cases.File) CaseFile {
	out := CaseFile{ID: refTo[aCaseFile](f.ID), Kind: string(f.Kind), Name: f.Name, Type: f.Type, Size: f.Size, SHA256: f.SHA256, CreatedAt: at(f.At)}
	if f.Line != 0 {
		out.Line = &f.Line
	}
	if f.Unit != 0 {
		out.Unit = &f.Unit
	}
	return out
}

func (s *server) caseFileList(c *call, in *struct {
	CasePath
	Picking
}) (*pageOut[CaseFile], error) {
	list, err := s.Cases.Files(c, c.actor, in.id())
	if err != nil {
		return nil, err
	}
	return page(c, convert(list, caseFileRecord), ""), nil
}

func (s *server) caseFile(c *call, in *struct {
	CasePath
	File Ref[aCaseFile] `path:"case_file" doc:"The file's id."`
}) (*bytesOut, error) {
	f, data, err := s.Cases.File(c, c.actor, in.id(), cases.FileID(in.File.num()))
	if err != nil {
		return nil, err
	}
	return &bytesOut{ContentType: "application/octet-stream", Policy: filePolicy, Disposition: download(f.Name), Body: data}, nil
}
