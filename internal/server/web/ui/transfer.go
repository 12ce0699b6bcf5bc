package ui

import "time"

// Transfers is the page of refunds that leave by bank.
type Transfers struct {
	Page
	Form
	Ready   []TransferReady
	Waiting []TransferWaiting
	Batches []TransferBatch
	Older   string // path of the next page
	Heard   *TransferHeard
}

// TransferReady is what can be collected into one batch.
type TransferReady struct {
	Account  int64
	Format   string // "sepa" or "list"
	Currency string
	Count    int64
	Total    string
}

// TransferWaiting is a part of a refund that no batch holds.
type TransferWaiting struct {
	Refund  int64
	Order   string
	Amount  string
	Name    string
	Account string // masked
	Lacks   string // "payee", "account", "held", "early"; empty: it is ready
}

// TransferBatch is one batch.
type TransferBatch struct {
	ID     int64
	Name   string
	Format string
	State  string // "made", "sent", "withdrawn"
	Count  int64
	Total  string
	On     time.Time // when banks execute it
	By     string
	MadeAt time.Time
	SentAt time.Time
}

// TransferHeard is what a statement told.
type TransferHeard struct {
	Bookings, Ours, News, Returned int64
	Odd                            []string // told with another sum, by their name
}

// TransferView is the page of one batch.
type TransferView struct {
	Page
	Form
	TransferBatch
	Rows                         []TransferRow
	CanSend, CanWithdraw, Moving bool
}

// TransferRow is one transfer of a batch.
type TransferRow struct {
	Number         int
	Name           string // on its way through the banks
	Refund         int64
	About          string
	Amount         string
	Payee          string
	Account        string // masked
	State          string
	Code           string
	Returned, Over bool
	Moving         bool // it may be said what became of it
	Paid           bool // it may be said that it came back
}

// batchTone colours the state of a batch.
func batchTone(state string) string {
	switch state {
	case "made":
		return string(ToneWarn)
	case "sent":
		return string(ToneGood)
	}
	return ""
}
