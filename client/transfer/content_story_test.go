package transfer_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/s3store"
	"github.com/bucketseal/bucketseal/client/transfer"
	"github.com/bucketseal/bucketseal/mock"
)

// A middleman ends TLS in front of the server and, while it is told to, changes
// one byte of every body that is written.
type middleman struct {
	*httptest.Server
	changes atomic.Bool
}

func newMiddleman(s *story) *middleman {
	m := &middleman{}
	server, err := url.Parse(s.server.URL)
	require.NoError(s, err)
	proxy := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		r.SetURL(server)
		r.Out.Host = r.In.Host // it is signed
		if r.In.Method == http.MethodPut && m.changes.Load() {
			r.Out.Body = &changing{ReadCloser: r.Out.Body}
		}
	}, Transport: s.transport()}
	m.Server = httptest.NewTLSServer(proxy)
	s.Cleanup(m.Close)
	return m
}

// transport trusts the story's server.
func (s *story) transport() *http.Transport {
	s.Helper()
	pool := x509.NewCertPool()
	ca, err := os.ReadFile(s.server.CAFile)
	require.NoError(s, err)
	require.True(s, pool.AppendCertsFromPEM(ca))
	return &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}}
}

// stranger is another client of the same account.
func (s *story) stranger() *s3.Client {
	s.Helper()
	return s3.New(s3.Options{
		BaseEndpoint: &s.server.URL, UsePathStyle: true, Region: "us-east-1", HTTPClient: &http.Client{Transport: s.transport()},
		Credentials:                credentials.NewStaticCredentialsProvider(s.server.AccessKey, s.server.SecretKey, ""),
		RequestChecksumCalculation: aws.RequestChecksumCalculationWhenRequired,
	})
}

// lock makes a bucket whose objects may not be removed for a day.
func (s *story) lock(bucket string) {
	s.Helper()
	c := s.stranger()
	_, err := c.CreateBucket(s.Context(), &s3.CreateBucketInput{Bucket: &bucket, ObjectLockEnabledForBucket: aws.Bool(true)})
	require.NoError(s, err)
	_, err = c.PutObjectLockConfiguration(s.Context(), &s3.PutObjectLockConfigurationInput{Bucket: &bucket, ObjectLockConfiguration: &types.ObjectLockConfiguration{
		ObjectLockEnabled: types.ObjectLockEnabledEnabled,
		Rule:              &types.ObjectLockRule{DefaultRetention: &types.DefaultRetention{Mode: types.ObjectLockRetentionModeGovernance, Days: aws.Int32(1)}},
	}})
	require.NoError(s, err)
}

// changing changes the first byte.
type changing struct {
	io.ReadCloser
	done bool
}

func (c *changing) Read(p []byte) (int, error) {
	n, err := c.ReadCloser.Read(p)
	if n > 0 && !c.done {
		p[0] ^= 1
		c.done = true
	}
	return n, err
}

// through opens the story's account by way of the middleman.
func (s *story) through(m *middleman, change ...func(*transfer.Config)) *transfer.Engine {
	s.Helper()
	ca := filepath.Join(s.TempDir(), "ca.pem")
	require.NoError(s, os.WriteFile(ca, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: m.Certificate().Raw}), 0o600))
	store, err := s3store.Dial(
		client.Account{Name: "demo", Endpoint: m.URL, CAFile: ca, AccessKeyID: s.server.AccessKey},
		client.Credentials{AccessKeyID: s.server.AccessKey, Secret: client.NewSecret(s.server.SecretKey)}, s3store.Options{})
	require.NoError(s, err)
	c := transfer.Config{Store: store, Account: client.AccountRef{ID: "id of " + "demo", Name: "demo"}, PartSize: 5 << 20}
	fetch(s.keys, &c)
	for _, f := range change {
		f(&c)
	}
	engine, err := transfer.New(c)
	require.NoError(s, err)
	s.Cleanup(func() { assert.NoError(s, engine.Close(context.Background())) })
	return engine
}

func TestAByteChangedOnItsWayFailsTheUploadAtEveryServer(t *testing.T) {
	customer, err := client.NewCustomerKey(bytes.Repeat([]byte{7}, client.CustomerKeyBytes))
	require.NoError(t, err)
	for _, as := range []string{"aws", "ceph16", "minio", "plain"} {
		for _, e := range []client.Encryption{client.Inherit{}, client.SSES3{}, client.SSEKMS{Key: keyID}, client.SSEC{Key: customer}} {
			for _, size := range []int{1000, 5<<20 + 1000} {
				s := begin(t, []mock.Option{mock.As(as)})
				m := newMiddleman(s)
				s.engine = s.through(m)
				up, _ := s.upload(size, e)
				// The first file ever, and one after the server has shown its habits.
				for _, learned := range []bool{false, true} {
					if learned {
						m.changes.Store(false)
						require.NotEmpty(t, s.do(up).Receipt.Content)
						_, err := s.store.Delete(t.Context(), []client.Location{up.To.At})
						require.NoError(t, err)
					}
					m.changes.Store(true)
					row := s.do(up)
					assert.Equal(t, transfer.Failed, row.Phase)
					assert.Equal(t, client.KindCorrupt.String(), client.KindOf(row.Err).String(), "%s, %s, %d bytes: %v", as, client.TreatmentOf(e).Describe(), size, row.Err)
					assert.Nil(t, row.Receipt)
					page, err := s.store.List(t.Context(), client.Location{Bucket: "bucket"}, client.ListOptions{Recursive: true})
					require.NoError(t, err)
					assert.Empty(t, page.Objects, "%s, %s, %d bytes: nothing is left", as, client.TreatmentOf(e).Describe(), size)
				}
			}
		}
	}
}

func TestAnUploadSaysHowItsBytesWereCompared(t *testing.T) {
	for _, c := range []struct {
		as    string
		proof transfer.ContentProof
		want  transfer.Content
	}{
		{"aws", transfer.ProofAuto, transfer.ContentChecksum},
		{"minio", transfer.ProofAuto, transfer.ContentChecksum},
		{"plain", transfer.ProofAuto, transfer.ContentChecksum},
		{"ceph16", transfer.ProofAuto, transfer.ContentMD5},
		{"ceph16", transfer.ProofMD5, transfer.ContentMD5},
		{"ceph16", transfer.ProofSize, transfer.ContentSize},
		{"aws", transfer.ProofSize, transfer.ContentChecksum}, // this server makes one by itself and tells it
	} {
		for _, size := range []int{0, 1000, 5<<20 + 1000} {
			s := begin(t, []mock.Option{mock.As(c.as)}, func(o *transfer.Config) { o.ContentProof = c.proof })
			up, _ := s.upload(size, client.SSEKMS{Key: keyID})
			row := s.do(up)
			require.NotNil(t, row.Receipt, "%v: %v", c, row.Err)
			assert.Equal(t, c.want, row.Receipt.Content, "%v, %d bytes: %s", c, size, row.Receipt.Compared.String())
			if c.want == transfer.ContentMD5 {
				assert.Contains(t, row.Receipt.Compared.String(), "ETag is the MD5", "%d bytes: our arithmetic is the server's", size)
			}
		}
	}
}

func TestABodyUnderALockIsTakenSmallAndInParts(t *testing.T) {
	for _, as := range []string{"aws", "minio", "plain", "ceph16"} {
		for _, proof := range []transfer.ContentProof{transfer.ProofAuto, transfer.ProofMD5} {
			s := begin(t, []mock.Option{mock.As(as)}, func(o *transfer.Config) { o.ContentProof = proof })
			s.lock("locked")
			for _, size := range []int{10, 5<<20 + 10} {
				up, _ := s.upload(size, client.Inherit{})
				up.To.At.Bucket = "locked"
				row := s.do(up)
				require.NoError(t, row.Err, "%s, %s, %d bytes", as, proof, size)
			}
		}
	}
}
