// Package i18n speaks the reader's language: it finds the wording of a key, picks plural forms, matches a browser's
// wishes to the languages at hand, and writes dates, numbers, durations and lists as CLDR says.
//
// Words: a language is a [Lang] (a BCP 47 tag such as "zh-Hans"); a catalogue is one JSON file of messages for one
// language, named area.language.json, in go-i18n's format (a string, or an object with one, few, many, other ...);
// a placeholder is {{.Name}} inside a message; a [Printer] writes for one language and is safe for concurrent use.
//
// The package returns plain text and never HTML: whoever renders escapes. It never guesses a language from a related
// one: a Ukrainian visitor is not given Russian. It never parses what it has formatted.
package i18n
