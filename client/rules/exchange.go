package rules

import (
	"encoding/json"
	"io"

	"github.com/bucketseal/bucketseal/client"
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
// colleague. Accounts are written by their names.
func Export(w io.Writer, all []Rule) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	named := make([]Rule, len(all))
	for i, r := range all {
		r.Account.ID = ""
		named[i] = r
	}
	return e.Encode(exchange{exchangeFormat, exchangeVersion, named})
}

// Import reads what Export wrote, a list as it is on disk, or the lines of "rules
// list --json". It gives all rules or none: one wrong rule refuses the file, with
// the rule's number.
func Import(r io.Reader) ([]Rule, error) {
	all, err := importAll(r)
	if err != nil {
		return nil, client.Say("%v; nothing was imported", err).Err()
	}
	return all, nil
}

func importAll(r io.Reader) ([]Rule, error) {
	b, err := io.ReadAll(io.LimitReader(r, exchangeMax+1))
	if err != nil {
		return nil, client.Say("read the rules: %v", err).Err()
	}
	if len(b) > exchangeMax {
		return nil, client.Say("the file is larger than any list of rules").Err()
	}
	all, _, err := read(b, true)
	if err != nil {
		return nil, err
	}
	for i, rule := range all {
		if err := rule.Check(); err != nil {
			return nil, client.Say("rule %d: %v", i+1, err).Err()
		}
	}
	return all, nil
}
