package decision

// KindOf returns the kind of case that a word names.
func KindOf(word string) (Kind, bool) { return kindWords.find(word) }

// ReasonOf returns the reason that a word names.
func ReasonOf(word string) (Reason, bool) { return reasonWords.find(word) }

// RemedyOf returns the remedy that a word names.
func RemedyOf(word string) (Remedy, bool) { return remedyWords.find(word) }

// ShipmentOf returns the status of a shipment that a word names.
func ShipmentOf(word string) (Shipment, bool) { return shipmentWords.find(word) }

// EvidenceOf returns the set of evidence that some words name; ok is false if one of them is none.
func EvidenceOf(list []string) (set Evidence, ok bool) {
	for _, word := range list {
		one, known := evidenceWords.bit(word)
		if !known {
			return set, false
		}
		set |= one
	}
	return set, true
}

// EvidenceWords returns the words of all evidence, in order.
func EvidenceWords() []string { return append([]string{}, evidenceWords...) }

// Codes returns the words of all codes of refusal, in order.
func Codes() []string { return append([]string{}, codeWords[1:]...) }

// Fault reports whether a reason is a fault of what was sold or of its delivery, and no change of mind.
func (r Reason) Fault() bool { return r >= Damaged && r <= Late }
