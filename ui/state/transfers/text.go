package transfers

import (
	"slices"
	"strings"

	"github.com/bucketseal/bucketseal/client/transfer"
	"github.com/bucketseal/bucketseal/internal/explain"
	"github.com/bucketseal/bucketseal/internal/i18n"
)

// Row is a row as text.
func (l *List) Row(row int) Row {
	was := l.Transfer(row)
	r := rowOf(was)
	if text, role, ok := l.unprovenIn(row).decided(was); ok {
		r.State, r.Role = text, role
	}
	return r
}

// Explain is why the transfer of a row failed, or what its verdict means, with
// what its receipt holds.
func (l *List) Explain(row int) explain.Message {
	r := l.Transfer(row)
	m := explain.Error(r.Err)
	if r.Err == nil {
		m = explain.Message{Title: l.Row(row).State}
	}
	if r.Receipt != nil {
		m.Facts = facts(*r.Receipt)
	}
	if o := l.unprovenIn(row); o != nil {
		text := explain.Stored(o.receipt)
		m.Body = i18n.T("%s is on the server, %s.", r.Job.At().Base(), text)
		switch o.decision {
		case deleted, deleting, replaced:
			m.Body = l.Row(row).State
			m.Hints = []string{i18n.T("Retry uploads the file again.")}
		case kept:
			m.Hints = []string{i18n.T("You kept it as it is. You may still delete it or retry.")}
		}
		return m
	}
	if r.Receipt != nil {
		if r.Phase == transfer.Done && r.Receipt.IsUnverified() {
			m.Hints = []string{i18n.T("Whether the file is what was stored cannot be told: compare it with what you know of it. What this program uploads keeps a checksum to compare downloads with.")}
		}
		return m
	}
	lines := []string{between(r.Job)}
	if because := r.Job.Treatment.Because; !because.IsZero() {
		lines = append(lines, explain.Sentence(because))
	}
	if m.Body != "" && !slices.Contains(lines, m.Body) {
		lines = append(lines, m.Body)
	}
	m.Body = strings.Join(lines, "\n")
	return m
}

// between says between which places a job works: a file of this computer and an
// object, or two objects.
func between(j transfer.Job) string {
	file := j.From.String()
	switch j.Op {
	case transfer.Download:
		file = j.To.String()
	case transfer.Delete:
		return arrow(j.Op) + " " + j.At().String()
	}
	return file + " " + arrow(j.Op) + " " + j.At().String()
}
