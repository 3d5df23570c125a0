package explain

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/bucketseal/bucketseal/client"
)

func TestEveryKindOfFailureHasATitleAndAHintOfItsOwn(t *testing.T) {
	titles := map[string]client.Kind{}
	for _, kind := range client.Kinds() {
		m := Error(&client.Error{Op: "PutObject", Kind: kind})
		assert.NotEmpty(t, m.Title, "%v", kind)
		assert.NotEmpty(t, m.Hints, "%v", kind)
		for _, hint := range m.Hints {
			assert.True(t, strings.HasSuffix(hint, "."), "%v: %q is a sentence", kind, hint)
		}
		assert.NotContains(t, titles, m.Title, "%v says the same as %v", kind, titles[m.Title])
		titles[m.Title] = kind
	}
}

func TestTheServersOwnWordsStayInTheDetails(t *testing.T) {
	m := Error(fmt.Errorf("put: %w", &client.Error{
		Op: "PutObject", Kind: client.KindDenied, At: client.Location{Bucket: "reports", Key: "a.csv"},
		Status: 403, Code: "AccessDenied", Message: "User: arn:aws:iam::1:x is not authorized", RequestID: "tx00000123",
	}))
	assert.Equal(t, "This account may not do that", m.Title)
	assert.Equal(t, "s3://reports/a.csv", m.Body)
	for _, word := range []string{"PutObject", "AccessDenied", "403", "not authorized", "tx00000123"} {
		assert.Contains(t, m.Details, word)
		assert.NotContains(t, m.Title+m.Body+strings.Join(m.Hints, ""), word)
	}
}

func TestAnUnknownKeyIsNamed(t *testing.T) {
	m := Error(&client.Error{Op: "PutObject", Kind: client.KindKeyUnknown, Key: "ab12", Status: 400, Code: "InvalidAccessKeyId"})
	assert.Equal(t, "The server does not know this key", m.Title)
	assert.Contains(t, m.Body, "ab12")
}

func TestWhatWeSaidOurselvesIsTheReason(t *testing.T) {
	m := Error(&client.Error{Op: "PutObject", Kind: client.KindRefused, Message: "SSE-KMS over plain http is refused"})
	assert.Equal(t, "SSE-KMS over plain http is refused.", m.Body)

	m = Error(errors.New("the file is not a list of rules"))
	assert.Equal(t, "The file is not a list of rules.", m.Body)
	assert.NotEmpty(t, m.Hints)

	assert.Equal(t, Message{}, Error(nil))
	assert.Equal(t, "Where.\nDo this.", Message{Title: "Where.", Hints: []string{"Do this."}}.Text())
}
