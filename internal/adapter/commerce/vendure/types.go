package vendure

import "godwit.dev/godwit/internal/flow/intake"

var orderStatuses = intake.Words{
	"created": "draft", "draft": "draft", "addingitems": "draft", "arrangingpayment": "open", "paymentauthorized": "open", "paymentsettled": "open", "partiallyshipped": "open", "shipped": "open", "partiallydelivered": "open", "delivered": "closed", "modifying": "open", "arrangingadditionalpayment": "open", "cancelled": "cancelled",
}

var paymentOf = map[string]string{"PaymentAuthorized": "authorized", "PaymentSettled": "paid", "PartiallyShipped": "paid", "Shipped": "paid", "PartiallyDelivered": "paid", "Delivered": "paid", "ArrangingPayment": "pending"}

var fulfillmentOf = map[string]string{"PartiallyShipped": "partial", "Shipped": "fulfilled", "PartiallyDelivered": "fulfilled", "Delivered": "fulfilled", "PaymentSettled": "unfulfilled", "PaymentAuthorized": "unfulfilled"}

var paymentStatuses = intake.Words{"created": "pending", "authorized": "authorized", "settled": "succeeded", "declined": "failed", "error": "failed", "cancelled": "cancelled"}

var refundStatuses = intake.Words{"pending": "pending", "settled": "succeeded", "failed": "failed"}

var fulfillmentStatuses = intake.Words{"created": intake.Announced, "pending": intake.Announced, "shipped": intake.PickedUp, "delivered": intake.Delivered, "cancelled": intake.Cancelled}
