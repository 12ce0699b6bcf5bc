package api

import (
	"time"

	"godwit.dev/godwit/internal/base/money"
	"godwit.dev/godwit/internal/domain/cases"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/domain/recovery"
	"godwit.dev/godwit/internal/domain/shipment"
	"godwit.dev/godwit/internal/flow/recoup"
	"godwit.dev/godwit/internal/platform/auth"
)

func recoveryGroup() group {
	read, write := may(auth.ReadCases), may(auth.ReadCases, auth.WriteCases)
	return group{"Recoveries", "A recovery is a claim for money against the carrier of a parcel, an insurer, the supplier of faulty goods or a marketplace: with its papers, deadline, sums and what was paid. Most open by themselves. Nothing is sent to the party.", []operation{
		{"recoveryList", "GET", "/recoveries", read, do((*server).recoveryList), "List claims", "Claims, newest first; with `open` or a `state` that is open those whose clock ends first, and those without one last."},
		{"recoverySums", "GET", "/recoveries/sums", read, do((*server).recoverySums), "Add up claims", "What claims come to, by state and currency."},
		{"recoveryBatches", "GET", "/recoveries/batches", read, do((*server).recoveryBatches), "List batches of suppliers", "How many units of each batch were sold in the last 366 days, how many turned out to be faulty beside what is usual, what that cost, and what is claimed for it. Those that stand out come first; all are in one answer."},
		{"recoveryBatchClaim", "POST", "/recoveries/batches/claims", write, do((*server).recoveryBatchClaim), "Claim a batch", "Claims all faulty units of a batch that stand in no claim against a supplier yet, at most 500 lines of cases a call. A repeat claims nothing twice."},
		{"agreementList", "GET", "/recovery-agreements", read, do((*server).agreementList), "List agreements", "What was agreed with carriers, insurers, suppliers and marketplaces about claims: by kind and name of the party, the latest of each first."},
		{"agreementPut", "PUT", "/recovery-agreements", may(auth.ReadCases, auth.ManagePlans), do((*server).agreementPut), "Save an agreement", "Takes the place of the one of the same party, cause and day. What it names goes before the shipped rules, for claims that are opened from now on."},
		{"agreementDelete", "DELETE", "/recovery-agreements/{agreement}", may(auth.ReadCases, auth.ManagePlans), do((*server).agreementDelete), "Take an agreement off", "Claims that follow it keep what they have."},
		{"recoveryOpen", "POST", "/recoveries", may(auth.ReadCases, auth.WriteCases, auth.ReadShipments), do((*server).recoveryOpen).created(), "Claim a parcel", "Opens a claim for a parcel. One that the party has already is returned as it stands."},
		{"recoveryGet", "GET", "/recoveries/{recovery}", read, do((*server).recoveryGet), "Get a claim", "One claim with its items and papers."},
		{"recoveryUpdate", "PATCH", "/recoveries/{recovery}", write, do((*server).recoveryUpdate), "Move a claim on", "Tells what came of a claim. What books money (`accepted`, `partly`, `paid`, `written_off`) needs `refunds.approve` besides. `ready`, `collecting` and `lapsed` follow by themselves."},
		{"recoveryPayments", "GET", "/recoveries/{recovery}/payments", read, do((*server).recoveryPayments), "List a claim's payments", "What was paid, oldest first."},
		{"recoveryPay", "POST", "/recoveries/{recovery}/payments", may(auth.ReadCases, auth.ApproveRefunds), do((*server).recoveryPay), "Book a payment", "Books what a party paid, all or a part, in any currency. A repeat of a reference changes nothing."},
		{"recoveryDocumentList", "GET", "/recoveries/{recovery}/documents", read, do((*server).recoveryDocumentList), "List a claim's documents", "Files that people put to a claim, in the order in which they came."},
		{"recoveryDocumentAdd", "POST", "/recoveries/{recovery}/documents", write, do((*server).recoveryDocumentAdd).upTo(upload).created(), "Add a document to a claim", "Puts a photo (JPEG, PNG, WebP, HEIC), a short video (MP4, MOV, WebM) or a PDF to an open claim: the paper that it is is there then. The same content is kept once."},
		{"recoveryDocument", "GET", "/recoveries/{recovery}/documents/{recovery_document}", read, do((*server).recoveryDocument).as("application/octet-stream"), "Get a document", "A photo has lost the place where it was taken. It always comes as a download."},
		{"recoveryDocumentDelete", "DELETE", "/recoveries/{recovery}/documents/{recovery_document}", write, do((*server).recoveryDocumentDelete), "Take a document off", "From an open claim. The paper that it was is missing then, unless another document is it."},
		{"recoveryDossier", "GET", "/recoveries/{recovery}/dossier", read, do((*server).recoveryDossier), "See what a claim is submitted with", "Names the files of the archive and the papers that are missing."},
		{"recoveryDossierFile", "GET", "/recoveries/{recovery}/dossier.zip", read, do((*server).recoveryDossierFile).as("application/zip"), "Download what a claim is submitted with", "A letter, the records of the order, the parcel and the case, and the files: what you may read of them. A supplier's holds no names, addresses or words of customers. An archive larger than 32 MB is refused: its files can be had one by one."},
		{"recoveryEvents", "GET", "/recoveries/{recovery}/events", read, do((*server).recoveryEvents), "List a claim's events", "What happened to a claim, oldest first."},
	}}
}

// Recovery is money that is asked of one party.
type Recovery struct {
	ID          Ref[aRecovery]     `json:"id"`
	Against     string             `json:"against" enum:"carrier,insurer,supplier,marketplace"`
	Party       string             `json:"party" example:"4px" doc:"The key of a carrier, or a name in small letters."`
	Name        string             `json:"name" example:"4PX"`
	Cause       string             `json:"cause" enum:"lost,never_scanned,damaged,delayed,defective"`
	State       string             `json:"state" enum:"collecting,ready,submitted,asked,accepted,partly,refused,appealed,paid,written_off,lapsed"`
	Currency    string             `json:"currency" example:"EUR"`
	Asked       int64              `json:"asked" doc:"In minor units, as are all sums of a claim."`
	Granted     int64              `json:"granted"`
	Received    int64              `json:"received"`
	Due         int64              `json:"due" doc:"Granted, and still to come."`
	Lost        int64              `json:"lost" doc:"Asked for, and will not come: of a claim that has ended."`
	Batch       *string            `json:"batch" doc:"Of a supplier."`
	Reference   *string            `json:"reference" doc:"The party's own."`
	OwnerID     *Ref[aPerson]      `json:"owner_id" nullable:"true"`
	Rule        *string            `json:"rule" example:"4px" doc:"The row of the table of rules that it follows."`
	Agreement   *RecoveryAgreement `json:"agreement,omitempty" doc:"What was agreed with the party, as it was when the claim was opened; it goes before the rule. Left out where nothing was."`
	Papers      []RecoveryPaper    `json:"papers" nullable:"false"`
	Items       []RecoveryItem     `json:"items" nullable:"false"`
	Why         string             `json:"why" doc:"Why it was refused, asked about or written off."`
	OpensAt     *time.Time         `json:"opens_at" doc:"The party takes it from then."`
	Deadline    *time.Time         `json:"deadline" doc:"And until then; null if no deadline is known."`
	SubmittedAt *time.Time         `json:"submitted_at"`
	ReplyBy     *time.Time         `json:"reply_by" doc:"The party answers by then; null if that is not known."`
	CreatedAt   time.Time          `json:"created_at"`
	UpdatedAt   time.Time          `json:"updated_at"`
	EndedAt     *time.Time         `json:"ended_at" doc:"Null while something is still to come."`
}

// RecoveryPaper is something that the party wants to see.
type RecoveryPaper struct {
	Kind string  `json:"kind" example:"photo_damage"`
	From *string `json:"from" enum:"order,tracking,case,person,file" doc:"Who has it: the house, a person, or it is a document of the claim; null while it is missing."`
}

// RecoveryItem is what happened: a parcel, or some units of a case's line.
type RecoveryItem struct {
	ShipmentID *Ref[aShipment] `json:"shipment_id" nullable:"true"`
	OrderID    *Ref[anOrder]   `json:"order_id" nullable:"true"`
	CaseID     *Ref[aCase]     `json:"case_id" nullable:"true"`
	Tracking   *string         `json:"tracking"`
	SKU        *string         `json:"sku"`
	Title      string          `json:"title"`
	Quantity   int64           `json:"quantity"`
	Value      int64           `json:"value" doc:"Asked for it."`
	Refunded   int64           `json:"refunded" doc:"Given back to its customer, as far as that is known."`
}

func recoveryRecord(c recovery.Claim) Recovery {
	var agreed *RecoveryAgreement
	if c.Agreed != nil {
		a := agreementRecord(*c.Agreed)
		agreed = &a
	}
	return Recovery{
		Agreement: agreed,
		ID:        refTo[aRecovery](c.ID), Against: string(c.Against), Party: c.Party, Name: c.Name, Cause: string(c.Cause), State: string(c.State), Currency: c.Currency, Asked: c.Asked, Granted: c.Granted, Received: c.Received,
		Due: c.Due(), Lost: c.Gone(), Batch: optText(c.Batch), Reference: optText(c.Reference), OwnerID: optRef[aPerson](c.Owner), Rule: optText(c.Rule), Why: c.Why,
		Papers: append([]RecoveryPaper{}, convert(c.Papers, func(p recovery.Paper) RecoveryPaper { return RecoveryPaper{p.Kind, optText(p.From)} })...),
		Items: append([]RecoveryItem{}, convert(c.Items, func(x recovery.Item) RecoveryItem {
			return RecoveryItem{optRef[aShipment](x.Shipment), optRef[anOrder](x.Order), optRef[aCase](x.Case), optText(x.Tracking), optText(x.SKU), x.Title, x.Quantity, x.Value, x.Refunded}
		})...),
		OpensAt: optTime(c.OpensAt), Deadline: optTime(c.Deadline), SubmittedAt: optTime(c.SubmittedAt), ReplyBy: optTime(c.ReplyBy), CreatedAt: at(c.CreatedAt), UpdatedAt: at(c.UpdatedAt), EndedAt: optTime(c.EndedAt),
	}
}

// RecoveryAsk narrows claims.
type RecoveryAsk struct {
	State    string         `query:"state" enum:"collecting,ready,submitted,asked,accepted,partly,refused,appealed,paid,written_off,lapsed"`
	Open     bool           `query:"open" doc:"Those alone of which something is still to come."`
	Against  string         `query:"against" enum:"carrier,insurer,supplier,marketplace"`
	Party    string         `query:"party" maxLength:"200" example:"4px"`
	Batch    string         `query:"batch" maxLength:"200"`
	Owner    Ref[aPerson]   `query:"owner"`
	Shipment Ref[aShipment] `query:"shipment"`
	Order    Ref[anOrder]   `query:"order"`
	Case     Ref[aCase]     `query:"case"`
}

func (a RecoveryAsk) filter() recovery.Filter {
	f := recovery.Filter{
		Open: a.Open, Against: recovery.Against(a.Against), Party: a.Party, Batch: a.Batch, Owner: auth.PersonID(a.Owner.num()), Shipment: shipment.ID(a.Shipment.num()),
		Order: order.ID(a.Order.num()), Case: cases.ID(a.Case.num()),
	}
	if a.State != "" {
		f.States = []recovery.State{recovery.State(a.State)}
	}
	return f
}

func (s *server) recoveryList(c *call, in *struct {
	RecoveryAsk
	Paging
	Picking
}) (*pageOut[Recovery], error) {
	f := in.filter()
	var after recovery.Cursor
	if in.Cursor != "" {
		var ms, last int64
		if err := readCursor('v', in.Cursor, &ms, &last); err != nil {
			return nil, err
		}
		after = recovery.Cursor{ID: recovery.ID(last)}
		if ms != 0 {
			after.At = time.UnixMilli(ms).UTC()
		}
	}
	found, err := s.Recovery.List(c, c.actor, f, after, min(in.Limit+1, recovery.MaxPage))
	if err != nil {
		return nil, err
	}
	next := ""
	if len(found) > in.Limit || len(found) == recovery.MaxPage {
		found = found[:min(len(found), in.Limit)]
		place := f.CursorAt(found[len(found)-1])
		ms := int64(0)
		if !place.At.IsZero() {
			ms = place.At.UnixMilli()
		}
		next = writeCursor('v', ms, int64(place.ID))
	}
	return page(c, convert(found, recoveryRecord), next), nil
}

// RecoverySum is what claims of a state come to in a currency.
type RecoverySum struct {
	State    string `json:"state"`
	Currency string `json:"currency"`
	Claims   int64  `json:"claims"`
	Asked    int64  `json:"asked" doc:"In minor units, as the others."`
	Granted  int64  `json:"granted"`
	Received int64  `json:"received"`
}

// RecoverySums are what claims come to.
type RecoverySums struct {
	Data []RecoverySum `json:"data" nullable:"false"`
}

func (s *server) recoverySums(c *call, in *struct{ RecoveryAsk }) (*recordOut[RecoverySums], error) {
	list, err := s.Recovery.Sums(c, c.actor, in.filter())
	if err != nil {
		return nil, err
	}
	return record(RecoverySums{append([]RecoverySum{}, convert(list, func(x recovery.Sum) RecoverySum {
		return RecoverySum{string(x.State), x.Currency, x.Claims, x.Asked, x.Granted, x.Received}
	})...)}), nil
}

// RecoveryDraft is a claim for a parcel.
type RecoveryDraft struct {
	ShipmentID Ref[aShipment] `json:"shipment_id"`
	Against    string         `json:"against,omitempty" enum:"carrier,insurer,marketplace" default:"carrier"`
	Party      string         `json:"party,omitempty" maxLength:"200" doc:"The name of an insurer or a marketplace."`
	Cause      string         `json:"cause" enum:"lost,never_scanned,damaged,delayed"`
	Amount     *Money         `json:"amount,omitempty" doc:"In the order's currency; left out: as the carrier's rule says."`
	Deadline   time.Time      `json:"deadline,omitempty" doc:"Left out: as the carrier's rule says."`
}

func (s *server) recoveryOpen(c *call, in *struct{ Body RecoveryDraft }) (*recordOut[Recovery], error) {
	w := recoup.Wish{Shipment: shipment.ID(in.Body.ShipmentID.num()), Against: recovery.Against(in.Body.Against), Party: in.Body.Party, Cause: recovery.Cause(in.Body.Cause), Deadline: in.Body.Deadline}
	if w.Against == "" {
		w.Against = recovery.Carrier
	}
	if in.Body.Amount != nil {
		w.Amount = money.Amount{Minor: in.Body.Amount.Amount, Currency: in.Body.Amount.Currency}
	}
	x, _, err := s.Recoup.Claim(c, c.actor, w)
	if err != nil {
		return nil, err
	}
	return record(recoveryRecord(x)), nil
}

// RecoveryPath names a claim.
type RecoveryPath struct {
	Recovery Ref[aRecovery] `path:"recovery" doc:"The claim's id."`
}

func (p RecoveryPath) id() recovery.ID { return recovery.ID(p.Recovery.num()) }

func (s *server) recoveryGet(c *call, in *struct {
	RecoveryPath
	Picking
}) (*recordOut[Recovery], error) {
	x, err := s.Recovery.Get(c, c.actor, in.id())
	if err != nil {
		return nil, err
	}
	return record(recoveryRecord(x)), nil
}

// RecoveryChange is what becomes of a claim.
type RecoveryChange struct {
	State     string        `json:"state,omitempty" enum:"submitted,asked,accepted,partly,refused,appealed,paid,written_off"`
	Reference *string       `json:"reference,omitempty" maxLength:"100"`
	Asked     *int64        `json:"asked,omitempty" minimum:"1" doc:"Until it is submitted; in minor units."`
	Granted   *int64        `json:"granted,omitempty" minimum:"1" doc:"With partly, and with accepted where it is more than was asked for."`
	Deadline  *time.Time    `json:"deadline,omitempty"`
	ReplyBy   *time.Time    `json:"reply_by,omitempty"`
	OwnerID   *Ref[aPerson] `json:"owner_id,omitempty"`
	Have      []string      `json:"have,omitempty" maxItems:"20" doc:"Papers that a person has."`
	Lack      []string      `json:"lack,omitempty" maxItems:"20" doc:"Papers that are missing after all."`
	Why       *string       `json:"why,omitempty" maxLength:"2000" doc:"Needed with refused, asked and written_off."`
}

func (s *server) recoveryUpdate(c *call, in *struct {
	RecoveryPath
	Body RecoveryChange
}) (*recordOut[Recovery], error) {
	b := in.Body
	x := recovery.Change{To: recovery.State(b.State), Reference: b.Reference, Asked: b.Asked, Granted: b.Granted, Deadline: b.Deadline, ReplyBy: b.ReplyBy, Have: b.Have, Lack: b.Lack, Why: b.Why}
	if b.OwnerID != nil {
		who := auth.PersonID(b.OwnerID.num())
		x.Owner = &who
	}
	got, err := s.Recovery.Change(c, c.actor, in.id(), x)
	if err != nil {
		return nil, err
	}
	return record(recoveryRecord(got)), nil
}

// RecoveryPayment is money that a party paid.
type RecoveryPayment struct {
	Reference string    `json:"reference" example:"2026-06-30/114" doc:"Of the bank or the party."`
	Amount    Money     `json:"amount" doc:"As it came."`
	Counts    int64     `json:"counts" doc:"For so much of the claim, in its currency."`
	At        time.Time `json:"at"`
	BookedAt  time.Time `json:"booked_at"`
}

func (s *server) recoveryPayments(c *call, in *struct{ RecoveryPath }) (*pageOut[RecoveryPayment], error) {
	list, err := s.Recovery.Payments(c, c.actor, in.id())
	if err != nil {
		return nil, err
	}
	return page(c, convert(list, func(p recovery.Payment) RecoveryPayment {
		return RecoveryPayment{p.Reference, Money{p.Paid.Minor, p.Paid.Currency}, p.Counts, at(p.At), at(p.BookedAt)}
	}), ""), nil
}

// RecoveryMoney is a payment to be booked.
type RecoveryMoney struct {
	Reference string    `json:"reference" minLength:"1" maxLength:"100" example:"2026-06-30/114"`
	Amount    Money     `json:"amount" doc:"As it came."`
	Counts    int64     `json:"counts,omitempty" minimum:"0" doc:"For so much of the claim; left out: by the rate of now."`
	At        time.Time `json:"at,omitempty" doc:"When it came; left out: now."`
}

func (s *server) recoveryPay(c *call, in *struct {
	RecoveryPath
	Body RecoveryMoney
}) (*recordOut[Recovery], error) {
	b := in.Body
	x, err := s.Recovery.Pay(c, c.actor, in.id(), recovery.NewPayment{Paid: money.Amount{Minor: b.Amount.Amount, Currency: b.Amount.Currency}, Counts: b.Counts, Reference: b.Reference, At: b.At})
	if err != nil {
		return nil, err
	}
	return record(recoveryRecord(x)), nil
}

func (s *server) recoveryEvents(c *call, in *struct {
	RecoveryPath
	Picking
}) (*pageOut[Event], error) {
	list, err := s.Recovery.History(c, c.actor, in.id())
	if err != nil {
		return nil, err
	}
	return page(c, convert(list, eventRecord), ""), nil
}
