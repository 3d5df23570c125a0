package settings

import (
	"bytes"
	"context"
	"io"
	"os"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/rules"
)

// A RuleFile is a list of rules in one exported file, in place of the saved
// ones. It calls accounts by their names.
type RuleFile struct {
	store *Store
	path  string
}

// RuleFile is the list in a file. The accounts it names are those of the Store.
func (s *Store) RuleFile(path string) RuleFile { return RuleFile{s, path} }

// Rules reads the file, which may be a pipe. A missing file is an error: rules
// that are not there must not mean "encrypt nothing".
func (f RuleFile) Rules() ([]rules.Rule, error) {
	in, err := os.Open(f.path)
	if err != nil {
		return nil, client.Say("open the rules: %v", err).Err()
	}
	defer in.Close() //nolint:errcheck // opened for reading
	return f.decode(in)
}

func (f RuleFile) decode(in io.Reader) ([]rules.Rule, error) {
	all, err := rules.Import(in)
	if err != nil {
		return nil, client.Say("%s: %v", f.path, err).Err()
	}
	return f.store.refer(all)
}

// UpdateRules replaces the rules in the file by what change makes of them, whole or
// not at all; a file that is not there yet begins empty, whatever begin says.
func (f RuleFile) UpdateRules(_ bool, change func([]rules.Rule) ([]rules.Rule, error)) error {
	return f.store.files.Update(context.Background(), f.path, func(old []byte) ([]byte, error) {
		var all []rules.Rule
		var err error
		if old != nil {
			if all, err = f.decode(bytes.NewReader(old)); err != nil {
				return nil, err
			}
		}
		if all, err = change(all); err != nil {
			return nil, err
		}
		var b bytes.Buffer
		err = rules.Export(&b, all)
		return b.Bytes(), err
	})
}
