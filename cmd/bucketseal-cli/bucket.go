package main

import (
	"context"
	"strings"

	"github.com/spf13/cobra"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/bucketdoc"
	"github.com/bucketseal/bucketseal/client/session"
	"github.com/bucketseal/bucketseal/client/transfer"
)

func (a *app) bucketDocumentsCommand() *cobra.Command {
	c := &cobra.Command{
		Use: "bucket", Short: "Read, set and remove what is configured for a bucket", Args: noArguments,
		Long: "Read, set and remove the documents that are configured for a bucket: its policy, versioning, default encryption\n" +
			"and the others, as the server has them.\n\nKinds: " + strings.Join(kindNames(), ", ") + ".\n" +
			"notification, replication and inventory are shown only.",
		RunE: func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	c.AddCommand(a.bucketGetCommand(), a.bucketSetCommand(), a.bucketRemoveCommand(), a.bucketTemplateCommand())
	return c
}

func kindNames() (all []string) {
	for _, f := range client.DocumentForms() {
		all = append(all, string(f.Kind))
	}
	return all
}

// documentOf is the kind and the bucket that arguments name.
func documentOf(kind, place string) (client.DocumentForm, string, error) {
	form, known := client.FormOf(client.DocumentKind(kind))
	if !known {
		return form, "", usage("there is no kind %q: choose one of %s", kind, strings.Join(kindNames(), ", "))
	}
	bucket, err := onlyBucket(place)
	return form, bucket, err
}

func onlyBucket(place string) (string, error) {
	at, err := client.ParseLocation(place)
	switch {
	case err != nil:
		return "", usage("%w", err)
	case at.Bucket == "" || at.Key != "":
		return "", usage("%s is no bucket: write s3://BUCKET", place)
	}
	return at.Bucket, nil
}

// A documentLine is a document in JSON.
type documentLine struct {
	Op       string             `json:"op"`
	Bucket   string             `json:"bucket"`
	Kind     string             `json:"kind"`
	Has      *bool              `json:"supported"` // null: it could not be asked
	Set      *bool              `json:"set"`
	Format   string             `json:"format"`
	Document *string            `json:"document"` // as the server has it
	Status   string             `json:"status,omitempty"`
	Changes  []bucketdoc.Change `json:"changes,omitempty"`
	Differs  []bucketdoc.Change `json:"differs,omitempty"` // what is not as it was set
	Warnings []string           `json:"warnings,omitempty"`
	Error    *errorLine         `json:"error"`
}

func lineOfDocument(op, bucket string, form client.DocumentForm) documentLine {
	l := documentLine{Op: op, Bucket: bucket, Kind: string(form.Kind), Format: "xml"}
	if form.Root == "" {
		l.Format = "json"
	}
	return l
}

func (a *app) bucketGetCommand() *cobra.Command {
	return &cobra.Command{
		Use: "get [KIND] s3://BUCKET", Short: "Show a document of a bucket, or which there are", Args: cobra.MatchAll(atLeast(1), atMost(2)),
		Long: `Show a document of a bucket as the server has it, indented, so that it can be changed and
set again. Without a kind: of each, whether it is set. That nothing is set, and that the
server does not have such documents, are two answers; the second ends with 1.`,
		Example: "  bucketseal-cli bucket get s3://reports\n  bucketseal-cli bucket get policy s3://reports > policy.json",
		RunE: func(c *cobra.Command, args []string) error {
			if len(args) == 1 {
				bucket, err := onlyBucket(args[0])
				if err != nil {
					return err
				}
				return a.with(c.Context(), transfer.Config{}, func(s *session.Session) error { return a.allDocuments(c.Context(), s, bucket) })
			}
			form, bucket, err := documentOf(args[0], args[1])
			if err != nil {
				return err
			}
			return a.with(c.Context(), transfer.Config{}, func(s *session.Session) error {
				raw, err := s.Document(c.Context(), bucket, form.Kind)
				if err != nil {
					return err
				}
				a.document(bucket, form, raw)
				return nil
			})
		},
	}
}

func (a *app) document(bucket string, form client.DocumentForm, raw []byte) {
	switch {
	case a.flags.json:
		l, yes, set := lineOfDocument("get", bucket, form), true, raw != nil
		l.Has, l.Set = &yes, &set
		if set {
			text := string(raw)
			l.Document = &text
		}
		a.line(l)
	case raw == nil:
		a.note("nothing is set: no " + string(form.Kind) + " of " + bucket)
	default:
		_, _ = a.out.Write(bucketdoc.Indented(form, raw)) // that it could not be is kept there
	}
}

// allDocuments tells of each kind whether it is set.
func (a *app) allDocuments(ctx context.Context, s *session.Session, bucket string) error {
	for _, form := range client.DocumentForms() {
		raw, err := s.Document(ctx, bucket, form.Kind)
		l, word := lineOfDocument("get", bucket, form), "set"
		yes, no, set := true, false, raw != nil
		switch kind := client.KindOf(err); {
		case err == nil:
			l.Has, l.Set = &yes, &set
			if !set {
				word = "not set"
			}
		case kind == client.KindUnsupported:
			l.Has, word = &no, "this server does not have it"
		case kind == client.KindDenied:
			l.Error, word = errorJSON(err), "not told: this account may not read it"
		default:
			return err
		}
		if a.flags.json {
			a.line(l)
			continue
		}
		a.say("%-20s  %s", string(form.Kind), word)
	}
	return nil
}
