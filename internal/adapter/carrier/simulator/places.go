package simulator

import (
	"fmt"
	"hash/fnv"
	"strings"

	"godwit.dev/godwit/internal/domain/carrier"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/domain/shipment"
	"godwit.dev/godwit/internal/flow/tracking"
)

// hubs are where parcels come into a country.
var hubs = map[string]string{
	"US": "Los Angeles", "CA": "Richmond", "GB": "Coventry", "DE": "Leipzig", "AT": "Wien", "FR": "Roissy-en-France", "ES": "Madrid", "IT": "Milano",
	"BR": "Curitiba", "MX": "Ciudad de México", "PL": "Warszawa", "NL": "Hoofddorp", "RU": "Екатеринбург", "KZ": "Алматы", "UA": "Київ", "TR": "İstanbul",
	"AE": "Dubai", "SA": "Riyadh", "JP": "大阪市", "KR": "인천", "SG": "Singapore", "TW": "桃園市", "HK": "Hong Kong", "TH": "Bangkok", "VN": "Hà Nội", "ID": "Jakarta",
	"AU": "Sydney", "CL": "Santiago", "CN": "广州",
}

// origins are where parcels begin.
var origins = map[string][]string{
	"CN": {"深圳", "广州", "义乌", "东莞"}, "US": {"Ontario", "Reno", "Louisville"}, "DE": {"Leipzig", "Köln", "Bremen"}, "HK": {"Hong Kong"},
}

// home is where a parcel of a carrier comes from. Carriers of a parcel's own country
// bring it from a warehouse there; all others from China.
func home(name, number, dest string) string {
	if key := order.TrackingKey(number); len(key) == 13 && isS10(key) {
		return key[11:]
	}
	key, ok := carrier.Named(name)
	if !ok {
		return "CN"
	}
	if c, ok := carrier.ByKey(key); ok && (c.Country == dest || c.Country == "CN" || c.Country == "HK") {
		return c.Country
	}
	return "CN"
}

// isS10 reports whether a key of 13 has the form of UPU S10.
func isS10(key string) bool {
	letter := func(c byte) bool { return c >= 'A' && c <= 'Z' }
	if !letter(key[0]) || !letter(key[1]) || !letter(key[11]) || !letter(key[12]) {
		return false
	}
	return strings.Trim(key[2:11], "0123456789") == ""
}

// onwardPrefix begins the numbers of second carriers.
const onwardPrefix = "SIMX"

// onwardOf returns the carrier that brings a parcel of a private carrier from China
// to its recipient, and the number that it has there; "" if the first one does.
func onwardOf(origin, dest string, n tracking.Number) (name, number string) {
	key, ok := carrier.Named(n.Carrier)
	if c, _ := carrier.ByKey(key); !ok || origin == dest || len(c.Posts) > 0 || c.Country != "CN" {
		return "", ""
	}
	for _, c := range carrier.Carriers() {
		for _, post := range c.Posts {
			if post == dest {
				return c.Name, fmt.Sprintf("%s%010d%s", onwardPrefix, sum(n.Number)%1e10, dest)
			}
		}
	}
	return "", ""
}

// isOnward reports whether a number is a second carrier's.
func isOnward(number string) bool { return begins(number, onwardPrefix) }

func sum(text string) uint64 {
	h := fnv.New64a()
	_, _ = h.Write([]byte(order.TrackingKey(text))) // cannot fail
	return h.Sum64()
}

// words are the carrier's own: a code, and a text in Chinese where it is scanned in
// China and in English elsewhere.
func words(s scan, origin string) (code, text string) {
	code = strings.ToUpper(string(s.status))
	if s.reason != "" {
		code += "/" + strings.ToUpper(string(s.reason))
	}
	both, ok := texts[string(s.reason)]
	if !ok {
		both = texts[string(s.status)]
	}
	if s.side == atOrigin && (origin == "CN" || origin == "HK") && s.status != shipment.Returned {
		return code, both[1]
	}
	return code, both[0]
}

// texts are what carriers write of a reason, else of a status.
var texts = map[string][2]string{
	string(shipment.Announced):         {"Shipment information received", "已下单，等待揽收"},
	string(shipment.PickedUp):          {"Accepted", "已揽收"},
	string(shipment.InTransit):         {"Processed at the sorting centre", "离开分拣中心"},
	string(shipment.InCustoms):         {"Handed to customs", "到达海关"},
	string(shipment.OutForDelivery):    {"Out for delivery", "派送中"},
	string(shipment.ReadyForPickup):    {"Ready for collection", "等待自提"},
	string(shipment.Delivered):         {"Delivered", "已签收"},
	string(shipment.AttemptFailed):     {"Delivery attempted", "派送失败"},
	string(shipment.Held):              {"Shipment on hold", "包裹滞留"},
	string(shipment.Returning):         {"On its way back to the sender", "退回途中"},
	string(shipment.Returned):          {"Returned to the sender", "已退回"},
	string(shipment.Lost):              {"Declared lost", "包裹遗失"},
	string(shipment.Delay):             {"Delayed", "运输延误"},
	string(shipment.HandedOver):        {"Handed to the carrier that delivers it", "已交接"},
	string(shipment.CustomsInspection): {"Inspected by customs", "海关查验"},
	string(shipment.CustomsDocuments):  {"Customs: documents of the recipient are missing", "海关：缺少收件人资料"},
	string(shipment.CustomsDuty):       {"Customs: duty or tax to be paid", "海关：等待缴税"},
	string(shipment.CustomsReleased):   {"Released by customs", "清关完成"},
	string(shipment.AddressWrong):      {"The address is incomplete", "地址不详"},
	string(shipment.RecipientAbsent):   {"Nobody was at home", "收件人不在"},
	string(shipment.RecipientRefused):  {"Refused by the recipient", "收件人拒收"},
	string(shipment.RecipientMoved):    {"The recipient has moved", "收件人已搬迁"},
	string(shipment.PaymentDue):        {"A payment is due", "待付款"},
	string(shipment.Weather):           {"On hold: weather", "天气原因滞留"},
	string(shipment.Capacity):          {"On hold: no capacity", "仓位不足"},
	string(shipment.Strike):            {"On hold: strike", "罢工"},
	string(shipment.Signed):            {"Delivered, signed by the recipient", "本人签收"},
	string(shipment.AtNeighbour):       {"Delivered to a neighbour", "邻居代收"},
	string(shipment.AtSafePlace):       {"Delivered to a safe place", "已放置指定位置"},
}
