package simulate

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// months holds the months as they stand after a day, and how the two are put
// together; %[1]d is the day, %[2]s the month, %[3]d its number.
var months = map[string]struct{ form, names string }{
	"en-US":   {"%[2]s %[1]d", "January February March April May June July August September October November December"},
	"en":      {"%[1]d %[2]s", "January February March April May June July August September October November December"},
	"de":      {"%[1]d. %[2]s", "Januar Februar März April Mai Juni Juli August September Oktober November Dezember"},
	"fr":      {"%[1]d %[2]s", "janvier février mars avril mai juin juillet août septembre octobre novembre décembre"},
	"es":      {"%[1]d de %[2]s", "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre"},
	"it":      {"%[1]d %[2]s", "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre"},
	"pt":      {"%[1]d de %[2]s", "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro"},
	"pl":      {"%[1]d %[2]s", "stycznia lutego marca kwietnia maja czerwca lipca sierpnia września października listopada grudnia"},
	"nl":      {"%[1]d %[2]s", "januari februari maart april mei juni juli augustus september oktober november december"},
	"ru":      {"%[1]d %[2]s", "января февраля марта апреля мая июня июля августа сентября октября ноября декабря"},
	"uk":      {"%[1]d %[2]s", "січня лютого березня квітня травня червня липня серпня вересня жовтня листопада грудня"},
	"kk":      {"%[1]d %[2]s", "қаңтар ақпан наурыз сәуір мамыр маусым шілде тамыз қыркүйек қазан қараша желтоқсан"},
	"tr":      {"%[1]d %[2]s", "Ocak Şubat Mart Nisan Mayıs Haziran Temmuz Ağustos Eylül Ekim Kasım Aralık"},
	"ar":      {"%[1]d %[2]s", "يناير فبراير مارس أبريل مايو يونيو يوليو أغسطس سبتمبر أكتوبر نوفمبر ديسمبر"},
	"ja":      {"%[3]d月%[1]d日", ""},
	"zh-Hans": {"%[3]d月%[1]d日", ""},
	"zh-Hant": {"%[3]d月%[1]d日", ""},
	"ko":      {"%[3]d월 %[1]d일", ""},
	"th":      {"%[1]d %[2]s", "มกราคม กุมภาพันธ์ มีนาคม เมษายน พฤษภาคม มิถุนายน กรกฎาคม สิงหาคม กันยายน ตุลาคม พฤศจิกายน ธันวาคม"},
	"vi":      {"%[1]d/%[3]d", ""},
	"id":      {"%[1]d %[2]s", "Januari Februari Maret April Mei Juni Juli Agustus September Oktober November Desember"},
}

// day writes a day and its month as the language does within a sentence.
func day(lang string, t time.Time) string {
	m, ok := months[lang]
	if !ok {
		m = months[base(lang)]
	}
	name := ""
	if names := strings.Fields(m.names); len(names) == 12 {
		name = names[t.Month()-1]
	}
	if base(lang) == "fr" && t.Day() == 1 {
		return "1er " + name
	}
	return fmt.Sprintf(m.form, t.Day(), name, int(t.Month()))
}

// signs are the currency signs people write, before or after the number.
var signs = map[string]struct {
	sign   string
	before bool
}{
	"USD": {"$", true}, "CAD": {"CA$", true}, "GBP": {"£", true}, "EUR": {" €", false}, "MXN": {"$", true},
	"BRL": {"R$ ", true}, "PLN": {" zł", false}, "UAH": {" грн", false}, "TRY": {" TL", false},
	"AED": {" درهم", false}, "SAR": {" ريال", false}, "JPY": {"円", false}, "KRW": {"원", false},
	"SGD": {"S$", true}, "TWD": {"NT$", true}, "HKD": {"HK$", true}, "THB": {" บาท", false},
	"VND": {"đ", false}, "IDR": {"Rp", true}, "RUB": {" ₽", false}, "KZT": {" ₸", false},
}

// amount writes money as a customer of the language does.
func amount(lang string, minor int64, currency string) string {
	whole, cents := minor, int64(-1)
	if !zeroDecimal(currency) {
		whole, cents = minor/100, minor%100
	}
	group, point := ",", "."
	switch base(lang) {
	case "de", "es", "it", "pt", "nl", "tr", "id", "vi":
		group, point = ".", ","
	case "fr", "pl", "ru", "uk", "kk":
		group, point = "\u00a0", ","
	}
	if lang == "es-MX" {
		group, point = ",", "."
	}
	s := strconv.FormatInt(whole, 10)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + group + s[i:]
	}
	if cents > 0 || (cents == 0 && (currency == "EUR" || currency == "USD" || currency == "GBP")) {
		s += fmt.Sprintf("%s%02d", point, cents)
	}
	sign := signs[currency]
	if sign.before {
		return sign.sign + s
	}
	return s + sign.sign
}
