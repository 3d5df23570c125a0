package mock_test

import (
	"encoding/base64"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

// The real thing: scripts/interop.sh starts it and sets the environment.
func TestInteropAPersonalityAnswersAsItsServer(t *testing.T) {
	theirs, ours := twins(t)
	server := os.Getenv("BUCKETSEAL_INTEROP_SERVER")
	told, alike := 0, 0
	for _, s := range questions(os.Getenv("BUCKETSEAL_INTEROP_KEY")) {
		a, b := s.ask(theirs), s.ask(ours)
		if a.status == 0 || b.status == 0 {
			continue // it needs what an earlier question did not get
		}
		told++
		only := differing(server, s.name, a.told(), b.told())
		if len(only) == 0 {
			alike++
		}
		assert.Empty(t, only, "%s: < is %s, > is ours", s.name, server)
	}
	t.Logf("%d of %d questions are answered alike but for what is known", alike, told)
}

// notImitated is what a personality is known not to do, by the names of the
// questions and the lines that differ.
var notImitated = map[string][]struct{ question, line, why string }{
	"minio": {
		{`complete|copy`, `etag|checksum|Checksum`, "both tell the ETag and the checksums, one in the headers, one in the document"},
		{`list parts`, `Checksum(Type|Algorithm) $`, "empty elements"},
		{`kms context: (copy of it|head of the open copy)`, ``, "MinIO copies the context and breaks the copy: its HEAD is 206"},
		{`kms and c: (copy|head)`, ``, "MinIO takes both together, for a copy only"},
		{`plain: part with a key`, ``, "MinIO takes an SSE-C key for a part of an upload that has none, and stores it plain"},
		{`kms: get with a key`, `words`, "MinIO says so of any encrypted object that is not under SSE-C"},
		{`bad context: create`, ``, "MinIO answers 500"},
		{`if-(none-)?match`, `etag`, "MinIO tells the ETag of what is there"},
		{`bucket replication`, ``, "no such subresource here"},
		{`no version`, ``, "version ids have another form, so theirs is unknown here rather than gone"},
		{`key without method: create`, `words`, "AWS's words for a beginning, its own for a PUT"},
		{`another key's sum`, `words`, "MinIO answers a read in AWS's words, a write in its own"},
		{`beyond the end`, `content-range`, "MinIO does not tell the size"},
		{`object attributes`, `root`, "MinIO's begins with a small letter"},
	},
	"ceph": {
		{``, `context|document's etag`, "Ceph's ARN names its user; the ETag in the document of a copy has no quotes"},
		{`copy`, ``, "Ceph looks at no encryption header of a copy at all, wrong ones included, and encrypts none"},
		{`bad context|and c:`, ``, "Ceph takes both, and any context"},
		{`list uploads$`, `uploads`, "those are still open there"},
		{`key without method`, `words`, "AWS is missing in them"},
		{`plain: part with a key`, ``, "Ceph takes an SSE-C key for a part of an upload that has none, and stores it plain"},
		{`if-match of nothing`, ``, "412"},
		{`delete many without digest`, ``, "Ceph demands none"},
		{`beyond the end`, `content-range`, "Ceph does not tell the size"},
		{`name a%00b`, ``, "Ceph refuses it without a code"},
		{`set bucket encryption|torrent|website|replication|publicAccessBlock|object attributes`, ``, "see docs/mocks3.md for what is imitated"},
		{`retention|legal-hold`, `words`, "other ones"},
		{`no version`, ``, "version ids have another form, so theirs is unknown here rather than gone"},
	},
}

// differing are the lines which one of two answers has, and is not known to.
func differing(server, question string, theirs, ours []string) []string {
	var only []string
	add := func(mark string, these, those []string) {
		for _, line := range these {
			known := slices.ContainsFunc(notImitated[server], func(n struct{ question, line, why string }) bool {
				return regexp.MustCompile(n.question).MatchString(question) && regexp.MustCompile(n.line).MatchString(line)
			})
			if !known && !slices.Contains(those, line) {
				only = append(only, mark+line)
			}
		}
	}
	add("< ", theirs, ours)
	add("> ", ours, theirs)
	return only
}

// turn is a question of the conversation; an answer without a status means that
// it could not be asked.
type turn struct {
	name string
	ask  func(*twin) said
}

type conversation []turn

func (c *conversation) then(name string, ask func(*twin) said) { *c = append(*c, turn{name, ask}) }

func (c *conversation) do(name, method, path, body string, header map[string]string) {
	c.then(name, func(w *twin) said { return w.ask(method, path, body, header) })
}

// questions are about everything that a client tells servers apart by.
func questions(key string) []turn {
	c := &conversation{}
	c.do("make a bucket", "PUT", "", "", nil)
	c.do("make it again", "PUT", "", "", nil)
	kms := map[string]string{sse: "aws:kms", kid: key}
	context := func(s string) map[string]string {
		return plus(kms, map[string]string{ctx: base64.StdEncoding.EncodeToString([]byte(s))})
	}
	ways := map[string]map[string]string{
		"a plain":            nil,
		"s3":                 {sse: "AES256"},
		"kms":                kms,
		"kms by arn":         {sse: "aws:kms", kid: "arn:aws:kms:" + key},
		"kms context":        context(`{"a":"b"}`),
		"kms bucket key":     plus(kms, map[string]string{bk: "true"}),
		"kms without key":    {sse: "aws:kms"},
		"kms unknown":        {sse: "aws:kms", kid: "no-such-key"},
		"kms other arn":      {sse: "aws:kms", kid: "arn:aws:kms:us-east-1:000000000000:key/" + key},
		"dsse":               {sse: "aws:kms:dsse", kid: key},
		"c":                  custHeaders(1),
		"odd method":         {sse: "rot13"},
		"key without method": {kid: key},
		"kms and c":          plus(kms, custHeaders(1)),
		"s3 and c":           plus(map[string]string{sse: "AES256"}, custHeaders(1)),
		"bad context":        plus(kms, map[string]string{ctx: "e30"}),
	}
	for _, name := range slices.Sorted(maps.Keys(ways)) {
		var reading map[string]string
		if name == "c" {
			reading = ways[name]
		}
		c.way(name, ways[name], reading)
	}
	c.customerKeys()
	c.digests(kms)
	c.conditions()
	c.names()
	c.bucketDefault(key)
	c.subresources(key)
	c.versions(kms)
	c.nowhere()
	return *c
}

// way writes in one way, in one piece, in parts and by copy, and reads it.
func (c *conversation) way(name string, how, reading map[string]string) {
	key := "/" + strings.ReplaceAll(name, " ", "-")
	c.do(name+": put", "PUT", key, "hello", how)
	c.do(name+": head", "HEAD", key, "", reading)
	c.do(name+": get", "GET", key, "", reading)
	c.do(name+": get a part", "GET", key, "", plus(reading, map[string]string{"Range": "bytes=1-2"}))
	c.do(name+": head with checksums", "HEAD", key, "", plus(reading, map[string]string{"X-Amz-Checksum-Mode": "ENABLED"}))
	c.begin(name+": create", key+"-parts", how)
	c.part(name+": part", key+"-parts", "part", reading)
	c.upload(name+": list parts", "GET", key+"-parts", func(w *twin) string { return "" }, nil)
	finish := func(w *twin) string { return completion(w.saved[key+"-parts part"]) }
	c.upload(name+": complete", "POST", key+"-parts", finish, reading)
	c.upload(name+": complete again", "POST", key+"-parts", finish, reading)
	c.do(name+": head of the parts", "HEAD", key+"-parts", "", reading)
	c.do(name+": head of part 1", "HEAD", key+"-parts?partNumber=1", "", reading)
	c.then(name+": copy of plain", func(w *twin) said {
		return w.ask("PUT", key+"-copy", "", plus(how, map[string]string{"X-Amz-Copy-Source": w.bucket + "/a-plain"}))
	})
	c.do(name+": head of the copy", "HEAD", key+"-copy", "", reading)
	c.then(name+": copy of it", func(w *twin) said {
		h := map[string]string{"X-Amz-Copy-Source": w.bucket + key}
		for name, v := range reading {
			h[strings.Replace(name, "X-Amz-", "X-Amz-Copy-Source-", 1)] = v
		}
		return w.ask("PUT", key+"-open", "", h)
	})
	c.do(name+": head of the open copy", "HEAD", key+"-open", "", nil)
}

// begin begins an upload, whose id upload and part take.
func (c *conversation) begin(name, key string, how map[string]string) {
	c.then(name, func(w *twin) said {
		a := w.ask("POST", key+"?uploads=", "", how)
		if a.status == 200 {
			w.saved[key] = between(a.text, "<UploadId>", "</UploadId>")
		}
		return a
	})
}

func (c *conversation) part(name, key, content string, header map[string]string) {
	c.then(name, func(w *twin) said {
		if w.saved[key] == "" {
			return said{}
		}
		a := w.ask("PUT", key+"?partNumber=1&uploadId="+w.saved[key], content, header)
		if a.status == 200 {
			w.saved[key+" part"] = a.header.Get("Etag")
		}
		return a
	})
}

// upload asks about an upload that was begun.
func (c *conversation) upload(name, method, key string, body func(*twin) string, header map[string]string) {
	c.then(name, func(w *twin) said {
		if w.saved[key] == "" {
			return said{}
		}
		return w.ask(method, key+"?uploadId="+w.saved[key], body(w), header)
	})
}
