package s3store

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
)

func TestAServerThatDoesNotKnowWhereToBeginIsNotBelieved(t *testing.T) {
	s := oddly(t, constantly(list(entry("a")+entry("c"))))
	_, err := s.List(t.Context(), inBucket, client.ListOptions{Recursive: true, Behind: "b"})
	assert.Equal(t, client.KindContradiction.String(), client.KindOf(err).String(), "%v", err)
}

func TestAnOldServerBeginsBehindANameInItsOwnWay(t *testing.T) {
	for _, refuses := range []string{"", wire("501 Not Implemented", "<Error><Code>NotImplemented</Code></Error>")} {
		old := oldServer{keys: []string{"a", "b", "c", "d", "e"}, refuses: refuses}
		s := oddly(t, old.answer)
		page, err := s.List(t.Context(), inBucket, client.ListOptions{Recursive: true, Behind: "b"})
		require.NoError(t, err)
		assert.Equal(t, []string{"c", "d"}, keysOf(page))
	}
}

func TestAServerWithAnOrderOfItsOwnIsSaidToHaveOne(t *testing.T) {
	for inside, want := range map[string]bool{entry("a") + entry("b"): false, entry("b") + entry("a"): true} {
		page, err := oddly(t, constantly(list(inside))).List(t.Context(), inBucket, client.ListOptions{Recursive: true})
		require.NoError(t, err)
		assert.Equal(t, want, page.Reordered)
		assert.Equal(t, []string{"a", "b"}, keysOf(page))
	}
}

// versionsIn lists versions to the end, or to an error.
func versionsIn(t *testing.T, answer func(*http.Request) string) (keys []string, err error) {
	s := oddly(t, answer)
	for o := (client.ListOptions{}); ; {
		page, err := s.ListVersions(t.Context(), inBucket, o)
		if err != nil {
			return keys, err
		}
		for _, x := range page.Objects {
			keys = append(keys, x.At.Key+" "+x.VersionID)
		}
		if o.After = page.Next; page.Next == "" {
			return keys, nil
		}
		require.Less(t, len(keys), 5000)
	}
}

func versionList(inside string) string {
	return xmlAnswer("<ListVersionsResult>" + inside + "</ListVersionsResult>")
}

func oneVersion(key, id string) string {
	return "<Version><Key>" + key + "</Key><VersionId>" + id + "</VersionId></Version>"
}

func TestVersionsThatLeadInCirclesOrBackEndWithAnError(t *testing.T) {
	more := func(key, id, inside string) string {
		return versionList("<IsTruncated>true</IsTruncated><NextKeyMarker>" + key + "</NextKeyMarker><NextVersionIdMarker>" + id + "</NextVersionIdMarker>" + inside)
	}
	n := 0
	for name, page := range map[string]func() string{
		"the same page": func() string { return more("a", "1", oneVersion("a", "1")) },
		"two pages in turns": func() string {
			n++
			return more("a", []string{"1", "2"}[n%2], oneVersion("a", []string{"1", "2"}[n%2]))
		},
		"back":                func() string { n++; return more("", "", oneVersion([]string{"a", "b"}[n%2], "1")) },
		"more, and nothing":   func() string { return more("", "", "") },
		"outside the prefix":  func() string { return more("", "", oneVersion("", "1")) },
		"more, or maybe not":  func() string { return versionList("<IsTruncated>maybe</IsTruncated>") },
		"broken off":          func() string { return wireBroken },
		"a listing of no use": func() string { return list(entry("a")) },
	} {
		_, err := versionsIn(t, func(*http.Request) string { return page() })
		assert.Error(t, err, name)
	}
}

const wireBroken = "HTTP/1.1 200 OK\r\nContent-Type: application/xml\r\nConnection: close\r\n\r\n<ListVersionsResult><Version><Key>a"

func TestAPlaceOrABucketNobodyNamedListsNoVersions(t *testing.T) {
	s := oddly(t, constantly(versionList("")))
	_, err := s.ListVersions(t.Context(), client.Location{}, client.ListOptions{})
	assert.Equal(t, client.KindInvalid, client.KindOf(err))
	_, err = s.ListVersions(t.Context(), inBucket, client.ListOptions{After: "!!"})
	assert.Equal(t, client.KindInvalid, client.KindOf(err))
	assert.Zero(t, s.asked())
}

func TestVersionsWrittenAsInAURLGoOnAfterTheNameItself(t *testing.T) {
	pages := map[string]string{
		"":     versionList("<EncodingType>url</EncodingType><IsTruncated>true</IsTruncated><NextKeyMarker>a%0Ab</NextKeyMarker>" + oneVersion("a%0Ab", "")),
		"a\nb": versionList("<EncodingType>url</EncodingType><IsTruncated>true</IsTruncated><NextKeyMarker>%zz</NextKeyMarker>" + oneVersion("a+c", "2")),
		"a c":  versionList("<EncodingType>url</EncodingType>" + oneVersion("d", "3")),
	}
	keys, err := versionsIn(t, func(r *http.Request) string { return pages[r.URL.Query().Get("key-marker")] })
	require.NoError(t, err)
	assert.Equal(t, []string{"a\nb null", "a c 2", "d 3"}, keys)
}
