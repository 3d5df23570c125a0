package transfer

import "github.com/bucketseal/bucketseal/client"

// A Verdict is what the comparison of the server's report with the job said.
// It claims only what was compared.
type Verdict string

// The verdicts, as the JSON of the command line writes them. VerdictNone is
// "nothing was compared", for a transfer that failed before.
const (
	VerdictNone    Verdict = ""
	Verified       Verdict = "verified"         // the type and the key asked for
	OtherKey       Verdict = "other-key"        // encrypted, with another key or type
	KeyNotReported Verdict = "key-not-reported" // encrypted; whether with the key cannot be told
	NotEncrypted   Verdict = "not-encrypted"    // an answer named no encryption
	NothingAsked   Verdict = "not-asked"        // the bucket's default was left to act
	NotYetVerified Verdict = "not-yet-verified" // stored, and who could tell how could not be asked
)

// AsAsked reports whether the verdict lets a transfer count as done.
func (v Verdict) AsAsked() bool { return v == Verified || v == NothingAsked }

// A Finding is a verdict and the words for it.
type Finding struct {
	Verdict Verdict
	Why     client.Text // half a sentence: what was asked and what was reported
}

// An Answer is what one of the answers to an upload said of the encryption.
type Answer struct {
	By   client.Text     `json:"by"` // which it was
	Said client.Reported `json:"said"`
}

// Evidence is what the server said of an upload.
type Evidence struct {
	Answers []Answer        // to the requests of the upload
	Head    client.Object   // to the HEAD that followed
	Sum     client.Checksum // checksum of what was sent
	KMS     client.Key      // what KMS said of KeyToDescribe; zero where it was not asked or did not say
}

// Verify compares what was asked with what the server reports: size, checksum,
// then encryption by the answers to the upload and by HEAD, of which the worst
// counts. The error (KindCorrupt) says that the object is not what was sent.
// The ETag is not looked at: it is no content hash.
func Verify(want Job, got Evidence) (Finding, error) {
	if got.Head.SizeTold() && got.Head.Size != want.Expect.Size {
		return Finding{}, &client.Error{
			Op: "verify", Kind: client.KindCorrupt, At: want.At(), RequestID: got.Head.RequestID,
			Err: client.Say("%d bytes were sent and the server holds %d", want.Expect.Size, got.Head.Size).Err(),
		}
	}
	sum, ok := got.Head.FullChecksum()
	if want.Op.Copies() { // with it came what the metadata says, be it true or not
		sum, ok = got.Head.StoredChecksum()
	}
	if ok && got.Sum.Value != "" && sum.Value != got.Sum.Value {
		return Finding{}, &client.Error{
			Op: "verify", Kind: client.KindCorrupt, At: want.At(), RequestID: got.Head.RequestID,
			Err: client.Say("the server's checksum %s is not %s, the checksum of what was sent", sum.Value, got.Sum.Value).Err(),
		}
	}
	return CompareEncryption(want.Treatment, got.Answers, got.Head.Encryption, got.KMS), nil
}
