// Package woocommerce connects shops that run on WooCommerce, by its REST API v3, and reads what they send: hooks (topic and delivery identifier stand in headers), its ping, and
// objects of its REST API v3. A refund inside an order has its sum as a negative number; with us a refund is positive.
//
// Times named "..._gmt" are UTC; the others are the shop's own and are not used.
//
// known.txt names the members that WooCommerce documents: what no converter reads and stands there is deliberately left
// out, because it says how a shop shows and stores things. Meta data is the plugins' own. Everything else is reported.
//
// Parcels are not WooCommerce's own: they are read from what the common tracking plugins keep beside an order, and HS code
// and country of origin from what shipping plugins keep beside a product. The package never changes a shop, except for the
// webhooks that it is asked to set up.
package woocommerce
