package session

import (
	"runtime"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/rules"
)

func TestNamesThatLookAlikeAreSaidBeforeAByteMoves(t *testing.T) {
	if runtime.GOOS == "darwin" {
		t.Skip("its file systems keep one of the two")
	}
	const composed, decomposed = "\u00dcbung", "U\u0308bung"
	d := open(t, []rules.Rule{{ID: "1", Key: composed + "*", Type: client.TypeSSES3}})
	plan, err := whole(d.PlanUpload(t.Context(), []string{d.write(composed, "x")}, bucket, UploadOptions{}, Choice{}))
	require.NoError(t, err)
	assert.Empty(t, plan.Warnings, "nothing looks like something else")
	d.carry(plan, nil)

	d.write("tree/"+composed+".txt", "x")
	d.write("tree/"+decomposed+".txt", "x")
	d.write("tree/"+decomposed, "x")
	plan, err = whole(d.PlanUpload(t.Context(), []string{d.dir + "/tree"}, bucket, UploadOptions{Contents: true}, Choice{}))
	require.NoError(t, err)
	assert.Equal(t, []string{
		"an object that looks like s3://bucket/" + decomposed + ` is there already, written "\u00dcbung": this one becomes another, written "U\u0308bung"`,
		`two files look alike and become two objects, written "U\u0308bung.txt" and "\u00dcbung.txt"`,
		"the mask of rule 1 looks like the names of 2 of the files and is written with other characters: it takes them all the same",
	}, said(plan.Warnings))
	for _, j := range plan.Jobs {
		assert.Equal(t, client.TypeSSES3, j.Treatment.Type, j.To.At)
	}
}
