package session

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/rules"
	"github.com/bucketseal/bucketseal/client/transfer"
)

// crowded writes n files into the folder "tree".
func (d *desk) crowded(n int) string {
	d.t.Helper()
	for i := range n {
		d.write(fmt.Sprintf("tree/f%05d", i), "x")
	}
	return filepath.Join(d.dir, "tree")
}

func TestWhatIsFoundFirstIsPlannedBeforeTheRestIsLookedAt(t *testing.T) {
	d := open(t, nil)
	tree := d.crowded(40)
	first, refused := 0, 0
	for p, err := range d.PlanUpload(t.Context(), []string{tree}, bucket, UploadOptions{Contents: true}, Choice{}) {
		require.NoError(t, err)
		if first == 0 {
			first = len(p.Jobs)
			require.NoError(t, os.Remove(filepath.Join(tree, "f00039")))
		}
		refused += len(p.Refused)
	}
	assert.Equal(t, firstPiece, first)
	assert.Equal(t, 1, refused, "the last file was not looked at before")
}

func TestAPlanThatNobodyReadsOnLooksAtNothingMore(t *testing.T) {
	d := open(t, nil)
	tree := d.crowded(100)
	pieces := 0
	for _, err := range d.PlanUpload(t.Context(), []string{tree}, bucket, UploadOptions{}, Choice{}) {
		require.NoError(t, err)
		pieces++
		break
	}
	assert.Equal(t, 1, pieces)
	for i := range 100 {
		d.put(fmt.Sprintf("many/%03d", i), "x")
	}
	for _, err := range d.PlanDownload(t.Context(), []client.Object{{At: bucket.Join("many/"), IsFolder: true}}, t.TempDir(), DownloadOptions{}, Choice{}) {
		require.NoError(t, err)
		pieces++
		break
	}
	assert.Equal(t, 2, pieces)
}

func TestAWalkThatIsCutShortSaysSoLast(t *testing.T) {
	d := open(t, nil)
	tree := d.crowded(100)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var jobs int
	var last error
	for p, err := range d.PlanUpload(ctx, []string{tree}, bucket, UploadOptions{}, Choice{}) {
		jobs, last = jobs+len(p.Jobs), err
		cancel()
	}
	require.ErrorIs(t, last, context.Canceled)
	assert.Equal(t, firstPiece, jobs)
}

func TestWhatIsWorthKnowingIsSaidOnceHoweverManyThePieces(t *testing.T) {
	d := open(t, []rules.Rule{{ID: "1", Type: client.TypeSSES3}})
	d.store = kmsByDefault{d.store}
	tree := d.crowded(1100)
	d.write("tree/.z.ABCDEFG2.bucketseal-part", "x")
	d.write("tree/z.ABCDEFG3.bucketseal-part", "x")
	p, err := whole(d.PlanUpload(t.Context(), []string{tree}, bucket, UploadOptions{}, Choice{}))
	require.NoError(t, err)
	assert.Equal(t, 1101, len(p.Jobs), "only a name that is all ours is a part") //nolint:testifylint // of many jobs only the number is shown
	assert.EqualValues(t, 1101, p.Bytes)
	told := said(p.Warnings)
	require.Len(t, told, 2)
	assert.Contains(t, told[0], "weaker than the bucket's default")
	assert.Contains(t, told[1], "left out, since a download that was cut off has left it")
}

// A name that is too long for a file is spread over folders, and a mark at its end
// is taken off: two such files are one object, be they in one piece of the plan or in
// two.
func TestTwoFilesOfOneObjectAreNotBothSentHoweverFarApart(t *testing.T) {
	const before = firstPiece - 1 // then the first of the two ends the piece
	d := open(t, nil)
	tree := d.crowded(before)
	long := "tree/" + strings.Repeat("k", 200) + "%+/%+" + strings.Repeat("k", 100)
	d.write(long, "first")
	d.write(long+"%-2", "second")
	p, err := whole(d.PlanUpload(t.Context(), []string{tree}, bucket, UploadOptions{Contents: true}, Choice{}))
	require.NoError(t, err)
	assert.Equal(t, before+1, len(p.Jobs)) //nolint:testifylint // of many jobs only the number is shown
	assert.EqualValues(t, before+len("first"), p.Bytes)
	require.Len(t, p.Refused, 1)
	assert.True(t, strings.HasSuffix(p.Refused[0].Source, "%-2"), p.Refused[0].Source)
	assert.Equal(t, client.KindRefused, p.Refused[0].Kind)
	assert.Contains(t, p.Refused[0].Reason.String(), "one would overwrite the other")
}

func TestADownloadOfManyObjectsComesInPiecesAndItsNamesAreThoseOfTheWhole(t *testing.T) {
	d := open(t, nil)
	store := crowd(append(numbered("n/", 0, 1500), "n/Twin", "n/twin", "n/both", "n/both/inside"))
	d.store = store
	folder := client.Object{At: client.Location{Bucket: "b", Key: "n/"}, IsFolder: true}
	var sizes []int
	names := map[string]bool{}
	for p, err := range d.PlanDownload(t.Context(), []client.Object{folder}, t.TempDir(), DownloadOptions{Contents: true}, Choice{}) {
		require.NoError(t, err)
		sizes = append(sizes, len(p.Jobs))
		for _, j := range p.Jobs {
			names[j.To.Name] = true
			assert.Equal(t, transfer.OverwriteAlways, j.Overwrite)
		}
	}
	assert.Equal(t, []int{16, 32, 64, 128, 256, 512, 496}, sizes)
	assert.Len(t, names, 1504)
	for _, name := range []string{"Twin", "twin%-2", "both%file", "both/inside"} {
		assert.True(t, names[name], name)
	}
	assert.False(t, strings.Contains(fmt.Sprint(names), "n/00"), "the folder's own name is left out")
}
