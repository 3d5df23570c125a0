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

func TestAKindThatIsAboutSomethingInParticularIsSaidOfThat(t *testing.T) {
	object := client.Location{Bucket: "reports", Key: "a.csv"}
	for _, c := range []struct {
		err   client.Error
		title string
	}{
		{client.Error{Op: "GetObject", Kind: client.KindNotFound, At: object}, "There is no such object"},
		{client.Error{Op: "cp", Kind: client.KindNotFound}, "There is nothing to do"},
		{client.Error{Kind: client.KindExists, At: client.Location{Bucket: "reports"}}, "The name is taken"},
		{client.Error{Op: "upload", Kind: client.KindExists, At: object}, "An object of this name is there already"},
		{client.Error{Op: "download", Kind: client.KindExists, At: object}, "A file of this name is there already"},
		{client.Error{Op: "plan", Kind: client.KindRefused, At: object}, "A rule refuses this"},
		{client.Error{Op: "copy", Kind: client.KindRefused, At: object}, "It cannot be copied to this place"},
		{client.Error{Op: client.LinkOp, Kind: client.KindRefused, At: object}, "No link can be made"},
		{client.Error{Op: "meta", Kind: client.KindRefused, At: object}, "It cannot be changed in its place"},
		{client.Error{Op: "plan", Kind: client.KindRefused, At: client.Location{Bucket: "reports", Key: "caf\xe9"}}, "No object can have this name"},
		{client.Error{Op: "plan", Kind: client.KindRefused, At: client.Location{Bucket: "reports", Key: strings.Repeat("a", 1025)}}, "No object can have this name"},
		{client.Error{Op: "upload", Kind: client.KindFull, At: object, Status: 507}, "There is no room left on the server"},
		{client.Error{Op: "upload", Kind: client.KindFull, At: object}, "There is no room left on this computer's disk"},
	} {
		assert.Equal(t, c.title, Error(&c.err).Title, "%v", c.err.Error())
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
	m := Error(&client.Error{Op: "PutObject", Kind: client.KindRefused, Said: client.Say("no object is named")})
	assert.Equal(t, "No object is named.", m.Body)

	m = Error(errors.New("the file is not a list of rules"))
	assert.Equal(t, "The file is not a list of rules.", m.Body)
	assert.NotEmpty(t, m.Hints)

	assert.Equal(t, Message{}, Error(nil))
	assert.Equal(t, "Where.\nDo this.", Message{Title: "Where.", Hints: []string{"Do this."}}.Text())
}

func TestAnAnswerThatIsNoneIsSaidInOurWords(t *testing.T) {
	for body, e := range map[string]*client.Error{
		"s3://b\nThe answer is text/html: “Login”.":                                                   {Kind: client.KindNotS3, Status: 200, Said: client.Say("the answer is %v: “%s”", "text/html", "Login")},
		"s3://b\nThe list names x, which does not begin with y.":                                      {Kind: client.KindContradiction, Status: 200, Said: client.Say("the list names %s, which does not begin with %s", "x", "y")},
		"s3://b\nIt sends us to https://x/.":                                                          {Kind: client.KindRedirected, Status: 302, Said: client.Say("it sends us to %s", "https://x/")},
		"s3://b\nIt was deleted: a delete marker hides it, and its earlier versions are still there.": {Kind: client.KindNotFound, Status: 404, Hidden: true},
		"s3://b\nThe bucket is in region eu-west-1.":                                                  {Kind: client.KindWrongRegion, Status: 301, Message: "theirs", Said: client.Say("the bucket is in region %s", "eu-west-1")},
		"s3://b": {Kind: client.KindDenied, Status: 403, Code: "AccessDenied", Message: "theirs"},
	} {
		e.At = client.Location{Bucket: "b"}
		assert.Equal(t, body, Error(e).Body)
	}
}

func TestAFullDiskOfThisMachineIsNotTakenForTheServers(t *testing.T) {
	m := Error(&client.Error{Op: "download", Kind: client.KindFull, Said: client.Say("there is no room left on the disk of %s", "/data")})
	assert.Contains(t, m.Title, "this computer's disk")
	assert.Equal(t, "There is no room left on the disk of /data.", m.Body)
	assert.Contains(t, Error(&client.Error{Op: "PutObject", Kind: client.KindFull, Status: 507}).Title, "on the server")
}
