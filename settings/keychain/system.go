package keychain

import (
	"fmt"
	"os"
	"runtime"

	"github.com/zalando/go-keyring"

	"github.com/bucketseal/bucketseal/client"
)

// A Backend is a keyring: by default the system's. It answers
// keyring.ErrNotFound where it has nothing.
type Backend interface {
	Get(service, user string) (string, error)
	Set(service, user, secret string) error
	Delete(service, user string) error
}

// NoKeyring is the Backend of those who want none, as on a server.
var NoKeyring Backend = none{}

var errTurnedOff = client.Say("it is turned off").Err()

type none struct{}

func (none) Get(string, string) (string, error) { return "", errTurnedOff }
func (none) Set(string, string, string) error   { return errTurnedOff }
func (none) Delete(string, string) error        { return errTurnedOff }

// system is the keyring of the system. Only Get, which is the first call, looks
// for the bus.
type system struct{}

func (system) Get(service, user string) (string, error) {
	if err := bus(); err != nil {
		return "", err
	}
	return keyring.Get(service, user)
}

func (system) Set(service, user, secret string) error { return keyring.Set(service, user, secret) }
func (system) Delete(service, user string) error      { return keyring.Delete(service, user) }

var errNoBus = client.Say("there is no D-Bus session, and so no Secret Service").Err()

// bus refuses where the Secret Service cannot be: godbus would there run
// dbus-launch, and every run of the program would leave a daemon behind. It
// looks where godbus looks.
func bus() error {
	if runtime.GOOS == "windows" || runtime.GOOS == "darwin" {
		return nil
	}
	if a := os.Getenv("DBUS_SESSION_BUS_ADDRESS"); a != "" && a != "autolaunch:" {
		return nil
	}
	for _, name := range []string{"bus", "dbus-session"} {
		if _, err := os.Stat(fmt.Sprintf(runtimeDir+"/%d/%s", os.Getuid(), name)); err == nil {
			return nil
		}
	}
	return errNoBus
}

var runtimeDir = "/run/user" // another in tests
