package main

import (
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/stretchr/testify/require"
)

const (
	killsVariable = "MOCKS3_CRASH_KILLS" // how often; scripts/crash.sh sets it
	seedVariable  = "MOCKS3_CRASH_SEED"  // of the load, as a failed run logged it
)

func number(t *testing.T, variable string, standard uint64) uint64 {
	t.Helper()
	value := os.Getenv(variable)
	if value == "" {
		return standard
	}
	n, err := strconv.ParseUint(value, 10, 64)
	require.NoError(t, err, variable)
	return n
}

// TestAKilledServerLosesNothingAcknowledged kills the program under load, at
// random moments (also while it starts), and starts it again on the same folder.
// Written, overwritten, deleted, copied and tagged objects, versions and delete
// markers, parts of open uploads and completed ones are as the last answer said, or as the call under way would
// have made them: whole, never a mixture.
func TestAKilledServerLosesNothingAcknowledged(t *testing.T) {
	kills, seed := number(t, killsVariable, 10), number(t, seedVariable, rand.Uint64())
	if testing.Short() {
		kills = min(kills, 3)
	}
	t.Logf("%s=%d", seedVariable, seed)
	c := newCrash(t, seed)
	for round := range kills {
		c.round(t, round)
	}
	c.verify(t, start(t, nil, c.args()...).client(t), kills)
	t.Logf("%d kills under load and %d while it started, %d acknowledged changes, %d calls under way of which %d were found done", kills, c.early, c.acks.Load(), c.underWay, c.foundDone)
	require.NotZero(t, c.acks.Load(), "there was a load")
}

type crash struct {
	dir     string
	rand    *rand.Rand
	workers []*worker
	shared  []*shared
	acks    atomic.Int64

	early, underWay, foundDone int
}

func newCrash(t *testing.T, seed uint64) *crash {
	c := &crash{dir: filepath.Join(t.TempDir(), "data"), rand: rand.New(rand.NewPCG(seed, 0))}
	for i := range 2 {
		c.shared = append(c.shared, newShared(fmt.Sprintf("shared-%d", i)))
	}
	for id := range 5 {
		w := &worker{id: id, rand: rand.New(rand.NewPCG(seed, uint64(id+1))), shared: c.shared, acks: &c.acks}
		for n := range 4 {
			w.keys = append(w.keys, &owned{name: fmt.Sprintf("own-%d-%d", id, n)})
		}
		for n := range 2 {
			w.past = append(w.past, &history{name: fmt.Sprintf("past-%d-%d", id, n)})
		}
		c.workers = append(c.workers, w)
	}
	return c
}

func (c *crash) args() []string {
	return []string{"--data", c.dir, "--bucket", crashBucket, "--bucket", versionedBucket, "--log-level", "error"}
}

// round starts the program, verifies what the last kill left, and kills it.
func (c *crash) round(t *testing.T, round uint64) {
	t.Helper()
	if c.rand.IntN(4) == 0 {
		c.killWhileItStarts(t)
	}
	p := start(t, nil, c.args()...)
	client := p.client(t)
	if round == 0 {
		_, err := client.PutBucketVersioning(t.Context(), &s3.PutBucketVersioningInput{
			Bucket: aws.String(versionedBucket), VersioningConfiguration: &types.VersioningConfiguration{Status: types.BucketVersioningStatusEnabled},
		})
		require.NoError(t, err)
	}
	c.verify(t, client, round)
	begun, wait := load(t.Context(), t, client, c.workers)
	<-begun
	<-time.After(time.Duration(c.rand.IntN(500_000)) * time.Microsecond) // the random moment
	require.NoError(t, p.cmd.Process.Kill())
	wait()
	require.Error(t, p.cmd.Wait(), "killed")
	require.Empty(t, p.stderr.String())
}

func (c *crash) killWhileItStarts(t *testing.T) {
	t.Helper()
	self, err := os.Executable()
	require.NoError(t, err)
	cmd := exec.Command(self, c.args()...)
	cmd.Env = append(os.Environ(), "MOCKS3_BE_THE_PROGRAM=1")
	require.NoError(t, cmd.Start())
	<-time.After(time.Duration(c.rand.IntN(80_000)) * time.Microsecond)
	require.NoError(t, cmd.Process.Kill())
	require.Error(t, cmd.Wait())
	c.early++
}

// verify compares everything with what the workers know.
func (c *crash) verify(t *testing.T, client *s3.Client, round uint64) {
	t.Helper()
	listed := map[string]bool{}
	pages := s3.NewListObjectsV2Paginator(client, &s3.ListObjectsV2Input{Bucket: aws.String(crashBucket)})
	for pages.HasMorePages() {
		page, err := pages.NextPage(t.Context())
		require.NoError(t, err)
		for _, o := range page.Contents {
			listed[*o.Key] = true
		}
	}
	look := func(name string) state {
		s, err := found(t.Context(), client, name)
		require.NoError(t, err, "round %d: %s cannot be read", round, name)
		require.Equal(t, s.there, listed[name], "round %d: the listing about %s", round, name)
		delete(listed, name)
		return s
	}
	for _, s := range c.shared {
		got := look(s.name)
		require.True(t, s.allows(got), "round %d: %s is %+v", round, s.name, got)
		s.confirm(got)
	}
	for _, w := range c.workers {
		for _, k := range w.keys {
			got := look(k.name)
			require.True(t, k.allows(got), "round %d: %s is %+v, acknowledged was %+v, sent was %+v", round, k.name, got, k.acked, k.tried)
			if k.tried != nil {
				c.underWay++
				if got == *k.tried {
					c.foundDone++
				}
			}
			k.confirm(got)
		}
	}
	require.Empty(t, listed, "round %d: keys that nobody wrote", round)
	c.verifyHistories(t, client, round)
	for _, w := range c.workers {
		for _, p := range w.open {
			_, err := complete(t.Context(), client, crashBucket, p.name, p.upload, types.CompletedPart{PartNumber: aws.Int32(1), ETag: aws.String(p.etag)})
			require.NoError(t, err, "round %d: a part was acknowledged", round)
			got, err := found(t.Context(), client, p.name)
			require.NoError(t, err)
			require.Equal(t, p.sum, got.sum, "round %d: %s", round, p.name)
			_, err = client.DeleteObject(t.Context(), &s3.DeleteObjectInput{Bucket: aws.String(crashBucket), Key: aws.String(p.name)})
			require.NoError(t, err)
		}
		w.open = nil
	}
}
