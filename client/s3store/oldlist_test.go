package s3store

import (
	"fmt"
	"net/http"
	"sort"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
)

// An oldServer knows ListObjects and not ListObjectsV2: two names a page, after
// the marker.
type oldServer struct {
	keys       []string
	refuses    string // its answer to list-type=2; "" is to ignore it
	nextMarker bool   // it says where to go on also without a delimiter
}

func (o oldServer) answer(r *http.Request) string {
	q := r.URL.Query()
	if o.refuses != "" && q.Has("list-type") {
		return o.refuses
	}
	names := map[string]bool{} // with whether it is a folder
	for _, k := range o.keys {
		if !strings.HasPrefix(k, q.Get("prefix")) {
			continue
		}
		name, folder := k, false
		if i := strings.Index(k[len(q.Get("prefix")):], "/"); i >= 0 && q.Has("delimiter") {
			name, folder = k[:len(q.Get("prefix"))+i+1], true
		}
		if name > q.Get("marker") {
			names[name] = folder
		}
	}
	sorted := make([]string, 0, len(names))
	for n := range names {
		sorted = append(sorted, n)
	}
	sort.Strings(sorted)
	truncated := len(sorted) > 2
	sorted = sorted[:min(2, len(sorted))]
	text := fmt.Sprintf("<Marker>%s</Marker><IsTruncated>%v</IsTruncated>", q.Get("marker"), truncated)
	if truncated && (q.Has("delimiter") || o.nextMarker) {
		text += "<NextMarker>" + sorted[1] + "</NextMarker>"
	}
	for _, n := range sorted {
		if names[n] {
			text += "<CommonPrefixes><Prefix>" + n + "</Prefix></CommonPrefixes>"
		} else {
			text += entry(n)
		}
	}
	return list(text)
}

var sevenKeys = []string{"a", "b/1", "b/2", "c", "d/1", "e", "f"}

func TestAServerThatKnowsOnlyTheOldListIsListedWhole(t *testing.T) {
	for name, old := range map[string]oldServer{
		"ignores the new one":       {keys: sevenKeys},
		"and names the next marker": {keys: sevenKeys, nextMarker: true},
		"has no such call":          {keys: sevenKeys, refuses: wire("501 Not Implemented", "<Error><Code>NotImplemented</Code></Error>")},
		"knows no such parameter":   {keys: sevenKeys, refuses: wire("400 Bad Request", "<Error><Code>InvalidArgument</Code><Message>list-type</Message></Error>")},
	} {
		t.Run(name, func(t *testing.T) {
			s := oddly(t, old.answer)
			for range 2 {
				keys, err := all(t, s.Store, client.ListOptions{Recursive: true})
				require.NoError(t, err)
				assert.Equal(t, sevenKeys, keys)
			}
			keys, err := all(t, s.Store, client.ListOptions{})
			require.NoError(t, err)
			assert.Equal(t, []string{"a", "b/", "c", "d/", "e", "f"}, keys)
			asked := 0
			for _, r := range s.saw {
				if r.URL.Query().Has("list-type") {
					asked++
				}
			}
			assert.Equal(t, 1, asked, "learned once")
		})
	}
}

func TestARefusalThatTheOldListSharesIsSaidAsTheNewOneSaidIt(t *testing.T) {
	s := oddly(t, constantly(wire("400 Bad Request", "<Error><Code>InvalidBucketName</Code></Error>")))
	_, err := s.List(t.Context(), inBucket, client.ListOptions{})
	var e *client.Error
	require.ErrorAs(t, err, &e)
	assert.Equal(t, "ListObjectsV2", e.Op)
	assert.Equal(t, "InvalidBucketName", e.Code)
	assert.Equal(t, 2, s.asked())
	assert.False(t, s.listV1.Load(), "nothing was learned")
}

func TestAnOldListThatLeadsInCirclesEndsWithAnError(t *testing.T) {
	for name, page := range map[string]string{
		"it ignores the marker": list("<IsTruncated>true</IsTruncated>" + entry("a") + entry("b")),
		"its marker stays":      list("<IsTruncated>true</IsTruncated><NextMarker>a</NextMarker>"),
	} {
		s := oddly(t, constantly(page))
		s.listV1.Store(true)
		_, err := all(t, s.Store, client.ListOptions{Recursive: true})
		assert.Equal(t, client.KindContradiction.String(), client.KindOf(err).String(), "%s: %v", name, err)
		assert.Equal(t, 2, s.asked(), "%s: seen at once", name)
	}
}

func TestAnOldListWrittenAsInAURLGoesOnAfterTheNameItself(t *testing.T) {
	pages := map[string]string{
		"":      list("<EncodingType>url</EncodingType><IsTruncated>true</IsTruncated><NextMarker>a%0Ab</NextMarker>" + entry("a%0Ab")),
		"a\nb":  list("<EncodingType>url</EncodingType><IsTruncated>true</IsTruncated><NextMarker>%zz</NextMarker>" + entry("a+c")),
		"a c":   list("<EncodingType>url</EncodingType>" + entry("d")),
		"plain": list(entry("a\nb")),
	}
	s := oddly(t, func(r *http.Request) string {
		if !r.URL.Query().Has("encoding-type") && r.URL.Query().Get("marker") == "" {
			return pages["plain"]
		}
		return pages[r.URL.Query().Get("marker")]
	})
	s.listV1.Store(true)
	keys, err := all(t, s.Store, client.ListOptions{Recursive: true})
	require.NoError(t, err)
	assert.Equal(t, []string{"a\nb", "a c", "d"}, keys)
}
