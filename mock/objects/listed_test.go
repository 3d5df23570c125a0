package objects

import (
	"encoding/xml"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/mock/s3"
)

func TestAnElementOfAListingIsWrittenAsEncodingXMLWritesIt(t *testing.T) {
	for _, l := range []listedObject{
		{},
		{Key: naming{}.of("a b.jpg"), LastModified: "2026-11-25T01:02:03.000Z", ETag: `"e"`, Size: 5 << 40, StorageClass: "STANDARD"},
		{Key: naming{}.of("<&>\"'\t\x01\u00e4"), ETag: `"<e>"`, ChecksumAlgorithm: "SHA256", ChecksumType: "COMPOSITE", StorageClass: "\u00e4", Owner: &s3.TheOwner},
		{ETag: `"`, StorageClass: `""`, LastModified: `"a`},
		{Key: naming{url: true}.of("a b/\u00e4")},
	} {
		want, err := xml.Marshal(struct {
			XMLName struct{} `xml:"Contents"`
			listedObject
		}{listedObject: l})
		require.NoError(t, err)
		assert.Equal(t, string(want), string(l.appendTo(nil)))
	}
}
