package s3store

import (
	"bytes"
	"encoding/xml"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/bucketseal/bucketseal/client"
)

// listingIn reads the document of a listing. A field that cannot be read is not
// told; whether there is more is never guessed.
func listingIn(a *answer) (listed, error) {
	var d struct {
		EncodingType          string  `xml:"EncodingType"`
		IsTruncated           *string `xml:"IsTruncated"`
		NextContinuationToken string  `xml:"NextContinuationToken"`
		Contents              []struct {
			Key, LastModified, ETag, Size, StorageClass string
		} `xml:"Contents"`
		CommonPrefixes []struct{ Prefix string } `xml:"CommonPrefixes"`
	}
	if err := xml.NewDecoder(bytes.NewReader(a.raw)).Decode(&d); err != nil {
		return listed{}, a.unread(err)
	}
	l := listed{encoded: d.EncodingType == string(types.EncodingTypeUrl), next: d.NextContinuationToken}
	l.truncated = l.next != ""
	if d.IsTruncated != nil {
		var err error
		if l.truncated, err = strconv.ParseBool(*d.IsTruncated); err != nil {
			return listed{}, a.unread(client.Say("%s: %q is neither true nor false", "IsTruncated", *d.IsTruncated).Err())
		}
	}
	l.objects = make([]listedObject, len(d.Contents))
	for i, x := range d.Contents {
		l.objects[i] = listedObject{key: x.Key, etag: x.ETag, class: x.StorageClass, size: client.NotTold, modified: parseDate(x.LastModified)}
		if n, err := strconv.ParseInt(strings.TrimSpace(x.Size), 10, 64); err == nil {
			l.objects[i].size = plausible(n)
		}
	}
	for _, x := range d.CommonPrefixes {
		l.folders = append(l.folders, x.Prefix)
	}
	return l, nil
}
