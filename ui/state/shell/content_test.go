package shell_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/internal/explain"
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
	s.waitIdle()
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
	s.waitIdle()
	assert.Equal(t, "Downloaded, unverified", s.Transfers.Row(0).State)
	assert.Equal(t, "size only", s.Transfers.Row(0).Content)
	m = s.Transfers.Explain(0)
	assert.Equal(t, "Downloaded, unverified", m.Title)
	assert.Contains(t, m.Text(), "cannot be told: compare it with what you know of it")
	assert.Contains(t, m.Facts, explain.Property{
		Name:  "Content",
		Value: "unverified: the checksum in the metadata, or the ETag, is of other bytes, which was accepted; only its size was compared",
	})
	got, err := os.ReadFile(filepath.Join(into, "notes.txt"))
	require.NoError(t, err)
	assert.Equal(t, "two, edited", string(got))
	assert.NotEmpty(t, s.Transfers.WhyNot(transfers.Accept, []int{0}), "it is done")
}
