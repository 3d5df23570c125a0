package session

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/memstore"
	"github.com/bucketseal/bucketseal/client/rules"
	"github.com/bucketseal/bucketseal/client/storetest"
	"github.com/bucketseal/bucketseal/client/transfer"
	"github.com/bucketseal/bucketseal/client/treesync"
)

// at opens a session at a store.
func at(t *testing.T, store client.Store) *Session {
	t.Helper()
	s, err := Opener{
		Dial:        func(client.Account, client.Credentials) (client.Store, error) { return store, nil },
		Credentials: func(context.Context, client.Account) (client.Credentials, error) { return client.Credentials{}, nil },
		Rules:       func() ([]rules.Rule, error) { return nil, nil },
	}.Open(t.Context(), client.Account{ID: "id", Name: "team", Endpoint: "https://store.example", AccessKeyID: "key"})
	require.NoError(t, err)
	t.Cleanup(func() { _ = s.Close(context.Background()) })
	return s
}

// mirror is how a mirror is asked for.
var mirror = SyncOptions{Options: treesync.Options{Delete: true, MostDeleted: -1}, CheckEncryption: true}

// carrySync carries a sync out as the command line does, and returns what became of each
// file, by its name.
func carrySync(t *testing.T, s *Session, from, to Side, o SyncOptions) (became map[string]transfer.Phase, err error) {
	t.Helper()
	became = map[string]transfer.Phase{}
	well := true
	for p, err := range s.Sync(t.Context(), from, to, o) {
		if err != nil {
			return became, err
		}
		for _, r := range p.Plan.Refused {
			well = false
			became[r.Source] = transfer.Failed
		}
		if p.Deletes && !well {
			return became, nil
		}
		rows, err := s.Transfers().Submit(slices.Values(p.Plan.Jobs))
		require.NoError(t, err)
		require.NoError(t, s.Transfers().Wait(t.Context()))
		for _, r := range s.Transfers().AppendRows(nil, rows.First, rows.N) {
			became[r.Job.From.String()] = r.Phase
			well = well && r.Phase != transfer.Failed && r.Err == nil
		}
		for _, d := range p.Local {
			if d.Do() == nil {
				became[d.Path()] = transfer.Done
			}
		}
	}
	return became, nil
}

func filesOf(t *testing.T, root string) map[string]string {
	t.Helper()
	all := map[string]string{}
	require.NoError(t, filepath.WalkDir(root, func(path string, d os.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		b, err := os.ReadFile(path)
		name, _ := filepath.Rel(root, path)
		all[filepath.ToSlash(name)] = string(b)
		return err
	}))
	return all
}

// puts writes an object.
func puts(t *testing.T, s client.Store, key, content string) {
	t.Helper()
	putsAt(t, s, client.Location{Bucket: "bucket", Key: key}, content)
}

func putsAt(t *testing.T, s client.Store, at client.Location, content string) {
	t.Helper()
	_, err := s.Put(context.Background(), at, bytes.NewReader([]byte(content)), int64(len(content)), client.PutOptions{Encryption: client.Inherit{}})
	require.NoError(t, err)
}

// holds are all objects and their contents.
func objectsOf(t *testing.T, s client.Store) map[string]string {
	t.Helper()
	all := map[string]string{}
	for after := ""; ; {
		page, err := s.List(t.Context(), bucket, client.ListOptions{Recursive: true, After: after})
		require.NoError(t, err)
		for _, o := range page.Objects {
			_, body, err := s.Get(t.Context(), o.At, client.ReadOptions{})
			require.NoError(t, err)
			b, err := io.ReadAll(body)
			require.NoError(t, err)
			require.NoError(t, body.Close())
			all[o.At.Key] = string(b)
		}
		if after = page.Next; after == "" {
			return all
		}
	}
}

func TestAFolderIsWalkedInTheOrderOfTheKeysOfItsFiles(t *testing.T) {
	letters := []string{"a", "b", "-", ".", "0", "é", "%", "+", "%2E", "%_", "%+", "_", "A", "%file", "%-2"}
	for seed := range uint64(60) {
		r := rand.New(rand.NewPCG(seed, 3))
		root := t.TempDir()
		for range r.IntN(30) {
			name := ""
			for depth := r.IntN(3); depth >= 0; depth-- {
				for range 1 + r.IntN(3) {
					name += letters[r.IntN(len(letters))]
				}
				if name += "/"; depth == 0 {
					name = name[:len(name)-1]
				}
			}
			path := filepath.Join(root, name)
			if os.MkdirAll(filepath.Dir(path), 0o700) == nil { // else a file is in the way
				_ = os.WriteFile(path, []byte("x"), 0o600)
			}
		}
		tree, err := openLocalTree(root, true)
		require.NoError(t, err)
		var walked []string
		last := treesync.Entry{Kind: -1}
		for e, err := range tree.tree(t.Context()).Entries {
			if err != nil {
				require.ErrorContains(t, err, "same key", "seed %d", seed)
				break
			}
			require.True(t, e.Key > last.Key || e.Key == last.Key && e.Kind > last.Kind, "seed %d: %q after %q", seed, e.Key, last.Key)
			last = e
			if e.Kind == treesync.File {
				walked = append(walked, e.Key)
				require.Equal(t, transfer.KeyOf(e.Name, naming{root: root}.beside), e.Key)
			}
		}
		var want []string
		for name := range filesOf(t, root) {
			want = append(want, transfer.KeyOf(name, naming{root: root}.beside))
		}
		slices.Sort(want)
		require.Equal(t, slices.Compact(want), walked, "seed %d", seed)
	}
}

func TestHostileKeysGoDownAndUpBySyncUnchangedAndNoneLeavesTheFolder(t *testing.T) {
	keys := storetest.HostileKeys(transfer.PartSuffix)
	require.GreaterOrEqual(t, len(keys), 300)
	store := memstore.New(memstore.Options{Buckets: []string{"bucket"}, Server: storetest.AWS})
	for i, key := range keys {
		puts(t, store, key, fmt.Sprintf("%d of %q", i, key))
	}
	before := objectsOf(t, store)
	s := at(t, store)
	outside := t.TempDir()
	root := filepath.Join(outside, "root")
	var half SyncOptions // half of it first, so that the others come later
	half.Filter.Exclude = []string{"*a*", "*e*", "*K*"}
	for _, o := range []SyncOptions{half, mirror, mirror} {
		became, err := carrySync(t, s, Side{At: bucket}, Side{Path: root}, o)
		require.NoError(t, err)
		for name, phase := range became {
			require.Equal(t, transfer.Done, phase, "%q", name)
		}
	}
	require.Len(t, filesOf(t, root), len(before))
	require.Equal(t, []string{"root"}, entriesOf(t, outside))

	// Up again: nothing to do. And into an empty bucket: the same keys.
	became, err := carrySync(t, s, Side{Path: root}, Side{At: bucket}, mirror)
	require.NoError(t, err)
	require.Empty(t, became)
	other := memstore.New(memstore.Options{Buckets: []string{"bucket"}, Server: storetest.AWS})
	_, err = carrySync(t, at(t, other), Side{Path: root}, Side{At: bucket}, mirror)
	require.NoError(t, err)
	require.Equal(t, before, objectsOf(t, other))
}

func entriesOf(t *testing.T, folder string) (names []string) {
	t.Helper()
	entries, err := os.ReadDir(folder)
	require.NoError(t, err)
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

// oddPages are a store whose listings are not what is there.
type oddPages struct {
	*memstore.Store
	of func(page int, p client.Page, err error) (client.Page, error)
	n  atomic.Int64
}

func (o *oddPages) List(ctx context.Context, under client.Location, lo client.ListOptions) (client.Page, error) {
	p, err := o.Store.List(ctx, under, lo)
	return o.of(int(o.n.Add(1)), p, err)
}

func TestPagesThatFailRepeatOrEndEarlyDeleteNothing(t *testing.T) {
	first := client.Page{}
	for name, odd := range map[string]func(int, client.Page, error) (client.Page, error){
		"the first fails": func(n int, p client.Page, err error) (client.Page, error) {
			return client.Page{}, &client.Error{Op: "ListObjects", Kind: client.KindUnavailable}
		},
		"the third fails": func(n int, p client.Page, err error) (client.Page, error) {
			if n >= 3 {
				return client.Page{}, &client.Error{Op: "ListObjects", Kind: client.KindUnavailable}
			}
			return p, err
		},
		"the second is the first again": func(n int, p client.Page, err error) (client.Page, error) {
			if n == 1 {
				first = p
			}
			if n == 2 {
				return first, nil
			}
			return p, err
		},
		"the second says it is the last": func(n int, p client.Page, err error) (client.Page, error) {
			if n == 2 {
				p.Next = ""
			}
			return p, err
		},
		"the first is empty and the last": func(n int, p client.Page, err error) (client.Page, error) {
			if n == 1 {
				return client.Page{}, nil
			}
			return p, err
		},
	} {
		t.Run(name, func(t *testing.T) {
			store := memstore.New(memstore.Options{Buckets: []string{"bucket"}, Server: storetest.AWS, PageSize: 10})
			root := t.TempDir()
			for i := range 60 {
				puts(t, store, fmt.Sprintf("a/%03d", i), "same")
				require.NoError(t, os.WriteFile(filepath.Join(root, fmt.Sprintf("%03d", i)), []byte("same"), 0o600))
			}
			before := objectsOf(t, store)
			under := client.Location{Bucket: "bucket", Key: "a/"}

			down := at(t, &oddPages{Store: store, of: odd})
			_, _ = carrySync(t, down, Side{At: under}, Side{Path: root}, mirror)
			assert.Len(t, filesOf(t, root), 60, "as source")

			up := at(t, &oddPages{Store: store, of: odd})
			_, _ = carrySync(t, up, Side{Path: root}, Side{At: under}, mirror)
			assert.Equal(t, before, objectsOf(t, store), "as target")
		})
	}
}

func TestALocalDeletionRemovesOnlyWhatWasSeenThroughNoLinkAndNothingOutside(t *testing.T) {
	outside := t.TempDir()
	root := filepath.Join(outside, "root")
	write := func(name, content string) LocalDeletion {
		path := filepath.Join(outside, name)
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o700))
		require.NoError(t, os.WriteFile(path, []byte(content), 0o600))
		stat, err := os.Stat(path)
		require.NoError(t, err)
		return LocalDeletion{Root: root, Size: stat.Size(), Modified: stat.ModTime()}
	}
	secret := write("secret/x", "secret")
	a := write("root/sub/deep/a", "a")
	a.Name = "sub/deep/a"

	for _, name := range []string{"../secret/x", "/etc/passwd", "", ".", "sub/../../secret/x"} {
		d := secret
		d.Name = name
		require.Error(t, d.Do(), name)
	}
	require.NoError(t, os.Symlink(filepath.Join(outside, "secret"), filepath.Join(root, "link")))
	require.NoError(t, os.Symlink(filepath.Join("sub", "deep"), filepath.Join(root, "inner")))
	for _, name := range []string{"link/x", "link", "inner/a", "inner", "sub"} {
		d := secret
		if name == "inner/a" {
			d = a
		}
		d.Name = name
		require.Equal(t, client.KindPrecondition, client.KindOf(d.Do()), name)
	}

	other := a
	other.Size = 2
	require.Equal(t, client.KindPrecondition, client.KindOf(other.Do()))
	other = a
	other.Modified = a.Modified.Add(time.Nanosecond)
	require.Equal(t, client.KindPrecondition, client.KindOf(other.Do()))
	require.Len(t, filesOf(t, filepath.Join(root, "sub")), 1)
	require.Equal(t, "secret", filesOf(t, outside)["secret/x"])

	require.NoError(t, a.Do())
	require.NoDirExists(t, filepath.Join(root, "sub"), "it is empty")
	require.NoError(t, a.Do(), "gone is gone")
	a.Root = filepath.Join(outside, "never")
	require.NoError(t, a.Do())
	require.DirExists(t, root)
}

func TestWhatCannotBeSyncedIsSaid(t *testing.T) {
	store := memstore.New(memstore.Options{Buckets: []string{"bucket"}, Server: storetest.AWS})
	s := at(t, store)
	root := t.TempDir()
	for _, side := range []string{filepath.Join(root, "missing"), writeIn(t, root, "file")} {
		_, err := carrySync(t, s, Side{Path: side}, Side{At: bucket}, mirror)
		require.Equal(t, client.KindLocal, client.KindOf(err), side)
	}
	_, err := carrySync(t, s, Side{At: bucket}, Side{Path: filepath.Join(root, "file")}, mirror)
	require.ErrorContains(t, err, "is not a folder")

	// A server that lists what nobody asked for is not believed.
	liar := &oddPages{Store: store, of: func(int, client.Page, error) (client.Page, error) {
		return client.Page{Objects: []client.Object{{At: client.Location{Bucket: "bucket", Key: "elsewhere"}, ETag: "e"}}}, nil
	}}
	_, err = carrySync(t, at(t, liar), Side{At: client.Location{Bucket: "bucket", Key: "a"}}, Side{Path: root}, mirror)
	require.Error(t, err)
	require.Len(t, filesOf(t, root), 1)

	// Rules that cannot be read send nothing.
	d := open(t, nil)
	d.book.err = io.ErrUnexpectedEOF
	_, err = carrySync(t, d.Session, Side{Path: root}, Side{At: bucket}, mirror)
	var noRules *RulesError
	require.ErrorAs(t, err, &noRules)

	// An object without an ETag cannot be told from another, and stays.
	puts(t, store, "x", "x")
	store.After(func(_ memstore.Call, o *client.Object) error { o.ETag = ""; return nil })
	silent := &oddPages{Store: store, of: func(_ int, p client.Page, err error) (client.Page, error) {
		for i := range p.Objects {
			p.Objects[i].ETag = ""
		}
		return p, err
	}}
	became, err := carrySync(t, at(t, silent), Side{Path: root}, Side{At: bucket}, mirror)
	require.NoError(t, err)
	require.Equal(t, transfer.Failed, became["s3://bucket/x"])
	store.After(nil)
	require.Contains(t, objectsOf(t, store), "x")
}

func writeIn(t *testing.T, root, name string) string {
	t.Helper()
	path := filepath.Join(root, name)
	require.NoError(t, os.WriteFile(path, []byte(name), 0o600))
	return path
}

func TestSidesThatLieInEachOtherAreSeen(t *testing.T) {
	place := func(key string) Side { return Side{At: client.Location{Bucket: "b", Key: key}} }
	assert.True(t, place("x").Overlaps(place("x/y")))
	assert.True(t, place("").Overlaps(place("x")))
	assert.True(t, place("x/").Overlaps(place("x")))
	assert.False(t, place("x").Overlaps(place("xy")))
	assert.False(t, place("x").Overlaps(Side{At: client.Location{Bucket: "c", Key: "x"}}))
	assert.False(t, place("x").Overlaps(Side{Path: "x"}))
}

func TestWhatAnSSECKeyOpensIsSyncedBothWaysAndDeleted(t *testing.T) {
	d := open(t, nil)
	key := d.key("c")
	d.book.all = []rules.Rule{{ID: "c", Bucket: "bucket", Type: client.TypeSSEC, CustomerKeyMD5: key.MD5()}}
	d.write("w/a", "a")
	d.write("w/b", "b")
	up, down := Side{Path: filepath.Join(d.dir, "w")}, Side{Path: filepath.Join(d.dir, "back")}
	for _, want := range []int{2, 0} {
		became, err := carrySync(t, d.Session, up, Side{At: bucket}, mirror)
		require.NoError(t, err)
		require.Len(t, became, want)
	}
	for _, want := range []int{2, 0} {
		became, err := carrySync(t, d.Session, Side{At: bucket}, down, mirror)
		require.NoError(t, err)
		require.Len(t, became, want)
	}
	require.Equal(t, map[string]string{"a": "a", "b": "b"}, filesOf(t, down.Path))
	require.NoError(t, os.Remove(filepath.Join(up.Path, "b")))
	became, err := carrySync(t, d.Session, up, Side{At: bucket}, mirror)
	require.NoError(t, err)
	require.Equal(t, map[string]transfer.Phase{"s3://bucket/b": transfer.Done}, became)
}
