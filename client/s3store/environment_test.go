package s3store

import (
	"encoding/binary"
	"os"
	"path/filepath"
	"testing"
	"unicode/utf16"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
)

// awsHome is a user without variables of AWS, whose files are these.
func awsHome(t *testing.T, config, credentials string) {
	t.Helper()
	dir := t.TempDir()
	for _, name := range []string{
		"AWS_ACCESS_KEY_ID", "AWS_ACCESS_KEY", "AWS_SECRET_ACCESS_KEY", "AWS_SECRET_KEY", "AWS_SESSION_TOKEN", "AWS_REGION", "AWS_DEFAULT_REGION",
		"AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL_KMS", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
		"AWS_CA_BUNDLE", "AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE",
	} {
		t.Setenv(name, "")
	}
	t.Setenv("HOME", dir)
	t.Setenv("USERPROFILE", dir)
	require.NoError(t, os.Mkdir(filepath.Join(dir, ".aws"), 0o700))
	for name, content := range map[string]string{"config": config, "credentials": credentials} {
		if content != "" {
			require.NoError(t, os.WriteFile(filepath.Join(dir, ".aws", name), []byte(content), 0o600))
		}
	}
}

// inUTF16 is how PowerShell writes text.
func inUTF16(s string, order binary.AppendByteOrder) string {
	var b []byte
	for _, u := range utf16.Encode([]rune("\ufeff" + s)) {
		b = order.AppendUint16(b, u)
	}
	return string(b)
}

const (
	workKeys = "[work]\naws_access_key_id = AKW\naws_secret_access_key = sw\naws_session_token = tw\n"
	dflt     = "[default]\naws_access_key_id=AKD\naws_secret_access_key=sd\n"
)

func TestAnAccountIsFoundWhereTheAWSCommandLineKeepsIt(t *testing.T) {
	type env = map[string]string
	envKeys := func(more env) env {
		m := env{"AWS_ACCESS_KEY_ID": "AKE", "AWS_SECRET_ACCESS_KEY": "se"}
		for k, v := range more {
			m[k] = v
		}
		return m
	}
	const cos, kms, own = "https://cos.example", "https://kms.example", "https://own.example"
	services := "[profile work]\nregion = eu-west-1\nendpoint_url = https://all.example\nservices = mine\n\n[services mine]\ns3 =\n  endpoint_url = " + cos +
		"\nkms =\n\tendpoint_url = " + kms + " # not here\n"
	for name, c := range map[string]struct {
		config, credentials string
		set                 env
		profile             string
		given               client.Account
		want                client.Account
		secret, token       string
		says                string
	}{
		"variables": {set: envKeys(env{"AWS_REGION": "us-west-2", "AWS_SESSION_TOKEN": "te"}), want: client.Account{AccessKeyID: "AKE", Region: "us-west-2"}, secret: "se", token: "te"},
		"older variables": {
			set:  env{"AWS_ACCESS_KEY": "AKO", "AWS_SECRET_KEY": "so", "AWS_DEFAULT_REGION": "us-west-1"},
			want: client.Account{AccessKeyID: "AKO", Region: "us-west-1"}, secret: "so",
		},
		"what was pasted with variables": {
			set:  env{"AWS_ACCESS_KEY_ID": "AKE\r\n", "AWS_SECRET_ACCESS_KEY": "\ufeffse\t", "AWS_SESSION_TOKEN": "te\u00a0\n", "AWS_REGION": " us-east-1 ", "AWS_ENDPOINT_URL": cos + "/ \n"},
			want: client.Account{AccessKeyID: "AKE", Region: "us-east-1", Endpoint: cos}, secret: "se", token: "te",
		},
		"the default profile":               {credentials: dflt, config: "[default]\nregion=eu-north-1\n", want: client.Account{AccessKeyID: "AKD", Region: "eu-north-1"}, secret: "sd"},
		"a profile named":                   {credentials: dflt + workKeys, config: services, profile: "work", want: client.Account{AccessKeyID: "AKW", Region: "eu-west-1", Endpoint: cos, KMSEndpoint: kms}, secret: "sw", token: "tw"},
		"a profile by variable":             {credentials: workKeys, set: env{"AWS_PROFILE": "work "}, want: client.Account{AccessKeyID: "AKW"}, secret: "sw", token: "tw"},
		"keys before a profile by variable": {credentials: workKeys, set: envKeys(env{"AWS_PROFILE": "work"}), want: client.Account{AccessKeyID: "AKE"}, secret: "se"},
		"a profile named before keys":       {credentials: workKeys, set: envKeys(nil), profile: "work", want: client.Account{AccessKeyID: "AKW"}, secret: "sw", token: "tw"},
		"keys in config":                    {config: "[profile \"work\"]\naws_access_key_id=AKC\naws_secret_access_key=sc\n", profile: "work", want: client.Account{AccessKeyID: "AKC"}, secret: "sc"},
		"halves in two files": {
			config: "[profile work]\naws_access_key_id=AKC\naws_secret_access_key=sc\n", credentials: "[work]\naws_access_key_id=AKW\n", profile: "work",
			want: client.Account{AccessKeyID: "AKC"}, secret: "sc",
		},
		"Notepad's file":           {credentials: "\ufeff[default]\r\naws_access_key_id = AKD\r\naws_secret_access_key = sd \r\n", want: client.Account{AccessKeyID: "AKD"}, secret: "sd"},
		"PowerShell's file":        {credentials: inUTF16(dflt, binary.LittleEndian), want: client.Account{AccessKeyID: "AKD"}, secret: "sd"},
		"its bytes the other way":  {credentials: inUTF16(dflt, binary.BigEndian), want: client.Account{AccessKeyID: "AKD"}, secret: "sd"},
		"comments and odd blanks":  {credentials: "# mine\n;\n[\tdefault ] ; x\nAWS_Access_Key_ID =AKD # id\n\naws_secret_access_key=s#d;e\nnonsense\n", want: client.Account{AccessKeyID: "AKD"}, secret: "s#d;e"},
		"a sub-setting is no key":  {credentials: dflt, config: "[default]\ns3 =\n  region = nowhere\n  endpoint_url = https://no.example\nregion = eu-west-1\n", want: client.Account{AccessKeyID: "AKD", Region: "eu-west-1"}, secret: "sd"},
		"a file that is not there": {set: envKeys(env{"AWS_CONFIG_FILE": "/nowhere/config"}), want: client.Account{AccessKeyID: "AKE"}, secret: "se"},

		"a service for all": {set: envKeys(env{"AWS_ENDPOINT_URL": cos}), want: client.Account{AccessKeyID: "AKE", Endpoint: cos}, secret: "se"},
		"a service for S3":  {set: envKeys(env{"AWS_ENDPOINT_URL": own, "AWS_ENDPOINT_URL_S3": cos}), want: client.Account{AccessKeyID: "AKE", Endpoint: cos}, secret: "se"},
		"a service for KMS": {set: envKeys(env{"AWS_ENDPOINT_URL_S3": cos, "AWS_ENDPOINT_URL_KMS": kms}), want: client.Account{AccessKeyID: "AKE", Endpoint: cos, KMSEndpoint: kms}, secret: "se"},
		"Amazon's S3, another for all": {
			set:  envKeys(env{"AWS_ENDPOINT_URL": own, "AWS_ENDPOINT_URL_S3": "https://s3.eu-west-1.amazonaws.com"}),
			want: client.Account{AccessKeyID: "AKE", Endpoint: "https://s3.eu-west-1.amazonaws.com", KMSEndpoint: own}, secret: "se",
		},
		"variables before the profile":     {credentials: workKeys, config: services, profile: "work", set: env{"AWS_ENDPOINT_URL": own}, want: client.Account{AccessKeyID: "AKW", Region: "eu-west-1", Endpoint: own}, secret: "sw", token: "tw"},
		"endpoint_url of the profile":      {credentials: workKeys, config: "[profile work]\nendpoint_url = cos.example\n", profile: "work", want: client.Account{AccessKeyID: "AKW", Endpoint: cos}, secret: "sw", token: "tw"},
		"endpoint_url of the default":      {config: "[default]\nendpoint_url = " + cos + "\n", set: envKeys(nil), want: client.Account{AccessKeyID: "AKE", Endpoint: cos}, secret: "se"},
		"of another profile":               {config: "[profile other]\nendpoint_url = " + cos + "\n", set: envKeys(nil), want: client.Account{AccessKeyID: "AKE"}, secret: "se"},
		"services that are not there":      {credentials: workKeys, config: "[profile work]\nservices = gone\nendpoint_url = " + cos + "\n", profile: "work", want: client.Account{AccessKeyID: "AKW", Endpoint: cos}, secret: "sw", token: "tw"},
		"to be ignored":                    {set: envKeys(env{"AWS_ENDPOINT_URL": cos, "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "True"}), want: client.Account{AccessKeyID: "AKE"}, secret: "se"},
		"to be ignored, by the profile":    {credentials: workKeys, config: services + "[profile work]\nignore_configured_endpoint_urls = true\n", profile: "work", want: client.Account{AccessKeyID: "AKW", Region: "eu-west-1"}, secret: "sw", token: "tw"},
		"not to be ignored, whatever file": {config: "[default]\nignore_configured_endpoint_urls=true\n", set: envKeys(env{"AWS_ENDPOINT_URL": cos, "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "false"}), want: client.Account{AccessKeyID: "AKE", Endpoint: cos}, secret: "se"},
		"certificates":                     {config: "[default]\nca_bundle=/a.pem\n", set: envKeys(env{"AWS_CA_BUNDLE": "/e.pem"}), want: client.Account{AccessKeyID: "AKE", CAFile: "/e.pem"}, secret: "se"},
		"certificates of the profile":      {config: "[default]\nca_bundle=/a.pem\n", set: envKeys(nil), want: client.Account{AccessKeyID: "AKE", CAFile: "/a.pem"}, secret: "se"},
		"what the caller knows better": {
			set:   envKeys(env{"AWS_ENDPOINT_URL": cos, "AWS_REGION": "us-west-2", "AWS_ENDPOINT_URL_KMS": kms, "AWS_CA_BUNDLE": "/e.pem"}),
			given: client.Account{Name: "ad hoc", Endpoint: own, Region: "r", KMSEndpoint: own, CAFile: "/own.pem"},
			want:  client.Account{Name: "ad hoc", AccessKeyID: "AKE", Endpoint: own, Region: "r", KMSEndpoint: own, CAFile: "/own.pem"}, secret: "se",
		},

		"nothing":                      {says: `neither AWS_ACCESS_KEY_ID nor a profile "default" is there`},
		"a profile that is not there":  {credentials: dflt, profile: "elsewhere", says: `no profile "elsewhere" in the files of the AWS command line (--profile)`},
		"a variable's is not there":    {credentials: dflt, set: envKeys(env{"AWS_PROFILE": "elsewhere"}), says: "(AWS_PROFILE)"},
		"half a pair":                  {credentials: dflt, set: env{"AWS_ACCESS_KEY_ID": "AKE"}, says: "AWS_ACCESS_KEY_ID is set and AWS_SECRET_ACCESS_KEY is not"},
		"the other half":               {credentials: dflt, set: env{"AWS_SECRET_ACCESS_KEY": "se"}, says: "AWS_SECRET_ACCESS_KEY is set and AWS_ACCESS_KEY_ID is not"},
		"a role":                       {config: "[profile role]\nrole_arn=arn\n", profile: "no", says: "there is no profile"},
		"a line end within a key":      {set: env{"AWS_ACCESS_KEY_ID": "AK\nE", "AWS_SECRET_ACCESS_KEY": "se"}, says: "the environment: access key: character 3 is a line end"},
		"a mark within a secret":       {credentials: "[default]\naws_access_key_id=AKD\naws_secret_access_key=s\u200bd\n", says: `profile "default": secret access key: character 2`},
		"a wrong service":              {set: envKeys(env{"AWS_ENDPOINT_URL_S3": "ftp://cos"}), says: "AWS_ENDPOINT_URL_S3: endpoint: "},
		"a wrong service of a profile": {credentials: workKeys, config: "[profile work]\nendpoint_url=https://cos/bucket\n", profile: "work", says: `endpoint_url of profile "work": endpoint: `},
		"a wrong service of services":  {credentials: workKeys, config: "[profile work]\nservices=m\n[services m]\ns3=\n endpoint_url=ftp://x\n", profile: "work", says: `endpoint_url of s3 in services "m": endpoint: `},
		"a KMS over http":              {set: envKeys(env{"AWS_ENDPOINT_URL_KMS": "http://nas"}), says: "AWS_ENDPOINT_URL_KMS: KMS endpoint: "},
		"a wrong region":               {set: envKeys(env{"AWS_REGION": "us east"}), says: "AWS_REGION: region: "},
		"neither true nor false":       {set: envKeys(env{"AWS_ENDPOINT_URL": cos, "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "ja"}), says: "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: "},
		"a folder for a file":          {set: envKeys(env{"AWS_CONFIG_FILE": os.TempDir()}), says: "read "},
		"a file too long":              {config: string(make([]byte, 1<<20+1)), says: "longer than any list"},
	} {
		t.Run(name, func(t *testing.T) {
			awsHome(t, c.config, c.credentials)
			for k, v := range c.set {
				t.Setenv(k, v)
			}
			a, keys, err := FromEnvironment(c.profile, c.given)
			if c.says != "" {
				require.ErrorContains(t, err, c.says)
				assert.NotContains(t, err.Error(), "se\u200bcret")
				assert.NotEqual(t, client.KindUnknown.String(), client.KindOf(err).String())
				return
			}
			require.NoError(t, err)
			assert.Equal(t, c.want, a)
			assert.Equal(t, []string{c.want.AccessKeyID, c.secret, c.token}, []string{keys.AccessKeyID, keys.Secret.Reveal(), keys.SessionToken.Reveal()})
		})
	}
}

func TestTheEnvironmentNamesAServiceForKeysFromElsewhere(t *testing.T) {
	awsHome(t, "", "")
	assert.False(t, InEnvironment())
	t.Setenv("AWS_ENDPOINT_URL", "cos.example")
	assert.True(t, InEnvironment())
	a, err := ServiceFromEnvironment(client.Account{Name: "a", AccessKeyID: "AK"})
	require.NoError(t, err)
	assert.Equal(t, client.Account{Name: "a", AccessKeyID: "AK", Endpoint: "https://cos.example"}, a)
	t.Setenv("AWS_PROFILE", "gone")
	_, err = ServiceFromEnvironment(client.Account{})
	assert.Equal(t, client.KindLocal.String(), client.KindOf(err).String(), "%v", err)
}
