package properties

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/session"
	"github.com/bucketseal/bucketseal/internal/explain"
)

func TestASizeNobodyToldIsSaidToBeNotTold(t *testing.T) {
	untold := client.Object{At: client.Location{Bucket: "b", Key: "untold"}, Size: client.NotTold}
	p := Properties{found: session.Properties{Object: untold}}
	assert.Contains(t, p.General(), explain.Property{Name: "Size", Value: "not told by the server"})
}
