package main

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/s3store"
	"github.com/bucketseal/bucketseal/mock"
)

func TestEachFileSaysHowItsBytesWereCompared(t *testing.T) {
	t.Parallel()
	for server, c := range map[string]struct{ up, down, size string }{
		"aws":    {"checksum", "checksum", "checksum"}, // it makes a checksum by itself
		"ceph16": {"md5", "checksum", "size"},          // and the metadata guards the download
	} {
		u := newUser(t, mock.As(server))
		u.file("a.csv", noise(1000))
		u.file("big.bin", noise(9<<20))
		for _, name := range []string{"a.csv", "big.bin"} {
			up := u.runs("cp", name, "s3://bucket/", "--json").ends(0).line()
			assert.Equal(t, c.up, up["content"], server)
			assert.NotEmpty(t, up["compared"])
			down := u.runs("cp", "s3://bucket/"+name, "back/", "--json").ends(0).line()
			assert.Equal(t, c.down, down["content"], server)
			assert.Contains(t, u.runs("cp", name, "s3://bucket/").ends(0).out, "content: "+c.up)
			assert.Contains(t, u.runs("cp", "s3://bucket/"+name, "back/").ends(0).out, "done  content: "+c.down)
			fast := u.runs("cp", name, "s3://bucket/", "--content-proof", "size", "--json").ends(0).line()
			assert.Equal(t, c.size, fast["content"], server)
		}
	}
	u := newUser(t)
	u.file("a.csv", noise(10))
	assert.Contains(t, u.runs("cp", "a.csv", "s3://bucket/", "--content-proof", "sha256").ends(2).err, "use auto, md5 or size")
}

func TestAServerThatReturnsAnotherChecksumHasOtherBytes(t *testing.T) {
	t.Parallel()
	for _, op := range []string{"PutObject", "HeadObject", "UploadPart"} {
		u := newUser(t)
		require.NoError(t, u.server.SetFaults(mock.Faults{Faults: []mock.Fault{{Op: op, Do: mock.WrongChecksum}}}))
		u.file("a.csv", noise(9<<20))
		size := "5M"
		if op == "PutObject" {
			size = "10M"
		}
		line := u.runs("cp", "a.csv", "s3://bucket/", "--part-size", size, "--json").ends(1).line()
		assert.Equal(t, "failed", line["status"], op)
		assert.Equal(t, "Corrupt", line["error"].(map[string]any)["kind"], op)
		assert.Nil(t, line["content"], op)
	}
}

func TestADownloadWithNothingToCompareItByIsCalledUnverified(t *testing.T) {
	t.Parallel()
	u := newUser(t, mock.With(withOpaqueETags(t)))
	u.stores("theirs/notes.txt", "from another program", nil)

	line := u.runs("cp", "s3://bucket/theirs/notes.txt", "back/", "--json").ends(0).line()
	assert.Equal(t, "done", line["status"])
	assert.Equal(t, "size", line["content"], "the word that scripts know")
	assert.Equal(t, "unverified: the server keeps no checksum of it; only its size was compared", line["compared"])
	assert.Nil(t, line["verdict"])
	people := u.runs("cp", "s3://bucket/theirs/notes.txt", "back/").ends(0).out
	assert.Contains(t, people, "done, unverified: the server keeps no checksum of it; only its size was compared\n")

	u.stores("theirs/more.txt", "more of it", nil)
	assert.Contains(t, u.runs("cp", "-r", "s3://bucket/theirs/", "back/").ends(0).err, "2 files: 2 unverified; ")
	kept := u.types("", "receipts", "list").ends(0).out
	assert.Equal(t, 4, strings.Count(kept, "  download  unverified        size  "), kept)

	u.file("ours.txt", []byte("ours"))
	u.runs("cp", "ours.txt", "s3://bucket/").ends(0)
	assert.NotContains(t, u.runs("cp", "s3://bucket/ours.txt", "back/").ends(0).out, "unverified", "the upload left a checksum")
}

// withOpaqueETags makes a server that keeps no checksums and whose ETags are none.
func withOpaqueETags(t *testing.T) func(*mock.Config) {
	return func(c *mock.Config) {
		p, err := mock.PersonalityNamed("ceph16")
		require.NoError(t, err)
		p.RandomETags = true
		c.Personality = p
	}
}

// stores puts an object as another program would.
func (u *user) stores(key, content string, metadata map[string]string) {
	u.t.Helper()
	store, err := s3store.Open(client.Account{Name: "other", Endpoint: u.server.URL, CAFile: u.server.CAFile, AccessKeyID: u.server.AccessKey},
		client.Credentials{Secret: client.NewSecret(u.server.SecretKey)}, s3store.Options{})
	require.NoError(u.t, err)
	_, err = store.Put(u.t.Context(), client.Location{Bucket: "bucket", Key: key}, strings.NewReader(content), int64(len(content)), client.PutOptions{
		Encryption: client.SSEKMS{Key: client.KeyID(u.server.NamedKeys()[0].ID)}, Metadata: metadata,
	})
	require.NoError(u.t, err)
}

func TestAFileWhoseChecksumAnEditMadeStaleIsTakenKnowingly(t *testing.T) {
	t.Parallel()
	u := newUser(t, mock.With(withOpaqueETags(t))) // so that nothing tells a change from damage
	u.stores("notes.txt", "two, edited", map[string]string{client.MetaChecksum: "AAAAAAAAAAA="})

	refused := u.runs("cp", "s3://bucket/notes.txt", "back/", "--json").ends(1).line()
	assert.Equal(t, "StaleChecksum", refused["error"].(map[string]any)["kind"])
	assert.Contains(t, refused["error"].(map[string]any)["hint"], "--accept-stale-checksum")
	people := u.runs("cp", "s3://bucket/notes.txt", "back/").ends(1).err
	assert.Contains(t, people, "The object was changed later, or is damaged")
	assert.NoFileExists(t, u.dir+"/back/notes.txt")

	taken := u.runs("cp", "s3://bucket/notes.txt", "back/", "--accept-stale-checksum", "--json").ends(0).line()
	assert.Equal(t, "size", taken["content"])
	assert.Contains(t, taken["compared"], "unverified: ")
	assert.Equal(t, "two, edited", string(u.read("back/notes.txt")))
}
