//go:build unix

package session

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/rules"
)

// link makes a symbolic link among the user's files.
func (d *desk) link(to, name string) {
	path := filepath.Join(d.dir, name)
	require.NoError(d.t, os.MkdirAll(filepath.Dir(path), 0o700))
	require.NoError(d.t, os.Symlink(to, path))
}

// keys are what a plan would upload; what it refuses follows after a "!", what it
// says is left out after a "-".
func (d *desk) keysOf(o UploadOptions, names ...string) (keys []string) {
	d.t.Helper()
	var paths []string
	for _, n := range names {
		paths = append(paths, filepath.Join(d.dir, n))
	}
	p, err := whole(d.PlanUpload(d.t.Context(), paths, bucket, o, Choice{}))
	require.NoError(d.t, err)
	for _, j := range p.Jobs {
		keys = append(keys, j.To.At.Key)
	}
	for _, r := range p.Refused {
		keys = append(keys, "! "+r.Target.Key+": "+r.Reason.String())
	}
	for _, w := range p.Warnings {
		keys = append(keys, "- "+strings.ReplaceAll(w.String(), d.dir+"/", ""))
	}
	slices.Sort(keys)
	return keys
}

// Each is a folder "t" as somebody may have it, and what uploading it would do.
func TestAFolderGoesUpOnceHoweverItIsLinked(t *testing.T) {
	const never = "it is a link to a folder it lies in: following it would never end"
	const own = "- not followed, since the folder goes up under its own name: "
	const other = "- not followed, since the folder goes up under another name: "
	for name, c := range map[string]struct {
		make func(*desk)
		want []string
	}{
		"a link to a file": {
			func(d *desk) { d.write("elsewhere/f", "x"); d.link("../elsewhere/f", "t/l") },
			[]string{"t/l"},
		},
		"a link to a folder elsewhere": {
			func(d *desk) { d.write("elsewhere/f", "x"); d.link("../elsewhere", "t/l") },
			[]string{"t/l/f"},
		},
		"two links to a folder elsewhere": {
			func(d *desk) {
				d.write("elsewhere/f", "x")
				d.link("../elsewhere", "t/l1")
				d.link("../elsewhere", "t/l2")
			},
			[]string{own + "t/l2 -> elsewhere", "t/l1/f"},
		},
		"a link into a folder that is linked": {
			func(d *desk) {
				d.write("elsewhere/in/f", "x")
				d.link("../elsewhere", "t/l1")
				d.link("../elsewhere/in", "t/l2")
			},
			[]string{own + "t/l2 -> elsewhere/in", "t/l1/in/f"},
		},
		"a folder linked before the one that holds it": {
			func(d *desk) {
				d.write("elsewhere/in/f", "x")
				d.link("../elsewhere/in", "t/l1")
				d.link("../elsewhere", "t/l2")
			},
			[]string{other + "t/l2/in -> t/l1", "t/l1/f"},
		},
		"a link to a folder of the tree": {
			func(d *desk) { d.write("t/z/f", "x"); d.link("z", "t/a") },
			[]string{own + "t/a -> t/z", "t/z/f"},
		},
		"a link to itself from below": {
			func(d *desk) { d.write("t/a/f", "x"); d.link("../..", "t/a/up") },
			[]string{"! t/a/up: " + never, "t/a/f"},
		},
		"a link to above the tree": {
			func(d *desk) { d.write("t/f", "x"); d.link("..", "t/up") },
			[]string{"! t/up: " + never, "t/f"},
		},
		"a link to nothing": {
			func(d *desk) { d.write("t/f", "x"); d.link("gone", "t/l") },
			[]string{"! t/l: there is no such file", "t/f"},
		},
		"a link to itself": {
			func(d *desk) { d.write("t/f", "x"); d.link("l", "t/l") },
			[]string{"! t/l: too many levels of symbolic links", "t/f"},
		},
		"what a killed download left": {
			func(d *desk) { d.write("t/.f.ABCDEFG2.bucketseal-part", "x"); d.write("t/f", "x") },
			[]string{"- left out, since a download that was cut off has left it: t/.f.ABCDEFG2.bucketseal-part", "t/f"},
		},
		"names that were escaped": {
			func(d *desk) {
				d.write("t/%_/.%2E/f", "x")
				d.write("t/A", "x")
				d.write("t/a%-2", "x")
				d.write("t/a%file", "x")
			},
			[]string{"t//../f", "t/A", "t/a", "t/a%file"},
		},
		"names that only look so": {
			func(d *desk) {
				d.write("t/100%25.txt", "x")
				d.write("t/sale%-20", "x")
				d.write("t/report%file", "x")
				d.write("t/a%zz", "x")
			},
			[]string{"t/100%25.txt", "t/a%zz", "t/report%file", "t/sale%-20"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			d := open(t, nil)
			c.make(d)
			assert.Equal(t, c.want, d.keysOf(UploadOptions{}, "t"))
		})
	}
}

func TestFoldersThatLinkToEachOtherDoNotMultiply(t *testing.T) {
	d := open(t, nil)
	const n = 8
	for i := range n {
		d.write(fmt.Sprintf("t/d%d/f", i), "x")
		for j := range n {
			if i != j {
				d.link(fmt.Sprintf("../d%d", j), fmt.Sprintf("t/d%d/l%d", i, j))
			}
		}
	}
	keys := d.keysOf(UploadOptions{Contents: true}, "t")
	require.Len(t, keys, n+1)
	assert.Contains(t, keys[0], "(+51)", "of many only some are named")
	assert.Equal(t, "d7/f", keys[n])
}

// A rule is asked about the object, not about how the file had to be called.
func TestRulesMatchTheNameThatWasEscaped(t *testing.T) {
	d := open(t, []rules.Rule{{ID: "1", Type: client.TypeSSES3, Key: "secret//*"}})
	d.write("secret/%_/f", "x")
	p, err := whole(d.PlanUpload(t.Context(), []string{filepath.Join(d.dir, "secret")}, bucket, UploadOptions{}, Choice{}))
	require.NoError(t, err)
	require.Len(t, p.Jobs, 1)
	assert.Equal(t, "secret//f", p.Jobs[0].To.At.Key)
	assert.Equal(t, 1, p.Jobs[0].Treatment.Rule)
}

func TestDownAndUpAgainMakesTheSameObjects(t *testing.T) {
	d := open(t, nil)
	want := []string{
		"2026-01-01T10:00:00Z.log", "100%.txt", "what?.txt", "aux.c", "../up", "a//b", "Twin", "twin", "both", "both/inside", "%2E", "a%file", "x%-2",
		strings.Repeat("k", 300), ".f.ABCDEFG2.bucketseal-part", "sp ace ", "dot.",
	}
	for _, key := range want {
		d.put("logs/"+key, key)
	}
	folder := []client.Object{{At: bucket.Join("logs/"), IsFolder: true}}
	d.carry(whole(d.PlanDownload(t.Context(), folder, filepath.Join(d.dir, "down"), DownloadOptions{}, Choice{})))
	for _, row := range d.carry(whole(d.PlanUpload(t.Context(), []string{filepath.Join(d.dir, "down", "logs")}, bucket, UploadOptions{}, Choice{}))) {
		require.NoError(t, row.Err)
	}
	page, err := d.List(t.Context(), bucket, client.ListOptions{Recursive: true})
	require.NoError(t, err)
	var got []string
	for _, o := range page.Objects {
		got = append(got, strings.TrimPrefix(o.At.Key, "logs/"))
	}
	assert.ElementsMatch(t, want, got)
}
