package settings

import (
	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/settings/preferences"
)

// checkPreferences refuses a value out of its range, naming the field.
func checkPreferences(p preferences.Preferences) error {
	if err := checkWindow(p.Window); err != nil {
		return err
	}
	return checkTransfers(p.Transfers)
}

func checkWindow(w preferences.Window) error {
	switch w.Appearance {
	case preferences.AppearanceSystem, preferences.AppearanceLight, preferences.AppearanceDark:
	default:
		return client.Say("theme: %q is neither light nor dark", w.Appearance).Err()
	}
	switch {
	case !isLength(w.Size.Width) || !isLength(w.Size.Height):
		return client.Say("window: %g by %g is no size of a window", w.Size.Width, w.Size.Height).Err()
	case !isShare(w.SidebarShare) || !isShare(w.ObjectsShare):
		return client.Say("panes: a share is between 0 and 1").Err()
	}
	for _, c := range w.Columns {
		if c.ID == "" || !isLength(c.Width) {
			return client.Say("columns: %q with width %g is no column", c.ID, c.Width).Err()
		}
	}
	return nil
}

func checkTransfers(t preferences.Transfers) error {
	switch {
	case t.Concurrency < 0 || t.Concurrency > preferences.MaxConcurrency:
		return client.Say("concurrency: %d is not between 0 and %d", t.Concurrency, preferences.MaxConcurrency).Err()
	case t.PartSize != 0 && (t.PartSize < preferences.MinPartSize || t.PartSize > preferences.MaxPartSize):
		return client.Say("part size: %d bytes is not between 5 MiB and 5 GiB", t.PartSize).Err()
	case min(t.LimitRate, t.LimitUp, t.LimitDown) < 0:
		return client.Say("limit: %d bytes a second is less than nothing", min(t.LimitRate, t.LimitUp, t.LimitDown)).Err()
	}
	return nil
}

// isLength reports whether something on a screen can be so long. What is no
// number is not.
func isLength(pixels float32) bool { return pixels >= 0 && pixels <= preferences.MaxLength }

func isShare(s float64) bool { return s >= 0 && s <= 1 }
