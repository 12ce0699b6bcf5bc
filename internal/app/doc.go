// Package app builds Godwit from its parts, starts and stops them in order, and
// holds the commands. It is the only package that knows every other one.
package app
