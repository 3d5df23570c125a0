package s3store

import (
	"fmt"
	"net/http"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
)

// inParts answers HEADs of parts of these sizes.
func inParts(sizes ...int64) *recorder {
	total := int64(0)
	for _, s := range sizes {
		total += s
	}
	return &recorder{answer: func(r *http.Request, _ int) *http.Response {
		n, _ := strconv.Atoi(r.URL.Query().Get("partNumber"))
		return reply(206, []string{
			"X-Amz-Mp-Parts-Count", strconv.Itoa(len(sizes)), "Content-Length", fmt.Sprint(sizes[n-1]),
			"Content-Range", fmt.Sprintf("bytes 0-%d/%d", sizes[n-1]-1, total),
		}, "")
	}}
}

func TestPartsAreInferredWhereFirstAndLastMakeUpTheObject(t *testing.T) {
	for _, c := range []struct {
		sizes []int64
		exact bool
		asked int
	}{
		{[]int64{7}, false, 1},
		{[]int64{8, 8, 8, 8, 3}, false, 2},
		{[]int64{8, 8, 8, 8, 3}, true, 5},
		{[]int64{9, 8, 3}, false, 3},
	} {
		rec := inParts(c.sizes...)
		got, err := openRecorded(t, rec, compatible, Options{}).PartSizes(t.Context(), anywhere, client.ReadOptions{IfMatch: "e"}, c.exact)
		require.NoError(t, err)
		assert.Equal(t, c.sizes, got)
		assert.Equal(t, c.asked, rec.count())
		assert.Equal(t, `"e"`, rec.last().Header.Get("If-Match"), "of this very version")
	}
}

func TestPartsThatAreNotToldAreNone(t *testing.T) {
	for name, headers := range map[string][]string{
		"no part numbers": {"Content-Length", "30"},
		"no total":        {"Content-Length", "30", "X-Amz-Mp-Parts-Count", "2"},
		"too many":        {"Content-Length", "30", "X-Amz-Mp-Parts-Count", "10001", "Content-Range", "bytes 0-29/60"},
		"none at all":     {"Content-Length", "30", "X-Amz-Mp-Parts-Count", "0", "Content-Range", "bytes 0-29/60"},
	} {
		rec := &recorder{answer: always(func() *http.Response { return reply(200, headers, "") })}
		got, err := openRecorded(t, rec, compatible, Options{}).PartSizes(t.Context(), anywhere, client.ReadOptions{}, false)
		require.NoError(t, err, name)
		assert.Empty(t, got, name)
		assert.Equal(t, 1, rec.count(), name)
	}
}

func TestAPartThatCannotBeAskedForIsAnError(t *testing.T) {
	honest := inParts(9, 8, 3)
	for _, failing := range []int{1, 2, 3} {
		for _, answer := range []*http.Response{reply(403, nil, ""), reply(200, []string{"Content-Length", "3"}, "")} {
			if failing == 1 && answer.StatusCode == 200 {
				continue // not told
			}
			rec := &recorder{answer: func(r *http.Request, n int) *http.Response {
				if r.URL.Query().Get("partNumber") == strconv.Itoa(failing) {
					return answer
				}
				return honest.answer(r, n)
			}}
			_, err := openRecorded(t, rec, compatible, Options{}).PartSizes(t.Context(), anywhere, client.ReadOptions{}, false)
			assert.Error(t, err, "%d, %d", failing, answer.StatusCode)
		}
	}
	_, err := openRecorded(t, &recorder{}, compatible, Options{}).PartSizes(t.Context(), client.Location{Bucket: "b"}, client.ReadOptions{}, false)
	assert.Equal(t, client.KindInvalid.String(), client.KindOf(err).String())
}
