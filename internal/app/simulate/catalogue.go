package simulate

const merchantName = "Greywing"

func shops() []Shop {
	return []Shop{
		{
			Key: "shopify", Name: "Greywing Store", Platform: "shopify", Currency: "USD", Mailbox: "support",
			Countries: []string{"US", "CA", "GB", "DE", "AT", "FR", "ES", "MX", "IT", "BR", "PL", "NL", "UA", "TR", "RU", "AE", "SA", "JP", "KR", "SG", "TW", "HK", "TH", "VN", "ID"},
			Languages: []string{"en", "de", "fr", "es", "ru"},
		},
		{
			Key: "amazon", Name: "Greywing on Amazon", Platform: "amazon", Currency: "USD", Mailbox: "amazon",
			Countries: []string{"US", "DE"}, Languages: []string{"en", "de"},
		},
		{
			Key: "ozon", Name: "Greywing на Ozon", Platform: "ozon", Currency: "RUB", Mailbox: "ozon",
			Countries: []string{"RU", "KZ"}, Languages: []string{"ru", "kk"},
		},
	}
}

func agents() []Agent {
	return []Agent{
		{Key: "zhou", Name: "Zhou Lan", Native: "周岚", Cyrillic: "Лан", Email: "zhou@greywing.example", Role: "owner", City: "Shenzhen", TimeZone: "Asia/Shanghai", Languages: []string{"zh-Hans", "en"}, Team: "asia"},
		{Key: "mina", Name: "Mina Chen", Native: "陈敏", Cyrillic: "Мина", Email: "mina@greywing.example", Role: "lead", City: "Shenzhen", TimeZone: "Asia/Shanghai", Languages: []string{"zh-Hans", "zh-Hant", "en", "ja", "id"}, Team: "asia"},
		{Key: "hao", Name: "Hao Wu", Native: "吴浩", Cyrillic: "Хао", Email: "hao@greywing.example", Role: "agent", City: "Chengdu", TimeZone: "Asia/Shanghai", Languages: []string{"zh-Hans", "en", "ko", "th", "vi"}, Team: "asia"},
		{Key: "aliya", Name: "Aliya Nurlanova", Native: "Әлия Нұрланова", Cyrillic: "Алия", Email: "aliya@greywing.example", Role: "agent", City: "Almaty", TimeZone: "Asia/Almaty", Languages: []string{"ru", "kk", "en", "tr"}, Team: "cis"},
		{Key: "timur", Name: "Timur Sadykov", Native: "Тимур Садыков", Cyrillic: "Тимур", Email: "timur@greywing.example", Role: "lead", City: "Almaty", TimeZone: "Asia/Almaty", Languages: []string{"ru", "uk", "kk", "en"}, Team: "cis"},
		{Key: "jelena", Name: "Jelena Marković", Native: "Јелена Марковић", Cyrillic: "Елена", Email: "jelena@greywing.example", Role: "agent", City: "Belgrade", TimeZone: "Europe/Belgrade", Languages: []string{"de", "en", "pl", "it", "nl"}, Team: "europe"},
		{Key: "luc", Name: "Luc Petrović", Native: "Luc Petrović", Cyrillic: "Люк", Email: "luc@greywing.example", Role: "agent", City: "Belgrade", TimeZone: "Europe/Belgrade", Languages: []string{"fr", "en", "de", "nl", "ar"}, Team: "europe"},
		{Key: "ximena", Name: "Ximena Torres", Native: "Ximena Torres", Cyrillic: "Химена", Email: "ximena@greywing.example", Role: "agent", City: "Mexico City", TimeZone: "America/Mexico_City", Languages: []string{"es", "en", "pt"}, Team: "americas"},
		{Key: "diego", Name: "Diego Salas", Native: "Diego Salas", Cyrillic: "Диего", Email: "diego@greywing.example", Role: "agent", City: "Mexico City", TimeZone: "America/Mexico_City", Languages: []string{"en", "es", "pt"}, Team: "americas"},
	}
}

func teams() []Team {
	return []Team{
		{Key: "americas", Name: "Americas", Languages: []string{"en", "es", "pt"}},
		{Key: "europe", Name: "Europe", Languages: []string{"de", "fr", "it", "nl", "pl", "en", "ar"}},
		{Key: "cis", Name: "СНГ", Languages: []string{"ru", "kk", "uk", "tr"}},
		{Key: "asia", Name: "亚太", Languages: []string{"zh-Hans", "zh-Hant", "ja", "ko", "th", "vi", "id"}},
	}
}

func mailboxes() []Mailbox {
	return []Mailbox{
		{Key: "support", Address: "support@greywing.example", Name: "Greywing Support", Shop: "shopify"},
		{Key: "amazon", Address: "amazon@greywing.example", Name: "Greywing Support", Shop: "amazon"},
		{Key: "ozon", Address: "ozon@greywing.example", Name: "Greywing Забота", Shop: "ozon"},
	}
}

func products() []Product {
	size := []string{"S", "M", "L", "XL"}
	shoe := []string{"EU 38 / US 7", "EU 40 / US 8.5", "EU 42 / US 9", "EU 44 / US 10.5"}
	plug := []string{"EU plug", "UK plug", "US plug"}
	three := func(en, de, ru string) map[string]string { return map[string]string{"en": en, "de": de, "ru": ru} }
	return []Product{
		{Key: "mug", SKU: "GW-MUG-380", Titles: three("Harbour Ceramic Travel Mug 380 ml", "Harbour Keramik-Reisebecher 380 ml", "Кружка дорожная керамическая Harbour 380 мл"), Variants: []string{"Slate", "Sand", "Moss"}, Cents: 2490, Grams: 420, HSCode: "691200"},
		{Key: "headlamp", SKU: "GW-HL-400", Titles: three("Trail 400 Rechargeable Headlamp", "Trail 400 Stirnlampe, aufladbar", "Налобный фонарь Trail 400 аккумуляторный"), Variants: []string{"Black", "Orange"}, Cents: 3990, Grams: 95, HSCode: "851310", Warehouse: "DE"},
		{Key: "powerbank", SKU: "GW-PB-20K", Titles: three("Volt 20 Power Bank 20,000 mAh", "Volt 20 Powerbank 20.000 mAh", "Внешний аккумулятор Volt 20, 20000 мАч"), Variants: []string{"Black", "White"}, Cents: 4990, Grams: 345, HSCode: "850760"},
		{Key: "backpack", SKU: "GW-BP-28", Titles: three("Drift 28 L Backpack", "Drift 28 L Rucksack", "Рюкзак Drift 28 л"), Variants: []string{"Charcoal", "Olive", "Navy"}, Cents: 8990, Grams: 980, HSCode: "420292", Warehouse: "US"},
		{Key: "cubes", SKU: "GW-PC-6", Titles: three("Packing Cubes, Set of 6", "Packwürfel, 6er-Set", "Органайзеры для чемодана, набор 6 шт."), Variants: []string{"Grey", "Blue"}, Cents: 2690, Grams: 310, HSCode: "420292"},
		{Key: "bottle", SKU: "GW-BT-750", Titles: three("Summit Insulated Bottle 750 ml", "Summit Isolierflasche 750 ml", "Термобутылка Summit 750 мл"), Variants: []string{"Steel", "Forest", "Coral"}, Cents: 3290, Grams: 390, HSCode: "961700", Warehouse: "DE"},
		{Key: "tent", SKU: "GW-TN-2", Titles: three("Nest 2 Trekking Tent", "Nest 2 Trekkingzelt", "Палатка трекинговая Nest 2"), Variants: []string{"Green", "Sand"}, Cents: 18900, Grams: 2100, HSCode: "630622"},
		{Key: "sleepingbag", SKU: "GW-SB-5", Titles: three("Dune Sleeping Bag +5 °C", "Dune Schlafsack +5 °C", "Спальный мешок Dune +5 °C"), Variants: []string{"Regular", "Long"}, Cents: 7990, Grams: 1150, HSCode: "940430"},
		{Key: "mat", SKU: "GW-MT-R4", Titles: three("Cloud R4 Sleeping Mat", "Cloud R4 Isomatte", "Надувной коврик Cloud R4"), Variants: []string{"Regular", "Wide"}, Cents: 6990, Grams: 560, HSCode: "630640"},
		{Key: "jacket", SKU: "GW-JK-RS", Titles: three("Rainline Shell Jacket", "Rainline Regenjacke", "Куртка мембранная Rainline"), Variants: size, Cents: 11900, Grams: 410, HSCode: "620293"},
		{Key: "shoes", SKU: "GW-SH-RG", Titles: three("Ridge Trail Shoes", "Ridge Trailschuhe", "Кроссовки треккинговые Ridge"), Variants: shoe, Cents: 9490, Grams: 780, HSCode: "640411"},
		{Key: "gloves", SKU: "GW-GL-W", Titles: three("Windproof Touch Gloves", "Winddichte Touch-Handschuhe", "Перчатки ветрозащитные сенсорные"), Variants: size, Cents: 2290, Grams: 80, HSCode: "611693"},
		{Key: "lantern", SKU: "GW-LN-F", Titles: three("Firefly Camping Lantern", "Firefly Campinglaterne", "Кемпинговый фонарь Firefly"), Variants: []string{"Black", "Sand"}, Cents: 2990, Grams: 260, HSCode: "851310"},
		{Key: "kettle", SKU: "GW-KT-06", Titles: three("Foldable Travel Kettle 0.6 L", "Faltbarer Reisewasserkocher 0,6 L", "Чайник складной дорожный 0,6 л"), Variants: plug, Cents: 3690, Grams: 640, HSCode: "851610"},
		{Key: "adapter", SKU: "GW-AD-65", Titles: three("World Adapter 65 W GaN", "Weltadapter 65 W GaN", "Адаптер универсальный 65 Вт GaN"), Variants: []string{"Black", "White"}, Cents: 4490, Grams: 190, HSCode: "850440"},
		{Key: "earbuds", SKU: "GW-EB-2", Titles: three("Sparrow 2 Wireless Earbuds", "Sparrow 2 kabellose Ohrhörer", "Беспроводные наушники Sparrow 2"), Variants: []string{"Black", "Sage"}, Cents: 5490, Grams: 60, HSCode: "851830"},
		{Key: "speaker", SKU: "GW-SP-M", Titles: three("Pebble Bluetooth Speaker", "Pebble Bluetooth-Lautsprecher", "Портативная колонка Pebble"), Variants: []string{"Grey", "Red"}, Cents: 4290, Grams: 330, HSCode: "851822"},
		{Key: "fan", SKU: "GW-FN-N", Titles: three("Breeze Neck Fan", "Breeze Nackenventilator", "Шейный вентилятор Breeze"), Variants: []string{"White", "Mint"}, Cents: 2790, Grams: 250, HSCode: "841451"},
		{Key: "lamp", SKU: "GW-LP-D", Titles: three("Halo Bedside Lamp", "Halo Nachttischlampe", "Лампа прикроватная Halo"), Variants: plug, Cents: 3890, Grams: 720, HSCode: "940521"},
		{Key: "scale", SKU: "GW-SC-50", Titles: three("Luggage Scale 50 kg", "Kofferwaage 50 kg", "Весы для багажа 50 кг"), Variants: []string{"Silver"}, Cents: 1490, Grams: 110, HSCode: "842310"},
		{Key: "pillow", SKU: "GW-PL-M", Titles: three("Memory Foam Neck Pillow", "Nackenkissen Memory-Schaum", "Подушка для шеи с эффектом памяти"), Variants: []string{"Grey", "Navy"}, Cents: 2990, Grams: 340, HSCode: "940490"},
		{Key: "poles", SKU: "GW-TP-C", Titles: three("Carbon Trekking Poles, Pair", "Carbon-Trekkingstöcke, Paar", "Треккинговые палки карбоновые, пара"), Variants: []string{"110-130 cm", "120-140 cm"}, Cents: 6490, Grams: 430, HSCode: "660200"},
		{Key: "stove", SKU: "GW-ST-1", Titles: three("Ember Folding Stove", "Ember Faltkocher", "Горелка складная Ember"), Variants: []string{"Steel"}, Cents: 3590, Grams: 180, HSCode: "732111"},
		{Key: "suitcase", SKU: "GW-SU-38", Titles: three("Glide 38 L Cabin Case", "Glide 38 L Kabinenkoffer", "Чемодан ручная кладь Glide 38 л"), Variants: []string{"Graphite", "Ivory"}, Cents: 13900, Grams: 2900, HSCode: "420212", Warehouse: "US"},
	}
}

func tags() []string {
	return []string{"vip", "photo", "battery", "customs", "carrier-claim", "resend", "partial-refund", "warranty", "a-to-z-risk", "bad-review-risk", "wholesale", "gift", "address", "size-chart", "supplier"}
}

func fields() []Field {
	return []Field{
		{Key: "cause", Label: "Root cause", Kind: "choice", Options: []string{"carrier", "packing", "product", "listing", "customer", "customs"}},
		{Key: "batch", Label: "Batch", Kind: "text"},
		{Key: "claim_no", Label: "Carrier claim", Kind: "text"},
		{Key: "compensation", Label: "Compensation (USD)", Kind: "number"},
		{Key: "call_back", Label: "Call back on", Kind: "date"},
		{Key: "photo_ok", Label: "Photos complete", Kind: "check"},
	}
}

func views() []View {
	open := Condition{"status", "in", "new,open"}
	return []View{
		{"angry", "Angry and waiting", "all", []Condition{open, {"mood", "is", "angry"}}, "oldest"},
		{"parcels", "Where is my parcel", "all", []Condition{open, {"topic", "in", "where_is_my_order,delivery_delayed,lost_parcel"}}, "oldest"},
		{"broken", "Damaged and defective", "all", []Condition{open, {"topic", "in", "damaged,defective,wrong_item,missing_item"}}, "oldest"},
		{"russian", "Русский и қазақша", "all", []Condition{open, {"language", "in", "ru,kk"}}, "oldest"},
		{"europe", "Europe, unassigned", "all", []Condition{open, {"team", "is", "europe"}, {"assignee", "is", ""}}, "oldest"},
		{"carrier", "Waiting for the carrier", "all", []Condition{{"status", "is", "pending"}, {"tag", "has", "carrier-claim"}}, "newest"},
		{"vip", "VIP", "all", []Condition{{"tag", "has", "vip"}}, "newest"},
	}
}

// macros are the agents' own answers per topic, one body a language.
func macros(c *content) []Macro {
	list := []Macro{
		{Key: "tracking", Title: "Where is my parcel: tracking and date", Topic: "where_is_my_order", Status: "pending"},
		{Key: "photo", Title: "Ask for photos", Topic: "damaged", Status: "pending", Tags: []string{"photo"}},
		{Key: "resend", Title: "We send a new one", Topic: "damaged", Status: "solved", Tags: []string{"resend"}},
		{Key: "refunded", Title: "Refund is on its way", Topic: "refund_status", Status: "solved"},
		{Key: "returns", Title: "How to return", Topic: "return_request", Status: "pending"},
	}
	for i := range list {
		list[i].Bodies = map[string]string{}
		for lang, pools := range c.pools {
			if p := pools["macro."+list[i].Key]; len(p) > 0 {
				list[i].Bodies[lang] = p[0]
			}
		}
	}
	return list
}
