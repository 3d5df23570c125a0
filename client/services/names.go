package services

import (
	"regexp"

	"github.com/bucketseal/bucketseal/client"
)

var (
	// https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
	amazonNames = BucketNames{
		3, 63,
		client.Say("3 to 63 small letters, digits, hyphens and dots, a letter or digit at either end"),
		regexp.MustCompile(`^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$`),
	}
	// The same without dots:
	// https://developers.cloudflare.com/r2/buckets/create-buckets/
	// https://docs.digitalocean.com/products/spaces/how-to/create/
	// https://docs.hetzner.com/storage/object-storage/faq/buckets-objects/
	// https://www.alibabacloud.com/help/en/oss/user-guide/bucket-naming-conventions
	noDots = BucketNames{
		3, 63,
		client.Say("3 to 63 small letters, digits and hyphens, a letter or digit at either end"),
		regexp.MustCompile(`^[a-z0-9]([a-z0-9-]*[a-z0-9])?$`),
	}
	// https://www.backblaze.com/docs/cloud-storage-create-and-manage-buckets
	backblazeNames = BucketNames{
		6, 63,
		client.Say("6 to 63 letters, digits and hyphens"),
		regexp.MustCompile(`^[A-Za-z0-9-]+$`),
	}
	// https://cloud.google.com/storage/docs/buckets#naming
	googleNames = BucketNames{
		3, 222,
		client.Say("3 to 63 small letters, digits, hyphens and underscores between two letters or digits; with dots up to 222"),
		regexp.MustCompile(`^[a-z0-9]([a-z0-9._-]*[a-z0-9])?$`),
	}
	// The portal takes 1 to 16 small letters and digits; buckets with underscores and
	// capitals exist, made by TWCC's own tools.
	// https://man.twcc.ai (Cloud Object Storage, Create buckets)
	twccNames = BucketNames{
		1, 16,
		client.Say("1 to 16 letters, digits, underscores and hyphens"),
		regexp.MustCompile(`^[A-Za-z0-9_-]+$`),
	}
	// With rgw_relaxed_s3_bucket_names all of these, without it those of Amazon: which
	// one it is only the server knows.
	// https://docs.ceph.com/en/latest/radosgw/config-ref/
	cephNames = BucketNames{
		3, 255,
		client.Say("3 to 255 letters, digits, hyphens, underscores and dots"),
		regexp.MustCompile(`^[A-Za-z0-9._-]+$`),
	}
	anyNames = BucketNames{} // an unknown service says itself what it takes
)
