package shell

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/internal/explain"
	"github.com/bucketseal/bucketseal/ui/uitest"
)

// watching is an app with an account open, which answered.
func watching() *App {
	now := time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)
	screen := &uitest.Loop{}
	desk := uitest.NewDesk().Add(client.Account{ID: "lab", Name: "lab", Endpoint: "https://s3.example.org"}, uitest.NewStore("photos", "reports"))
	a := New(desk, screen, func() time.Time { return now })
	a.Start()
	screen.Pump()
	return a
}

func TestTheStatusBarStopsSayingConnectedWhenNothingIsHeardAnyMore(t *testing.T) {
	a := watching()
	segment := a.connected(a.Accounts.All()[0], 12*time.Second)
	assert.Equal(t, "No answer for 12 s: lab @ s3.example.org", segment.Text)
	assert.Equal(t, explain.RoleWarn, segment.Role)
	assert.Equal(t, "Connected: lab @ s3.example.org", a.Status()[0].Text)
}

func TestTheConnectionIsAsTheLastAnswerSays(t *testing.T) {
	a := watching()
	later := func(s int) time.Time { return a.now().Add(time.Duration(s) * time.Second) }
	says := func() string { return a.Status()[0].Text }
	a.heard("lab", &client.Error{Kind: client.KindStalled}, later(1))
	assert.Equal(t, "Not connected: lab @ s3.example.org", says())
	a.heard("lab", nil, later(-1))
	assert.Equal(t, "Not connected: lab @ s3.example.org", says(), "an earlier answer")
	a.heard("lab", &client.Error{Kind: client.KindDenied, Status: 403}, later(2))
	assert.Equal(t, "Connected: lab @ s3.example.org", says(), "to refuse is to answer")
	for _, err := range []error{
		&client.Error{Kind: client.KindLocal, Err: errors.New("disk full")}, context.Canceled, &client.Error{Kind: client.KindCancelled},
	} {
		a.heard("lab", err, later(3))
		assert.Equal(t, "Connected: lab @ s3.example.org", says(), "%v says nothing of the server", err)
	}
	a.heard("lab", &client.Error{Kind: client.KindNetwork}, later(4))
	assert.Equal(t, "Not connected: lab @ s3.example.org", says())
	a.heard("lab", nil, later(5))
	assert.Equal(t, "Connected: lab @ s3.example.org", says())
}
