package listing

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/bucketseal/bucketseal/client"
)

func TestAPageThatIsHeldComesBackAsItWas(t *testing.T) {
	at := client.Location{Bucket: "b", Key: "k"}
	listed := client.Object{
		At: at, VersionID: "v", Latest: true, DeleteMarker: true, Size: 7, Modified: time.Unix(1, 2), ETag: "e", StorageClass: "GLACIER",
	}
	for name, o := range map[string]client.Object{
		"what a listing says": listed,
		"a type":              {At: at, ContentType: "text/plain"},
		"an encryption":       {At: at, Encryption: client.Reported{Told: true}},
		"metadata":            {At: at, Metadata: map[string]string{"a": "b"}},
		"a header":            {At: at, Headers: map[string][]string{"A": {"b"}}},
		"a checksum":          {At: at, Checksums: []client.Checksum{{Value: "x"}}},
		"a request":           {At: at, RequestID: "r"},
		"a folder":            {At: at, IsFolder: true},
	} {
		h := hold([]client.Object{listed, o})
		assert.Equal(t, name == "what a listing says", h.objects == nil, name)
		assert.Equal(t, []client.Object{listed, o}, h.page(), name)
	}
}
