// Package outgoing sends goods out for after-sales cases: the same again (补发), another variant in exchange, a spare part.
//
// Words. A Parcel is goods of one resolution that go to the customer in place of what they had; people call it a
// replacement. It is made in the transaction in which the resolution is carried out, once: an instant exchange at the
// approval, before the goods come back, others when the goods are here or were inspected.
//
//	to_send <-> short          stock is not there, or is ordered again
//	to_send | short -> sent    with a carrier and a tracking number
//	sent -> delivered | lost | came_back
//	lost | came_back -> to_send, another attempt; lost -> delivered, it was found
//	delivered -> lost          the customer does not have it after all
//	to_send | short | lost | came_back -> cancelled
//
// From its sending on the parcel is a shipment of the order as all others are: the customer follows it, silence is noticed,
// and its carrier's word moves it. It moves its case: delivered ends the resolution, and what is lost, came back or cannot be
// sent is a failure that waits for a person; a case that was over is taken up again.
//
// What was refused at a door, or went to a wrong address, is not sent to that address again before somebody says that the
// customer confirmed one: they are written to and do so on their page, or a person does in their word. What came back goes
// out again by it. What an exchange costs more or less than what was paid is told and asked of a person: nothing is
// charged by itself.
//
// The package buys no postage and orders nothing in a shop. It knows no stock.
package outgoing
