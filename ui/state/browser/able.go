package browser

import (
	"slices"
	"strings"
	"unicode"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/internal/explain"
	"github.com/bucketseal/bucketseal/internal/i18n"
)

// What can be done now. Each says why not, in a sentence for the user, or ""
// when it can.

// WhyNotRefresh is about listing anew.
func (b *Browser) WhyNotRefresh() string {
	if b.session == nil {
		return i18n.T("Open an account first.")
	}
	return ""
}

// WhyNotUpload is about uploading and making folders here.
func (b *Browser) WhyNotUpload() string { return b.WhyNotUploadTo(b.at) }

// WhyNotUploadTo is about uploading into a folder.
func (b *Browser) WhyNotUploadTo(to client.Location) string {
	if why := b.WhyNotRefresh(); why != "" {
		return why
	}
	if to.Bucket == "" {
		return i18n.T("Open a bucket first.")
	}
	return ""
}

// WhyNotSelected is about downloading and deleting what is selected.
func (b *Browser) WhyNotSelected() string {
	if why := b.WhyNotUpload(); why != "" {
		return why
	}
	if b.list.selection.Count() == 0 {
		return i18n.T("Select objects or folders in the list first.")
	}
	return ""
}

// WhyNotOne is about what works on one object only.
func (b *Browser) WhyNotOne() string {
	if why := b.WhyNotSelected(); why != "" {
		return why
	}
	if all := b.list.selection.Count(); all != 1 {
		return i18n.T("Select one object only: %s are selected.", explain.Count(all))
	}
	if b.Selected()[0].IsFolder {
		return i18n.T("A folder has no properties of its own: select an object in it.")
	}
	return ""
}

// WhyNotRename is about giving one object or folder another name.
func (b *Browser) WhyNotRename() string {
	if why := b.WhyNotSelected(); why != "" {
		return why
	}
	if all := b.list.selection.Count(); all != 1 {
		return i18n.T("Select one object or folder only: %s are selected.", explain.Count(all))
	}
	if o := b.Selected()[0]; !o.IsFolder && o.At.IsFolder() {
		return i18n.T("This marks the folder you are in: rename that in the folder above.")
	}
	return ""
}

// NewNameProblem says what is wrong with another name for an object or folder of the
// folder shown, "" for nothing.
func (b *Browser) NewNameProblem(o client.Object, name string) string {
	switch at := named(o, name); {
	case strings.TrimSpace(name) == "":
		return i18n.T("Give it a name.")
	case strings.Contains(name, "/"):
		return i18n.T("A name has no slash: cut it, and paste it into another folder.")
	case at == o.At:
		return i18n.T("That is its name already.")
	case at.CheckKey() != nil:
		return explain.Sentence(client.TextOf(at.CheckKey()))
	case b.Has(at):
		return i18n.T("There is one of this name here already.")
	}
	return ""
}

// named is where an object or folder would be under another name.
func named(o client.Object, name string) client.Location {
	at := o.At.Parent().Join(name)
	if o.IsFolder {
		return at.Folder()
	}
	return at
}

// Has reports whether an object or folder is among those listed, filtered or not.
func (b *Browser) Has(at client.Location) bool {
	return b.at.Bucket == at.Bucket && slices.ContainsFunc(b.list.objects, func(o client.Object) bool { return o.At.Key == at.Key })
}

// WhyNotRemoveBucket is about removing the bucket shown.
func (b *Browser) WhyNotRemoveBucket() string { return b.WhyNotUpload() }

// WhyNotStop is about stopping the listing.
func (b *Browser) WhyNotStop() string {
	if !b.busy {
		return i18n.T("Nothing is being listed.")
	}
	return ""
}

// FolderNameProblem says what is wrong with the name of a new folder, "" for
// nothing.
func FolderNameProblem(name string) string {
	switch {
	case strings.TrimSpace(name) == "":
		return i18n.T("Give the folder a name.")
	case strings.Contains(name, "/"):
		return i18n.T("A name has no slash: make one folder after the other.")
	case len(name) >= client.MaxKeyBytes:
		return i18n.T("The name is too long.")
	}
	return ""
}

// BucketNameProblem says what is wrong with the name of a new bucket, "" for
// nothing. Only AWS's names are known; those of another service are for its
// server to judge (TWCC takes 1 to 16 characters, others underscores).
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
func (b *Browser) BucketNameProblem(name string) string {
	if why := OpenBucketProblem(name); why != "" || b.session == nil || !b.session.Account().IsAWS() {
		return why
	}
	return awsBucketNameProblem(name)
}

// OpenBucketProblem says what is wrong with the name of a bucket there is, ""
// for nothing: old ones have names that new ones may not have.
func OpenBucketProblem(name string) string {
	switch {
	case name == "":
		return i18n.T("Give the bucket a name.")
	case strings.ContainsFunc(name, func(r rune) bool {
		return unicode.IsSpace(r) || unicode.IsControl(r) || strings.ContainsRune(`/\?#`, r)
	}):
		return i18n.T("A bucket name has no blanks and no slash.")
	}
	return ""
}

// BucketNameHint says what names there may be.
func (b *Browser) BucketNameHint() string {
	if b.session != nil && b.session.Account().IsAWS() {
		return i18n.T("Small letters, digits and hyphens; nobody else of this service may have it.")
	}
	return i18n.T("What names there may be is for the service to say; nobody else of it may have the name.")
}

func awsBucketNameProblem(name string) string {
	switch {
	case len(name) < 3 || len(name) > 63:
		return i18n.T("A bucket name has 3 to 63 characters.")
	case strings.Trim(name, "abcdefghijklmnopqrstuvwxyz0123456789-.") != "":
		return i18n.T("A bucket name is made of small letters, digits, hyphens and dots.")
	case strings.Trim(name[:1]+name[len(name)-1:], "-.") != name[:1]+name[len(name)-1:]:
		return i18n.T("A bucket name begins and ends with a letter or a digit.")
	}
	return ""
}
