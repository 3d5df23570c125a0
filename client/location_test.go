package client

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestALocationKeepsItsKeyVerbatim(t *testing.T) {
	for text, want := range map[string]Location{
		"s3://":                   {},
		"s3://b":                  {"b", ""},
		"s3://b/":                 {"b", ""},
		"s3://b/a//b":             {"b", "a//b"},
		"s3://b//":                {"b", "/"},
		"s3://b/../x":             {"b", "../x"},
		"s3://b/50%25 報告.pdf":     {"b", "50%25 報告.pdf"},
		"s3://reports/a?b#c&d=e+": {"reports", "a?b#c&d=e+"},
	} {
		got, err := ParseLocation(text)
		require.NoError(t, err, text)
		assert.Equal(t, want, got)
	}
}

func TestWhatIsNoLocationIsRefusedWithTheReason(t *testing.T) {
	for text, why := range map[string]string{
		"reports/a":                           "write s3://BUCKET or s3://BUCKET/KEY",
		"s3:///a":                             "names no bucket",
		"s3://a b/c":                          "no blanks",
		"s3://b/" + strings.Repeat("x", 1025): "1025 bytes",
		"s3://b/\xff":                         "UTF-8",
	} {
		_, err := ParseLocation(text)
		assert.ErrorContains(t, err, why, text)
	}
	assert.ErrorContains(t, Location{}.CheckKey(), "no bucket")
	assert.ErrorContains(t, Location{Bucket: "b"}.CheckKey(), "no object")
}

func TestFoldersJoinAndPart(t *testing.T) {
	b := Location{Bucket: "b"}
	assert.Equal(t, Location{"b", "a/"}, b.Join("a").Folder())
	assert.Equal(t, Location{"b", "a/x"}, Location{"b", "a"}.Join("x"))
	assert.Equal(t, Location{"b", "a/"}, Location{"b", "a/x"}.Parent())
	assert.Equal(t, b, Location{"b", "a/"}.Parent())
	assert.Equal(t, Location{}, b.Parent())
	assert.Equal(t, "a", Location{"b", "q/a/"}.Base())
	assert.Equal(t, "b", b.Base())
	assert.Equal(t, "", Location{"b", "a//"}.Base())
}

func FuzzALocationReadsBackAsItWasWritten(f *testing.F) {
	for _, s := range []string{"s3://b/k", "s3://b//", "s3://", "s3://b/a b", "s3:///x", "x"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		l, err := ParseLocation(s)
		if err != nil {
			return
		}
		again, err := ParseLocation(l.String())
		require.NoError(t, err)
		require.Equal(t, l, again)
		for up, n := l, 0; up != (Location{}); up, n = up.Parent(), n+1 {
			require.LessOrEqual(t, n, len(s), "going up ends at the list of buckets")
		}
	})
}

func TestAFolderHoldsWhatLiesInItAndFurtherDown(t *testing.T) {
	folder := Location{Bucket: "reports", Key: "2026/"}
	for at, held := range map[Location]bool{
		{Bucket: "reports", Key: "2026/a.csv"}:    true,
		{Bucket: "reports", Key: "2026/11/a.csv"}: true,
		{Bucket: "reports", Key: "2026/"}:         false,
		{Bucket: "reports", Key: "2027/a.csv"}:    false,
		{Bucket: "photos", Key: "2026/a.csv"}:     false,
	} {
		assert.Equal(t, held, folder.Holds(at), at)
	}
	assert.True(t, Location{Bucket: "reports"}.Holds(folder))
	assert.False(t, Location{}.Holds(folder), "no bucket is no folder")
}
