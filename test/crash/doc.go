// Package crash holds the proof that a crash loses nothing and sends nothing
// twice. It is all tests.
//
// In rounds, a child process (this test binary, run again) works as a desk: it
// reads a mailbox on a real IMAP server, puts mail into tickets, answers each new
// ticket once, takes some answers back, and sends the others over SMTP to a
// server that refuses, hangs up and loses messages as it likes. The parent plays
// the world: it brings mail, owns both servers, and kills the child with SIGKILL
// at a random moment, or at the worst one: when the server has the message and
// has not said so. After the last round a child may finish in peace; then
// everything is counted.
//
// In another test the child works at a counter where customers come with what they want back: it takes their wishes, agrees
// where a person has to, counts and shelves the goods, lets refunds go to two providers of payments, and writes letters. The
// parent is one of the providers: it loses requests and answers, and kills the child when a request has come, when it is
// paid, when the answer is on its way, or at random; the other is the sandbox with its magic sums. After each round what
// customers are told is held against what was paid, and the books are added up; after the last one all of it is.
//
//	go test ./test/crash -rounds 200 -refunds 250 -engine both -seed 7
//
// The first test needs Dovecot, and that engine a PostgreSQL server; see package
// storetest. The seed fixes what is decided, not when the kernel does it.
package crash
