// Package action is the one way in which Godwit touches the world: a mail that
// is sent, later a refund, a label, a cancellation.
//
// Whoever wants something done (an agent, a rule, a bot) proposes an action
// with a key; a second proposal with the same key is the same action. The
// action is written down first, in the transaction of the change that asks for
// it, and run afterwards by a job. Life of an action:
//
//	proposed ──approve──► ready ──► running ──mark──► committing ──► done
//	    │                   │  ▲       │ │                │  │
//	    └─deny─► denied     │  └─retry─┘ └──► failed ◄────┘  └──► unknown
//	                        └─cancel─► cancelled
//
// A runner calls mark at the last moment before the world may change. If the
// process dies before mark, nothing happened and the action runs again. If it
// dies after mark, nobody knows; the action is then never simply repeated: the
// runner is asked to find out (Resolve), and only a proof that nothing happened
// makes it run again. Without proof either way it becomes unknown and waits for
// a person. Each attempt has a number, and mark and every later write carry it,
// so that a worker that lost its lease cannot act.
package action
