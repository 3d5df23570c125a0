// Package client is the language of Bucketseal: the words every other room
// uses for what is in an S3 or S3-compatible store and how it is encrypted.
//
// It promises three things. A wrong value is hard to build: the zero
// [Encryption] is undecided and refused, a [Secret] cannot be printed, and
// "the server did not say" is a value of [Reported], never mistaken for "not
// encrypted". It depends on the standard library only. And it does nothing:
// no network, no files, no clock.
//
// The words mean the same whoever implements them; package storetest holds the
// suite that says what a [Store] must do, and every implementation runs it.
package client
