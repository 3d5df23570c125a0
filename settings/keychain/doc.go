// Package keychain keeps the secrets of accounts and of SSE-C rules. It is the
// only room that speaks to the system's keyring, and the only one that seals a
// vault.
//
// [Open] asks the keyring of the system (Secret Service, Keychain, Credential
// Manager) and takes it when it answers within a second. Where none does,
// secrets go into a vault: one file, sealed with age under a passphrase that
// is asked for when it is first needed. A user who gives no passphrase
// ([ErrDecline]) has their secrets kept in memory for this run. There is no
// fourth way: a secret is never on disk in the clear.
//
// The place is chosen once a run, so that a keyring which comes and goes does
// not scatter secrets. A secret that the keyring lacks is also looked for in a
// vault that an earlier run has made; deleting removes it from both.
//
// The vault is JSON, {"version":1, "identity":…, "secrets":…}: identity is an
// age key sealed by the passphrase (scrypt), secrets is a JSON object sealed
// to that key. So the passphrase costs its second once a run, and what age
// sealed age opens. Writers in several processes take turns and lose nothing.
// A damaged vault is left as it is, copied aside and named ([DamagedError]),
// until [Keychain.ResetVault]. There is no way back from a lost passphrase.
package keychain
