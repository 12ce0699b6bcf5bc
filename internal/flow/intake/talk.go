package intake

import "time"

// Message is something that a customer, a merchant or a marketplace writes.
type Message struct {
	Head
	From        string    `json:"from,omitempty"` // customer, merchant, provider; or a name
	To          string    `json:"to,omitempty"`
	Text        string    `json:"text,omitempty"`
	Language    string    `json:"language,omitempty"`
	Attachments []string  `json:"attachments,omitempty"`
	Actions     []string  `json:"actions,omitempty"` // what may be written, where that is all the message says
	SentAt      time.Time `json:"sent_at,omitzero"`
}

// Feedback is what customers say of a product or of a shop.
type Feedback struct {
	Head
	Product string  `json:"product,omitempty"`
	Title   string  `json:"title,omitempty"`
	Country string  `json:"country,omitempty"`
	Rating  string  `json:"rating,omitempty"`
	Text    string  `json:"text,omitempty"`
	Period  *Window `json:"period,omitempty"`
	Topics  []Topic `json:"topics,omitempty"`
}

// Topic is one thing that many reviews speak of.
type Topic struct {
	Topic    string   `json:"topic"`
	Mood     string   `json:"mood,omitempty"` // positive, negative
	Mentions int64    `json:"mentions,omitempty"`
	Share    string   `json:"share,omitempty"`  // percent of reviews, as written
	Impact   string   `json:"impact,omitempty"` // on the rating, as written
	Snippets []string `json:"snippets,omitempty"`
}

// Failure is an error that a vendor answers.
type Failure struct {
	Head
	HTTPStatus int64   `json:"http_status,omitempty"`
	Errors     []Fault `json:"errors"`
}

// Fault is one of the errors of an answer.
type Fault struct {
	Code    string `json:"code,omitempty"`
	Message string `json:"message,omitempty"`
	Details string `json:"details,omitempty"`
	Field   string `json:"field,omitempty"`
}

// Record is anything else: recognised, and kept by its identifiers and what it says of itself.
type Record struct {
	Head
	Noun    string            `json:"noun,omitempty"` // the vendor's word for what it is
	Amount  Money             `json:"amount,omitzero"`
	Amounts map[string]Money  `json:"amounts,omitempty"` // by path
	Facts   map[string]string `json:"facts,omitempty"`   // by path
}
