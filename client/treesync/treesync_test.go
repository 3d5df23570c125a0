package treesync

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"math/rand/v2"
	"runtime"
	"slices"
	"sort"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
)

// all lists entries.
func all(entries ...Entry) iter.Seq2[Entry, error] {
	return func(yield func(Entry, error) bool) {
		for _, e := range entries {
			if !yield(e, nil) {
				return
			}
		}
	}
}

// then adds an error at the end.
func then(entries iter.Seq2[Entry, error], err error) iter.Seq2[Entry, error] {
	return func(yield func(Entry, error) bool) {
		for e, err := range entries {
			if !yield(e, err) {
				return
			}
		}
		yield(Entry{}, err)
	}
}

func file(key string, size int64) Entry { return Entry{Key: key, Kind: File, Size: size} }

// told writes steps as text, and the error.
func told(t *testing.T, source, target Tree, o Options) (steps []string, err error) {
	t.Helper()
	words := map[Action]string{Keep: "keep", Write: "write", Rename: "rename", Delete: "delete", Fail: "fail"}
	for piece, e := range Steps(t.Context(), source, target, o) {
		require.NoError(t, err, "something came after an error")
		err = e
		for _, s := range piece {
			text := words[s.Do] + " " + s.Key()
			if s.Do == Rename {
				text += " from " + s.From.Key
			}
			steps = append(steps, text)
		}
	}
	return steps, err
}

var deleting = Options{By: BySize, Delete: true, MostDeleted: -1}

func TestWhatIsNewOrOtherIsWrittenAndWhatOnlyTheTargetHasGoesLast(t *testing.T) {
	steps, err := told(t, Tree{Entries: all(file("a", 1), file("a-b", 2), file("a/x", 3), file("new", 1))},
		Tree{Entries: all(file("a", 1), file("a-b", 3), file("a.txt", 1), file("a/x", 3))}, deleting)
	require.NoError(t, err)
	assert.Equal(t, []string{"keep a", "write a-b", "keep a/x", "write new", "delete a.txt"}, steps)

	steps, err = told(t, Tree{Entries: all(file("a", 1))}, Tree{Entries: all(file("b", 1))}, Options{By: BySize})
	require.NoError(t, err)
	assert.Equal(t, []string{"write a"}, steps, "nobody asked for deletions")
}

func TestNothingIsDeletedWhereATreeIsNotWhole(t *testing.T) {
	broken := errors.New("page 2 failed")
	whole := all(file("a", 1), file("c", 1))
	for name, trees := range map[string][2]iter.Seq2[Entry, error]{
		"the source ends early":        {then(all(file("a", 1)), broken), all(file("a", 1), file("b", 1))},
		"the target ends early":        {whole, then(all(file("0", 1)), broken)},
		"the source fails at once":     {then(all(), broken), whole},
		"the target fails at once":     {whole, then(all(), broken)},
		"a page of the source twice":   {all(file("a", 1), file("c", 1), file("a", 1), file("c", 1)), all(file("0", 1), file("z", 1))},
		"a page of the target twice":   {whole, all(file("0", 1), file("1", 1), file("0", 1), file("1", 1))},
		"the source is out of order":   {all(file("c", 1), file("a", 1)), all(file("b", 1), file("z", 1))},
		"the same of the target again": {whole, all(file("0", 1), file("0", 1))},
	} {
		steps, err := told(t, Tree{Entries: trees[0]}, Tree{Entries: trees[1]}, deleting)
		require.Error(t, err, name)
		for _, s := range steps {
			assert.NotContains(t, s, "delete", name)
		}
	}
}

func TestAnEmptySourceDeletesNothingUnlessThatIsMeant(t *testing.T) {
	target := Tree{Entries: all(file("a", 1), file("b", 1))}
	o := deleting
	steps, err := told(t, Tree{Entries: all()}, target, o)
	require.ErrorIs(t, err, ErrFromNothing)
	assert.Empty(t, steps)

	o.Filter.Exclude = []string{"*.tmp"} // nothing of the source takes part
	steps, err = told(t, Tree{Entries: all(file("x.tmp", 1))}, target, o)
	require.ErrorIs(t, err, ErrFromNothing)
	assert.Empty(t, steps)

	o.FromNothing = true
	steps, err = told(t, Tree{Entries: all()}, target, o)
	require.NoError(t, err)
	assert.Equal(t, []string{"delete a", "delete b"}, steps)
}

func TestMoreThanTheMostIsNotDeletedAtAll(t *testing.T) {
	source, target := Tree{Entries: all(file("a", 1))}, Tree{Entries: all(file("b", 1), file("c", 1))}
	o := deleting
	o.MostDeleted = 1
	steps, err := told(t, source, target, o)
	require.ErrorContains(t, err, "2 would be deleted, and 1 are allowed")
	assert.Equal(t, []string{"write a"}, steps)
	o.MostDeleted = 2
	steps, err = told(t, source, target, o)
	require.NoError(t, err)
	assert.Equal(t, []string{"write a", "delete b", "delete c"}, steps)
}

func TestWhatAMaskLeavesOutStaysOnTheOtherSide(t *testing.T) {
	source := Tree{Entries: all(file("a.csv", 1), file("sub/b.tmp", 1), file("x.csv", 1))}
	target := Tree{Entries: all(file("cache/c.csv", 1), file("old.csv", 1), file("sub/b.tmp", 2), file("sub/old.tmp", 1))}
	o := deleting
	o.Filter = Filter{Include: []string{"*.csv", "*.tmp"}, Exclude: []string{"*.tmp", "cache/*"}}
	steps, err := told(t, source, target, o)
	require.NoError(t, err)
	assert.Equal(t, []string{"write a.csv", "write x.csv", "delete old.csv"}, steps)

	o.DeleteExcluded = true
	steps, err = told(t, source, target, o)
	require.NoError(t, err)
	assert.Equal(t, []string{"write a.csv", "write x.csv", "delete cache/c.csv", "delete old.csv", "delete sub/b.tmp", "delete sub/old.tmp"}, steps)
}

func TestWhatLiesInALinkOrAFolderThatNobodyMayReadIsNotTouched(t *testing.T) {
	closed := func(key string) Entry { return Entry{Key: key, Kind: Closed, Why: client.Say("it is a link")} }
	steps, err := told(t, Tree{Entries: all(closed("link"), file("z", 1))},
		Tree{Entries: all(file("link", 1), file("link-other", 1), file("link/below", 1), file("linked", 1))}, deleting)
	require.NoError(t, err)
	assert.Equal(t, []string{"write z", "delete link-other", "delete linked"}, steps)

	steps, err = told(t, Tree{Entries: all(file("link", 1), file("link-other", 1), file("link/below", 1))},
		Tree{Entries: all(closed("link"), file("link/z", 1))}, deleting)
	require.NoError(t, err)
	assert.Equal(t, []string{"fail link", "write link-other", "fail link/below"}, steps)
}

func TestTheMarkerOfAFolderStaysAsLongAsTheFolderDoes(t *testing.T) {
	folder := func(key, etag string) Entry { return Entry{Key: key, Kind: Folder, ETag: etag} }
	steps, err := told(t, Tree{Entries: all(folder("a/", ""), file("a/x", 1))},
		Tree{Entries: all(folder("a/", "etag"), file("a/x", 1), folder("b/", "etag"), file("c/", 1))}, deleting)
	require.NoError(t, err)
	assert.Equal(t, []string{"keep a/x", "delete b/", "delete c/"}, steps)
}

func TestTwoAreTheSameBySizeAndDateOrSizeAndChecksumAndNothingElse(t *testing.T) {
	day := time.Unix(1000, 123456789)
	crc, sha := client.Checksum{Algorithm: client.CRC64NVME, Value: "one"}, client.Checksum{Algorithm: client.SHA256, Value: "two"}
	other := client.Checksum{Algorithm: client.CRC64NVME, Value: "other"}
	for name, c := range map[string]struct {
		by             By
		source, target Entry
		reads          string // the checksum of what can be read
		step           Action
		why            string
	}{
		"dates":                                     {ByDate, Entry{Dated: day}, Entry{Dated: day}, "", Keep, ""},
		"dates of a file of microseconds":           {ByDate, Entry{Dated: day.Truncate(time.Microsecond), Name: "k"}, Entry{Dated: day}, "", Keep, ""},
		"dates of a file of seconds":                {ByDate, Entry{Dated: day}, Entry{Dated: day.Truncate(time.Second), Name: "k"}, "", Keep, ""},
		"dates of another nanosecond":               {ByDate, Entry{Dated: day}, Entry{Dated: day.Add(1)}, "", Write, "cannot be told"},
		"an object written in the second of a file": {ByDate, Entry{Dated: day, Name: "k"}, Entry{Dated: day.Truncate(time.Second)}, "", Write, "cannot be told"},
		"objects of microseconds":                   {ByDate, Entry{Dated: day}, Entry{Dated: day.Truncate(time.Microsecond)}, "", Write, "cannot be told"},
		"another date, the same contents":           {ByDate, Entry{Dated: day}, Entry{Dated: day.Add(time.Hour), Sums: []client.Checksum{crc}}, "one", Keep, ""},
		"another date, other contents":              {ByDate, Entry{Dated: day}, Entry{Dated: day.Add(time.Hour), Sums: []client.Checksum{crc}}, "another", Write, "other by their CRC64NVME"},
		"checksums before dates":                    {ByDate, Entry{Dated: day, Sums: []client.Checksum{other}}, Entry{Dated: day, Sums: []client.Checksum{crc}}, "", Write, "other by their CRC64NVME"},
		"checksums of one kind":                     {ByChecksum, Entry{Sums: []client.Checksum{sha, crc}}, Entry{Sums: []client.Checksum{crc}}, "", Keep, ""},
		"checksums of two kinds":                    {ByChecksum, Entry{Sums: []client.Checksum{sha}}, Entry{Sums: []client.Checksum{crc}}, "", Write, "cannot be told"},
		"the same date is no checksum":              {ByChecksum, Entry{Dated: day}, Entry{Dated: day}, "", Write, "cannot be told"},
		"the same ETag is nothing":                  {ByDate, Entry{ETag: "e"}, Entry{ETag: "e"}, "", Write, "cannot be told"},
		"no date is no date":                        {ByDate, Entry{}, Entry{}, "", Write, "cannot be told"},
		"what may not be seen":                      {ByDate, Entry{}, Entry{Unseen: client.Say("access denied")}, "", Write, "access denied"},
		"another size":                              {BySize, Entry{Size: 1}, Entry{Size: 2}, "", Write, "1 bytes, and 2 are there"},
		"a size that is not told":                   {BySize, Entry{Size: 1}, Entry{Size: client.NotTold}, "", Write, "size is not known"},
		"the size alone":                            {BySize, Entry{Size: 2}, Entry{Size: 2}, "", Keep, ""},
	} {
		t.Run(name, func(t *testing.T) {
			c.source.Key, c.source.Kind, c.target.Key, c.target.Kind = "k", File, "k", File
			if c.source.Size == 0 {
				c.source.Size, c.target.Size = 7, 7
			}
			source := Tree{Entries: all(c.source)}
			if c.reads != "" {
				source.Sum = func(_ context.Context, _ *Entry, by client.ChecksumAlgorithm) (client.Checksum, error) {
					return client.Checksum{Algorithm: by, Value: c.reads}, nil
				}
			}
			for piece, err := range Steps(t.Context(), source, Tree{Entries: all(c.target)}, Options{By: c.by}) {
				require.NoError(t, err)
				require.Len(t, piece, 1)
				assert.Equal(t, c.step, piece[0].Do)
				assert.Contains(t, piece[0].Why.String(), c.why)
				assert.Equal(t, strings.Contains(piece[0].Why.String(), "cannot be told"), piece[0].Unsure)
			}
		})
	}
}

func TestTwoEmptyFilesAreTheSame(t *testing.T) {
	steps, err := told(t, Tree{Entries: all(file("a", 0))}, Tree{Entries: all(file("a", 0))}, Options{By: ByChecksum})
	require.NoError(t, err)
	assert.Equal(t, []string{"keep a"}, steps)
}

func TestWhatCannotBeLookedAtFailsAloneAndWhatIsNotEncryptedAsAskedIsWritten(t *testing.T) {
	looks := func(_ context.Context, e *Entry) error {
		if e.Key == "down" {
			return errors.New("the server is down")
		}
		return nil
	}
	o := Options{By: BySize, Look: true, AsAsked: func(_ context.Context, e *Entry) (client.Text, error) {
		switch e.Key {
		case "plain":
			return client.Say("it is not encrypted as asked"), nil
		case "unjudged":
			return client.Text{}, errors.New("no answer")
		}
		return client.Text{}, nil
	}}
	entries := all(file("down", 1), file("fine", 1), file("plain", 1), file("unjudged", 1))
	steps, err := told(t, Tree{Entries: entries}, Tree{Entries: entries, Look: looks}, o)
	require.NoError(t, err)
	assert.Equal(t, []string{"fail down", "keep fine", "write plain", "fail unjudged"}, steps)

	o.Look = false // then nobody was looked at who could be judged
	steps, err = told(t, Tree{Entries: entries}, Tree{Entries: entries, Look: looks}, o)
	require.NoError(t, err)
	assert.Equal(t, []string{"keep down", "keep fine", "keep plain", "keep unjudged"}, steps)
}

func TestARenamedFileIsFoundByItsChecksumAlone(t *testing.T) {
	sums := map[string]string{"new/a": "A", "new/b": "B", "new/unreadable": "", "old/a": "A", "old/c": "C", "old/down": "B"}
	source := Tree{
		Entries: all(file("new/a", 5), file("new/b", 5), file("new/other size", 6), file("new/unreadable", 5)),
		Sum: func(_ context.Context, e *Entry, by client.ChecksumAlgorithm) (client.Checksum, error) {
			if sums[e.Key] == "" {
				return client.Checksum{}, errors.New("permission denied")
			}
			return client.Checksum{Algorithm: by, Value: sums[e.Key]}, nil
		},
	}
	target := Tree{
		Entries: all(file("old/a", 5), file("old/c", 5), file("old/down", 5)),
		Look: func(_ context.Context, e *Entry) error {
			if e.Key == "old/down" {
				return errors.New("the server is down")
			}
			e.Sums = []client.Checksum{{Algorithm: client.CRC64NVME, Value: sums[e.Key]}}
			return nil
		},
	}
	o := deleting
	o.By, o.Renames = ByDate, true
	steps, err := told(t, source, target, o)
	require.NoError(t, err)
	assert.Equal(t, []string{"rename new/a from old/a", "write new/b", "write new/other size", "write new/unreadable", "delete old/a", "delete old/c", "delete old/down"}, steps)

	o.Renames = false
	steps, err = told(t, source, target, o)
	require.NoError(t, err)
	assert.NotContains(t, strings.Join(steps, " "), "rename")
}

func TestNothingComesAfterSomebodyHadEnoughOrTheEnd(t *testing.T) {
	var many []Entry
	for i := range 1000 {
		many = append(many, file(fmt.Sprintf("%04d", i), 1))
	}
	pieces := 0
	for range Steps(t.Context(), Tree{Entries: all(many...)}, Tree{Entries: all()}, deleting) {
		pieces++
		break
	}
	assert.Equal(t, 1, pieces)

	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var last error
	for piece, err := range Steps(ctx, Tree{Entries: all(many...)}, Tree{Entries: all(file("z", 1))}, deleting) {
		cancel()
		last = err
		for _, s := range piece {
			assert.NotEqual(t, Delete, s.Do)
		}
	}
	require.ErrorIs(t, last, context.Canceled)
}

// TestTheStepsAreThoseOfTwoMaps compares random trees with a model that holds both.
func TestTheStepsAreThoseOfTwoMaps(t *testing.T) {
	letters := []string{"a", "b", "-", ".", "/", "0", "é", "a/", "a-"}
	for seed := range uint64(2000) {
		r := rand.New(rand.NewPCG(seed, 1))
		tree := func() map[string]int64 {
			m := map[string]int64{}
			for range r.IntN(40) {
				key := ""
				for range 1 + r.IntN(4) {
					key += letters[r.IntN(len(letters))]
				}
				m[key] = int64(1 + r.IntN(2))
			}
			return m
		}
		source, target := tree(), tree()
		var want []string
		for key, size := range source {
			switch there, is := target[key]; {
			case !is || there != size:
				want = append(want, "write "+key)
			default:
				want = append(want, "keep "+key)
			}
		}
		for key := range target {
			if _, is := source[key]; !is {
				want = append(want, "delete "+key)
			}
		}
		o := deleting
		o.FromNothing = true
		got, err := told(t, Tree{Entries: listed(source)}, Tree{Entries: listed(target)}, o)
		require.NoError(t, err)
		sort.Strings(want)
		sort.Strings(got)
		require.Equal(t, want, got, "seed %d", seed)
	}
}

func listed(m map[string]int64) iter.Seq2[Entry, error] {
	var entries []Entry
	for key, size := range m {
		entries = append(entries, file(key, size))
	}
	slices.SortFunc(entries, compareEntries)
	return all(entries...)
}

func FuzzNoOrderOfEntriesDeletesWhatTheSourceHas(f *testing.F) {
	f.Add("a\na-b\na/x", "a\na.txt\na/x")
	f.Add("b\na", "a")
	f.Fuzz(func(t *testing.T, a, b string) {
		entries := func(text string) (all []Entry) {
			for line := range strings.SplitSeq(text, "\n") {
				if line != "" {
					all = append(all, file(line, 1))
				}
			}
			return all
		}
		source, target := entries(a), entries(b)
		isSorted := slices.IsSortedFunc(source, compareEntries) && slices.IsSortedFunc(target, compareEntries)
		for piece, err := range Steps(t.Context(), Tree{Entries: all(source...)}, Tree{Entries: all(target...)}, deleting) {
			if isSorted && err != nil && !errors.Is(err, ErrFromNothing) && !strings.Contains(err.Error(), "came twice") {
				t.Fatal(err)
			}
			for _, s := range piece {
				if s.Do == Delete && slices.ContainsFunc(source, func(e Entry) bool { return e.Key == s.Target.Key }) {
					t.Fatalf("%q is deleted, which the source has", s.Target.Key)
				}
			}
		}
	})
}

func TestAMillionFilesThatAreTheSameAreNotHeld(t *testing.T) {
	const n = 1_000_000
	many := func(yield func(Entry, error) bool) {
		key := make([]byte, 0, 16)
		for i := range n {
			key = strconv.AppendInt(key[:0], int64(n+i), 10)
			if !yield(file(string(key), 1), nil) {
				return
			}
		}
	}
	kept, most := 0, uint64(0)
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	before := m.HeapAlloc
	for piece, err := range Steps(t.Context(), Tree{Entries: many}, Tree{Entries: many}, deleting) {
		require.NoError(t, err)
		if kept += len(piece); kept%100_000 < len(piece) {
			runtime.GC()
			runtime.ReadMemStats(&m)
			most = max(most, m.HeapAlloc)
		}
	}
	assert.Equal(t, n, kept)
	assert.Less(t, most, before+4<<20, "bytes are held")
}
