// Package shopifytest is a shop of Shopify's for tests: a server that holds what it is asked to the schema that Shopify
// publishes, and answers from data in the shapes of that schema.
//
// schema.graphql is an excerpt of that schema, which a test of package shopify cuts anew and compares. The package is
// never part of the program.
package shopifytest
