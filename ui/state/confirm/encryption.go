package confirm

import (
	"strings"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/transfer"
	"github.com/bucketseal/bucketseal/internal/explain"
	"github.com/bucketseal/bucketseal/internal/i18n"
	"github.com/bucketseal/bucketseal/ui/state/loop"
)

// An EncryptionChoice is what the user asks for one upload.
type EncryptionChoice string

// The choices. AsRules lets the rules decide.
const (
	AsRules       EncryptionChoice = "rules"
	ChooseSSES3   EncryptionChoice = "SSE-S3"
	ChooseSSEKMS  EncryptionChoice = "SSE-KMS"
	ChooseInherit EncryptionChoice = "inherit"
)

// EncryptionChoices are the choices in the order of the list.
func EncryptionChoices() []EncryptionChoice {
	return []EncryptionChoice{AsRules, ChooseSSEKMS, ChooseSSES3, ChooseInherit}
}

// Label is the choice in words.
func (c EncryptionChoice) Label() string {
	switch c {
	case ChooseSSES3:
		return i18n.T("SSE-S3 (AES-256, the store's own key)")
	case ChooseSSEKMS:
		return i18n.T("SSE-KMS (a key of the key service)")
	case ChooseInherit:
		return i18n.T("Bucket default (ask for nothing)")
	}
	return i18n.T("As the rules say")
}

// encryption is the encryption chosen over the rules, undecided when they decide.
func (c chosen) encryption() client.Treatment {
	switch c.choice {
	case ChooseSSES3:
		return client.Treatment{Type: client.TypeSSES3}
	case ChooseSSEKMS:
		return client.Treatment{Type: client.TypeSSEKMS, Key: c.key}
	case ChooseInherit:
		return client.Treatment{Type: client.TypeInherit}
	}
	return client.Treatment{}
}

// Choice is the encryption chosen, with the key of SSE-KMS.
func (t *Transfer) Choice() (EncryptionChoice, client.KeyID) { return t.choice, t.key }

// SetChoice chooses the encryption of this upload; the plan is made anew.
func (t *Transfer) SetChoice(choice EncryptionChoice, key client.KeyID) {
	key = client.KeyID(strings.TrimSpace(string(key)))
	if choice == t.choice && key == t.key {
		return
	}
	t.choice, t.key = choice, key
	if choice == ChooseSSEKMS {
		t.loadKeys()
	}
	t.replan()
	t.changed()
}

// Encrypts reports whether every file is encrypted as things are chosen.
func (t *Transfer) Encrypts() bool {
	switch t.choice {
	case AsRules:
		return t.ruled
	case ChooseInherit:
		return false
	}
	return true
}

// SetEncrypt is the one tick for all of this: on is as the rules say or, where
// they ask for nothing, SSE-KMS; off is what the bucket does by itself.
func (t *Transfer) SetEncrypt(on bool) {
	switch {
	case on == t.Encrypts():
	case on && t.ruled, !on && !t.ruled:
		t.SetChoice(AsRules, t.key)
	case on:
		t.SetChoice(ChooseSSEKMS, t.key)
	default:
		t.SetChoice(ChooseInherit, t.key)
	}
}

// encrypts reports whether every job asks for encryption.
func encrypts(jobs []transfer.Job) bool {
	for _, j := range jobs {
		if j.Treatment.Type == client.TypeInherit {
			return false
		}
	}
	return len(jobs) > 0
}

// loadKeys asks once which keys there are to choose from. Where that is denied, a
// key can be typed all the same.
func (t *Transfer) loadKeys() {
	if t.keysAsked || t.world.Keys == nil {
		return
	}
	t.keysAsked = true
	loop.Fetch(t.ctx, t.world.Loop, t.world.Keys, func(keys []client.Key, _ error) {
		t.keys = keys
		t.changed()
	})
}

// KeyChoices are the ids of the keys one may choose from; typing another is
// always possible.
func (t *Transfer) KeyChoices() []string {
	var all []string
	for _, k := range t.keys {
		if k.Enabled {
			all = append(all, string(k.ARN))
		}
	}
	return all
}

// KeyProblem says what is wrong with the key typed, "" for nothing.
func (t *Transfer) KeyProblem() string {
	if t.choice != ChooseSSEKMS {
		return ""
	}
	if err := client.CheckEncryption(client.SSEKMS{Key: t.key}); err != nil {
		return explain.Sentence(client.TextOf(err))
	}
	return ""
}
