package walls

// Walls are the arrows that must not exist. A new room gets its row here in
// the commit that makes it.
var Walls = []Wall{
	{
		Rooms: []string{"client/rules"}, Never: []string{Outside, "std/net/http"},
		Because: "a decision is a pure function of the rules, the file and the target",
	},
	{
		Rooms: []string{"mock/seal", "mock/store"}, Never: []string{"std/net/http"},
		Because: "what is sealed and stored does not depend on how it was asked for",
	},
	{
		Rooms: []string{"mock/seal", "mock/sigv4", "mock/kms"}, Never: []string{"mock/store"},
		Because: "keys, signatures and envelopes know of no buckets",
	},
	{
		Rooms: []string{"assets"}, Never: []string{Outside},
		Because: "files made part of the program are for every room, so they bring nothing along",
	},
}
