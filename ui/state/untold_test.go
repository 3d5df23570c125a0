package state

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/internal/explain"
)

func TestASizeNobodyToldIsADashAndNeverZero(t *testing.T) {
	assert.Empty(t, explain.Moment(time.Time{}))
}

func TestASumOfWhichSomeIsNotToldSaysSo(t *testing.T) {
	assert.Equal(t, "7 B", explain.Together(7, 0))
	assert.Equal(t, "at least 7 B", explain.Together(7, 1))
	assert.Equal(t, "–", explain.Together(0, 2))
}

func TestAnAnswerThatIsNoneIsSaidInWords(t *testing.T) {
	for message, e := range map[string]*client.Error{
		"s3://b\nThe answer is text/html: “Login”.":                                                   {Kind: client.KindNotS3, Status: 200, Message: "the answer is text/html: “Login”"},
		"s3://b\nThe list names x, which does not begin with y.":                                      {Kind: client.KindContradiction, Status: 200, Message: "the list names x, which does not begin with y"},
		"s3://b\nIt sends us to https://x/.":                                                          {Kind: client.KindRedirected, Status: 302, Message: "it sends us to https://x/"},
		"s3://b\nIt was deleted: a delete marker hides it, and its earlier versions are still there.": {Kind: client.KindNotFound, Status: 404, Hidden: true},
	} {
		e.At = client.Location{Bucket: "b"}
		assert.Equal(t, message, explain.Error(e).Body)
	}
}
