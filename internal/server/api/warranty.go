package api

import (
	"strings"
	"time"

	"godwit.dev/godwit/internal/domain/decision"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/domain/product"
	"godwit.dev/godwit/internal/domain/warranty"
	"godwit.dev/godwit/internal/platform/auth"
)

func warrantyGroup() group {
	read, manage := may(auth.ReadCases), may(auth.ReadCases, auth.ManagePlans)
	return group{"Warranties", "What covers a unit: the law's guarantee, the merchant's own terms, extended plans and the right to repair. Terms never make the law's guarantee shorter.", []operation{
		{"warrantyTermList", "GET", "/warranty-terms", read, do((*server).warrantyTermList), "List guarantees", "Guarantees, oldest first. The narrowest one holds for a unit."},
		{"warrantyTermCreate", "POST", "/warranty-terms", manage, do((*server).warrantyTermCreate).created(), "Add a guarantee", "It holds for all units of its scope, those that were sold before among them."},
		{"warrantyTermPut", "PUT", "/warranty-terms/{warranty_term}", manage, do((*server).warrantyTermPut), "Replace a guarantee", "Replaces all of a guarantee. One that is off holds for nothing."},
		{"warrantyTermImport", "POST", "/warranty-terms/import", manage, do((*server).warrantyTermImport).upTo(warranty.MaxFile + 4096), "Import guarantees", "Reads guarantees from CSV, all or none. One whose name is known takes its place."},
		{"warrantyPlanList", "GET", "/warranty-plans", read, do((*server).warrantyPlanList), "List extended plans", "Plans, oldest first. A line of an order with a plan's SKU prolongs as many units beside it as were bought of it."},
		{"warrantyPlanCreate", "POST", "/warranty-plans", manage, do((*server).warrantyPlanCreate).created(), "Add an extended plan", "Orders that hold one of its SKUs are prolonged, earlier ones too."},
		{"warrantyPlanPut", "PUT", "/warranty-plans/{warranty_plan}", manage, do((*server).warrantyPlanPut), "Replace an extended plan", "Replaces all of a plan."},
		{"orderCoverage", "GET", "/orders/{order}/coverage", may(auth.ReadOrders), do((*server).orderCoverage), "See what covers an order", "What covers each unit, and until when; units alike stand together. Days are dates in the customer's market and count to their end."},
		{"orderUnitRegister", "POST", "/orders/{order}/units", may(auth.ReadOrders, auth.WriteCases), do((*server).orderUnitRegister), "Register a unit", "Registers a unit of a line that was delivered. One that is registered already is returned as it stands."},
		{"productUnits", "GET", "/products/{product}/units", may(auth.ReadProducts, auth.ReadCases), do((*server).productUnits), "List registered units", "Registered units of a product, newest first."},
	}}
}

// WarrantyScope says which goods something is for: all that are given hold, of a list one.
type WarrantyScope struct {
	Shop       *Ref[aShop] `json:"shop_id,omitempty" nullable:"true" required:"false"`
	Markets    []string    `json:"markets,omitempty" maxItems:"500" example:"[\"EU\",\"GB\"]" doc:"DE, US-CA; EU is its members. None is all."`
	SKUs       []string    `json:"skus,omitempty" maxItems:"500" example:"[\"TENT-*\"]" doc:"One may end with *. None is all."`
	Categories []string    `json:"categories,omitempty" maxItems:"500" doc:"Types of products. None is all."`
}

func (x WarrantyScope) scope() warranty.Scope {
	out := warranty.Scope{Markets: x.Markets, SKUs: x.SKUs, Categories: x.Categories}
	if x.Shop != nil {
		out.Shop = order.ShopID(x.Shop.num())
	}
	return out
}

func scopeRecord(x warranty.Scope) WarrantyScope {
	return WarrantyScope{Shop: optRef[aShop](x.Shop), Markets: x.Markets, SKUs: x.SKUs, Categories: x.Categories}
}

// WarrantyTermDraft is what may be written of a guarantee.
type WarrantyTermDraft struct {
	Name         string        `json:"name" minLength:"1" maxLength:"200" example:"Three years"`
	Scope        WarrantyScope `json:"scope,omitempty" required:"false"`
	Months       int           `json:"months" minimum:"0" maximum:"600" example:"36" doc:"0: nothing beyond the law, for goods of the scope."`
	Start        string        `json:"start,omitempty" enum:"delivery,registration" default:"delivery"`
	RegisterDays int           `json:"register_days,omitempty" minimum:"0" maximum:"3650" doc:"After delivery, where it starts with the registration; 0: at any time."`
	Guarantor    string        `json:"guarantor,omitempty" maxLength:"4000" doc:"Name and address of who gives it. Needed with months."`
	Covered      string        `json:"covered,omitempty" maxLength:"4000"`
	Excluded     string        `json:"excluded,omitempty" maxLength:"4000"`
	Remedies     []string      `json:"remedies,omitempty" enum:"repair,replace,refund" doc:"In the order in which they are given. A refund is for the time that is left."`
	Postage      string        `json:"postage,omitempty" enum:"merchant,customer" default:"merchant" doc:"Who pays the ways."`
	Transferable bool          `json:"transferable,omitempty"`
	RepairGroup  string        `json:"repair_group,omitempty" example:"phone_tablet" doc:"Goods of (EU) 2024/1799 Annex II: washing_machine, dishwasher, refrigerator, display, welding, vacuum_cleaner, server, phone_tablet, tumble_dryer, light_transport_battery."`
	LastMade     string        `json:"last_made,omitempty" format:"date" doc:"When the last unit of the model was put on the market; left out: not known."`
	Off          bool          `json:"off,omitempty"`
}

func (d WarrantyTermDraft) term(id warranty.TermID) warranty.Term {
	t := warranty.Term{
		ID: id, Name: d.Name, Scope: d.Scope.scope(), Months: d.Months, Start: warranty.Start(d.Start), Register: d.RegisterDays, Guarantor: d.Guarantor, Covered: d.Covered, Excluded: d.Excluded,
		Transfer: d.Transferable, Group: d.RepairGroup, LastMade: decision.Never, Off: d.Off,
	}
	t.Postage, _ = decision.ParsePayer(d.Postage)
	for _, w := range d.Remedies {
		x, _ := decision.ParseRemedy(w) // the schema has judged it
		t.Remedies = append(t.Remedies, x)
	}
	if day, err := decision.ParseDay(d.LastMade); err == nil {
		t.LastMade = day
	}
	return t
}

// WarrantyTerm is a commercial guarantee.
type WarrantyTerm struct {
	ID Ref[aWarrantyTerm] `json:"id"`
	WarrantyTermDraft
	CreatedAt time.Time `json:"created_at"`
	UpdatedAt time.Time `json:"updated_at"`
}

func warrantyTermRecord(t warranty.Term) WarrantyTerm {
	return WarrantyTerm{refTo[aWarrantyTerm](t.ID), WarrantyTermDraft{
		Name: t.Name, Scope: scopeRecord(t.Scope), Months: t.Months, Start: string(t.Start), RegisterDays: t.Register, Guarantor: t.Guarantor, Covered: t.Covered, Excluded: t.Excluded,
		Remedies: convert(t.Remedies, decision.Remedy.String), Postage: t.Postage.String(), Transferable: t.Transfer, RepairGroup: t.Group, LastMade: t.LastMade.String(), Off: t.Off,
	}, at(t.CreatedAt), at(t.UpdatedAt)}
}

func (s *server) warrantyTermList(c *call, in *struct{ Paging }) (*pageOut[WarrantyTerm], error) {
	list, err := s.Warranty.Terms(c, c.actor)
	if err != nil {
		return nil, err
	}
	list, next, err := part(list, func(t warranty.Term) int64 { return int64(t.ID) }, in.Paging)
	if err != nil {
		return nil, err
	}
	return page(c, convert(list, warrantyTermRecord), next), nil
}

func (s *server) warrantyTermCreate(c *call, in *struct{ Body WarrantyTermDraft }) (*recordOut[WarrantyTerm], error) {
	t, err := s.Warranty.SaveTerm(c, c.actor, in.Body.term(0))
	if err != nil {
		return nil, err
	}
	return record(warrantyTermRecord(t)), nil
}

func (s *server) warrantyTermPut(c *call, in *struct {
	Term Ref[aWarrantyTerm] `path:"warranty_term" doc:"The guarantee's id."`
	Body WarrantyTermDraft
}) (*recordOut[WarrantyTerm], error) {
	t, err := s.Warranty.SaveTerm(c, c.actor, in.Body.term(warranty.TermID(in.Term.num())))
	if err != nil {
		return nil, err
	}
	return record(warrantyTermRecord(t)), nil
}

// WarrantyFile is a file of guarantees.
type WarrantyFile struct {
	CSV string `json:"csv" minLength:"1" maxLength:"1048576" doc:"With a header: name, months, skus, categories, markets, start, register_days, guarantor, covered, excluded, remedies, postage, transferable, repair_group, last_made. Lists are separated by spaces or semicolons."`
}

// WarrantyImport is what became of a file.
type WarrantyImport struct {
	Written int `json:"written"`
}

func (s *server) warrantyTermImport(c *call, in *struct{ Body WarrantyFile }) (*recordOut[WarrantyImport], error) {
	n, err := s.Warranty.Import(c, c.actor, strings.NewReader(in.Body.CSV))
	if err != nil {
		return nil, err
	}
	return record(WarrantyImport{n}), nil
}

// WarrantyPlanDraft is what may be written of an extended plan.
type WarrantyPlanDraft struct {
	Name    string        `json:"name" minLength:"1" maxLength:"200" example:"One year more"`
	SKUs    []string      `json:"skus" minItems:"1" maxItems:"500" example:"[\"PLUS-12\"]" doc:"Of the order's line that it is. One may end with *."`
	Scope   WarrantyScope `json:"scope,omitempty" required:"false" doc:"The units that it can prolong."`
	Months  int           `json:"months" minimum:"1" maximum:"600" example:"12" doc:"From the end of the guarantee on."`
	Covered string        `json:"covered,omitempty" maxLength:"4000"`
	Off     bool          `json:"off,omitempty"`
}

func (d WarrantyPlanDraft) plan(id warranty.PlanID) warranty.Plan {
	return warranty.Plan{ID: id, Name: d.Name, SKUs: d.SKUs, Scope: d.Scope.scope(), Months: d.Months, Covered: d.Covered, Off: d.Off}
}

// WarrantyPlan is an extension that is sold with an order.
type WarrantyPlan struct {
	ID Ref[aWarrantyPlan] `json:"id"`
	WarrantyPlanDraft
	CreatedAt time.Time `json:"created_at"`
	UpdatedAt time.Time `json:"updated_at"`
}

func warrantyPlanRecord(p warranty.Plan) WarrantyPlan {
	return WarrantyPlan{refTo[aWarrantyPlan](p.ID), WarrantyPlanDraft{p.Name, p.SKUs, scopeRecord(p.Scope), p.Months, p.Covered, p.Off}, at(p.CreatedAt), at(p.UpdatedAt)}
}

func (s *server) warrantyPlanList(c *call, in *struct{ Paging }) (*pageOut[WarrantyPlan], error) {
	list, err := s.Warranty.Plans(c, c.actor)
	if err != nil {
		return nil, err
	}
	list, next, err := part(list, func(p warranty.Plan) int64 { return int64(p.ID) }, in.Paging)
	if err != nil {
		return nil, err
	}
	return page(c, convert(list, warrantyPlanRecord), next), nil
}

func (s *server) warrantyPlanCreate(c *call, in *struct{ Body WarrantyPlanDraft }) (*recordOut[WarrantyPlan], error) {
	p, err := s.Warranty.SavePlan(c, c.actor, in.Body.plan(0))
	if err != nil {
		return nil, err
	}
	return record(warrantyPlanRecord(p)), nil
}

func (s *server) warrantyPlanPut(c *call, in *struct {
	Plan Ref[aWarrantyPlan] `path:"warranty_plan" doc:"The plan's id."`
	Body WarrantyPlanDraft
}) (*recordOut[WarrantyPlan], error) {
	p, err := s.Warranty.SavePlan(c, c.actor, in.Body.plan(warranty.PlanID(in.Plan.num())))
	if err != nil {
		return nil, err
	}
	return record(warrantyPlanRecord(p)), nil
}

// Cover is one thing that covers a unit.
type Cover struct {
	From    string `json:"from" format:"date"`
	Until   string `json:"until" doc:"The last day; empty: no fixed end."`
	Law     string `json:"law"`
	Name    string `json:"name"`
	Waiting bool   `json:"waiting" doc:"It begins with the registration of the unit, by until."`
}

func coverRecord(p *warranty.Part) *Cover {
	if p == nil {
		return nil
	}
	return &Cover{p.From.String(), p.Until.String(), p.Law, p.Name, p.Waiting}
}

// Coverage is what covers units of a line.
type Coverage struct {
	Line       Ref[aLine] `json:"line_id"`
	SKU        string     `json:"sku"`
	Title      string     `json:"title"`
	First      int64      `json:"first" doc:"The first of the line's units, from 1."`
	Quantity   int64      `json:"quantity"`
	Serial     *string    `json:"serial" nullable:"true" doc:"Of a registered unit."`
	Statutory  *Cover     `json:"statutory,omitempty" doc:"By law."`
	Extended   bool       `json:"extended" doc:"The law's guarantee is longer after a repair."`
	Burden     string     `json:"burden_until" doc:"Until then the seller shows that the goods were right; empty: no such day."`
	Verified   bool       `json:"verified" doc:"The law's figures were read at their source."`
	Commercial *Cover     `json:"commercial,omitempty"`
	Plan       *Cover     `json:"plan,omitempty"`
	Repair     *Cover     `json:"right_to_repair,omitempty" doc:"The maker's duty."`
	Estimated  bool       `json:"estimated" doc:"The right to repair is counted from the order."`
	Remedies   []string   `json:"remedies" nullable:"false" doc:"Of the guarantee and the plan, in their order."`
}

func coverageRecord(x warranty.Covered) Coverage {
	c := x.Coverage
	out := Coverage{
		Line: refTo[aLine](x.Row), SKU: x.SKU, Title: x.Title, First: x.First, Quantity: x.Quantity, Statutory: coverRecord(c.Statutory), Extended: c.Extended, Burden: c.Burden.String(), Verified: c.Verified,
		Commercial: coverRecord(c.Commercial), Plan: coverRecord(c.Plan), Repair: coverRecord(c.Repair), Estimated: c.Estimated, Remedies: append([]string{}, convert(c.Remedies, decision.Remedy.String)...),
	}
	if x.Unit != nil {
		out.Serial = &x.Unit.Serial
	}
	return out
}

// CoverageList is what covers an order's units.
type CoverageList struct {
	Units []Coverage `json:"units" nullable:"false"`
}

func (s *server) orderCoverage(c *call, in *struct {
	Order Ref[anOrder] `path:"order" doc:"The order's id."`
}) (*recordOut[CoverageList], error) {
	_, list, err := s.Warranty.Order(c, c.actor, order.ID(in.Order.num()))
	if err != nil {
		return nil, err
	}
	return record(CoverageList{append([]Coverage{}, convert(list, coverageRecord)...)}), nil
}

// Unit is one piece of a line that is registered.
type Unit struct {
	ID           Ref[aUnit]   `json:"id"`
	Order        Ref[anOrder] `json:"order_id"`
	Line         Ref[aLine]   `json:"line_id"`
	Number       int64        `json:"number" doc:"Of the line's units, from 1."`
	SKU          string       `json:"sku"`
	Title        string       `json:"title"`
	Serial       string       `json:"serial"`
	RegisteredAt time.Time    `json:"registered_at"`
}

func unitRecord(u warranty.Unit) Unit {
	return Unit{refTo[aUnit](u.ID), refTo[anOrder](u.Order), refTo[aLine](u.Row), u.Number, u.SKU, u.Title, u.Serial, at(u.RegisteredAt)}
}

// UnitDraft is what may be said of a unit.
type UnitDraft struct {
	Line   Ref[aLine] `json:"line_id"`
	Number int64      `json:"number,omitempty" minimum:"0" doc:"Of the line's units, from 1; 0: the first that is not registered."`
	Serial string     `json:"serial,omitempty" maxLength:"80" example:"SN-20417-A" doc:"Unique for an article, by its letters and digits."`
}

func (s *server) orderUnitRegister(c *call, in *struct {
	Order Ref[anOrder] `path:"order" doc:"The order's id."`
	Body  UnitDraft
}) (*recordOut[Unit], error) {
	u, _, err := s.Warranty.Register(c, c.actor, warranty.Registration{Order: order.ID(in.Order.num()), Row: in.Body.Line.num(), Number: in.Body.Number, Serial: in.Body.Serial})
	if err != nil {
		return nil, err
	}
	return record(unitRecord(u)), nil
}

func (s *server) productUnits(c *call, in *struct {
	Product Ref[aProduct] `path:"product" doc:"The product's id."`
	Paging
	Picking
}) (*pageOut[Unit], error) {
	p, err := s.Products.Get(c, c.actor, product.ID(in.Product.num()))
	if err != nil {
		return nil, err
	}
	var before int64
	if err := readCursor('u', in.Cursor, &before); err != nil {
		return nil, err
	}
	list, err := s.Warranty.Units(c, c.actor, p.Keys(), warranty.UnitID(before), min(in.Limit+1, warranty.MaxPage))
	if err != nil {
		return nil, err
	}
	next := ""
	if len(list) > in.Limit || len(list) == warranty.MaxPage {
		list = list[:min(len(list), in.Limit)]
		next = writeCursor('u', int64(list[len(list)-1].ID))
	}
	return page(c, convert(list, unitRecord), next), nil
}
