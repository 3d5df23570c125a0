package s3store

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
)

// judged reads a listing by encoding/xml: what it takes, refuses and reads is right.
// Versions and delete markers come apart, as they do there.
func judged(raw []byte) (l listed, markers []listedObject, err error) {
	type entry struct{ Key, LastModified, ETag, Size, StorageClass, VersionId, IsLatest string }
	var d struct {
		EncodingType          string  `xml:"EncodingType"`
		IsTruncated           *string `xml:"IsTruncated"`
		NextContinuationToken string  `xml:"NextContinuationToken"`
		NextMarker            string  `xml:"NextMarker"`
		NextVersionIdMarker   string  `xml:"NextVersionIdMarker"`
		Prefix                string  `xml:"Prefix"`
		StartAfter            string  `xml:"StartAfter"`
		ContinuationToken     string  `xml:"ContinuationToken"`
		KeyMarker             string  `xml:"KeyMarker"`
		VersionIdMarker       string  `xml:"VersionIdMarker"`
		Contents              []entry
		Version               []entry
		DeleteMarker          []entry
		CommonPrefixes        []struct{ Prefix string } `xml:"CommonPrefixes"`
	}
	if err := xml.NewDecoder(bytes.NewReader(raw)).Decode(&d); err != nil {
		return listed{}, nil, err
	}
	l = listed{encoded: d.EncodingType == "url", next: d.NextContinuationToken, nextName: d.NextMarker, nextVersion: d.NextVersionIdMarker}
	l.echo = echo{prefix: d.Prefix, start: d.StartAfter, token: d.ContinuationToken, version: d.VersionIdMarker}
	l.keyMarker = d.KeyMarker
	l.truncated = l.next != ""
	if d.IsTruncated != nil {
		if l.truncated, err = strconv.ParseBool(*d.IsTruncated); err != nil {
			return listed{}, nil, err
		}
	}
	of := func(x entry, version, marker bool) listedObject {
		o := listedObject{key: x.Key, etag: x.ETag, class: x.StorageClass, size: client.NotTold, modified: parseDate(x.LastModified)}
		if n, err := strconv.ParseInt(strings.TrimSpace(x.Size), 10, 64); err == nil {
			o.size = plausible(n)
		}
		if version {
			o.versioned, o.marker, o.version, o.latest = true, marker, x.VersionId, strings.EqualFold(strings.TrimSpace(x.IsLatest), "true")
		}
		return o
	}
	for _, x := range d.Contents {
		l.objects = append(l.objects, of(x, false, false))
	}
	for _, x := range d.Version {
		l.objects = append(l.objects, of(x, true, false))
	}
	for _, x := range d.DeleteMarker {
		markers = append(markers, of(x, true, true))
	}
	for _, x := range d.CommonPrefixes {
		l.folders = append(l.folders, x.Prefix)
	}
	return l, markers, nil
}

// asJudged says what a document is read as otherwise than by encoding/xml, "" for
// nothing.
func asJudged(raw []byte) string {
	want, markers, wantErr := judged(raw)
	got, err := scanListing(raw)
	if (err == nil) != (wantErr == nil) {
		return fmt.Sprintf("encoding/xml says %v, and we %v", wantErr, err)
	}
	if wantErr != nil {
		return ""
	}
	// Only the order among contents, among versions and among markers can be compared.
	kind := func(plain, version, marker bool) []listedObject {
		return slices.DeleteFunc(slices.Clone(got.objects), func(o listedObject) bool {
			return (o.versioned || !plain) && (!o.versioned || o.marker || !version) && (!o.marker || !marker)
		})
	}
	objects := append(kind(true, false, false), kind(false, true, false)...)
	if !slices.Equal(objects, want.objects) || !slices.Equal(kind(false, false, true), markers) {
		return fmt.Sprintf("encoding/xml reads %+v %+v, and we %+v", want.objects, markers, got.objects)
	}
	got.objects, want.objects = nil, nil
	if a, b := fmt.Sprintf("%+v", got), fmt.Sprintf("%+v", want); a != b {
		return fmt.Sprintf("encoding/xml reads %s, and we %s", b, a)
	}
	return ""
}

// listingDocuments are listings as servers write them, as they could, and as they must not.
func listingDocuments() (all []string) {
	const declaration = `<?xml version="1.0" encoding="UTF-8"?>` + "\n"
	key := func(k string) string { return "<ListBucketResult>" + entry(k) + "</ListBucketResult>" }
	all = append(all,
		declaration+`<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><IsTruncated>true</IsTruncated><NextContinuationToken>a&amp;b</NextContinuationToken>`+entry("k")+`<CommonPrefixes><Prefix>f/</Prefix></CommonPrefixes></ListBucketResult>`,
		`<s3:ListBucketResult xmlns:s3='x' s3:a = "b>c"><s3:Contents><s3:Key>k</s3:Key></s3:Contents></s3:ListBucketResult>`,
		`<a><Contents><Key>k</Key></b:Contents></a>`, `<a:b:c/>`, `<:a/>`, `<a:/>`, `<é><Contents><Key>中</Key></Contents></é>`, `<×/>`, `<-a/>`, `<a-/>`, `<a></a >`, `<a ></ a>`, `<a/ >`,
		key("a&lt;&#60;&#x3c;&#X3c;"), key("a&#13;&#10;b\r\nc\rd\r\r\ne"), key("&#0;"), key("&#55296;"), key("&#x110000;"), key("&nbsp;"), key("a & b"), key("&;"), key("&#;"), key("&#x;"), key("&amp"), key("&#1_0;"), key("&#+1;"),
		key("]]>"), key("]]"), key("]]&gt;"), key("a]]]>b"), key("]&#93;>"), key("<![CDATA[<&]]]]>]]>"), key("<![CDATA[a]]>b<![CDATA[c\r\n]]>"), key("<![CDATA[]]>"), key("<![CDATA["), key("<![CDAT[x]]>"), key("a<!-- b -->c"), key("a<?b c?>d"), key("a<!b <!-- > -->'>'>c"),
		key("a<b>c<d/></b>e"), key("\ufffe"), key("\x01"), key("\xff"), key("\ud7ff"), key("'\""), key("a>b"),
		key("x")+"garbage<", "text"+key("x"), "\ufeff"+key("x"), "</a>", "<a>", "<", "", " ", "<a", "<a b", "<a b=", "<a b=c>", "<a b='c", "<a b='<'/>", "<a b='&lt;]]>'c=\"\"/>", "<a 1='2'/>", "<!>", "<!DOCTYPE a [<!ENTITY b 'c>'>]><a/>", "<!--", "<!-->", "<!--a--b--><a/>", "<!-a><a/>",
		`<?xml version="1.1"?><a/>`, `<?xml version='1.0' encoding='utf-8'?><a/>`, `<?xml encoding="latin1"?><a/>`, `<?xml xversion=1version="2.0"?><a/>`, `<?xml version=?><a/>`, `<?x?><a/>`, `<??><a/>`, `<?x`, `<?é ?><a/>`,
		`<a><IsTruncated/><NextContinuationToken>t</NextContinuationToken></a>`, `<a><IsTruncated>false</IsTruncated><NextContinuationToken>t</NextContinuationToken></a>`, `<a><NextContinuationToken>t</NextContinuationToken><NextContinuationToken/></a>`,
		`<a><EncodingType>url</EncodingType><NextMarker>m</NextMarker><NextVersionIdMarker>v</NextVersionIdMarker><Contents/><CommonPrefixes/><Contents><Key>a</Key><Key>b</Key><Owner><Key>c</Key></Owner></Contents></a>`,
		`<a><Prefix>p/</Prefix><StartAfter>s</StartAfter><ContinuationToken>t</ContinuationToken><KeyMarker>k&amp;</KeyMarker><VersionIdMarker>v</VersionIdMarker><CommonPrefixes><Prefix>q/</Prefix></CommonPrefixes></a>`,
		`<a><Version><Key>k</Key><VersionId>1</VersionId><IsLatest>true</IsLatest></Version><DeleteMarker><Key>k</Key><VersionId>2</VersionId><IsLatest> FALSE</IsLatest></DeleteMarker><Version/></a>`,
	)
	for _, c := range oddEntries {
		all = append(all, "<ListBucketResult>"+c.entry+"</ListBucketResult>")
	}
	return all
}

func TestAListingIsReadAsEncodingXMLReadsIt(t *testing.T) {
	for _, d := range listingDocuments() {
		assert.Empty(t, asJudged([]byte(d)), "%q", d)
	}
}

func TestAListingThatBreaksOffAnywhereIsRefused(t *testing.T) {
	whole := listingDocuments()[0]
	_, err := scanListing([]byte(whole))
	require.NoError(t, err)
	for n := range len(whole) - 1 {
		_, err := scanListing([]byte(whole[:n]))
		assert.Error(t, err, whole[:n])
	}
}

func FuzzAListingIsReadAsEncodingXMLReadsIt(f *testing.F) {
	for _, d := range listingDocuments() {
		f.Add([]byte(d))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		if wrong := asJudged(raw); wrong != "" {
			t.Fatalf("%q: %s", raw, wrong)
		}
	})
}

// thousand is a page as AWS writes it.
func thousand() []byte {
	page := `<?xml version="1.0" encoding="UTF-8"?><ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><IsTruncated>true</IsTruncated><NextContinuationToken>t</NextContinuationToken>`
	for i := range client.MaxEntries {
		page += fmt.Sprintf(`<Contents><Key>2026/11/27/host-%05d.log</Key><LastModified>2026-11-27T03:04:05.000Z</LastModified><ETag>&quot;9b2cf535f27731c974343645a3985328&quot;</ETag><Size>%d</Size><StorageClass>STANDARD</StorageClass></Contents>`, i, 1000+i)
	}
	return []byte(page + "</ListBucketResult>")
}

func BenchmarkAPageIsRead(b *testing.B) {
	raw := thousand()
	for name, read := range map[string]func() error{
		"ours":         func() error { _, err := scanListing(raw); return err },
		"encoding/xml": func() error { _, _, err := judged(raw); return err },
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(raw)))
			for b.Loop() {
				if err := read(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
