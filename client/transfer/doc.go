// Package transfer moves files and proves what became of them.
//
// A [Plan] says what will happen before a byte moves. The [Engine] carries its
// jobs out: send (one PutObject, or a multipart upload for large files), then
// verify, then a [Receipt]. A download goes to a temporary file beside its
// target, is verified there, and only then gets its name.
//
// It promises: a job is Done only after the server's report was compared with
// what was asked; a target file appears under its final name only when whole
// and verified; nothing is written outside the target folder, whatever an
// object is called; a job arrives decided and is never decided again here. It
// refuses to overwrite silently and to send what nobody decided.
//
// It knows neither rules nor settings nor AWS.
package transfer
