// Package settings keeps accounts, rules and preferences on disk.
//
// Each is one file of versioned JSON in one folder: accounts.json, rules.json,
// preferences.json. The app and the command line share them, and either may
// change them while the other runs: every change is a function from what is on
// disk now to what shall be there, run under a lock between processes, so no
// change is lost. A crash leaves the old file or the new one.
//
// It refuses to guess. A folder that was named and is not there, or that was
// there and is gone, is a [NoFolderError]; rules that were saved and are gone a
// [GoneError]; a folder or file that others own or may write an
// [UntrustedError]; a link is followed, written through, and an error when its
// target is away. A file that is not what it should be makes every call
// fail with a [DamagedError] until the user repairs it or resets it
// ([Store.Reset]): with the rules silently gone, files would go out
// unencrypted. A copy is kept aside. Preferences alone are also answered with
// defaults, beside the error. A file of a newer version is left alone
// ([NewerError]).
//
// There are no secrets here: see package keychain.
//
// Accounts have ids, by which rules, keys, preferences, uploads and secrets refer to
// them; names are for people. Version 1 called them by their names. A file of
// version 1 is read at once, beside others of either version, and is written in
// version 2 by its next change: an account of version 1 has an id that is made of
// its name then (client.IDOfVersion1), so no file waits for another. A reference
// has the name beside the id, for an account that is not there or comes again.
//
// Versions: a field that is unknown to this program is ignored in preferences,
// and gone after the next change; in rules, accounts and keys it is refused as
// damage (package strictjson), since a rule or an account that is half understood
// sends something else, or elsewhere. So a new field there, or a new meaning
// anywhere, raises the file's version.
package settings
