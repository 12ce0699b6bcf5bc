// Package shipped holds the macros that come with Godwit: the replies that a seller across borders needs most, in the
// languages of customers, polite as each language asks for.
//
// Words: a macro has a key and a number, both for ever; a text is what it says in one language. The list of macros is
// macros.json: what each answers (topics, alarms, a mood), what sending it does, and its names for the console. Each
// language is a file text/LANGUAGE.json: how it addresses the customer, its greeting, its closing and the texts by key.
// Where markets of a language differ, the other form of address is a file of its own, text/LANGUAGE+ADDRESS.json, or a
// region has one: es-AR says vos. A language is added by adding its file; the tests say what it lacks.
//
// The package is data. Who may change a macro, which text a customer gets and what becomes of a changed one is the
// ticket's: a workspace that changes a shipped macro has its own from then on, and a newer Godwit leaves that alone.
//
// The texts were written by the people of this project. No native speaker has reviewed them.
package shipped
