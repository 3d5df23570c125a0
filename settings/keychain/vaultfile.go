package keychain

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"slices"
	"strings"

	"filippo.io/age"
	"filippo.io/age/armor"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/settings/internal/durable"
)

const version = 1

// file is the vault as it is on disk. Both parts are armoured age files
// (https://age-encryption.org/v1).
type file struct {
	Version  int    `json:"version"`
	Identity string `json:"identity"` // an age identity, sealed by the passphrase
	Secrets  string `json:"secrets"`  // a JSON object of names and values, sealed to the identity
}

// errBroken marks what is wrong with the file rather than with the passphrase.
// Causes are named by us: a decoder's own words could quote a secret.
var errBroken = client.Say("it is not a vault this program sealed").Err()

func broken(what string) error { return client.Say("%v: %s", errBroken, what).Err() }

func parse(path string, b []byte) (file, error) {
	var f file
	if json.Unmarshal(b, &f) != nil {
		return f, broken("it is not JSON")
	}
	switch {
	case f.Version > version:
		return f, &durable.NewerError{Path: path, Version: f.Version, Known: version}
	case f.Version < 1 || f.Identity == "" || f.Secrets == "":
		return f, broken("a part is missing")
	}
	return f, nil
}

// newIdentity makes the key of a new vault and seals it.
func newIdentity(phrase client.Secret, workFactor int) (*age.X25519Identity, string, error) {
	key, err := age.GenerateX25519Identity()
	if err != nil {
		return nil, "", client.Say("make a vault: %v", err).Err()
	}
	r, err := age.NewScryptRecipient(phrase.Reveal())
	if err != nil {
		return nil, "", client.Say("make a vault: %v", err).Err()
	}
	if workFactor != 0 {
		r.SetWorkFactor(workFactor)
	}
	sealed, err := encrypt([]byte(key.String()), r)
	return key, sealed, err
}

func openIdentity(sealed string, phrase client.Secret) (*age.X25519Identity, error) {
	id, err := age.NewScryptIdentity(phrase.Reveal())
	if err != nil {
		return nil, ErrWrongPassphrase // an empty one
	}
	b, err := decrypt(sealed, id)
	var noMatch *age.NoIdentityMatchError
	if errors.As(err, &noMatch) && slices.Contains(noMatch.StanzaTypes, "scrypt") {
		return nil, ErrWrongPassphrase
	}
	if err != nil {
		return nil, broken("its key cannot be opened")
	}
	key, err := age.ParseX25519Identity(string(b))
	if err != nil {
		return nil, broken("its key is no age identity")
	}
	return key, nil
}

func (f file) open(key *age.X25519Identity) (map[string]string, error) {
	b, err := decrypt(f.Secrets, key)
	if err != nil {
		return nil, broken("its secrets cannot be opened with its own key")
	}
	secrets := map[string]string{}
	if json.Unmarshal(b, &secrets) != nil || secrets == nil {
		return nil, broken("what it seals is no list of secrets")
	}
	return secrets, nil
}

func (f file) seal(key *age.X25519Identity, secrets map[string]string) ([]byte, error) {
	b, err := json.Marshal(secrets)
	if err != nil {
		return nil, client.Say("seal the vault: %v", err).Err()
	}
	if f.Secrets, err = encrypt(b, key.Recipient()); err != nil {
		return nil, err
	}
	out, err := json.MarshalIndent(f, "", "  ")
	return append(out, '\n'), err
}

func encrypt(plain []byte, to age.Recipient) (string, error) {
	var out bytes.Buffer
	a := armor.NewWriter(&out)
	w, err := age.Encrypt(a, to)
	if err == nil {
		_, werr := w.Write(plain)
		err = errors.Join(werr, w.Close(), a.Close())
	}
	if err != nil {
		return "", client.Say("seal the vault: %v", err).Err()
	}
	return out.String(), nil
}

func decrypt(sealed string, with age.Identity) ([]byte, error) {
	r, err := age.Decrypt(armor.NewReader(strings.NewReader(sealed)), with)
	if err != nil {
		return nil, err
	}
	return io.ReadAll(io.LimitReader(r, durable.MaxBytes))
}
