// Package habit knows how customers of a market are used to be served: whether they look for an answer themselves or
// want a person first, how they are addressed, on which channels they write, how they write dates, numbers, names and
// addresses, which sizes and units they mean, and which current comes out of their wall.
//
// Words: a market is a country (ISO 3166-1 alpha-2). A profile is what is known of a market. A size has a kind of goods
// and a scale, such as EU or US; sizes of a row of the table fit the same body. A measure is a number with a unit in a
// customer's text. A check of power compares what a product says of itself with what the market's sockets give.
//
// What comes with Godwit is pure: tables that are part of the program (markets.csv, sizes.csv, each row with its source
// and how far it was verified) and functions of text. Nothing here decides for an agent: it stands beside the message,
// with where it comes from, and an empty answer is better than a guess.
//
// A workspace may say of a market what it knows better (Own, kept by the Service). What it does not say stays as shipped,
// and what it takes back is as shipped again. Everything that asks how a market is asks the Service.
package habit
