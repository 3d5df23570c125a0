package s3store

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/mock"
)

// oddNames are names of objects that URLs, XML, shells, file systems and headers
// read as something else.
var oddNames = []string{
	"a b", " leading", "trailing ", "a+b", "a%20b", "a%2Fb", "%", "a?b=c", "a#b", "a&b=c", "a;b", "a:b", "a=b", "~a", "a*[x]", "$HOME`id`",
	`quote"s'`, "<Key>a</Key>", "a&amp;b", `back\slash`, "-rf", "CON", "..hidden", "tab\tstop", "line\nfeed", "return\rhere", "bell\x07", "del\x7f",
	"C1\u009b31m", "nbsp\u00a0", "turned\u202etxt.exe", "separator\u2028", "\ufeffmark", "é", "e\u0301", "中文/檔案.txt", "😀", "\U0010fffd",
	"/leading/slash", "two//slashes", "a/./b", "a/../b", "folder/", "x-amz-meta-a", "?list-type=2", "uploads", strings.Repeat("k", 1024),
}

func TestAnyNameIsWrittenFoundReadAndRemoved(t *testing.T) {
	for _, as := range []string{"aws", "ceph16"} {
		e := mock.Start(t, mock.As(as))
		s := openAt(t, e, e.SecretKey, Options{atAWS: as == "aws"})
		bucket := ownBucket(t, s)
		var at []client.Location
		for _, name := range oddNames {
			l := client.Location{Bucket: bucket, Key: name}
			at = append(at, l)
			_, err := s.Put(t.Context(), l, newBody(name), int64(len(name)), client.PutOptions{Encryption: client.Inherit{}})
			require.NoError(t, err, "%q", name)
			o, err := s.Head(t.Context(), l, client.ReadOptions{})
			require.NoError(t, err, "%q", name)
			assert.EqualValues(t, len(name), o.Size, "%q", name)
			assert.Equal(t, name, contentOf(t, s, l), "%q is itself and no other", name)
		}
		assert.ElementsMatch(t, oddNames, listedNames(t, s, bucket), as)
		results, err := s.Delete(t.Context(), at)
		require.NoError(t, err)
		for i, err := range results {
			assert.NoError(t, err, "%q", oddNames[i])
		}
		assert.Empty(t, listedNames(t, s, bucket), as)
	}
}

func listedNames(t *testing.T, s *Store, bucket string) (names []string) {
	t.Helper()
	for after := ""; ; {
		page, err := s.List(t.Context(), client.Location{Bucket: bucket}, client.ListOptions{Recursive: true, After: after, Max: 7})
		require.NoError(t, err)
		names = append(names, keysOf(page)...)
		if page.Next == "" {
			return names
		}
		after = page.Next
	}
}

func TestANameNobodyCanHaveIsRefusedBeforeItIsSent(t *testing.T) {
	rec := &recorder{}
	s := openRecorded(t, rec, compatible, Options{})
	for _, name := range []string{"", strings.Repeat("k", 1025), "not UTF-8 \xff"} {
		l := client.Location{Bucket: "bkt", Key: name}
		for call, err := range map[string]error{
			"put":    second(s.Put(t.Context(), l, newBody("x"), 1, client.PutOptions{Encryption: client.Inherit{}})),
			"head":   second(s.Head(t.Context(), l, client.ReadOptions{})),
			"get":    third(s.Get(t.Context(), l, client.ReadOptions{})),
			"tags":   second(s.Tags(t.Context(), l, "")),
			"delete": second(s.Delete(t.Context(), []client.Location{l})),
		} {
			assert.Equal(t, client.KindInvalid.String(), client.KindOf(err).String(), "%s %q", call, name)
		}
	}
	assert.Zero(t, rec.count())
}

// fussy refuses names in the ways of those services that do not take all.
var fussy = map[string]struct {
	raw  string
	want client.Kind
}{
	"MinIO":                {wire("400 Bad Request", "<Error><Code>XMinioInvalidObjectName</Code><Message>Object name contains unsupported characters.</Message></Error>"), client.KindInvalid},
	"too long":             {wire("400 Bad Request", "<Error><Code>KeyTooLongError</Code><Message>Your key is too long</Message></Error>"), client.KindInvalid},
	"a bad address":        {wire("400 Bad Request", "<Error><Code>InvalidURI</Code></Error>"), client.KindInvalid},
	"a folder of the name": {wire("409 Conflict", "<Error><Code>XMinioObjectExistsAsDirectory</Code></Error>"), client.KindInvalid},
	"a proxy":              {wire("400 Bad Request", "<html><title>400 Bad Request</title></html>", "Content-Type: text/html"), client.KindInvalid},
	"a firewall":           {wire("403 Forbidden", "<html><title>Blocked</title></html>", "Content-Type: text/html"), client.KindDenied},
	"the address is cut":   {wire("414 URI Too Long", ""), client.KindInvalid},
}

func TestANameAServerRefusesIsAnErrorForThatNameAlone(t *testing.T) {
	for name, c := range fussy {
		t.Run(name, func(t *testing.T) {
			s := oddly(t, func(r *http.Request) string {
				switch path, _ := url.PathUnescape(r.URL.EscapedPath()); {
				case r.URL.Query().Has("delete"):
					return xmlAnswer("<DeleteResult><Deleted><Key>good</Key></Deleted><Error><Key>b:d</Key><Code>InvalidObjectName</Code></Error></DeleteResult>")
				case strings.HasSuffix(path, "b:d"):
					return c.raw
				}
				return wire("200 OK", "", `ETag: "e"`)
			})
			put := func(key string) error {
				return second(s.Put(t.Context(), client.Location{Bucket: "bkt", Key: key}, newBody("x"), 1, client.PutOptions{Encryption: client.Inherit{}}))
			}
			require.NoError(t, put("good"))
			assert.Equal(t, c.want.String(), client.KindOf(put("b:d")).String())
			results, err := s.Delete(t.Context(), []client.Location{{Bucket: "bkt", Key: "good"}, {Bucket: "bkt", Key: "b:d"}})
			require.NoError(t, err)
			require.NoError(t, results[0])
			assert.ErrorContains(t, results[1], "InvalidObjectName")
		})
	}
}
