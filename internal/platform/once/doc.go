// Package once lets a request that is sent twice be done once.
//
// Words. A key is what the sender of a request calls it by, and sends again
// with every repeat. A request is the fingerprint of what was asked under the
// key. An answer is what the sender was told; it is kept sealed.
//
// The answer is kept in the transaction of the effect itself: after a crash
// either both are there or neither is. A repeat therefore gets the first answer
// word for word, or does for the first time what was never done. An answer that
// is a refusal changed nothing and is not kept, so a repeat is judged anew.
//
// The package knows nothing of HTTP: what an answer consists of is the caller's.
package once
