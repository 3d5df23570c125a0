// Package ui draws the screen: windows, panes, dialogs. It holds no logic. What
// is on the screen is package state's; how a table or a dialog works is package
// widgets'; this package puts one into the other and hands the user's wishes
// back.
//
// Everything here belongs to the toolkit's goroutine. Work that may wait goes
// through loop.Loop, whose one implementation is in loop.go: there, and
// nowhere else, are goroutines started and fyne.Do called.
//
// Rules of the house: every app-wide command is an action (actions.go), so that
// menu, tool bar, context menu and shortcut do the same and say the same reason
// when they cannot. No name of a bucket or an object goes into a notification
// of the system.
package ui
