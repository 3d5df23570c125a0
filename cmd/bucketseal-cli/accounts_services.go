package main

import (
	"cmp"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/services"
)

type serviceLine struct {
	ID          string            `json:"id"`
	Name        string            `json:"name"`
	Endpoint    string            `json:"endpoint"`
	Regions     []string          `json:"regions"`
	Addressing  client.Addressing `json:"addressing"`
	Checksums   []string          `json:"checksums"`
	Gaps        []string          `json:"gaps"`
	KeysAt      string            `json:"keysAt"`
	BucketNames string            `json:"bucketNames"`
	Words       map[string]string `json:"words"`
	Manual      string            `json:"manual"`
}

func (a *app) accountsServices() *cobra.Command {
	return &cobra.Command{
		Use: "services [SERVICE]", Short: "List the services that are known, or what is known of one", Args: atMost(1),
		Example: "  bucketseal-cli accounts services twcc",
		RunE: func(_ *cobra.Command, args []string) error {
			if len(args) == 1 {
				s, ok := services.Named(args[0])
				if !ok {
					return usage("there is no service %q; 'bucketseal-cli accounts services' lists them", args[0])
				}
				a.showService(s)
				return nil
			}
			w := tabwriter.NewWriter(a.out, 0, 8, 2, ' ', 0)
			for _, s := range services.All() {
				if a.flags.json {
					a.line(lineOfService(s))
					continue
				}
				printf(w, "%s\t%s\t%s\n", s.ID, s.Name, s.Endpoint)
			}
			return w.Flush()
		},
	}
}

func lineOfService(s services.Service) serviceLine {
	l := serviceLine{
		s.ID, s.Name, s.Endpoint, append([]string{}, s.Regions...), cmp.Or(s.Addressing, client.AddressingAuto), append([]string{}, s.Checksums...),
		[]string{},
		s.KeysAt.String(), s.Buckets.Said.String(),
		map[string]string{},
		s.Manual,
	}
	for _, gap := range s.Gaps {
		l.Gaps = append(l.Gaps, gap.String())
	}
	for _, w := range s.Words {
		l.Words[w.Field.String()] = w.Manual
	}
	return l
}

func (a *app) showService(s services.Service) {
	l := lineOfService(s)
	if a.flags.json {
		a.line(l)
		return
	}
	printf(a.out, "%s (--service %s)\n", l.Name, l.ID)
	for _, row := range [][2]string{
		{"Endpoint", l.Endpoint},
		{"Regions", strings.Join(l.Regions, " ")},
		{"Addressing", string(l.Addressing)},
		{"Checksums", strings.Join(l.Checksums, " ")},
		{"Keys", l.KeysAt},
		{"Bucket names", l.BucketNames},
		{"Manual", l.Manual},
	} {
		if row[1] != "" {
			printf(a.out, "  %-13s %s\n", row[0]+":", row[1])
		}
	}
	for _, w := range s.Words {
		printf(a.out, "  its manual calls the %s: %s\n", w.Field, w.Manual)
	}
	for _, gap := range l.Gaps {
		printf(a.out, "  note: %s\n", gap)
	}
}
