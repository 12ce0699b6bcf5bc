package api

import (
	"encoding/base64"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/cases"
	"godwit.dev/godwit/internal/flow/goods"
)

func (s *server) returnCancel(c *call, in *struct{ ReturnPath }) (*recordOut[Return], error) {
	return returned(s.Goods.Drop(c, c.actor, in.id()))
}

// ReturnPhoto is a photo of what came.
type ReturnPhoto struct {
	ID        Ref[aCaseFile] `json:"id"`
	Line      *int           `json:"line" doc:"Of the case; null: all of the return."`
	Unit      *int64         `json:"unit" doc:"Of the line, from 1, as units are graded; null: none in particular."`
	Name      string         `json:"name" example:"seam.jpg"`
	Type      string         `json:"type" example:"image/jpeg" doc:"Told by its bytes."`
	Size      int64          `json:"size" doc:"In bytes."`
	SHA256    string         `json:"sha256" doc:"Of what is kept, in hex."`
	By        string         `json:"by" example:"Zhou Lan"`
	CreatedAt time.Time      `json:"created_at"`
}

func returnPhotoRecord(x goods.Photo) ReturnPhoto {
	out := ReturnPhoto{ID: refTo[aCaseFile](x.ID), Name: x.Name, Type: x.Type, Size: x.Size, SHA256: x.SHA256, By: x.By.Name, CreatedAt: at(x.At)}
	if x.Line != 0 {
		out.Line = &x.Line
	}
	if x.Unit != 0 {
		out.Unit = &x.Unit
	}
	return out
}

func (s *server) returnPhotoList(c *call, in *struct {
	ReturnPath
	Picking
}) (*pageOut[ReturnPhoto], error) {
	list, err := s.Goods.Photos(c, c.actor, in.id())
	if err != nil {
		return nil, err
	}
	return page(c, convert(list, returnPhotoRecord), ""), nil
}

// ReturnPhotoDraft is a photo to be added.
type ReturnPhotoDraft struct {
	Line    int    `json:"line,omitempty" minimum:"0" example:"1" doc:"Of the case; left out: all of the return."`
	Unit    int64  `json:"unit,omitempty" minimum:"0" maximum:"10000" example:"1" doc:"Of the line, from 1; left out: none in particular."`
	Name    string `json:"name,omitempty" maxLength:"200" example:"seam.jpg"`
	Content string `json:"content" contentEncoding:"base64" minLength:"4" doc:"JPEG, PNG, WebP or HEIC in base 64."`
}

func (s *server) returnPhotoAdd(c *call, in *struct {
	ReturnPath
	Body ReturnPhotoDraft
}) (*recordOut[ReturnPhoto], error) {
	data, err := base64.StdEncoding.DecodeString(in.Body.Content)
	if err != nil {
		return nil, errs.Field("content", "error.evidence_type")
	}
	x, err := s.Goods.Photograph(c, c.actor, in.id(), in.Body.Line, in.Body.Unit, in.Body.Name, data)
	if err != nil {
		return nil, err
	}
	return record(returnPhotoRecord(x)), nil
}

func (s *server) returnPhoto(c *call, in *struct {
	ReturnPath
	File Ref[aCaseFile] `path:"case_file" doc:"The photo's id."`
}) (*bytesOut, error) {
	x, data, err := s.Goods.PhotoData(c, c.actor, in.id(), cases.FileID(in.File.num()))
	if err != nil {
		return nil, err
	}
	return &bytesOut{ContentType: "application/octet-stream", Policy: filePolicy, Disposition: download(x.Name), Body: data}, nil
}
