package simulate

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// phrase looks up what a mail client writes in a language, first the client's
// own habit, then the language's, then English.
func (c *content) phrase(lang, client, key string) string {
	for _, l := range []string{base(lang), "en"} {
		for _, k := range []string{client + "." + key, key + "." + client, key} {
			if s, ok := c.phrases[l][k]; ok {
				return s
			}
		}
	}
	return ""
}

// attribution is the line or block a client puts above what it quotes.
func (c *content) attribution(lang, client string, q quoted) string {
	form, ok := c.phrases[lang][client]
	if !ok {
		form, ok = c.phrases[base(lang)][client]
	}
	if !ok {
		form, ok = c.phrases[base(lang)]["gmail"]
	}
	if !ok {
		form = c.phrases["en"]["gmail"]
	}
	at := q.at
	dow, dowl, mon, monl := calendar(lang, at)
	return strings.NewReplacer(
		"{dow}", dow, "{dowl}", dowl, "{mon}", mon, "{monl}", monl,
		"{d}", strconv.Itoa(at.Day()), "{D}", at.Format("02"), "{Mn}", strconv.Itoa(int(at.Month())), "{M}", at.Format("01"),
		"{y}", strconv.Itoa(at.Year()), "{H}", at.Format("15:04"), "{h12}", at.Format("3:04 PM"),
		"{zone}", at.Format("-07:00"), "{who}", q.who, "{addr}", q.address, "{me}", q.me, "{name}", q.name,
		"{subject}", q.subject, "|", "\n",
	).Replace(form)
}

// quoted is the mail an answer quotes.
type quoted struct {
	at            time.Time // in the zone of the one who quotes
	who, address  string
	me, name      string // who quotes
	subject, text string
}

// weekdays are the short and long names, from Sunday.
var weekdays = map[string][2]string{
	"en":      {"Sun Mon Tue Wed Thu Fri Sat", "Sunday Monday Tuesday Wednesday Thursday Friday Saturday"},
	"de":      {"So Mo Di Mi Do Fr Sa", "Sonntag Montag Dienstag Mittwoch Donnerstag Freitag Samstag"},
	"fr":      {"dim lun mar mer jeu ven sam", "dimanche lundi mardi mercredi jeudi vendredi samedi"},
	"es":      {"dom lun mar mié jue vie sáb", "domingo lunes martes miércoles jueves viernes sábado"},
	"it":      {"dom lun mar mer gio ven sab", "domenica lunedì martedì mercoledì giovedì venerdì sabato"},
	"pt":      {"dom seg ter qua qui sex sáb", "domingo segunda-feira terça-feira quarta-feira quinta-feira sexta-feira sábado"},
	"pl":      {"niedz pon wt śr czw pt sob", "niedziela poniedziałek wtorek środa czwartek piątek sobota"},
	"nl":      {"zo ma di wo do vr za", "zondag maandag dinsdag woensdag donderdag vrijdag zaterdag"},
	"ru":      {"вс пн вт ср чт пт сб", "Воскресенье Понедельник Вторник Среда Четверг Пятница Суббота"},
	"uk":      {"нд пн вт ср чт пт сб", "неділя понеділок вівторок середа четвер п’ятниця субота"},
	"tr":      {"Paz Pzt Sal Çar Per Cum Cmt", "Pazar Pazartesi Salı Çarşamba Perşembe Cuma Cumartesi"},
	"ar":      {"أحد اثنين ثلاثاء أربعاء خميس جمعة سبت", "الأحد الاثنين الثلاثاء الأربعاء الخميس الجمعة السبت"},
	"ja":      {"日 月 火 水 木 金 土", "日曜日 月曜日 火曜日 水曜日 木曜日 金曜日 土曜日"},
	"ko":      {"일 월 화 수 목 금 토", "일요일 월요일 화요일 수요일 목요일 금요일 토요일"},
	"zh-Hans": {"日 一 二 三 四 五 六", "星期日 星期一 星期二 星期三 星期四 星期五 星期六"},
	"zh-Hant": {"日 一 二 三 四 五 六", "星期日 星期一 星期二 星期三 星期四 星期五 星期六"},
	"th":      {"อา. จ. อ. พ. พฤ. ศ. ส.", "อาทิตย์ จันทร์ อังคาร พุธ พฤหัสบดี ศุกร์ เสาร์"},
	"id":      {"Min Sen Sel Rab Kam Jum Sab", "Minggu Senin Selasa Rabu Kamis Jumat Sabtu"},
}

func calendar(lang string, at time.Time) (dow, dowl, mon, monl string) {
	key := base(lang)
	if key == "kk" {
		key = "ru" // mail clients seldom speak Kazakh
	}
	w, ok := weekdays[key]
	if !ok {
		w = weekdays["en"]
	}
	dow = strings.Fields(w[0])[at.Weekday()]
	dowl = strings.Fields(w[1])[at.Weekday()]
	monl = at.Month().String()
	if names := strings.Fields(months[key].names); len(names) == 12 {
		monl = names[at.Month()-1]
	}
	mon = monl
	if r := []rune(monl); len(r) > 3 && key != "th" && key != "ar" {
		mon = string(r[:3])
	}
	return dow, dowl, mon, monl
}

// headers are the lines by which a client is known.
func clientHeaders(client string, d dice) [][2]string {
	switch client {
	case "apple":
		return [][2]string{{"X-Mailer", fmt.Sprintf("iPhone Mail (2%dF%d)", d.between(1, 2), d.between(66, 99))}, {"Mime-Version", "1.0 (1.0)"}}
	case "outlook":
		return [][2]string{{"X-MS-Has-Attach", ""}, {"X-MS-TNEF-Correlator", ""}, {"Thread-Topic", "support"}, {"MIME-Version", "1.0"}}
	case "yahoo":
		return [][2]string{{"X-Mailer", "WebService/1.1.22205 YMailNorrin"}, {"MIME-Version", "1.0"}}
	case "gmx":
		return [][2]string{{"MIME-Version", "1.0"}, {"Importance", "normal"}, {"Sensitivity", "Normal"}, {"X-Priority", "3"}}
	case "qq":
		return [][2]string{{"Mime-Version", "1.0"}, {"X-Priority", "3"}, {"X-QQ-MIME", "TCMime 1.0 by Tencent"}, {"X-Mailer", "QQMail 2.x"}}
	case "netease":
		return [][2]string{{"X-Priority", "3"}, {"X-Mailer", "Coremail Webmail Server Version XT5.0.14"}, {"MIME-Version", "1.0"}}
	case "mailru":
		return [][2]string{{"MIME-Version", "1.0"}, {"X-Mailer", "Mail.Ru Mailer 1.0"}, {"X-Priority", "3 (Normal)"}}
	case "yandex":
		return [][2]string{{"MIME-Version", "1.0"}, {"X-Mailer", "Yamail [ http://yandex.ru ] 5.0"}}
	case "naver":
		return [][2]string{{"MIME-Version", "1.0"}, {"X-Works-Smtp-Source", "web"}, {"Importance", "normal"}}
	}
	return [][2]string{{"MIME-Version", "1.0"}}
}

// charsetFor draws the charset a client writes a language in. Most mail is
// UTF-8; the old ones are the ones that break parsers.
func charsetFor(d dice, client, lang string) string {
	switch base(lang) {
	case "zh-Hans":
		if (client == "qq" || client == "netease") && d.chance(0.6) {
			return "gb18030"
		}
	case "zh-Hant":
		if client == "outlook" && d.chance(0.7) {
			return "big5"
		}
	case "ja":
		if (client == "outlook" || client == "yahoo") && d.chance(0.7) {
			return "iso-2022-jp"
		}
	case "ko":
		if client == "naver" && d.chance(0.3) {
			return "euc-kr"
		}
	case "ru":
		switch {
		case client == "outlook" || client == "gmx" || client == "yandex" && d.chance(0.15):
			return "windows-1251"
		case client == "mailru" && d.chance(0.2):
			return "koi8-r"
		}
	case "de", "fr", "es", "it", "pt", "nl":
		if client == "outlook" && d.chance(0.5) {
			return "iso-8859-1"
		}
	case "pl":
		if client == "outlook" && d.chance(0.5) {
			return "iso-8859-2"
		}
	case "tr":
		if client == "outlook" && d.chance(0.5) {
			return "windows-1254"
		}
	}
	return "utf-8"
}
