package ui

import (
	"time"

	"godwit.dev/godwit/internal/base/i18n"
)

// now is the moment at which every sample page is drawn.
var now = time.Date(2026, 11, 22, 14, 5, 0, 0, time.UTC)

func ago(d time.Duration) time.Time { return now.Add(-d) }

var (
	mei  = Person{ID: 2, Name: "陈美玲", Email: "mei@lumen.example", Role: Lead}
	ivan = Person{ID: 3, Name: "Александра Преображенская", Email: "sasha@lumen.example", Role: Agent}
	nils = Person{ID: 4, Name: "Nils Bergström", Email: "nils@lumen.example", Role: Agent}
)

func samplePage(lang i18n.Lang, theme Theme, section Section, title string) Page {
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		zone = time.UTC
	}
	return Page{
		Printer: i18n.For(lang), Theme: theme, Workspace: "Lumen & Thread", Now: now, Zone: zone, Title: title, Path: "/inbox/mine",
		Me:  Person{ID: 1, Name: "Anna Weißenfels-Østergård", Email: "anna@lumen.example", Role: Owner},
		Nav: Nav{Section: section, Mine: 12, Admin: []string{"people", "teams", "security", "mailboxes", "macros", "tags", "fields"}},
	}
}

func sampleViews() []View {
	return []View{
		{Key: ViewMine, Count: 12, Late: 2}, {Key: ViewUnassigned, Count: 34, Late: 1}, {Key: ViewMentions, Count: 3}, {Key: ViewOpen, Count: 218, Late: 9},
		{Key: ViewPending, Count: 87}, {Key: ViewSnoozed, Count: 14}, {Key: ViewSolved, Count: 1000, More: true},
		{Key: ViewAll}, {Key: ViewSpam, Count: 5},
		{Key: "v7", Name: "Zoll und Einfuhrabgaben (DE/AT/CH)", Count: 17, Late: 3, Shared: true, Own: true}, {Key: "v8", Name: "俄罗斯包裹延误", Count: 8, Own: true},
	}
}

func sampleRows() []Row {
	return []Row{
		{Number: 10482, Who: "Maximilian Schönfeld-Vogelsang", Lang: "de", Subject: "Paket seit neun Tagen in Leipzig – wann kommt meine Lampe?", Preview: "Guten Tag, laut Sendungsverfolgung liegt mein Paket seit dem 13. November im Verteilzentrum", Status: StatusOpen, Channel: "email", Shop: "Lumen Berlin", Market: "DE", At: ago(4 * time.Minute), Due: &Due{At: now.Add(55 * time.Minute), Kind: "first"}, Reasons: []Reason{"vip"}, Assignee: &ivan, Unread: true, Messages: 3},
		{Number: 10479, Who: "王晓燕", Lang: "zh-Hans", Subject: "收到的台灯灯罩碎了，怎么换？", Preview: "你好，今天收到快递，打开发现灯罩已经碎成几块，附上照片，请尽快处理。", Status: StatusNew, Channel: "marketplace", Shop: "Lumen CN", Market: "CN", At: ago(21 * time.Minute), Due: &Due{At: ago(2 * time.Hour), Kind: "first"}, Reasons: []Reason{"risk"}, Priority: PriorityUrgent, Messages: 1, Unread: true, Typing: "Nils Bergström"},
		{Number: 10471, Who: "Екатерина Константинопольская", Lang: "ru", Subject: "Верните деньги за заказ RU-20931", Preview: "Здравствуйте! Отправила возврат две недели назад, трек показывает, что вы его получили", Status: StatusPending, Channel: "email", Shop: "Thread Москва", Market: "RU", At: ago(3 * time.Hour), Due: &Due{At: now.Add(26 * time.Hour), Kind: "next", Paused: true}, Reasons: []Reason{"reopened"}, Assignee: &mei, Messages: 7},
		{Number: 10466, Who: "عبد الرحمن المنصوري", Lang: "ar", Subject: "لم يصلني الطلب حتى الآن", Preview: "مرحبًا، مضى على طلبي ثلاثة أسابيع ولم يصل بعد. رقم التتبع RB123456785CN", Status: StatusOpen, Channel: "whatsapp", Shop: "Lumen", Market: "AE", At: ago(5 * time.Hour), Due: &Due{At: now.Add(9 * time.Hour), Kind: "next"}, Assignee: &nils, Messages: 2, Draft: true},
		{Number: 10460, Who: "Chloé Dubois-Lefèvre", Lang: "fr", Subject: "Mauvaise taille reçue, échange possible ?", Preview: "Bonjour, j'ai commandé un pull en taille M et j'ai reçu un XS. Puis-je l'échanger", Status: StatusOpen, Channel: "email", Shop: "Thread Paris", Market: "FR", At: ago(26 * time.Hour), Assignee: &ivan, Messages: 4},
		{Number: 10455, Who: "carrier-notice@parcel.example", Subject: "Shipment LX882001 held at customs: documents required", Preview: "Automatic notice. The consignment requires a commercial invoice", Status: StatusPending, Channel: "email", Shop: "Lumen Berlin", Market: "CH", At: ago(30 * time.Hour), Snoozed: now.Add(19 * time.Hour), Messages: 2, Priority: PriorityHigh},
		{Number: 10450, Who: "Giulia Bianchi", Lang: "it", Subject: "Fattura con partita IVA", Preview: "Salve, avrei bisogno della fattura intestata alla mia azienda", Status: StatusSolved, Channel: "web", Shop: "Thread", Market: "IT", At: ago(52 * time.Hour), Assignee: &mei, Messages: 5},
		{Number: 10449, Who: "Zoë", Subject: "👍", Preview: "Arrived, thank you", Status: StatusSolved, Channel: "chat", Shop: "Lumen", Market: "GB", At: ago(70 * time.Hour), Assignee: &nils, Messages: 2},
		{Number: 10431, Who: "Søren Kierkegaard-Thorvaldsen", Subject: "Warranty repair, second time", Preview: "The dimmer started humming again two weeks after your repair", Status: StatusOpen, Channel: "email", Shop: "Lumen", Market: "DK", At: ago(9 * 24 * time.Hour), Reasons: []Reason{"followup"}, Messages: 9},
	}
}

func options3(chosen int) []Option {
	list := []Option{{Value: "1", Label: "Anna Weißenfels-Østergård"}, {Value: "2", Label: mei.Name}, {Value: "3", Label: ivan.Name}, {Value: "4", Label: nils.Name}}
	list[chosen].Selected = true
	return list
}

func teamOptions() []Option {
	return []Option{{Value: "1", Label: "Returns", Selected: true}, {Value: "2", Label: "Zustellung & Zoll"}, {Value: "3", Label: "俄语组"}}
}

func langOptions() []Option {
	return []Option{{Value: "en", Label: "English", Selected: true}, {Value: "zh-Hans", Label: "简体中文"}, {Value: "ru", Label: "Русский"}}
}

func zoneOptions() []Option {
	return []Option{{Value: "Europe/Berlin", Label: "Europe/Berlin"}, {Value: "Asia/Shanghai", Label: "Asia/Shanghai"}, {Value: "Europe/Moscow", Label: "Europe/Moscow"}}
}

func sampleList() List {
	return List{
		View: View{Key: ViewMine, Count: 12}, Rows: sampleRows(), Next: "b3M0", First: true, Selected: 10482,
		Filter: Filter{Assignees: options3(0), Teams: teamOptions(), Tags: []Option{{Value: "customs", Label: "customs"}, {Value: "vip", Label: "vip"}}, Statuses: []Option{{Value: "open", Label: "Open"}}},
		People: options3(0), Teams: teamOptions(), Macros: []Option{{Value: "1", Label: "Where is my order"}},
	}
}

func sampleOrder() Order {
	return Order{
		ID: 9, Number: "DE-10482", Shop: "Lumen Berlin", Market: "DE", PlacedAt: ago(16 * 24 * time.Hour), Status: OrderPart, Payment: "paid", Customer: "Maximilian Schönfeld-Vogelsang", CustomerID: 77, Linked: true, Why: "number",
		Lines: []OrderLine{
			{Title: "Stehlampe „Dämmerung“ mit handgeflochtenem Schirm", Variant: "Messing, 160 cm", SKU: "LMP-DMR-160", Quantity: 1, Total: "189,00 €"},
			{Title: "LED-Leuchtmittel E27, warmweiß", SKU: "LED-E27-4", Quantity: 4, Total: "31,60 €"},
		},
		Subtotal: "220,60 €", Shipping: "4,90 €", Tax: "36,00 €", Discount: "−10,00 €", Total: "215,50 €",
		Payments: []Payment{{Method: "PayPal", Amount: "215,50 €", Status: "paid", At: ago(16 * 24 * time.Hour)}},
		Parcels: []Parcel{
			{Carrier: "DHL", Number: "00340434161094042557", Href: "https://carrier.example/00340434161094042557", Status: ParcelHeld, At: ago(9 * 24 * time.Hour), Last: "Leipzig: Sendung wird auf Beschädigung geprüft", ETA: now.Add(48 * time.Hour)},
			{Carrier: "DHL", Number: "00340434161094042564", Status: ParcelDelivered, At: ago(10 * 24 * time.Hour), Delivered: ago(10 * 24 * time.Hour), Items: "4 × LED-Leuchtmittel"},
		},
		ShipTo: []string{"Maximilian Schönfeld-Vogelsang", "Prinzregentenstraße 112, Hinterhaus", "10717 Berlin"}, Country: "Germany",
	}
}

func sampleTicket(p Page) Ticket {
	file := File{ID: 5, Name: "Foto vom Paketkarton (beschädigte Ecke).jpg", Size: "2.1 MB", Type: "image/jpeg"}
	return Ticket{
		Page: p, Number: 10482, Subject: "Paket seit neun Tagen in Leipzig – wann kommt meine Lampe?", Lang: "de", Status: StatusOpen, Priority: PriorityHigh,
		Assignee: &ivan, Team: "Zustellung & Zoll", TeamID: 2, Channel: "email", Shop: "Lumen Berlin", Market: "DE", Mailbox: "hilfe@lumen.example",
		Tags: []Tag{{"delayed", "amber"}, {"carrier-claim", "tide"}}, Due: []Due{{At: now.Add(55 * time.Minute), Kind: "first"}}, Reasons: []Reason{"vip"},
		BackQuery: "view=mine", People: options3(2), Teams: teamOptions(), AllTags: []Option{{Value: "delayed", Label: "delayed"}},
		Near:    []TicketRef{{Number: 10390, Subject: "Lampe flackert", Status: StatusSolved, At: ago(20 * 24 * time.Hour)}},
		Present: []Presence{{Person: mei, Typing: true}},
		Items: []Item{
			{Event: &EventLine{ID: 1, At: ago(51 * time.Hour), Text: "Ticket opened from hilfe@lumen.example", Icon: "mail"}},
			{Message: &Message{ID: 11, Kind: Inbound, Author: "Maximilian Schönfeld-Vogelsang", Address: "max@schoenfeld.example", Verified: true, At: ago(51 * time.Hour), To: []string{"hilfe@lumen.example"}, Lang: "de",
				Text: "Guten Tag,\n\nlaut Sendungsverfolgung liegt mein Paket (Bestellung DE-10482) seit dem 13. November im Verteilzentrum Leipzig. Die Lampe ist ein Geschenk und müsste bis Freitag da sein.\n\nKönnen Sie bitte nachforschen?\n\nMit freundlichen Grüßen\nMaximilian Schönfeld-Vogelsang",
				Auth: []AuthResult{{"SPF", "pass", "schoenfeld.example"}, {"DKIM", "pass", "d=schoenfeld.example"}, {"DMARC", "pass", "p=reject"}}, Files: []File{file, {ID: 6, Name: "Rechnung-DE-10482.pdf", Size: "84 KB", Type: "application/pdf"}}, HasHTML: true, Remote: 3, Mail: true, Quoted: "Am 9. November schrieb Lumen Berlin:\nIhre Bestellung ist unterwegs."}},
			{Event: &EventLine{ID: 2, At: ago(50 * time.Hour), By: "陈美玲", Text: "assigned Александра Преображенская", Icon: "user", Undo: "/t/10482/undo/2"}},
			{Message: &Message{ID: 12, Kind: Note, Author: "陈美玲", Agent: true, At: ago(50 * time.Hour), Text: "@Александра Преображенская 承运商说包裹在检查破损，先发补寄方案给客户。", Mentions: []string{"Александра Преображенская"}}},
			{Side: &Side{ID: 3, Party: "carrier", To: "claims@carrier.example", Subject: "Nachforschung 00340434161094042557", Open: true, Messages: []Message{
				{ID: 13, Kind: Outbound, Author: "Александра Преображенская", Agent: true, At: ago(49 * time.Hour), Text: "Please trace this parcel. It has not moved since 13 November.", Delivery: &Delivery{State: Delivered, At: ago(49 * time.Hour)}},
				{ID: 14, Kind: Inbound, Author: "Carrier claims desk", Address: "claims@carrier.example", At: ago(47 * time.Hour), Text: "The parcel is being inspected for damage. Case 88-1201.", Auto: "reply"},
			}}},
			{Message: &Message{ID: 15, Kind: Inbound, Author: "Petra V.", Address: "petra@elsewhere.example", Stranger: true, At: ago(40 * time.Minute), Lang: "de", Text: "Ich antworte für meinen Mann: Bitte schicken Sie die Lampe an unsere neue Adresse.", Redacted: 1, Auth: []AuthResult{{"SPF", "softfail", ""}, {"DMARC", "fail", "p=none"}}, Mail: true}},
			{Message: &Message{ID: 16, Kind: Outbound, Author: "Александра Преображенская", Address: "hilfe@lumen.example", Agent: true, At: ago(20 * time.Minute), Lang: "de", Text: "Guten Tag Herr Schönfeld-Vogelsang,\n\nder Paketdienst prüft Ihr Paket auf Beschädigung. Wir haben heute eine neue Lampe per Express losgeschickt, sie kommt am Donnerstag an.", Delivery: &Delivery{State: Bounced, At: ago(19 * time.Minute), Detail: "550 5.1.1 mailbox unavailable"}}},
			{Message: &Message{ID: 17, Kind: Outbound, Author: "Anna Weißenfels-Østergård", Address: "hilfe@lumen.example", Agent: true, At: ago(4 * time.Second), Lang: "de", Text: "Zweiter Versuch an Ihre andere Adresse.", Delivery: &Delivery{State: Held, Until: now.Add(6 * time.Second)}}},
		},
		Composer: Composer{
			Tab: "reply", To: "max@schoenfeld.example", From: "hilfe@lumen.example", Then: StatusPending, Placeholder: "Maximilian Schönfeld-Vogelsang",
			Reply: Draft{Body: "", Version: 4}, Macros: []MacroRef{{ID: 1, Name: "Where is my order", Folder: "Delivery", Preview: "Your parcel left"}, {ID: 2, Name: "Ersatz per Express", Folder: "Delivery"}},
			Macro:  &MacroPending{ID: "2", Name: "Ersatz per Express", Then: StatusPending, Note: "Sending will also: add the tags resend, set the priority to high."},
			People: []string{"陈美玲", "Nils Bergström"}, MaxUpload: "25 MB",
		},
		Context: Context{
			Customer: &Customer{
				ID: 77, Name: "Maximilian Schönfeld-Vogelsang", Lang: "German", Market: "Germany", Tier: "vip", LocalTime: now.Add(time.Hour), Since: ago(900 * 24 * time.Hour),
				Identities: []Identity{{"email", "max@schoenfeld.example", true}, {"phone", "+49 30 901820", false}}, Orders: 14, Spent: "2.310,40 €", Tickets: 3,
				Notes: "Prefers a phone call in the evening.", Suggested: &Customer{ID: 78, Name: "M. Schönfeld"},
			},
			Orders: []Order{sampleOrder(), {ID: 8, Number: "DE-09310", Shop: "Lumen Berlin", PlacedAt: ago(120 * 24 * time.Hour), Status: OrderFulfilled, Total: "64,90 €", Payment: "paid"}}, MoreOrders: 12,
			Tickets:     []TicketRef{{Number: 10390, Subject: "Lampe flackert nach zwei Wochen", Status: StatusSolved, At: ago(20 * 24 * time.Hour)}},
			MoreTickets: 1,
			Habit: &Habit{
				Market: "Germany", First: "Self-service first", Formality: "Formal", As: []string{"Sie"}, Traits: []string{"exact"}, Service: []string{"documents"}, Channels: []string{"email", "phone"},
				Date: "7.3.2026", Number: "1.234,50", Name: "Given name first", Address: "Street first", Units: "Metric", Volts: "230", Hertz: "50", Plugs: "C, F",
				Sizes:    []SizeFit{{Said: "EU 39", Goods: "Shoes", Gender: "Women", Basis: "Foot 245 mm", Values: []SizeValue{{"CN", "245 (old 39)", false, false}, {"EU", "39", true, true}, {"US", "8", false, false}}}},
				Measures: []Means{{"12 inches", "30.5 cm"}},
				Power:    []PowerCheck{{"Hair dryer", []PowerLine{{"Takes 110 V, the mains have 230 V: dangerous.", true, false}, {"An adapter is needed.", false, true}}}},
			},
			Fields: []FieldValue{{Key: "cause", Label: "Cause", Kind: FieldSelect, Value: "Carrier", Options: []string{"Carrier", "Warehouse"}}, {Key: "seen", Label: "Photo seen", Kind: FieldCheck, Value: "1"}, {Key: "batch", Label: "Batch", Kind: FieldText, Value: "2026-41"}},
			Sides:  []Side{{ID: 3, Party: "carrier", To: "claims@carrier.example"}},
		},
	}
}

func sampleConditions() ([]ConditionField, Condition) {
	fields := []ConditionField{
		{Key: "status", Label: "Status", Kind: "choice", Ops: []string{"is", "not"}, Options: []Option{{Value: "open", Label: "Open"}, {Value: "pending", Label: "Waiting"}}},
		{Key: "tag", Label: "Tag", Kind: "text", Ops: []string{"has", "lacks", "empty"}},
		{Key: "age", Label: "Last message", Kind: "age", Ops: []string{"older", "newer"}},
	}
	return fields, Condition{Group: true, All: true, Children: []Condition{
		{Field: "status", Op: "is", Value: "open"},
		{Group: true, Children: []Condition{{Field: "tag", Op: "has", Value: "customs"}, {Field: "age", Op: "older", Value: "3d"}}},
	}}
}

func sampleDraft() *AppDraft {
	d := &AppDraft{Secret: "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP", Size: 29}
	for i := range 29 * 29 {
		if i%3 == 0 || i%7 == 1 {
			d.Dots = append(d.Dots, [2]int{i % 29, i / 29})
		}
	}
	return d
}
