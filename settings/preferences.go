package settings

import (
	"fmt"
)

// Preferences are what the user likes. The zero value is the defaults.
type Preferences struct {
	Language    string `json:"language,omitempty"` // BCP 47 tag such as "zh-Hant"; "" is the system's
	Theme       Theme  `json:"theme,omitempty"`
	LastAccount string `json:"lastAccount,omitempty"` // name of the account shown last
	// Window is its last size; zero is the program's choice.
	Window Size `json:"window,omitzero"`
	// Sidebar is the share of the window's width that the buckets take, and
	// Transfers the share of its height above the transfers: 0 to 1, 0 is the
	// program's choice.
	Sidebar   float64 `json:"sidebar,omitempty"`
	Transfers float64 `json:"transfers,omitempty"`
	// HideEncryption keeps the server from being asked how each object on the
	// screen is encrypted, which is a request or more a row.
	HideEncryption bool `json:"hideEncryption,omitempty"`
	// Columns are those of the object table in their order; empty is the
	// program's choice.
	Columns []Column `json:"columns,omitempty"`
	// Buckets are those of an account, by its name, that its server does not list
	// and that were opened by name.
	Buckets map[string][]string `json:"buckets,omitempty"`
	// Concurrency is how many requests run at a time, at most
	// MaxConcurrency; 0 is the program's choice.
	Concurrency int `json:"concurrency,omitempty"`
	// PartSize is the size of the parts of a large upload, in bytes, between
	// MinPartSize and MaxPartSize; 0 is the program's choice.
	PartSize int64 `json:"partSize,omitempty"`
	// LimitRate is the highest speed of all transfers together, in bytes a
	// second; 0 is none.
	LimitRate int64 `json:"limitRate,omitempty"`
}

// A Theme is light or dark.
type Theme string

// The themes.
const (
	ThemeSystem Theme = ""
	ThemeLight  Theme = "light"
	ThemeDark   Theme = "dark"
)

// A Size is in Fyne's device-independent pixels.
type Size struct {
	Width  float32 `json:"width"`
	Height float32 `json:"height"`
}

// A Column of the object table.
type Column struct {
	Name   string  `json:"name"`            // the table's own name for it, not translated
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

// Check refuses a value out of its range, naming the field.
func (p Preferences) Check() error {
	switch p.Theme {
	case ThemeSystem, ThemeLight, ThemeDark:
	default:
		return fmt.Errorf("theme: %q is neither light nor dark", p.Theme)
	}
	switch {
	case p.Concurrency < 0 || p.Concurrency > MaxConcurrency:
		return fmt.Errorf("concurrency: %d is not between 0 and %d", p.Concurrency, MaxConcurrency)
	case p.PartSize != 0 && (p.PartSize < MinPartSize || p.PartSize > MaxPartSize):
		return fmt.Errorf("part size: %d bytes is not between 5 MiB and 5 GiB", p.PartSize)
	case p.LimitRate < 0:
		return fmt.Errorf("limit: %d bytes a second is less than nothing", p.LimitRate)
	case !isLength(p.Window.Width) || !isLength(p.Window.Height):
		return fmt.Errorf("window: %g by %g is no size of a window", p.Window.Width, p.Window.Height)
	case !isShare(p.Sidebar) || !isShare(p.Transfers):
		return fmt.Errorf("panes: a share is between 0 and 1")
	}
	for _, c := range p.Columns {
		if c.Name == "" || !isLength(c.Width) {
			return fmt.Errorf("columns: %q with width %g is no column", c.Name, c.Width)
		}
	}
	return nil
}

// isLength reports whether something on a screen can be so long. What is no
// number is not.
func isLength(pixels float32) bool { return pixels >= 0 && pixels <= MaxLength }

func isShare(s float64) bool { return s >= 0 && s <= 1 }

var preferences = document[Preferences]{
	file: PreferencesFile, field: "preferences",
	empty: func() Preferences { return Preferences{} },
	check: Preferences.Check, lenient: true,
}

// Preferences gives what the user likes, or the defaults with the error: a
// program can go on with them, and should say why it does.
func (s *Store) Preferences() (Preferences, error) { return preferences.load(s) }

// UpdatePreferences replaces the preferences by what change makes of those on
// disk, and refuses what Check refuses. change may run while other processes
// wait: it must not ask the user, nor call the Store.
func (s *Store) UpdatePreferences(change func(Preferences) (Preferences, error)) error {
	return preferences.update(s, false, func(now Preferences) (Preferences, error) {
		next, err := change(now)
		if err != nil {
			return next, err
		}
		return next, next.Check()
	})
}
