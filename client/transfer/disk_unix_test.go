//go:build unix

package transfer

import (
	"bytes"
	"io"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/memstore"
	"github.com/bucketseal/bucketseal/client/transfer/internal/disk"
)

// A landscape is a folder with a download on its way into it.
type landscape struct {
	*workbench
	job   Job
	data  []byte
	notes []string
}

func newLandscape(t *testing.T) *landscape {
	d := &landscape{}
	d.workbench = newBench(t, func(c *Config) {
		c.Note = func(s client.Text) { d.notes = append(d.notes, s.String()) }
	})
	d.job, d.data = d.object(10, client.PutOptions{})
	d.job.To.Name = "f"
	return d
}

func (d *landscape) at(name string) string { return filepath.Join(d.job.To.Root, name) }

func (d *landscape) mode(name string) fs.FileMode {
	st, err := os.Lstat(d.at(name))
	require.NoError(d, err)
	return st.Mode()
}

func (d *landscape) content(name string) string {
	b, err := os.ReadFile(d.at(name))
	require.NoError(d, err)
	return string(b)
}

// withUmask is a process begun under another umask. The tests that use it do not
// run beside others.
func withUmask(t *testing.T, mask fs.FileMode) {
	before, old := umask, unix.Umask(int(mask))
	umask = mask
	t.Cleanup(func() { umask = before; unix.Umask(old) })
}

// Each is a folder as somebody may have it, and what a download of "f" makes of
// it. What it says is in the error, "" where it succeeds.
func TestADownloadMeetsWhateverLiesUnderItsName(t *testing.T) {
	outside := t.TempDir()
	for name, c := range map[string]struct {
		before func(*landscape)
		says   string
		after  func(*landscape)
	}{
		"nothing": {
			before: func(*landscape) {},
			after:  func(d *landscape) { assert.Equal(t, fs.FileMode(0o664), d.mode("f")) },
		},
		"a file only its owner may read": {
			before: func(d *landscape) { d.write("f", 0o600) },
			after:  func(d *landscape) { assert.Equal(t, fs.FileMode(0o600), d.mode("f")) },
		},
		"a file of a group": {
			before: func(d *landscape) { d.write("f", 0o640) },
			after:  func(d *landscape) { assert.Equal(t, fs.FileMode(0o640), d.mode("f")) },
		},
		"a program": {
			before: func(d *landscape) { d.write("f", 0o755) },
			after:  func(d *landscape) { assert.Equal(t, fs.FileMode(0o755), d.mode("f")) },
		},
		"a pipe": {
			before: func(d *landscape) { require.NoError(t, unix.Mkfifo(d.at("f"), 0o600)) },
			says:   "a pipe is called f there",
			after:  func(d *landscape) { assert.NotZero(t, d.mode("f")&fs.ModeNamedPipe) },
		},
		"a socket": {
			before: func(d *landscape) {
				l, err := net.Listen("unix", d.at("f"))
				require.NoError(t, err)
				t.Cleanup(func() { _ = l.Close() })
			},
			says:  "a socket is called f there",
			after: func(d *landscape) { assert.NotZero(t, d.mode("f")&fs.ModeSocket) },
		},
		"a folder": {
			before: func(d *landscape) { require.NoError(t, os.Mkdir(d.at("f"), 0o700)) },
			says:   "a folder is called f there",
			after:  func(d *landscape) { assert.True(t, d.mode("f").IsDir()) },
		},
		"a link to a file beside it": {
			before: func(d *landscape) { d.write("real", 0o640); d.link("real", "f") },
			after: func(d *landscape) {
				assert.NotZero(t, d.mode("f")&fs.ModeSymlink, "the link stays one")
				assert.Equal(t, fs.FileMode(0o640), d.mode("real"))
				assert.Equal(t, string(d.data), d.content("real"))
			},
		},
		"a link by its whole path": {
			before: func(d *landscape) { d.write("real", 0o600); d.link(d.at("real"), "f") },
			after:  func(d *landscape) { assert.Equal(t, string(d.data), d.content("real")) },
		},
		"a link to what is not there yet": {
			before: func(d *landscape) { d.link("real", "f") },
			after:  func(d *landscape) { assert.Equal(t, string(d.data), d.content("real")) },
		},
		"a link to a pipe": {
			before: func(d *landscape) { require.NoError(t, unix.Mkfifo(d.at("p"), 0o600)); d.link("p", "f") },
			says:   "a pipe is called p there",
			after:  func(d *landscape) { assert.NotZero(t, d.mode("f")&fs.ModeSymlink) },
		},
		"a link out of the folder": {
			before: func(d *landscape) { d.link("../"+filepath.Base(outside), "f") },
			says:   "leads out of the folder",
			after:  func(d *landscape) { assert.NotZero(t, d.mode("f")&fs.ModeSymlink) },
		},
		"links in a circle": {
			before: func(d *landscape) { d.link("g", "f"); d.link("f", "g") },
			says:   "lead in circles",
			after:  func(d *landscape) { assert.NotZero(t, d.mode("f")&fs.ModeSymlink) },
		},
		"a device": {
			before: func(d *landscape) {
				if unix.Mknod(d.at("f"), unix.S_IFCHR|0o666, 1<<8|3) != nil { // the null device
					t.Skip("only root makes devices")
				}
			},
			says:  "a device is called f there",
			after: func(d *landscape) { assert.NotZero(t, d.mode("f")&fs.ModeDevice) },
		},
	} {
		t.Run(name, func(t *testing.T) {
			withUmask(t, 0o002)
			d := newLandscape(t)
			c.before(d)
			before := len(files(t, d.job.To.Root))
			row := d.run(d.job)[0]
			if c.says != "" {
				require.ErrorContains(t, row.Err, c.says)
				assert.Equal(t, client.KindLocal, client.KindOf(row.Err))
				assert.Len(t, files(t, d.job.To.Root), before, "nothing is left beside it")
			} else {
				require.NoError(t, row.Err)
				assert.Equal(t, string(d.data), d.content("f"))
			}
			c.after(d)
		})
	}
}

func (d *landscape) write(name string, mode fs.FileMode) {
	require.NoError(d, os.WriteFile(d.at(name), []byte("old"), 0o600))
	require.NoError(d, os.Chmod(d.at(name), mode))
}

func (d *landscape) link(to, name string) { require.NoError(d, os.Symlink(to, d.at(name))) }

// when is a body without bytes, which does something when it is read.
type when func()

func (w when) Read([]byte) (int, error) {
	w()
	return 0, io.EOF
}

func TestNobodyElseReadsADownloadBeforeItIsVerified(t *testing.T) {
	withUmask(t, 0)
	d := newLandscape(t)
	d.job.To.Name = "new/folder/f"
	looked := false
	d.store.Send(func(_ memstore.Call, data []byte) io.Reader {
		return io.MultiReader(bytes.NewReader(data), when(func() {
			for _, part := range files(t, d.job.To.Root) {
				st, err := os.Stat(part)
				assert.NoError(t, err)
				assert.Equal(t, fs.FileMode(0o600), st.Mode().Perm())
				looked = true
			}
		}))
	})
	require.NoError(t, d.run(d.job)[0].Err)
	assert.True(t, looked)
	assert.Equal(t, fs.FileMode(0o666), d.mode("new/folder/f"))
	assert.Equal(t, fs.FileMode(0o777), d.mode("new/folder").Perm())
}

func TestWhatAKilledDownloadLeftIsRemovedWhenItIsStaleAndSaid(t *testing.T) {
	d := newLandscape(t)
	old := time.Now().Add(-25 * time.Hour)
	leave := func(name string, when time.Time) string {
		d.write(name, 0o600)
		require.NoError(t, os.Chtimes(d.at(name), when, when))
		return name
	}
	stale := leave(".f.ABCDEFG2"+PartSuffix, old)
	held := leave(".g.ABCDEFG3"+PartSuffix, old)
	f, err := os.OpenFile(d.at(held), os.O_RDWR, 0)
	require.NoError(t, err)
	defer func() { require.NoError(t, f.Close()) }()
	require.True(t, disk.Lock(f))
	kept := []string{
		held, leave(".h.ABCDEFG4"+PartSuffix, time.Now().Add(-23*time.Hour)),
		leave("my"+PartSuffix, old), leave(".notes"+PartSuffix, old), leave(".f.ABCDEFG2.bucketseal-part.txt", old),
	}
	require.NoError(t, os.Mkdir(d.at(".d.ABCDEFG5"+PartSuffix), 0o700))
	d.link("my"+PartSuffix, ".l.ABCDEFG6"+PartSuffix)

	require.NoError(t, d.run(d.job)[0].Err)
	assert.NoFileExists(t, d.at(stale))
	for _, name := range kept {
		assert.FileExists(t, d.at(name))
	}
	assert.DirExists(t, d.at(".d.ABCDEFG5"+PartSuffix))
	require.Len(t, d.notes, 1)
	assert.Contains(t, d.notes[0], stale)
	assert.Contains(t, d.notes[0], d.job.To.Root)

	leave(stale, old)
	d.job.To.Name = "second"
	require.NoError(t, d.run(d.job)[0].Err)
	assert.FileExists(t, d.at(stale), "a folder is looked through once in a run")
}

func TestAPartIsKnownByItsName(t *testing.T) {
	assert.True(t, IsPart(partName("a.csv")))
	assert.True(t, IsPart(partName("資料\n.csv")))
	for _, name := range []string{"a.csv", PartSuffix, "." + PartSuffix, ".a" + PartSuffix, "a.ABCDEFG2" + PartSuffix, ".a.abcdefg2" + PartSuffix, ".a.ABCDEFG2" + PartSuffix + "x"} {
		assert.False(t, IsPart(name), name)
	}
}
