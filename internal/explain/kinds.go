package explain

import (
	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/internal/i18n"
)

// An explanation is a kind of failure in English, which is the key of its
// translation.
type explanation struct {
	title string
	hints []string
}

// objectExists is KindExists of an object.
var objectExists = explanation{
	i18n.M("An object of this name is there already"),
	[]string{i18n.M("Nothing was sent: overwrite it knowingly, or choose another name.")},
}

// fileExists is KindExists of the file that a download would write.
var fileExists = explanation{
	i18n.M("A file of this name is there already"),
	[]string{i18n.M("Nothing was replaced: overwrite it knowingly, or choose another name or folder.")},
}

// nothingThere is KindNotFound of no place in particular.
var nothingThere = explanation{
	i18n.M("There is nothing to do"),
	[]string{i18n.M("Check the name of the source: a folder counts by the files in it.")},
}

// badKey is KindRefused of what no object can be called.
var badKey = explanation{
	i18n.M("No object can have this name"),
	[]string{i18n.M("Rename the file or the folder: the name of an object is valid UTF-8, and no longer than 1024 bytes with its folders.")},
}

// badTarget is KindRefused of a copy that no rule refused.
var badTarget = explanation{
	i18n.M("It cannot be copied to this place"),
	[]string{i18n.M("Do as the reason says, or choose another target; nothing was copied.")},
}

// noLink is KindRefused of a link that nobody could use who has no key.
var noLink = explanation{
	i18n.M("No link can be made"),
	[]string{i18n.M("Do as the reason says; nothing was sent.")},
}

// notInPlace is KindRefused of a change of what is stored beside an object's bytes.
var notInPlace = explanation{
	i18n.M("It cannot be changed in its place"),
	[]string{i18n.M("Nothing was changed. If the loss is meant, take away first what the reason names.")},
}

// asItIs is KindInvalid of what was refused here: the server was not the one to say so.
var asItIs = explanation{
	i18n.M("It cannot be done as it was asked"),
	[]string{i18n.M("Change what the reason names, and try again.")},
}

// badBucketName is KindInvalid of a bucket's name.
var badBucketName = explanation{
	i18n.M("The server takes no bucket of this name"),
	[]string{i18n.M("A bucket name has 3 to 63 characters."), i18n.M("A bucket name is made of small letters, digits, hyphens and dots.")},
}

var explanations = map[client.Kind]explanation{
	client.KindUnknown: {
		i18n.M("This did not work"),
		[]string{i18n.M("Try again. If it happens again, copy the details and give them to whoever runs the server.")},
	},
	client.KindNotFound: {
		i18n.M("There is no such object"),
		[]string{i18n.M("Somebody may have removed or renamed it: list the folder again (F5 in the window).")},
	},
	client.KindNoBucket: {
		i18n.M("There is no such bucket"),
		[]string{i18n.M("Check the spelling of the name."), i18n.M("It may belong to another account or be at another endpoint.")},
	},
	client.KindDenied: {
		i18n.M("This account may not do that"),
		[]string{i18n.M("Ask whoever manages the account to allow it; the details name the operation.")},
	},
	client.KindBadCredentials: {
		i18n.M("The server did not accept the access key"),
		[]string{i18n.M("Compare the access key id with the one you were given."), i18n.M("Enter the secret again: a blank at its end is easily copied along.")},
	},
	client.KindExpired: {
		i18n.M("The credentials have expired"),
		[]string{i18n.M("Temporary credentials end after some hours: get new ones and enter them under File > Edit account.")},
	},
	client.KindClockSkew: {
		i18n.M("The clock of this computer is wrong"),
		[]string{i18n.M("Set date, time and time zone right (let the system set them from the network), then try again.")},
	},
	client.KindKeyUnknown: {
		i18n.M("The server does not know this key"),
		[]string{i18n.M("Compare the key id with the one you were given: it is sent exactly as it stands in the rule."), i18n.M("The key may belong to another project, account or region.")},
	},
	client.KindKeyDisabled: {
		i18n.M("The key cannot be used now"),
		[]string{i18n.M("It is disabled or about to be deleted: ask whoever manages the key to enable it.")},
	},
	client.KindKeyDenied: {
		i18n.M("This account may not use the key"),
		[]string{i18n.M("Ask whoever manages the key to allow this account to encrypt and decrypt with it (kms:GenerateDataKey, kms:Decrypt).")},
	},
	client.KindKeyRequired: {
		i18n.M("The server needs the id of a key"),
		[]string{i18n.M("It has no default key: enter the key id in the rule (Tools > Server-Side-Encryption).")},
	},
	client.KindWrongKey: {
		i18n.M("This is another key than the object's"),
		[]string{i18n.M("The object is encrypted with another SSE-C key: edit its rule and enter the key with which it was uploaded.")},
	},
	client.KindNeedsKey: {
		i18n.M("The object can only be read with its SSE-C key"),
		[]string{i18n.M("Add a rule of type SSE-C with that key (Tools > Server-Side-Encryption), then try again.")},
	},
	client.KindNotCustomerKey: {
		i18n.M("The object is not encrypted with an SSE-C key"),
		[]string{i18n.M("Refresh the list (F5) and try again: it seems to have been replaced.")},
	},
	client.KindEncryptionRefused: {
		i18n.M("The server refuses this encryption"),
		[]string{i18n.M("Choose another encryption type in the rule, or ask whoever runs the server which it supports.")},
	},
	client.KindInsecure: {
		i18n.M("Encryption over an unprotected connection is refused"),
		[]string{i18n.M("Use an endpoint that begins with https://.")},
	},
	client.KindPrecondition: {
		i18n.M("The object is another one now"),
		[]string{i18n.M("It was changed, or made, while you worked: list the folder again (F5 in the window) and look before you try again.")},
	},
	client.KindNoUpload: {
		i18n.M("The upload is no longer there"),
		[]string{i18n.M("The server has dropped the parts sent so far: retry, and it begins anew.")},
	},
	client.KindExists: {
		i18n.M("The name is taken"),
		[]string{i18n.M("Choose another name. Bucket names are often unique over all accounts of a service.")},
	},
	client.KindNotEmpty: {
		i18n.M("The bucket is not empty"),
		[]string{i18n.M("Delete what is in it first; old versions of objects count too.")},
	},
	client.KindInvalid: {
		i18n.M("The server cannot make sense of this request"),
		[]string{i18n.M("Check the names and the settings of the account (region, addressing); the details hold the server's words.")},
	},
	client.KindCorrupt: {
		i18n.M("The data did not arrive as it was sent"),
		[]string{i18n.M("Retry. If it happens again, the network or a disk is damaging data: tell whoever runs them."), i18n.M("Do not use the copy that is there.")},
	},
	client.KindStaleChecksum: {
		i18n.M("The object was changed later, or is damaged"),
		[]string{
			i18n.M("Compare it with what you know of the object: its date, who works with it."),
			i18n.M("To take it all the same, right-click the transfer and choose Download without this comparison; on the command line: cp --accept-stale-checksum."),
		},
	},
	client.KindDigestRequired: {
		i18n.M("The bucket takes nothing without a checksum"),
		[]string{i18n.M("Buckets with object lock want Content-MD5 or a checksum with everything that is written, and this server did not take the one sent: give the details to whoever runs the server.")},
	},
	client.KindUnsupported: {
		i18n.M("This server cannot do that"),
		[]string{i18n.M("Many S3-compatible services leave this call out; nothing was changed.")},
	},
	client.KindThrottled: {
		i18n.M("The server asks to slow down"),
		[]string{i18n.M("Wait a little and retry.")},
	},
	client.KindUnavailable: {
		i18n.M("The server has a problem"),
		[]string{i18n.M("Retry in a few minutes. If it lasts, give the details to whoever runs the server.")},
	},
	client.KindNetwork: {
		i18n.M("The server cannot be reached"),
		[]string{i18n.M("Check the endpoint's spelling and the network connection (VPN, proxy, firewall)."), i18n.M("Then try again.")},
	},
	client.KindStalled: {
		i18n.M("The connection went silent"),
		[]string{i18n.M("Retry. If it happens often, the network drops long connections: ask whoever runs it.")},
	},
	client.KindTLS: {
		i18n.M("The server's certificate is not trusted"),
		[]string{i18n.M("Ask whoever runs the server for its certificate authority file and set it as the CA file of the account."), i18n.M("If you did not expect this, do not go on: somebody may be listening.")},
	},
	client.KindWrongRegion: {
		i18n.M("The bucket is in another region"),
		[]string{i18n.M("Set the bucket's region in the account (File > Edit account).")},
	},
	client.KindLocal: {
		i18n.M("A file on this computer could not be read or written"),
		[]string{i18n.M("Check that it is still there, that you may open it, and that the disk has room.")},
	},
	client.KindNotKept: {
		i18n.M("Its receipt could not be kept"),
		[]string{i18n.M("What was done is final and stays. Check that the disk has room; a retry does it again, and writes its receipt.")},
	},
	client.KindCancelled: {
		i18n.M("Stopped"),
		[]string{i18n.M("You stopped it; retry begins anew.")},
	},
	client.KindEncryptionNotAsAsked: {
		i18n.M("The object is not encrypted as asked"),
		[]string{i18n.M("Do not rely on it: delete the object, or retry."), i18n.M("Ask whoever runs the server why it did not use the encryption asked for.")},
	},
	client.KindNotYetVerified: {
		i18n.M("The file is stored, and not yet verified"),
		[]string{
			i18n.M("Retry, or upload it again with Skip (--overwrite skip): what is there is then verified, and not sent again."),
			i18n.M("If it may not be looked at, ask whoever manages the account to allow reading it (s3:GetObject)."),
		},
	},
	client.KindRefused: {
		i18n.M("A rule refuses this"),
		[]string{i18n.M("Look at the rules (Tools > Server-Side-Encryption); the reason says which one and why. Nothing was sent.")},
	},
	client.KindNotS3: {
		i18n.M("What answered is no S3 service"),
		[]string{i18n.M("Check the endpoint: a web page, a proxy or a login page may stand at this address, and the S3 service at another."), i18n.M("Nothing that came was taken for data.")},
	},
	client.KindContradiction: {
		i18n.M("The server's answer contradicts itself"),
		[]string{i18n.M("It was not believed, and nothing was done with it. Try again; if it happens again, give the details to whoever runs the server.")},
	},
	client.KindRedirected: {
		i18n.M("The endpoint sends us to another address"),
		[]string{i18n.M("If you know the address it names, enter it as the endpoint (File > Edit account); if it is a login page, a proxy or firewall stands between.")},
	},
	client.KindArchived: {
		i18n.M("The object is archived"),
		[]string{i18n.M("It must be restored before it can be read: ask for its restoration at the server, wait until it is done (hours), then try again.")},
	},
	client.KindFull: {
		i18n.M("There is no room left on the server"),
		[]string{i18n.M("A quota of the account or bucket, or the server's disk, is full: delete what is not needed, or ask whoever runs the server for more.")},
	},
	client.KindTooLarge: {
		i18n.M("This is larger than the server takes"),
		[]string{i18n.M("The server limits the size of one object or request: split the file, or ask whoever runs the server to raise the limit.")},
	},
	client.KindDeleteMarker: {
		i18n.M("This version is a delete marker"),
		[]string{i18n.M("It only says that the object was deleted and has no content: ask for an earlier version.")},
	},
	client.KindKeyService: {
		i18n.M("The server's key service does not answer"),
		[]string{i18n.M("The server cannot reach the service that keeps its keys (KMS): retry in a few minutes; if it lasts, tell whoever runs the server.")},
	},
}

// diskFull is client.KindFull of this machine.
var diskFull = explanation{
	i18n.M("There is no room left on this computer's disk"),
	[]string{i18n.M("Delete what is not needed, or choose a folder on another disk, and try again: nothing unfinished was left there.")},
}
