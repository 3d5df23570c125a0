// Package preferences is what the user likes, as values: what the window
// remembers, and how transfers are done.
//
// It is the vocabulary that the file (settings), the window and the command
// line share, so that none of them has types of its own to translate. It reads
// and writes nothing: a room that may know these words may not, by them, reach
// the disk.
package preferences

import (
	"maps"
	"slices"
)

// Preferences are what the user likes. The zero value is the defaults.
type Preferences struct {
	Window
	Transfers
}

// Window is what the window remembers. The zero value is a fresh start.
type Window struct {
	Language    string     `json:"language,omitempty"` // BCP 47 tag such as "zh-Hant"; "" is the system's
	Appearance  Appearance `json:"theme,omitempty"`
	LastAccount string     `json:"lastAccount,omitempty"` // id of the account shown last
	// Size is its last size; zero is the program's choice.
	Size Size `json:"window,omitzero"`
	// SidebarShare is the share of the width that the buckets take, and
	// ObjectsShare the share of the height above the transfers: 0 to 1, 0 is the
	// program's choice.
	SidebarShare float64 `json:"sidebar,omitempty"`
	ObjectsShare float64 `json:"transfers,omitempty"`
	// HideEncryption keeps the server from being asked how each object on the
	// screen is encrypted, which is a request or more a row.
	HideEncryption bool `json:"hideEncryption,omitempty"`
	// Columns are those of the object table in their order; empty is the
	// program's choice.
	Columns []Column `json:"columns,omitempty"`
	// Buckets are those of an account, by its id, that its server does not list
	// and that were opened by name.
	Buckets map[string][]string `json:"buckets,omitempty"`
}

// Transfers are how transfers are done. The zero value is the program's choice.
type Transfers struct {
	// Concurrency is how many requests run at a time at most, up to MaxConcurrency; 0
	// is as many as pay.
	Concurrency int `json:"concurrency,omitempty"`
	// PartSize is the size of the parts of a large upload, in bytes, between
	// MinPartSize and MaxPartSize; 0 is the program's choice.
	PartSize int64 `json:"partSize,omitempty"`
	// LimitRate is the highest speed of all transfers together, in bytes a
	// second; 0 is none.
	LimitRate int64 `json:"limitRate,omitempty"`
	// LimitUp and LimitDown are the same for uploads and for downloads alone, beside it.
	LimitUp   int64 `json:"limitUp,omitempty"`
	LimitDown int64 `json:"limitDown,omitempty"`
}

// Appearance is light or dark.
type Appearance string

// The appearances.
const (
	AppearanceSystem Appearance = ""
	AppearanceLight  Appearance = "light"
	AppearanceDark   Appearance = "dark"
)

// A Size is in Fyne's device-independent pixels.
type Size struct {
	Width  float32 `json:"width"`
	Height float32 `json:"height"`
}

// A Column of the object table as the user set it.
type Column struct {
	ID     string  `json:"name"`            // the table's own name for it, not translated
	Width  float32 `json:"width,omitempty"` // device-independent pixels; 0 is the program's choice
	Hidden bool    `json:"hidden,omitempty"`
}

// Limits of preferences. The part sizes are those of S3.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html
const (
	MaxConcurrency = 64
	MinPartSize    = 5 << 20
	MaxPartSize    = 5 << 30
	MaxLength      = 1 << 15 // device-independent pixels: more than a window system can draw
)

// Clone is a copy that shares nothing.
func (w Window) Clone() Window {
	w.Columns = slices.Clone(w.Columns)
	w.Buckets = maps.Clone(w.Buckets)
	for account, names := range w.Buckets {
		w.Buckets[account] = slices.Clone(names)
	}
	return w
}
