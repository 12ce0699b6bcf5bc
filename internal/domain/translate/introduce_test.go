package translate_test

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"godwit.dev/godwit/internal/domain/translate"
)

func TestIntroduced(t *testing.T) {
	for text, want := range map[string]string{
		"Where is it?\n\nBest regards,\nIvan Petrov":         "Ivan Petrov",
		"Where is it? Kind regards, Anna-Lena Meyer":         "Anna-Lena Meyer",
		"My name is Maria de la Cruz and my parcel is late.": "Maria de la Cruz",
		"Thanks!\nSarah": "Sarah",
		"Mit freundlichen Grüßen\nJürgen Groß\nBerlin":   "Jürgen Groß",
		"Ich heiße Uwe Klein, wo ist es?":                "Uwe Klein",
		"Je m'appelle Zoé Lefèvre.":                      "Zoé Lefèvre",
		"Cordialement,\nJean-Pierre Martin":              "Jean-Pierre Martin",
		"Hola, me llamo José Álvarez y quiero mi dinero": "José Álvarez",
		"Un saludo,\nLucía Gómez":                        "Lucía Gómez",
		"Mi chiamo Giulia Bianchi":                       "Giulia Bianchi",
		"Cordiali saluti\nMarco Rossi":                   "Marco Rossi",
		"Meu nome é João Silva, cadê":                    "João Silva",
		"Atenciosamente,\nBeatriz Souza":                 "Beatriz Souza",
		"Met vriendelijke groet,\nPieter van den Berg":   "Pieter van den Berg",
		"Pozdrawiam, Łukasz Nowak":                       "Łukasz Nowak",
		"Jmenuji se Jiří Novák":                          "Jiří Novák",
		"Venlig hilsen\nSøren Ågård":                     "Søren Ågård",
		"Jag heter Åsa Öberg":                            "Åsa Öberg",
		"Mă numesc Ștefan Ionescu":                       "Ștefan Ionescu",
		"Меня зовут Анна Иванова, где заказ?":            "Анна Иванова",
		"С уважением,\nПётр Сидоров":                     "Пётр Сидоров",
		"Мене звати Оксана Шевченко":                     "Оксана Шевченко",
		"Менің атым Айгүл Сәрсен":                        "Айгүл Сәрсен",
		"Benim adım Ayşe Yılmaz":                         "Ayşe Yılmaz",
		"Nama saya Budi Santoso, paket belum sampai":     "Budi Santoso",
		"Tôi tên là Nguyễn Văn An":                       "Nguyễn Văn An",
		"ผมชื่อสมชายครับ พัสดุยังไม่มา":                  "สมชาย",
		"اسمي أحمد وأين طلبي":                            "أحمد",
		"مع التحية\nمحمد علي":                            "محمد علي",
		"你好，我叫王小明，包裹没到":                                  "王小明",
		"包裹没到。谢谢\n李娜":                                    "李娜",
		"山田太郎と申します。荷物が届きません":                             "山田太郎",
		"제 이름은 김민수입니다":                                   "김민수",
		"안녕하세요. 감사합니다.\n박지영 드림":                          "박지영",
		// and what is none
		"Best regards,\nYour Support Team": "", "Thanks\nWhere is my order?": "", "My name is on the parcel": "", "Thanks for nothing": "", "我叫了快递，没来": "",
		"Danke\nMit freundlichen Grüßen": "", "Please help": "", "": "", "Thank you. Please answer.": "", "Best\nregards": "", "Thanks!\nCheers": "", "谢谢\n期待回复": "",
	} {
		if got := strings.Join(translate.Introduced(text), "|"); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

func TestAddressesAreMarked(t *testing.T) {
	for text, want := range map[string]string{
		"Send it to 12 Baker Street, London please":             "12 Baker Street, London",
		"I live at 1600 Pennsylvania Ave, Washington, DC 20500": "1600 Pennsylvania Ave, Washington, DC 20500",
		"Bitte an Hauptstraße 5a, 10115 Berlin schicken":        "Hauptstraße 5a, 10115 Berlin",
		"Lange Str. 7": "Lange Str. 7",
		"Neue Adresse:\nBirkenweg 12\n80331 München\nDanke": "Birkenweg 12|80331 München",
		"j'habite 12 rue de la Paix, 75002 Paris":           "12 rue de la Paix, 75002 Paris",
		"Calle Mayor 5, 28013 Madrid":                       "Calle Mayor 5, 28013 Madrid",
		"Via Roma, 12":                                      "Via Roma, 12",
		"Rua das Flores, 123":                               "Rua das Flores, 123",
		"Kerkstraat 12, 1012 AB Amsterdam":                  "Kerkstraat 12, 1012 AB Amsterdam",
		"ul. Długa 7, 00-238 Warszawa":                      "ul. Długa 7",
		"Адрес: ул. Ленина, д. 5, кв. 12, 101000 Москва":    "ул. Ленина, д. 5, кв. 12, 101000 Москва",
		"вул. Хрещатик, 22":                                 "вул. Хрещатик, 22",
		"Atatürk Caddesi No: 5":                             "Atatürk Caddesi No: 5",
		"Jl. Merdeka No. 3":                                 "Jl. Merdeka No. 3",
		"2000 Antwerpen\nKerkstraat 9\n1012 AB Amsterdam":   "2000 Antwerpen|Kerkstraat 9|1012 AB Amsterdam",
		"Storgatan 3":                                       "Storgatan 3",
		"朝阳区建国路88号1203室":                                    "朝阳区建国路88号1203室",
		"東京都渋谷区神南1-2-3":                                     "東京都渋谷区神南1-2-3",
		"강남구 테헤란로 12":                                       "강남구 테헤란로 12",
		// and what is none
		"Bring 5 lamps": "", "2 days on the way": "", "3 red shirts": "", "sent via DHL 2 days ago": "", "Order 10234 Please": "", "auf dem Weg 3 Tage": "", "my street is closed": "",
		"I paid 20 Euro": "", "2 of 3 Lamps": "", "那条路3天": "",
	} {
		m, err := translate.Protect(text, nil, nil)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, x := range m.Marks {
			if x.Kind == translate.Address {
				got = append(got, x.Source)
				if x.Shown() != "" {
					t.Errorf("a provider sees %q", x.Shown())
				}
			}
		}
		if strings.Join(got, "|") != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

// A part of a name that is an everyday word by itself is one.
func TestParticlesAreWords(t *testing.T) {
	m, err := translate.Protect("El paquete de Maria de la Cruz no está en la casa de Cruz", []string{"Maria de la Cruz"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := m.Masked(), "El paquete de [name] no está en la casa de [name]"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

// Whatever is found comes back as it stood, and the names that were found are seen by nobody.
func TestWhatIsFoundComesBack(t *testing.T) {
	words := append(slices.Clone(vocabulary), "My name is", "Best regards,", "\nС уважением,\n", "Ivan", "Petrov", "Анна", "我叫", "王小明", "，", "Hauptstraße", "5", "12", "Baker", "Street", "10115", "Berlin", "路", "号", "\n")
	rapid.Check(t, func(t *rapid.T) {
		text := strings.Join(rapid.SliceOfN(rapid.SampledFrom(words), 0, 30).Draw(t, "words"), rapid.SampledFrom([]string{" ", ""}).Draw(t, "between"))
		names := translate.Introduced(text)
		m, err := translate.Protect(text, names, nil)
		if err != nil {
			t.Fatal(err)
		}
		var back strings.Builder
		for _, r := range m.Text {
			if n, ok := translate.IsMark(r); ok {
				back.WriteString(m.Marks[n].Source)
			} else {
				back.WriteRune(r)
			}
		}
		if back.String() != text {
			t.Fatalf("%q became %q", text, back.String())
		}
		for _, n := range names {
			if !strings.Contains(text, n) {
				t.Fatalf("%q is not in %q", n, text)
			}
		}
	})
}

func FuzzIntroduced(f *testing.F) {
	f.Add("My name is Ana Ruiz.\nBest regards,\nAna Ruiz\nHauptstraße 5, 10115 Berlin")
	f.Fuzz(func(t *testing.T, text string) {
		for _, n := range translate.Introduced(text) {
			if !strings.Contains(text, n) {
				t.Fatalf("%q is not in %q", n, text)
			}
		}
		m, err := translate.Protect(text, translate.Introduced(text), nil)
		if err != nil || strings.TrimSpace(text) == "" {
			return
		}
		if back, err := m.Restore(m.Text); err != nil || back != text {
			t.Fatalf("%q came back as %q, %v", text, back, err)
		}
	})
}

func BenchmarkIntroduced(b *testing.B) {
	text := strings.Repeat("The parcel came broken and I want a refund, please tell me how to send it back. ", 12) + "\nBest regards,\nIvan Petrov"
	for b.Loop() {
		translate.Introduced(text)
	}
}
