package triage

import (
	"math"

	"godwit.dev/godwit/internal/domain/shipment"
)

// Evidence is what is known of the order and the parcel that a message is likely about. The zero value knows nothing.
type Evidence struct {
	Shipment  shipment.Status // of the parcel
	Late      bool            // the promised day has passed, or the lane says that it is stalled
	Unpaid    bool            // a payment failed or is open
	Unshipped bool            // nothing of the order has left
	Returning bool            // a return is on its way or has come
	Refunding bool            // a refund was promised and has not arrived
}

// prior is how much a state speaks for a topic, as a natural logarithm of odds.
type prior map[Topic]float64

var (
	whenLate      = prior{DeliveryDelayed: .7, LostParcel: .4, WhereIsMyOrder: .3}
	whenUnpaid    = prior{PaymentProblem: .8}
	whenUnshipped = prior{CancelOrder: .4, ChangeAddress: .4, WhereIsMyOrder: .2, Damaged: -1.5, Defective: -1, MissingItem: -1.5, WrongItem: -1.5, SizeFit: -.3, NotAsDescribed: -1}
	whenReturning = prior{RefundStatus: .6, ReturnRequest: .2, ExchangeRequest: .2}
	whenRefunding = prior{RefundStatus: 1, RefundRequest: -.3}
	whenDelivered = prior{WhereIsMyOrder: -.7, DeliveryDelayed: -1, CancelOrder: -1, ChangeAddress: -1, LostParcel: .4, Damaged: .4, Defective: .4, MissingItem: .4, WrongItem: .4, NotAsDescribed: .3, SizeFit: .3, ReturnRequest: .2, ExchangeRequest: .2}
	whenCustoms   = prior{CustomsDuty: 1, WhereIsMyOrder: .2, DeliveryDelayed: .3}
	whenLost      = prior{LostParcel: 1, RefundRequest: .2}
	whenMoving    = prior{WhereIsMyOrder: .3, Damaged: -.5, MissingItem: -.5, WrongItem: -.5, SizeFit: -.3}
)

// weigh brings evidence to bear on scores.
func (e Evidence) weigh(p *[classes]float32) {
	say := func(is bool, by prior) {
		if !is {
			return
		}
		for t, odds := range by {
			c := t.index()
			o := float64(p[c]) / max(1e-6, 1-float64(p[c])) * math.Exp(odds)
			p[c] = float32(o / (1 + o))
		}
	}
	say(e.Late, whenLate)
	say(e.Unpaid, whenUnpaid)
	say(e.Unshipped, whenUnshipped)
	say(e.Returning, whenReturning)
	say(e.Refunding, whenRefunding)
	switch e.Shipment {
	case shipment.Delivered:
		say(true, whenDelivered)
	case shipment.InCustoms:
		say(true, whenCustoms)
	case shipment.Lost, shipment.Destroyed:
		say(true, whenLost)
	case shipment.PickedUp, shipment.InTransit, shipment.OutForDelivery, shipment.ReadyForPickup, shipment.AttemptFailed, shipment.Held:
		say(true, whenMoving)
	}
}
