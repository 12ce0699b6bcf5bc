package importer

import (
	"strings"

	"godwit.dev/godwit/internal/domain/order"
	rows "godwit.dev/godwit/internal/domain/order/importer"
	"godwit.dev/godwit/internal/domain/shipment"
)

// fields are what a file of tracking events may hold.
var fields = []rows.Field{
	{Name: "tracking", Columns: "Tracking Number|Tracking Numbers|tracking-number|Tracking|Tracking No|Tracking Code|Tracking ID|Number|Waybill|AWB|Parcel Number|Consignment|Sendungsnummer|Paketnummer|Trackingnummer|物流单号|运单号|快递单号|трек-номер|номер отслеживания|трек"},
	{Name: "carrier", Columns: "Carrier|Tracking Company|Shipping Carrier|Courier|Tracking Provider|Slug|Carrier Code|Versanddienstleister|Versender|Paketdienst|物流公司|快递公司|承运商|перевозчик|служба доставки"},
	{Name: "at", Columns: "Event Time|Time|Event Date|Timestamp|Datetime|Date Time|Occurred at|Checkpoint Time|Scan Time|Scan Date|Date|At|Zeitpunkt|Ereigniszeit|Datum|Uhrzeit|时间|事件时间|更新时间|扫描时间|время|дата и время|дата события|дата"},
	{Name: "status", Columns: "Status|Event Status|Tracking Status|Shipment Status|Delivery Status|Tag|State|Sendungsstatus|状态|物流状态|订单状态|статус|статус доставки|состояние"},
	{Name: "text", Columns: "Text|Message|Description|Event|Event Description|Details|Status Description|Activity|Beschreibung|Ereignis|Meldung|描述|物流信息|轨迹|详情|описание|событие|сообщение"},
	{Name: "code", Columns: "Code|Event Code|Status Code|Scan Code|Ereigniscode|代码|状态码|事件代码|код|код события"},
	{Name: "country", Columns: "Country|Country Code|Event Country|Country ISO|Land|Länderkürzel|国家|国家代码|страна|код страны"},
	{Name: "city", Columns: "City|Event City|Town|Location|Place|Stadt|Ort|城市|地点|город|место"},
	{Name: "postcode", Columns: "Postcode|Zip|Postal Code|ZIP Code|Event Postcode|PLZ|Postleitzahl|邮编|邮政编码|индекс|почтовый индекс"},
	{Name: "order", Columns: "Order Number|Order Name|Order No|Order #|Order|Order ID|Bestellnummer|Auftragsnummer|Bestellung|订单号|订单编号|訂單編號|номер заказа|заказ"},
}

// Fields lists the names of the fields.
func Fields() []string {
	out := make([]string, len(fields))
	for i, f := range fields {
		out[i] = f.Name
	}
	return out
}

// words are what vendors and people write for a status, apart from our own words.
var words = map[shipment.Status]string{
	shipment.Announced: "pre transit|info received|information received|label created|label printed|label purchased|shipment information received|pending|registered|order created|" +
		"elektronisch angekündigt|angekündigt|daten übermittelt|待揽收|已下单|зарегистрировано|ожидает отправки",
	shipment.PickedUp: "accepted|acceptance|collected|picked up by carrier|posted|received by carrier|abgeholt|eingeliefert|angenommen|已揽收|已揽件|揽收|принято в отделении|принято|принят",
	shipment.InTransit: "transit|on the way|on its way|moving|shipped|dispatched|departed|arrived|delayed|unterwegs|in zustellung übergeben|im transport|versendet|" +
		"运输中|在途|转运中|в пути|отправлено|в доставке",
	shipment.InCustoms:      "customs|customs clearance|customs processing|clearance|in verzollung|zoll|verzollung|beim zoll|清关中|清关|海关|на таможне|таможня|таможенное оформление",
	shipment.OutForDelivery: "with courier|on vehicle for delivery|with delivery courier|in zustellung|zustellung|派送中|派件中|у курьера|передано курьеру|доставляется",
	shipment.ReadyForPickup: "available for pickup|ready for collection|ready to collect|awaiting collection|pickup|abholbereit|zur abholung bereit|in filiale|待取件|待自提|到达待取|" +
		"готово к выдаче|ожидает в пункте выдачи|прибыло в место вручения",
	shipment.AttemptFailed: "attempt fail|attempted delivery|failed attempt|delivery attempted|delivery failure|delivery failed|failure|undelivered|zustellversuch|zustellung fehlgeschlagen|nicht zugestellt|" +
		"派送失败|投递失败|未妥投|неудачная попытка вручения|неудачная попытка",
	shipment.Held:      "exception|on hold|hold|alert|angehalten|ausnahme|异常|问题件|задержано|исключение",
	shipment.Delivered: "delivery completed|signed|zugestellt|ausgeliefert|已签收|签收|妥投|已送达|вручено|доставлено|доставлен",
	shipment.Returning: "return to sender|return|returning to sender|rücksendung|retoure|zurück an absender|退回中|退件中|退件|возврат|возвращается",
	shipment.Returned:  "returned to sender|zurückgesendet|zurückgeschickt|已退回|возвращено|возвращено отправителю",
	shipment.Lost:      "missing|verloren|verlust|丢失|遗失|утеряно|утрачено",
	shipment.Destroyed: "disposed|vernichtet|zerstört|销毁|уничтожено",
	shipment.Cancelled: "canceled|voided|void|label voided|storniert|abgebrochen|已取消|取消|отменено|отменён|отменен",
}

// reasonWords say nothing of where a parcel is, and why.
var reasonWords = map[shipment.Reason]string{
	shipment.NotFound:       "not found|nicht gefunden|查询不到|не найдено",
	shipment.PollingExpired: "expired|abgelaufen|过期|истек срок",
}

// vocabulary finds a word by its letters and digits alone.
type vocabulary struct {
	status map[string]shipment.Status
	reason map[string]shipment.Reason
}

func newVocabulary() vocabulary {
	v := vocabulary{status: map[string]shipment.Status{}, reason: map[string]shipment.Reason{}}
	for _, s := range shipment.Statuses() {
		v.status[order.Key(string(s))] = s
	}
	for s, list := range words {
		for w := range strings.SplitSeq(list, "|") {
			v.status[order.Key(w)] = s
		}
	}
	for r, list := range reasonWords {
		for w := range strings.SplitSeq(list, "|") {
			v.reason[order.Key(w)] = r
		}
	}
	return v
}

// read returns what a status word means: unknown if nobody knows it.
func (v vocabulary) read(word string) (shipment.Status, shipment.Reason) {
	key := order.Key(word)
	if s, ok := v.status[key]; ok {
		return s, ""
	}
	return shipment.Unknown, v.reason[key]
}
