package shell_test

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/memstore"
	"github.com/bucketseal/bucketseal/internal/explain"
)

func TestTheStatusLineSaysHowTheConnectionIs(t *testing.T) {
	s := sees(t).open("reports")
	line := s.Status()
	assert.Equal(t, "Connected: team @ cos.example.org", line[0].Text)
	assert.Equal(t, "TLS", line[1].Text)
	assert.Contains(t, line[2].Text, "Here: rule 1")

	s.store.Before(func(_ context.Context, c memstore.Call) error {
		return &client.Error{Op: string(c.Op), Kind: client.KindNetwork, Err: errors.New("refused")}
	})
	s.Browser.RefreshBuckets()
	s.loop.Pump()
	assert.Equal(t, "Not connected: team @ cos.example.org", s.Status()[0].Text)
	assert.Equal(t, explain.RoleBad, s.Status()[0].Role)
}

func TestAServerThatIsNotReachedIsNotCalledProtected(t *testing.T) {
	s := sees(t)
	assert.Equal(t, explain.RoleGood, s.Status()[1].Role)
	s.store.Before(func(_ context.Context, c memstore.Call) error { return c.Error(client.KindTLS) })
	s.Browser.RefreshBuckets()
	s.loop.Pump()
	assert.Equal(t, explain.RoleBad, s.Status()[0].Role)
	assert.Equal(t, explain.RoleMuted, s.Status()[1].Role, "its certificate was not accepted")
}
