// Package rulelist is the list of encryption rules while it is looked at and
// changed, and the editor of one rule, without a screen. What is changed is a
// rulebook.Draft; nothing is stored before Save, which asks package rulebook.
package rulelist
