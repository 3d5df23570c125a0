package mock_test

import (
	"strings"
)

func (c *conversation) customerKeys() {
	mine, other := custHeaders(1), custHeaders(2)
	wrongSum := plus(mine, map[string]string{"X-Amz-Server-Side-Encryption-Customer-Key-Md5": md5Of("x")})
	for _, method := range []string{"HEAD", "GET"} {
		name := strings.ToLower(method)
		c.do("c: "+name+" without key", method, "/c", "", nil)
		c.do("c: "+name+" with another key", method, "/c", "", other)
		c.do("c: "+name+" with another key's sum", method, "/c", "", wrongSum)
		c.do("plain: "+name+" with a key", method, "/a-plain", "", mine)
		c.do("kms: "+name+" with a key", method, "/kms", "", mine)
	}
	c.do("c: put with another key's sum", "PUT", "/c2", "x", wrongSum)
	c.do("c: put by another algorithm", "PUT", "/c2", "x", plus(mine, map[string]string{"X-Amz-Server-Side-Encryption-Customer-Algorithm": "AES128"}))
	c.begin("c: create", "/c-parts2", mine)
	c.part("c: part without key", "/c-parts2", "part", nil)
	c.part("c: part with another key", "/c-parts2", "part", other)
	c.begin("plain: create", "/plain-parts2", nil)
	c.part("plain: part with a key", "/plain-parts2", "part", mine)
}

// digests are of "hello".
func (c *conversation) digests(kms map[string]string) {
	told := map[string]string{"X-Amz-Checksum-Mode": "ENABLED"}
	for algorithm, sum := range map[string]string{
		"Crc64nvme": "M3eFcAZSQlc=", "Crc32": "NhCmhg==", "Crc32c": "mnG7TA==", "Sha1": "qvTGHdzF6KLavt4PO0gs2a6pQ00=",
		"Sha256": "LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=",
	} {
		header, key := map[string]string{"X-Amz-Checksum-" + algorithm: sum}, "/sum-"+algorithm
		c.do(algorithm+": put", "PUT", key, "hello", header)
		c.do(algorithm+": put of other bytes", "PUT", key+"-wrong", "hellO", header)
		c.do(algorithm+": head", "HEAD", key, "", told)
		c.do(algorithm+": head without asking", "HEAD", key, "", nil)
		c.do(algorithm+": put under kms", "PUT", key+"-kms", "hello", plus(kms, header))
		c.do(algorithm+": head under kms", "HEAD", key+"-kms", "", told)
		c.do(algorithm+": put under c", "PUT", key+"-c", "hello", plus(custHeaders(1), header))
		c.do(algorithm+": head under c", "HEAD", key+"-c", "", plus(custHeaders(1), told))
	}
	c.checksummedParts("plain", nil)
	c.checksummedParts("kms", kms)
	c.do("content-md5", "PUT", "/md5", "hello", map[string]string{"Content-Md5": md5Of("hello")})
	c.do("content-md5 of other bytes", "PUT", "/md5", "hello", map[string]string{"Content-Md5": md5Of("x")})
	c.do("content-md5 that is none", "PUT", "/md5", "hello", map[string]string{"Content-Md5": "zzz"})
	c.do("sha256 of other bytes", "PUT", "/md5", "hello", map[string]string{"X-Amz-Content-Sha256": strings.Repeat("0", 64)})
}

func (c *conversation) checksummedParts(name string, how map[string]string) {
	key, sum := "/sums-"+name, map[string]string{"X-Amz-Checksum-Crc64nvme": "M3eFcAZSQlc="}
	whole := map[string]string{"X-Amz-Checksum-Type": "FULL_OBJECT"}
	finish := func(w *twin) string {
		return "<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>" + w.saved[key+" part"] +
			"</ETag><ChecksumCRC64NVME>M3eFcAZSQlc=</ChecksumCRC64NVME></Part></CompleteMultipartUpload>"
	}
	c.begin(name+": create with checksums", key, plus(plus(how, whole), map[string]string{"X-Amz-Checksum-Algorithm": "CRC64NVME"}))
	c.part(name+": part of other bytes", key, "hellO", sum)
	c.part(name+": part with its checksum", key, "hello", sum)
	c.upload(name+": list parts with checksums", "GET", key, func(*twin) string { return "" }, nil)
	c.upload(name+": complete of other bytes", "POST", key, finish, plus(whole, map[string]string{"X-Amz-Checksum-Crc64nvme": "AAAAAAAAAAA="}))
	c.upload(name+": complete with the checksum", "POST", key, finish, plus(whole, sum))
	c.do(name+": head of what has checksums", "HEAD", key, "", map[string]string{"X-Amz-Checksum-Mode": "ENABLED"})
}

func (c *conversation) conditions() {
	otherTag := map[string]string{"If-Match": `"00000000000000000000000000000000"`}
	c.do("put if-none-match", "PUT", "/a-plain", "x", map[string]string{"If-None-Match": "*"})
	c.do("put if-none-match of nothing", "PUT", "/fresh", "x", map[string]string{"If-None-Match": "*"})
	c.do("put if-match", "PUT", "/a-plain", "x", otherTag)
	c.do("put if-match of nothing", "PUT", "/missing", "x", otherTag)
	for name, quote := range map[string]string{"in quotes": `"`, "without quotes": ""} {
		c.then("put if-match of what is there, "+name, func(w *twin) said {
			etag := w.ask("HEAD", "/a-plain", "", nil).header.Get("Etag")
			return w.ask("PUT", "/a-plain", "hello", map[string]string{"If-Match": quote + strings.Trim(etag, `"`) + quote})
		})
	}
	c.do("get if-match", "GET", "/a-plain", "", otherTag)
	c.do("head if-match", "HEAD", "/a-plain", "", otherTag)
	c.do("get beyond the end", "GET", "/a-plain", "", map[string]string{"Range": "bytes=100-"})
	c.do("delete if-match", "DELETE", "/fresh", "", otherTag)
	c.do("head of what was not to be deleted", "HEAD", "/fresh", "", nil)
	one := "<Delete><Object><Key>sum-Crc32</Key></Object></Delete>"
	c.do("delete many without digest", "POST", "?delete=", one, nil)
	c.do("delete many", "POST", "?delete=", one, map[string]string{"Content-Md5": md5Of(one)})
	c.do("list v2", "GET", "?list-type=2&max-keys=2&encoding-type=url", "", nil)
	c.do("list v1", "GET", "?max-keys=2", "", nil)
	c.do("list versions", "GET", "?versions=&max-keys=2", "", nil)
	c.do("list uploads", "GET", "?uploads=", "", nil)
	c.do("list uploads below a prefix", "GET", "?prefix=plain-&uploads=", "", nil)
	c.do("list uploads of a key", "GET", "?prefix=plain-parts2&uploads=", "", nil)
}

func (c *conversation) names() {
	for _, name := range []string{
		"a//b", "/a", "./a", "../a", "a/../b", "folder/", "a%00b", "a%01b", "a%0Db", "%20", "a%5Cb",
		strings.Repeat("n", 255), strings.Repeat("n", 256), strings.Repeat("n/", 500) + "x", "a-plain/below",
	} {
		c.do("name "+name[:min(len(name), 20)], "PUT", "/"+name, "x", nil)
	}
}

func (c *conversation) bucketDefault(key string) {
	rule := "<ServerSideEncryptionConfiguration><Rule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>aws:kms</SSEAlgorithm>" +
		"<KMSMasterKeyID>" + key + "</KMSMasterKeyID></ApplyServerSideEncryptionByDefault></Rule></ServerSideEncryptionConfiguration>"
	c.do("bucket encryption, unset", "GET", "?encryption=", "", nil)
	c.do("set bucket encryption", "PUT", "?encryption=", rule, map[string]string{"Content-Md5": md5Of(rule)})
	c.do("bucket encryption", "GET", "?encryption=", "", nil)
	c.do("put under the default", "PUT", "/default", "hello", nil)
	c.do("head under the default", "HEAD", "/default", "", nil)
	c.do("put of s3 under the default", "PUT", "/default-s3", "hello", map[string]string{sse: "AES256"})
	c.do("unset bucket encryption", "DELETE", "?encryption=", "", nil)
	c.do("put without a default", "PUT", "/default", "hello", nil)
}

func (c *conversation) subresources(key string) {
	for _, sub := range strings.Fields("versioning location policy cors lifecycle tagging acl ownershipControls publicAccessBlock object-lock notification replication website logging accelerate requestPayment inventory analytics") {
		c.do("bucket "+sub, "GET", "?"+sub+"=", "", nil)
	}
	c.do("remove a bucket that is not empty", "DELETE", "", "", nil)
	for _, sub := range strings.Fields("tagging acl attributes retention legal-hold torrent annotation") {
		c.do("object "+sub, "GET", "/a-plain?"+sub+"=", "", map[string]string{"X-Amz-Object-Attributes": "ETag,ObjectSize"})
	}
	c.do("update encryption", "PUT", "/s3?encryption=", "<ObjectEncryption><SSE-KMS><KMSKeyArn>"+key+"</KMSKeyArn></SSE-KMS></ObjectEncryption>", nil)
	c.do("get after it", "GET", "/s3", "", nil)
	c.do("rename", "PUT", "/renamed?renameObject=", "", map[string]string{"X-Amz-Rename-Source": "s3"})
	c.do("get after the renaming", "GET", "/s3", "", nil)
	c.do("annotate", "PUT", "/s3?annotation=&annotationName=a", "note", nil)
	c.do("get after the annotation", "GET", "/s3", "", nil)
	c.do("remove the annotation", "DELETE", "/s3?annotation=&annotationName=a", "", nil)
	c.do("head after the removal", "HEAD", "/s3", "", nil)
}

func (c *conversation) versions(kms map[string]string) {
	enabled := "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>"
	c.do("versioning on", "PUT", "?versioning=", enabled, nil)
	c.then("put of a version", func(w *twin) said {
		a := w.ask("PUT", "/v", "hello", kms)
		w.saved["version"] = a.header.Get("X-Amz-Version-Id")
		return a
	})
	c.then("head of the version", func(w *twin) said { return w.ask("HEAD", "/v?versionId="+w.saved["version"], "", nil) })
	none := "/v?versionId=00000000-0000-0000-0000-000000000000"
	c.do("head of no version", "HEAD", none, "", nil)
	c.do("get of no version", "GET", none, "", nil)
	c.then("delete of the version", func(w *twin) said { return w.ask("DELETE", "/v?versionId="+w.saved["version"], "", nil) })
	c.do("head of what had one version", "HEAD", "/v", "", nil)
}

func (c *conversation) nowhere() {
	c.do("get of no object", "GET", "/missing", "", nil)
	c.do("head of no object", "HEAD", "/missing", "", nil)
	c.do("get in no bucket", "GET", "-none/x", "", nil)
	c.do("head in no bucket", "HEAD", "-none/x", "", nil)
	c.do("put in no bucket", "PUT", "-none/x", "x", nil)
	c.do("list of no bucket", "GET", "-none?list-type=2", "", nil)
	c.do("part of no upload", "PUT", "/x?partNumber=1&uploadId=none", "x", nil)
	c.do("parts of no upload", "GET", "/x?uploadId=none", "", nil)
	c.do("complete of no upload", "POST", "/x?uploadId=none", completion(`"00000000000000000000000000000000"`), nil)
	c.do("abort of no upload", "DELETE", "/x?uploadId=none", "", nil)
}
