package triage

// Outside is a model of somebody else's that a workspace connected, and that may be asked what a message is about.
type Outside struct {
	ID   int64 // of the connection
	Name string
}
