// Package mock is an S3 and KMS endpoint that really encrypts, as an
// http.Handler: for tests, demos, and the app's built-in account.
//
// Three lines start one in a test, with TLS and a certificate authority of its own:
//
//	e := mock.Start(t)
//	client := newClient(e.URL, e.CA, e.AccessKey, e.SecretKey)
//	key := e.NamedKeys()[0].ARN
//
// A program uses [Serve], and [Endpoint.Close] at its end; [New] gives the bare
// handler.
//
// It promises: every request's signature is verified, and a body that is not
// what was signed is not stored; objects under SSE-S3, SSE-KMS, DSSE-KMS and
// SSE-C are sealed on disk, and read back only with their key; answers carry the
// encryption headers that S3 carries, and no other; errors have the codes and
// messages of S3; objects, keys and open uploads outlive a restart; memory does
// not grow with the size of an object; damage on disk is answered with an error
// or a cut connection, never with wrong bytes.
//
// It imitates several servers: a [Personality] is data that the handlers read.
// The default is AWS; "ceph16" has the habits measured on Ceph RGW 16.2.15, the
// destructive ones too. It goes wrong on purpose where [Server.SetFaults] says so.
//
// It refuses: sub-resources it does not know (501, never the base verb, in every
// personality but ceph16), requests without a key unless the bucket lets everybody
// in, and SSE-KMS or SSE-C over plain http. The account may do everything, a further
// [User] what their policy and those of KMS keys and buckets allow, everybody else
// what a bucket's policy or an ACL does. Unlike AWS since April 2026 a new bucket does not
// block SSE-C until its encryption configuration says so.
//
// The rooms below it answer the operations; what a program or a test needs of them
// has its name here too.
package mock
