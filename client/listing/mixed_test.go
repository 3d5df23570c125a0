package listing_test

import (
	"bytes"
	"crypto/tls"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"slices"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/listing"
	"github.com/bucketseal/bucketseal/client/s3store"
	"github.com/bucketseal/bucketseal/mock"
)

// A mixer stands before a server and gives to some calls of a listing the answer to
// the one before, as a cache does that takes the calls for one.
type mixer struct {
	mu     sync.Mutex
	nth    int // of the calls but the first is given another's answer; 0 gives each its own
	calls  int
	mixed  int
	latest map[bool][]byte // of versions, and of objects
}

func (m *mixer) answered(r *http.Response) error {
	q := r.Request.URL.Query()
	goesOn := q.Has("start-after") || q.Has("continuation-token") || q.Has("key-marker")
	if r.Request.Method != http.MethodGet || r.StatusCode != http.StatusOK || !goesOn {
		return nil
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	own, versions := body, q.Has("versions")
	if m.calls++; m.nth > 0 && m.calls%m.nth == 0 && m.latest[versions] != nil {
		body, m.mixed = m.latest[versions], m.mixed+1
	}
	m.latest[versions] = own
	r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	r.Header.Set("Content-Length", fmt.Sprint(len(body)))
	return nil
}

// begin has a listing begin, of whose calls one of so many is given another's answer.
func (m *mixer) begin(nth int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.nth, m.calls, m.mixed, m.latest = nth, 0, 0, map[bool][]byte{}
}

// before gives the address of a mixer that stands before a server.
func (m *mixer) before(t *testing.T, server *mock.Endpoint) string {
	t.Helper()
	to, err := url.Parse(server.URL)
	require.NoError(t, err)
	proxy := &httputil.ReverseProxy{
		Rewrite:        func(r *httputil.ProxyRequest) { r.SetURL(to); r.Out.Host = r.In.Host },
		ModifyResponse: m.answered,
		ErrorLog:       log.New(io.Discard, "", 0),
		Transport:      &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}, //nolint:gosec // a server of this test
	}
	front := httptest.NewServer(proxy)
	t.Cleanup(front.Close)
	return front.URL
}

func TestNamesAreNotLostToAnAnswerThatBelongsToAnotherCallOfTheListing(t *testing.T) {
	server, m := mock.Start(t, mock.As("aws")), &mixer{latest: map[bool][]byte{}}
	account := client.Account{Name: "mixed", Endpoint: m.before(t, server), AccessKeyID: server.AccessKey}
	store, err := s3store.Dial(account, client.Credentials{AccessKeyID: server.AccessKey, Secret: client.NewSecret(server.SecretKey)}, s3store.Options{})
	require.NoError(t, err)
	require.NoError(t, store.MakeBucket(t.Context(), "bkt"))
	keys := filled("flat, random", 400, 1).keys
	var group errgroup.Group
	group.SetLimit(8)
	for _, key := range keys {
		group.Go(func() error {
			at := client.Location{Bucket: "bkt", Key: key}
			_, err := store.Put(t.Context(), at, bytes.NewReader(nil), 0, client.PutOptions{Encryption: client.Inherit{}})
			return err
		})
	}
	require.NoError(t, group.Wait())
	versions, ok := client.As[client.Versions](store)
	require.True(t, ok)
	for nth := range 12 {
		for _, o := range []listing.Options{{}, {Versions: true}} {
			m.begin(nth)
			var got []string
			var wrong error
			for x, err := range listing.Everything(t.Context(), small{store, versions, 10}, everywhere, o) {
				if wrong = err; err == nil {
					got = append(got, x.At.Key)
				}
			}
			slices.Sort(got)
			switch {
			case wrong != nil:
				require.ErrorIs(t, wrong, client.ErrAnotherCall, "one of %d, %+v", nth, o)
				assert.Positive(t, m.mixed)
			default:
				assert.True(t, slices.Equal(keys, got), "one of %d, %+v: %d of %d names, and no error; %d answers mixed up", nth, o, len(got), len(keys), m.mixed)
			}
			t.Logf("one of %d, versions %v: %d mixed up, %v", nth, o.Versions, m.mixed, wrong)
		}
	}
}
