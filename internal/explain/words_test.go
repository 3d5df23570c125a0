package explain_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/transfer"
	"github.com/bucketseal/bucketseal/internal/explain"
	"github.com/bucketseal/bucketseal/internal/i18n"
)

func TestATimeNobodyToldIsNotSaid(t *testing.T) {
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

func TestHowTheBytesWereComparedIsSaidInBothLanguages(t *testing.T) {
	t.Cleanup(func() { i18n.Set(i18n.English) })
	for c, want := range map[transfer.Content][2]string{
		transfer.ContentChecksum: {"checksum", "總和檢查碼"},
		transfer.ContentMD5:      {"MD5", "MD5"},
		transfer.ContentSize:     {"size only", "僅大小"},
		transfer.ContentNone:     {"", ""},
	} {
		assert.Equal(t, want[0], explain.Content(c))
		i18n.Set(i18n.TraditionalChinese)
		assert.Equal(t, want[1], explain.Content(c))
		i18n.Set(i18n.English)
	}
}
