package accountimport

import (
	"crypto/aes"
	"crypto/cipher"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
)

const canary = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"

// told is an import in lines, secrets apart.
func told(i Import) (all []string) {
	for _, f := range i.Found {
		a := f.Account
		line := fmt.Sprintf("%s: %s %s %s %s %s%s", a.Name, a.Service, a.Endpoint, a.Region, a.Addressing, a.AccessKeyID, a.SignIn.Kind)
		for _, d := range f.Dropped {
			line += "; " + d.String()
		}
		all = append(all, line)
	}
	for _, l := range i.Left {
		all = append(all, l.Name+" left: "+l.Why.String())
	}
	return all
}

// obscured is what 'rclone obscure' makes of a password.
func obscured(t *testing.T, s string) string {
	t.Helper()
	key, err := hex.DecodeString(rcloneKey)
	require.NoError(t, err)
	block, err := aes.NewCipher(key)
	require.NoError(t, err)
	out := make([]byte, aes.BlockSize+len(s))
	copy(out, "an initial vecto")
	cipher.NewCTR(block, out[:aes.BlockSize]).XORKeyStream(out[aes.BlockSize:], []byte(s))
	return base64.RawURLEncoding.EncodeToString(out)
}

func TestRemotesOfRcloneAreTakenOver(t *testing.T) {
	i, err := Rclone([]byte(`
[team]
type = s3
provider = Ceph
access_key_id = AKTEAM
secret_access_key = ` + canary + `
endpoint = cos.twcc.ai
upload_cutoff = 5G
[aws]
type = s3
provider = AWS
access_key_id = AKAWS
secret_access_key = ` + obscured(t, canary) + `
region = eu-west-1
role_arn = arn:aws:iam::1:role/r
[auto]
type = s3
env_auth = true
profile = work
[minio]
type = s3
access_key_id = AKM
secret_access_key = s=ecret
endpoint = http://127.0.0.1:9000
force_path_style = true
[drive]
type = drive
[old]
type = s3
region = other-v2-signature
[nokey]
type = s3
`))
	require.NoError(t, err)
	assert.Equal(t, []string{
		"team: twcc https://cos.twcc.ai   AKTEAM; the setting upload_cutoff is not taken over",
		"aws: aws  eu-west-1  AKAWS",
		"auto: aws    profile",
		"minio: custom http://127.0.0.1:9000  path AKM",
		`drive left: it is of type "drive", not s3`,
		"old left: it signs by version 2, which is not spoken here",
		"nokey left: access key: enter the access key id you were given",
	}, told(i))
	assert.Equal(t, canary, i.Found[0].Credentials.Secret.Reveal())
	assert.Equal(t, canary, i.Found[1].Credentials.Secret.Reveal(), "what rclone has obscured is read")
	assert.Equal(t, "arn:aws:iam::1:role/r", i.Found[1].Account.SignIn.Role)
	assert.Equal(t, "work", i.Found[2].Account.SignIn.Profile)
	assert.Equal(t, "s=ecret", i.Found[3].Credentials.Secret.Reveal())
	_, err = Rclone([]byte("# Encrypted rclone configuration File\n\nRCLONE_ENCRYPT_V0:\nxx"))
	require.ErrorContains(t, err, "rclone config show")
	for _, plain := range []string{"AbCdEfGhIjKlMnOpQrStUvWxYz0123456789abcd", "short", ""} {
		assert.Equal(t, plain, revealed(plain), "what only looks obscured stays what it is")
	}
}

func TestTheAccountOfS3cmdIsTakenOver(t *testing.T) {
	i, err := S3cmd([]byte("[default]\naccess_key = AK\nsecret_key = " + canary + "\nhost_base = cos.twcc.ai\nhost_bucket = cos.twcc.ai\nuse_https = True\nproxy_host = p.example\nproxy_port = 3128\nencrypt = True\ncheck_ssl_certificate = False\nkms_key = k1\nbucket_location = US\n[none]\n[v2]\naccess_key=a\nsignature_v2 = True\n"))
	require.NoError(t, err)
	assert.Equal(t, []string{
		"s3cmd: twcc https://cos.twcc.ai  path AK; files that s3cmd has encrypted by itself (gpg) stay encrypted: it has to decrypt them; it asks for encryption on the server: make a rule for that; it does not verify certificates: here they are verified; bind the account to its certificate where that is needed",
		"none left: it holds no access key", "v2 left: it signs by version 2, which is not spoken here",
	}, told(i))
	assert.Equal(t, "http://p.example:3128", i.Found[0].Account.Network.Proxy)
	assert.Equal(t, canary, i.Found[0].Credentials.Secret.Reveal())
}

func TestAliasesOfMCAreTakenOver(t *testing.T) {
	i, err := MC([]byte(`{"version":"10","aliases":{
		"play":{"url":"https://play.min.io","accessKey":"AK","secretKey":"` + canary + `","api":"S3v4","path":"auto"},
		"nas":{"url":"https://nas.example:9000/sub","accessKey":"AN","secretKey":"sn","api":"S3v4","path":"on"},
		"gcs":{"url":"https://storage.googleapis.com","accessKey":"YOUR-ACCESS-KEY-HERE","secretKey":"x"},
		"old":{"url":"https://o.example","accessKey":"a","secretKey":"b","api":"S3v2"}}}`))
	require.NoError(t, err)
	assert.Equal(t, []string{
		`nas: custom https://nas.example:9000  path AN; the path "sub" of its URL is not taken over`,
		"play: custom https://play.min.io   AK",
		"gcs left: it holds no access key", "old left: it signs by version 2, which is not spoken here",
	}, told(i))
	assert.Equal(t, canary, i.Found[1].Credentials.Secret.Reveal())
	i, err = MC([]byte(`{"version":"9","hosts":{"h":{"url":"https://h.example","accessKey":"a","secretKey":"b","lookup":"dns"}}}`))
	require.NoError(t, err)
	assert.Equal(t, []string{"h: custom https://h.example  virtual a"}, told(i))
	_, err = MC([]byte(`{"aliases": {"a": "` + canary))
	require.ErrorContains(t, err, "not what mc writes")
	assert.NotContains(t, err.Error(), canary)
}

func TestABookmarkOfCyberduckIsTakenOverWithoutItsSecret(t *testing.T) {
	duck := func(protocol string) []byte {
		return []byte(`<?xml version="1.0" encoding="UTF-8"?><!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0"><dict><key>Protocol</key><string>` + protocol + `</string><key>Nickname</key><string>Team</string><key>Custom</key><dict><key>Hostname</key><string>no</string></dict>
<key>Hostname</key><string>cos.twcc.ai</string><key>Port</key><string>443</string><key>Username</key><string>AK</string><key>Path</key><string>/reports/q3</string></dict></plist>`)
	}
	i, err := Cyberduck(duck("s3"))
	require.NoError(t, err)
	assert.Equal(t, []string{"Team: twcc https://cos.twcc.ai   AK"}, told(i))
	assert.Equal(t, client.NewBucketNames("reports"), i.Found[0].Account.Buckets)
	assert.True(t, i.Found[0].Credentials.Secret.IsZero())
	i, err = Cyberduck(duck("sftp"))
	require.NoError(t, err)
	assert.Equal(t, []string{`Team left: its protocol is "sftp", not S3`}, told(i))
	for _, no := range []string{"", "{}", "<plist>", "<plist><dict><key>a</key></dict></plist>"} {
		_, err = Cyberduck([]byte(no))
		require.ErrorContains(t, err, "not a bookmark")
	}
}

func TestASecretThatCannotBeUsedIsNotQuoted(t *testing.T) {
	const bad = canary + "\x01"
	for name, c := range map[string]struct {
		read func([]byte) (Import, error)
		file string
	}{
		"rclone": {Rclone, "[a]\ntype=s3\naccess_key_id=k\nsecret_access_key=" + bad + "z\n[b]\ntype=s3\naccess_key_id=k\nsecret_access_key=s\nsession_token=" + bad + "z\n[c]\ntype=s3\naccess_key_id=k\nsecret_access_key=s\nendpoint=https://u:" + canary + "@h.example\n"},
		"s3cmd":  {S3cmd, "[a]\naccess_key=k\nsecret_key=" + bad + "z\n[b]\naccess_key=k\nsecret_key=s\nproxy_host=u:" + canary + "@p.example\nproxy_port=1\n"},
		"mc":     {MC, `{"aliases":{"a":{"url":"https://h.example","accessKey":"k","secretKey":"` + canary + `\u0001z"},"b":{"url":"https://u:` + canary + `@h.example/p","accessKey":"k","secretKey":"` + canary + `\u0001z"}}}`},
	} {
		i, err := c.read([]byte(c.file))
		require.NoError(t, err, name)
		assert.Empty(t, i.Found, name)
		assert.GreaterOrEqual(t, len(i.Left), 2, name)
		for _, line := range told(i) {
			assert.NotContains(t, line, canary, name)
		}
	}
}

func FuzzNoFileMakesAnImportFallOver(f *testing.F) {
	f.Add([]byte("[a]\ntype=s3\naccess_key_id=k\nsecret_access_key=s\n"))
	f.Add([]byte(`{"aliases":{"a":{"url":"u","accessKey":"k"}}}`))
	f.Add([]byte("<plist><dict><key>Protocol</key><string>s3</string></dict></plist>"))
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, read := range []func([]byte) (Import, error){Rclone, S3cmd, MC, Cyberduck} {
			i, err := read(b)
			if err != nil && len(i.Found) > 0 {
				t.Error("found something in a file that cannot be read")
			}
			for _, found := range i.Found {
				if err := found.Account.Check(); err != nil {
					t.Errorf("%v is taken over", err)
				}
			}
		}
	})
}
