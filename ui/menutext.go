package ui

import (
	"math"
	"runtime"
	"slices"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/theme"
)

// The toolkit draws a menu's shortcuts at a fifth of the text's strength, which
// nobody reads, and begins the texts of items with and without an icon at
// different places. So the shortcut is part of an item's text here, and items
// without an icon get an empty one. The menu bar of macOS is the system's and
// needs neither.

// nativeBar tells whether the menu bar is drawn by the system.
const nativeBar = runtime.GOOS == "darwin"

// quiet is a shortcut that works and that the toolkit does not draw.
type quiet struct{ fyne.Shortcut }

// onlyWritten is a key that a menu shows and that fires nothing from there: what has the
// keyboard takes it. A menu with these as shortcuts would take them from text fields.
type onlyWritten string

// ShortcutName is no shortcut's that there is.
func (k onlyWritten) ShortcutName() string { return "written:" + string(k) }

// ctrlText is a key with Ctrl, or Cmd, as it is written on the keys.
func ctrlText(key fyne.KeyName) string { return shortcutText(ctrl(key)) }

var emptyIcon = fyne.NewStaticResource("empty.svg", []byte(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24"/>`))

// menuGap is the least room between a text and its shortcut, in spaces; no text
// holds so many.
const menuGap = 6

// written puts the shortcuts of a menu's items into their texts, in a column that
// ends at the right, and lines the texts up.
func written(items []*fyne.MenuItem) []*fyne.MenuItem {
	icons := slices.ContainsFunc(items, func(m *fyne.MenuItem) bool { return m.Icon != nil })
	var texts, keys float32
	for _, m := range items {
		if icons && m.Icon == nil && !m.IsSeparator {
			m.Icon = emptyIcon
		}
		if s := shortcutText(m.Shortcut); s != "" {
			texts, keys = max(texts, wide(m.Label)), max(keys, wide(s))
		}
	}
	space := wide("x x") - wide("xx")
	for _, m := range items {
		if s := shortcutText(m.Shortcut); s != "" {
			room := texts + menuGap*space + keys - wide(m.Label) - wide(s)
			m.Label += strings.Repeat(" ", int(math.Round(float64(room/space)))) + s
			m.Shortcut = quiet{m.Shortcut}
		}
	}
	return items
}

func wide(text string) float32 {
	return fyne.MeasureText(text, theme.TextSize(), fyne.TextStyle{}).Width
}

// menuKeys are the words of keys whose names are none.
var menuKeys = map[fyne.KeyName]string{fyne.KeyReturn: "Enter", fyne.KeyLeft: "←", fyne.KeyRight: "→", fyne.KeyUp: "↑", fyne.KeyDown: "↓"}

// shortcutText is a shortcut as it is written on the keys: "Ctrl+Shift+E".
func shortcutText(s fyne.Shortcut) string {
	if k, ok := s.(onlyWritten); ok {
		return string(k)
	}
	c, ok := s.(*desktop.CustomShortcut)
	if !ok {
		return ""
	}
	var parts []string
	for _, m := range []struct {
		modifier fyne.KeyModifier
		word     string
	}{{fyne.KeyModifierControl, "Ctrl"}, {fyne.KeyModifierSuper, "Cmd"}, {fyne.KeyModifierAlt, "Alt"}, {fyne.KeyModifierShift, "Shift"}} {
		if c.Modifier&m.modifier != 0 {
			parts = append(parts, m.word)
		}
	}
	key, ok := menuKeys[c.KeyName]
	if !ok {
		key = string(c.KeyName)
	}
	return strings.Join(append(parts, key), "+")
}
