package main

import (
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"io"
	"log"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client/transfer"
	"github.com/bucketseal/bucketseal/mock"
)

const (
	killsVariable = "BUCKETSEAL_KILLS"     // in the middle of work; scripts/kill.sh sets it
	seedVariable  = "BUCKETSEAL_KILL_SEED" // of the moments, as a failed run logged it
	largeVariable = "BUCKETSEAL_KILL_LARGE"
)

func numberFrom(t *testing.T, variable string, standard uint64) uint64 {
	t.Helper()
	value := os.Getenv(variable)
	if value == "" {
		return standard
	}
	n, err := strconv.ParseUint(value, 10, 64)
	require.NoError(t, err, variable)
	return n
}

// TestAKilledTransferLosesNothingAndGoesOn kills the program at random moments of
// uploads and downloads, of one file and of folders, with SIGKILL: in each phase, which
// is drawn from what the server has seen. No file or object
// is there in part under its final name, no source is touched, what is left open at
// the server is listed, and the same command, or uploads resume, brings it to its end.
func TestAKilledTransferLosesNothingAndGoesOn(t *testing.T) {
	kills, seed := numberFrom(t, killsVariable, 4), numberFrom(t, seedVariable, rand.Uint64())
	t.Logf("%s=%d", seedVariable, seed)
	k := newKilling(t, seed)
	for _, up := range []bool{true, false} {
		for _, many := range []bool{true, false} {
			k.measure(up, many)
		}
	}
	round := 0
	for ; k.inTheMiddle() < int(kills); round++ {
		k.round(round)
	}
	if kills >= 100 {
		k.everyPhase()
	}
	t.Logf("%d rounds, %d kills in the middle (%s), %d before anything was asked, %d too late; %d uploads left open and listed, of which %d empty and not known to be ours; %d temporary files left; %d finished by uploads resume; %.1f %% of the bytes twice",
		round, k.inTheMiddle(), k.spread(), k.early, k.late, k.open, k.empty, k.parts, k.resumed, 100*float64(k.again)/float64(k.needed))
}

// TestAKilledTransferSendsLittleTwice is about one large file: what a kill costs is at
// most a twentieth of its bytes, counted at the server.
func TestAKilledTransferSendsLittleTwice(t *testing.T) {
	rounds, seed := numberFrom(t, largeVariable, 0), numberFrom(t, seedVariable, rand.Uint64())
	if rounds == 0 {
		t.Skip("takes long: scripts/kill.sh does it")
	}
	t.Logf("%s=%d", seedVariable, seed)
	k := newKilling(t, seed)
	k.large = 1 << 30
	k.files()
	worst := 0.0
	for round := range rounds {
		up := round%2 == 0
		if round < 2 {
			k.measure(up, false)
		}
		again, under := k.twice(int(round), up)
		t.Logf("round %d, up %v: killed with %d requests under way, %.2f %% of the bytes twice", round, up, under, 100*again)
		worst = max(worst, again)
	}
	assert.LessOrEqual(t, worst, 0.05, "of the bytes are moved twice")
}

// killing is a user whose program is killed.
type killing struct {
	*user
	rand   *rand.Rand
	large  int          // bytes of the large file
	moved  atomic.Int64 // bytes, counted at the server
	under  atomic.Int64 // requests under way there
	client *minio.Client
	watch  watch
	calm   map[[2]bool]course // of a run that is let be, by up and many
	phases map[string]int     // kills in the middle, by phase

	kills, early, late, open, empty, parts, resumed int
	needed, again                                   int64 // bytes of the files, and those moved beside
}

func newKilling(t *testing.T, seed uint64, options ...mock.Option) *killing {
	t.Helper()
	k := &killing{user: newUser(t, options...), rand: rand.New(rand.NewPCG(seed, 0)), large: 48 << 20, watch: watch{course: course{calls: map[string]int{}}}, calm: map[[2]bool]course{}, phases: map[string]int{}}
	front := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		k.under.Add(1)
		defer k.under.Add(-1)
		c := &counted{w, r.Body, func(n int) {
			k.moved.Add(int64(n))
			k.watch.moved(n)
		}}
		if r.Method == http.MethodPut {
			r.Body = c
		}
		k.watch.serve(k.server, c, r)
	}))
	front.Config.ErrorLog = log.New(io.Discard, "", 0) // connections that end in the middle
	front.StartTLS()
	t.Cleanup(front.Close)
	ca := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: front.Certificate().Raw})
	caFile := k.file("front.pem", ca)
	k.global = []string{"--endpoint", front.URL, "--ca-file", caFile}
	trusted := x509.NewCertPool()
	trusted.AppendCertsFromPEM(ca)
	var err error
	k.client, err = minio.New(strings.TrimPrefix(k.server.URL, "https://"), &minio.Options{
		Creds: credentials.NewStaticV4(k.server.AccessKey, k.server.SecretKey, ""), Secure: true, Region: "us-east-1",
		Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: authority(t, k.server.CA), MinVersion: tls.VersionTLS12}},
	})
	require.NoError(t, err)
	k.files()
	return k
}

func authority(t *testing.T, ca []byte) *x509.CertPool {
	t.Helper()
	pool := x509.NewCertPool()
	require.True(t, pool.AppendCertsFromPEM(ca))
	return pool
}

// files writes what is sent, and puts it at the server to be fetched.
func (k *killing) files() {
	k.t.Helper()
	k.file("up/one/large.bin", noise(k.large))
	for i := range 24 {
		k.file(fmt.Sprintf("up/many/%02d.bin", i), noise(1000*i*i))
	}
	k.file("up/many/large.bin", noise(20<<20))
	k.runs("cp", "-r", "up", "s3://bucket/down/", "--quiet").ends(0)
}

// A way is one transfer of a round.
type way struct {
	up       bool
	folder   string   // below up, or of the server below down/
	args     []string // of cp
	prefix   string   // of an upload's objects
	into     string   // a download's folder
	contents map[string][sha256.Size]byte
}

func (k *killing) way(round int, up, many bool) way {
	folder := "one"
	if many {
		folder = "many"
	}
	w := way{up: up, folder: folder, prefix: fmt.Sprintf("r%d/", round), into: fmt.Sprintf("back%d", round), contents: map[string][sha256.Size]byte{}}
	if up {
		w.args = []string{"cp", "-r", "up/" + folder, "s3://bucket/" + w.prefix}
	} else {
		w.args = []string{"cp", "-r", "s3://bucket/down/" + folder + "/", w.into}
	}
	entries, err := os.ReadDir(filepath.Join(k.dir, "up", folder))
	require.NoError(k.t, err)
	for _, e := range entries {
		w.contents[e.Name()] = sha256.Sum256(k.read(filepath.Join("up", folder, e.Name())))
	}
	return w
}

// bytes are those of the files.
func (k *killing) bytes(w way) (n int64) {
	for name := range w.contents {
		stat, err := os.Stat(filepath.Join(k.dir, "up", w.folder, name))
		require.NoError(k.t, err)
		n += stat.Size()
	}
	return n
}

// measure looks at a run that is let be.
func (k *killing) measure(up, many bool) {
	k.t.Helper()
	w := k.way(1_000_000, up, many)
	k.watch.set(moment{}, nil)
	k.runs(append(w.args, "--quiet")...).ends(0)
	k.calm[[2]bool{up, many}] = k.watch.course
	k.whole(w)
	k.cleanUp(w)
}

func (k *killing) round(round int) {
	k.t.Helper()
	up, many := k.rand.IntN(2) == 0, k.rand.IntN(2) == 0
	w := k.way(round, up, many)
	before := k.moved.Load()
	for range 1 + k.rand.IntN(2) {
		calm := k.calm[[2]bool{up, many}]
		k.killAt(calm.draw(k.rand, up), append(w.args, k.global...)...)
		k.partly(w)
		k.listed()
	}
	k.finish(w)
	k.again += k.moved.Load() - before - k.bytes(w)
	k.needed += k.bytes(w)
	k.whole(w)
	k.cleanUp(w)
	k.listed()
}

// finish brings a transfer to its end: by the same command or, of those that had
// planned all, by uploads resume.
func (k *killing) finish(w way) {
	k.t.Helper()
	if k.rand.IntN(2) == 0 {
		if r := k.runs("uploads", "resume", "--quiet"); r.code == 0 && k.isWhole(w) {
			k.resumed++
			return
		} else if r.code != 0 {
			assert.Contains(k.t, r.ends(1).err, "nothing was left to go on with")
		}
	}
	k.runs(append(w.args, "--quiet")...).ends(0)
}

// isWhole reports whether every file is there.
func (k *killing) isWhole(w way) bool {
	for name := range w.contents {
		if _, there := k.target(w, name); !there {
			return false
		}
	}
	return true
}

// twice is how much of a large file is moved twice because of a kill, as a part of
// it.
func (k *killing) twice(round int, up bool) (again float64, under int64) {
	k.t.Helper()
	w := k.way(round, up, false)
	before := k.moved.Load()
	size := k.bytes(w)
	inTime, under := k.killAt(moment{phase: "bytes", bytes: size/50 + k.rand.Int64N(size*48/50)}, append(w.args, k.global...)...)
	require.True(k.t, inTime)
	k.partly(w)
	k.listed()
	k.finish(w)
	moved := k.moved.Load() - before
	k.whole(w)
	k.cleanUp(w)
	return float64(moved-k.bytes(w)) / float64(k.bytes(w)), under
}

// partly asserts that what is there under its final name is whole, and that the
// sources are as they were.
func (k *killing) partly(w way) {
	k.t.Helper()
	for name, sum := range w.contents {
		assert.Equal(k.t, sum, sha256.Sum256(k.read(filepath.Join("up", w.folder, name))), "the source %s", name)
		if got, there := k.target(w, name); there {
			assert.Equal(k.t, sum, sha256.Sum256(got), "%s is there in part", name)
		}
	}
}

// whole asserts that everything is there.
func (k *killing) whole(w way) {
	k.t.Helper()
	k.partly(w)
	for name := range w.contents {
		_, there := k.target(w, name)
		assert.True(k.t, there, name)
	}
	if w.up {
		return
	}
	entries, err := os.ReadDir(filepath.Join(k.dir, w.into))
	require.NoError(k.t, err)
	for _, e := range entries {
		if transfer.IsPart(e.Name()) { // swept once it is old
			k.parts++
		} else {
			assert.Contains(k.t, w.contents, e.Name())
		}
	}
}

// target is what is there under the final name of a file.
func (k *killing) target(w way, name string) (content []byte, there bool) {
	k.t.Helper()
	if !w.up {
		content, err := os.ReadFile(filepath.Join(k.dir, w.into, name))
		require.True(k.t, err == nil || os.IsNotExist(err), "%v", err)
		return content, err == nil
	}
	o, err := k.client.GetObject(k.t.Context(), "bucket", w.prefix+name, minio.GetObjectOptions{})
	require.NoError(k.t, err)
	content, err = io.ReadAll(o)
	if minio.ToErrorResponse(err).Code == "NoSuchKey" {
		return nil, false
	}
	require.NoError(k.t, err)
	return content, true
}

// listed asserts that what is open at the server is listed as ours, but for an upload
// without parts whose beginning was answered to nobody.
func (k *killing) listed() {
	k.t.Helper()
	require.Eventually(k.t, func() bool { return k.under.Load() == 0 }, time.Minute, 5*time.Millisecond, "what was under way at the server is over")
	listed := map[string]map[string]any{}
	for _, l := range k.runs("uploads", "list", "s3://bucket", "--json").ends(0).lines() {
		listed[l["uploadId"].(string)] = l
	}
	for u := range k.client.ListIncompleteUploads(k.t.Context(), "bucket", "", true) {
		require.NoError(k.t, u.Err)
		l := listed[u.UploadID]
		require.NotNil(k.t, l, "an upload that nobody sees")
		k.open++
		if l["ours"] == false && l["bytes"] == 0. {
			k.empty++
			key, err := url.QueryUnescape(u.Key) // minio-go leaves it as it came
			require.NoError(k.t, err)
			require.NoError(k.t, minio.Core{Client: k.client}.AbortMultipartUpload(k.t.Context(), "bucket", key, u.UploadID))
			continue
		}
		assert.Equal(k.t, true, l["ours"], "%v", l)
		assert.Equal(k.t, true, l["resumable"], "%v", l)
	}
}

// cleanUp removes what a round has made; nothing is left open.
func (k *killing) cleanUp(w way) {
	k.t.Helper()
	if w.up {
		k.runs("rm", "-r", "s3://bucket/"+w.prefix, "--quiet").ends(0)
	}
	require.NoError(k.t, os.RemoveAll(filepath.Join(k.dir, w.into)))
	for u := range k.client.ListIncompleteUploads(k.t.Context(), "bucket", "", true) {
		assert.Empty(k.t, u.Key, "nothing is left open")
	}
}
