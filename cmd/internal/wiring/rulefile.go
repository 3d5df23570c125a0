package wiring

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/bucketseal/bucketseal/client/rules"
)

// A RuleFile is a list of rules in one exported file, in place of the saved
// ones.
type RuleFile string

// Rules reads the file. A missing file is an error: rules that are not there
// must not mean "encrypt nothing".
func (f RuleFile) Rules() ([]rules.Rule, error) {
	file, err := os.Open(string(f))
	if err != nil {
		return nil, fmt.Errorf("open the rules: %w", err)
	}
	defer file.Close() //nolint:errcheck // opened for reading
	all, err := rules.Import(file)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", string(f), err)
	}
	return all, nil
}

// UpdateRules rewrites the file whole; a file that is not there yet begins
// empty.
func (f RuleFile) UpdateRules(change func([]rules.Rule) ([]rules.Rule, error)) error {
	all, err := f.Rules()
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if all, err = change(all); err != nil {
		return err
	}
	for i, r := range all {
		if err := r.Check(); err != nil {
			return fmt.Errorf("rule %d: %w", i+1, err)
		}
	}
	var b bytes.Buffer
	if err := rules.Export(&b, all); err != nil {
		return err
	}
	return f.replace(b.Bytes())
}

func (f RuleFile) replace(content []byte) (err error) {
	temp, err := os.CreateTemp(filepath.Dir(string(f)), ".rules-*")
	if err != nil {
		return fmt.Errorf("write the rules: %w", err)
	}
	defer func() {
		if err != nil {
			_ = os.Remove(temp.Name())
		}
	}()
	_, err = temp.Write(content)
	if err = errors.Join(err, temp.Sync(), temp.Close()); err != nil {
		return fmt.Errorf("write the rules: %w", err)
	}
	return os.Rename(temp.Name(), string(f))
}
