# What people leave in a directory to point it at an emulator.
provider "aws" {
  endpoints {
    s3  = "http://127.0.0.1:9"
    iam = "http://127.0.0.1:9"
  }
}
