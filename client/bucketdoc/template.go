package bucketdoc

import (
	"encoding/json"
	"regexp"
	"strings"

	"github.com/bucketseal/bucketseal/client"
)

// A Policy is the policy of a bucket.
type Policy struct {
	Version   string
	Statement []Statement
}

// A Statement is one of its rules.
type Statement struct {
	Sid       string
	Effect    string
	Principal any
	Action    any
	Resource  any
	Condition map[string]map[string]string `json:",omitempty"`
}

// policy is the version of the language that knows all conditions.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_version.html
func policy(all ...Statement) Policy { return Policy{"2012-10-17", all} }

// JSON is the policy as it is sent.
func (p Policy) JSON() []byte {
	raw, _ := json.MarshalIndent(p, "", "  ") // strings and lists of them
	return append(raw, '\n')
}

const headerEncryption, headerKey = "s3:x-amz-server-side-encryption", "s3:x-amz-server-side-encryption-aws-kms-key-id"

// DenyOtherEncryption denies uploads to a folder of a bucket (prefix "" is all of it) that
// ask for another encryption than this: none, another kind, or under SSE-KMS another key.
// An upload that names no key asks for the account's own, which is another too. AWS compares
// the ARN of the key; others the id as it was sent.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html
func DenyOtherEncryption(bucket, prefix string, t client.Treatment) (Policy, error) {
	kind := map[client.EncryptionType]string{client.TypeSSES3: "AES256", client.TypeSSEKMS: "aws:kms", client.TypeDSSEKMS: "aws:kms:dsse"}[t.Type]
	if kind == "" {
		return Policy{}, client.Say("no policy can ask for %v: a rule with SSE-S3, SSE-KMS or DSSE-KMS can be asked for", string(t.Type)).Err()
	}
	if strings.ContainsAny(prefix, "${}") {
		return Policy{}, client.Say("%q cannot be written in a policy: it has characters that mean something else there", prefix).Err()
	}
	where := "arn:aws:s3:::" + bucket + "/" + prefix + "*"
	deny := func(sid, operator, key, value string) Statement {
		return Statement{sid, "Deny", "*", "s3:PutObject", where, map[string]map[string]string{operator: {key: value}}}
	}
	all := []Statement{
		deny("DenyUploadsThatAskForNoEncryption", "Null", headerEncryption, "true"),
		deny("DenyOtherEncryption", "StringNotEqualsIfExists", headerEncryption, kind),
	}
	if t.Key != "" {
		all = append(all,
			deny("DenyUploadsThatNameNoKey", "Null", headerKey, "true"),
			deny("DenyOtherKeys", "StringNotEqualsIfExists", headerKey, string(t.Key)))
	}
	return policy(all...), nil
}

// HTTPSOnly denies everything that does not come over TLS.
func HTTPSOnly(bucket string) Policy {
	return policy(Statement{
		"HttpsOnly", "Deny", "*", "s3:*",
		[]string{"arn:aws:s3:::" + bucket, "arn:aws:s3:::" + bucket + "/*"},
		map[string]map[string]string{"Bool": {"aws:SecureTransport": "false"}},
	})
}

// ReadFor lets somebody list and read a folder of a bucket. who is an ARN as it stands;
// twelve digits are an account of AWS; any other name is a user as Ceph, and TWCC with it,
// writes them. https://docs.ceph.com/en/latest/radosgw/bucketpolicy/
func ReadFor(bucket, prefix, who string) (Policy, error) {
	name, err := principal(who)
	if err != nil {
		return Policy{}, err
	}
	to := map[string]string{"AWS": name}
	list := Statement{"LetList", "Allow", to, "s3:ListBucket", "arn:aws:s3:::" + bucket, nil}
	if prefix != "" {
		list.Condition = map[string]map[string]string{"StringLike": {"s3:prefix": prefix + "*"}}
	}
	return policy(list, Statement{"LetRead", "Allow", to, "s3:GetObject", "arn:aws:s3:::" + bucket + "/" + prefix + "*", nil}), nil
}

var (
	account  = regexp.MustCompile(`^\d{12}$`)
	userName = regexp.MustCompile(`^([A-Za-z0-9_.-]+\$)?[A-Za-z0-9_.@-]+(:[A-Za-z0-9_.-]+)?$`)
)

func principal(who string) (string, error) {
	tenant, user, named := strings.Cut(who, "$")
	switch {
	case strings.HasPrefix(who, "arn:"):
		return who, nil
	case account.MatchString(who):
		return "arn:aws:iam::" + who + ":root", nil
	case !userName.MatchString(who):
		return "", client.Say("%q is nobody a policy can name: write an ARN, the 12 digits of an account of AWS, or the name of a user at Ceph (TENANT$USER with a tenant)", who).Err()
	case named:
		return "arn:aws:iam::" + tenant + ":user/" + user, nil
	}
	return "arn:aws:iam:::user/" + who, nil
}
