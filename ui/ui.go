package ui

import (
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/lang"

	"github.com/bucketseal/bucketseal/internal/explain"
	"github.com/bucketseal/bucketseal/internal/i18n"
	"github.com/bucketseal/bucketseal/ui/state/loop"
	"github.com/bucketseal/bucketseal/ui/state/shell"
	"github.com/bucketseal/bucketseal/ui/widgets"
)

// Options are what the window may be told from outside. The zero value is
// right for the program; tests replace the parts that touch the world.
type Options struct {
	Version string    // shown in Help > About
	Locales []string  // of the system, first choice first: "zh-TW", "en_US.UTF-8"
	Loop    loop.Loop // nil: the toolkit's goroutine
	Picker  Picker    // nil: the file dialogs of this system
	Now     func() time.Time
	// Screen is the room for windows on the screen, in pixels; it is called on the
	// toolkit's goroutine. nil or a zero answer is not known.
	Screen func() fyne.Size
	// TypingPause is how long a filter waits for the end of the typing; 0 is 250
	// ms.
	TypingPause time.Duration
}

// UI is the program's windows.
type UI struct {
	app     fyne.App
	window  fyne.Window
	state   *shell.App
	options Options
	screen  *screenLoop

	actions    actions
	main       *mainPane // what the main window holds; made anew when the language changes
	problem    *widgets.Dialog
	confirm    *confirmDialog    // shown last
	account    *accountDialog    // shown last
	rules      *rulesWindow      // nil while it is not open
	properties *propertiesWindow // opened last, nil when it was closed
	closing    bool

	picking bool // a file dialog is open
}

// New makes the main window of a desk; ShowAndRun shows it.
func New(app fyne.App, desk shell.Desk, o Options) *UI {
	screen := &screenLoop{}
	if o.Loop == nil {
		o.Loop = screen
	}
	if o.Picker == nil {
		o.Picker = systemPicker{}
	}
	u := &UI{app: app, options: o, screen: screen, state: shell.New(desk, o.Loop, o.Now)}
	// Fyne ships Simplified Chinese only; a missing word would show in it.
	if err := lang.AddTranslationsForLocale(i18n.Toolkit(), "zh-Hant"); err != nil {
		fyne.LogError("the toolkit's words in Traditional Chinese", err)
	}
	app.SetIcon(widgets.AppIcon())
	u.window = app.NewWindow("Bucketseal")
	u.window.SetMaster()
	u.window.SetOnDropped(u.OnDropped)
	u.window.SetCloseIntercept(u.OnClose)
	widgets.TakeKeys(u.window.Canvas(), u.key)
	u.state.OnReady = u.ready
	u.state.OnChange = u.refresh
	u.state.Browser.OnChange = u.refreshBrowser
	u.state.Browser.OnCursor = func(row int) {
		if u.main != nil {
			u.main.objects.table.ScrollTo(row)
		}
	}
	u.state.Transfers.OnChange = u.refreshTransfers
	u.state.OnProblem = u.ShowProblem
	u.state.OnConfirm = u.showConfirm
	u.state.OnBucketWanted = u.wantBucket
	u.state.OnDeletion = u.showDeletion
	u.dress()
	u.window.Resize(fyne.NewSize(firstWidth, firstHeight))
	return u // the rest waits for the language, which is in the preferences
}

// ShowAndRun shows the main window and returns when the program ends. The
// toolkit ends by itself on a signal; so what is still open is closed here.
func (u *UI) ShowAndRun() {
	u.Start()
	u.window.ShowAndRun()
	u.screen.ended.Store(true)
	u.state.Finish()
}

// Start begins to read preferences and accounts.
func (u *UI) Start() { u.state.Start() }

// Window is the main window.
func (u *UI) Window() fyne.Window { return u.window }

// State is what is on the screen.
func (u *UI) State() *shell.App { return u.state }

// ready takes the preferences over, which have just been read.
func (u *UI) ready() {
	u.dress()
	u.build()
}

// dress sets language and theme.
func (u *UI) dress() {
	p := u.state.Preferences
	want := i18n.Auto
	if p.Language != "" {
		want = i18n.Language(p.Language)
	}
	locales := u.options.Locales
	if len(locales) == 0 {
		locales = []string{lang.SystemLocale().String()}
	}
	i18n.Set(i18n.Choose(want, locales...))
	if worn, ours := u.app.Settings().Theme().(*widgets.Theme); !ours || worn.Appearance() != p.Appearance { // a new theme makes every font be read anew
		u.app.Settings().SetTheme(widgets.NewTheme(p.Appearance))
	}
}

// newWindow makes a second window, which closes with Esc when nothing in it
// has the keyboard.
func (u *UI) newWindow(title string, size fyne.Size) fyne.Window {
	w := u.app.NewWindow(title)
	w.Resize(u.fitting(size))
	widgets.TakeKeys(w.Canvas(), func(key fyne.KeyName) {
		if key == fyne.KeyEscape {
			w.Close()
		}
	})
	return w
}

// role gives a role of the state its colour.
func role(r explain.Role) widgets.Role { return widgets.Role(r) }
