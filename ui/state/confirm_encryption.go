package state

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

// override is the encryption chosen over the rules, undecided when they decide.
func (c *Confirm) override() client.Treatment {
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
func (c *Confirm) Choice() (EncryptionChoice, client.KeyID) { return c.choice, c.key }

// SetChoice chooses the encryption of this upload; the plan is made anew.
func (c *Confirm) SetChoice(choice EncryptionChoice, key client.KeyID) {
	key = client.KeyID(strings.TrimSpace(string(key)))
	if choice == c.choice && key == c.key {
		return
	}
	c.choice, c.key = choice, key
	if choice == ChooseSSEKMS {
		c.loadKeys()
	}
	c.replan()
	c.changed()
}

// Encrypts reports whether every file is encrypted as things are chosen.
func (c *Confirm) Encrypts() bool {
	switch c.choice {
	case AsRules:
		return c.ruled
	case ChooseInherit:
		return false
	}
	return true
}

// SetEncrypt is the one tick for all of this: on is as the rules say or, where
// they ask for nothing, SSE-KMS; off is what the bucket does by itself.
func (c *Confirm) SetEncrypt(on bool) {
	switch {
	case on == c.Encrypts():
	case on && c.ruled, !on && !c.ruled:
		c.SetChoice(AsRules, c.key)
	case on:
		c.SetChoice(ChooseSSEKMS, c.key)
	default:
		c.SetChoice(ChooseInherit, c.key)
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

// loadKeys asks once which keys there are to choose from.
func (c *Confirm) loadKeys() {
	if c.keys != nil || c.keysErr != nil || !c.session.HasKMS() {
		return
	}
	loop.Fetch(c.ctx, c.app.loop, c.session.KMSKeys, func(keys []client.Key, err error) {
		c.keys, c.keysErr = keys, err
		c.changed()
	})
}

// KeyChoices are the ids of the keys one may choose from; typing another is
// always possible.
func (c *Confirm) KeyChoices() []string {
	var all []string
	for _, k := range c.keys {
		if k.Enabled {
			all = append(all, string(k.ARN))
		}
	}
	return all
}

// KeyProblem says what is wrong with the key typed, "" for nothing.
func (c *Confirm) KeyProblem() string {
	if c.choice != ChooseSSEKMS {
		return ""
	}
	if err := client.CheckEncryption(client.SSEKMS{Key: c.key}); err != nil {
		return explain.Sentence(client.TextOf(err))
	}
	return ""
}
