package mock_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

var singleRange = regexp.MustCompile(`^bytes=([0-9]{1,18})-([0-9]{0,18})$|^bytes=-[0-9]{1,18}$`)

// FuzzARangeIsReadAsByNetHTTP compares every answer with that of net/http for
// the same bytes. They part ways, as RFC 9110 allows, where a range is not
// understood, names several stretches or ends before it begins: S3 then sends all.
func FuzzARangeIsReadAsByNetHTTP(f *testing.F) {
	for _, header := range []string{"bytes=0-0", "bytes=-1", "bytes=5-", "bytes=65535-65536", "bytes=0-18446744073709551615", "bytes=-0", "bytes=9-3", "bytes=0-1,3-4", "bytes= 0-1", "lines=0-1", "bytes=--1", "bytes=+1-2"} {
		f.Add("border", header)
		f.Add("empty", header)
	}
	x := newTarget(f)
	f.Fuzz(func(t *testing.T, name, header string) {
		whole, known := fuzzBodies[name]
		if !known {
			name, whole = "long", fuzzBodies["long"]
		}
		if !visible(header) {
			return
		}
		x.fresh(t)
		got := x.do(t, "GET", "/bucket/"+name, "", map[string]string{"Range": header})
		well(t, "GET", got)
		var first, last int
		inverted := false
		if n, _ := fmt.Sscanf(header, "bytes=%d-%d", &first, &last); n == 2 && last < first {
			inverted = true
		}
		if !singleRange.MatchString(header) || inverted {
			if got.Code == 206 { // whatever it took it for, it sent what it says
				var total int
				_, err := fmt.Sscanf(got.Header().Get("Content-Range"), "bytes %d-%d/%d", &first, &last, &total)
				require.NoError(t, err)
				require.Equal(t, len(whole), total)
				require.True(t, whole[first:last+1] == got.Body.String())
				return
			}
			require.Contains(t, []int{200, 416}, got.Code)
			if got.Code == 200 {
				require.True(t, whole == got.Body.String())
			}
			return
		}
		want := httptest.NewRecorder()
		r := httptest.NewRequest("GET", "/", nil)
		r.Header.Set("Range", header)
		http.ServeContent(want, r, "", time.Time{}, strings.NewReader(whole))
		if suffix := strings.HasPrefix(header, "bytes=-") && strings.Trim(header[7:], "0") != ""; whole == "" && suffix {
			require.Equal(t, 200, got.Code, "RFC 9110: a suffix of nothing is all of it")
			return
		}
		if whole == "" && want.Code == 200 {
			return // net/http has no part of nothing, S3 refuses it
		}
		if header[len("bytes="):] == "-0" || want.Header().Get("Content-Length") == "0" {
			require.Equal(t, 416, got.Code)
			return
		}
		require.Equal(t, want.Code, got.Code, header)
		require.Equal(t, want.Header().Get("Content-Range"), got.Header().Get("Content-Range"))
		if got.Code == 206 {
			require.True(t, want.Body.String() == got.Body.String())
		}
	})
}

// FuzzAPartIsCopiedFromWhereItSays throws ranges at UploadPartCopy: a part has
// the bytes that were named, or there is none.
func FuzzAPartIsCopiedFromWhereItSays(f *testing.F) {
	for _, header := range []string{"", "bytes=0-0", "bytes=65530-65540", "bytes=0-139999", "bytes=0-140000", "bytes=5-", "bytes=-5", "bytes=2-1"} {
		f.Add(header)
	}
	x := newTarget(f)
	f.Fuzz(func(t *testing.T, header string) {
		if !visible(header) {
			return
		}
		x.fresh(t)
		id := between(x.do(t, "POST", "/bucket/k?uploads=", "", nil).Body.String(), "<UploadId>", "</UploadId>")
		h := map[string]string{"X-Amz-Copy-Source": "bucket/long"}
		if header != "" {
			h["X-Amz-Copy-Source-Range"] = header
		}
		w := x.do(t, "PUT", "/bucket/k?partNumber=1&uploadId="+id, "", h)
		well(t, "PUT", w)
		parts := x.do(t, "GET", "/bucket/k?uploadId="+id, "", nil).Body.String()
		if w.Code != 200 {
			require.Contains(t, []int{400, 416}, w.Code, header)
			require.NotContains(t, parts, "<Part>")
			return
		}
		var first, last int
		want := fuzzBodies["long"]
		if header != "" {
			n, err := fmt.Sscanf(header, "bytes=%d-%d", &first, &last)
			require.Equal(t, 2, n, "%q: %v", header, err)
			want = want[first : last+1]
		}
		etag := strings.ReplaceAll(between(w.Body.String(), "<ETag>", "</ETag>"), "&#34;", `"`)
		require.Equal(t, 200, x.do(t, "POST", "/bucket/k?uploadId="+id, completion(etag), nil).Code)
		require.True(t, want == x.do(t, "GET", "/bucket/k", "", nil).Body.String())
	})
}
