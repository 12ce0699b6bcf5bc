package api

import (
	"bytes"
	"encoding/json"
	"net/url"
	"strings"

	"godwit.dev/godwit/internal/base/id"
)

// example is a request as the reference shows it. Its identifiers are samples; a
// test puts those of real records in their place and sends it.
type example struct {
	query string
	body  string
}

// sample is the identifier of a record of a kind in an example: the first one,
// and the other one where two are needed.
func sample(k kind, other bool) string {
	v := int64(sampleID)
	if other {
		v++
	}
	return id.Format(k.prefix(), v)
}

// path returns the path of an operation with samples in it.
func (op operation) samplePath() string {
	kinds := inPath()
	parts := strings.Split(op.path, "/")
	for i, p := range parts {
		name := strings.Trim(p, "{}")
		switch {
		case name == p:
		case name == "event": // what a webhook is owed
			parts[i] = sample(anEvent{}, true)
		case kinds[name] != nil:
			// The message that can still be taken back is the other one.
			out := name == "message" && (strings.HasSuffix(op.path, "/cancel") || strings.HasSuffix(op.path, "/send") || strings.HasSuffix(op.path, "/retry"))
			parts[i] = sample(kinds[name], out)
		default:
			parts[i] = url.PathEscape(map[string]string{"draft": "reply", "name": "label.txt", "tag": "customs", "role": "claims-desk", "session": "9mQ0Vq0d7cX3", "base": "USD", "quote": "CNY", "plan": "main", "market": "DE", "language": "de+formal", "policy": "standard"}[name])
		}
	}
	return strings.Join(parts, "/")
}

// curl writes the example of an operation as a command.
func (op operation) curl() string {
	x := examples()[op.id]
	var b strings.Builder
	b.WriteString("curl ")
	if op.method != "GET" {
		b.WriteString("-X " + op.method + " ")
	}
	address := "$GODWIT" + Prefix + op.samplePath()
	if x.query != "" {
		address += "?" + x.query
	}
	b.WriteString("\"" + address + "\" \\\n  -H \"Authorization: Bearer $TOKEN\"")
	if op.method == "POST" {
		b.WriteString(" \\\n  -H \"Idempotency-Key: $(uuidgen)\"")
	}
	if x.body != "" {
		var body bytes.Buffer
		if err := json.Indent(&body, []byte(x.body), "  ", "  "); err != nil {
			panic("api: the example of " + op.id + ": " + err.Error())
		}
		b.WriteString(" \\\n  -H \"Content-Type: application/json\" \\\n  -d '" + strings.ReplaceAll(body.String(), "'", `'\''`) + "'")
	}
	return b.String()
}

// examples gives each operation that takes a query or a body its example.
func examples() map[string]example {
	ticket, other := sample(aTicket{}, false), sample(aTicket{}, true)
	message, person, team := sample(aMessage{}, false), sample(aPerson{}, false), sample(aTeam{}, false)
	shop, mailbox, macro, event := sample(aShop{}, false), sample(aMailbox{}, false), sample(aMacro{}, false), sample(anEvent{}, false)
	settings := `"in": {"kind": "off"}, "out": {"kind": "smtp", "host": "smtp.acme.example", "port": 465, "tls": "tls", "user": "returns@acme.example", "auth": "password"}, "secrets": {"out_password": "correct horse"}`
	condition := `{"group": true, "all": true, "children": [{"field": "status", "op": "is", "value": "open"}, {"field": "tag", "op": "has", "value": "customs"}, {"field": "assignee", "op": "is", "value": "` + person + `"}]}`
	return map[string]example{
		"ticketList":   {query: "view=open&tag=customs&limit=20&fields=id,number,subject,status"},
		"ticketCount":  {query: "bucket=open&assignee=me"},
		"ticketSearch": {query: "q=parcel%20status%3Aopen&limit=10"},
		"ticketCreate": {body: `{"customer": {"name": "Lukas Hahn", "address": "lukas@client.example"}, "subject": "Your order DE-10482", "body": "Hello Lukas, your parcel left Berlin today.", "mailbox_id": "` + mailbox + `"}`},
		"ticketGet":    {query: "include=messages,customer,order"},
		"ticketUpdate": {body: `{"status": "pending", "waiting": "carrier", "priority": "high", "assignee_id": "` + person + `", "team_id": "` + team + `", "tags": ["customs", "vip"], "fields": {"defect": "zip"}}`},

		"ticketReply":          {body: `{"body": "Hello Anna, your parcel left customs this morning.", "status": "pending", "files": [{"name": "label.txt", "content_type": "text/plain", "content": "bGFiZWw="}]}`},
		"ticketNote":           {body: `{"body": "The carrier confirmed the loss, can somebody file the claim?"}`},
		"ticketTags":           {body: `{"add": ["lost-parcel"], "remove": ["customs"]}`},
		"ticketMerge":          {body: `{"into_id": "` + other + `"}`},
		"ticketSplit":          {body: `{"message_ids": ["` + message + `"], "subject": "Second parcel"}`},
		"ticketUndo":           {body: `{"event_id": "` + event + `"}`},
		"ticketMacro":          {body: `{"macro_id": "` + macro + `"}`},
		"draftPut":             {body: `{"body": "Hello Anna, ", "version": 0}`},
		"presencePut":          {body: `{"state": "typing"}`},
		"messageList":          {query: "limit=10"},
		"sideOpen":             {body: `{"party": "carrier", "to": {"name": "Claims desk", "address": "claims@carrier.example"}, "subject": "Parcel 00340434: where is it?", "body": "Hello, this parcel has not moved since Monday.", "enclose_ids": ["` + message + `"]}`},
		"sideReply":            {body: `{"body": "Any news?"}`},
		"ticketBulk":           {body: `{"ticket_ids": ["` + ticket + `", "` + other + `"], "assignee_id": "` + person + `"}`},
		"ticketBulkUndo":       {body: `{"event_ids": ["` + event + `"]}`},
		"eventList":            {query: "kind=ticket.*&limit=20"},
		"ticketEvents":         {query: "limit=20"},
		"eventListen":          {query: "after=" + event + "&kinds=ticket.*,order.updated&wait=0"},
		"auditList":            {query: "kind=token&person_id=" + person + "&from=2026-01-01T00:00:00Z&limit=20"},
		"customerList":         {query: "q=anna&limit=5"},
		"customerCreate":       {body: `{"identity": {"kind": "email", "value": "marta@client.example"}, "name": "Marta Nowak", "language": "pl"}`},
		"customerUpdate":       {body: `{"name": "Anna Kowalska", "language": "pl", "tier": "vip", "agent_id": "` + person + `"}`},
		"customerLink":         {body: `{"kind": "phone", "value": "+48 22 555 01 23"}`},
		"customerUnlink":       {query: "kind=email&value=anna%40work.example"},
		"customerMerge":        {body: `{"from_id": "` + sample(aCustomer{}, true) + `"}`},
		"customerUnmerge":      {body: `{"event_id": "` + sample(anEvent{}, true) + `"}`},
		"orderList":            {query: "number=DE-10482"},
		"orderSave":            {body: `{"shop_id": "` + shop + `", "external_id": "5310483", "number": "DE-10483", "email": "anna@client.example", "currency": "EUR", "goods": 5000, "shipping": 490, "total": 5490, "placed_at": "2026-11-20T09:30:00Z", "lines": [{"sku": "TENT-2P", "title": "Tent for two", "quantity": 1, "price": 5000}], "parcels": [{"carrier": "DHL", "tracking": "00340434161094", "status": "in_transit"}]}`},
		"orderSaveAll":         {body: `{"shop_id": "` + shop + `", "orders": [{"number": "DE-10484", "total": 1990, "placed_at": "2026-11-20T09:30:00Z"}]}`},
		"shopCreate":           {body: `{"name": "Warszawa", "platform": "woocommerce", "market": "PL", "currency": "PLN"}`},
		"lookPut":              {body: `{"name": "Tent & Trail", "accent": "#0b5d3b", "support": "help@shop.example", "links": {"returns": "https://shop.example/returns"}, "languages": ["en", "de"], "origins": ["https://shop.example"]}`},
		"logoPut":              {body: `{"content": "iVBORw0KGgoAAAANSUhEUgAAABAAAAAQCAIAAACQkWg2AAAAFklEQVR42mPgjrUmCTGMahjVMHw1AAB5p6MB08neYAAAAABJRU5ErkJggg=="}`},
		"returnPhotoAdd":       {body: `{"line": 1, "unit": 1, "name": "seam.png", "content": "iVBORw0KGgoAAAANSUhEUgAAABAAAAAQCAIAAACQkWg2AAAAFklEQVR42mPgjrUmCTGMahjVMHw1AAB5p6MB08neYAAAAABJRU5ErkJggg=="}`},
		"hostPut":              {body: `{"name": "track.shop.example"}`},
		"connectionCreate":     {body: `{"platform": "generic", "settings": {"name": "Lager", "currency": "EUR"}}`},
		"connectionUpdate":     {body: `{"settings": {"country": "DE"}, "paused": false}`},
		"connectionSync":       {body: `{"whole": true}`},
		"connectionSeenTo":     {body: `{"external_id": "customer.redact_requested/191167"}`},
		"viewList":             {query: "counts=true"},
		"viewCreate":           {body: `{"name": "Stuck at customs", "condition": ` + condition + `, "sort": "oldest"}`},
		"viewUpdate":           {body: `{"name": "Stuck at customs for long", "condition": {"field": "inbound", "op": "older", "value": "48"}}`},
		"productList":          {query: "sku=TENT-2P"},
		"productUpdate":        {body: `{"edits": 0, "own_attributes": {"voltage": "230 V"}}`},
		"productSave":          {body: `{"shop_id": "` + shop + `", "external_id": "88012", "title": "Tent for two", "currency": "EUR", "supplier": "Ningbo Outdoor", "told_at": "2026-11-20T09:30:00Z", "variants": [{"external_id": "88012-1", "sku": "TENT-2P", "title": "Green", "price": 5000, "grams": 2400, "hs_code": "6306.22", "origin": "CN", "batch": "2026-31", "size": {"length": 450, "width": 160, "height": 160}, "stock": 41}]}`},
		"returnPolicyPut":      {body: `{"text": "currency: EUR\nterms: {windows: {refund: 40}, fallback: {method: bank, days: 5}, trigger: receipt}\n"}`},
		"policyPublish":        {body: `{"version": 1, "from": "2026-12-01T00:00:00Z"}`},
		"policyReplayCreate":   {body: `{"policy": "standard", "text": "currency: EUR\nterms: {windows: {refund: 40}, fallback: {method: bank, days: 5}, trigger: receipt}\n", "since": "2026-01-01T00:00:00Z"}`},
		"planPut":              {body: `{"document": {"currency": "EUR", "warehouses": [{"key": "cn", "name": "Shenzhen", "country": "CN", "zone": "Asia/Shanghai", "cut_off": "16:00", "handling_days": 1}], "zones": [{"key": "eu", "name": "EU", "countries": ["DE", "PL"]}], "services": [{"key": "economy", "name": {"default": "Economy"}, "from": ["cn"], "rates": [{"zone": "eu", "days": [7, 12], "steps": [{"to_grams": 2000, "price": 490}]}]}], "returns": {"days": 30}}}`},
		"quoteMake":            {body: `{"items": [{"sku": "TENT-2P", "quantity": 1, "price": 5000, "grams": 900}], "currency": "EUR", "country": "PL"}`},
		"ratePut":              {body: `{"value": "7.25", "until": "2099-12-31"}`},
		"shipmentList":         {query: "board=risk"},
		"traceList":            {query: "state=draft&limit=20"},
		"caseList":             {query: "waits_for=us&limit=20"},
		"caseAdvise":           {body: `{"order_id": "` + sample(anOrder{}, true) + `", "kind": "return", "wants": "refund", "items": [{"line_id": "` + sample(aLine{}, true) + `", "quantity": 1, "reason": "changed_mind"}]}`},
		"caseOpen":             {body: `{"order_id": "` + sample(anOrder{}, true) + `", "kind": "return", "wants": "refund", "items": [{"line_id": "` + sample(aLine{}, true) + `", "quantity": 1, "reason": "size_fit"}], "words": "Too small."}`},
		"caseChoose":           {body: `{"resolution_id": "` + sample(aResolution{}, false) + `"}`},
		"caseApprove":          {body: `{"resolution_id": "` + sample(aResolution{}, false) + `", "why": "Seen on the photo."}`},
		"caseGrant":            {body: `{"means": "partial_keep", "money": {"goods": 500, "goodwill": 300}, "why": "Late, and never late before."}`},
		"casePaybackQuote":     {body: `{"lines": [{"line_id": "` + sample(aLine{}, true) + `", "quantity": 1}], "reason": "damaged"}`},
		"casePayback":          {body: `{"lines": [{"line_id": "` + sample(aLine{}, true) + `", "quantity": 1}], "goodwill": 300, "reason": "damaged", "why": "Torn, and she keeps it."}`},
		"caseDecline":          {body: `{"lines": [{"line": 1, "code": "evidence_missing"}], "why": "Worn for months."}`},
		"caseAsk":              {body: `{"evidence": ["photo"], "words": "Please show the label too."}`},
		"caseAnswer":           {body: `{"evidence": ["photo"]}`},
		"caseFinish":           {body: `{"resolution_id": "` + sample(aResolution{}, false) + `"}`},
		"caseCount":            {body: `{"line": 1, "counter": "received", "add": 1}`},
		"caseDispose":          {body: `{"line": 1, "from": 1, "quantity": 1, "as": "restock_second", "grade": "B"}`},
		"caseForgo":            {body: `{"resolution_id": "` + sample(aResolution{}, false) + `", "why": "Not worth the postage"}`},
		"caseReopen":           {body: `{"words": "The parcel came after all."}`},
		"caseAgree":            {body: `{"difference": 1}`},
		"caseDisagree":         {body: `{"difference": 1, "words": "I sent both of them."}`},
		"caseHold":             {body: `{"do": "release", "why": "The goods came with another parcel."}`},
		"caseSettle":           {body: `{"difference": 1, "why": "We weighed the parcel again."}`},
		"returnDiffer":         {body: `{"note": "One of the two was not in the parcel."}`},
		"returnOverlook":       {body: `{"why": "A regular customer"}`},
		"caseAppeal":           {body: `{"words": "I have worn it once."}`},
		"returnPlaceCreate":    {body: `{"route": "local_hub", "markets": ["DE", "AT"], "name": "Hamburg returns", "address": {"line1": "Hafenstr. 7", "postcode": "20457", "city": "Hamburg", "country": "DE"}, "hours": "Mon-Fri 9-18"}`},
		"returnPlacePut":       {body: `{"route": "local_hub", "markets": ["DE", "AT"], "name": "Hamburg returns", "address": {"line1": "Hafenstr. 7", "postcode": "20457", "city": "Hamburg", "country": "DE"}, "hours": "Mon-Fri 9-18"}`},
		"returnList":           {query: "open=true&limit=20"},
		"returnLook":           {query: "code=R7K2-M9QP-4X"},
		"returnLabel":          {query: "paper=a6&language=de"},
		"returnUnknownKeep":    {body: `{"key": "door-1-000412", "code": "CX123456789DE", "note": "A blue tent, no letter inside."}`},
		"returnUnknownClaim":   {body: `{"return_id": "` + sample(aReturn{}, false) + `"}`},
		"replacementList":      {query: "state=to_send&limit=20"},
		"replacementChoose":    {body: `{"line": 1, "sku": "TENT-2P"}`},
		"replacementAddress":   {body: `{"name": "Anna Kowalska", "line1": "Hafenstr. 9", "postcode": "20457", "city": "Hamburg", "country": "DE"}`},
		"replacementShort":     {body: `{"why": "Ordered again", "expected_at": "2026-12-01T00:00:00Z"}`},
		"replacementSent":      {body: `{"carrier": "DHL", "tracking": "00340434161094042601"}`},
		"replacementEnd":       {body: `{"state": "cancelled", "why": "Sold out"}`},
		"returnSent":           {body: `{"carrier": "DHL", "tracking": "00340434161094042557"}`},
		"warrantyTermCreate":   {body: `{"name": "Three years", "scope": {"markets": ["EU"], "skus": ["TENT-*"]}, "months": 36, "guarantor": "Greywing GmbH, Hafenstr. 7, 20457 Hamburg", "remedies": ["repair", "replace", "refund"]}`},
		"warrantyTermPut":      {body: `{"name": "Five years", "months": 60, "start": "registration", "register_days": 30, "guarantor": "Greywing GmbH, Hafenstr. 7, 20457 Hamburg"}`},
		"warrantyTermImport":   {body: `{"csv": "name,months,skus,guarantor\nThree years,36,TENT-*,Greywing GmbH\n"}`},
		"warrantyPlanCreate":   {body: `{"name": "One year more", "skus": ["PLUS-12"], "months": 12}`},
		"warrantyPlanPut":      {body: `{"name": "Two years more", "skus": ["PLUS-24"], "months": 24}`},
		"repairList":           {query: "open=true&limit=20"},
		"repairMove":           {body: `{"to": "diagnosed", "fault": "The pole's joint is cracked."}`},
		"repairAnswer":         {body: `{"agreed": true, "note": "Told us by telephone."}`},
		"repairLend":           {body: `{"kind": "lent", "sku": "TENT-2P", "serial": "L-0042", "due_at": "2099-12-31T00:00:00Z"}`},
		"repairCharged":        {body: `{"charge": 4900}`},
		"repairSpend":          {body: `{"key": "bill-2026-114", "kind": "parts", "amount": 1250}`},
		"orderUnitRegister":    {body: `{"line_id": "` + sample(aLine{}, false) + `", "serial": "SN-20417-A"}`},
		"returnRedirect":       {body: `{"place_id": "` + sample(aPlace{}, false) + `"}`},
		"returnReceive":        {body: `{"key": "door-1-000413", "lines": [{"line": 1, "matched": 1}]}`},
		"returnInspect":        {body: `{"line": 1, "from": 1, "quantity": 1, "grade": "B", "as": "relabel"}`},
		"recoveryList":         {query: "open=true&against=carrier"},
		"recoverySums":         {query: "open=true"},
		"agreementPut":         {body: `{"against": "carrier", "party": "4PX", "cause": "lost", "from": "2026-07-01", "days": 120, "currency": "USD", "per_kg": 2000, "most": 15000, "papers": ["invoice"], "note": "Contract of 2026, clause 7"}`},
		"recoveryBatchClaim":   {body: `{"supplier": "Shenzhen Bright", "batch": "2026-05-B"}`},
		"recoveryOpen":         {body: `{"shipment_id": "` + sample(aShipment{}, false) + `", "cause": "lost", "amount": {"amount": 4990, "currency": "EUR"}}`},
		"recoveryUpdate":       {body: `{"asked": 4200, "have": ["proof_of_posting"]}`},
		"recoveryDocumentAdd":  {body: `{"paper": "photo_packing", "name": "box.png", "content": "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAACklEQVR4nGMAAQAABQABDQottAAAAABJRU5ErkJggg=="}`},
		"recoveryPay":          {body: `{"reference": "2026-06-30/114", "amount": {"amount": 2000, "currency": "EUR"}}`},
		"traceOpen":            {body: `{"shipment_id": "` + sample(aShipment{}, false) + `", "kind": "search", "note": "No scan for 20 days."}`},
		"traceBulk":            {body: `{"shipment_ids": ["` + sample(aShipment{}, false) + `"], "kind": "claim"}`},
		"rateImport":           {body: `{"feed": "Date,USD,CNY,\n2026-11-20,1.0831,7.7983,\n"}`},
		"traceUpdate":          {body: `{"state": "sent", "reference": "4711-22"}`},
		"traceNote":            {body: `{"text": "Called the carrier: no scan since Leipzig, they search for ten days."}`},
		"laneList":             {query: "to=DE"},
		"promiseList":          {query: "to=DE"},
		"trackingSave":         {body: `{"events": [{"carrier": "DHL", "number": "00340434161094", "status": "in_transit", "code": "DEP", "text": "Departed from the sorting centre", "at": "2026-11-20T18:30:00+01:00", "place": {"country": "DE", "city": "Leipzig"}}]}`},
		"macroCreate":          {body: `{"name": "Parcel on its way", "folder": "Shipping", "bodies": {"default": "Hello {{ customer.first_name }}, your parcel {{ order.tracking }} is on its way.", "de": "Hallo {{ customer.first_name }}, dein Paket {{ order.tracking }} ist unterwegs."}, "actions": {"status": "pending", "waiting": "carrier", "add_tags": ["parcel"]}}`},
		"macroTextPut":         {body: `{"body": "Guten Tag {{ customer.name }}, Ihr Paket ist unterwegs.", "draft": true}`},
		"macroTextList":        {query: "language=de&state=missing"},
		"macroUpdate":          {body: `{"name": "Parcel delayed", "bodies": {"default": "Hello {{ customer.first_name }}, your parcel is late."}, "actions": {"priority": "high"}}`},
		"tagCreate":            {body: `{"name": "lost-parcel", "color": "rust"}`},
		"tagUpdate":            {body: `{"color": "tide"}`},
		"tagMerge":             {body: `{"into": "vip"}`},
		"fieldCreate":          {body: `{"key": "batch", "label": "Batch", "type": "text"}`},
		"fieldUpdate":          {body: `{"label": "What is broken", "options": ["zip", "seam", "pole"], "required": false}`},
		"teamCreate":           {body: `{"name": "Claims", "member_ids": ["` + person + `"]}`},
		"teamUpdate":           {body: `{"name": "Returns and claims", "member_ids": ["` + person + `"]}`},
		"personInvite":         {body: `{"email": "jonas@acme.example", "name": "Jonas Weber", "role": "agent", "team_ids": ["` + team + `"]}`},
		"personUpdate":         {body: `{"role": "lead", "team_ids": ["` + team + `"]}`},
		"roleCreate":           {body: `{"name": "Night shift", "permissions": ["tickets.read", "tickets.write"]}`},
		"roleUpdate":           {body: `{"name": "Claims desk", "permissions": ["tickets.read", "tickets.write", "tickets.send"]}`},
		"mailboxCreate":        {body: `{"address": "returns@acme.example", "name": "Acme Returns", "shop_id": "` + shop + `", "team_id": "` + team + `", ` + settings + `}`},
		"mailboxTestNew":       {body: `{"address": "returns@acme.example", ` + settings + `}`},
		"mailboxUpdate":        {body: `{"address": "help@acme.example", "name": "Acme Help", ` + settings + `}`},
		"outlayList":           {query: "by=reason&days=90"},
		"outlayCases":          {query: "by=reason&key=damaged"},
		"costBookPut":          {body: `{"book": {"currency": "EUR", "handling": 150, "lanes": [{"way": "back", "from": "DE", "route": "local_hub", "bands": [{"grams": 2000, "freight": 450}], "fee": 80, "days": 4}], "goods": [{"sku": "LAMP-S", "cost": 900, "grams": 740}]}}`},
		"triagePut":            {body: `{"mode": "hold", "version": 0, "after": 0}`},
		"forecastSettingPut":   {body: `{"after": 0, "warn": true, "percent": 60}`},
		"ruleCreate":           {body: `{"rule": {"name": "Tag what is new", "when": {"event": "ticket.opened"}, "if": "customer.tier = \"vip\"", "then": [{"do": "tag", "word": "new"}], "hourly": 100}, "owner_id": "` + person + `"}`},
		"ruleUpdate":           {body: `{"rule": {"name": "Tag what is new", "when": {"event": "ticket.opened"}, "if": "customer.tier = \"vip\"", "then": [{"do": "tag", "word": "new"}], "hourly": 100}, "after": 1}`},
		"ruleSwitch":           {body: `{"on": true}`},
		"ruleOrder":            {body: `{"rule_ids": ["` + sample(aRule{}, false) + `"]}`},
		"ruleTrialCreate":      {body: `{"rule": {"name": "Tag what is new", "when": {"event": "ticket.opened"}, "if": "customer.tier = \"vip\"", "then": [{"do": "tag", "word": "new"}], "hourly": 100}, "since": "2026-06-01T00:00:00Z"}`},
		"translationPut":       {body: `{"after": 0, "translation": {"glossary": [{"keep": "Godwit Trail"}, {"words": {"en": "parcel locker", "es": "consigna"}}], "limit": 500000, "memory": 20000}}`},
		"memoryLearn":          {body: `{"from": "en", "to": "es", "source": "Where is my parcel?", "target": "¿Dónde está mi paquete?"}`},
		"ticketTranslate":      {body: `{"language": "es", "on": true}`},
		"messageTranslate":     {body: `{"language": "es"}`},
		"replyTranslate":       {body: `{"language": "es", "body": "Su paquete salió ayer."}`},
		"marketPut":            {body: `{"after": 0, "own": {"first": "person", "formality": "informal", "channels": ["WhatsApp", "email"], "hours": {"days": ["mon", "tue", "wed", "thu", "fri"], "from": "09:00", "to": "18:00"}, "plugs": ["F"]}}`},
		"translatorCreate":     {body: `{"service": "apertium", "price": {"amount": 2000, "currency": "EUR"}, "limit": 500000}`},
		"translatorUpdate":     {body: `{"paused": true, "first": true, "name": "Apertium here", "price": {"amount": 2500, "currency": "EUR"}, "limit": 250000}`},
		"translatorTry":        {body: `{"from": "en", "to": "es", "text": "Your order #4711 left yesterday."}`},
		"routingPut":           {body: `{"after": 0, "routing": {"on": true, "rules": [{"name": "VIP", "when": {"tiers": ["vip"]}, "team_id": "` + team + `", "person_ids": ["` + person + `"]}], "tiers": {"vip": 240}, "weights": {"damaged": 2}, "patience": 30, "level": 2, "hand_over": "due"}}`},
		"sheetPut":             {body: `{"after": 0, "sheet": {"capacity": 8, "languages": {"de": 3, "en": 2}, "topics": ["damaged"], "zone": "Europe/Berlin", "weekly": {"mon": ["09:00-12:30", "13:30-18:00"]}, "away": [{"from": "2026-12-24", "to": "2026-12-26"}]}}`},
		"promiseBookPut":       {body: `{"after": 0, "book": {"calendar": "Shenzhen", "calendars": [{"name": "Shenzhen", "zone": "Asia/Shanghai", "weekly": {"mon": ["09:00-12:00", "13:30-18:30"]}, "countries": ["CN"]}], "rules": [{"name": "Everybody", "targets": {"first": 480, "next": 480}, "soon": 60}, {"name": "VIP", "when": {"tiers": ["vip"]}, "targets": {"first": 60}}]}}`},
		"promiseBookTry":       {body: `{"book": {"calendar": "Shenzhen", "calendars": [{"name": "Shenzhen", "zone": "Asia/Shanghai", "weekly": {"mon": ["09:00-12:00", "13:30-18:30"]}, "countries": ["CN"]}], "rules": [{"name": "Everybody", "targets": {"first": 480, "next": 480}, "soon": 60}, {"name": "VIP", "when": {"tiers": ["vip"]}, "targets": {"first": 60}}]}}`},
		"costBookTry":          {body: `{"book": {"currency": "EUR", "lanes": [{"way": "back", "from": "DE", "route": "local_hub", "bands": [{"grams": 2000, "freight": 450}], "days": 4}]}, "from": "DE", "to": "CN", "sku": "LAMP-S", "qty": 1, "price": 4900, "currency": "EUR", "reason": "changed_mind"}`},
		"reportStanding":       {query: "days=7&zone=Europe/Berlin"},
		"meUpdate":             {body: `{"zone": "Europe/Berlin", "theme": "dark", "signature": "Lena from Acme"}`},
		"webhookCreate":        {body: `{"url": "https://warehouse.acme.example/godwit", "description": "Warehouse", "kinds": ["ticket.*", "order.updated"]}`},
		"webhookUpdate":        {body: `{"description": "Warehouse Berlin", "kinds": ["ticket.*"]}`},
		"webhookReplay":        {body: `{"since": "2026-11-21T00:00:00Z"}`},
		"deliveryList":         {query: "state=waiting&limit=20"},
		"hookCreate":           {body: `{"name": "Web shop", "scheme": "standard"}`},
		"hookUpdate":           {body: `{"name": "Web shop Berlin", "disabled": true}`},
		"hookRotate":           {body: `{}`},
		"proactiveUpdate":      {body: `{"on": true, "occasions": ["delay", "customs", "pickup"], "gap_hours": 24}`},
		"trackerCreate":        {body: `{"service": "easypost", "settings": {"api_key": "EZAK0123456789"}}`},
		"trackerUpdate":        {body: `{"name": "EasyPost Berlin", "paused": true}`},
		"policyUpdate":         {body: `{"way": "any", "factor_roles": ["lead"], "sessions": "day"}`},
		"tokenCreate":          {body: `{"name": "Warehouse sync", "scopes": ["orders.read", "tickets.read"], "expires_at": "2099-01-01T00:00:00Z"}`},
		"refundList":           {query: "state=failed&limit=20"},
		"refundCreate":         {body: `{"order_id": "` + sample(anOrder{}, false) + `", "components": {"goodwill": 500}, "reason": "Late parcel"}`},
		"refundLimitsPut":      {body: `{"limits": [{"currency": "EUR", "above": 50000}, {"role": "lead", "currency": "EUR", "above": 20000}]}`},
		"refundCancel":         {body: `{"reason": "asked for by mistake"}`},
		"refundAsk":            {body: `{"allocation": 1}`},
		"refundRedirect":       {body: `{"allocation": 1, "to": "store_credit"}`},
		"refundTwice":          {body: `{"allocation": 1, "amount": 2500, "payer": "paypal", "reference": "7XK12345"}`},
		"refundTwiceAsk":       {body: `{"allocation": 1, "twice": 1, "note": "letter of 22 November"}`},
		"refundTwiceBack":      {body: `{"allocation": 1, "twice": 1, "amount": 2500, "into": "bank", "reference": "transfer of 24 November"}`},
		"refundTwiceWriteOff":  {body: `{"allocation": 1, "twice": 1, "reason": "the customer is gone"}`},
		"refundTwiceDismiss":   {body: `{"allocation": 1, "twice": 1, "reason": "only noted at the shop"}`},
		"refundElsewhere":      {body: `{"allocation": 1, "payer": "bank", "reference": "transfer of 22 November"}`},
		"transferCreate":       {body: `{"account_id": "` + sample(aPayAccount{}, false) + `", "format": "sepa", "currency": "EUR"}`},
		"transferConfirm":      {body: `{"outcome": "succeeded"}`},
		"transferStatement":    {body: `{"content": "PERvY3VtZW50IHhtbG5zPSJ1cm46aXNvOnN0ZDppc286MjAwMjI6dGVjaDp4c2Q6Y2FtdC4wNTMuMDAxLjA4Ii8+"}`},
		"payeePut":             {body: `{"name": "Anna Schmidt", "iban": "DE89 3704 0044 0532 0130 00"}`},
		"paymentAccountCreate": {body: `{"service": "stripe", "settings": {"secret_key": "rk_live_0123456789"}}`},
		"paymentAccountUpdate": {body: `{"name": "Stripe Europe", "paused": true}`},
	}
}
