package accountimport

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"encoding/base64"
	"encoding/hex"
	"maps"
	"slices"
	"strings"

	"github.com/bucketseal/bucketseal/client"
)

// rcloneSettings are those of a remote of type s3 that are understood here, or mean
// nothing to us. https://rclone.org/s3/
var rcloneSettings = []string{
	"type", "provider", "env_auth", "access_key_id", "secret_access_key", "session_token", "region", "endpoint", "force_path_style", "profile",
	"role_arn", "role_external_id", "role_session_name", "requester_pays", "location_constraint", "description", "no_check_bucket",
}

// Rclone reads rclone.conf.
func Rclone(b []byte) (Import, error) {
	if bytes.Contains(b, []byte("RCLONE_ENCRYPT_V0")) {
		return Import{}, client.Say("the file is encrypted with a password: let 'rclone config show' write it to another one, and import that").Err()
	}
	var all Import
	for _, s := range sections(b) {
		v := s.values
		if v["type"] != "s3" {
			all.leave(s.name, client.Say("it is of type %q, not s3", v["type"]))
			continue
		}
		f := Found{
			Account: client.Account{
				Name: s.name, AccessKeyID: v["access_key_id"], Endpoint: endpointOf(v["endpoint"], true), Region: v["region"], RequesterPays: is(v["requester_pays"]),
				SignIn: client.SignIn{Role: v["role_arn"], ExternalID: v["role_external_id"], SessionName: v["role_session_name"]},
			},
			Credentials: client.Credentials{Secret: client.NewSecret(revealed(v["secret_access_key"])), SessionToken: client.NewSecret(v["session_token"])},
		}
		if v["region"] == "other-v2-signature" {
			all.leave(s.name, client.Say("it signs by version 2, which is not spoken here"))
			continue
		}
		if is(v["env_auth"]) && v["access_key_id"] == "" {
			f.Account.SignIn.Kind = client.EnvironmentSignIn
			if v["profile"] != "" {
				f.Account.SignIn.Kind, f.Account.SignIn.Profile = client.ProfileSignIn, v["profile"]
			}
		}
		if v["force_path_style"] != "" {
			f.Account.Addressing = map[bool]client.Addressing{true: client.AddressingPath, false: client.AddressingVirtual}[is(v["force_path_style"])]
		}
		for _, key := range slices.Sorted(maps.Keys(v)) {
			if !slices.Contains(rcloneSettings, key) {
				f.Dropped = append(f.Dropped, client.Say("the setting %s is not taken over", key))
			}
		}
		all.take(f)
	}
	return all, nil
}

// rcloneKey is what rclone obscures passwords by, so that they are not read over a
// shoulder: it is in its source (fs/config/obscure) and hides nothing.
const rcloneKey = "9c935b48730a554d6bfd7c63c886a92bd390198eb8128afbf4de162b8b95f638"

// revealed is a secret that 'rclone obscure' has made unreadable, or the secret itself:
// whatever does not come out as printable text of some length was none.
func revealed(s string) string {
	sealed, err := base64.RawURLEncoding.DecodeString(s)
	const least = 8
	if err != nil || len(sealed) < aes.BlockSize+least {
		return s
	}
	key, _ := hex.DecodeString(rcloneKey) // a constant
	block, err := aes.NewCipher(key)
	if err != nil {
		return s
	}
	plain := make([]byte, len(sealed)-aes.BlockSize)
	cipher.NewCTR(block, sealed[:aes.BlockSize]).XORKeyStream(plain, sealed[aes.BlockSize:])
	if strings.ContainsFunc(string(plain), func(r rune) bool { return r < ' ' || r > '~' }) {
		return s
	}
	return string(plain)
}
