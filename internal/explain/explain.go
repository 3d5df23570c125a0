package explain

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/transfer"
	"github.com/bucketseal/bucketseal/internal/i18n"
)

// Error turns any error into words. The kind chooses title and hints; the
// server's own text goes to the details, never to the title. An error with a
// method Explain() Message explains itself.
func Error(err error) Message {
	var knows interface{ Explain() Message }
	switch {
	case err == nil:
		return Message{}
	case errors.As(err, &knows):
		return knows.Explain()
	}
	kind := client.KindOf(err)
	if kind == client.KindUnknown && errors.Is(err, context.DeadlineExceeded) {
		kind = client.KindStalled
	}
	words, ok := explanations[kind]
	if !ok {
		words = explanations[client.KindUnknown]
	}
	var e *client.Error
	known := errors.As(err, &e)
	if known {
		words = wordsFor(e, kind, words)
	}
	m := Message{Title: i18n.T(words.title), Details: err.Error()}
	for _, hint := range words.hints {
		m.Hints = append(m.Hints, i18n.T(hint))
	}
	if !known {
		// One of our own errors: its text was written for people.
		m.Body = Sentence(client.TextOf(err))
		m.Details = ""
		return m
	}
	m.Body = body(e)
	m.Details = details(err, e)
	return m
}

// wordsFor are those of a kind where it is about something in particular.
func wordsFor(e *client.Error, kind client.Kind, words explanation) explanation {
	switch {
	case kind == client.KindNotFound && e.At == (client.Location{}):
		return nothingThere
	case kind == client.KindExists && e.Op == string(transfer.Download):
		return fileExists
	case kind == client.KindExists && e.At.Key != "":
		return objectExists
	case kind == client.KindRefused && e.At.Key != "" && e.At.CheckKey() != nil:
		return badKey
	case kind == client.KindRefused && transfer.Op(e.Op).InPlace():
		return notInPlace
	case kind == client.KindRefused && transfer.Op(e.Op).Copies():
		return badTarget
	case kind == client.KindRefused && e.Op == client.LinkOp:
		return noLink
	case kind == client.KindInvalid && e.Code == "InvalidBucketName":
		return badBucketName
	case kind == client.KindInvalid && ours(e) && (!e.Said.IsZero() || e.Err != nil):
		return asItIs
	case kind == client.KindFull && ours(e):
		return diskFull
	}
	return words
}

// body says where, with which key, and the reason as far as it is ours: the
// server's words stay in the details.
func body(e *client.Error) string {
	var parts []string
	if e.At != (client.Location{}) {
		parts = append(parts, e.At.String())
	}
	if e.Key != "" {
		parts = append(parts, i18n.T("Key: %s", e.Key))
	}
	switch {
	case !e.Said.IsZero():
		parts = append(parts, Sentence(e.Said))
	case e.Hidden:
		parts = append(parts, i18n.T("It was deleted: a delete marker hides it, and its earlier versions are still there."))
	case e.Kind == client.KindTLS || e.Kind == client.KindNetwork || e.Kind == client.KindStalled:
		// Nothing of the server's came; what the network says is for the details.
		if why := onTheWay(e); why != "" {
			parts = append(parts, why)
		}
	case ours(e) && e.Err != nil:
		parts = append(parts, Sentence(client.TextOf(e.Err)))
	}
	return strings.Join(parts, "\n")
}

// ours reports whether an error is none of a server's.
func ours(e *client.Error) bool { return e.Status == 0 && e.Code == "" }

func details(err error, e *client.Error) string {
	lines := []string{err.Error()}
	add := func(name, value string) {
		if value != "" {
			lines = append(lines, name+": "+value)
		}
	}
	add("operation", e.Op)
	add("code", e.Code)
	if e.Status != 0 {
		add("HTTP status", fmt.Sprint(e.Status))
	}
	add("request id", e.RequestID)
	return strings.Join(lines, "\n")
}
