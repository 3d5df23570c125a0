package browser_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/memstore"
	"github.com/bucketseal/bucketseal/internal/explain"
)

func TestADeletionCountsWhatItTakesAndWaitsForYes(t *testing.T) {
	s := sees(t, "reports/keep.csv", "reports/old/a", "reports/old/b/c").open("reports")
	s.Selection().Only(0)
	s.Delete()
	require.NotNil(t, s.deletion)
	assert.Equal(t, "Counting what would be deleted…", s.deletion.Question())
	assert.NotEmpty(t, s.deletion.WhyNotStart())
	s.deletion.Start()
	s.loop.Pump()
	assert.Equal(t, "Delete 2 files (200 B)?", s.deletion.Question())
	assert.NotContains(t, s.store.Asked(), memstore.DeleteObject)
	assert.Equal(t, []string{"old/"}, s.deletion.Lines()[0].More)

	closed := 0
	s.deletion.OnClose = func() { closed++ }
	s.deletion.Start()
	s.loop.Pump()
	assert.Equal(t, []string{"keep.csv"}, s.store.Names("reports"))
	assert.Equal(t, []string{"keep.csv"}, s.rows())
	assert.Equal(t, 1, closed)
}

func TestADeletionThatFailsInPartSaysWhichAndShowsWhatIsLeft(t *testing.T) {
	s := sees(t, "reports/a", "reports/b").open("reports")
	s.store.Before(func(_ context.Context, c memstore.Call) error {
		if c.Op == memstore.DeleteObject && c.At.Key == "b" {
			return &client.Error{Op: string(c.Op), Kind: client.KindDenied, At: c.At, Status: 403}
		}
		return nil
	})
	s.Selection().SelectAll()
	s.Delete()
	assert.Equal(t, "Delete 2 files (200 B)?", s.deletion.Question(), "objects need no counting")
	s.deletion.Start()
	s.loop.Pump()
	require.Len(t, s.problems, 1)
	assert.Equal(t, "1 file could not be deleted: This account may not do that", s.problems[0].Title)
	assert.Equal(t, "s3://reports/b", s.problems[0].Body)
	assert.Equal(t, []string{"b"}, s.rows())
}

func TestADeletionGoesOnAfterARequestThatFailsAndSaysWhatFailedWhy(t *testing.T) {
	var places []string
	for i := range 1500 {
		places = append(places, fmt.Sprintf("reports/f/%04d", i))
	}
	s := sees(t, places...).open("reports")
	s.store.Before(func(_ context.Context, c memstore.Call) error {
		switch {
		case c.Op == memstore.DeleteObjects && c.Nth == 1:
			return c.Error(client.KindDenied)
		case c.Op == memstore.DeleteObject && strings.HasSuffix(c.At.Key, "9"):
			return c.Error(client.KindFull)
		}
		return nil
	})
	s.Selection().SelectAll()
	s.Delete()
	s.loop.Pump()
	s.deletion.Start()
	s.loop.Pump()
	require.Len(t, s.problems, 1)
	left := len(s.store.Names("reports"))
	assert.Contains(t, []int{500 + 100, 1000 + 50}, left, "either request may be the first")
	assert.Contains(t, s.problems[0].Title, explain.Files(left)+" could not be deleted: ")
	assert.Contains(t, s.problems[0].Body, " files: This account may not do that\n")
	assert.Contains(t, s.problems[0].Body, map[int]string{600: "100 files: ", 1050: "50 files: "}[left])
}

func TestAfterADeletionTheListStaysWhereItWas(t *testing.T) {
	var all []string
	for i := range 40 {
		all = append(all, fmt.Sprintf("reports/f%02d", i))
	}
	s := sees(t, append(all, "reports/sub/x")...).open("reports")
	gone := func(fail bool, rows ...int) {
		t.Helper()
		if fail {
			s.store.Before(func(_ context.Context, c memstore.Call) error {
				if c.Op == memstore.DeleteObject || c.Op == memstore.DeleteObjects {
					return &client.Error{Op: string(c.Op), At: c.At, Kind: client.KindDenied, Status: 403}
				}
				return nil
			})
		}
		s.Selection().SetSelected(rows)
		s.Delete()
		s.loop.Pump()
		s.deletion.Start()
		s.loop.Work()
		s.loop.Apply()
		assert.NotEmpty(t, s.Rows(), "the list is never empty meanwhile: it would jump to its top")
		s.loop.Pump()
		s.store.Before(nil)
	}
	name := func() string {
		require.Len(t, s.Selected(), 1)
		return s.Selected()[0].At.Key
	}
	gone(false, 20) // f19: the folder stands first
	assert.Equal(t, "f20", name(), "the next is selected")
	gone(false, 20, 21, 25)
	assert.Equal(t, "f22", name())
	gone(false, s.Rows()-1)
	assert.Equal(t, "f38", name(), "after the last, the one before")
	rows := s.Rows()
	gone(true, 3)
	assert.Equal(t, rows, s.Rows())
	assert.Len(t, s.problems, 1)
}
