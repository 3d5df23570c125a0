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
// An object key becomes a file name that this system can hold and that leads back
// to the key ([Names], [KeyOf]), and in one download none takes another's place where A.txt and a.txt are one
// name, or where an object is called what is a folder for another.
//
// A downloaded file has the object's date, and the mode of the file it replaces or
// what the umask leaves. While one is fetched it is called ".NAME.XXXXXXXX" and
// [PartSuffix], and only its owner may read it. One that a later attempt may go on
// with stays; another that a program has left is removed after a day, by the next
// download into the folder. What is no ordinary file (a device, a pipe, a folder) is never replaced; a link to a
// file of the same folder tree stays a link, and the file is replaced.
//
// What was paused, or interrupted in any way, is gone on with, by the same program or
// another one on the same [Journal]: with the parts that the server has and the ranges
// that are on the disk, as far as both sides are still the same. Whatever its size, no
// file is held in memory.
//
// It knows neither rules nor settings nor AWS.
package transfer
