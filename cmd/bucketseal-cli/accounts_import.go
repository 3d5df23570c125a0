package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/spf13/cobra"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/accountbook"
	"github.com/bucketseal/bucketseal/client/accountimport"
	"github.com/bucketseal/bucketseal/client/s3store"
)

// An importSource is a program whose accounts can be taken over.
type importSource struct {
	read   func([]byte) (accountimport.Import, error)
	places func(home string) []string // its files, where nobody names one; masks
}

var importSources = map[string]importSource{
	"rclone": {accountimport.Rclone, func(home string) []string {
		config := cmp.Or(os.Getenv("RCLONE_CONFIG"), filepath.Join(cmp.Or(os.Getenv("XDG_CONFIG_HOME"), filepath.Join(home, ".config")), "rclone", "rclone.conf"))
		return []string{config, filepath.Join(os.Getenv("APPDATA"), "rclone", "rclone.conf")}
	}},
	"s3cmd": {accountimport.S3cmd, func(home string) []string { return []string{filepath.Join(home, ".s3cfg")} }},
	"mc": {accountimport.MC, func(home string) []string {
		return []string{filepath.Join(home, ".mc", "config.json"), filepath.Join(home, "mc", "config.json")}
	}},
	"cyberduck": {accountimport.Cyberduck, func(home string) []string {
		switch runtime.GOOS {
		case "darwin":
			return []string{filepath.Join(home, "Library", "Group Containers", "G69SCX94XU.duck", "Library", "Application Support", "duck", "Bookmarks", "*.duck")}
		case "windows":
			return []string{filepath.Join(os.Getenv("APPDATA"), "Cyberduck", "Bookmarks", "*.duck")}
		}
		return []string{filepath.Join(home, ".duck", "bookmarks", "*.duck")}
	}},
}

// importOrder is the order in which they are looked through.
var importOrder = []string{"aws", "rclone", "s3cmd", "mc", "cyberduck"}

func (a *app) accountsImport() *cobra.Command {
	var from string
	var yes bool
	c := &cobra.Command{
		Use: "import [FILE]", Short: "Take over the accounts of other programs", Args: atMost(1),
		Long: `Take over the accounts of other programs: profiles of the AWS command line, rclone.conf,
.s3cfg of s3cmd, config.json of mc, bookmarks of Cyberduck. Without --from and FILE all
of them are looked for where their programs keep them. What would be taken over, what is
left and why is shown first; accounts are saved, and their secrets put into the keyring of
this computer, only after a yes: --yes, or the answer to a question.

Profiles of the AWS command line are used where they are: no secret is copied. Cyberduck
keeps secrets in its own keychain: add such an account with 'accounts add'. Nothing of
other programs is changed.`,
		Example: "  bucketseal-cli accounts import\n  bucketseal-cli accounts import --from rclone --yes\n  bucketseal-cli accounts import --from mc backup/config.json",
		RunE: func(c *cobra.Command, args []string) error {
			file := ""
			if len(args) == 1 {
				file = args[0]
			}
			if _, known := importSources[from]; from != "" && from != "aws" && !known {
				return usage("--from %s: it is none of %s", from, strings.Join(importOrder, ", "))
			}
			if file != "" && (from == "" || from == "aws") {
				return usage("say with --from whose file %s is: rclone, s3cmd, mc or cyberduck", file)
			}
			all, err := a.lookThrough(from, file)
			if err != nil {
				return err
			}
			return a.takeOver(c.Context(), all, yes)
		},
	}
	c.Flags().StringVar(&from, "from", "", "only those of `PROGRAM`: aws, rclone, s3cmd, mc or cyberduck")
	c.Flags().BoolVar(&yes, "yes", false, "save them, and keep their secrets in the keyring")
	return c
}

// importing is an account that was found or left, by program.
type importing struct {
	from  string
	found accountimport.Found
	left  *accountimport.Left // nil where it was found
}

// lookThrough reads what programs have written down.
func (a *app) lookThrough(from, file string) (all []importing, err error) {
	home, err := os.UserHomeDir()
	if err != nil {
		return nil, err
	}
	for _, program := range importOrder {
		if from != "" && from != program {
			continue
		}
		if program == "aws" {
			more, err := fromProfiles()
			if err != nil {
				return nil, settingsError(err)
			}
			all = append(all, more...)
			continue
		}
		source := importSources[program]
		files := []string{file}
		if file == "" {
			files = nil
			for _, mask := range source.places(home) {
				found, _ := filepath.Glob(mask) // a mask of ours
				files = append(files, found...)
			}
		}
		for _, f := range files {
			b, err := readImport(f)
			var found accountimport.Import
			if err == nil {
				found, err = source.read(b)
			}
			if err != nil && (file != "" || !errors.Is(err, fs.ErrNotExist)) {
				return nil, usage("%s: %w", f, err)
			}
			for _, one := range found.Found {
				all = append(all, importing{from: program, found: one})
			}
			for _, one := range found.Left {
				all = append(all, importing{from: program, left: &one})
			}
		}
	}
	return all, nil
}

// readImport reads a file of another program; none is larger than this.
func readImport(file string) ([]byte, error) {
	const most = 4 << 20
	info, err := os.Stat(file)
	if err != nil {
		return nil, err
	}
	if info.IsDir() || info.Size() > most {
		return nil, fmt.Errorf("it is no list of accounts")
	}
	return os.ReadFile(file)
}

// fromProfiles are the profiles of the AWS command line, which sign in where they are.
func fromProfiles() (all []importing, err error) {
	names, err := s3store.Profiles()
	for _, name := range names {
		account, err := s3store.ByProfile(name, client.Account{Name: name})
		if err == nil {
			account.Name = name
			err = account.Check()
		}
		if err != nil {
			all = append(all, importing{from: "aws", left: &accountimport.Left{Name: name, Why: client.TextOf(err)}})
			continue
		}
		all = append(all, importing{from: "aws", found: accountimport.Found{Account: account}})
	}
	return all, err
}

type importLine struct {
	From     string   `json:"from"`
	Name     string   `json:"name"`
	Status   string   `json:"status"` // "taken", "found" (no yes was given) or "left"
	Endpoint string   `json:"endpoint"`
	Service  string   `json:"service"`
	Why      string   `json:"why"`
	Dropped  []string `json:"dropped"`
}

// takeOver shows what was found, and saves it after a yes.
func (a *app) takeOver(ctx context.Context, all []importing, yes bool) error {
	h, err := a.newHome(ctx)
	if err != nil {
		return err
	}
	book, wanted := h.Accounts(), 0
	for i := range all {
		if all[i].left == nil {
			all[i].left = leftHere(book, all[:i], all[i])
		}
		if all[i].left == nil {
			wanted++
		}
	}
	if !yes && wanted > 0 && !a.flags.json {
		for _, one := range all {
			a.showImport(one, "found")
		}
		if yes, err = a.agrees(ctx, "Save "+plural(wanted, "account")+", and keep their secrets in the keyring?"); err != nil || !yes {
			if err == nil {
				a.note(fmt.Sprintf("nothing was saved; with --yes these %d would be", wanted))
			}
			return err
		}
	}
	taken := 0
	for _, one := range all {
		status := "found"
		if yes && one.left == nil {
			if _, err := book.Save(ctx, one.found.Account, one.found.Credentials); err != nil {
				return settingsError(fmt.Errorf("%s: %w", one.found.Account.Name, err))
			}
			status = "taken"
			taken++
		}
		a.showImport(one, status)
	}
	switch {
	case len(all) == 0:
		a.note("no account of another program was found")
	case yes:
		a.confirm("%d accounts are saved, %d were left.", taken, len(all)-taken)
	}
	return nil
}

// leftHere is why an account that was found is not taken over; nil where it is.
func leftHere(book accountbook.Book, before []importing, one importing) *accountimport.Left {
	name := one.found.Account.Name
	left := func(why client.Text) *accountimport.Left { return &accountimport.Left{Name: name, Why: why} }
	if _, err := book.Find(name); err == nil {
		return left(client.Verbatim("there is an account of this name already"))
	}
	for _, b := range before {
		if b.left == nil && b.found.Account.Name == name {
			return left(client.Verbatim("another account of this name is taken over from " + b.from))
		}
	}
	if one.found.Account.NeedsSecret() && one.found.Credentials.Secret.IsZero() {
		return left(client.Verbatim("its secret is not in the file: bucketseal-cli accounts add " + name + " --endpoint " +
			cmp.Or(one.found.Account.Endpoint, "https://s3.amazonaws.com") + " --access-key " + one.found.Account.AccessKeyID))
	}
	return nil
}

func (a *app) showImport(one importing, status string) {
	l := importLine{From: one.from, Status: status, Dropped: []string{}}
	if one.left != nil {
		l.Name, l.Status, l.Why = one.left.Name, "left", one.left.Why.String()
	} else {
		l.Name, l.Endpoint, l.Service = one.found.Account.Name, one.found.Account.Endpoint, lineOfAccount(one.found.Account).Service
	}
	for _, t := range one.found.Dropped {
		l.Dropped = append(l.Dropped, t.String())
	}
	if a.flags.json {
		a.line(l)
		return
	}
	a.say("%-5s  %s: %s%s", l.Status, l.From, l.Name, joinedBy(": ", l.Why)+joinedBy("  ", l.Endpoint))
	for _, why := range l.Dropped {
		a.say("       %s", why)
	}
}

// joinedBy is a word behind what joins it, "" for none.
func joinedBy(by, word string) string {
	if word == "" {
		return ""
	}
	return by + word
}
