package simulate

import (
	"strconv"
	"strings"
)

// tracking names a carrier and draws a tracking number of its form, with a
// right check digit where the form has one.
func (d dice) tracking(kind, country string) (carrier, service, number string) {
	switch kind {
	case "yunexpress":
		return "YunExpress", "Direct line standard", "YT" + d.digits("2###############")
	case "cainiao":
		return "Cainiao", "Global Standard", "LP00" + d.digits("############")
	case "chinapost":
		return "China Post", "ePacket", s10("L"+string(rune('A'+d.n(26))), d.digits("########"), "CN")
	case "ems":
		return "EMS China", "EMS", s10("E"+string(rune('A'+d.n(26))), d.digits("########"), "CN")
	case "ups":
		return "UPS", "Ground", ups1Z(d.digits("%??#%#") + "03" + d.digits("#######"))
	case "usps":
		return "USPS", "Ground Advantage", mod10("9400" + d.digits("#################"))
	case "dhlexpress":
		body := d.digits("%########")
		return "DHL Express", "Worldwide", body + strconv.Itoa(remainder(body, 7))
	case "dhl":
		return "DHL Paket", "Paket", mod10("00340434" + d.digits("###########"))
	case "royalmail":
		return "Royal Mail", "Tracked 48", s10("R"+string(rune('A'+d.n(26))), d.digits("########"), "GB")
	case "cdek":
		return "CDEK", "Склад-ПВЗ", "1" + strconv.Itoa(d.between(1, 5)) + d.digits("########")
	default:
		return nationalPosts[country], "Registered", s10("R"+string(rune('A'+d.n(26))), d.digits("########"), country)
	}
}

var nationalPosts = map[string]string{
	"RU": "Почта России", "KZ": "Qazpost", "BR": "Correios", "UA": "Ukrposhta", "PL": "Poczta Polska",
	"JP": "Japan Post", "KR": "Korea Post", "TW": "Chunghwa Post", "TR": "PTT", "TH": "Thailand Post",
	"VN": "Vietnam Post", "ID": "Pos Indonesia", "IT": "Poste Italiane", "ES": "Correos", "FR": "La Poste",
	"NL": "PostNL", "MX": "Correos de México", "AT": "Österreichische Post", "HK": "Hongkong Post",
	"AE": "Emirates Post", "SA": "Saudi Post", "SG": "SingPost", "CA": "Canada Post",
}

// s10 makes a number of UPU standard S10: weights 8 6 4 2 3 5 9 7, check
// 11 - sum mod 11, where 10 becomes 0 and 11 becomes 5.
func s10(prefix, serial, country string) string {
	sum := 0
	for i, w := range []int{8, 6, 4, 2, 3, 5, 9, 7} {
		sum += w * int(serial[i]-'0')
	}
	check := 11 - sum%11
	switch check {
	case 10:
		check = 0
	case 11:
		check = 5
	}
	return prefix + serial + strconv.Itoa(check) + country
}

// ups1Z makes a UPS number of its 15 characters: a letter counts (ASCII-63)
// mod 10, every second counts double.
func ups1Z(body string) string {
	sum := 0
	for i := range len(body) {
		v := int(body[i] - '0')
		if body[i] >= 'A' {
			v = (int(body[i]) - 63) % 10
		}
		if i%2 == 1 {
			v *= 2
		}
		sum += v
	}
	return "1Z" + body + strconv.Itoa((10-sum%10)%10)
}

// mod10 appends the GS1 check digit: weights 3 and 1 from the right.
func mod10(body string) string {
	sum := 0
	for i := range len(body) {
		v := int(body[len(body)-1-i] - '0')
		if i%2 == 0 {
			v *= 3
		}
		sum += v
	}
	return body + strconv.Itoa((10-sum%10)%10)
}

func remainder(digits string, m int) int {
	r := 0
	for _, c := range digits {
		r = (r*10 + int(c-'0')) % m
	}
	return r
}

// carriersFor lists the carriers a shop uses to a country, by likelihood.
func carriersFor(shop, country string) []string {
	switch {
	case shop == "amazon" && country == "DE":
		return []string{"dhl", "dhl", "dhlexpress"}
	case shop == "amazon":
		return []string{"ups", "usps"}
	case shop == "ozon" && country == "KZ":
		return []string{"cdek", "post"}
	case shop == "ozon":
		return []string{"cdek", "cdek", "post", "cainiao"}
	}
	local := map[string]string{"US": "usps", "GB": "royalmail", "DE": "dhl", "AT": "dhl"}[country]
	if local == "" {
		local = "post"
	}
	if strings.Contains("JP KR TW HK TH VN ID AE SA", country) {
		return []string{"ems", "yunexpress", "dhlexpress", local}
	}
	return []string{"yunexpress", "yunexpress", "cainiao", "chinapost", local, "dhlexpress"}
}
