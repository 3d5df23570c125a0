package browser

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestNamesAreOrderedAsPeopleDo(t *testing.T) {
	want := []string{
		"1.csv", "01.csv2", "2.csv", "10.csv", "99999999999999999999.csv", "100000000000000000000.csv",
		"A", "a", "a 1", "B.txt", "scan-2.dcm", "Scan-10.dcm", "scan-10.dcm.bak", "Z", "É", "é2", "é10", "季報", "\xff",
	}
	got := slices.Clone(want)
	rand.New(rand.NewPCG(1, 2)).Shuffle(len(got), func(i, j int) { got[i], got[j] = got[j], got[i] })
	slices.SortFunc(got, natural)
	assert.ElementsMatch(t, want, got)
	for i, a := range got {
		for j, b := range got {
			assert.Equal(t, i < j, natural(a, b) < 0, "%q, %q", a, b)
			assert.Equal(t, i == j, natural(a, b) == 0, "%q, %q", a, b)
		}
	}
	assert.Negative(t, natural("scan-2.dcm", "Scan-10.dcm"))
	assert.Negative(t, natural("01.csv", "2.csv"))
	assert.Negative(t, natural("a", "B"))
	assert.Negative(t, natural("99999999999999999999", "100000000000000000000"))
	assert.Negative(t, natural("É2", "é10"))
	assert.NotZero(t, natural("a1", "a01"), "other names are never equal")
}
