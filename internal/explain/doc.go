// Package explain turns what the rooms below say and find into words for
// people, in the language in force: errors with what to do about them, verdicts,
// reports of encryption, sizes and times. The window and the command line both
// speak through it, so that one thing has one name.
//
// It claims no more than what was compared, keeps a server's own words to the
// details, and knows no screen: it is plain functions of values, safe for
// concurrent use.
package explain
