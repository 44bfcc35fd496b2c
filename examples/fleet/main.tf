# A fleet of servers with an address plan: docs/guides/routed-ipv6-fleet.md.

terraform {
  required_providers {
    hostup = {
      source = "hostup/hostup"
    }
  }
}

provider "hostup" {} # the key comes from HOSTUP_API_KEY

module "fleet" {
  source = "./fleet"

  # A server's number decides its prefix. Never change it. A server with a `private_host` gets that
  # address in the private network.
  servers = {
    web-01 = { number = 1, private_host = 11 }
    web-02 = { number = 2 }
    db-01  = { number = 3, private_host = 13 }
  }

  # A service may move to another server: its /64 moves with it.
  services = {
    www  = { number = 0, server = "web-01" }
    mail = { number = 1, server = "web-02" }
  }

  private_network     = "fleet"
  deletion_protection = var.deletion_protection
}

variable "deletion_protection" {
  description = "Whether a plan that would release the /48 fails."
  type        = bool
  default     = true
}

output "servers" {
  description = "Every server's /56 and its next hop."
  value       = module.fleet.servers
}

output "services" {
  description = "Every service's /64, and the server that has it now."
  value       = module.fleet.services
}

output "private_addresses" {
  description = "The private address of every server that has one."
  value       = module.fleet.private_addresses
}
