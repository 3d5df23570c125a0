package transfer_test

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/transfer"
	"github.com/bucketseal/bucketseal/mock"
)

// as is a personality, changed.
func as(t *testing.T, name string, change ...func(*mock.Personality)) []mock.Option {
	p, err := mock.PersonalityNamed(name)
	require.NoError(t, err)
	for _, f := range change {
		f(&p)
	}
	return []mock.Option{mock.With(func(c *mock.Config) { c.Personality = p })}
}

func randomETags(p *mock.Personality) { p.RandomETags = true }

var foreign = client.Location{Bucket: "bucket", Key: "theirs.bin"}

// stored puts an object as another client would.
func (s *story) stored(data []byte, change func(*s3.PutObjectInput)) {
	s.Helper()
	in := &s3.PutObjectInput{Bucket: &foreign.Bucket, Key: &foreign.Key, Body: bytes.NewReader(data)}
	if change != nil {
		change(in)
	}
	_, err := s.stranger().PutObject(s.Context(), in)
	require.NoError(s, err)
}

// storedInParts is an object of parts of these sizes.
func (s *story) storedInParts(algorithm types.ChecksumAlgorithm, sizes ...int) []byte {
	s.Helper()
	c := s.stranger()
	begun, err := c.CreateMultipartUpload(s.Context(), &s3.CreateMultipartUploadInput{
		Bucket: &foreign.Bucket, Key: &foreign.Key, ChecksumAlgorithm: algorithm,
	})
	require.NoError(s, err)
	var all []byte
	var parts []types.CompletedPart
	for i, size := range sizes {
		data := randomBytes(size)
		all = append(all, data...)
		in := &s3.UploadPartInput{
			Bucket: &foreign.Bucket, Key: &foreign.Key, UploadId: begun.UploadId, PartNumber: aws.Int32(int32(i + 1)), Body: bytes.NewReader(data),
			ChecksumAlgorithm: algorithm,
		}
		out, err := c.UploadPart(s.Context(), in)
		require.NoError(s, err)
		parts = append(parts, types.CompletedPart{
			PartNumber: in.PartNumber, ETag: out.ETag, ChecksumSHA256: out.ChecksumSHA256, ChecksumSHA1: out.ChecksumSHA1,
			ChecksumCRC32: out.ChecksumCRC32, ChecksumCRC32C: out.ChecksumCRC32C,
		})
	}
	_, err = c.CompleteMultipartUpload(s.Context(), &s3.CompleteMultipartUploadInput{
		Bucket: &foreign.Bucket, Key: &foreign.Key, UploadId: begun.UploadId, MultipartUpload: &types.CompletedMultipartUpload{Parts: parts},
	})
	require.NoError(s, err)
	return all
}

func randomBytes(n int) []byte {
	data := make([]byte, n)
	_, _ = rand.NewChaCha8(sha256.Sum256([]byte(fmt.Sprint(n)))).Read(data) // never fails
	return data
}

// fetched downloads the foreign object; the file is nil when there is none.
func (s *story) fetched(change ...func(*transfer.Job)) (transfer.Row, []byte) {
	s.Helper()
	j := transfer.Job{Op: transfer.Download, From: transfer.ObjectAt("", foreign, ""), To: transfer.WriteTo(s.TempDir(), "back.bin"), Overwrite: transfer.OverwriteSkip}
	for _, f := range change {
		f(&j)
	}
	row := s.do(j)
	got, err := os.ReadFile(filepath.Join(j.To.Root, j.To.Name))
	if err != nil {
		entries, err := os.ReadDir(j.To.Root)
		require.NoError(s, err)
		assert.Empty(s, entries, "not even a part is left")
		return row, nil
	}
	return row, got
}

func (s *story) damage() {
	s.Helper()
	require.NoError(s, s.server.SetFaults(mock.Faults{Faults: []mock.Fault{{Op: "GetObject", Do: mock.FlipBit, Bytes: 3}}}))
}

// whole says that the download is done, equal and compared so; and that it
// fails, and leaves nothing, when a bit of it changes on its way.
func (s *story) whole(data []byte, want transfer.Content, how string) {
	s.Helper()
	row, got := s.fetched()
	require.NoError(s, row.Err)
	assert.True(s, bytes.Equal(data, got))
	assert.Equal(s, want, row.Receipt.Content, row.Receipt.Compared.String())
	assert.Contains(s, row.Receipt.Compared.String(), how)
	s.damage()
	row, got = s.fetched()
	assert.Equal(s, transfer.Failed, row.Phase)
	assert.Equal(s, client.KindCorrupt.String(), client.KindOf(row.Err).String(), "%v", row.Err)
	assert.Nil(s, got)
	assert.Nil(s, row.Receipt)
}

func TestTheChecksumAnotherClientStoredIsCompared(t *testing.T) {
	data := randomBytes(5<<20 + 1000) // in two ranges, which nobody below compares
	for _, a := range []types.ChecksumAlgorithm{"CRC32", "CRC32C", "CRC64NVME", "SHA1", "SHA256", "SHA512"} {
		for _, server := range []string{"aws", "minio", "plain"} {
			t.Run(string(a)+" at "+server, func(t *testing.T) {
				s := begin(t, as(t, server))
				s.stored(data, func(in *s3.PutObjectInput) { in.ChecksumAlgorithm = a })
				s.whole(data, transfer.ContentChecksum, "("+string(a)+")")
			})
		}
	}
}

func TestAChecksumOfPartsIsComparedWhereThePartsAreTold(t *testing.T) {
	const mib = 1 << 20
	for name, sizes := range map[string][]int{"equal": {5 * mib, 5 * mib, 5 * mib, 100}, "uneven": {6 * mib, 5 * mib, 7 * mib, 1}, "one": {1000}} {
		for _, a := range []types.ChecksumAlgorithm{"SHA256", "CRC32"} {
			t.Run(name+" "+string(a), func(t *testing.T) {
				s := begin(t, nil)
				data := s.storedInParts(a, sizes...)
				s.whole(data, transfer.ContentChecksum, fmt.Sprintf("%s of %d parts", a, len(sizes)))
			})
		}
	}
}

func TestAChecksumOfPartsThatAreNotToldIsSaidNotToBeCompared(t *testing.T) {
	s := begin(t, as(t, "aws", func(p *mock.Personality) { p.IgnorePartNumber = true }))
	data := s.storedInParts("SHA256", 5<<20, 100)
	row, got := s.fetched()
	require.NoError(t, row.Err)
	assert.True(t, bytes.Equal(data, got))
	assert.Equal(t, transfer.ContentSize, row.Receipt.Content)
	assert.Contains(t, row.Receipt.Compared.String(), "composite (SHA256)")
	assert.Contains(t, row.Receipt.Compared.String(), "unverified: ")
}

func TestAnETagThatIsAnMD5IsComparedWhereThereIsNoChecksum(t *testing.T) {
	data := randomBytes(6 << 20) // in two ranges
	s := begin(t, as(t, "ceph16"))
	s.stored(data, nil)
	s.whole(data, transfer.ContentMD5, "ETag")

	s = begin(t, as(t, "aws", func(p *mock.Personality) { p.NoChecksums = true }))
	data = s.storedInParts("", 5<<20, 100)
	row, got := s.fetched()
	require.NoError(t, row.Err)
	assert.True(t, bytes.Equal(data, got))
	assert.Equal(t, transfer.ContentMD5, row.Receipt.Content)
	assert.Contains(t, row.Receipt.Compared.String(), "of 2 parts")
}

func TestAnETagIsNoMD5UnderAKeyOfKMS(t *testing.T) {
	data := randomBytes(1000)
	s := begin(t, as(t, "aws", func(p *mock.Personality) { p.NoChecksums = true })) // the ETag is random under SSE-KMS
	s.stored(data, func(in *s3.PutObjectInput) {
		in.ServerSideEncryption, in.SSEKMSKeyId = types.ServerSideEncryptionAwsKms, aws.String(string(keyID))
	})
	row, got := s.fetched()
	require.NoError(t, row.Err)
	assert.True(t, bytes.Equal(data, got))
	assert.Equal(t, transfer.ContentSize, row.Receipt.Content)
}

func TestAServerWhoseETagsAreNoMD5sCanBeDownloadedFromKnowingly(t *testing.T) {
	data := randomBytes(1000)
	s := begin(t, as(t, "ceph16", randomETags))
	s.stored(data, nil)
	row, got := s.fetched()
	assert.Equal(t, client.KindCorrupt.String(), client.KindOf(row.Err).String(), "%v", row.Err)
	assert.Nil(t, got)
	row, got = s.fetched(func(j *transfer.Job) { j.AcceptStale = true })
	require.NoError(t, row.Err)
	assert.True(t, bytes.Equal(data, got))
	assert.Equal(t, transfer.ContentSize, row.Receipt.Content)
	assert.Contains(t, row.Receipt.Compared.String(), "accepted")
}

// edited is an object of ours that another client changed, keeping its metadata.
func (s *story) edited(e client.Encryption) []byte {
	s.Helper()
	up, _ := s.upload(1000, e)
	up.To.At = foreign
	row := s.do(up)
	require.NotNil(s, row.Receipt, "%v", row.Err)
	head, err := s.store.Head(s.Context(), foreign, client.ReadOptions{})
	require.NoError(s, err)
	data := randomBytes(2000)
	s.stored(data, func(in *s3.PutObjectInput) {
		in.Metadata = head.Metadata
		if k, ok := e.(client.SSEKMS); ok {
			in.ServerSideEncryption, in.SSEKMSKeyId = types.ServerSideEncryptionAwsKms, aws.String(string(k.Key))
		}
	})
	return data
}

func TestAChecksumThatAnEditMadeStaleIsToldFromDamage(t *testing.T) {
	for _, server := range []string{"aws", "minio", "plain", "ceph16"} {
		for _, e := range []client.Encryption{client.Inherit{}, client.SSEKMS{Key: keyID}} {
			if client.TypeOf(e) == client.TypeSSEKMS && server == "minio" {
				continue // MinIO keeps no checksum of its own, and its ETag is no MD5 under a key
			}
			s := begin(t, as(t, server))
			data := s.edited(e)
			row, got := s.fetched()
			require.NoError(t, row.Err, "%s, %s", server, client.TreatmentOf(e).Describe())
			assert.True(t, bytes.Equal(data, got))
			assert.NotEqual(t, transfer.ContentSize, row.Receipt.Content)
			assert.Contains(t, row.Receipt.Compared.String(), "stale", "%s, %s", server, client.TreatmentOf(e).Describe())
			s.damage()
			row, got = s.fetched()
			assert.Equal(t, transfer.Failed, row.Phase, "%s, %s", server, client.TreatmentOf(e).Describe())
			assert.Nil(t, got)
		}
	}
}

func TestAChangeThatNothingTellsFromDamageIsDownloadedOnlyKnowingly(t *testing.T) {
	for name, server := range map[string][]mock.Option{"ceph16": as(t, "ceph16", randomETags), "minio": as(t, "minio")} {
		e := client.SSEKMS{Key: keyID}
		s := begin(t, server)
		t.Log(name)
		data := s.edited(e)
		row, got := s.fetched()
		assert.Equal(t, client.KindStaleChecksum.String(), client.KindOf(row.Err).String(), "%v", row.Err)
		assert.Nil(t, got)
		for _, words := range []string{"changed the object later", "damaged"} {
			assert.ErrorContains(t, row.Err, words)
		}
		row, got = s.fetched(func(j *transfer.Job) { j.AcceptStale = true })
		require.NoError(t, row.Err)
		assert.True(t, bytes.Equal(data, got))
		assert.Equal(t, transfer.ContentSize, row.Receipt.Content)
		assert.Contains(t, row.Receipt.Compared.String(), "accepted")
	}
}

func TestTheServersOwnChecksumIsNeverSetAside(t *testing.T) {
	s := begin(t, nil)
	s.stored(randomBytes(5<<20+1000), nil) // in two ranges, which nobody below compares
	s.damage()
	row, got := s.fetched(func(j *transfer.Job) { j.AcceptStale = true })
	assert.Equal(t, client.KindCorrupt.String(), client.KindOf(row.Err).String(), "%v", row.Err)
	assert.Nil(t, got)
}
