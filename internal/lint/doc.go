// Package lint holds the rules of this repository that no compiler knows, as
// tests: which floor may import which, where a vendor's name may stand, what SQL
// may say, how long a file may be, that every name is explained and every
// sentence translated. It has no code of its own.
package lint
