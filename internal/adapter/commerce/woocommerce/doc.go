// Package woocommerce reads what WooCommerce sends: hooks (topic and delivery identifier stand in headers), its ping, and
// objects of its REST API v3. A refund inside an order has its sum as a negative number; with us a refund is positive.
//
// Times named "..._gmt" are UTC; the others are the shop's own and are not used.
//
// known.txt names the members that WooCommerce documents: what no converter reads and stands there is deliberately left
// out, because it says how a shop shows and stores things. Meta data is the plugins' own. Everything else is reported.
//
// It never talks to a shop.
package woocommerce
