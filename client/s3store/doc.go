// Package s3store is a [client.Store] over S3 and the services that imitate it.
// It is the one room that speaks aws-sdk-go-v2 (S3 and KMS); everything above
// it speaks package client.
//
// There are two kinds of endpoint. At AWS the newest habits of the SDK are
// used: virtual-host addressing, CRC64NVME checksums stored by the server. At
// every other endpoint the oldest behaviour is assumed (Ceph RGW 16): path
// style, checksums in headers and never in trailers, with Content-MD5 beside them
// until an answer returns the checksum (digests.go). What changes something goes only
// where the server is known to know it, by what its answers to questions were
// (needs.go, abilities.go), because one that does not know a sub-resource may run the
// bare verb: on Ceph 16 DeleteBucketEncryption deletes an empty bucket and says success.
//
// The six calls that are made for every file (PutObject, HeadObject, GetObject,
// UploadPart, ListObjectsV2, DeleteObjects) are HTTP requests of our own, addressed
// and repeated by the SDK's parts (plain.go), and signed by our own (sigv4.go), since
// its middleware and its signer cost more than a small file; all others are the SDK's. The tests hold the two ways
// against each other.
//
// It promises:
//   - Encryption headers go on PutObject and CreateMultipartUpload, the three
//     SSE-C headers on every call that touches bytes, and none anywhere else.
//   - An SSE-C key never crosses plain http to another machine. What is sent, keys
//     and tokens and files, is never forwarded to another server, and what is for
//     this machine never to a proxy. No secret is in an error or a log.
//   - A proxy variable that cannot be understood is an error, never "no proxy".
//   - Every failure is a *client.Error whose Kind was decided from the server's
//     code, message and operation together (see table.go), with the request id.
//   - "The server did not say" is reported as such, never as "not encrypted".
//   - A read ends early with an error, never silently; a silent connection is
//     given up after a minute; a call that may succeed later is repeated.
//
// It refuses: uploads nobody decided, encryption over plain http to another
// machine, and calls not known to be safe at the endpoint. It never reads the
// environment, except in [FromEnvironment]; only the proxy variables
// (HTTPS_PROXY, NO_PROXY) are honoured, as people expect.
//
// Answers are not believed before they have been looked at. A document has the
// root element of its call and reasonable bounds (document.go), or it is an
// error that says what came instead (foreign.go); one field that cannot be read
// is not told, and the rest is (mend.go); a listing names only what it was asked
// for and leads on (page.go).
//
// Listings use ListObjectsV2, which Ceph 16 and every current service have;
// where it is not known, ListObjects, learned once. What HEAD cannot say, a GET
// of one byte does (head.go). Keys are asked for URL-encoded at AWS; elsewhere
// only when a listing could not be read, since XML 1.0 cannot hold control
// characters and some services encode wrongly.
package s3store
