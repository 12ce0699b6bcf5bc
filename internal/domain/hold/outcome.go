package hold

// Outcome is what a provider says of a hold.
type Outcome string

// The outcomes.
const (
	Open     Outcome = "open"     // the customer has not answered on its page
	IsHeld   Outcome = "held"     // the sum is held
	Gone     Outcome = "gone"     // its time is over; the card may be charged still
	WasTaken Outcome = "taken"    // all or part was taken
	LetGo    Outcome = "released" // it was released, and the card forgotten
	Refused  Outcome = "refused"  // the card, or its bank, said no; or the customer left the page for good
)
