// Package cluster holds the proof that several nodes are one desk. It is all
// tests.
//
// Three server processes (this test binary, run again) work on one PostgreSQL
// server, which has a synchronous standby, behind a small proxy that spreads
// requests over the nodes that say they are ready. Sixteen clients read, note and
// answer; mail comes in by IMAP from a real server and goes out by SMTP. Then
// things happen: one node after another is killed and started again; all are
// restarted in order; the database is cut off; its primary dies and the standby
// takes over. At the end everything is counted: nothing may be lost or be there
// twice, and how long the service was away is printed.
//
//	go test ./test/cluster -v -long -cut 20s
//
// Without -long only the leading node is killed and the cut is short.
//
// It needs Dovecot and PostgreSQL's programs; without them it says that it did
// not run, and fails if GODWIT_TEST_SERVERS is 1.
package cluster
