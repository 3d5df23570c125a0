package transfer

import (
	"bytes"
	"crypto/md5" //nolint:gosec // the ETag of S3
	"encoding/hex"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/memstore"
)

func TestAContentProofClaimsOnlyWhatWasCompared(t *testing.T) {
	const (
		ours  = "5d41402abc4b2a76b9719d911017c592" // MD5 of "hello"
		other = "7d793037a0760186574b0282f2f435e7" // of "world"
	)
	raw, err := hex.DecodeString(ours)
	require.NoError(t, err)
	sum := checksumOf(42)
	returned := func(c client.Checksum) client.Object { return client.Object{Checksums: []client.Checksum{c}} }
	stored := func(etag string, e client.EncryptionType) client.Object {
		return client.Object{ETag: etag, Encryption: client.Reported{Told: true, Type: e}}
	}
	silent := client.Object{}
	for name, c := range map[string]struct {
		sent Handed
		head client.Object
		want Content
	}{
		"the answer returns the checksum":        {Handed{Answer: returned(sum)}, silent, ContentChecksum},
		"HEAD returns the checksum":              {Handed{MD5: raw}, returned(sum), ContentChecksum},
		"each part's checksum came back":         {Handed{Parts: 2, Returned: true}, silent, ContentChecksum},
		"a composite one is none of the whole":   {Handed{}, returned(client.Checksum{Algorithm: client.CRC64NVME, Value: sum.Value, Composite: true}), ContentSize},
		"another algorithm":                      {Handed{}, returned(client.Checksum{Algorithm: "SHA256", Value: sum.Value}), ContentSize},
		"our own in the metadata proves nothing": {Handed{}, client.Object{Metadata: map[string]string{client.MetaChecksum: sum.Value}}, ContentSize},
		"nothing was sent":                       {Handed{}, stored(ours, client.TypeNone), ContentSize},
		"the answer's ETag is the MD5":           {Handed{MD5: raw, Answer: stored(ours, client.TypeNone)}, silent, ContentMD5},
		"HEAD's ETag is the MD5, in capitals":    {Handed{MD5: raw}, stored("5D41402ABC4B2A76B9719D911017C592", client.TypeNone), ContentMD5},
		"it is, under SSE-KMS":                   {Handed{MD5: raw}, stored(ours, client.TypeSSEKMS), ContentMD5},
		"another under SSE-KMS":                  {Handed{MD5: raw}, stored(other, client.TypeSSEKMS), ContentMD5},
		"another under DSSE-KMS":                 {Handed{MD5: raw}, stored(other, client.TypeDSSEKMS), ContentMD5},
		"another under SSE-C":                    {Handed{MD5: raw}, stored(other, client.TypeSSEC), ContentMD5},
		"another, and how it is stored not told": {Handed{MD5: raw}, client.Object{ETag: other}, ContentMD5},
		"another in the clear":                   {Handed{MD5: raw}, stored(other, client.TypeNone), ContentSize},
		"another under SSE-S3":                   {Handed{MD5: raw}, stored(other, client.TypeSSES3), ContentSize},
		"one of another shape":                   {Handed{MD5: raw}, stored("0x8DB1", client.TypeNone), ContentMD5},
		"no ETag":                                {Handed{MD5: raw}, stored("", client.TypeNone), ContentMD5},
		"parts, the ETag of their MD5s":          {Handed{MD5: raw, Parts: 3, Otherwise: true}, stored(ours+"-3", client.TypeNone), ContentMD5},
		"parts, of another number":               {Handed{MD5: raw, Parts: 3}, stored(ours+"-4", client.TypeNone), ContentMD5},
		"parts that looked otherwise":            {Handed{MD5: raw, Parts: 3, Otherwise: true}, stored("random-3", client.TypeNone), ContentSize},
		"parts named right, the whole at random": {Handed{MD5: raw, Parts: 3, Named: true}, stored(other+"-3", client.TypeNone), ContentMD5},
	} {
		c.sent.Sum = sum
		got, how, err := c.sent.content(remote, c.head)
		require.NoError(t, err, name)
		assert.Equal(t, c.want, got, name)
		assert.NotEmpty(t, how, name)
	}
	for name, o := range map[string][2]client.Object{
		"in the answer": {returned(checksumOf(43)), silent},
		"in HEAD":       {returned(sum), returned(checksumOf(43))},
	} {
		got, _, err := Handed{Sum: sum, MD5: raw, Returned: true, Answer: o[0]}.content(remote, o[1])
		assert.Equal(t, client.KindCorrupt, client.KindOf(err), name)
		assert.Equal(t, ContentNone, got, name)
	}
}

func TestWhatWasComparedOfEachPartIsNotSaidOfTheWhole(t *testing.T) {
	sum, raw := checksumOf(42), make([]byte, 16)
	for _, parts := range []Handed{{Sum: sum, Parts: 2, Returned: true}, {Sum: sum, MD5: raw, Parts: 2, Named: true}} {
		_, how, err := parts.content(remote, client.Object{ETag: "random-2"})
		require.NoError(t, err)
		assert.Contains(t, how.String(), "of each part")
	}
	both := Handed{Sum: sum, Parts: 2, Returned: true, Answer: client.Object{Checksums: []client.Checksum{sum}}}
	_, how, err := both.content(remote, client.Object{})
	require.NoError(t, err)
	assert.NotContains(t, how.String(), "part")
}

// https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity.html#large-object-checksums
func TestAnETagOfPartsIsTheMD5OfTheirMD5s(t *testing.T) {
	parts := [][]byte{bytes.Repeat([]byte{0}, minPartSize), []byte("the end")}
	var all []byte
	digests := make([]digest, len(parts))
	for i, p := range parts {
		sum := md5.Sum(p) //nolint:gosec // the ETag of S3
		all = append(all, sum[:]...)
		digests[i].md5 = sum[:]
	}
	h := Handed{MD5: wholeMD5(digests), Parts: 2}
	assert.Equal(t, fmt.Sprintf("%x-2", md5.Sum(all)), h.etag()) //nolint:gosec // the same
	digests[1].md5 = nil
	assert.Nil(t, wholeMD5(digests), "one is not known")
	assert.Empty(t, Handed{Parts: 2}.etag())
	assert.Equal(t, "d41d8cd98f00b204e9800998ecf8427e", Handed{MD5: func() []byte { s := md5.Sum(nil); return s[:] }()}.etag()) //nolint:gosec // the same
}

func TestAPartsAnswerCountsForAndAgainst(t *testing.T) {
	d := digest{crc: 1, md5: []byte("0123456789abcdef")}
	right := hex.EncodeToString(d.md5)
	for name, c := range map[string]struct {
		part                       client.Part
		returned, named, otherwise bool
	}{
		"all of it": {client.Part{ETag: right, Checksum: checksumOf(1)}, true, true, false},
		"silent":    {client.Part{}, false, false, false},
		"otherwise": {client.Part{ETag: "00000000000000000000000000000000"}, false, false, true},
		"opaque":    {client.Part{ETag: "0x8D", Checksum: checksumOf(1)}, true, false, false},
	} {
		h := Handed{Returned: true, Named: true}
		h.part(c.part, d)
		assert.Equal(t, []bool{c.returned, c.named, c.otherwise}, []bool{h.Returned, h.Named, h.Otherwise}, name)
	}
}

func TestAServerThatReturnsAnotherChecksumOfAPartHasOtherBytes(t *testing.T) {
	w := newBench(t)
	w.store.After(func(c memstore.Call, o *client.Object) error {
		if c.Op == memstore.UploadPart {
			o.Checksums = []client.Checksum{checksumOf(7)}
		}
		return nil
	})
	job, _ := w.file(2*minPartSize, client.SSES3{})
	row := w.run(job)[0]
	assert.Equal(t, Failed, row.Phase)
	assert.Equal(t, client.KindCorrupt.String(), client.KindOf(row.Err).String(), "%v", row.Err)
	assert.Empty(t, w.store.Names(remote.Bucket))
	assert.Empty(t, w.store.Open(remote.Bucket), "nothing is left open")
}

func TestAnUnknownContentProofIsRefused(t *testing.T) {
	_, err := New(Config{Store: memstore.New(memstore.Options{}), ContentProof: "sha256"})
	assert.ErrorContains(t, err, "auto, md5 and size")
}

func TestOnlyWhatIsWantedIsComputedAndSent(t *testing.T) {
	for _, c := range []struct {
		proof    ContentProof
		wants    bool
		md5, sum bool
	}{
		{ProofAuto, true, true, true},
		{ProofAuto, false, false, true},
		{ProofMD5, false, true, true},
		{ProofSize, true, false, false},
	} {
		for _, size := range []int64{1000, 2 * minPartSize} {
			store := &learnedStore{newStore(), c.wants}
			w := newBench(t, func(o *Config) { o.Store, o.ContentProof = store, c.proof })
			job, _ := w.file(size, client.SSES3{})
			row := w.run(job)[0]
			require.NoError(t, row.Err)
			bodies := store.Calls(memstore.PutObject, memstore.UploadPart)
			require.NotEmpty(t, bodies)
			for _, b := range bodies {
				assert.Equal(t, c.md5, b.Put.MD5 != "", "%v, %d bytes", c, size)
				assert.Equal(t, c.sum, b.Put.Checksum.Value != "", "%v, %d bytes", c, size)
			}
			stored, _ := store.Object(remote)
			assert.NotEmpty(t, stored.Metadata[client.MetaChecksum], "it guards later downloads")
		}
	}
}

type learnedStore struct {
	*memstore.Store
	wants bool
}

func (s *learnedStore) MD5Wanted() bool { return s.wants }
