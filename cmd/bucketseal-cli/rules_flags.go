package main

import (
	"errors"
	"strings"

	"github.com/spf13/cobra"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/rules"
)

// ruleFlags are the flags of add and edit.
type ruleFlags struct {
	bucket, key, kind, kmsKey, customerKeyFile string
	context                                    []string
	bucketKey, disabled                        bool
	at                                         int
}

func (f *ruleFlags) register(c *cobra.Command) {
	flags := c.Flags()
	flags.StringVar(&f.bucket, "bucket", "", "bucket name or `MASK`; empty is all")
	flags.StringVar(&f.key, "key", "", "remote file name or `MASK`; empty is all")
	flags.StringVar(&f.kind, "type", "", "`inherit`|s3|kms|dsse|c")
	flags.StringVar(&f.kmsKey, "kms-key", "", "KMS key `ID`, ARN or alias, sent as it stands; without one, the AWS managed key")
	flags.BoolVar(&f.bucketKey, "bucket-key", false, "ask for an S3 Bucket Key")
	flags.StringArrayVar(&f.context, "context", nil, "encryption context, `NAME=VALUE`; may be repeated")
	flags.StringVar(&f.customerKeyFile, "sse-c-key-file", "", "read the SSE-C key from `FILE`; - is the standard input")
	flags.BoolVar(&f.disabled, "disabled", false, "keep the rule, but switched off")
	letBeEmpty(flags, "bucket", "key")
}

// apply puts the flags that were given onto a rule. --account, a flag of every
// command, is the rule's account here.
func (f *ruleFlags) apply(c *cobra.Command, account string, r *rules.Rule) error {
	given := c.Flags().Changed
	if given("bucket") {
		r.Bucket = f.bucket
	}
	if given("key") {
		r.Key = f.key
	}
	if given("type") {
		t, err := encryptionType(f.kind)
		if err != nil {
			return err
		}
		if r.Type = t; t != client.TypeSSEC {
			r.CustomerKeyMD5 = ""
		}
		if t != client.TypeSSEKMS && t != client.TypeDSSEKMS {
			r.KMSKey, r.BucketKey, r.Context = "", false, nil
		}
	}
	if given("kms-key") {
		r.KMSKey = client.KeyID(f.kmsKey)
	}
	if given("bucket-key") {
		r.BucketKey = f.bucketKey
	}
	if given("disabled") {
		r.Disabled = f.disabled
	}
	if given("account") {
		r.Account = client.AccountRef{Name: account}
	}
	if given("context") {
		var err error
		if r.Context, err = parseContext(f.context); err != nil {
			return err
		}
	}
	return nil
}

func parseContext(pairs []string) (map[string]string, error) {
	context := map[string]string{}
	for _, p := range pairs {
		name, value, ok := strings.Cut(p, "=")
		if !ok {
			return nil, usage("--context %q has no =: write NAME=VALUE", p)
		}
		if name == "" {
			continue // --context = empties the context
		}
		context[name] = value
	}
	if len(context) == 0 {
		return nil, nil
	}
	return context, nil
}

// byFlag says a problem with a field of a rule by the flag that gave it.
func byFlag(p rules.Problem) string {
	flag := string(p.Field)
	if p.Field == rules.FieldKMSKey {
		flag = "kms-key"
	}
	return "--" + flag + ": " + p.Text.String()
}

// checkRule refuses a rule that cannot be saved.
func checkRule(r rules.Rule) error {
	var errs []error
	for _, p := range r.Problems() {
		if !p.Warning {
			errs = append(errs, errors.New(byFlag(p)))
		}
	}
	return settingsError(errors.Join(errs...))
}

// ruleKey reads the key of an SSE-C rule, zero when the rule keeps the one it
// has, and names it in the rule.
func (a *app) ruleKey(file string, r *rules.Rule) (key client.CustomerKey, err error) {
	switch {
	case r.Type != client.TypeSSEC && file != "":
		return key, usage("--sse-c-key-file belongs to --type c")
	case r.Type == client.TypeSSEC && file == "" && r.CustomerKeyMD5 == "":
		return key, usage("an SSE-C rule needs its key: give --sse-c-key-file")
	case file == "":
		return key, nil
	}
	if key, err = a.customerKeyFrom(file); err == nil {
		r.CustomerKeyMD5 = key.MD5()
	}
	return key, err
}
