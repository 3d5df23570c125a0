// Package accounts is the accounts there are and the one being added or changed,
// without a screen: which fields it has, what is wrong with each, what a test at
// its server found, and why it cannot be removed just now.
//
// A [List] and its [Editor] belong to the screen's goroutine. What is stored, and
// where secrets are, is for the world they were handed; a secret that was not
// typed is never asked back from it. Which account is open is not known here.
package accounts
