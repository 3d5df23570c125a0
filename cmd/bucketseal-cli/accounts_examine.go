package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/internal/explain"
)

type testLine struct {
	Account     string           `json:"account"`
	OK          bool             `json:"ok"`
	Steps       []testStepLine   `json:"steps"`
	Certificate *certificateLine `json:"certificate"`
	ClockAhead  float64          `json:"clockAheadSeconds"`
	Buckets     int              `json:"buckets"`
	Region      string           `json:"region"`
}

type testStepLine struct {
	Step   string     `json:"step"`
	Status string     `json:"status"`
	Said   string     `json:"said"`
	Error  *errorLine `json:"error"`
}

type certificateLine struct {
	Names  []string  `json:"names"`
	Issuer string    `json:"issuer"`
	From   time.Time `json:"from"`
	Until  time.Time `json:"until"`
	SHA256 string    `json:"sha256"`
}

func (a *app) accountsTest() *cobra.Command {
	var bucket string
	c := &cobra.Command{
		Use: "test NAME", Short: "Go the way to the account's server step by step", Args: exactly(1),
		Long: `Go the way to the account's server step by step: the name, the connection, its
certificate, its clock, the credentials, the list of buckets, the region of a bucket.
The first step that fails is told with what to do. Nothing is changed.`,
		Example: "  bucketseal-cli accounts test team --bucket reports",
		RunE: func(c *cobra.Command, args []string) error {
			if bucket != "" {
				if at, err := client.ParseLocation(client.Scheme + bucket); err != nil || at.Key != "" {
					return usage("--bucket %q is no name of a bucket: it has no blanks, no / and none of \\ ? #", bucket)
				}
			}
			h, err := a.home(c.Context())
			if err != nil {
				return err
			}
			account, err := h.Accounts().Find(args[0])
			if err != nil {
				return settingsError(err)
			}
			test, err := h.ExamineAccount(c.Context(), a.override(account), bucket)
			if err != nil {
				return err
			}
			a.showTest(account.Name, test)
			if failed, ok := test.Failed(); ok {
				return failed.Err
			}
			a.say("%s: connected.", account.Name)
			return nil
		},
	}
	c.Flags().StringVar(&bucket, "bucket", "", "look at the region of this `BUCKET` (default: the first)")
	return c
}

func (a *app) showTest(name string, t client.ConnectionTest) {
	_, failed := t.Failed()
	l := testLine{Account: name, OK: !failed, Steps: []testStepLine{}, ClockAhead: t.Clock.Seconds(), Buckets: t.Buckets, Region: t.Region}
	if k := t.Certificate; !k.IsZero() {
		l.Certificate = &certificateLine{k.Names, k.Issuer, k.From, k.Until, k.SHA256}
	}
	for _, s := range t.Steps {
		said := s.Said.String()
		if s.Err != nil && said == "" {
			said = explain.Error(s.Err).Title
		}
		l.Steps = append(l.Steps, testStepLine{string(s.Name), string(s.Status), said, errorJSON(s.Err)})
	}
	if a.flags.json {
		a.line(l)
		return
	}
	for _, s := range l.Steps {
		a.say("%s", strings.TrimRight(sprintStep(s), " "))
	}
	if l.Certificate != nil {
		a.say("certificate SHA-256: %s", l.Certificate.SHA256)
	}
}

func sprintStep(s testStepLine) string {
	return fmt.Sprintf("%-7s  %-11s  %s", s.Status, s.Step, s.Said)
}
