package s3store

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
)

func openList(inside string) string {
	return xmlAnswer("<ListMultipartUploadsResult>" + inside + "</ListMultipartUploadsResult>")
}

func opened(key, id string) string {
	return "<Upload><Key>" + key + "</Key><UploadId>" + id + "</UploadId><Initiated>2025-01-02T03:04:05.000Z</Initiated></Upload>"
}

// Each is an answer to the question for open uploads below "a/", with the keys
// and ids understood, or what is said of it.
func TestOddListsOfOpenUploadsAreReadOrRefused(t *testing.T) {
	for name, c := range map[string]struct {
		raw  string
		want []string
		says string
	}{
		"as usual":              {openList(opened("a/x", "1") + opened("a/x", "2")), []string{"a/x 1 2025-01-02T03:04:05Z", "a/x 2 2025-01-02T03:04:05Z"}, ""},
		"none":                  {openList(""), nil, ""},
		"no date":               {openList("<Upload><Key>a/x</Key><UploadId>1</UploadId></Upload>"), []string{"a/x 1 -"}, ""},
		"keys written as URLs":  {openList("<EncodingType>url</EncodingType>" + opened("a%2F+%C3%A9", "1")), []string{"a/ é 1 2025-01-02T03:04:05Z"}, ""},
		"a key as no URL":       {openList("<EncodingType>url</EncodingType>" + opened("a/%zz", "1")), nil, "cannot be read"},
		"a key above":           {openList(opened("b", "1")), nil, `names "b"`},
		"no id":                 {openList(opened("a/x", "")), nil, `upload ""`},
		"more, and not where":   {openList("<IsTruncated>true</IsTruncated>" + opened("a/x", "1")), nil, "where to go on"},
		"more, and none here":   {openList("<IsTruncated>true</IsTruncated><NextKeyMarker>a/x</NextKeyMarker>"), nil, "where to go on"},
		"the same for ever":     {openList("<IsTruncated>true</IsTruncated><NextKeyMarker>a/x</NextKeyMarker><NextUploadIdMarker>1</NextUploadIdMarker>" + opened("a/x", "1")), nil, "where to go on"},
		"nothing":               {wire("200 OK", ""), nil, "empty"},
		"a login page":          {wire("200 OK", "<html><body>Log in</body></html>", "Content-Type: text/html"), nil, "Log in"},
		"the list of something": {list(entry("a/x")), nil, "<ListBucketResult>"},
		"denied":                {wire("403 Forbidden", "<Error><Code>AccessDenied</Code></Error>"), nil, "denied"},
	} {
		t.Run(name, func(t *testing.T) {
			s := oddly(t, constantly(c.raw))
			all, err := s.OpenUploads(t.Context(), client.Location{Bucket: "b", Key: "a/"})
			if c.says != "" {
				require.ErrorContains(t, err, c.says)
				assert.Empty(t, all)
				return
			}
			require.NoError(t, err)
			var got []string
			for _, u := range all {
				got = append(got, u.At.Key+" "+u.ID+" "+stamped(u.Begun))
			}
			assert.Equal(t, c.want, got)
		})
	}
}

func TestOpenUploadsAreListedPageByPage(t *testing.T) {
	s := oddly(t, func(r *http.Request) string {
		switch q := r.URL.Query(); {
		case q.Get("key-marker") == "":
			return openList("<EncodingType>url</EncodingType><IsTruncated>true</IsTruncated><NextKeyMarker>a%2Fx</NextKeyMarker><NextUploadIdMarker>1</NextUploadIdMarker>" + opened("a/x", "1"))
		case q.Get("key-marker") == "a/x" && q.Get("upload-id-marker") == "1":
			return openList(opened("a/y", "2"))
		}
		return openList(opened("b", "3"))
	})
	all, err := s.OpenUploads(t.Context(), client.Location{Bucket: "b", Key: "a/"})
	require.NoError(t, err)
	require.Len(t, all, 2)
	assert.Equal(t, "a/y", all[1].At.Key)
}

func TestAListOfOpenUploadsThatGoesInCirclesEnds(t *testing.T) {
	s := oddly(t, func(r *http.Request) string {
		next := map[string]string{"": "1", "1": "2", "2": "1"}[r.URL.Query().Get("upload-id-marker")]
		return openList("<IsTruncated>true</IsTruncated><NextKeyMarker>a/x</NextKeyMarker><NextUploadIdMarker>" + next + "</NextUploadIdMarker>" + opened("a/x", next))
	})
	_, err := s.OpenUploads(t.Context(), client.Location{Bucket: "b", Key: "a/"})
	require.ErrorContains(t, err, "where to go on")
}

func TestAListOfOpenUploadsThatNeverEndsIsGivenUp(t *testing.T) {
	n := 0
	s := oddly(t, func(*http.Request) string {
		n++
		next := fmt.Sprintf("a/%08d", n)
		return openList("<IsTruncated>true</IsTruncated><NextKeyMarker>" + next + "</NextKeyMarker>" + opened(next, "1"))
	})
	_, err := s.OpenUploads(t.Context(), client.Location{Bucket: "b", Key: "a/"})
	require.ErrorContains(t, err, "goes on and on")
	assert.Equal(t, mostUploadPages, n)
}

func TestUploadsAreFoundWhereAPrefixFindsWholeKeysOnly(t *testing.T) {
	s := oddly(t, func(r *http.Request) string {
		if r.URL.Query().Get("prefix") != "" { // as MinIO does
			return openList("")
		}
		return openList(opened("a/x", "1") + opened("b", "2"))
	})
	all, err := s.OpenUploads(t.Context(), client.Location{Bucket: "b", Key: "a/"})
	require.NoError(t, err)
	require.Len(t, all, 1)
	assert.Equal(t, "a/x", all[0].At.Key)
}
