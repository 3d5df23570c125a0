package main

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"strings"
	"testing"

	"github.com/minio/minio-go/v7"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/mock"
)

const errandsVariable = "BUCKETSEAL_KILL_ERRANDS" // as killsVariable, of errands

// An errand is a command about what is in the store, killed at random moments. What is
// below a prefix of its own is the source, and another one the target.
type errand struct {
	name    string
	args    func(from, to string) []string
	resume  []string // goes on with what was planned, nil where nothing does
	removes bool     // the sources, once they are where they belong
	deletes bool     // them, and there are no targets
}

// errands are those of one account and of two. A new command joins by a row here.
func (k *killing) errands() []errand {
	here, both := k.global, []string{"--account-from", "old", "--account-to", "new", "--sse", "kms", "--kms-key", k.server.NamedKeys()[0].ID}
	with := func(flags []string, args ...string) []string { return append(args, flags...) }
	return []errand{
		{name: "copy", args: func(from, to string) []string { return with(here, "cp", "-r", from, to, "--overwrite", "skip") }, resume: with(here, "uploads", "resume")},
		{name: "move", args: func(from, to string) []string { return with(here, "mv", "-r", from, to) }, resume: with(here, "uploads", "resume"), removes: true},
		{name: "delete", args: func(from, _ string) []string { return with(here, "rm", "-r", from) }, deletes: true},
		{name: "sync", args: func(from, to string) []string { return with(here, "sync", "--delete", from, to) }, resume: with(here, "uploads", "resume")},
		{name: "copy between accounts", args: func(from, to string) []string { return with(both, "cp", "-r", from, to, "--overwrite", "skip") }, resume: []string{"uploads", "resume", "--account", "new"}},
		{name: "move between accounts", args: func(from, to string) []string { return with(both, "mv", "-r", from, to) }, resume: []string{"uploads", "resume", "--account", "new"}, removes: true},
	}
}

// TestAKilledErrandLosesNothingAndGoesOn kills copies, moves, deletions and syncs at random
// moments, drawn from what the server has seen, at servers that copy with one request and
// in parts. No source is lost that is not whole at its target and encrypted as asked, no
// neighbour is touched, what is open at the server is listed, and the same command, or
// uploads resume, brings it to its end.
func TestAKilledErrandLosesNothingAndGoesOn(t *testing.T) {
	kills, seed := numberFrom(t, errandsVariable, 6), numberFrom(t, seedVariable, rand.Uint64())
	t.Logf("%s=%d", seedVariable, seed)
	for i, personality := range []string{"aws", "ceph16"} {
		k := newKilling(t, seed+uint64(i), mock.As(personality))
		k.twoAccounts()
		all := k.errands()
		if kills < 10 {
			all = all[:3] // those of two accounts wait for the vault each time
		}
		calm := make([]course, len(all))
		for n, e := range all {
			w := k.begin(e, 1_000_000+n)
			k.watch.set(moment{}, nil)
			k.says(e.args(w.from, w.to)...).ends(0)
			calm[n] = k.watch.course
			w.ended()
		}
		round := 0
		for ; k.inTheMiddle() < int(kills)/2; round++ {
			n := k.rand.IntN(len(all))
			k.killed(all[n], calm[n], round)
		}
		t.Logf("%s: %d rounds, %d kills in the middle (%s), %d before anything was asked, %d too late; %d uploads left open and listed, of which %d empty; %d finished by uploads resume",
			personality, round, k.inTheMiddle(), k.spread(), k.early, k.late, k.open, k.empty, k.resumed)
	}
}

// twoAccounts saves the user's account twice: what is copied from one to the other passes
// through the program.
func (k *killing) twoAccounts() {
	k.t.Helper()
	k.set("BUCKETSEAL_PASSPHRASE_FILE=" + k.file("pass", []byte("open sesame")))
	for _, name := range []string{"old", "new"} {
		k.types("", append([]string{"accounts", "add", name, "--access-key", k.server.AccessKey, "--secret-file", k.file("secret", []byte(k.server.SecretKey))}, k.global...)...).ends(0)
	}
}

// says runs a command without the harness's flags.
func (k *killing) says(args ...string) ran {
	k.t.Helper()
	return k.types("", append(args, "--quiet")...)
}

// A doing is one round of an errand.
type doing struct {
	*killing
	errand
	from, to, beside string
	contents         map[string][]byte
}

// begin puts down what an errand is about: small objects, a larger one, and a neighbour.
func (k *killing) begin(e errand, round int) *doing {
	k.t.Helper()
	w := &doing{k, e, fmt.Sprintf("s3://bucket/e%d/from/", round), fmt.Sprintf("s3://bucket/e%d/to/", round), fmt.Sprintf("e%d/from-beside", round), map[string][]byte{}}
	folder := fmt.Sprintf("errand%d", round)
	for i := range 5 {
		name := fmt.Sprintf("子%d.bin", i)
		w.contents[name] = noise(1 + 7000*i)
		k.file(folder+"/"+name, w.contents[name])
	}
	w.contents["large.bin"] = noise(10 << 20)
	k.file(folder+"/large.bin", w.contents["large.bin"])
	k.watch.set(moment{}, nil)
	kms := []string{"--sse", "kms", "--kms-key", k.server.NamedKeys()[0].ID, "--quiet"}
	k.runs(append([]string{"cp", "-r", folder, w.from}, kms...)...).ends(0)
	k.runs(append([]string{"cp", folder + "/large.bin", "s3://bucket/" + w.beside}, kms...)...).ends(0)
	require.NoError(k.t, os.RemoveAll(k.dir+"/"+folder))
	return w
}

// get is what is at a place, and by which key.
func (w *doing) get(key string) (content []byte, by string, there bool) {
	w.t.Helper()
	o, err := w.client.GetObject(w.t.Context(), "bucket", key, minio.GetObjectOptions{})
	require.NoError(w.t, err)
	content, err = io.ReadAll(o)
	if minio.ToErrorResponse(err).Code == "NoSuchKey" {
		return nil, "", false
	}
	require.NoError(w.t, err)
	stat, err := o.Stat()
	require.NoError(w.t, err)
	return content, stat.Metadata.Get("X-Amz-Server-Side-Encryption-Aws-Kms-Key-Id"), true
}

func keyIn(place string) string { return strings.TrimPrefix(place, "s3://bucket/") }

// nothingLost asserts that each source is there or, where it may have gone, whole at its
// target; and that the neighbour is.
func (w *doing) nothingLost() (targets, sources int) {
	w.t.Helper()
	for name, want := range w.contents {
		source, _, there := w.get(keyIn(w.from) + name)
		if there {
			sources++
			assert.True(w.t, bytes.Equal(want, source), "%s: the source %s", w.name, name)
		}
		target, by, made := w.get(keyIn(w.to) + name)
		if made {
			targets++
			assert.True(w.t, bytes.Equal(want, target), "%s: the target %s is not what it says", w.name, name)
			assert.Contains(w.t, by, w.server.NamedKeys()[0].ID, "%s: the target %s", w.name, name)
		}
		assert.True(w.t, there || w.deletes || w.removes && made, "%s: %s is lost", w.name, name)
	}
	beside, _, there := w.get(w.beside)
	assert.True(w.t, there && bytes.Equal(w.contents["large.bin"], beside), "%s: the neighbour", w.name)
	return targets, sources
}

// ended asserts that all is where it belongs, and cleans up.
func (w *doing) ended() {
	w.t.Helper()
	targets, sources := w.nothingLost()
	want := [2]int{len(w.contents), len(w.contents)}
	switch {
	case w.deletes:
		want = [2]int{}
	case w.removes:
		want[1] = 0
	}
	assert.Equal(w.t, want, [2]int{targets, sources}, "%s: targets and sources", w.name)
	for u := range w.client.ListIncompleteUploads(w.t.Context(), "bucket", "", true) {
		assert.Empty(w.t, u.Key, "%s: nothing is left open", w.name)
	}
	for o := range w.client.ListObjects(w.t.Context(), "bucket", minio.ListObjectsOptions{Prefix: strings.TrimSuffix(keyIn(w.from), "from/"), Recursive: true}) {
		require.NoError(w.t, o.Err)
		require.NoError(w.t, w.client.RemoveObject(w.t.Context(), "bucket", o.Key, minio.RemoveObjectOptions{}))
	}
}

// goesOn lets uploads resume go on, and reports whether there was anything.
func (w *doing) goesOn() bool {
	w.t.Helper()
	if w.resume == nil {
		return false
	}
	r := w.says(w.resume...)
	if r.code != 0 {
		assert.Contains(w.t, r.ends(1).err, "nothing was left to go on with", w.name)
	}
	return r.code == 0
}

// killed is one round: killed once or twice, then brought to its end.
func (k *killing) killed(e errand, calm course, round int) {
	k.t.Helper()
	w := k.begin(e, round)
	args := e.args(w.from, w.to)
	for range 1 + k.rand.IntN(2) {
		k.killAt(calm.drawAny(k.rand), args...)
		w.nothingLost()
		if !e.deletes {
			k.listed()
		}
		if _, sources := w.nothingLost(); sources == 0 {
			break // the command would find nothing
		}
	}
	if k.rand.IntN(2) == 0 && w.goesOn() {
		k.resumed++
	}
	if _, sources := w.nothingLost(); sources > 0 {
		k.says(args...).ends(0)
	}
	w.goesOn() // with what was done before and is not written down
	w.ended()
}

// TestAKilledCopyBetweenAccountsMovesLittleTwice is about one large object that passes
// through the program: what a kill costs is at most a twentieth of the bytes that come and
// go, counted at the server.
func TestAKilledCopyBetweenAccountsMovesLittleTwice(t *testing.T) {
	rounds, seed := numberFrom(t, largeVariable, 0), numberFrom(t, seedVariable, rand.Uint64())
	if rounds == 0 {
		t.Skip("takes long: scripts/kill.sh does it")
	}
	t.Logf("%s=%d", seedVariable, seed)
	k := newKilling(t, seed)
	k.twoAccounts()
	const size = 1 << 30
	k.file("large.bin", noise(size))
	k.runs("cp", "large.bin", "s3://bucket/large.bin", "--quiet").ends(0)
	e := k.errands()[4]
	worst := 0.0
	for round := range (rounds + 1) / 2 {
		to := fmt.Sprintf("s3://bucket/large%d.bin", round)
		args := []string{"cp", "s3://bucket/large.bin", to, "--account-from", "old", "--account-to", "new", "--overwrite", "skip"}
		before := k.moved.Load()
		inTime, under := k.killAt(moment{phase: "bytes", bytes: 2*size/50 + k.rand.Int64N(2*size*48/50)}, args...)
		require.True(t, inTime)
		k.listed()
		k.says(e.resume...).ends(0)
		again := float64(k.moved.Load()-before-2*size) / (2 * size)
		t.Logf("round %d: killed with %d requests under way, %.2f %% of the bytes twice", round, under, 100*again)
		worst = max(worst, again)
		k.runs("rm", to, "--quiet").ends(0)
	}
	assert.LessOrEqual(t, worst, 0.05, "of the bytes are moved twice")
}
