package triage_test

import (
	"bytes"
	"os"
	"runtime"
	"slices"
	"strings"
	"testing"

	"godwit.dev/godwit/internal/domain/shipment"
	"godwit.dev/godwit/internal/domain/triage"
	"godwit.dev/godwit/internal/domain/triage/phrase"
)

func topicOf(t *testing.T, text string, e triage.Evidence) triage.Verdict {
	t.Helper()
	return triage.Default().Classify(triage.Message{Text: text}, e)
}

// corpus is what the shipped model is trained with.
func corpus(t *testing.T) []triage.Example {
	t.Helper()
	var of [2][]phrase.File
	for i, dir := range []string{"phrases", "messages"} {
		var err error
		if of[i], err = phrase.Read(os.DirFS("."), dir); err != nil {
			t.Fatal(err)
		}
	}
	return triage.Corpus(of[0], of[1], triage.Seed)
}

// The shipped model is that of the phrases, messages and lexica beside it.
func TestModelIsOfThePhrases(t *testing.T) {
	source, err := triage.Source(".")
	if err != nil {
		t.Fatal(err)
	}
	shipped, err := os.ReadFile("topics.bin")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(shipped[:len(source)], source[:]) {
		t.Fatal("phrases, messages or lexica changed: run go generate ./internal/domain/triage")
	}
	if runtime.GOARCH != "amd64" || testing.Short() {
		t.Skip("other machines may round an exponential otherwise")
	}
	weights, err := triage.Train(corpus(t), triage.Course)
	if err != nil {
		t.Fatal(err)
	}
	packed, err := weights.Pack(source)
	if err != nil || !bytes.Equal(packed, shipped) {
		t.Errorf("training gives another model than the shipped one (%v)", err)
	}
}

// No phrase that measures the model stands among those that it was trained with.
func TestPhrasesAreHeldOut(t *testing.T) {
	seen := map[string]bool{}
	for _, e := range corpus(t) {
		seen[strings.ToLower(strings.Trim(e.Text, " .?!"))] = true
	}
	for _, dir := range []string{"kept", "testdata/unseen"} {
		files, err := phrase.Read(os.DirFS("."), dir)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			for topic, lines := range f.Parts {
				for _, line := range lines {
					if seen[strings.ToLower(strings.Trim(line, " .?!"))] {
						t.Errorf("%s %s: %q was trained with", f.Language, topic, line)
					}
				}
			}
		}
	}
}

func TestEveryLanguageHasEveryTopic(t *testing.T) {
	for _, dir := range []string{"phrases", "messages", "kept", "testdata/unseen"} {
		files, err := phrase.Read(os.DirFS("."), dir)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			for _, topic := range triage.Topics() {
				if len(f.Parts[string(topic)])+len(f.Cues[string(topic)]) == 0 {
					t.Errorf("%s/%s.txt says nothing of %s", dir, f.Language, topic)
				}
			}
		}
	}
}

func TestSeveralTopics(t *testing.T) {
	v := topicOf(t, "Hello, the vase arrived broken. Also please send me the invoice for my company.", triage.Evidence{})
	var got []triage.Topic
	for _, s := range v.Topics {
		got = append(got, s.Topic)
	}
	if !slices.Contains(got, triage.Damaged) || !slices.Contains(got, triage.Invoice) {
		t.Errorf("%v", v.Topics)
	}
}

func TestAbstains(t *testing.T) {
	for _, text := range []string{"", "ok", "👍", "12345", "Hello", "How is the weather today?", "We offer SEO services for your website", "LB123456789CN"} {
		if v := topicOf(t, text, triage.Evidence{}); v.Topic != triage.Other || len(v.Topics) != 1 || len(v.Why) != 0 {
			t.Errorf("%q: %v %v", text, v.Topics, v.Why)
		}
	}
}

func TestWhyNamesWordsOfTheMessage(t *testing.T) {
	for text, word := range map[string]string{"I want a REFUND for my lamp": "REFUND", "我要退款": "退款", "wo ist mein Paket": "Paket"} {
		v := topicOf(t, text, triage.Evidence{})
		if !slices.ContainsFunc(v.Why, func(w string) bool { return strings.Contains(w, word) }) {
			t.Errorf("%q: %v", text, v.Why)
		}
		for _, w := range v.Why {
			if !strings.Contains(text, w) {
				t.Errorf("%q: %q is not of the message", text, w)
			}
		}
	}
}

// score is how likely a text is about a topic, 0 if it is not named.
func score(v triage.Verdict, topic triage.Topic) float64 {
	for _, s := range v.Topics {
		if s.Topic == topic {
			return s.Score
		}
	}
	return 0
}

func TestEvidenceMakesTopicsLikelier(t *testing.T) {
	text := "my parcel is held, what do I pay"
	if score(topicOf(t, text, triage.Evidence{Shipment: shipment.InCustoms}), triage.CustomsDuty) <= score(topicOf(t, text, triage.Evidence{}), triage.CustomsDuty) {
		t.Error("customs says nothing")
	}
	text = "where is my order"
	if score(topicOf(t, text, triage.Evidence{Shipment: shipment.Delivered}), triage.WhereIsMyOrder) >= score(topicOf(t, text, triage.Evidence{Shipment: shipment.InTransit}), triage.WhereIsMyOrder) {
		t.Error("delivery says nothing")
	}
	if v := topicOf(t, "tell me a joke", triage.Evidence{Shipment: shipment.Lost, Late: true, Refunding: true}); v.Topic != triage.Other {
		t.Errorf("evidence decides alone: %v", v.Topics)
	}
}

func TestTemper(t *testing.T) {
	for _, c := range []struct {
		text  string
		mood  triage.Mood
		alarm triage.Alarm
	}{
		{"Where is my order?", triage.Neutral, ""},
		{"This is the worst shop ever, I am disgusted!!", triage.Negative, ""},
		{"Thank you so much, I love it, great service", triage.Positive, ""},
		{"not happy with the lamp at all", triage.Negative, ""},
		{"I will call my lawyer and sue you", triage.Negative, triage.Legal},
		{"If I get no refund I will open a chargeback with my bank", triage.Negative, triage.Chargeback},
		{"My baby nearly choked on a part that broke off", triage.Negative, triage.Risk},
		{"The cream gave me an allergic rash", triage.Negative, triage.Risk},
		{"I bought it for my child", triage.Neutral, ""},
		{"I will tell the journalists about you", triage.Negative, triage.Press},
		{"urgent: please change the address", triage.Neutral, triage.Haste},
		{"Das ist eine Frechheit, ich gehe zum Anwalt", triage.Negative, triage.Legal},
		{"c'est inadmissible, je suis très déçu", triage.Negative, ""},
		{"太差了，我要打12315投诉你们", triage.Negative, triage.Chargeback},
		{"我在11月16日下订单，一直没有收到，运费265元", triage.Neutral, ""},
		{"最悪です。弁護士に相談します", triage.Negative, triage.Legal},
		{"Ужасный сервис, подам в суд", triage.Negative, triage.Legal},
		{"¡Muchas gracias, es precioso!", triage.Positive, ""},
		{"harika, çok memnunum", triage.Positive, ""},
		{"خدمة سيئة جدا، سأذهب إلى المحكمة", triage.Negative, triage.Legal},
		{"the box was courteous pressed", triage.Neutral, ""},
		{"บริการแย่มาก ผิดหวังจริงๆ", triage.Negative, ""},
		{"ขอบคุณค่ะ สินค้าสวยมาก ชอบมาก", triage.Positive, ""},
		{"ถ้าไม่คืนเงินจะแจ้งความและฟ้องศาล", triage.Negative, triage.Legal},
		{"ครีมนี้ทำให้ผิวแพ้เป็นผื่น ต้องไปโรงพยาบาล", triage.Negative, triage.Risk},
		{"ด่วนค่ะ ขอเปลี่ยนที่อยู่", triage.Neutral, triage.Haste},
		{"Қызмет өте нашар, көңілім қалды", triage.Negative, ""},
		{"Рақмет, өте жақсы, маған ұнады", triage.Positive, ""},
		{"Ақшамды қайтармасаңыз, сотқа беремін", triage.Negative, triage.Legal},
		{"Зарядтағыш жарылды, баламның қолы күйіп қалды", triage.Negative, triage.Risk},
		{"Шұғыл: мекенжайды өзгертіңіз", triage.Neutral, triage.Haste},
		{"Балама сыйлыққа тапсырыс бердім", triage.Neutral, ""},
		{"😡😡😡", triage.Negative, ""},
		{"press the button and nothing happens", triage.Neutral, ""},
		{"I talk to the press about this", triage.Negative, triage.Press},
		{"Our client reserves all rights.", triage.Negative, triage.Legal},
		{"Je vais faire opposition auprès de ma banque", triage.Negative, triage.Chargeback},
		{"My son swallowed a small part", triage.Negative, triage.Risk},
		{"My daughter cut her hand on it", triage.Negative, triage.Risk},
		{"Mein Sohn hat ein Kleinteil verschluckt!", triage.Negative, triage.Risk},
		{"Mon fils a avalé une pièce", triage.Negative, triage.Risk},
		{"Mi hija se ha tragado una pieza", triage.Negative, triage.Risk},
		{"Mio figlio ha ingoiato un pezzo", triage.Negative, triage.Risk},
		{"Minha filha engoliu uma peça", triage.Negative, triage.Risk},
		{"Mijn zoon heeft een onderdeel ingeslikt", triage.Negative, triage.Risk},
		{"Syn połknął małą część", triage.Negative, triage.Risk},
		{"Syn spolkl malou součástku", triage.Negative, triage.Risk},
		{"Min søn har slugt en del", triage.Negative, triage.Risk},
		{"Min son svalde en liten del", triage.Negative, triage.Risk},
		{"Fiul meu a înghițit o piesă", triage.Negative, triage.Risk},
		{"Сын проглотил мелкую деталь", triage.Negative, triage.Risk},
		{"Син проковтнув дрібну деталь", triage.Negative, triage.Risk},
		{"Балам ұсақ бөлшекті жұтып қойды", triage.Negative, triage.Risk},
		{"Oğlum küçük bir parça yuttu", triage.Negative, triage.Risk},
		{"Anak saya tertelan bagian kecil", triage.Negative, triage.Risk},
		{"Con tôi nuốt phải một mảnh nhỏ", triage.Negative, triage.Risk},
		{"ลูกกลืนชิ้นส่วนเล็กเข้าไป", triage.Negative, triage.Risk},
		{"ابني ابتلع قطعة صغيرة", triage.Negative, triage.Risk},
		{"子どもが部品を誤飲しました", triage.Negative, triage.Risk},
		{"아이가 부품을 삼켰어요", triage.Negative, triage.Risk},
		{"孩子把小零件吞下去了", triage.Negative, triage.Risk},
	} {
		v := topicOf(t, c.text, triage.Evidence{}).Temper
		if v.Mood != c.mood && c.alarm == "" {
			t.Errorf("%q: %+v", c.text, v)
		}
		if c.alarm != "" && !slices.Contains(v.Alarms, c.alarm) || c.alarm == "" && v.Urgent || v.Urgent != (len(v.Alarms) > 0) {
			t.Errorf("%q: %+v", c.text, v)
		}
		if (v.Urgent || v.Mood != triage.Neutral && c.text != "not happy with the lamp at all") && len(v.Why) == 0 {
			t.Errorf("%q: no word decided", c.text)
		}
	}
}

// In Thai and Kazakh, of which no phrase is trained with, the words of the lexica tell topics by what they mean elsewhere.
func TestWordsAloneTellTopics(t *testing.T) {
	for text, topic := range map[string]triage.Topic{
		"ขอยกเลิกคำสั่งซื้อ": triage.CancelOrder, "สินค้าแตกเสียหายตอนแกะกล่อง": triage.Damaged, "ขอใบกำกับภาษีในนามบริษัท": triage.Invoice,
		"Тапсырысым қайда, қашан келеді?": triage.WhereIsMyOrder, "Тапсырыстан бас тартқым келеді": triage.CancelOrder, "Шот-фактура керек, компания атына": triage.Invoice, "Промокод жарамсыз, жеңілдік болмады": triage.CouponPromo,
	} {
		if v := topicOf(t, text, triage.Evidence{}); v.Topic != topic {
			t.Errorf("%q is read as %v by %q", text, v.Topics, v.Why)
		}
	}
}

func TestClassifyIsSteady(t *testing.T) {
	text := "Hallo, mein Paket kam kaputt an und ich will mein Geld zurück! #4421"
	a, b := topicOf(t, text, triage.Evidence{Late: true}), topicOf(t, text, triage.Evidence{Late: true})
	if a.Topic != b.Topic || !slices.Equal(a.Why, b.Why) || !slices.Equal(a.Topics, b.Topics) {
		t.Errorf("%+v\n%+v", a, b)
	}
}

func TestReadModelRefuses(t *testing.T) {
	shipped, err := os.ReadFile("topics.bin")
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range []int{0, 10, 200, len(shipped) / 2} {
		if _, err := triage.ReadModel(shipped[:n]); err == nil {
			t.Errorf("a model of %d bytes is read", n)
		}
	}
}

func FuzzClassify(f *testing.F) {
	for _, s := range []string{"", "where is my order", "我的包裹\xff在哪里", "ẞ İ ſ", strings.Repeat("a ", 5000), "१२३ ﷺ", "\u0301\u0301"} {
		f.Add(s, "en")
	}
	f.Fuzz(func(t *testing.T, text, language string) {
		v := triage.Default().Classify(triage.Message{Text: text, Language: language}, triage.Evidence{Late: true})
		if !v.Topic.Valid() || len(v.Topics) == 0 || v.Temper.Score < -1 || v.Temper.Score > 1 {
			t.Errorf("%+v", v)
		}
		for _, s := range v.Topics {
			if s.Score < 0 || s.Score > 1 {
				t.Errorf("%+v", v.Topics)
			}
		}
	})
}

func BenchmarkClassify(b *testing.B) {
	c := triage.Default()
	taught, err := c.With(c.Learn(c, odd(16, triage.Defective)).Learnt)
	if err != nil {
		b.Fatal(err)
	}
	for name, text := range map[string]string{
		"short": "Where is my order #1029?",
		"usual": "Hello, I ordered a lamp two weeks ago and it still has not arrived. The tracking says it is in transit since Monday. Can you tell me where it is? If it does not come this week I want my money back. Thank you, Anna",
		"long":  strings.Repeat("The parcel came broken and I want a refund, please tell me how to send it back. ", 45),
		"zh":    "你好，我上周买的台灯到现在还没收到，物流一直不更新，请帮我查一下，谢谢",
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				c.Classify(triage.Message{Text: text}, triage.Evidence{})
			}
		})
		b.Run(name+", taught", func(b *testing.B) {
			for b.Loop() {
				taught.Classify(triage.Message{Text: text}, triage.Evidence{})
			}
		})
	}
}

func BenchmarkStart(b *testing.B) {
	shipped, err := os.ReadFile("topics.bin")
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := triage.ReadModel(shipped); err != nil {
			b.Fatal(err)
		}
	}
}
