package main

import (
	"encoding/json"
	"errors"
	"strings"
	"time"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/transfer"
	"github.com/bucketseal/bucketseal/internal/explain"
)

// The shapes below are a contract with other people's scripts: fields are
// added, never renamed or removed.

// line prints one JSON object.
func (a *app) line(v any) {
	e := json.NewEncoder(a.out)
	e.SetEscapeHTML(false)
	_ = e.Encode(v) // the console keeps what went wrong
}

type errorLine struct {
	Kind      string `json:"kind"`
	Title     string `json:"title"`
	Hint      string `json:"hint"`
	Code      string `json:"code"`
	RequestID string `json:"requestId"`
	Details   string `json:"details"`
}

func errorJSON(err error) *errorLine {
	if err == nil {
		return nil
	}
	m := explain.Error(err)
	line := &errorLine{Kind: client.KindOf(err).String(), Title: m.Title, Hint: strings.Join(m.Hints, " "), Details: err.Error()}
	var known *client.Error
	var u *usageError
	var knows interface{ Explain() explain.Message }
	switch {
	case errors.As(err, &known):
		line.Code, line.RequestID = known.Code, known.RequestID
	case errors.As(err, &u):
		line.Kind, line.Title, line.Hint = "Usage", err.Error(), ""
	case !errors.As(err, &knows): // its words were written for people
		line.Title, line.Hint = err.Error(), ""
	}
	return line
}

type askedLine struct {
	Type           client.EncryptionType `json:"type"`
	KeyID          client.KeyID          `json:"keyId"`
	BucketKey      bool                  `json:"bucketKey,omitempty"`
	Context        map[string]string     `json:"context,omitempty"`
	CustomerKeyMD5 string                `json:"customerKeyMD5,omitempty"`
}

func askedJSON(a client.Treatment) *askedLine {
	if a.Type == client.TypeUndecided {
		return nil
	}
	return &askedLine{a.Type, a.Key, a.BucketKey, a.Context, a.CustomerKeyMD5}
}

type reportedLine struct {
	Type           client.EncryptionType `json:"type"`
	KeyID          client.KeyID          `json:"keyId"`
	BucketKey      bool                  `json:"bucketKey"`
	CustomerKeyMD5 string                `json:"customerKeyMD5,omitempty"`
	Told           bool                  `json:"told"`
}

func reportedJSON(r client.Reported) *reportedLine {
	return &reportedLine{r.Type, r.Key, r.BucketKey, r.CustomerKeyMD5, r.Told}
}

type checksumLine struct {
	Algorithm client.ChecksumAlgorithm `json:"algorithm"`
	Value     string                   `json:"value"`
}

func checksumJSON(c client.Checksum) *checksumLine {
	if c.Value == "" {
		return nil
	}
	return &checksumLine{c.Algorithm, c.Value}
}

type transferLine struct {
	Op     transfer.Op `json:"op"`
	Source string      `json:"source"`
	// SourceVersion and SourceModified are the version that was asked for, and its date.
	SourceVersion  string `json:"sourceVersionId,omitempty"`
	SourceModified string `json:"sourceModified,omitempty"`
	// SourceAccount is what the account of the source is called, of a copy between accounts.
	SourceAccount string        `json:"sourceAccount,omitempty"`
	Target        string        `json:"target"`
	Bytes         *int64        `json:"bytes"` // null: not told, and nothing arrived
	Status        string        `json:"status"`
	Rule          int           `json:"rule"`
	RuleID        string        `json:"ruleId,omitempty"`
	Because       string        `json:"because,omitempty"`
	Asked         *askedLine    `json:"asked"`
	Reported      *reportedLine `json:"reported"`
	Verdict       *string       `json:"verdict"`
	Why           string        `json:"why,omitempty"`
	Content       *string       `json:"content"`
	Compared      string        `json:"compared,omitempty"`
	Checksum      *checksumLine `json:"checksum"`
	Error         *errorLine    `json:"error"`
}

func transferJSON(r transfer.Row) transferLine {
	j := r.Job
	l := transferLine{
		Op: j.Op, Source: j.From.String(), Target: j.To.String(), Bytes: told(j.Expect.Size), Status: r.Phase.String(),
		Rule: j.Treatment.Rule, RuleID: j.Treatment.RuleID, Because: j.Treatment.Because.String(), Asked: askedJSON(j.Treatment), Error: errorJSON(r.Err),
	}
	if j.Op == transfer.Delete {
		l.Target = l.Source
	}
	if l.SourceVersion = j.From.Version; l.SourceVersion != "" {
		l.SourceModified = stamp(j.Expect.Modified)
	}
	if c := r.Receipt; c != nil {
		l.Bytes, l.Why, l.Checksum, l.Reported = told(c.Size), c.Why.String(), checksumJSON(c.Checksum), reportedJSON(c.Reported)
		l.Content, l.Compared = named(c.Content), c.Compared.String()
		l.Verdict = named(c.Verdict)
		if c.From != nil {
			l.SourceAccount = c.From.Account
		}
	}
	return l
}

// told is a size, nil where the server did not say: never 0.
func told(size int64) *int64 {
	if size < 0 {
		return nil
	}
	return &size
}

// named is a word of the contract, null for none.
func named[W ~string](w W) *string {
	if w == "" {
		return nil
	}
	s := string(w)
	return &s
}

// stamp writes a time as RFC 3339 in UTC, "" for none.
func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}
