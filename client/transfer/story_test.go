package transfer_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/flow"
	"github.com/bucketseal/bucketseal/client/s3store"
	"github.com/bucketseal/bucketseal/client/transfer"
	"github.com/bucketseal/bucketseal/mock"
)

// The engine against a server that speaks S3 over TLS and really encrypts.

const keyID = client.KeyID("11111111-2222-3333-4444-555555555555")

type story struct {
	*testing.T
	server *mock.Endpoint
	store  client.Store
	engine *transfer.Engine
	keys   *sync.Map // SSE-C keys of uploads, by their MD5
}

// fetch makes an engine fetch the keys that uploads of a story have.
func fetch(keys *sync.Map, c *transfer.Config) {
	c.CustomerKey = func(_ context.Context, md5 string) (client.CustomerKey, error) {
		key, ok := keys.Load(md5)
		if !ok {
			return client.CustomerKey{}, errors.New("no such key")
		}
		return key.(client.CustomerKey), nil
	}
}

func begin(t *testing.T, o []mock.Option, change ...func(*transfer.Config)) *story {
	o = append(o, mock.With(func(c *mock.Config) {
		c.Keys = append([]mock.KeySpec{{ID: string(keyID), Alias: "alias/demo"}}, c.Keys...)
	}))
	server := mock.Start(t, o...)
	store, err := s3store.Dial(
		client.Account{Name: "demo", Endpoint: server.URL, CAFile: server.CAFile, AccessKeyID: server.AccessKey, KMSEndpoint: server.URL},
		client.Credentials{AccessKeyID: server.AccessKey, Secret: client.NewSecret(server.SecretKey)}, s3store.Options{})
	require.NoError(t, err)
	c := transfer.Config{Store: store, Account: client.AccountRef{ID: "id of " + "demo", Name: "demo"}, PartSize: 5 << 20, DescribeKey: store.(client.Keys).DescribeKey}
	keys := &sync.Map{}
	fetch(keys, &c)
	for _, f := range change {
		f(&c)
	}
	engine, err := transfer.New(c)
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, engine.Close(context.Background())) })
	return &story{t, server, store, engine, keys}
}

func (s *story) do(j transfer.Job) transfer.Row {
	s.Helper()
	rows, err := s.engine.Submit(slices.Values([]transfer.Job{j}))
	require.NoError(s, err)
	require.NoError(s, s.engine.Wait(s.Context()))
	row, ok := s.engine.Nth(rows.First)
	require.True(s, ok)
	return row
}

func (s *story) upload(size int, e client.Encryption) (transfer.Job, []byte) {
	s.Helper()
	data := make([]byte, size)
	_, _ = rand.NewChaCha8(sha256.Sum256([]byte(s.Name()))).Read(data) // never fails
	path := filepath.Join(s.TempDir(), "data.bin")
	require.NoError(s, os.WriteFile(path, data, 0o600))
	if c, ok := e.(client.SSEC); ok {
		s.keys.Store(c.Key.MD5(), c.Key)
	}
	return transfer.Job{
		Op: transfer.Upload, From: transfer.ReadFrom(path), To: transfer.ObjectAt("", client.Location{Bucket: "bucket", Key: "資料/data.bin"}, ""),
		Expect: transfer.Expect{Size: int64(size)}, Treatment: client.TreatmentOf(e), Overwrite: transfer.OverwriteAlways,
	}, data
}

func (s *story) download(of transfer.Job) transfer.Job {
	j := transfer.Job{Op: transfer.Download, From: transfer.ObjectAt("", of.To.At, ""), To: transfer.WriteTo(s.TempDir(), "back.bin"), Overwrite: transfer.OverwriteSkip}
	j.From.CustomerKeyMD5 = of.Treatment.CustomerKeyMD5
	return j
}

func TestFilesGoUpAreProvedAndComeBackEqual(t *testing.T) {
	customer, err := client.NewCustomerKey(bytes.Repeat([]byte{7}, client.CustomerKeyBytes))
	require.NoError(t, err)
	for _, e := range []client.Encryption{
		client.SSES3{}, client.SSEKMS{Key: keyID}, client.SSEKMS{Key: "alias/demo"}, client.SSEC{Key: customer},
	} {
		t.Run(client.TreatmentOf(e).Describe().String(), func(t *testing.T) {
			s := begin(t, nil)
			for _, size := range []int{0, 1024, 20<<20 + 3} {
				up, data := s.upload(size, e)
				row := s.do(up)
				require.NoError(t, row.Err)
				assert.Equal(t, transfer.Done, row.Phase)
				assert.Equal(t, transfer.Verified, row.Receipt.Verdict, row.Receipt.Why.String())
				assert.EqualValues(t, size, row.Sent)

				down := s.download(up)
				row = s.do(down)
				require.NoError(t, row.Err)
				assert.Contains(t, row.Receipt.Why.String(), "checksum agree", "by what the upload left in the metadata")
				assert.EqualValues(t, size, row.Sent)
				got, err := os.ReadFile(filepath.Join(down.To.Root, down.To.Name))
				require.NoError(t, err)
				assert.True(t, bytes.Equal(data, got))
			}
		})
	}
}

func TestAServerThatLiesIsFoundOut(t *testing.T) {
	const without = "the server stored the file without encryption"
	fault := func(f mock.Fault) func(*story) {
		return func(s *story) { require.NoError(s, s.server.SetFaults(mock.Faults{Faults: []mock.Fault{f}})) }
	}
	for _, c := range []struct {
		name    string
		options []mock.Option
		fault   func(*story)
		asked   client.Encryption
		verdict transfer.Verdict
		text    string
	}{
		{"drops the headers", nil, fault(mock.Fault{Do: mock.DropSSEHeaders}), client.SSEKMS{Key: keyID}, transfer.NotEncrypted, without},
		{"none on HEAD", nil, fault(mock.Fault{Op: "HeadObject", Do: mock.DropSSEHeaders}), client.SSES3{}, transfer.NotEncrypted, without},
		{"stores plain", nil, fault(mock.Fault{Do: mock.StorePlain}), client.SSEKMS{Key: keyID}, transfer.NotEncrypted, without},
		{"stores plain and claims", nil, fault(mock.Fault{Do: mock.StorePlain, Echo: true}), client.SSEKMS{Key: keyID}, transfer.NotEncrypted, without},
		{
			"another key", nil, fault(mock.Fault{Do: mock.OtherKey, KeyID: "99999999-2222-3333-4444-555555555555"}),
			client.SSEKMS{Key: keyID},
			transfer.OtherKey, "encrypted with another key",
		},
		{"downgrades", nil, fault(mock.Fault{Do: mock.OtherType, Method: "AES256"}), client.SSEKMS{Key: keyID}, transfer.OtherKey, "in another way than asked"},
		{
			"names no key", nil, fault(mock.Fault{Do: mock.DropSSEHeaders, Header: "x-amz-server-side-encryption-aws-kms-key-id"}),
			client.SSEKMS{Key: keyID},
			transfer.KeyNotReported, "does not say with which key",
		},
		{"is plain", []mock.Option{mock.As("plain")}, nil, client.SSEKMS{Key: keyID}, transfer.NotEncrypted, without},
		{"Ceph 16 and SSE-S3", []mock.Option{mock.As("ceph16")}, nil, client.SSES3{}, transfer.NotEncrypted, without},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := begin(t, c.options)
			if c.fault != nil {
				c.fault(s)
			}
			for _, size := range []int{1024, 6 << 20} {
				up, _ := s.upload(size, c.asked)
				row := s.do(up)
				assert.Equal(t, transfer.Failed, row.Phase)
				assert.Equal(t, client.KindEncryptionNotAsAsked, client.KindOf(row.Err), "%v", row.Err)
				require.ErrorContains(t, row.Err, c.text)
				require.NotNil(t, row.Receipt)
				assert.Equal(t, c.verdict, row.Receipt.Verdict)
			}
		})
	}
}

// The answer to PutObject names an encryption wherever there is one; those to
// a beginning, a part and a completion may keep quiet, and HEAD is believed.
func TestWhatOneAnswerDropsOrClaims(t *testing.T) {
	other := "99999999-2222-3333-4444-555555555555"
	for _, c := range []struct {
		fault   mock.Fault
		size    int
		verdict transfer.Verdict
	}{
		{mock.Fault{Op: "PutObject", Do: mock.DropSSEHeaders}, 1024, transfer.NotEncrypted},
		{mock.Fault{Op: "PutObject", Do: mock.OtherKey, KeyID: other}, 1024, transfer.OtherKey},
		{mock.Fault{Op: "CreateMultipartUpload", Do: mock.DropSSEHeaders}, 6 << 20, transfer.Verified},
		{mock.Fault{Op: "CreateMultipartUpload", Do: mock.OtherKey, KeyID: other}, 6 << 20, transfer.OtherKey},
		{mock.Fault{Op: "UploadPart", Do: mock.DropSSEHeaders}, 6 << 20, transfer.Verified},
		{mock.Fault{Op: "UploadPart", Nth: 2, Do: mock.OtherKey, KeyID: other}, 6 << 20, transfer.OtherKey},
		{mock.Fault{Op: "UploadPart", Do: mock.OtherType, Method: "AES256"}, 6 << 20, transfer.OtherKey},
		{mock.Fault{Op: "CompleteMultipartUpload", Do: mock.DropSSEHeaders}, 6 << 20, transfer.Verified},
		{mock.Fault{Op: "CompleteMultipartUpload", Do: mock.OtherKey, KeyID: other}, 6 << 20, transfer.OtherKey},
		{mock.Fault{Op: "HeadObject", Do: mock.DropSSEHeaders}, 6 << 20, transfer.NotEncrypted},
		{mock.Fault{Op: "HeadObject", Do: mock.OtherKey, KeyID: other}, 6 << 20, transfer.OtherKey},
	} {
		s := begin(t, nil)
		require.NoError(t, s.server.SetFaults(mock.Faults{Faults: []mock.Fault{c.fault}}))
		up, _ := s.upload(c.size, client.SSEKMS{Key: keyID})
		row := s.do(up)
		require.NotNil(t, row.Receipt, "%+v: %v", c.fault, row.Err)
		assert.Equal(t, c.verdict, row.Receipt.Verdict, "%+v: %s", c.fault, row.Receipt.Why.String())
		assert.Equal(t, c.verdict == transfer.Verified, row.Phase == transfer.Done, "%+v", c.fault)
	}
}

func TestABrokenConnectionIsContinuedAndAFlippedBitRefused(t *testing.T) {
	s := begin(t, nil)
	up, data := s.upload(6<<20, client.SSEKMS{Key: keyID})
	require.NoError(t, s.do(up).Err)

	require.NoError(t, s.server.SetFaults(mock.Faults{Faults: []mock.Fault{{Op: "GetObject", Do: mock.Cut, Bytes: 1 << 20, Count: 2}}}))
	down := s.download(up)
	row := s.do(down)
	require.NoError(t, row.Err)
	assert.EqualValues(t, len(data), row.Sent)
	got, err := os.ReadFile(filepath.Join(down.To.Root, down.To.Name))
	require.NoError(t, err)
	assert.True(t, bytes.Equal(data, got))

	require.NoError(t, s.server.SetFaults(mock.Faults{Faults: []mock.Fault{{Op: "GetObject", Do: mock.FlipBit, Bytes: 1000}}}))
	down = s.download(up)
	row = s.do(down)
	assert.Equal(t, client.KindCorrupt, client.KindOf(row.Err), "%v", row.Err)
	left, err := os.ReadDir(down.To.Root)
	require.NoError(t, err)
	assert.Empty(t, left)
}

func TestAStoppedUploadLeavesNothingOnTheServer(t *testing.T) {
	opened := make(chan client.Upload, 1)
	s := begin(t, nil, func(c *transfer.Config) {
		c.Pace = flow.NewPace(flow.Rates{All: 2 << 20})
		c.Store = watched{c.Store, opened}
	})
	changed := make(chan struct{}, 1)
	s.engine.Notify(changed)
	up, _ := s.upload(20<<20, client.SSEKMS{Key: keyID})
	rows, err := s.engine.Submit(slices.Values([]transfer.Job{up}))
	require.NoError(t, err)
	u := <-opened
	for row, _ := s.engine.Nth(rows.First); row.Sent == 0; row, _ = s.engine.Nth(rows.First) {
		<-changed
	}
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	require.NoError(t, s.engine.Close(ctx))
	row, _ := s.engine.Nth(rows.First)
	assert.Equal(t, transfer.Cancelled, row.Phase)
	_, err = s.store.Parts(t.Context(), u)
	assert.Equal(t, client.KindNoUpload, client.KindOf(err), "%v", err)
	_, err = s.store.Head(t.Context(), up.To.At, client.ReadOptions{})
	assert.Equal(t, client.KindNotFound, client.KindOf(err))
}

// watched tells which upload was begun.
type watched struct {
	client.Store
	opened chan client.Upload
}

func (w watched) CreateUpload(ctx context.Context, at client.Location, o client.PutOptions) (client.Upload, client.Object, error) {
	u, object, err := w.Store.CreateUpload(ctx, at, o)
	w.opened <- u
	return u, object, err
}

func TestAnUnknownKeyIsSaidToBeUnknown(t *testing.T) {
	s := begin(t, nil)
	up, _ := s.upload(1024, client.SSEKMS{Key: "00000000-2222-3333-4444-555555555555"})
	row := s.do(up)
	assert.Equal(t, client.KindKeyUnknown, client.KindOf(row.Err), "%v", row.Err)
	assert.Nil(t, row.Receipt)
}

func TestPlaintextOfADownloadIsTheObjectsAlsoForForeignUploads(t *testing.T) {
	// Another client left no checksum of ours: the size is all there is to compare.
	s := begin(t, nil)
	at := client.Location{Bucket: "bucket", Key: "foreign"}
	text := strings.Repeat("from elsewhere ", 1000)
	_, err := s.store.Put(t.Context(), at, strings.NewReader(text), int64(len(text)), client.PutOptions{Encryption: client.SSES3{}})
	require.NoError(t, err)
	down := s.download(transfer.Job{To: transfer.ObjectAt("", at, "")})
	row := s.do(down)
	require.NoError(t, row.Err)
	f, err := os.Open(filepath.Join(down.To.Root, down.To.Name))
	require.NoError(t, err)
	got, err := io.ReadAll(f)
	require.NoError(t, err)
	require.NoError(t, f.Close())
	assert.Equal(t, text, string(got))
	assert.Contains(t, row.Receipt.Why.String(), "size and checksum agree")
}
