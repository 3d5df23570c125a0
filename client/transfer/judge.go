package transfer

import "github.com/bucketseal/bucketseal/client"

// The witnesses of a verdict, in words.
var (
	byUpload     = client.Say("the answer to the upload")
	byBeginning  = client.Say("the answer to the beginning of the upload")
	byPart       = client.Say("the answer to a part")
	byCompletion = client.Say("the answer to the completion of the upload")
	byHead       = client.Say("HEAD of the object")
	byServer     = client.Say("the server")
)

// CompareEncryption judges the reports against what was asked; the worst
// counts. An answer that was not told is no witness: HEAD must be good, and
// nothing that was said may be worse. kms is what KMS answered to [KeyToDescribe].
func CompareEncryption(asked client.Treatment, answers []Answer, head client.Reported, kms client.Key) Finding {
	if asked.Type == client.TypeInherit {
		return Finding{NothingAsked, client.Say("nothing was asked; %v", head.Describe())}
	}
	worst := judge(asked, head, kms, byHead)
	for _, a := range answers {
		f := judge(asked, a.Said, kms, a.By)
		// An answer that names the type and keeps quiet about the key is no
		// contradiction as long as HEAD names the right one.
		if !a.Said.Told || f.Verdict == KeyNotReported && namesNoKey(a.Said) {
			continue
		}
		if badness[f.Verdict] > badness[worst.Verdict] {
			worst = f
		}
	}
	return worst
}

func namesNoKey(r client.Reported) bool { return r.Key == "" && r.CustomerKeyMD5 == "" }

// Judge compares one report with what was asked, for an object looked at long
// after its upload. kms is what KMS answered to [KeyToDescribe].
func Judge(asked client.Treatment, r client.Reported, kms client.Key) Finding {
	if asked.Type == client.TypeInherit {
		return Finding{NothingAsked, client.Say("nothing is asked; %v", r.Describe())}
	}
	return judge(asked, r, kms, byServer)
}

var badness = map[Verdict]int{Verified: 0, KeyNotReported: 1, OtherKey: 2, NotEncrypted: 3}

func judge(asked client.Treatment, r client.Reported, kms client.Key, who client.Text) Finding {
	want := asked.Type
	switch {
	case !r.Told:
		return Finding{KeyNotReported, client.Say("%v was asked; %v did not say how the object is encrypted", asked.Describe(), who)}
	case r.Type == client.TypeNone:
		return Finding{NotEncrypted, client.Say("%v was asked; %v names no encryption", asked.Describe(), who)}
	case r.Type != want:
		return Finding{OtherKey, client.Say("%v was asked; %v says %v", asked.Describe(), who, r.Describe())}
	case want == client.TypeSSEC:
		return judgeCustomerKey(asked, r, who)
	case want == client.TypeSSES3:
		return asAsked(asked, r)
	case asked.Key == "":
		return judgeManagedKey(asked, r, kms, who)
	}
	return judgeKMSKey(asked, r, kms, who)
}

// asAsked is the good finding. A bucket key that was asked for and is not
// reported costs requests to KMS and no secrecy: it is said, and no fault.
func asAsked(asked client.Treatment, r client.Reported) Finding {
	why := client.Say("encrypted as asked: %v", r.Describe())
	if asked.BucketKey && !r.BucketKey {
		why = client.Say("%v; the bucket key asked for is not reported", why)
	}
	return Finding{Verified, why}
}

func judgeCustomerKey(asked client.Treatment, r client.Reported, who client.Text) Finding {
	switch r.CustomerKeyMD5 {
	case asked.CustomerKeyMD5:
		return asAsked(asked, r)
	case "":
		return Finding{KeyNotReported, client.Say("%v says SSE-C and does not name the key's MD5", who)}
	}
	return Finding{OtherKey, client.Say("the SSE-C key with MD5 %s was asked; %v says %s", asked.CustomerKeyMD5, who, r.CustomerKeyMD5)}
}

// judgeManagedKey is for those who name no key and leave it to the account's
// AWS managed one: only KMS can tell that it is that.
func judgeManagedKey(asked client.Treatment, r client.Reported, kms client.Key, who client.Text) Finding {
	switch {
	case r.Key == "":
		return Finding{KeyNotReported, client.Say("%v was asked; %v does not name the key", asked.Describe(), who)}
	case !describes(kms, r.Key):
		return Finding{KeyNotReported, client.Say("%v was asked; %v says %s, and whether that is the AWS managed key could not be found out: name the key in the rule to have it compared",
			asked.Describe(), who, string(r.Key))}
	case !kms.AWSManaged:
		return Finding{KeyNotReported, client.Say("%v was asked; %v says %s, which KMS does not call AWS managed", asked.Describe(), who, string(r.Key))}
	}
	return asAsked(asked, r)
}

// describes reports whether what KMS said is about a key.
func describes(kms client.Key, key client.KeyID) bool {
	for _, id := range []client.KeyID{kms.ARN, client.KeyID(kms.ID)} {
		if same, known := client.SameKey(id, key); same && known {
			return true
		}
	}
	return false
}

func judgeKMSKey(asked client.Treatment, r client.Reported, kms client.Key, who client.Text) Finding {
	key := asked.Key
	if r.Key == "" {
		return Finding{KeyNotReported, client.Say("key %s was asked; %v does not name the key", string(key), who)}
	}
	same, known := client.SameKey(key, r.Key)
	if !known && key.IsAlias() && kms.ARN != "" {
		same, known = client.SameKey(kms.ARN, r.Key)
	}
	switch {
	case same && known:
		return asAsked(asked, r)
	case !known:
		return Finding{KeyNotReported, client.Say("key %s was asked; %v says %s, and whether that is the same key could not be found out", string(key), who, string(r.Key))}
	}
	return Finding{OtherKey, client.Say("key %s was asked; %v says %s", string(key), who, string(r.Key))}
}
