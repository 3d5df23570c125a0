package rules

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// exchange is the file that Export writes and Import reads.
type exchange struct {
	Format  string `json:"format"`
	Version int    `json:"version"`
	Rules   []Rule `json:"rules"`
}

const (
	exchangeFormat  = "bucketseal-rules"
	exchangeVersion = 1
	exchangeMax     = 4 << 20 // bytes; thousands of rules
)

// Export writes rules as JSON without secrets, for another computer or a
// colleague.
func Export(w io.Writer, all []Rule) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	if all == nil {
		all = []Rule{}
	}
	return e.Encode(exchange{exchangeFormat, exchangeVersion, all})
}

// Import reads what Export wrote. It gives all rules or none: one wrong rule
// refuses the file, with the rule's number.
func Import(r io.Reader) ([]Rule, error) {
	b, err := io.ReadAll(io.LimitReader(r, exchangeMax+1))
	if err != nil {
		return nil, fmt.Errorf("read the rules: %w", err)
	}
	if len(b) > exchangeMax {
		return nil, errors.New("the file is larger than any list of rules: nothing was imported")
	}
	var x exchange
	if err := json.Unmarshal(b, &x); err != nil {
		return nil, fmt.Errorf("the file is not a list of rules: %w", err)
	}
	switch {
	case x.Format != exchangeFormat:
		return nil, errors.New("the file is not a list of rules exported by Bucketseal: nothing was imported")
	case x.Version > exchangeVersion:
		return nil, fmt.Errorf("the file has version %d and this program reads up to %d: update Bucketseal", x.Version, exchangeVersion)
	}
	for i, rule := range x.Rules {
		if err := rule.Check(); err != nil {
			return nil, fmt.Errorf("rule %d: %w; nothing was imported", i+1, err)
		}
	}
	return x.Rules, nil
}
