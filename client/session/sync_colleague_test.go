package session

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/memstore"
	"github.com/bucketseal/bucketseal/client/s3store"
	"github.com/bucketseal/bucketseal/client/storetest"
)

// TestAColleagueInBetweenLosesNothing writes, overwrites and deletes objects at a random
// moment of a mirror.
func TestAColleagueInBetweenLosesNothing(t *testing.T) {
	moments := 0
	for seed := uint64(0); moments < 500; seed++ {
		synctest.Test(t, func(t *testing.T) {
			if meetsColleague(t, seed) {
				moments++
			}
		})
	}
}

// meetsColleague reports whether the colleague came to act before all was over.
func meetsColleague(t *testing.T, seed uint64) bool {
	t.Helper()
	r := rand.New(rand.NewPCG(seed, 5))
	root := t.TempDir()
	store := memstore.New(memstore.Options{Buckets: []string{"bucket"}, Server: storetest.AWS})
	var candidates []string
	for i := range 3 {
		same, fresh, gone := fmt.Sprintf("same%d", i), fmt.Sprintf("new%d", i), fmt.Sprintf("gone%d", i)
		require.NoError(t, os.WriteFile(filepath.Join(root, same), []byte(same), 0o600))
		require.NoError(t, os.WriteFile(filepath.Join(root, fresh), []byte(fresh), 0o600))
		puts(t, store, gone, gone)
		differs := fmt.Sprintf("differs%d", i)
		require.NoError(t, os.WriteFile(filepath.Join(root, differs), []byte("our contents"), 0o600))
		puts(t, store, differs, "others")
		candidates = append(candidates, fresh, gone, differs, differs, fmt.Sprintf("his%d", i))
	}
	s := at(t, store)
	his := colleague(r, candidates, 1+r.IntN(16), func(key, content string) { puts(t, store, key, content) }, func(key string) {
		require.NoError(t, first(store.Delete(context.Background(), []client.Location{{Bucket: "bucket", Key: key}})))
	})
	store.Before(func(_ context.Context, c memstore.Call) error {
		if c.Op != memstore.ListObjects { // what he wrote before was listed
			his.turn()
		}
		return nil
	})
	_, err := carrySync(t, s, Side{Path: root}, Side{At: bucket}, mirror)
	require.NoError(t, err)
	store.Before(nil)
	his.lostNothing(t, objectsOf(t, store), seed)
	return his.acted()
}

// TestAColleagueInBetweenLosesNothingOverTheWire is the same at a server that looks at
// conditions, between any two requests.
func TestAColleagueInBetweenLosesNothingOverTheWire(t *testing.T) {
	d := open(t, nil)
	other, err := s3store.Dial(d.account(), client.Credentials{AccessKeyID: d.server.AccessKey, Secret: client.NewSecret(d.server.SecretKey)}, s3store.Options{})
	require.NoError(t, err)
	acted := 0
	for seed := range uint64(60) {
		r := rand.New(rand.NewPCG(seed, 6))
		root := t.TempDir()
		require.NoError(t, os.WriteFile(filepath.Join(root, "new"), []byte("new"), 0o600))
		require.NoError(t, os.WriteFile(filepath.Join(root, "same"), []byte("same"), 0o600))
		for key := range objectsOf(t, other) {
			require.NoError(t, first(other.Delete(t.Context(), []client.Location{{Bucket: "bucket", Key: key}})))
		}
		puts(t, other, "gone1", "gone")
		puts(t, other, "gone2", "gone")
		require.NoError(t, os.WriteFile(filepath.Join(root, "differs"), []byte("our contents"), 0o600))
		puts(t, other, "differs", "others")
		his := colleague(r, []string{"new", "gone1", "gone2", "differs", "differs", "his"}, 1+r.IntN(14), nil, nil)
		his.wrote = "written by a colleague" // a proof would be waited for that was deleted
		his.act = func() { puts(t, other, his.key, his.wrote) }
		s, err := s3store.Dial(d.account(), client.Credentials{AccessKeyID: d.server.AccessKey, Secret: client.NewSecret(d.server.SecretKey)}, s3store.Options{Log: slog.New(his)})
		require.NoError(t, err)
		_, err = carrySync(t, at(t, s), Side{Path: root}, Side{At: bucket}, mirror)
		require.NoError(t, err)
		his.lostNothing(t, objectsOf(t, other), seed)
		if his.acted() {
			acted++
		}
	}
	require.Greater(t, acted, 30)
}

func first(all []error, err error) error {
	if err == nil && len(all) > 0 {
		return all[0]
	}
	return err
}

// somebody acts once, at a call of others.
type somebody struct {
	mu    sync.Mutex
	in    int // calls until then
	act   func()
	key   string
	wrote string // "" if he deleted
	busy  bool
	done  bool

	listed atomic.Bool
}

func colleague(r *rand.Rand, keys []string, in int, write func(key, content string), remove func(key string)) *somebody {
	s := &somebody{in: in, key: keys[r.IntN(len(keys))]}
	s.act = func() { remove(s.key) }
	if r.IntN(4) > 0 {
		s.wrote = "written by a colleague"
		s.act = func() { write(s.key, s.wrote) }
	}
	return s
}

func (s *somebody) turn() {
	s.mu.Lock()
	s.in--
	now := s.in == 0 && !s.busy
	s.busy = s.busy || now
	s.mu.Unlock()
	if now { // while what he does is under way nobody else waits for him
		s.act()
		s.mu.Lock()
		s.done = true
		s.mu.Unlock()
	}
}

func (s *somebody) acted() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.done
}

func (s *somebody) lostNothing(t *testing.T, objects map[string]string, seed uint64) {
	t.Helper()
	if s.acted() && s.wrote != "" {
		require.Equal(t, s.wrote, objects[s.key], "seed %d: %s", seed, s.key)
	}
}

func (s *somebody) Enabled(context.Context, slog.Level) bool { return true }
func (s *somebody) WithAttrs([]slog.Attr) slog.Handler       { return s }
func (s *somebody) WithGroup(string) slog.Handler            { return s }

// Handle acts as a request is about to be sent, or its answer has come.
func (s *somebody) Handle(_ context.Context, r slog.Record) error {
	if strings.Contains(r.Message, "HEAD ") { // what he wrote before was listed
		s.listed.Store(true)
	}
	if s.listed.Load() {
		s.turn()
	}
	return nil
}
