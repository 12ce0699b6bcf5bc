package api

import (
	"time"

	"godwit.dev/godwit/internal/domain/cases"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/flow/goods"
	"godwit.dev/godwit/internal/platform/auth"
)

func goodsGroup() group {
	read, write, manage := may(auth.ReadCases), may(auth.ReadCases, auth.WriteCases), may(auth.ReadCases, auth.ManagePlans)
	return group{"Returned goods", "A return is a parcel in which the goods of a case come back, to a place, under a number (RMA).", []operation{
		{"returnPlaceList", "GET", "/return-places", read, do((*server).returnPlaceList), "List places", "Where goods go back to, oldest first."},
		{"returnPlaceCreate", "POST", "/return-places", manage, do((*server).returnPlaceCreate).created(), "Add a place", "Adds a counter, hub or warehouse in a market, or the origin. New returns choose it by route, market and shop."},
		{"returnPlaceGet", "GET", "/return-places/{return_place}", read, do((*server).returnPlaceGet), "Get a place", "One place."},
		{"returnPlacePut", "PUT", "/return-places/{return_place}", manage, do((*server).returnPlacePut), "Replace a place", "Replaces all of a place. One that is off gets no new returns."},
		{"returnList", "GET", "/returns", read, do((*server).returnList), "List returns", "Returns, newest first."},
		{"returnLook", "GET", "/returns/look-up", read, do((*server).returnLook), "Look a code up", "The returns that a scanned or typed code may mean: an RMA, a tracking number, the number of an order or, of open returns, the beginning of a customer's name, in this order. With `open`, a SKU or barcode of goods in that return names its line."},
		{"returnUnknownList", "GET", "/returns/unknown", read, do((*server).returnUnknownList), "List unknown parcels", "Parcels that came in, that nobody expected and that nobody has claimed, newest first."},
		{"returnUnknownKeep", "POST", "/returns/unknown", write, do((*server).returnUnknownKeep), "Keep an unknown parcel", "Notes a parcel that nobody expected. A key that was seen adds nothing."},
		{"returnUnknownClaim", "POST", "/returns/unknown/{return_scan}/claim", write, do((*server).returnUnknownClaim), "Claim an unknown parcel", "Says which return an unknown parcel is."},
		{"returnGet", "GET", "/returns/{return}", read, do((*server).returnGet), "Get a return", "One return."},
		{"returnLabel", "GET", "/returns/{return}/label", read, do((*server).returnLabel).as("application/pdf"), "Get the label", "The label as PDF, on A4 beside a slip for the parcel, or alone on A6. Postage is not paid on it."},
		{"returnPapers", "GET", "/returns/{return}/papers", read, do((*server).returnPapers).as("application/pdf"), "Get the customs papers", "CN 22 or CN 23 and a commercial invoice as PDF. It is 404 where the way leads through no customs."},
		{"returnSent", "POST", "/returns/{return}/sent", write, do((*server).returnSent), "Tell the tracking number", "The parcel is followed from then on, and its first scan and arrival move the case."},
		{"returnRedirect", "POST", "/returns/{return}/redirect", write, do((*server).returnRedirect), "Send to another place", "Until the parcel is sent."},
		{"returnCancel", "POST", "/returns/{return}/cancel", write, do((*server).returnCancel), "Say that it will not come", "Before its time is over: what the customer was to get for the goods lapses, they are written to, and a case in which nothing else lives closes as expired. Goods that come after all take it up again. It is 409 for what moves or came, and where a law lets the customer send for as long as they like. A repeat changes nothing."},
		{"returnPhotoList", "GET", "/returns/{return}/photos", read, do((*server).returnPhotoList), "List photos", "Photos that were taken of what came, in the order in which they came. What the customer showed is with the case."},
		{"returnPhotoAdd", "POST", "/returns/{return}/photos", write, do((*server).returnPhotoAdd).upTo(upload).created(), "Add a photo", "Of what came: of all of it, of a line, or of one unit. The same photo, by its content, is added once, and loses the place where it was taken. At most 12 MB."},
		{"returnPhoto", "GET", "/returns/{return}/photos/{case_file}", read, do((*server).returnPhoto).as("application/octet-stream"), "Get a photo", "It always comes as a download."},
		{"returnReceive", "POST", "/returns/{return}/receive", write, do((*server).returnReceive), "Count what came", "Counts units as received. A key that was seen counts nothing again: give each scan one of its own."},
		{"returnFinish", "POST", "/returns/{return}/finish", write, do((*server).returnFinish), "Finish counting", "What was announced and not counted is missing."},
		{"returnInspect", "POST", "/returns/{return}/inspect", write, do((*server).returnInspect), "Grade units", "Grades units that came and says what becomes of them; both may be said again otherwise. What waits for the inspection goes on once all are graded, unless something is missing, other than announced, or came damaged without a reason that says so."},
		{"returnDiffer", "POST", "/returns/{return}/differ", write, do((*server).returnDiffer), "Ask the customer about a difference", "Asks whether the customer agrees with what their refund becomes, since the parcel does not hold what was announced. Until they agree, or a person decides, the refund waits and stays what it is."},
		{"returnOverlook", "POST", "/returns/{return}/overlook", write, do((*server).returnOverlook), "Pay what was promised", "Lets the refund be what was promised although the parcel does not hold what was announced. It needs `refunds.approve`."},
	}}
}

// ReturnPlaceDraft is what may be written of a place.
type ReturnPlaceDraft struct {
	Shop    Ref[aShop]    `json:"shop_id,omitempty" required:"false" doc:"Whose goods; left out: all shops'."`
	Route   string        `json:"route" enum:"drop_off,local_hub,local_warehouse,origin"`
	Markets []string      `json:"markets,omitempty" maxItems:"250" example:"[\"DE\",\"AT\"]" doc:"Countries whose customers send here; none is all."`
	Name    string        `json:"name" minLength:"1" maxLength:"200" example:"Hamburg returns"`
	Address PostalAddress `json:"address"`
	Hours   string        `json:"hours,omitempty" maxLength:"1000" example:"Mon-Fri 9-18"`
	Map     string        `json:"map,omitempty" maxLength:"1000" doc:"Address of a map, https."`
	Note    string        `json:"note,omitempty" maxLength:"1000" doc:"Printed on the label."`
	Off     bool          `json:"off,omitempty"`
}

func (d ReturnPlaceDraft) place(id goods.PlaceID) goods.Place {
	return goods.Place{
		ID: id, Shop: order.ShopID(d.Shop.num()), Route: d.Route, Markets: d.Markets, Name: d.Name, Address: order.Address(d.Address), Hours: d.Hours, Map: d.Map, Note: d.Note, Off: d.Off,
	}
}

// ReturnPlace is where goods go back to.
type ReturnPlace struct {
	ID        Ref[aPlace]   `json:"id"`
	Shop      *Ref[aShop]   `json:"shop_id" nullable:"true"`
	Route     string        `json:"route" enum:"drop_off,local_hub,local_warehouse,origin"`
	Markets   []string      `json:"markets" nullable:"false"`
	Name      string        `json:"name"`
	Address   PostalAddress `json:"address"`
	Hours     string        `json:"hours"`
	Map       string        `json:"map"`
	Note      string        `json:"note"`
	Off       bool          `json:"off" doc:"No new return goes there."`
	CreatedAt time.Time     `json:"created_at"`
	UpdatedAt time.Time     `json:"updated_at"`
}

func returnPlaceRecord(p goods.Place) ReturnPlace {
	return ReturnPlace{
		ID: refTo[aPlace](p.ID), Shop: optRef[aShop](p.Shop), Route: p.Route, Markets: append([]string{}, p.Markets...), Name: p.Name, Address: PostalAddress(p.Address),
		Hours: p.Hours, Map: p.Map, Note: p.Note, Off: p.Off, CreatedAt: at(p.CreatedAt), UpdatedAt: at(p.UpdatedAt),
	}
}

func (s *server) returnPlaceList(c *call, in *struct{ Paging }) (*pageOut[ReturnPlace], error) {
	list, err := s.Goods.Places(c, c.actor)
	if err != nil {
		return nil, err
	}
	list, next, err := part(list, func(p goods.Place) int64 { return int64(p.ID) }, in.Paging)
	if err != nil {
		return nil, err
	}
	return page(c, convert(list, returnPlaceRecord), next), nil
}

func (s *server) returnPlaceCreate(c *call, in *struct{ Body ReturnPlaceDraft }) (*recordOut[ReturnPlace], error) {
	p, err := s.Goods.SavePlace(c, c.actor, in.Body.place(0))
	if err != nil {
		return nil, err
	}
	return record(returnPlaceRecord(p)), nil
}

// ReturnPlacePath names a place.
type ReturnPlacePath struct {
	Place Ref[aPlace] `path:"return_place" doc:"The place's id."`
}

func (s *server) returnPlaceGet(c *call, in *struct{ ReturnPlacePath }) (*recordOut[ReturnPlace], error) {
	p, err := s.Goods.Place(c, c.actor, goods.PlaceID(in.Place.num()))
	if err != nil {
		return nil, err
	}
	return record(returnPlaceRecord(p)), nil
}

func (s *server) returnPlacePut(c *call, in *struct {
	ReturnPlacePath
	Body ReturnPlaceDraft
}) (*recordOut[ReturnPlace], error) {
	if _, err := s.Goods.Place(c, c.actor, goods.PlaceID(in.Place.num())); err != nil {
		return nil, err
	}
	p, err := s.Goods.SavePlace(c, c.actor, in.Body.place(goods.PlaceID(in.Place.num())))
	if err != nil {
		return nil, err
	}
	return record(returnPlaceRecord(p)), nil
}

// ReturnLine is goods of one line of a case.
type ReturnLine struct {
	Line       int    `json:"line" doc:"Of the case."`
	SKU        string `json:"sku"`
	Title      string `json:"title"`
	Quantity   int64  `json:"quantity" doc:"Announced."`
	Matched    int64  `json:"matched" doc:"Came as announced."`
	Unexpected int64  `json:"unexpected" doc:"Something else in its place."`
	Missing    int64  `json:"missing"`
	Grades     string `json:"grades" example:"AB" doc:"Of each unit that came, a letter each; - is not graded yet."`
}

// Return is a parcel in which goods come back.
type Return struct {
	ID         Ref[aReturn]    `json:"id"`
	Case       int64           `json:"case" doc:"The case's number."`
	Order      *Ref[anOrder]   `json:"order_id" nullable:"true"`
	RMA        string          `json:"rma" example:"R7K2M9QP4X" doc:"As the codes of the label hold it; people read it as R7K2-M9QP-4X. The last character checks the others (ISO/IEC 7064, MOD 37,36)."`
	Place      *Ref[aPlace]    `json:"place_id" nullable:"true" doc:"Null while the merchant has no place for the route."`
	Route      string          `json:"route" enum:"drop_off,local_hub,local_warehouse,origin,carrier"`
	State      string          `json:"state" enum:"expected,sent,moving,arrived,received,cancelled"`
	Carrier    string          `json:"carrier"`
	Tracking   string          `json:"tracking"`
	Shipment   *Ref[aShipment] `json:"shipment_id" nullable:"true"`
	Lines      []ReturnLine    `json:"lines" nullable:"false"`
	CreatedAt  time.Time       `json:"created_at"`
	UpdatedAt  time.Time       `json:"updated_at"`
	SentAt     *time.Time      `json:"sent_at"`
	ReceivedAt *time.Time      `json:"received_at"`
}

func returnRecord(p goods.Parcel) Return {
	return Return{
		ID: refTo[aReturn](p.ID), Case: p.Number, Order: optRef[anOrder](p.Order), RMA: p.RMA, Place: optRef[aPlace](p.Place), Route: p.Route, State: string(p.State),
		Carrier: p.Carrier, Tracking: p.Tracking, Shipment: optRef[aShipment](p.Shipment),
		Lines: convert(p.Lines, func(l goods.Line) ReturnLine {
			return ReturnLine{l.Case, l.SKU, l.Title, l.Quantity, l.Matched, l.Unexpected, l.Missing, l.Grades}
		}),
		CreatedAt: at(p.CreatedAt), UpdatedAt: at(p.UpdatedAt), SentAt: optTime(p.SentAt), ReceivedAt: optTime(p.ReceivedAt),
	}
}

func (s *server) returnList(c *call, in *struct {
	State string       `query:"state" enum:"expected,sent,moving,arrived,received,cancelled"`
	Open  bool         `query:"open" doc:"Those alone of which something is still to come."`
	Order Ref[anOrder] `query:"order"`
	Place Ref[aPlace]  `query:"place"`
	Paging
	Picking
}) (*pageOut[Return], error) {
	var before int64
	if err := readCursor('g', in.Cursor, &before); err != nil {
		return nil, err
	}
	f := goods.Filter{State: goods.State(in.State), Open: in.Open, Order: order.ID(in.Order.num()), Place: goods.PlaceID(in.Place.num())}
	list, err := s.Goods.List(c, c.actor, f, goods.ParcelID(before), min(in.Limit+1, goods.MaxPage))
	if err != nil {
		return nil, err
	}
	next := ""
	if len(list) > in.Limit || len(list) == goods.MaxPage {
		list = list[:min(len(list), in.Limit)]
		next = writeCursor('g', int64(list[len(list)-1].ID))
	}
	return page(c, convert(list, returnRecord), next), nil
}

// ReturnFound is what a code may mean.
type ReturnFound struct {
	Returns []Return `json:"returns" nullable:"false"`
	Line    int      `json:"line" doc:"The line of the open return whose goods carry the code; 0 for none."`
}

func (s *server) returnLook(c *call, in *struct {
	Code string       `query:"code" required:"true" minLength:"1" maxLength:"200" example:"R7K2-M9QP-4X"`
	Open Ref[aReturn] `query:"open" doc:"The return that lies open on the table."`
}) (*recordOut[ReturnFound], error) {
	list, line, err := s.Goods.Look(c, c.actor, in.Code, goods.ParcelID(in.Open.num()))
	if err != nil {
		return nil, err
	}
	return record(ReturnFound{convert(list, returnRecord), line}), nil
}

// UnknownReturn is a parcel that nobody expected.
type UnknownReturn struct {
	ID     Ref[aScan] `json:"id"`
	Code   string     `json:"code" doc:"What can be read on it."`
	Note   string     `json:"note"`
	At     time.Time  `json:"at"`
	ByName string     `json:"by"`
}

func (s *server) returnUnknownList(c *call, in *struct {
	Paging
	Picking
}) (*pageOut[UnknownReturn], error) {
	var before int64
	if err := readCursor('u', in.Cursor, &before); err != nil {
		return nil, err
	}
	list, err := s.Goods.Unknown(c, c.actor, before, min(in.Limit+1, goods.MaxPage))
	if err != nil {
		return nil, err
	}
	next := ""
	if len(list) > in.Limit || len(list) == goods.MaxPage {
		list = list[:min(len(list), in.Limit)]
		next = writeCursor('u', list[len(list)-1].ID)
	}
	return page(c, convert(list, func(x goods.Scan) UnknownReturn {
		return UnknownReturn{refTo[aScan](x.ID), x.Code, x.Note, at(x.At), x.By.Name}
	}), next), nil
}

// UnknownDraft is a parcel that nobody expected.
type UnknownDraft struct {
	Key  string `json:"key" minLength:"1" maxLength:"64" example:"door-1-000412" doc:"Of your own, new for each parcel."`
	Code string `json:"code" minLength:"1" maxLength:"200" example:"CX123456789DE"`
	Note string `json:"note,omitempty" maxLength:"1000"`
}

func (s *server) returnUnknownKeep(c *call, in *struct{ Body UnknownDraft }) (*noneOut, error) {
	return nil, s.Goods.Keep(c, c.actor, in.Body.Key, in.Body.Code, in.Body.Note)
}

// UnknownClaim says which return it is.
type UnknownClaim struct {
	Return Ref[aReturn] `json:"return_id"`
}

func (s *server) returnUnknownClaim(c *call, in *struct {
	Scan Ref[aScan] `path:"return_scan" doc:"The unknown parcel's id."`
	Body UnknownClaim
}) (*recordOut[Return], error) {
	return returned(s.Goods.Claim(c, c.actor, in.Scan.num(), goods.ParcelID(in.Body.Return.num())))
}

func returned(p goods.Parcel, err error) (*recordOut[Return], error) {
	if err != nil {
		return nil, err
	}
	return record(returnRecord(p)), nil
}

// ReturnPath names a return.
type ReturnPath struct {
	Return Ref[aReturn] `path:"return" doc:"The return's id."`
}

func (p ReturnPath) id() goods.ParcelID { return goods.ParcelID(p.Return.num()) }

func (s *server) returnGet(c *call, in *struct {
	ReturnPath
	Picking
}) (*recordOut[Return], error) {
	return returned(s.Goods.Get(c, c.actor, in.id()))
}

func (s *server) returnLabel(c *call, in *struct {
	ReturnPath
	Paper    string `query:"paper" enum:"a4,a6" default:"a4"`
	Language string `query:"language" example:"de" doc:"Of its words, BCP 47."`
}) (*bytesOut, error) {
	print := s.Goods.Label
	if in.Paper == "a6" {
		print = s.Goods.LabelA6
	}
	pdf, err := print(c, c.actor, in.id(), in.Language)
	return pdfOut("label", pdf), err
}

func (s *server) returnPapers(c *call, in *struct{ ReturnPath }) (*bytesOut, error) {
	pdf, err := s.Goods.Papers(c, c.actor, in.id())
	return pdfOut("customs", pdf), err
}

func pdfOut(name string, pdf []byte) *bytesOut {
	return &bytesOut{ContentType: "application/pdf", Policy: filePolicy, Disposition: download(name + ".pdf"), Body: pdf}
}

// ReturnNumber is the number under which a parcel comes back.
type ReturnNumber struct {
	Carrier  string `json:"carrier,omitempty" maxLength:"200" example:"DHL"`
	Tracking string `json:"tracking" minLength:"1" maxLength:"60" example:"00340434161094042557"`
}

func (s *server) returnSent(c *call, in *struct {
	ReturnPath
	Body ReturnNumber
}) (*recordOut[Return], error) {
	return returned(s.Goods.Sent(c, c.actor, in.id(), in.Body.Carrier, in.Body.Tracking))
}

// ReturnTo names a place.
type ReturnTo struct {
	Place Ref[aPlace] `json:"place_id"`
}

func (s *server) returnRedirect(c *call, in *struct {
	ReturnPath
	Body ReturnTo
}) (*recordOut[Return], error) {
	return returned(s.Goods.Redirect(c, c.actor, in.id(), goods.PlaceID(in.Body.Place.num())))
}

// ReturnCount is units that came.
type ReturnCount struct {
	Key   string          `json:"key" minLength:"1" maxLength:"64" example:"door-1-000413" doc:"Of your own, new for each scan."`
	Lines []ReturnCounted `json:"lines" nullable:"false" minItems:"1" maxItems:"200"`
}

// ReturnCounted is units of one line that came.
type ReturnCounted struct {
	Line       int   `json:"line" minimum:"1" example:"1"`
	Matched    int64 `json:"matched,omitempty" minimum:"0" maximum:"10000" example:"1"`
	Unexpected int64 `json:"unexpected,omitempty" minimum:"0" maximum:"10000"`
}

func (s *server) returnReceive(c *call, in *struct {
	ReturnPath
	Body ReturnCount
}) (*recordOut[Return], error) {
	return returned(s.Goods.Receive(c, c.actor, in.id(), in.Body.Key, convert(in.Body.Lines, func(l ReturnCounted) goods.Counted { return goods.Counted(l) })))
}

func (s *server) returnFinish(c *call, in *struct{ ReturnPath }) (*recordOut[Return], error) {
	return returned(s.Goods.Finish(c, c.actor, in.id()))
}

// ReturnGrade grades units of a line.
type ReturnGrade struct {
	Line     int    `json:"line" minimum:"1" example:"1"`
	From     int64  `json:"from" minimum:"1" example:"1" doc:"The first unit, from 1."`
	Quantity int64  `json:"quantity" minimum:"1" maximum:"10000" example:"1"`
	Grade    string `json:"grade" enum:"A,B,C" doc:"A: as new; B: used, or its packaging is; C: damaged or incomplete."`
	As       string `json:"as" enum:"hub_hold,restock_new,restock_second,refurbish,repair,to_supplier,redispatch,relabel,consolidate_home,donate,destroy,back_to_buyer" doc:"What becomes of them."`
}

func (s *server) returnInspect(c *call, in *struct {
	ReturnPath
	Body ReturnGrade
}) (*recordOut[Return], error) {
	b := in.Body
	return returned(s.Goods.Inspect(c, c.actor, in.id(), b.Line, b.From, b.Quantity, goods.Grade(b.Grade), cases.Disposition(b.As)))
}
