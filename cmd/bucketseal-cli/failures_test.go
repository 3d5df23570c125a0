package main

import (
	"fmt"
	"os"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/mock"
)

func TestTheSameFailureIsSaidOnceAndCounted(t *testing.T) {
	t.Parallel()
	u := newUser(t)
	for i := range 30 {
		u.file(fmt.Sprintf("n/%02d", i), []byte("x"))
	}
	require.NoError(t, u.server.SetFaults(mock.Faults{Faults: []mock.Fault{{Op: "PutObject", Do: mock.AnswerStatus, Status: 403, Code: "AccessDenied"}}}))
	r := u.runs("cp", "-r", "n", "s3://bucket/n/").ends(1)
	assert.Empty(t, r.out)
	assert.Equal(t, mostFailures, strings.Count(r.err, "FAILED "))
	assert.Equal(t, 1, strings.Count(r.err, "\nbucketseal-cli: This account may not do that"), r.err)
	assert.Equal(t, mostFailures-1, strings.Count(r.err, "  As before: This account may not do that (PutObject, AccessDenied)\n"))
	assert.Contains(t, r.err, "30 files are not done; --json names them all, and the first 20 are above:\n  30: This account may not do that (PutObject, AccessDenied)\n")
	assert.Contains(t, r.err, "\n30 files: 30 failed; 0 B in ")

	quiet := u.runs("cp", "-r", "n", "s3://bucket/n/", "--quiet").ends(1)
	assert.Equal(t, mostFailures, strings.Count(quiet.err, "FAILED "))
	assert.NotContains(t, quiet.err, "30 files: ")

	lines := u.runs("cp", "-r", "n", "s3://bucket/n/", "--json").ends(1).lines()
	assert.Len(t, lines, 30, "each file has its line")
}

func TestFailuresAreTheSameWhateverTheFileIsCalled(t *testing.T) {
	t.Parallel()
	at := func(key string, kind client.Kind, err error) error {
		return &client.Error{Op: "open", Kind: kind, At: client.Location{Bucket: "b", Key: key}, Err: err}
	}
	full := func(name string) error { return &os.PathError{Op: "write", Path: name, Err: syscall.ENOSPC} }
	var f failures
	for _, c := range []struct {
		err   error
		first bool
	}{
		{at("a", client.KindLocal, full("a")), true},
		{at("b", client.KindLocal, full("b")), false},
		{at("a", client.KindLocal, &os.PathError{Op: "write", Path: "a", Err: syscall.EIO}), true},
		{at("a", client.KindCorrupt, client.Say("%d bytes of %d came", 1, 2).Err()), true},
		{at("b", client.KindCorrupt, client.Say("%d bytes of %d came", 3, 4).Err()), false},
		{at("b", client.KindCorrupt, client.Say("another object's bytes came").Err()), true},
	} {
		_, first, named := f.add(c.err)
		assert.Equal(t, c.first, first, "%v", c.err)
		assert.True(t, named)
	}
	corrupt := titleOf(at("a", client.KindCorrupt, client.Say("x").Err()))
	assert.Contains(t, f.sum(), "6 files are not done:\n  3: "+titleOf(at("a", client.KindLocal, full("a")))+"\n  3: "+corrupt+"\n", "a title stands once")
	for i := range 100 {
		_, first, named := f.add(&client.Error{Op: fmt.Sprint("Op", i), Kind: client.KindDenied})
		assert.Equal(t, i < mostKinds-4 || i == mostKinds-4, first, i)
		assert.Equal(t, i < mostFailures-6, named, i)
	}
	assert.Contains(t, f.sum(), "84: other failures")
	var one failures
	one.add(at("a", client.KindLocal, full("a")))
	assert.Empty(t, one.sum(), "it was said in full")
}

func TestSeveralFilesEndInOneLineThatCountsThem(t *testing.T) {
	t.Parallel()
	u := newUser(t)
	u.file("n/a", noise(1000))
	u.file("n/b", noise(3096))
	u.runs("rules", "add", "--key", "n/a", "--type", "s3").ends(0)
	r := u.runs("cp", "-r", "n", "s3://bucket/n").ends(0)
	assert.Contains(t, r.err, "2 files: 1 verified, 1 nothing asked of their encryption; 4.0 KiB in ")
	assert.Equal(t, 2, strings.Count(r.out, "\n"), "a line for each file, and no other")
	r = u.runs("cp", "-r", "s3://bucket/n", "back").ends(0)
	assert.Contains(t, r.err, "2 files: 2 verified; 4.0 KiB in ")
	r = u.runs("cp", "-r", "n", "s3://bucket/n", "--overwrite", "skip").ends(0)
	assert.Contains(t, r.err, "2 files: 2 skipped; 0 B in ")
	for _, args := range [][]string{{"n", "s3://bucket/n", "--quiet"}, {"n", "s3://bucket/n", "--json"}, {"n/a", "s3://bucket/n/a"}} {
		assert.Empty(t, u.runs(append([]string{"cp", "-r"}, args...)...).ends(0).err, "%q", args)
	}
}
