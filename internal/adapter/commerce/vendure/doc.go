// Package vendure reads shops that run on Vendure, by their Admin API, and what our plugin in them sends: that an order, a
// product or a customer has changed, which is then asked for. Hooks of other makers, with whole entities, are read too.
//
// Vendure counts money in one precision for all currencies, two decimals if the shop does not say otherwise: its 100 yen
// are 10000.
//
// The time of change that Vendure 3 keeps of an order is no guide: its state machine writes an old one back, and parcels and
// refunds do not touch it. So an order's time of change is that of its last entry of history, and what changed is looked
// for among recent orders; see [phases].
//
// known.txt names the members that Vendure documents: what no converter reads and stands there is deliberately left out,
// because it repeats a sum without tax or says how the shop works. Custom fields are the merchant's own: those of products
// and variants become attributes. Everything else is reported.
package vendure
