package services

import "github.com/bucketseal/bucketseal/client"

// What manuals call our fields.
func keys(access, secret string) []Word {
	return []Word{{client.Say("access key"), access}, {client.Say("secret access key"), secret}}
}

var crcOnly = []string{"CRC64NVME"}

var table = []Service{
	{
		// https://docs.aws.amazon.com/general/latest/gr/s3.html, of all partitions: aws,
		// aws-cn, aws-us-gov, aws-iso, aws-iso-b, aws-iso-e, aws-iso-f and aws-eusc.
		ID: "aws", Name: "Amazon S3", Addressing: client.AddressingAuto,
		hosts: []string{
			"amazonaws.com", "amazonaws.com.cn", "c2s.ic.gov", "sc2s.sgov.gov", "cloud.adc-e.uk", "csp.hci.ic.gov", "amazonaws.eu",
		},
		Regions:   amazonRegions,
		Checksums: []string{"CRC64NVME", "CRC32", "CRC32C", "SHA1", "SHA256"},
		KeysAt:    client.Say("in the console: IAM > Users > Security credentials > Create access key; better a profile: aws configure sso, aws login"),
		Words:     keys("Access key ID", "Secret access key"),
		Buckets:   amazonNames, Manual: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/",
	},
	{
		// https://man.twcc.ai (Cloud Object Storage, Third-party software), repository
		// twcc/man-vip; a Ceph gateway by its management API.
		ID: "twcc", Name: "TWCC Cloud Object Storage (COS)", Endpoint: "https://cos.twcc.ai", hosts: []string{"cos.twcc.ai"},
		Regions: []string{"us-east-1"}, Addressing: client.AddressingPath,
		Gaps: []client.Text{
			client.Say("the key of SSE-KMS is the project's Encryption Key ID, managed by TWCC: it can be neither changed nor deleted"),
			client.Say("deleting the private key in the portal deletes all files that belong to it"),
		},
		KeysAt:  client.Say("in the TWCC portal: Cloud Object Storage > Third-party Software; the public key is the project's, the private key is yours"),
		Words:   append(keys("Access Key", "Secret Key"), Word{client.Say("KMS key"), "Encryption Key ID"}),
		Buckets: twccNames, Manual: "https://man.twcc.ai",
	},
	{
		// Signature version 4 and us-east-1, as TWCC's tools sign there.
		ID: "twcc-cfs", Name: "TWCC Cloud File Storage (CFS)", Endpoint: "https://cfss3.twcc.ai", hosts: []string{"cfss3.twcc.ai"},
		Regions: []string{"us-east-1"}, Addressing: client.AddressingPath,
		KeysAt:  client.Say("in the TWCC portal"),
		Words:   keys("Access Key", "Secret Key"),
		Buckets: anyNames, Manual: "https://man.twcc.ai",
	},
	{
		// https://docs.ceph.com/en/latest/radosgw/s3/
		ID: "ceph", Name: "Ceph RGW", Regions: []string{"us-east-1"}, Addressing: client.AddressingPath,
		Gaps: []client.Text{
			client.Say("before version 20 a copy of an encrypted object is refused, and one that asks for encryption is stored without: copies go by parts"),
		},
		KeysAt:  client.Say("from whoever runs it: radosgw-admin user info --uid NAME"),
		Words:   keys("access_key", "secret_key"),
		Buckets: cephNames, Manual: "https://docs.ceph.com/en/latest/radosgw/s3/",
	},
	{
		// https://github.com/minio/minio (archived 2026-02), https://docs.min.io/enterprise/aistor-object-store/
		ID: "minio", Name: "MinIO, AIStor", Regions: []string{"us-east-1"}, Addressing: client.AddressingPath,
		Gaps:    []client.Text{client.Say("the answers that begin and end an upload in parts name no encryption; HEAD does")},
		KeysAt:  client.Say("in its console: Access Keys > Create access key"),
		Words:   keys("Access Key", "Secret Key"),
		Buckets: amazonNames, Manual: "https://docs.min.io",
	},
	{
		// https://docs.rustfs.com
		ID: "rustfs", Name: "RustFS", Regions: []string{"us-east-1"}, Addressing: client.AddressingPath,
		Gaps:    []client.Text{client.Say("encryption with KMS is being tested by its makers: believe what HEAD says")},
		KeysAt:  client.Say("in its console: Access Keys > Add access key"),
		Words:   keys("Access Key", "Secret Key"),
		Buckets: amazonNames, Manual: "https://docs.rustfs.com",
	},
	{
		// https://garagehq.deuxfleurs.fr/documentation/reference-manual/s3-compatibility/
		ID: "garage", Name: "Garage", Regions: []string{"garage"}, Addressing: client.AddressingPath,
		Gaps: []client.Text{
			client.Say("the only encryption is SSE-C"),
			client.Say("it has no versions, ACLs, policies, tags or object locks"),
		},
		KeysAt:  client.Say("from whoever runs it: garage key info NAME --show-secret"),
		Words:   keys("Key ID", "Secret key"),
		Buckets: amazonNames, Manual: "https://garagehq.deuxfleurs.fr/documentation/connect/",
	},
	{
		// https://github.com/seaweedfs/seaweedfs/wiki/Amazon-S3-API
		ID: "seaweedfs", Name: "SeaweedFS", Regions: []string{"us-east-1"}, Addressing: client.AddressingPath,
		KeysAt:  client.Say("from whoever runs it: s3.configure in weed shell"),
		Words:   keys("accessKey", "secretKey"),
		Buckets: amazonNames, Manual: "https://github.com/seaweedfs/seaweedfs/wiki/Amazon-S3-API",
	},
	{
		// https://developers.cloudflare.com/r2/api/s3/api/
		// https://developers.cloudflare.com/r2/reference/data-location/ (eu, us, fedramp before r2)
		ID: "r2", Name: "Cloudflare R2", Endpoint: "https://{account}.r2.cloudflarestorage.com", hosts: []string{"r2.cloudflarestorage.com"},
		Regions: []string{"auto"}, Addressing: client.AddressingPath, Checksums: crcOnly,
		Gaps: []client.Text{
			client.Say("it has no SSE-KMS: everything is encrypted with keys of its own, and SSE-C is taken"),
			client.Say("it has no versions, ACLs, tags or policies"),
			client.Say("buckets of a jurisdiction have an endpoint of their own: eu, us or fedramp before r2"),
		},
		KeysAt:  client.Say("in its dashboard: R2 > Manage API tokens > Create API token"),
		Words:   keys("Access Key ID", "Secret Access Key"),
		Buckets: noDots, Manual: "https://developers.cloudflare.com/r2/api/s3/",
	},
	{
		// https://docs.wasabi.com/docs/what-are-the-service-urls-for-wasabi-s-different-storage-regions
		// and rclone's backend/s3/provider/Wasabi.yaml
		ID: "wasabi", Name: "Wasabi", Endpoint: "https://s3.{region}.wasabisys.com", hosts: []string{"wasabisys.com"},
		Regions: []string{
			"us-east-1", "us-east-2", "us-central-1", "us-west-1", "ca-central-1", "eu-central-1", "eu-central-2", "eu-west-1", "eu-west-2", "eu-south-1",
			"ap-northeast-1", "ap-northeast-2", "ap-southeast-1", "ap-southeast-2",
		},
		Gaps:    []client.Text{client.Say("it has no SSE-KMS: ask for SSE-S3 or SSE-C")},
		KeysAt:  client.Say("in its console: Access Keys > Create Access Key"),
		Words:   keys("Access Key", "Secret Key"),
		Buckets: amazonNames, Manual: "https://docs.wasabi.com",
	},
	{
		// https://www.backblaze.com/docs/cloud-storage-s3-compatible-api
		ID: "b2", Name: "Backblaze B2", Endpoint: "https://s3.{region}.backblazeb2.com", hosts: []string{"backblazeb2.com"},
		Regions: []string{"us-west-000", "us-west-001", "us-west-002", "us-west-004", "us-east-005", "eu-central-003", "ca-east-006"},
		Gaps: []client.Text{
			client.Say("it has no SSE-KMS: ask for SSE-S3 or SSE-C"),
			client.Say("the master application key does not work here: make an application key"),
		},
		KeysAt:  client.Say("in its console: Application Keys > Add a New Application Key; the endpoint stands at the bucket"),
		Words:   keys("keyID", "applicationKey"),
		Buckets: backblazeNames, Manual: "https://www.backblaze.com/docs/cloud-storage-s3-compatible-api",
	},
	{
		// rclone's backend/s3/provider/OVHcloud.yaml; https://github.com/ovh/docs (s3_location)
		ID: "ovh", Name: "OVHcloud", Endpoint: "https://s3.{region}.io.cloud.ovh.net", hosts: []string{"io.cloud.ovh.net", "io.cloud.ovh.us"},
		Regions: []string{
			"gra", "rbx", "sbg", "eu-west-par", "de", "uk", "waw", "bhs", "ca-east-tor", "sgp", "ap-southeast-syd", "ap-south-mum", "us-east-va", "us-west-or",
			"rbx-archive",
		},
		KeysAt:  client.Say("in its control panel: Public Cloud > Object Storage > S3 users"),
		Words:   keys("Access key", "Secret key"),
		Buckets: amazonNames, Manual: "https://help.ovhcloud.com/csm/en-public-cloud-storage-s3-getting-started",
	},
	{
		// https://docs.hetzner.com/storage/object-storage/, rclone's backend/s3/provider/Hetzner.yaml
		ID: "hetzner", Name: "Hetzner Object Storage", Endpoint: "https://{region}.your-objectstorage.com", hosts: []string{"your-objectstorage.com"},
		Regions: []string{"fsn1", "nbg1", "hel1"},
		Gaps:    []client.Text{client.Say("the only encryption is SSE-C")},
		KeysAt:  client.Say("in its console: Security > S3 credentials > Generate credentials; the secret is shown once"),
		Words:   keys("Access key", "Secret key"),
		Buckets: noDots, Manual: "https://docs.hetzner.com/storage/object-storage/",
	},
	{
		// https://www.scaleway.com/en/docs/object-storage/, rclone's backend/s3/provider/Scaleway.yaml
		ID: "scaleway", Name: "Scaleway", Endpoint: "https://s3.{region}.scw.cloud", hosts: []string{"scw.cloud"},
		Regions: []string{"fr-par", "nl-ams", "pl-waw", "it-mil"},
		Gaps:    []client.Text{client.Say("an upload has 1,000 parts at most")},
		KeysAt:  client.Say("in its console: IAM > API keys > Generate API key"),
		Words:   keys("Access key ID", "Secret key"),
		Buckets: amazonNames, Manual: "https://www.scaleway.com/en/docs/object-storage/",
	},
	{
		// https://docs.digitalocean.com/products/spaces/reference/s3-compatibility/, rclone's
		// backend/s3/provider/DigitalOcean.yaml. Signed by any region.
		ID: "digitalocean", Name: "DigitalOcean Spaces", Endpoint: "https://{region}.digitaloceanspaces.com", hosts: []string{"digitaloceanspaces.com"},
		Regions: []string{"nyc3", "ams3", "sfo2", "sfo3", "sgp1", "fra1", "lon1", "tor1", "blr1", "syd1"},
		Gaps:    []client.Text{client.Say("the only encryption is SSE-C")},
		KeysAt:  client.Say("in its control panel: Spaces Object Storage > Access Keys"),
		Words:   keys("Access Key ID", "Secret Key"),
		Buckets: noDots, Manual: "https://docs.digitalocean.com/products/spaces/",
	},
	{
		// https://cloud.google.com/storage/docs/interoperability, rclone's backend/s3/provider/GCS.yaml
		ID: "google", Name: "Google Cloud Storage", Endpoint: "https://storage.googleapis.com", hosts: []string{"storage.googleapis.com"},
		Regions: []string{"auto"}, Addressing: client.AddressingPath,
		Gaps: []client.Text{
			client.Say("it has encryption headers of its own: set a default key for the bucket in the console"),
			client.Say("a copy in parts is not possible"),
		},
		KeysAt:  client.Say("in its console: Cloud Storage > Settings > Interoperability"),
		Words:   keys("Access key", "Secret"),
		Buckets: googleNames, Manual: "https://cloud.google.com/storage/docs/interoperability",
	},
	{
		// https://www.alibabacloud.com/help/en/oss/developer-reference/compatibility-with-amazon-s3
		// https://help.aliyun.com/en/oss/developer-reference/use-aws-sdks-to-access-oss
		ID: "alibaba", Name: "Alibaba Cloud OSS", Endpoint: "https://s3.oss-{region}.aliyuncs.com", hosts: []string{"aliyuncs.com"},
		Regions:    alibabaRegions,
		Addressing: client.AddressingVirtual,
		Gaps:       []client.Text{client.Say("it has neither versions nor tags by this protocol, and no SSE-KMS key of your choice")},
		KeysAt:     client.Say("in its console: RAM > Users > Create AccessKey"),
		Words:      keys("AccessKey ID", "AccessKey Secret"),
		Buckets:    noDots, Manual: "https://www.alibabacloud.com/help/en/oss/developer-reference/use-amazon-s3-sdks-to-access-oss",
	},
	{
		ID: Custom, Name: "S3-compatible", Buckets: anyNames,
		KeysAt: client.Say("from whoever runs it"),
	},
}

// https://docs.aws.amazon.com/general/latest/gr/s3.html
var amazonRegions = []string{
	"us-east-1", "us-east-2", "us-west-1", "us-west-2", "af-south-1", "ap-east-1", "ap-east-2", "ap-northeast-1", "ap-northeast-2", "ap-northeast-3",
	"ap-south-1", "ap-south-2", "ap-southeast-1", "ap-southeast-2", "ap-southeast-3", "ap-southeast-4", "ap-southeast-5", "ap-southeast-6", "ap-southeast-7",
	"ca-central-1", "ca-west-1", "eu-central-1", "eu-central-2", "eu-north-1", "eu-south-1", "eu-south-2", "eu-west-1", "eu-west-2", "eu-west-3",
	"il-central-1", "me-central-1", "me-south-1", "mx-central-1", "sa-east-1", "cn-north-1", "cn-northwest-1", "us-gov-east-1", "us-gov-west-1",
	"us-iso-east-1", "us-iso-west-1", "us-isob-east-1", "us-isob-west-1", "us-isof-east-1", "us-isof-south-1", "eu-isoe-west-1", "eusc-de-east-1",
}

// https://www.alibabacloud.com/help/en/oss/user-guide/regions-and-endpoints
var alibabaRegions = []string{
	"cn-hangzhou", "cn-shanghai", "cn-nanjing", "cn-fuzhou", "cn-qingdao", "cn-beijing", "cn-zhangjiakou", "cn-huhehaote", "cn-wulanchabu", "cn-shenzhen",
	"cn-heyuan", "cn-guangzhou", "cn-chengdu", "cn-hongkong", "ap-northeast-1", "ap-northeast-2", "ap-southeast-1", "ap-southeast-3", "ap-southeast-5",
	"ap-southeast-6", "ap-southeast-7", "eu-central-1", "eu-west-1", "us-west-1", "us-east-1", "me-east-1",
}
