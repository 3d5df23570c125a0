package s3store

import (
	"context"
	"encoding/xml"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
)

// A shelf is a server that knows names with ETags, lists them and removes them, as one
// kind of server or another does.
type shelf struct {
	mu      sync.Mutex
	etags   map[string]string
	ignores bool                       // the ETag of what is to be removed
	bare    bool                       // it compares it as it is written, quotes included
	refuses string                     // the code by which it refuses a document that has one
	before  func(call string, nth int) // is called before it does what it is asked; the mutex is held
	loses   int                        // which of its answers to DeleteObjects comes to nobody
	denies  bool                       // nobody may list
	only    bool                       // it has no DeleteObjects
	calls   []string
}

func (s *shelf) answer(r *http.Request, body string) *http.Response {
	s.mu.Lock()
	defer s.mu.Unlock()
	q := r.URL.Query()
	call := r.Method
	switch {
	case q.Has("delete"):
		call = "delete"
	case q.Has("list-type"):
		call = "list"
	}
	s.calls = append(s.calls, call)
	if s.before != nil {
		s.before(call, len(s.calls))
	}
	key := strings.TrimPrefix(r.URL.Path, "/bkt/")
	switch call {
	case "list":
		if s.denies {
			return refusal(403, "AccessDenied", "")
		}
		return s.list(q.Get("prefix"), q.Get("start-after"))
	case "delete":
		return s.delete(body)
	case http.MethodHead:
		if etag, there := s.etags[key]; there {
			return reply(200, []string{"Etag", `"` + etag + `"`, "Content-Length", "1"}, "")
		}
		return reply(404, nil, "")
	case http.MethodDelete:
		delete(s.etags, key)
		return reply(204, nil, "")
	}
	return refusal(501, "NotImplemented", "")
}

func (s *shelf) list(prefix, behind string) *http.Response {
	var doc strings.Builder
	for _, key := range slices.Sorted(maps.Keys(s.etags)) {
		if strings.HasPrefix(key, prefix) && key > behind {
			fmt.Fprintf(&doc, "<Contents><Key>%s</Key><ETag>&quot;%s&quot;</ETag><Size>1</Size></Contents>", key, s.etags[key])
		}
	}
	return reply(200, nil, "<ListBucketResult>"+doc.String()+"</ListBucketResult>")
}

func (s *shelf) delete(body string) *http.Response {
	var asked struct{ Object []struct{ Key, ETag string } }
	if err := xml.Unmarshal([]byte(body), &asked); err != nil {
		panic(err)
	}
	if s.only || s.refuses != "" && strings.Contains(body, "<ETag>") {
		return refusal(map[bool]int{true: 501, false: 400}[s.only], s.refuses, "")
	}
	var doc strings.Builder
	for _, o := range asked.Object {
		etag, there := s.etags[o.Key]
		if !s.bare {
			o.ETag = strings.Trim(o.ETag, `"`)
		}
		if there && o.ETag != "" && !s.ignores && o.ETag != etag {
			fmt.Fprintf(&doc, "<Error><Key>%s</Key><Code>PreconditionFailed</Code></Error>", o.Key)
			continue
		}
		delete(s.etags, o.Key)
		fmt.Fprintf(&doc, "<Deleted><Key>%s</Key></Deleted>", o.Key)
	}
	if s.loses > 0 {
		if s.loses--; s.loses == 0 {
			return refusal(500, "InternalError", "lost on its way")
		}
	}
	return reply(200, nil, "<DeleteResult>"+doc.String()+"</DeleteResult>")
}

// removed has a store at the shelf, at AWS where the endpoint is "", remove what was
// seen there: a, b and c, each with its own name for an ETag.
func (s *shelf) removed(t *testing.T, endpoint string) (results []error, err error) {
	t.Helper()
	s.etags = map[string]string{"a": "a", "b": "b", "c": "c", "stays": "stays"}
	rec := &recorder{}
	rec.answer = func(r *http.Request, n int) *http.Response {
		rec.mu.Lock()
		body := rec.bodies[n-1]
		rec.mu.Unlock()
		return s.answer(r, body)
	}
	store := openRecorded(t, rec, endpoint, Options{})
	var was []client.Object
	for _, key := range []string{"a", "b", "c"} {
		was = append(was, client.Object{At: client.Location{Bucket: "bkt", Key: key}, ETag: key})
	}
	return store.DeleteSeen(t.Context(), was)
}

func TestAColleaguesObjectOutlivesADeletionThatWasPlannedForAnother(t *testing.T) {
	writes := func(s *shelf, when string) {
		done := false
		s.before = func(call string, _ int) {
			if call == when && !done {
				done, s.etags["b"] = true, "his"
			}
		}
	}
	for name, c := range map[string]struct {
		endpoint, when string
		shelf          *shelf
		calls          []string
	}{
		"at AWS, which looks by itself":       {"", "delete", &shelf{}, []string{"delete"}},
		"where conditions are known":          {compatible, "delete", &shelf{}, []string{"list", "delete", "list"}},
		"where nobody knows conditions":       {compatible, "list", &shelf{ignores: true}, []string{"list", "delete"}},
		"where an ETag is no part of it":      {compatible, "list", &shelf{refuses: "MalformedXML"}, []string{"list", "delete", "delete"}},
		"where a document is not implemented": {compatible, "list", &shelf{refuses: "NotImplemented"}, []string{"list", "delete", "delete"}},
		"where nobody may list":               {compatible, http.MethodHead, &shelf{denies: true}, nil},
		"where there are no such documents":   {compatible, http.MethodHead, &shelf{only: true, refuses: "NotImplemented"}, nil},
	} {
		s := c.shelf
		writes(s, c.when)
		if name == "where nobody may list" || name == "where there are no such documents" {
			s.before = func(call string, _ int) { s.etags["b"] = "his" }
		}
		results, err := s.removed(t, c.endpoint)
		require.NoError(t, err, name)
		assert.NoError(t, results[0], name)
		assert.Equal(t, client.KindPrecondition.String(), client.KindOf(results[1]).String(), name)
		assert.ErrorContains(t, results[1], "another object has taken its place", name)
		assert.NoError(t, results[2], name)
		assert.Equal(t, map[string]string{"b": "his", "stays": "stays"}, s.etags, name)
		if c.calls != nil {
			assert.Equal(t, c.calls, s.calls, name)
		}
	}
}

func TestALostAnswerIsNoReasonToDeleteWhatCameAfterIt(t *testing.T) {
	for name, endpoint := range map[string]string{"AWS": "", "another server": compatible} {
		s := &shelf{loses: 1, ignores: endpoint != ""}
		s.before = func(string, int) {
			if _, there := s.etags["b"]; !there {
				s.etags["b"] = "his" // written once the first request removed ours
			}
		}
		results, err := s.removed(t, endpoint)
		require.NoError(t, err, name)
		assert.NoError(t, results[0], "%s: it is gone, as was wanted", name)
		assert.Equal(t, client.KindPrecondition.String(), client.KindOf(results[1]).String(), name)
		assert.Equal(t, map[string]string{"b": "his", "stays": "stays"}, s.etags, name)
	}
}

// At 500 random moments somebody writes, overwrites and deletes names that are being
// deleted; where the server knows no conditions, at any but that of the request itself.
func TestNothingAColleagueWritesWhileNamesAreDeletedIsLost(t *testing.T) {
	wrote := 0
	for seed := range uint64(500) {
		r := rand.New(rand.NewPCG(seed, 28))
		endpoint := []string{"", compatible}[r.IntN(2)]
		s := &shelf{loses: r.IntN(3), bare: endpoint != "" && r.IntN(2) == 0, denies: endpoint != "" && r.IntN(4) == 0}
		s.ignores = endpoint != "" && !s.bare && r.IntN(2) == 0
		his := map[string]string{}
		s.before = func(call string, nth int) {
			if s.ignores && call == "delete" || s.denies && call != http.MethodHead {
				return
			}
			for _, key := range []string{"a", "b", "c", "d"} {
				switch r.IntN(4) {
				case 0:
					his[key] = fmt.Sprint("his", nth)
					s.etags[key] = his[key]
					wrote++
				case 1:
					delete(his, key)
					delete(s.etags, key)
				}
			}
		}
		results, err := s.removed(t, endpoint)
		for key, etag := range his {
			assert.Equal(t, etag, s.etags[key], "seed %d, at %q: %v, %v", seed, endpoint, results, err)
		}
	}
	assert.Greater(t, wrote, 500)
}

func TestAnETagIsSentWithoutItsQuotesWhereThoseAreTakenForAPartOfIt(t *testing.T) {
	s := &shelf{bare: true}
	results, err := s.removed(t, compatible)
	require.NoError(t, err)
	assert.Equal(t, make([]error, 3), results)
	assert.Equal(t, []string{"list", "delete", "list", "delete"}, s.calls)
	assert.Equal(t, map[string]string{"stays": "stays"}, s.etags)
}

func TestOfADeletionWhoseServerIsGoneNothingIsKnown(t *testing.T) {
	for name, when := range map[string]string{"before the look": "list", "after it": "delete"} {
		rec := &recorder{answer: func(r *http.Request, _ int) *http.Response {
			if r.URL.Query().Has("delete") || when == "list" {
				return refusal(503, "ServiceUnavailable", "")
			}
			return reply(200, nil, `<ListBucketResult><Contents><Key>k</Key><ETag>&quot;e&quot;</ETag></Contents></ListBucketResult>`)
		}}
		_, err := openRecorded(t, rec, compatible, Options{}).DeleteSeen(t.Context(), []client.Object{{At: anywhere, ETag: "e"}})
		assert.True(t, client.KindOf(err).Temporary(), "%s: %v", name, err)
		assert.Greater(t, rec.count(), 2, "%s: it is tried again", name)
	}
}

func TestWhatIsLookedForInAListingIsFoundWithoutReadingWhatLiesBetween(t *testing.T) {
	var all []string
	for i := range 10_000 {
		all = append(all, fmt.Sprintf("%05d", i))
	}
	asked := 0
	list := func(_ context.Context, _ client.Location, o client.ListOptions) (p client.Page, err error) {
		asked++
		from := max(o.After, o.Behind)
		i, found := slices.BinarySearch(all, from)
		if found {
			i++
		}
		for _, key := range all[i:min(i+10, len(all))] {
			p.Objects = append(p.Objects, client.Object{At: client.Location{Bucket: "bkt", Key: key}})
		}
		if i+10 < len(all) {
			p.Next = all[i+9]
		}
		return p, nil
	}
	v := &visit{what: map[name]int{}, found: map[name]client.Object{}, list: list, keys: []string{"00000", "00001", "04711", "07000a", "09999"}}
	for i, key := range v.keys {
		v.what[name{key: key}] = i
	}
	require.NoError(t, v.pages(t.Context()))
	assert.Len(t, v.found, 4, "one of them is gone")
	assert.Equal(t, 4, asked)
	v = &visit{what: v.what, found: map[name]client.Object{}, list: list, keys: v.keys, whole: true}
	require.NoError(t, v.pages(t.Context()))
	assert.Len(t, v.found, 4, "a server that begins where it likes is read to the end")
	assert.Equal(t, 1004, asked)
}

func TestANameJustBeforeAnotherIsNoHalfCharacter(t *testing.T) {
	for key, want := range map[string]string{
		"a": "`\U0010FFFF", "ab": "aa\U0010FFFF", "a ": "a", "\ue000": "\ud7ff\U0010FFFF", "é": "è\U0010FFFF",
		strings.Repeat("x", client.MaxKeyBytes): strings.Repeat("x", client.MaxKeyBytes-1),
	} {
		assert.Equal(t, want, justBefore(key))
	}
	assert.Equal(t, 1, shared("aé", "aè"), "they begin with the same byte")
}
