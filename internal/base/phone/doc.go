// Package phone tells when two texts mean one telephone number.
//
// People write a number as their country dials it, shops as the customer typed it,
// carriers with a country code in front. Parse brings all of them to E.164 by the
// numbering plans of libphonenumber; what no plan has stays a text.
package phone
