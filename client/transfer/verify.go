package transfer

import (
	"fmt"

	"github.com/bucketseal/bucketseal/client"
)

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
)

// AsAsked reports whether the verdict lets a transfer count as done.
func (v Verdict) AsAsked() bool { return v == Verified || v == NothingAsked }

// A Finding is a verdict and the words for it.
type Finding struct {
	Verdict Verdict
	Why     string // half a sentence: what was asked and what was reported
}

// Evidence is what the server said after an upload.
type Evidence struct {
	Answer client.Reported // response to PutObject or CreateMultipartUpload
	Head   client.Object   // response to the HEAD that followed
	Sum    client.Checksum // checksum of what was sent
	// Resolved is the key that KMS says the alias asked for points at; "" where
	// no alias was asked or KMS did not say.
	Resolved client.KeyID
}

// Verify compares what was asked with what the server reports: size, checksum,
// then encryption by the answer to the upload and by HEAD, of which the worse
// counts. The error (KindCorrupt) says that the object is not what was sent.
// The ETag is not looked at: it is no content hash.
func Verify(want Job, got Evidence) (Finding, error) {
	if got.Head.Size != want.Size {
		return Finding{}, &client.Error{
			Op: "verify", Kind: client.KindCorrupt, At: want.Remote, RequestID: got.Head.RequestID,
			Err: fmt.Errorf("%d bytes were sent and the server holds %d", want.Size, got.Head.Size),
		}
	}
	if sum, ok := got.Head.FullChecksum(); ok && got.Sum.Value != "" && sum.Value != got.Sum.Value {
		return Finding{}, &client.Error{
			Op: "verify", Kind: client.KindCorrupt, At: want.Remote, RequestID: got.Head.RequestID,
			Err: fmt.Errorf("the server's checksum %s is not %s, the checksum of what was sent", sum.Value, got.Sum.Value),
		}
	}
	return CompareEncryption(want.Put.Encryption, got.Answer, got.Head.Encryption, got.Resolved), nil
}

// CompareEncryption judges the reports against what was asked; the worst
// counts. resolved is what KMS says an alias points at, "" for not known.
func CompareEncryption(asked client.Encryption, answer, head client.Reported, resolved client.KeyID) Finding {
	if client.TypeOf(asked) == client.TypeInherit {
		return Finding{NothingAsked, "nothing was asked; " + head.Describe()}
	}
	byAnswer := judge(asked, answer, resolved, "the answer to the upload")
	byHead := judge(asked, head, resolved, "HEAD of the object")
	// An answer that names the type and keeps quiet about the key is no
	// contradiction as long as HEAD names the right one.
	if byAnswer.Verdict == KeyNotReported && byHead.Verdict == Verified {
		return byHead
	}
	if badness[byAnswer.Verdict] > badness[byHead.Verdict] {
		return byAnswer
	}
	return byHead
}

// Judge compares one report with what was asked, for an object looked at long
// after its upload.
func Judge(asked client.Encryption, r client.Reported, resolved client.KeyID) Finding {
	if client.TypeOf(asked) == client.TypeInherit {
		return Finding{NothingAsked, "nothing is asked; " + r.Describe()}
	}
	return judge(asked, r, resolved, "the server")
}

var badness = map[Verdict]int{Verified: 0, KeyNotReported: 1, OtherKey: 2, NotEncrypted: 3}

func judge(asked client.Encryption, r client.Reported, resolved client.KeyID, who string) Finding {
	want := client.TypeOf(asked)
	switch {
	case !r.Told:
		return Finding{KeyNotReported, fmt.Sprintf("%s was asked; %s did not say how the object is encrypted", client.Describe(asked), who)}
	case r.Type == client.TypeNone:
		return Finding{NotEncrypted, fmt.Sprintf("%s was asked; %s names no encryption", client.Describe(asked), who)}
	case r.Type != want:
		return Finding{OtherKey, fmt.Sprintf("%s was asked; %s says %s", client.Describe(asked), who, r.Describe())}
	case want == client.TypeSSEC:
		return judgeCustomerKey(asked.(client.SSEC), r, who)
	case want == client.TypeSSES3:
		return Finding{Verified, "encrypted as asked: " + r.Describe()}
	}
	return judgeKMSKey(client.KeyOf(asked), r, resolved, who)
}

func judgeCustomerKey(asked client.SSEC, r client.Reported, who string) Finding {
	switch r.CustomerKeyMD5 {
	case asked.Key.MD5():
		return Finding{Verified, "encrypted as asked: " + r.Describe()}
	case "":
		return Finding{KeyNotReported, who + " says SSE-C and does not name the key's MD5"}
	}
	return Finding{OtherKey, fmt.Sprintf("the SSE-C key with MD5 %s was asked; %s says %s", asked.Key.MD5(), who, r.CustomerKeyMD5)}
}

func judgeKMSKey(asked client.KeyID, r client.Reported, resolved client.KeyID, who string) Finding {
	if asked == "" {
		return Finding{Verified, "encrypted as asked, no particular key was asked for: " + r.Describe()}
	}
	if r.Key == "" {
		return Finding{KeyNotReported, fmt.Sprintf("key %s was asked; %s does not name the key", asked, who)}
	}
	same, known := client.SameKey(asked, r.Key)
	if !known && resolved != "" {
		same, known = client.SameKey(resolved, r.Key)
	}
	switch {
	case same && known:
		return Finding{Verified, "encrypted as asked: " + r.Describe()}
	case !known:
		return Finding{KeyNotReported, fmt.Sprintf("key %s was asked; %s says %s, and whether that is the same key could not be found out", asked, who, r.Key)}
	}
	return Finding{OtherKey, fmt.Sprintf("key %s was asked; %s says %s", asked, who, r.Key)}
}
