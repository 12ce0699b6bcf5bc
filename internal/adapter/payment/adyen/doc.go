// Package adyen pays refunds through Adyen and reads what Adyen sends: standard notifications, of which one message may hold several, and the newer
// webhooks that have a type and data.
//
// A standard notification has no identifier of its own. Adyen says that a repeat has the same pspReference and eventCode
// ("Handle webhook events"); success is added, since a later notification of the same request may take it back.
//
// known.txt names the members that Adyen documents. Of additionalData, which holds what a merchant switched on, the names
// of the reference are listed one by one; those under "metadata." are the merchant's own.
//
// A refund is asked for under an idempotency key. Adyen answers that it was received, and calls what became of it; it cannot
// be asked.
package adyen
