package s3store

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
)

// entry is one object of a list; fields replace those of an ordinary one, ""
// leaves the element out.
func entry(key string, fields ...string) string {
	all := map[string]string{
		"Key": key, "LastModified": "2025-01-02T03:04:05.000Z", "ETag": "&quot;abc&quot;", "Size": "40", "StorageClass": "STANDARD",
	}
	for i := 0; i+1 < len(fields); i += 2 {
		all[fields[i]] = fields[i+1]
	}
	text := "<Contents>"
	for _, name := range []string{"Key", "LastModified", "ETag", "Size", "StorageClass", "Owner"} {
		if all[name] != "" {
			text += "<" + name + ">" + all[name] + "</" + name + ">"
		}
	}
	return text + "</Contents>"
}

func list(inside string) string {
	return xmlAnswer("<ListBucketResult>" + inside + "</ListBucketResult>")
}

// shownAs is an object as the tables write it.
func shownAs(o client.Object) string {
	if o.IsFolder {
		return o.At.Key
	}
	return fmt.Sprintf("%s %s %s %s %s", o.At.Key, sized(o.Size), stamped(o.Modified), o.ETag, o.StorageClass)
}

func rows(p client.Page) []string {
	all := []string{}
	for _, o := range p.Objects {
		all = append(all, shownAs(o))
	}
	return all
}

const (
	usual = "k 40 2025-01-02T03:04:05Z abc STANDARD"
	other = "z 40 2025-01-02T03:04:05Z abc STANDARD" // stands beside the odd one, and is whole
)

// oddEntries are odd fields of one object, with what is told of it.
var oddEntries = map[string]struct{ entry, want string }{
	"as usual":                     {entry("k"), usual},
	"no size":                      {entry("k", "Size", ""), "k ? 2025-01-02T03:04:05Z abc STANDARD"},
	"a size that is no number":     {entry("k", "Size", "many"), "k ? 2025-01-02T03:04:05Z abc STANDARD"},
	"a fraction":                   {entry("k", "Size", "40.0"), "k ? 2025-01-02T03:04:05Z abc STANDARD"},
	"a negative size":              {entry("k", "Size", "-1"), "k ? 2025-01-02T03:04:05Z abc STANDARD"},
	"a size of 2^63":               {entry("k", "Size", "9223372036854775808"), "k ? 2025-01-02T03:04:05Z abc STANDARD"},
	"a size of 2^63-1":             {entry("k", "Size", "9223372036854775807"), "k ? 2025-01-02T03:04:05Z abc STANDARD"},
	"a size in blanks":             {entry("k", "Size", " 40\n"), usual},
	"a size of 0 that is told":     {entry("k", "Size", "0"), "k 0 2025-01-02T03:04:05Z abc STANDARD"},
	"no date":                      {entry("k", "LastModified", ""), "k 40 - abc STANDARD"},
	"an empty date":                {entry("k", "LastModified", " "), "k 40 - abc STANDARD"},
	"a date that is none":          {entry("k", "LastModified", "yesterday"), "k 40 - abc STANDARD"},
	"the year 1":                   {entry("k", "LastModified", "0001-01-01T00:00:00Z"), "k 40 - abc STANDARD"},
	"a date of HTTP":               {entry("k", "LastModified", "Thu, 02 Jan 2025 03:04:05 GMT"), usual},
	"a date of C":                  {entry("k", "LastModified", "Thu Jan  2 03:04:05 2025"), usual},
	"a date with a blank":          {entry("k", "LastModified", "2025-01-02 03:04:05"), usual},
	"a date without a zone":        {entry("k", "LastModified", "2025-01-02T03:04:05.000"), usual},
	"a date of another zone":       {entry("k", "LastModified", "2025-01-02T11:04:05+08:00"), usual},
	"a zone without a colon":       {entry("k", "LastModified", "2025-01-02T11:04:05+0800"), usual},
	"a compact date":               {entry("k", "LastModified", "20250102T030405Z"), usual},
	"no ETag":                      {entry("k", "ETag", ""), "k 40 2025-01-02T03:04:05Z  STANDARD"},
	"an empty ETag":                {entry("k", "ETag", "&quot;&quot;"), "k 40 2025-01-02T03:04:05Z  STANDARD"},
	"a bare ETag":                  {entry("k", "ETag", "abc"), usual},
	"a weak ETag":                  {entry("k", "ETag", "W/&quot;abc&quot;"), usual},
	"an ETag escaped twice":        {entry("k", "ETag", "&amp;quot;abc&amp;quot;"), usual},
	"an ETag in upper case":        {entry("k", "ETag", "&quot;ABC&quot;"), "k 40 2025-01-02T03:04:05Z ABC STANDARD"},
	"an unknown class":             {entry("k", "StorageClass", "MOON_BASE"), "k 40 2025-01-02T03:04:05Z abc MOON_BASE"},
	"no class":                     {entry("k", "StorageClass", ""), "k 40 2025-01-02T03:04:05Z abc "},
	"an owner without a name":      {entry("k", "Owner", "<ID/>"), usual},
	"an owner of another shape":    {entry("k", "Owner", "<ID><x>1</x></ID><Extra>2</Extra>"), usual},
	"everything odd at once":       {entry("k", "Size", "?", "LastModified", "?", "ETag", "", "StorageClass", ""), "k ? -  "},
	"a number where tags would be": {entry("k", "Size", "<b>40</b>"), "k ? 2025-01-02T03:04:05Z abc STANDARD"},
}

func TestOneOddFieldOfAListIsNotToldAndTheRestIs(t *testing.T) {
	for name, c := range oddEntries {
		t.Run(name, func(t *testing.T) {
			s := oddly(t, constantly(list(c.entry+entry("z"))))
			page, err := s.List(t.Context(), inBucket, client.ListOptions{Recursive: true})
			require.NoError(t, err)
			assert.Equal(t, []string{c.want, other}, rows(page))
		})
	}
}

// oddLists are odd lists as wholes: the rows they are, or what they are not.
var oddLists = map[string]struct {
	raw  string
	rows []string // nil: none of it is believed
	kind client.Kind
	says string
}{
	"no KeyCount":               {raw: list(entry("k")), rows: []string{usual}},
	"a KeyCount that is none":   {raw: list("<KeyCount>x</KeyCount><MaxKeys></MaxKeys>" + entry("k")), rows: []string{usual}},
	"a KeyCount of 0":           {raw: list("<KeyCount>0</KeyCount>" + entry("k")), rows: []string{usual}},
	"an empty bucket":           {raw: list("<KeyCount>0</KeyCount><IsTruncated>false</IsTruncated>"), rows: []string{}},
	"elements nobody knows":     {raw: list("<Colour>red</Colour>" + strings.Replace(entry("k"), "<Key>", "<Taste/><Key>", 1)), rows: []string{usual}},
	"a byte order mark":         {raw: wire("200 OK", "\ufeff<ListBucketResult>"+entry("k")+"</ListBucketResult>"), rows: []string{usual}},
	"a namespace of its own":    {raw: xmlAnswer(`<s3:ListBucketResult xmlns:s3="http://example.test/">` + entry("k") + `</s3:ListBucketResult>`), rows: []string{usual}},
	"a key in CDATA":            {raw: list(entry("<![CDATA[k]]>")), rows: []string{usual}},
	"names out of order":        {raw: list(entry("z") + entry("k")), rows: []string{usual, other}},
	"a name that comes twice":   {raw: list(entry("k") + entry("k")), rows: []string{usual}},
	"True, in capitals":         {raw: list("<IsTruncated>TRUE</IsTruncated><NextContinuationToken>T</NextContinuationToken>" + entry("k")), rows: []string{usual}},
	"more, or maybe not":        {raw: list("<IsTruncated>maybe</IsTruncated>" + entry("k")), kind: client.KindNotS3, says: "IsTruncated"},
	"an object without a name":  {raw: list(entry("")), kind: client.KindContradiction, says: "without a name"},
	"a folder without a name":   {raw: list("<CommonPrefixes><Prefix/></CommonPrefixes>"), kind: client.KindContradiction, says: "without a name"},
	"a folder where all is due": {raw: list("<CommonPrefixes><Prefix>a/</Prefix></CommonPrefixes>"), kind: client.KindContradiction, says: "a/"},
	"another list":              {raw: xmlAnswer("<ListAllMyBucketsResult/>"), kind: client.KindNotS3, says: "a document <ListAllMyBucketsResult>, and not <ListBucketResult>"},
	"a list broken off":         {raw: wire("200 OK", "<ListBucketResult>"+entry("k")+"<Contents><Key>z"), kind: client.KindNotS3, says: "cannot be read"},
	"tags that do not match":    {raw: xmlAnswer("<ListBucketResult><Contents></Key></ListBucketResult>"), kind: client.KindNotS3, says: "cannot be read"},
	"entities":                  {raw: xmlAnswer(`<!DOCTYPE l [<!ENTITY a "aaaaaaaa"><!ENTITY b "&a;&a;&a;">]><ListBucketResult>` + entry("&b;") + `</ListBucketResult>`), kind: client.KindContradiction, says: "entities"},
	"a million tags deep":       {raw: xmlAnswer("<ListBucketResult>" + strings.Repeat("<a>", 1e5) + strings.Repeat("</a>", 1e5) + "</ListBucketResult>"), kind: client.KindContradiction, says: "nested"},
	"more tags than a page has": {raw: list(strings.Repeat("<Contents/>", 6e5)), kind: client.KindContradiction, says: "tags"},
	"120 MiB":                   {raw: list(strings.Repeat(" ", 120<<20)), kind: client.KindContradiction, says: "larger than 32 MiB"},
	"120 MiB of one token":      {raw: bare("200 OK", "<ListBucketResult><NextContinuationToken>"+strings.Repeat("k", 120<<20)), kind: client.KindContradiction, says: "larger than 32 MiB"},
	"a token of 20 KiB":         {raw: list("<IsTruncated>true</IsTruncated><NextContinuationToken>" + strings.Repeat("k", 20<<10) + "</NextContinuationToken>" + entry("k")), kind: client.KindContradiction, says: "20480 bytes"},
}

func TestAnOddListIsReadOrRefusedAndNeverGuessed(t *testing.T) {
	for name, c := range oddLists {
		t.Run(name, func(t *testing.T) {
			page, err := oddly(t, constantly(c.raw)).List(t.Context(), inBucket, client.ListOptions{Recursive: true})
			if c.rows != nil {
				require.NoError(t, err)
				assert.Equal(t, c.rows, rows(page))
				return
			}
			assert.Equal(t, c.kind.String(), client.KindOf(err).String(), "%v", err)
			assert.ErrorContains(t, err, c.says)
			assert.Empty(t, page.Objects)
		})
	}
}

func TestNothingOutsideTheFolderAskedForIsEverListed(t *testing.T) {
	folder := client.Location{Bucket: "bkt", Key: "folder/"}
	for name, inside := range map[string]string{
		"another folder":      entry("folder/ok") + entry("precious/backup"),
		"shorter":             entry("a"),
		"the folder's name":   entry("folder"),
		"a look-alike":        entry("Folder/ok"),
		"a folder":            "<CommonPrefixes><Prefix>precious/</Prefix></CommonPrefixes>",
		"written as in a URL": "<EncodingType>url</EncodingType>" + entry("precious%2Fbackup"),
	} {
		for _, recursive := range []bool{true, false} {
			page, err := oddly(t, constantly(list(inside))).List(t.Context(), folder, client.ListOptions{Recursive: recursive})
			assert.Equal(t, client.KindContradiction.String(), client.KindOf(err).String(), "%s: %v", name, err)
			assert.Empty(t, page.Objects, name)
		}
	}
}

func TestAServerThatKnowsNoDelimiterShowsFoldersAllTheSame(t *testing.T) {
	s := oddly(t, constantly(list(entry("folder/")+entry("folder/a")+entry("folder/b/c")+entry("folder/b/d")+entry("folder/e"))))
	page, err := s.List(t.Context(), client.Location{Bucket: "bkt", Key: "folder/"}, client.ListOptions{})
	require.NoError(t, err)
	assert.Equal(t, []string{"folder/a", "folder/b/", "folder/e"}, keysOf(page))
	assert.True(t, page.Objects[1].IsFolder)
}

// all lists to the end, or to an error.
func all(t *testing.T, s *Store, o client.ListOptions) (keys []string, err error) {
	t.Helper()
	for pages := 0; ; pages++ {
		require.Less(t, pages, 3*mostEmptyPages, "it does not end")
		page, err := s.List(t.Context(), inBucket, o)
		if err != nil {
			return keys, err
		}
		keys = append(keys, keysOf(page)...)
		if page.Next == "" {
			return keys, nil
		}
		o.After = page.Next
	}
}

// circles are listings that never end; n counts the pages.
var circles = map[string]func(n int) string{
	"the same token":        func(n int) string { return more("T", entry(fmt.Sprintf("k%06d", n))) },
	"two tokens in turns":   func(n int) string { return more([]string{"A", "B"}[n%2], entry(fmt.Sprintf("k%06d", n))) },
	"seven tokens in turns": func(n int) string { return more(fmt.Sprint(n%7), entry(fmt.Sprintf("k%06d", n))) },
	"the same page":         func(n int) string { return more(fmt.Sprint("T", n), entry("a")+entry("b")) },
	"two pages in turns":    func(n int) string { return more(fmt.Sprint("T", n), entry([]string{"a", "b"}[n%2])) },
	"a page that goes back": func(n int) string { return more(fmt.Sprint("T", n), entry(fmt.Sprintf("k%06d", 9-n))) },
	"empty pages":           func(n int) string { return more(fmt.Sprint("T", n), "") },
	"the same folder": func(n int) string {
		return more(fmt.Sprint("T", n), "<CommonPrefixes><Prefix>a/</Prefix></CommonPrefixes>")
	},
	"more, and never a hint": func(int) string { return list("<IsTruncated>true</IsTruncated>" + entry("a")) },
	"more, and nothing":      func(int) string { return list("<IsTruncated>true</IsTruncated>") },
}

func more(token, inside string) string {
	return list("<IsTruncated>true</IsTruncated><NextContinuationToken>" + token + "</NextContinuationToken>" + inside)
}

func TestAListThatLeadsInCirclesEndsWithAnError(t *testing.T) {
	for name, page := range circles {
		t.Run(name, func(t *testing.T) {
			n := 0
			s := oddly(t, func(*http.Request) string { n++; return page(n) })
			_, err := all(t, s.Store, client.ListOptions{})
			assert.Equal(t, client.KindContradiction.String(), client.KindOf(err).String(), "%v", err)
		})
	}
}

func TestAPageMayBeEmptyAndAFolderEndAPage(t *testing.T) {
	pages := []string{
		more("1", ""), more("2", entry("a")+"<CommonPrefixes><Prefix>b/</Prefix></CommonPrefixes>"),
		more("3", "<CommonPrefixes><Prefix>b/</Prefix></CommonPrefixes>"+entry("c")), list(""),
	}
	s := oddly(t, func(*http.Request) string { p := pages[0]; pages = pages[1:]; return p })
	keys, err := all(t, s.Store, client.ListOptions{})
	require.NoError(t, err)
	assert.Equal(t, []string{"a", "b/", "c"}, keys, "the folder is given once")
}

func TestAPlaceNobodyGaveIsRefused(t *testing.T) {
	s := oddly(t, constantly(list("")))
	for _, after := range []string{"T", "!!", "bm9uc2Vuc2U"} {
		_, err := s.List(t.Context(), inBucket, client.ListOptions{After: after})
		assert.Equal(t, client.KindInvalid.String(), client.KindOf(err).String(), after)
	}
	assert.Zero(t, s.asked())
}

func TestAListThatNamesAPlaceToGoOnGoesOnThoughItDoesNotSaySo(t *testing.T) {
	s := oddly(t, constantly(list("<NextContinuationToken>T</NextContinuationToken>"+entry("k"))))
	page, err := s.List(t.Context(), inBucket, client.ListOptions{})
	require.NoError(t, err)
	from, err := placeOf(page.Next)
	require.NoError(t, err)
	assert.Equal(t, "T", from.Token)
}
