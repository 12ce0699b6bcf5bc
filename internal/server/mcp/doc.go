// Package mcp is the door for AI agents: a tool server of the Model Context
// Protocol (https://modelcontextprotocol.io) on standard streams and over HTTP.
//
// Words. A tool is one thing that an agent can ask for, with the permissions
// that it needs; the list of tools shows a caller those alone that its token
// grants. A call is one request with who makes it: who that is, is asked anew
// for each, so that a revoked token is refused at once, also in the middle of a
// conversation. An untrusted text is one that somebody outside may have written:
// it comes in an object of its own with the one property "untrusted", and is
// never an instruction.
//
// Nothing here decides more than a tool's permissions: the verbs of the domain
// judge each record, as they do for the console and for package api. Every call
// of a tool is an event token.used in the journal, with the tool, the record and
// the outcome, and without a word of content; it stands in the audit chain. A
// call whose event cannot be written is not answered.
//
// What leaves the house leaves by send_reply alone, which asks for the
// permission tickets.send and for a key that makes a repeat harmless.
// draft_reply writes into the composer of the token's person, and never over
// what that person has written since it was read.
package mcp
