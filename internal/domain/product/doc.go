// Package product knows what a merchant sells: products with their variants,
// what customs asks about them (HS code, origin, weight, size), who supplies
// them, and of which batch they are.
//
// A product is a copy of what the shop's platform holds, known by the shop and
// the platform's own ID; the platform is right and Save only follows. An older
// telling never overwrites a newer one, and the same one twice changes nothing,
// so that messages may come late, out of order and again: however they come, the
// state is that of the last one told. Platforms tell whole products and also
// single variants ([New.Part]), hence each variant remembers when it was told.
//
// What people write by hand ([Service.Edit]) lies over what the platform tells, and no
// telling replaces it: taken back, the platform's word stands again.
// It outlives the variant too: one that comes later under the SKU has it again.
//
// A product that the platform deletes stays, with the status [Deleted]: orders
// go on to speak of it. An SKU is compared by its [Key]. Several products may
// carry the same SKU, in one shop or in many.
//
// The supplier of a variant is the one who is named for it, else the product's.
// A batch is named the same way where a platform keeps one (a custom attribute);
// a merchant who sends several batches of one variant names it there anew with
// each delivery.
//
// Amounts are integers in the minor unit of the product's currency, weights are
// grams and lengths millimetres. The package never talks to a shop.
package product
