package transfer_test

import (
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/transfer"
)

// runAll carries out jobs, every one of which must get through.
func (s *story) runAll(jobs []transfer.Job) {
	s.Helper()
	rows, err := s.engine.Submit(slices.Values(jobs))
	require.NoError(s, err)
	require.NoError(s, s.engine.Wait(s.Context()))
	for i, row := range s.engine.AppendRows(nil, rows.First, rows.N) {
		require.NoError(s, row.Err, "%q", jobs[i].At().Key)
		require.Equal(s, transfer.Done, row.Phase, "%q", jobs[i].At().Key)
	}
}

// listed are the keys of a bucket.
func (s *story) listed(bucket string) (keys []string) {
	s.Helper()
	next := ""
	for {
		page, err := s.store.List(s.Context(), client.Location{Bucket: bucket}, client.ListOptions{Recursive: true, After: next})
		require.NoError(s, err)
		for _, o := range page.Objects {
			keys = append(keys, o.At.Key)
		}
		if next = page.Next; next == "" {
			break
		}
	}
	slices.Sort(keys)
	return keys
}

// besideOnDisk lists folders below a root as KeyOf wants it.
func besideOnDisk(root string) func(string) []string {
	return func(folder string) (names []string) {
		entries, _ := os.ReadDir(filepath.Join(root, filepath.FromSlash(folder)))
		for _, e := range entries {
			name := e.Name()
			if e.IsDir() {
				name += "/"
			}
			names = append(names, name)
		}
		return names
	}
}

func TestHostileKeysOfAServerComeDownAndGoUpToAnotherBucketUnchanged(t *testing.T) {
	s := begin(t, nil)
	again := "again"
	_, err := s.stranger().CreateBucket(t.Context(), &s3.CreateBucketInput{Bucket: &again})
	require.NoError(t, err)
	keys := slices.DeleteFunc(transfer.HostileKeys(), func(k string) bool { return client.Location{Bucket: "bucket", Key: k}.CheckKey() != nil })
	require.GreaterOrEqual(t, len(keys), 300)
	for _, k := range keys {
		data := "this is " + k
		_, err := s.store.Put(t.Context(), client.Location{Bucket: "bucket", Key: k}, strings.NewReader(data), int64(len(data)), client.PutOptions{Encryption: client.SSES3{}})
		require.NoError(t, err, "%q", k)
	}
	require.Equal(t, keys, s.listed("bucket"))

	outside := t.TempDir()
	root := filepath.Join(outside, "root")
	var down []transfer.Job
	for i, name := range transfer.Names(keys) {
		down = append(down, transfer.Job{
			Op: transfer.Download, From: transfer.ObjectAt("", client.Location{Bucket: "bucket", Key: keys[i]}, ""),
			To: transfer.WriteTo(root, name), Overwrite: transfer.OverwriteSkip, Expect: transfer.Expect{Size: int64(len("this is " + keys[i]))},
		})
	}
	s.runAll(down)

	var up []transfer.Job
	beside := besideOnDisk(root)
	require.NoError(t, filepath.WalkDir(outside, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		name, err := filepath.Rel(root, path)
		require.NoError(t, err)
		require.True(t, filepath.IsLocal(name), "%q is outside", path)
		stat, err := e.Info()
		require.NoError(t, err)
		up = append(up, transfer.Job{
			Op: transfer.Upload, From: transfer.ReadFrom(path),
			To:     transfer.ObjectAt("", client.Location{Bucket: again, Key: transfer.KeyOf(filepath.ToSlash(name), beside)}, ""),
			Expect: transfer.Expect{Size: stat.Size(), Modified: stat.ModTime()}, Treatment: client.TreatmentOf(client.SSES3{}), Overwrite: transfer.OverwriteSkip,
		})
		return nil
	}))
	require.Len(t, up, len(keys), "each has a file of its own")
	s.runAll(up)
	require.Equal(t, keys, s.listed(again))
	for _, k := range keys {
		_, body, err := s.store.Get(t.Context(), client.Location{Bucket: again, Key: k}, client.ReadOptions{})
		require.NoError(t, err, "%q", k)
		got, err := io.ReadAll(body)
		require.NoError(t, err)
		require.NoError(t, body.Close())
		assert.Equal(t, "this is "+k, string(got))
	}
	t.Logf("%d keys", len(keys))
}
