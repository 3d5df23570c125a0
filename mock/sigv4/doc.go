// Package sigv4 is the door of the local endpoint: it decides who sent a
// request, and that what arrives is what was signed.
//
// It accepts AWS Signature Version 4 in its two places (Authorization header,
// presigned query) and every payload form which S3 clients use:
//
//   - a literal SHA-256 in x-amz-content-sha256
//   - UNSIGNED-PAYLOAD
//   - STREAMING-AWS4-HMAC-SHA256-PAYLOAD, each chunk signed
//   - STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER, chunks and trailer signed
//   - STREAMING-UNSIGNED-PAYLOAD-TRAILER, a checksum in the trailer
//
// Bodies are never buffered (but for services other than S3, whose bodies are
// small). [Request.Body] hands on the decoded bytes as they come, and reports
// a wrong hash, chunk signature, length or trailer checksum in place of io.EOF.
// Whoever stores the bytes must therefore store nothing until Body has
// answered io.EOF.
//
// It refuses: Signature Version 2, Version 4A, requests older or younger than
// fifteen minutes, presigned requests of more than seven days, and x-amz-*
// headers that are not covered by the signature.
//
// Every refusal is an [*Error] with the code, status and message of S3.
// Sources: "Authenticating Requests (AWS Signature Version 4)" and "Signature
// calculations ... transferring payload in multiple chunks" of the S3 API
// reference. Nothing of an AWS SDK is used here, so that the SDK can be the
// judge in tests.
package sigv4
