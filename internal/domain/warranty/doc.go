// Package warranty knows what covers a unit that was sold, until when, and how it is repaired.
//
// Words. The statutory guarantee is the right to goods as they were sold; it belongs to the law, package decision knows it,
// and nothing here makes it shorter. A commercial guarantee is what the merchant or the maker promises beyond it: [Term]s for
// products, categories, shops and markets, of which the narrowest one holds for a unit. An extended plan ([Plan]) is sold
// with an order: its SKU on a line of the order prolongs the guarantee of one unit beside it. The right to repair is what
// Directive (EU) 2024/1799 art. 5 lays on makers of listed goods, for as long as spare parts must be there. A [Unit] is one
// piece of a line that its customer has registered, with its serial number where it has one.
//
// [Cover] is pure: what covers this unit on this day. Its days are dates in the market's zone and include the whole day.
// They rest on the day of delivery; without one nothing has begun.
//
//	statutory    delivery + months of the market's law, + 12 once after a repair (2019/771 art. 10(2a)); some have no end
//	commercial   delivery or registration + the term's months
//	plan         the end of the commercial guarantee (delivery, without one) + the plan's months
//	repair       the last day on which the model was put on the market + years of its product group, from 2026-07-31 on
//
// A commercial guarantee gives remedies in its own order: repair, replace, refund. Its refund is for the time that is left,
// which a person works out; a refund by law never is.
//
// A [Repair] is the life of a resolution "repair" of a case. It is the fold of its steps, which are only ever appended.
//
//	awaiting_unit -> received -> diagnosed -> consent -> in_repair <-> parts_awaited
//	                             diagnosed -> parts_awaited | in_repair          (nobody has to agree to a price)
//	                             consent -> not_agreed -> sent_back              (the customer refused the price)
//	in_repair <-> tested -> sent_back -> done
//	received, diagnosed, parts_awaited, in_repair, tested -> not_repairable      (another way out is decided)
//	received ... tested -> done                                                  (the customer keeps another unit)
//	awaiting_unit -> cancelled
//
// It opens by itself when its resolution is taken ([Service.FollowCase]), is received when the case's goods are counted in
// at the door, and called off with its case. Its own steps move the resolution and the case on, in the same transaction
// (Config.Moved). Each stage has a last day, and the whole repair one that the market's law or custom gives ([Cure]); the
// time in which the customer thinks about a price does not count. Of a day that has passed people are told once.
//
// A unit may be lent or swapped meanwhile ([Loan]): which serial number went out, until when it is due back, and whether it
// came back or was charged. A serial number is out once in a workspace. What a repair cost is written down bill by bill
// ([Spend]), each once by its key.
//
// A customer pays for a repair only where nothing covers the defect, only what they agreed to, and never by law: a price for
// what the decision gave needs the reason why that does not reach so far, which the customer reads, and their answer comes
// before the work.
//
// The package moves no goods and no money.
package warranty
