// Package casework carries an after-sales case from a wish to money, goods and letters.
//
// Words. A wish is what somebody asks for: units of an order, why, and what they would like. Advice is what may be done
// about it: rights, offers and refusals. Lines of one reason and one set of terms are one part, decided together. An offer
// is put before the customer as a resolution that is offered; the customer chooses, and the case goes on by itself where
// the offer may, else it waits for a person with the choice marked.
//
// What flows. A wish and the order, its parcels, what is left of its payments, the policy's terms, the costs and the
// customer's record become one frozen decision.Case a part. Package decision decides; input, output and the version of the
// policy are frozen into the case as two JSON lists with an element a part, so that a replay reads what was known then.
// Offers become resolutions of package cases; a resolution whose trigger is met becomes a refund of package refund, a
// repair of package warranty, or work for people; what becomes of those moves the resolution on, and the last one closes
// the case.
//
//	wish -> facts -> decision -> resolutions offered -> chosen -> approved -> waiting -> carried out -> done -> closed
//	                                (by law: approved and acknowledged in the transaction of the wish)
//
// Everything follows in the transaction of the step that it follows from: Follow is told of each step of a case, Moved of
// each step of a refund, and both write to the customer. A withdrawal by law waits for nobody; it is acknowledged on a
// durable medium, by mail, and what it cannot say the withdrawal cannot do. A refund by such a right is due on the law's
// last day, but not before goods are on their way back (2011/83/EU art. 13).
//
// A customer acts as an actor of kind customer and reaches cases of their own; people need WriteCases, and ApproveRefunds
// where money moves. What a person gives beside the decision needs a reason, which is frozen with it; so does money that
// they give back of an order without being asked (PayBack), which is a case of goodwill like any other. Whoever decides is
// whoever asks for the refund: the limits of their role and the sum for four eyes hold for it.
//
// The package holds no state of its own, calls nobody outside, and knows no page and no vendor.
package casework
