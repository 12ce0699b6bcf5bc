package triage

import "slices"

// Topic is what a message is about.
type Topic string

// The topics, as the product names them.
const (
	WhereIsMyOrder  Topic = "where_is_my_order"
	DeliveryDelayed Topic = "delivery_delayed"
	LostParcel      Topic = "lost_parcel"
	CustomsDuty     Topic = "customs_duty"
	ChangeAddress   Topic = "change_address"
	CancelOrder     Topic = "cancel_order"
	Damaged         Topic = "damaged"
	Defective       Topic = "defective"
	MissingItem     Topic = "missing_item"
	WrongItem       Topic = "wrong_item"
	NotAsDescribed  Topic = "not_as_described"
	SizeFit         Topic = "size_fit"
	WarrantyRepair  Topic = "warranty_repair"
	ReturnRequest   Topic = "return_request"
	ExchangeRequest Topic = "exchange_request"
	RefundRequest   Topic = "refund_request"
	RefundStatus    Topic = "refund_status"
	PaymentProblem  Topic = "payment_problem"
	Invoice         Topic = "invoice"
	CouponPromo     Topic = "coupon_promo"
	ProductQuestion Topic = "product_question"
	AccountPrivacy  Topic = "account_privacy"
	Complaint       Topic = "complaint"
	ReviewFeedback  Topic = "review_feedback"
	Praise          Topic = "praise"
	HumanAgent      Topic = "human_agent"
	Other           Topic = "other" // not the shop's business, or too little to tell
)

// topics in the order in which a model numbers them; Other is the last.
var topics = []Topic{
	WhereIsMyOrder, DeliveryDelayed, LostParcel, CustomsDuty, ChangeAddress, CancelOrder, Damaged, Defective, MissingItem,
	WrongItem, NotAsDescribed, SizeFit, WarrantyRepair, ReturnRequest, ExchangeRequest, RefundRequest, RefundStatus,
	PaymentProblem, Invoice, CouponPromo, ProductQuestion, AccountPrivacy, Complaint, ReviewFeedback, Praise, HumanAgent, Other,
}

const (
	classes = 27
	other   = classes - 1
)

// Topics lists all topics, Other last.
func Topics() []Topic { return slices.Clone(topics) }

// Valid reports whether t is one of Topics.
func (t Topic) Valid() bool { return slices.Contains(topics, t) }

func (t Topic) index() int { return slices.Index(topics, t) }
