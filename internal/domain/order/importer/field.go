package importer

import (
	"cmp"
	"slices"
	"strings"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/order"
)

// Field is one thing that a column may hold, with the names of such columns.
// A row's own fields begin with line_; others belong to the order as a whole.
// Orders' fields stand here; other kinds of file bring theirs, see Schema.
type Field struct {
	Name    string
	Columns string // separated by |, likely ones first, compared by order.Key
}

// Schema is what a kind of file may hold.
type Schema struct {
	Fields []Field  // in the order in which they choose their columns
	Need   []string // without a column for these the file makes no sense

	unknown, missing string // catalogue keys, where the usual ones say too little
}

var orders = Schema{Fields: fields, Need: []string{"number"}, unknown: "error.import_field", missing: "error.import_no_number"}

// fields are all fields in the order in which they choose their columns.
var fields = []Field{
	{"number", "Order Number|amazon-order-id|Order Name|Order No|Order #|Order|Number|Order ID|merchant-order-id|订单号|订单编号|訂單編號|номер заказа|заказ|номер отправления|Name"},
	{"external_id", "Id|Order ID|External ID|Shop Order ID|idзаказа|id заказа"},
	{"email", "Email|Email (Billing)|Billing Email|buyer-email|Customer Email|E-Mail|Email Address|Mail|邮箱|电子邮箱|買家信箱|买家邮箱|почта|электронная почта|e-mail покупателя"},
	{"customer_name", "Billing Name|Full Name (Billing)|buyer-name|Customer Name|Customer|Buyer|Client|Name|客户|客户姓名|买家|买家姓名|买家昵称|покупатель|клиент|имя покупателя"},
	{"customer_first", "First Name (Billing)|Billing First Name|First Name|имя"},
	{"customer_last", "Last Name (Billing)|Billing Last Name|Last Name|фамилия"},
	{"language", "Language|Locale|Customer Locale|语言|язык"},
	{"status", "Order Status|order-status|Status|订单状态|状态|статус|статус заказа"},
	{"payment_status", "Financial Status|Payment Status|Payment State|付款状态|支付状态|статус оплаты"},
	{"fulfillment_status", "Fulfillment Status|Fulfilment Status|Shipping Status|Delivery Status|发货状态|物流状态|статус доставки"},
	{"payment_provider", "Payment Provider|Payment Gateway|Gateway|支付平台|支付渠道|платёжная система"},
	{"payment_id", "Payment ID|Payment Reference|Payment Transaction ID|Transaction ID|支付单号|交易号|支付流水号|номер платежа"},
	{"payment_method", "Payment Method|Payment Method Title|payment-method|Paid With|付款方式|支付方式|способ оплаты"},
	{"currency", "Currency|Order Currency|currency|Currency Code|币种|货币|валюта"},
	{"goods", "Subtotal|Order Subtotal Amount|Order Subtotal|Items Total|商品金额|商品总额|сумма товаров|стоимость товаров"},
	{"discount", "Cart Discount Amount|Discount Amount|Discount Total|Order Discount|Discount|优惠|折扣|优惠金额|скидка"},
	{"shipping", "Shipping|Order Shipping Amount|Shipping Total|Shipping Cost|Shipping Amount|Delivery|运费|доставка|стоимость доставки"},
	{"tax", "Taxes|Order Total Tax Amount|Tax Total|Tax|VAT|税|税费|税额|налог|ндс"},
	{"duty", "Duties|Duty|Import Duty|Customs|关税|пошлина"},
	{"total", "Total|Order Total Amount|Order Total|Grand Total|Amount|Total Amount|订单金额|总金额|实付金额|总计|итого|сумма|сумма заказа|всего"},
	{"refunded", "Refunded Amount|Order Refund Amount|Refund Amount|Refunded|Refund Total|退款金额|退款|возврат|сумма возврата"},
	{"placed_at", "Created at|Order Date|purchase-date|Date|Placed at|Order Created|Created|Date Created|Purchased|Ordered at|下单时间|订单时间|创建时间|订单创建时间|付款时间|дата|дата заказа|принят в обработку"},
	{"cancelled_at", "Cancelled at|Canceled at|Cancelled|取消时间|дата отмены"},
	{"ship_name", "Shipping Name|Full Name (Shipping)|recipient-name|Ship To|Recipient|Ship Name|收货人|收件人|получатель"},
	{"ship_first", "First Name (Shipping)|Shipping First Name"},
	{"ship_last", "Last Name (Shipping)|Shipping Last Name"},
	{"ship_company", "Shipping Company|Company (Shipping)|ship-company|Company|公司|компания"},
	{"ship_line1", "Shipping Address1|Shipping Street|Address 1&2 (Shipping)|Address 1 (Shipping)|Shipping Address 1|ship-address-1|Shipping Address|Address|Street|收货地址|地址|详细地址|адрес|адрес доставки"},
	{"ship_line2", "Shipping Address2|Address 2 (Shipping)|Shipping Address 2|ship-address-2|Address 2"},
	{"ship_city", "Shipping City|City (Shipping)|ship-city|City|城市|город"},
	{"ship_region", "Shipping Province|State Code (Shipping)|State Name (Shipping)|Shipping State|ship-state|State|Region|Province|省|省份|州|регион|область"},
	{"ship_postcode", "Shipping Zip|Postcode (Shipping)|Shipping Postcode|ship-postal-code|Zip|Postcode|Postal Code|ZIP Code|邮编|邮政编码|индекс|почтовый индекс"},
	{"ship_country", "Shipping Country|Country Code (Shipping)|Country Name (Shipping)|ship-country|Country|Country Code|国家|收货国家|страна"},
	{"ship_phone", "Shipping Phone|Phone (Shipping)|ship-phone-number|buyer-phone-number|Phone (Billing)|Phone|Telephone|电话|手机|联系电话|手机号|телефон"},
	{"line_sku", "Lineitem sku|SKU|Item SKU|Product SKU|seller-sku|商品编码|商家编码|货号|артикул"},
	{"line_title", "Lineitem name|Item Name|product-name|Product Name|Product|Item|Title|Product Title|商品名称|商品标题|商品|товар|название|наименование товара|название товара"},
	{"line_variant", "Variant|Product Variation|Variation|Options|item variant|规格|商品规格|вариант"},
	{"line_quantity", "Lineitem quantity|Quantity (- Refund)|quantity-purchased|quantity|Qty|Item Quantity|数量|商品数量|количество|кол-во"},
	{"line_price", "Lineitem price|Item Cost|Unit Price|Price|Item Unit Price|单价|商品单价|цена"},
	{"line_total", "item-price|Line Total|Item Total|Order Line Total|Line Amount|小计|стоимость"},
	{"line_discount", "Lineitem discount|item-promotion-discount|Line Discount|Item Discount"},
	{"line_tax", "item-tax|Line Tax|Item Tax|Order Line Tax"},
	{"line_duty", "Line Duty|Item Duty"},
	{"line_shipping", "shipping-price"},
	{"line_shipping_tax", "shipping-tax"},
	{"line_shipping_discount", "ship-promotion-discount"},
	{"promise_quote", "Godwit Quote|godwit_quote"},
	{"promise_service", "Promised Service|Delivery Service|承诺配送方式|обещанный способ доставки"},
	{"promise_price", "Promised Shipping Price|Quoted Shipping|报价运费|обещанная стоимость доставки"},
	{"promised_from", "Promised From|earliest-delivery-date|Earliest Delivery Date|最早送达日期|обещано с|доставка с"},
	{"promised_to", "Promised To|Promised By|Promised Delivery Date|latest-delivery-date|Latest Delivery Date|Estimated Delivery Date|最晚送达日期|预计送达日期|预计送达时间|обещано до|доставка до"},
	{"carrier", "Carrier|Tracking Company|Shipping Carrier|Courier|Tracking Provider|物流公司|快递公司|承运商|перевозчик|служба доставки"},
	{"tracking", "Tracking Number|Tracking Numbers|tracking-number|Tracking|Tracking No|Tracking Code|物流单号|运单号|快递单号|трек-номер|номер отслеживания|трек"},
	{"shipped_at", "Fulfilled at|Shipped at|Ship Date|shipment-date|Date Shipped|发货时间|дата отгрузки|дата отправки"},
	{"delivered_at", "Delivered at|Delivery Date|Date Delivered|签收时间|送达时间|дата доставки"},
}

// Fields lists the names of our fields.
func Fields() []string {
	out := make([]string, len(fields))
	for i, f := range fields {
		out[i] = f.Name
	}
	return out
}

// match finds the column of each field: the one the mapping names, else the one
// whose name is known. It fails with errs.Invalid if the mapping names a field
// or column that there is not, and if a field that the file needs has none.
func (s Schema) match(header []string, m Mapping) (map[string]int, error) {
	keys := make([]string, len(header))
	for i, h := range header {
		keys[i] = order.Key(h)
	}
	known := map[string]bool{}
	taken := map[int]bool{}
	at := map[string]int{}
	for _, f := range s.Fields {
		known[f.Name] = true
		column, told := m[f.Name]
		if !told {
			continue
		}
		if column == "" { // the caller wants the field left alone
			continue
		}
		i := slices.Index(header, column)
		if i < 0 {
			i = slices.Index(keys, order.Key(column))
		}
		if i < 0 {
			return nil, errs.Field(f.Name, "error.import_column", "column", column)
		}
		at[f.Name], taken[i] = i, true
	}
	for name := range m {
		if !known[name] {
			return nil, errs.Field(name, cmp.Or(s.unknown, "error.import_no_field"), "field", name)
		}
	}
	for _, f := range s.Fields {
		if _, told := m[f.Name]; told {
			continue
		}
		for c := range strings.SplitSeq(f.Columns, "|") {
			if i := slices.Index(keys, order.Key(c)); i >= 0 && !taken[i] {
				at[f.Name], taken[i] = i, true
				break
			}
		}
	}
	for _, name := range s.Need {
		if _, ok := at[name]; !ok {
			return nil, errs.Field(name, cmp.Or(s.missing, "error.import_need"), "field", name, "columns", strings.Join(header[:min(len(header), 20)], ", "))
		}
	}
	return at, nil
}
