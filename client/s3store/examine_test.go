package s3store

import (
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
)

// wentTo is how each step went, in a line.
func wentTo(t client.ConnectionTest) string {
	var all []string
	for _, s := range t.Steps {
		all = append(all, string(s.Name)+" "+string(s.Status))
	}
	return strings.Join(all, ", ")
}

// aStore is a server that has one bucket, and answers as the test wants.
func aStore(answer func(w http.ResponseWriter, r *http.Request) bool) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		switch {
		case answer != nil && answer(w, r):
		case r.Method == http.MethodHead:
			w.Header().Set("X-Amz-Bucket-Region", "nl")
		default:
			w.Header().Set("Content-Type", "application/xml")
			_, _ = w.Write([]byte(`<ListAllMyBucketsResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Owner><ID>o</ID></Owner><Buckets><Bucket><Name>reports</Name></Bucket></Buckets></ListAllMyBucketsResult>`))
		}
	}
}

func says(code string, status int) func(http.ResponseWriter, *http.Request) bool {
	return func(w http.ResponseWriter, r *http.Request) bool {
		if r.Header.Get("Authorization") == "" {
			return false
		}
		w.Header().Set("Content-Type", "application/xml")
		w.WriteHeader(status)
		_, _ = w.Write([]byte("<Error><Code>" + code + "</Code><Message>no</Message></Error>"))
		return true
	}
}

func TestTheWayToAServerIsGoneStepByStep(t *testing.T) {
	noProxies(t)
	const before = "name passed, connect passed, tls passed, "
	for name, c := range map[string]struct {
		answer   func(http.ResponseWriter, *http.Request) bool
		account  client.Account
		distrust bool
		went     string
		kind     client.Kind
		finds    string
	}{
		"all is well": {went: before + "clock passed, credentials passed, buckets passed, region passed", finds: "reports is in nl"},
		"nobody vouches for it": {
			distrust: true, kind: client.KindTLS,
			went: "name passed, connect passed, tls failed, clock skipped, credentials skipped, buckets skipped, region skipped", finds: "for example.com",
		},
		"its clock is wrong": {
			answer: func(w http.ResponseWriter, _ *http.Request) bool {
				w.Header().Set("Date", time.Now().Add(20*time.Minute).UTC().Format(http.TimeFormat))
				return false
			},
			went: before + "clock noted, credentials passed, buckets passed, region passed", finds: "clock and this computer's are",
		},
		"it does not know the key": {
			answer: says("InvalidAccessKeyId", 403), kind: client.KindBadCredentials,
			went: before + "clock passed, credentials failed, buckets skipped, region skipped",
		},
		"it does not list buckets": {
			answer: says("AccessDenied", 403),
			went:   before + "clock passed, credentials passed, buckets noted, region noted", finds: "accounts add --bucket NAME",
		},
		"it has no list of buckets": {
			answer: says("NotImplemented", 501),
			went:   before + "clock passed, credentials noted, buckets noted, region noted", finds: "does not say whether it knows the key",
		},
		"it does not tell the time": {
			answer: func(w http.ResponseWriter, _ *http.Request) bool { w.Header()["Date"] = nil; return false },
			went:   before + "clock noted, credentials passed, buckets passed, region passed", finds: "does not tell its time",
		},
		"it lists none, and some are named": {
			answer: func(w http.ResponseWriter, r *http.Request) bool {
				return r.Method == http.MethodGet && says("AccessDenied", 403)(w, r)
			},
			account: client.Account{Buckets: client.NewBucketNames("mine", "too")},
			went:    before + "clock passed, credentials passed, buckets noted, region passed", finds: "it names 2",
		},
		"the bucket is gone": {
			answer: func(w http.ResponseWriter, r *http.Request) bool {
				if r.Method != http.MethodHead {
					return false
				}
				w.WriteHeader(http.StatusNotFound)
				return true
			},
			kind: client.KindNoBucket,
			went: before + "clock passed, credentials passed, buckets passed, region failed",
		},
	} {
		t.Run(name, func(t *testing.T) {
			srv := overTLS(t, aStore(c.answer), nil)
			a := c.account
			a.Endpoint = srv.URL
			if !c.distrust {
				a.CAFile = trusting(t, srv.Certificate())
			}
			s, err := openTo(t, a, Options{Attempts: 1})
			require.NoError(t, err)
			test := s.Examine(t.Context(), "")
			assert.Equal(t, c.went, wentTo(test))
			failed, ok := test.Failed()
			assert.Equal(t, c.kind != client.KindUnknown, ok)
			if ok {
				assert.Equal(t, c.kind.String(), client.KindOf(failed.Err).String(), "%v", failed.Err)
			}
			var said strings.Builder
			for _, step := range test.Steps {
				said.WriteString(step.Said.String() + "\n")
			}
			assert.Contains(t, said.String(), c.finds)
			assert.Equal(t, Fingerprint(srv.Certificate()), test.Certificate.SHA256, "told also where it is not trusted")
			assert.Contains(t, test.Certificate.Names, "example.com")
		})
	}
}

func TestTheWayEndsWhereNobodyIs(t *testing.T) {
	noProxies(t)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	gone := l.Addr().String()
	require.NoError(t, l.Close())
	s, err := openTo(t, client.Account{Endpoint: "https://" + gone}, Options{Attempts: 1})
	require.NoError(t, err)
	test := s.Examine(t.Context(), "")
	assert.Equal(t, "name passed, connect failed, tls skipped, clock skipped, credentials skipped, buckets skipped, region skipped", wentTo(test))
	failed, _ := test.Failed()
	assert.Equal(t, client.KindNetwork.String(), client.KindOf(failed.Err).String())

	s, err = openTo(t, client.Account{Endpoint: "https://no-such-host.invalid"}, Options{Attempts: 1})
	require.NoError(t, err)
	failed, ok := s.Examine(t.Context(), "").Failed()
	require.True(t, ok)
	assert.Equal(t, client.StepResolve, failed.Name)
	assert.Equal(t, client.KindNetwork.String(), client.KindOf(failed.Err).String())
}

func TestPlainHTTPAndAProxyAreSaidOnTheWay(t *testing.T) {
	noProxies(t)
	srv := httptest.NewServer(aStore(nil)) // which is the proxy as well
	defer srv.Close()
	s, err := openTo(t, client.Account{Endpoint: srv.URL}, Options{Attempts: 1})
	require.NoError(t, err)
	test := s.Examine(t.Context(), "reports")
	assert.Equal(t, "name passed, connect passed, tls noted, clock passed, credentials passed, buckets passed, region passed", wentTo(test))
	assert.Contains(t, test.Steps[2].Said.String(), "nothing on the way is protected")

	s, err = openTo(t, client.Account{Endpoint: "http://far.example", Network: client.Network{Proxy: srv.URL}}, Options{Attempts: 1})
	require.NoError(t, err)
	test = s.Examine(t.Context(), "")
	assert.Equal(t, "name noted, connect passed, tls noted, clock passed, credentials passed, buckets passed, region passed", wentTo(test))
	assert.Contains(t, test.Steps[0].Said.String(), "far.example is asked for by the proxy 127.0.0.1")
}

func TestWhatIsToBeKnownOfRegionAndSignInIsNoted(t *testing.T) {
	noProxies(t)
	srv := httptest.NewServer(aStore(nil))
	defer srv.Close()
	s, err := openTo(t, client.Account{Endpoint: srv.URL, Region: "eu-west-1"}, Options{Attempts: 1, atAWS: true})
	require.NoError(t, err)
	test := s.Examine(t.Context(), "reports")
	assert.Equal(t, client.StepNoted, test.Steps[6].Status)
	assert.Contains(t, test.Steps[6].Said.String(), "reports is in nl, and this account signs for eu-west-1")

	barred := overTLS(t, aStore(func(w http.ResponseWriter, r *http.Request) bool {
		return r.Method == http.MethodGet && says("AccessDenied", 403)(w, r)
	}), nil)
	one, err := openTo(t, client.Account{Endpoint: barred.URL, CAFile: trusting(t, barred.Certificate())}, Options{Attempts: 1})
	require.NoError(t, err)
	test = one.Examine(t.Context(), "mine")
	assert.Equal(t, "this account may not list buckets; it names 0", test.Steps[5].Said.String(), "nothing is to be done for the bucket that was named")
	assert.Equal(t, client.StepPassed, test.Steps[6].Status)

	s.signIn, _, _ = clocked(func(int) (grant, error) {
		g := lasting(time.Hour)
		g.holds = client.SignedIn{Ends: time.Now().Add(time.Minute), Renew: "aws sso login"}
		return g, nil
	})
	test = s.Examine(t.Context(), "reports")
	assert.Equal(t, client.StepNoted, test.Steps[4].Status)
	assert.Contains(t, test.Steps[4].Said.String(), "the sign-in ends in 1 minutes; renew it with: aws sso login")
	s.signIn, _, _ = clocked(func(int) (grant, error) { return grant{}, over("profile p", "aws sso login", nil) })
	failed, _ := s.Examine(t.Context(), "reports").Failed()
	assert.Equal(t, client.StepSignIn, failed.Name)
	assert.Equal(t, client.KindExpired.String(), client.KindOf(failed.Err).String())
}
