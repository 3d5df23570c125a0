// Command bucketseal is the desktop app: it wires the rooms together and opens
// the window. All it does itself is to start the Local demo account's server.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"runtime"
	"syscall"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/app"

	"github.com/bucketseal/bucketseal/client/flow"
	"github.com/bucketseal/bucketseal/cmd/internal/wiring"
	"github.com/bucketseal/bucketseal/ui"
)

// version is set by the build (-ldflags "-X main.version=...").
var version = "dev"

func main() {
	configDir := flag.String("config-dir", "", "keep settings in `DIR` (also BUCKETSEAL_CONFIG_DIR)")
	showVersion := flag.Bool("version", false, "print the version and end")
	flag.Parse()
	if *showVersion {
		fmt.Println("bucketseal", version)
		return
	}
	if err := run(*configDir); err != nil {
		fmt.Fprintln(os.Stderr, "bucketseal:", err)
		os.Exit(1)
	}
}

func run(configDir string) error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	defer stop()
	if runtime.GOOS == "linux" && os.Getenv("FYNE_PLATFORM") == "" {
		// X11, also on Wayland: Chinese input works there and text keeps its size.
		if err := os.Setenv("FYNE_PLATFORM", "x11"); err != nil {
			return err
		}
	}
	d := &desk{pace: flow.NewPace(flow.Rates{})}
	home, err := wiring.Open(ctx, configDir, d.passphrase)
	if err != nil {
		return err
	}
	d.home, d.demo = home, &demo{dir: demoDir(configDir)}
	defer d.demo.stop()
	defer home.Close()

	app.SetMetadata(fyne.AppMetadata{
		ID: "io.github.bucketseal.Bucketseal", Name: "Bucketseal", Version: version, Migrations: migrations,
	})
	window := ui.New(app.New(), d, ui.Options{Version: version, Screen: screenSize})
	d.ask = window.AskPassphrase
	context.AfterFunc(ctx, func() {
		stop() // a second signal ends the program at once
		window.Quit()
	})
	story(window)
	window.ShowAndRun()
	return nil
}
