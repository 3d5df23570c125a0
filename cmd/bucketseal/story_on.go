//go:build story

// The story build is the program plus a map: where on the screen each text and
// field is, so that a script can use mouse and keyboard on the real window as
// a person would. It is never part of what people get.

package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"reflect"
	"strings"
	"time"
	_ "unsafe" // for go:linkname

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"

	"github.com/bucketseal/bucketseal/ui"
)

// migrations are none, so that Fyne checks each call for the right goroutine.
var migrations map[string]bool

// story rewrites the map in the file BUCKETSEAL_STORY_MAP names, ten times a
// second.
func story(u *ui.UI) {
	file := os.Getenv("BUCKETSEAL_STORY_MAP")
	if file == "" {
		return
	}
	tick := make(chan struct{})
	go func() {
		for range time.Tick(100 * time.Millisecond) {
			tick <- struct{}{}
		}
	}()
	u.Loop().Watch(context.Background(), tick, 100*time.Millisecond, func() {
		if err := writeMap(file); err != nil {
			fmt.Fprintln(os.Stderr, "story map:", err)
		}
	})
}

// spot is something on the screen, in pixels of its window.
type spot struct {
	Window  string  `json:"window"`
	Layer   int     `json:"layer"` // 0 the window's content, 1 the first overlay, ...
	Kind    string  `json:"kind"`
	Text    string  `json:"text"`
	X       float32 `json:"x"` // centre
	Y       float32 `json:"y"`
	Width   float32 `json:"w"`
	Height  float32 `json:"h"`
	Focused bool    `json:"focused,omitempty"`
}

func writeMap(file string) error {
	spots := []spot{}
	for _, w := range fyne.CurrentApp().Driver().AllWindows() {
		m := mapper{window: w.Title(), canvas: w.Canvas(), spots: &spots}
		m.menu(w.MainMenu())
		m.walk(w.Content())
		for _, o := range w.Canvas().Overlays().List() {
			m.layer++
			m.walk(o)
		}
	}
	b, err := json.Marshal(spots)
	if err != nil {
		return err
	}
	if err := os.WriteFile(file+".new", b, 0o600); err != nil {
		return err
	}
	return os.Rename(file+".new", file)
}

type mapper struct {
	window string
	canvas fyne.Canvas
	layer  int
	spots  *[]spot
}

// rendererOf is how the toolkit keeps what a widget draws.
//
//go:linkname rendererOf fyne.io/fyne/v2/internal/cache.Renderer
func rendererOf(fyne.Widget) fyne.WidgetRenderer

func (m *mapper) walk(o fyne.CanvasObject) {
	if o == nil || !o.Visible() {
		return
	}
	switch o := o.(type) {
	case *fyne.Container:
		for _, c := range o.Objects {
			m.walk(c)
		}
	case *canvas.Text:
		m.add(o, "text", o.Text)
	case fyne.Widget:
		kind := strings.TrimPrefix(reflect.TypeOf(o).String(), "*")
		if e, ok := o.(interface{ SetPlaceHolder(string) }); ok {
			_ = e
			m.add(o, "entry", entryText(o))
		} else if _, tappable := o.(fyne.Tappable); tappable {
			m.add(o, kind, "")
		}
		if r := rendererOf(o); r != nil {
			for _, c := range r.Objects() {
				m.walk(c)
			}
		}
	}
}

// entryText is the Text field of whatever embeds an entry.
func entryText(o fyne.CanvasObject) string {
	f := reflect.ValueOf(o).Elem().FieldByName("Text")
	if f.Kind() == reflect.String {
		return f.String()
	}
	return ""
}

func (m *mapper) add(o fyne.CanvasObject, kind, text string) {
	p, s := fyne.CurrentApp().Driver().AbsolutePositionForObject(o), o.Size()
	f, _ := o.(fyne.Focusable)
	m.put(kind, text, p, s, f != nil && m.canvas.Focused() == f)
}

func (m *mapper) put(kind, text string, p fyne.Position, s fyne.Size, focused bool) {
	scale := m.canvas.Scale()
	*m.spots = append(*m.spots, spot{
		m.window, m.layer, kind, text, (p.X + s.Width/2) * scale, (p.Y + s.Height/2) * scale,
		s.Width * scale, s.Height * scale, focused,
	})
}

// menu gives the places of the menu bar's words, which the toolkit keeps to
// itself.
func (m *mapper) menu(menu *fyne.MainMenu) {
	if menu == nil {
		return
	}
	x := theme.Padding()
	for _, item := range menu.Items {
		size := fyne.MeasureText(item.Label, theme.TextSize(), fyne.TextStyle{})
		size = size.Add(fyne.NewSize(2*theme.InnerPadding(), 2*theme.Padding()))
		m.put("menu", item.Label, fyne.NewPos(x, 0), size, false)
		x += size.Width + theme.Padding()
	}
}
