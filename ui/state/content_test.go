package state_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/transfer"
	"github.com/bucketseal/bucketseal/internal/explain"
	"github.com/bucketseal/bucketseal/internal/i18n"
	"github.com/bucketseal/bucketseal/ui/state/transfers"
	"github.com/bucketseal/bucketseal/ui/uitest"
)

func TestAStaleChecksumIsExplainedAndTheFileCanBeTakenKnowingly(t *testing.T) {
	s := sees(t)
	s.store.Write(client.Location{Bucket: "reports", Key: "notes.txt"}, []byte("two, edited"), client.PutOptions{
		Encryption: client.SSEKMS{Key: uitest.Key}, Metadata: map[string]string{client.MetaChecksum: "AAAAAAAAAAA="},
	})
	s.open("reports")
	into := t.TempDir()
	s.Browser.Selection().Only(0)
	s.Download(s.Browser.Selected(), into, "")
	s.settled()
	assert.Equal(t, "Failed: The object was changed later, or is damaged", s.Transfers.Row(0).State)
	assert.Empty(t, s.Transfers.Row(0).Content)
	m := s.Transfers.Explain(0)
	assert.Contains(t, m.Body, "either a program changed the object later and kept the metadata, or bytes are damaged")
	assert.Contains(t, strings.Join(m.Hints, " "), "Download without this comparison")
	entries, err := os.ReadDir(into)
	require.NoError(t, err)
	assert.Empty(t, entries)

	require.Empty(t, s.Transfers.WhyNot(transfers.Accept, []int{0}))
	s.Transfers.Do(transfers.Accept, []int{0})
	s.settled()
	assert.Equal(t, "Downloaded, complete", s.Transfers.Row(0).State)
	assert.Equal(t, "size only", s.Transfers.Row(0).Content)
	got, err := os.ReadFile(filepath.Join(into, "notes.txt"))
	require.NoError(t, err)
	assert.Equal(t, "two, edited", string(got))
	assert.NotEmpty(t, s.Transfers.WhyNot(transfers.Accept, []int{0}), "it is done")
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
