package s3store

import (
	"net/http"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
)

// An echoCase is a call that lists, with what answers say that belong to it, and what
// those say that do not.
type echoCase struct {
	under    string
	o        client.ListOptions
	versions bool
	said     []string
	others   []string
}

func (c echoCase) ask(t *testing.T, s *Store) (client.Page, error) {
	list := s.List
	if c.versions {
		list = s.ListVersions
	}
	return list(t.Context(), client.Location{Bucket: "b", Key: c.under}, c.o)
}

// answer is one that says so, with one name.
func (c echoCase) answer(said string) string {
	if c.versions {
		return xmlAnswer("<ListVersionsResult>" + said + "<Version><Key>" + c.under + "x</Key><VersionId>1</VersionId></Version></ListVersionsResult>")
	}
	return list(said + entry(c.under+"x"))
}

func placed(p place) client.ListOptions {
	return client.ListOptions{After: p.String(), Recursive: true}
}

var echoes = map[string]echoCase{
	"a first page": {
		under: "p/", o: client.ListOptions{Recursive: true},
		said: []string{
			"", "<Prefix>p/</Prefix>", "<Prefix>p%2F</Prefix>", "<Prefix/><StartAfter/><ContinuationToken/><Marker/>",
			"<EncodingType>url</EncodingType><Prefix>p%2F</Prefix>", "<Prefix>\uFFFD</Prefix>",
		},
		others: []string{
			"<Prefix>q/</Prefix>", "<Prefix>p</Prefix>", "<Prefix>p/p/</Prefix>",
			"<Prefix>p/</Prefix><StartAfter>p/a</StartAfter>", "<ContinuationToken>T</ContinuationToken>",
		},
	},
	"behind a name": {
		under: "p/", o: client.ListOptions{Behind: "p/a b+é\r\n", Recursive: true},
		said: []string{
			"", "<StartAfter/>", "<StartAfter>p/a b+é\n</StartAfter>", "<StartAfter>p/a b+é&#13;\n</StartAfter>",
			"<StartAfter>p/a%20b%2B%C3%A9%0D%0A</StartAfter>", "<StartAfter>p/a b+\uFFFD</StartAfter>",
			"<EncodingType>url</EncodingType><StartAfter>p%2Fa+b%2B%C3%A9%0D%0A</StartAfter>",
			"<StartAfter>p/a b+é\n</StartAfter><ContinuationToken>p/a b+é\n</ContinuationToken>", // versitygw
		},
		others: []string{
			"<StartAfter>p/a b</StartAfter>", "<StartAfter>p/b</StartAfter>", "<StartAfter>p/a%20b</StartAfter>",
			"<StartAfter>p/a b+é\n</StartAfter><ContinuationToken>T</ContinuationToken>",
		},
	},
	"behind a slash": {
		under: "/p", o: client.ListOptions{Behind: "/p//b/", Recursive: true},
		said:   []string{"<Prefix>p</Prefix><StartAfter>p/b/</StartAfter>", "<StartAfter>/p//b/</StartAfter>"}, // MinIO; the others
		others: []string{"<StartAfter>p/b</StartAfter>", "<Prefix>/q</Prefix>", "<Prefix>q</Prefix>"},
	},
	"on with a token": {
		under: "p/", o: placed(place{Token: "VA==", Last: []byte("p/a")}),
		said: []string{
			"", "<ContinuationToken>VA==</ContinuationToken>", "<ContinuationToken>VA%3D%3D</ContinuationToken>", "<ContinuationToken>T</ContinuationToken>",
			"<ContinuationToken>VA==</ContinuationToken><StartAfter>p/first</StartAfter>", "<StartAfter>p/a</StartAfter>", "<StartAfter>T</StartAfter>",
		},
		others: []string{
			"<ContinuationToken>U</ContinuationToken>", "<ContinuationToken>VQ==</ContinuationToken>",
			"<StartAfter>p/first</StartAfter>", "<Prefix>q</Prefix><ContinuationToken>VA==</ContinuationToken>",
		},
	},
	"the old way": {
		under: "p/", o: placed(place{Old: true, Last: []byte("p/a")}),
		said:   []string{"", "<Marker/>", "<Prefix>p/</Prefix><Marker>p/a</Marker>", "<Marker>p%2Fa</Marker>"},
		others: []string{"<Marker>p/b</Marker>", "<Prefix>q/</Prefix><Marker>p/a</Marker>"},
	},
	"versions": {
		under: "p/", o: placed(place{Last: []byte("p/a"), Version: "7"}), versions: true,
		said: []string{
			"", "<KeyMarker/><VersionIdMarker/>", "<Prefix>p/</Prefix><KeyMarker>p/a</KeyMarker><VersionIdMarker>7</VersionIdMarker>", "<KeyMarker>p%2Fa</KeyMarker>",
			"<VersionIdMarker>null</VersionIdMarker>", // Ceph
		},
		others: []string{"<KeyMarker>p/b</KeyMarker>", "<KeyMarker>p/a</KeyMarker><VersionIdMarker>8</VersionIdMarker>", "<Prefix>q/</Prefix>"},
	},
	"versions behind that without an id": {
		under: "p/", o: placed(place{Last: []byte("p/a"), Version: client.NullVersion}), versions: true,
		said:   []string{"<KeyMarker>p/a</KeyMarker><VersionIdMarker>null</VersionIdMarker>", "<VersionIdMarker/>"},
		others: []string{"<VersionIdMarker>7</VersionIdMarker>"},
	},
}

func TestAnAnswerThatSaysItBelongsToTheCallIsTakenHoweverItIsWritten(t *testing.T) {
	for name, c := range echoes {
		for _, said := range c.said {
			s := oddly(t, constantly(c.answer(said)))
			page, err := c.ask(t, s.Store)
			require.NoError(t, err, "%s: %s", name, said)
			assert.Len(t, page.Objects, 1)
			assert.Equal(t, 1, s.asked(), "%s: %s", name, said)
		}
	}
}

func TestAnAnswerToAnotherCallIsAskedForOnceMoreAndThenNotBelieved(t *testing.T) {
	for name, c := range echoes {
		for _, said := range c.others {
			s := oddly(t, constantly(c.answer(said)))
			_, err := c.ask(t, s.Store)
			assert.Equal(t, client.KindContradiction.String(), client.KindOf(err).String(), "%s: %s", name, said)
			require.ErrorIs(t, err, client.ErrAnotherCall)
			assert.ErrorContains(t, err, "the answer is one to another call, which ")
			assert.Equal(t, 2, s.asked())

			var answered atomic.Int64
			s = oddly(t, func(*http.Request) string {
				if answered.Add(1) == 1 {
					return c.answer(said)
				}
				return c.answer(c.said[0])
			})
			page, err := c.ask(t, s.Store)
			require.NoError(t, err, "%s: %s", name, said)
			assert.Len(t, page.Objects, 1)
		}
	}
}
