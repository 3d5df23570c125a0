package ui

import (
	"os"
	"path/filepath"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/dialog"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"github.com/bucketseal/bucketseal/internal/i18n"
	"github.com/bucketseal/bucketseal/ui/widgets"
)

// pathQuestion asks for paths where the system has no file dialog: they are
// typed or pasted, or chosen in the toolkit's own dialog.
type pathQuestion struct {
	title        string
	many         bool // one path a line
	folder, save bool
	name         string // proposed when saving
	then         func([]string)
}

func (u *UI) askPaths(w fyne.Window, q pathQuestion) {
	var d *widgets.Dialog
	var entry *pathEntry
	finish := func() {
		if paths := typedPaths(entry.Text); len(paths) > 0 {
			d.Close() // before what follows opens another
			q.then(paths)
		}
	}
	lines, hint := 1, i18n.T("Type or paste the path. ~ is your home folder.")
	if q.many {
		lines, hint = 4, i18n.T("Type or paste paths of files and folders, one a line (Shift+Enter). ~ is your home folder.")
	}
	entry = newPathEntry(lines, finish)
	if q.save {
		entry.Text = filepath.Join(homeFolder(), q.name)
	}
	label := i18n.T("Path")
	if q.many {
		label = i18n.T("Paths")
	}
	field := widgets.NewField(label, entry, hint)
	const ok = 2
	d = widgets.ShowDialog(w, widgets.DialogParams{
		Title: q.title, Content: field, Focus: entry, Size: fyne.NewSize(560, 230),
		Actions: []widgets.Action{
			{Label: i18n.T("Browse…"), Icon: theme.FolderOpenIcon(), Left: true, Do: func() bool {
				browse(w, q, entry)
				return true
			}},
			{Label: i18n.T("Cancel"), Cancel: true},
			{Label: i18n.T("OK"), Default: true, Importance: widget.HighImportance, Do: func() bool { finish(); return true }},
		},
	})
	entry.OnChanged = func(text string) {
		if len(typedPaths(text)) == 0 {
			d.Enable(ok, i18n.T("Type a path first."))
		} else {
			d.Enable(ok, "")
		}
	}
	entry.OnChanged(entry.Text)
}

// browse adds what is chosen in the toolkit's dialog.
func browse(w fyne.Window, q pathQuestion, entry *pathEntry) {
	add := func(uri fyne.URI) {
		text := uri.Path()
		if q.many && strings.TrimSpace(entry.Text) != "" {
			text = strings.TrimRight(entry.Text, "\n") + "\n" + text
		}
		entry.SetText(text)
	}
	if q.folder || q.save {
		escapable(w, dialog.NewFolderOpen(func(list fyne.ListableURI, err error) {
			if err != nil || list == nil {
				return // nothing chosen; a folder that cannot be listed cannot be chosen
			}
			add(list)
			if q.save {
				entry.SetText(filepath.Join(list.Path(), q.name))
			}
		}, w))
		return
	}
	escapable(w, dialog.NewFileOpen(func(file fyne.URIReadCloser, err error) {
		if err != nil || file == nil {
			return
		}
		add(file.URI())
		_ = file.Close() // nothing was read
	}, w))
}

// escapable shows the toolkit's own dialog, which Esc would not close.
func escapable(w fyne.Window, d *dialog.FileDialog) {
	d.Show()
	d.SetOnClosed(widgets.Escapable(w.Canvas(), d.Dismiss))
}

// typedPaths are the paths of a text, one a line, quotes and file:// taken off
// as file managers copy them.
func typedPaths(text string) []string {
	var paths []string
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		line = strings.TrimPrefix(strings.Trim(line, `"'`), "file://")
		if rest, ok := strings.CutPrefix(line, "~"); ok && (rest == "" || rest[0] == '/' || rest[0] == filepath.Separator) {
			line = homeFolder() + rest
		}
		if line != "" {
			paths = append(paths, filepath.Clean(line))
		}
	}
	return paths
}

func homeFolder() string {
	home, err := os.UserHomeDir()
	if err != nil {
		return ""
	}
	return home
}
