package session

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/memstore"
	"github.com/bucketseal/bucketseal/client/rules"
)

// crowd is a store of many names.
func crowd(names []string) *memstore.Store {
	s := memstore.New(memstore.Options{Buckets: []string{"b"}, PageSize: 100})
	for _, name := range names {
		s.Fill(0, "b/"+name)
	}
	return s
}

// looks are the requests that a store was asked to see what is there.
func looks(s *memstore.Store) int {
	return s.Count(memstore.ListObjects) + s.Count(memstore.HeadObject)
}

// numbered are the names of a folder, by number.
func numbered(folder string, from, to int) (keys []string) {
	for i := from; i < to; i++ {
		keys = append(keys, fmt.Sprintf("%s%06d", folder, i))
	}
	return keys
}

func targetsOf(keys []string) (targets []client.Location) {
	for _, key := range keys {
		targets = append(targets, client.Location{Bucket: "b", Key: key})
	}
	return targets
}

func TestWhatExistsIsFoundWithFewRequests(t *testing.T) {
	root := client.Location{Bucket: "b"}
	n := root.Join("n/")
	for name, c := range map[string]struct {
		there, planned []string
		roots          []client.Location
		most           int // requests
		want           int
	}{
		"one file where many lie":         {numbered("n/", 0, 4500), []string{"one"}, []client.Location{root}, 1, 0},
		"one file over one of many":       {numbered("n/", 0, 4500), []string{"n/000007"}, []client.Location{root}, 1, 1},
		"a large plan into a small place": {numbered("n/", 0, 90), numbered("n/", 0, 1000), []client.Location{n}, 1, 90},
		"a large plan over as many":       {numbered("n/", 0, 1000), numbered("n/", 0, 1000), []client.Location{n}, 11, 1000},
		"40 files where many lie before":  {numbered("a/", 0, 9000), numbered("n/", 0, 40), []client.Location{root}, 80, 0},
		"40 files among many":             {numbered("n/", 0, 9000), numbered("n/", 8980, 9020), []client.Location{n}, 80, 20},
		"single files beside a folder":    {numbered("", 0, 50), append(numbered("", 30, 40), numbered("n/", 0, 40)...), append([]client.Location{n}, root.Join("000030")), 20, 10},
		"the last names of a folder":      {numbered("n/", 0, 9000), numbered("n/", 8901, 8991), []client.Location{n}, 1, 90},
		"the first names of a folder":     {numbered("n/c", 0, 9000), append(numbered("n/a", 0, 40), "n/b"), []client.Location{n}, 1, 0},
		"a few of a folder by one page":   {numbered("n/", 0, 9000), numbered("n/", 100, 180), []client.Location{n}, 2, 80},
		"300 files where a million lie":   {numbered("n/00", 0, 9000), append(numbered("n/00", 0, 299), "n/y"), []client.Location{n}, 60, 299},
		"nothing there":                   {nil, numbered("n/", 0, 500), []client.Location{n}, 1, 0},
	} {
		store := crowd(c.there)
		found := (&Session{store: store}).existing(t.Context(), targetsOf(c.planned), c.roots)
		require.NoError(t, found.Err, name)
		assert.Len(t, found.There, c.want, name)
		assert.Empty(t, found.Unknown, name)
		for at := range found.There {
			assert.Contains(t, c.planned, at.Key, name)
			assert.Contains(t, c.there, at.Key, name)
		}
		assert.LessOrEqual(t, looks(store), c.most, name)
	}
}

// So much lies there that looking at all of it would take longer than the upload.
func TestWhatWasNotLookedUpIsUnknownAndNeverCalledMissing(t *testing.T) {
	keys := numbered("n/", 0, 9000)
	planned := append(numbered("n/", 0, 300), numbered("n/", 8900, 9200)...)
	store := crowd(keys)
	found := (&Session{store: store}).existing(t.Context(), targetsOf(planned), []client.Location{{Bucket: "b", Key: "n/"}})
	require.NoError(t, found.Err)
	assert.Len(t, found.There, 300)
	assert.Len(t, found.Unknown, 300)
	assert.LessOrEqual(t, looks(store), mostPages)

	u := &UploadSurvey{Existing: found}
	for _, at := range targetsOf(planned) {
		u.Files = append(u.Files, SourceFile{Target: at})
	}
	p := u.Treat(rules.Set{}, Choice{})
	assert.Len(t, p.Existing, 300)
	assert.Equal(t, 300, p.MayExist)
	assert.Equal(t, []string{"300 of the files may be there already: so much lies there that not all of it was looked through"}, said(p.Warnings))
}

// A directory bucket lists in no order, and below whole folders only.
func TestInADirectoryBucketNothingIsConcludedFromTheOrderOfTheList(t *testing.T) {
	jumble := &jumble{}
	at := func(n int) client.Location { return client.Location{Bucket: "b--x-s3", Key: fmt.Sprintf("n/%03d", n)} }
	var targets []client.Location
	for n := range 100 {
		targets = append(targets, at(n))
	}
	jumble.pages = [][]client.Location{{at(99)}, {at(0)}}
	found := (&Session{store: jumble}).existing(t.Context(), targets, []client.Location{{Bucket: "b--x-s3", Key: "n/"}})
	require.NoError(t, found.Err)
	assert.Equal(t, map[client.Location]bool{at(99): true, at(0): true}, found.There)
	assert.Equal(t, "n/", jumble.under)
}

// A jumble is a store that lists in the order given.
type jumble struct {
	client.Store
	pages [][]client.Location
	under string
}

func (j *jumble) List(_ context.Context, under client.Location, o client.ListOptions) (page client.Page, _ error) {
	j.under = under.Key
	n := len(o.After)
	for _, at := range j.pages[n] {
		page.Objects = append(page.Objects, client.Object{At: at})
	}
	if n+1 < len(j.pages) {
		page.Next = strings.Repeat("x", n+1)
	}
	return page, nil
}

func TestWhatExistsIsNotFoundOutWhenTheServerDoesNotAnswer(t *testing.T) {
	for _, planned := range [][]string{{"a"}, numbered("n/", 0, 100)} {
		for kind, known := range map[client.Kind]bool{client.KindNoBucket: true, client.KindDenied: false} {
			store := crowd(nil)
			store.Before(memstore.Failing(kind, memstore.ListObjects, memstore.HeadObject))
			found := (&Session{store: store}).existing(t.Context(), targetsOf(planned), []client.Location{{Bucket: "b"}})
			assert.Empty(t, found.There)
			assert.Equal(t, known, found.Err == nil, "%v: %v", kind, found.Err)
		}
	}
}

func TestAnObjectThatNeedsItsKeyExists(t *testing.T) {
	store := crowd(nil)
	store.Before(memstore.Failing(client.KindNeedsKey, memstore.ListObjects, memstore.HeadObject))
	found := (&Session{store: store}).existing(t.Context(), targetsOf([]string{"a"}), nil)
	require.NoError(t, found.Err)
	assert.Len(t, found.There, 1)
}

// The command line does not show what exists: nobody is asked for it.
func TestAPlanForNobodyToSeeAsksForNothing(t *testing.T) {
	d := open(t, nil)
	d.put("a", "old")
	d.write("tree/a", "new")
	sent := d.sent.during(func() {
		p, err := whole(d.PlanUpload(t.Context(), []string{d.dir + "/tree"}, bucket, UploadOptions{Contents: true}, Choice{}))
		require.NoError(t, err)
		assert.Len(t, p.Jobs, 1)
		assert.Empty(t, p.Existing)
	})
	for _, request := range sent {
		assert.NotContains(t, request, "HEAD ", "no object is looked at")
		assert.NotContains(t, request, "list-type", "nor listed")
	}
}

// reversed is a server that lists the later names first.
type reversed struct{ *memstore.Store }

func (r reversed) List(_ context.Context, under client.Location, o client.ListOptions) (page client.Page, err error) {
	const some = 100
	names := r.Names(under.Bucket)
	slices.Reverse(names)
	from, _ := strconv.Atoi(o.After)
	for _, key := range names[from:min(from+some, len(names))] {
		page.Objects = append(page.Objects, client.Object{At: client.Location{Bucket: under.Bucket, Key: key}})
	}
	if from += some; from < len(names) {
		page.Next = strconv.Itoa(from)
	}
	return page, nil
}

func TestAServerWithAnOrderOfItsOwnIsNotBelievedByTheOrder(t *testing.T) {
	planned := append(numbered("n/", 0, 3000), "n/z")
	store := crowd(numbered("n/", 0, 3000))
	found := (&Session{store: reversed{store}}).existing(t.Context(), targetsOf(planned), []client.Location{{Bucket: "b", Key: "n/"}})
	require.NoError(t, found.Err)
	assert.Len(t, found.There, mostPages*100)
	assert.Len(t, found.Unknown, 1001, "what was not seen in twenty pages may be there")
}

func TestAListingThatBreaksOffWithNotFoundDoesNotMeanThatNothingIsThere(t *testing.T) {
	store := crowd(numbered("n/", 0, 1000))
	store.Before(func(_ context.Context, c memstore.Call) error {
		if c.Nth == 2 {
			return c.Error(client.KindNotFound)
		}
		return nil
	})
	found := (&Session{store: store}).existing(t.Context(), targetsOf(numbered("n/", 0, 1000)), []client.Location{{Bucket: "b", Key: "n/"}})
	require.Error(t, found.Err)
}
