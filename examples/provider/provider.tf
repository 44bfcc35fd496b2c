terraform {
  required_providers {
    hostup = {
      source = "hostup/hostup"
    }
  }
}

# The key comes from the environment variable HOSTUP_API_KEY.
provider "hostup" {}
