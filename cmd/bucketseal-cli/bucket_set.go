package main

import (
	"context"
	"io"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/bucketdoc"
	"github.com/bucketseal/bucketseal/client/session"
	"github.com/bucketseal/bucketseal/client/transfer"
)

// A documentChange is one bucket set or bucket remove.
type documentChange struct {
	app         *app
	op, file    string
	dryRun, yes bool
}

func (d *documentChange) register(c *cobra.Command) {
	c.Flags().BoolVarP(&d.dryRun, "dry-run", "n", false, dryRunHelp)
	c.Flags().BoolVar(&d.yes, "yes", false, "do not ask")
}

func (a *app) bucketSetCommand() *cobra.Command {
	d := &documentChange{app: a, op: "set"}
	c := &cobra.Command{
		Use: "set KIND s3://BUCKET --file FILE", Short: "Set a document of a bucket, read it again and compare", Args: exactly(2),
		Long: `Set a document of a bucket in the place of the one there is. The difference is shown
first, and on a terminal it is asked. Then the document is put, read again and compared:
where the server keeps another one, that is said and the exit code is 1. A policy is
JSON, the others are XML as S3 has it ('bucket get' shows it).`,
		Example: "  bucketseal-cli bucket get cors s3://reports > cors.xml\n  bucketseal-cli bucket set cors s3://reports --file cors.xml\n  bucketseal-cli bucket policy-template https-only s3://reports | bucketseal-cli bucket set policy s3://reports --file -",
		RunE: func(c *cobra.Command, args []string) error {
			form, bucket, err := documentOf(args[0], args[1])
			if err != nil {
				return err
			}
			if d.file == "" {
				return usage("give the document: --file FILE, or --file - for standard input")
			}
			raw, err := a.documentIn(d.file)
			if err != nil {
				return err
			}
			return d.run(c.Context(), bucket, form, raw)
		},
	}
	c.Flags().StringVar(&d.file, "file", "", "the document, from `FILE` (- for standard input)")
	d.register(c)
	return c
}

func (a *app) bucketRemoveCommand() *cobra.Command {
	d := &documentChange{app: a, op: "remove"}
	c := &cobra.Command{
		Use: "remove KIND s3://BUCKET", Short: "Remove a document of a bucket", Args: exactly(2),
		Long: `Remove a document of a bucket, and look whether it is gone. What would be lost is shown
first, and on a terminal it is asked. Where nothing is set nothing is sent.`,
		Example: "  bucketseal-cli bucket remove website s3://reports",
		RunE: func(c *cobra.Command, args []string) error {
			form, bucket, err := documentOf(args[0], args[1])
			if err != nil {
				return err
			}
			return d.run(c.Context(), bucket, form, nil)
		},
	}
	d.register(c)
	return c
}

// documentIn reads a document, of which no more than is good.
func (a *app) documentIn(file string) ([]byte, error) {
	from := a.in
	if file != "-" {
		f, err := os.Open(filepath.Clean(file))
		if err != nil {
			return nil, usage("the document: %w", err)
		}
		defer func() { _ = f.Close() }() // only read from
		from = f
	}
	raw, err := io.ReadAll(io.LimitReader(from, bucketdoc.Largest+1))
	if err != nil {
		return nil, usage("the document: %w", err)
	}
	if raw == nil {
		raw = []byte{}
	}
	return raw, nil
}

func (d *documentChange) run(ctx context.Context, bucket string, form client.DocumentForm, become []byte) error {
	a := d.app
	return a.with(ctx, transfer.Config{}, func(s *session.Session) error {
		plan, err := s.PlanDocument(ctx, bucket, form, become)
		if err != nil {
			return err
		}
		for _, w := range plan.Warnings {
			a.note(w.String())
		}
		if a.tells() {
			differences(a.out, plan.Changes)
		}
		switch {
		case len(plan.Changes) == 0:
			d.over(plan, "unchanged", nil)
			a.say("%s: it is so already; nothing was sent.", bucket)
			return nil
		case d.dryRun:
			d.over(plan, "would be done", nil)
			return nil
		}
		if err := d.confirmed(ctx, plan); err != nil {
			return err
		}
		differs, err := s.SetDocument(ctx, plan)
		if err != nil {
			return err
		}
		return d.judge(plan, differs)
	})
}

// judge says whether what is there now is what was to be.
func (d *documentChange) judge(plan session.DocumentPlan, differs []bucketdoc.Change) error {
	a := d.app
	if plan.LeavesDefault(differs) {
		a.note("the service encrypts by a default of its own now:")
		if a.tells() {
			differences(a.out, differs)
		}
		differs = nil
	}
	if len(differs) > 0 {
		d.over(plan, "failed", differs)
		printf(a.err, "NOT AS SET: the server took it, and keeps something else:\n")
		differences(a.err, differs)
		return &partial{exitFailed}
	}
	d.over(plan, "done", nil)
	a.say("%s: %s is %s, read again and compared.", plan.Bucket, string(plan.Form.Kind), map[string]string{"set": "set", "remove": "removed"}[d.op])
	return nil
}

// confirmed asks where somebody sits there, who has been shown what is asked.
func (d *documentChange) confirmed(ctx context.Context, plan session.DocumentPlan) error {
	if d.yes || !d.app.canAsk() {
		return nil
	}
	if !d.app.tells() {
		differences(d.app.err, plan.Changes)
	}
	agreed, err := d.app.agrees(ctx, "Change "+string(plan.Form.Kind)+" of "+plan.Bucket+"?")
	if err == nil && !agreed {
		err = usage("nothing was changed")
	}
	return err
}

func (d *documentChange) over(plan session.DocumentPlan, status string, differs []bucketdoc.Change) {
	if !d.app.flags.json {
		return
	}
	l, yes := lineOfDocument(d.op, plan.Bucket, plan.Form), true
	l.Has, l.Status, l.Changes, l.Differs = &yes, status, plan.Changes, differs
	for _, w := range plan.Warnings {
		l.Warnings = append(l.Warnings, w.String())
	}
	d.app.line(l)
}

func differences(to io.Writer, all []bucketdoc.Change) {
	for _, c := range all {
		sign := "-"
		if c.Added {
			sign = "+"
		}
		printf(to, "%s %s\n", sign, c.Line)
	}
}
