// Package blob keeps whole files by name: in a folder, or in a store that speaks
// S3 (https://docs.aws.amazon.com/AmazonS3/latest/API/Welcome.html). A file is
// there whole or not at all, and a name is never written twice.
//
//	folder       /var/backups/godwit
//	S3           s3://BUCKET/PREFIX?endpoint=HOST[:PORT]&region=R[&insecure=1]
//
// S3's access key comes from AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or a
// file or role as its own tools find it; it never stands in the address.
package blob
