//go:build story

package story

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// patience is how long anything on the screen may take to appear.
const patience = 40 * time.Second

// spot is something on the screen, as the story build of the program maps it:
// in pixels of its window, x and y its centre.
type spot struct {
	Window  string
	Layer   int
	Kind    string
	Text    string
	X, Y    float64
	W, H    float64
	Focused bool
}

// A screen is the program's real window in a display, and a person before it
// who has only mouse, keyboard and eyes.
type screen struct {
	t     *testing.T
	mapAt string
	shots string
	log   *os.File
	count int
	app   *exec.Cmd
}

// open starts the program with an empty home.
func open(t *testing.T, home string) *screen {
	t.Helper()
	program := os.Getenv("BUCKETSEAL_BIN")
	require.NotEmpty(t, program, "run this by scripts/story.sh")
	shots := os.Getenv("BUCKETSEAL_SHOTS")
	require.NotEmpty(t, shots, "run this by scripts/story.sh")
	s := &screen{t: t, mapAt: filepath.Join(t.TempDir(), "map.json"), shots: shots}
	var err error
	s.log, err = os.Create(filepath.Join(shots, "program.log"))
	require.NoError(t, err)
	require.NoError(t, os.Mkdir(filepath.Join(home, ".cache"), 0o700)) // a desktop user has one
	settings := filepath.Join(home, "settings")
	require.NoError(t, os.MkdirAll(settings, 0o700)) // one that is named is not made: it may be a slip
	s.app = exec.Command(program, "--config-dir", settings)
	s.app.Env = append(os.Environ(), "BUCKETSEAL_STORY_MAP="+s.mapAt, "HOME="+home, "FYNE_SCALE=1", "LANG=C.UTF-8", "LC_ALL=C.UTF-8")
	s.app.Stdout, s.app.Stderr = s.log, s.log
	require.NoError(t, s.app.Start())
	t.Cleanup(s.close)
	return s
}

// close ends the program as a window manager would, and looks at what it said.
func (s *screen) close() {
	if s.t.Failed() {
		s.shot("failed")
		s.t.Log("on the screen: " + s.describe())
		_ = s.app.Process.Signal(syscall.SIGQUIT) // what it was doing goes into program.log
	}
	_ = s.app.Process.Signal(syscall.SIGTERM)
	ended := make(chan error, 1)
	go func() { ended <- s.app.Wait() }()
	select {
	case <-ended:
	case <-time.After(20 * time.Second):
		_ = s.app.Process.Kill()
		s.t.Error("the program did not end when it was told to")
	}
	said, err := os.ReadFile(s.log.Name())
	require.NoError(s.t, err)
	for _, wrong := range []string{"Error in Fyne call thread", "panic:", "DATA RACE"} {
		if strings.Contains(string(said), wrong) {
			s.t.Errorf("the program said:\n%s", said)
		}
	}
}

// look reads the map; nil while there is none.
func (s *screen) look() []spot {
	b, err := os.ReadFile(s.mapAt)
	if err != nil {
		return nil
	}
	var all []spot
	require.NoError(s.t, json.Unmarshal(b, &all))
	return all
}

func (s *screen) describe() string {
	var b strings.Builder
	for _, p := range s.look() {
		fmt.Fprintf(&b, "\n  %q layer %d %s %q at %.0f,%.0f", p.Window, p.Layer, p.Kind, p.Text, p.X, p.Y)
	}
	return b.String()
}

// until waits for something to be true of the screen.
func (s *screen) until(what string, holds func([]spot) bool) {
	s.t.Helper()
	if !s.within(patience, holds) {
		s.t.Fatalf("waited %s for %s", patience, what)
	}
}

func (s *screen) within(limit time.Duration, holds func([]spot) bool) bool {
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for deadline := time.Now().Add(limit); time.Now().Before(deadline); <-tick.C {
		if holds(s.look()) {
			return true
		}
	}
	return false
}

// do acts, and acts again as a person would when nothing came of it: while a
// window opens or closes the window manager may still be handing the keyboard
// from one to the other, and a click or a key gets lost between the two.
func (s *screen) do(what string, act func(), holds func([]spot) bool) {
	s.t.Helper()
	for range 3 {
		act()
		if s.within(8*time.Second, holds) {
			return
		}
	}
	s.t.Fatalf("tried three times: %s", what)
}

// shows is true of a screen with a text that contains words in the topmost
// layer of a window whose title contains title.
func shows(title, words string) func([]spot) bool {
	return func(all []spot) bool {
		top := topLayer(all, title)
		for _, p := range all {
			if strings.Contains(p.Window, title) && p.Layer == top && strings.Contains(p.Text, words) {
				return true
			}
		}
		return false
	}
}

// sees waits for a text that contains words, in a window whose title begins
// with title, in its topmost layer, and gives its place.
func (s *screen) sees(title, words string) spot {
	s.t.Helper()
	var found spot
	s.until(fmt.Sprintf("%q in %q", words, title), func(all []spot) bool {
		top := topLayer(all, title)
		for _, p := range all {
			if strings.Contains(p.Window, title) && p.Layer == top && strings.Contains(p.Text, words) {
				found = p
				return true
			}
		}
		return false
	})
	return found
}

// exact is sees for a text that is just these words (behind those of a menu's
// item its shortcut may stand); the last on the screen, which is the button where
// a heading says the same.
func (s *screen) exact(title, words string) spot {
	s.t.Helper()
	return s.still(fmt.Sprintf("exactly %q in %q", words, title), func(all []spot) (found spot, ok bool) {
		top := topLayer(all, title)
		for _, p := range all {
			if strings.Contains(p.Window, title) && p.Layer == top && (p.Text == words || strings.HasPrefix(p.Text, words+"     ")) {
				found, ok = p, true
			}
		}
		return found, ok
	})
}

// still waits until something stands still: while a window or a dialog lays
// itself out, the map may show a thing where it will not stay, and a click
// there would hit something else.
func (s *screen) still(what string, find func([]spot) (spot, bool)) spot {
	s.t.Helper()
	var last spot
	since := time.Now()
	s.until(what, func(all []spot) bool {
		p, ok := find(all)
		if !ok || p != last {
			last, since = p, time.Now()
			return false
		}
		return time.Since(since) > 400*time.Millisecond // some maps long
	})
	return last
}

// object is the row of an object in the table: the first of its name, above
// the transfers.
func (s *screen) object(name string) spot {
	s.t.Helper()
	return s.still("the object "+name, func(all []spot) (spot, bool) {
		top := topLayer(all, mainWindow)
		for _, p := range all {
			if strings.Contains(p.Window, mainWindow) && p.Layer == top && p.Text == name {
				return p, true
			}
		}
		return spot{}, false
	})
}

// field is the first entry below or beside the label.
func (s *screen) field(title, label string) spot {
	s.t.Helper()
	at := s.exact(title, label)
	return s.still("the field of "+label, func(all []spot) (best spot, ok bool) {
		distance := 1e9
		for _, p := range all {
			if !strings.Contains(p.Window, title) || p.Layer != at.Layer || p.Kind != "entry" {
				continue
			}
			p.Focused, p.Text = false, "" // where it is, not what is in it
			if d := p.Y - at.Y; d >= -2 && d < distance {
				best, distance, ok = p, d, true
			}
		}
		return best, ok
	})
}

func topLayer(all []spot, title string) int {
	top := 0
	for _, p := range all {
		if strings.Contains(p.Window, title) {
			top = max(top, p.Layer)
		}
	}
	return top
}

func (s *screen) xdotool(args ...string) string {
	s.t.Helper()
	out, err := exec.Command("xdotool", args...).CombinedOutput()
	require.NoError(s.t, err, "xdotool %v: %s", args, out)
	return strings.TrimSpace(string(out))
}

// window is the X window with that title.
func (s *screen) window(title string) string {
	s.t.Helper()
	var id string
	s.until("a window "+title, func([]spot) bool {
		out, err := exec.Command("xdotool", "search", "--onlyvisible", "--name", title).Output()
		id = strings.TrimSpace(strings.SplitN(string(out), "\n", 2)[0])
		return err == nil && id != ""
	})
	return id
}

// to moves the mouse to a spot.
func (s *screen) to(p spot) {
	s.t.Helper()
	id := s.window(p.Window)
	s.xdotool("windowactivate", "--sync", id)
	// In two steps, as a hand comes to a place: a pointer that stands still tells
	// a window nothing, not even after the window itself was moved below it.
	s.xdotool("mousemove", "--window", id, strconv.Itoa(int(p.X)-6), strconv.Itoa(int(p.Y)-3))
	s.xdotool("mousemove", "--window", id, strconv.Itoa(int(p.X)), strconv.Itoa(int(p.Y)))
}

func (s *screen) click(p spot)      { s.t.Helper(); s.to(p); s.xdotool("click", "1") }
func (s *screen) rightClick(p spot) { s.t.Helper(); s.to(p); s.xdotool("click", "3") }
func (s *screen) key(keys ...string) {
	s.t.Helper()
	s.xdotool(append([]string{"key", "--delay", "30"}, keys...)...)
}

// fill replaces what the field of a label holds.
func (s *screen) fill(title, label, text string) {
	s.t.Helper()
	var p spot
	s.do(fmt.Sprintf("type %q", text), func() {
		p = s.field(title, label)
		s.click(p)
		s.key("ctrl+a")
		s.xdotool("type", "--delay", "3", text)
	}, func(all []spot) bool {
		for _, q := range all {
			if q.Kind == "entry" && q.Text == text && q.Window == p.Window && q.Layer == p.Layer && abs(q.Y-p.Y) < 3 {
				return true
			}
		}
		return false
	})
}

// shot keeps a picture of the whole screen. What the map tells of is drawn after it: the
// picture waits until the map was written anew a few times.
func (s *screen) shot(name string) {
	s.count++
	anew, last := 0, time.Time{}
	s.within(3*time.Second, func([]spot) bool {
		if now, err := os.Stat(s.mapAt); err == nil && now.ModTime().After(last) {
			anew, last = anew+1, now.ModTime()
		}
		return anew > 5
	})
	file := filepath.Join(s.shots, fmt.Sprintf("%02d-%s.png", s.count, name))
	if out, err := exec.Command("import", "-window", "root", file).CombinedOutput(); err != nil {
		s.t.Errorf("screenshot %s: %v %s", name, err, out)
	}
}

func abs(x float64) float64 { return max(x, -x) }
