terraform {
  required_providers {
    hostup = {
      source = "hostup/hostup"
    }
  }
}

# The key comes from the environment variable HOSTUP_API_KEY.
provider "hostup" {}

variable "web_server" {
  description = "The id of the web server."
  type        = string
}

variable "db_server" {
  description = "The id of the database server."
  type        = string
}

variable "web_label" {
  description = "The label of the web server's route."
  type        = string
  default     = "web"
}

variable "deletion_protection" {
  description = "Whether a plan that would release the /48 fails."
  type        = bool
  default     = true
}

# The account's /48.
resource "hostup_routed_ipv6_pool" "main" {
  deletion_protection = var.deletion_protection
}

# A /56 for one server and a /64 for the other: the first free ones.
resource "hostup_routed_ipv6_route" "web" {
  pool_id       = hostup_routed_ipv6_pool.main.id
  vps_id        = var.web_server
  prefix_length = 56
  label         = var.web_label
}

resource "hostup_routed_ipv6_route" "db" {
  pool_id       = hostup_routed_ipv6_pool.main.id
  vps_id        = var.db_server
  prefix_length = 64
}

resource "hostup_private_network" "backend" {
  name   = "quickstart"
  region = "stockholm"
}

# The web server in the private network.
resource "hostup_vps_private_interface" "web" {
  vps_id             = var.web_server
  private_network_id = hostup_private_network.backend.id
  ip_address         = cidrhost(hostup_private_network.backend.subnets[0].subnet_cidr, 10)
}

output "prefixes" {
  description = "The prefix of each server."
  value = {
    (hostup_routed_ipv6_route.web.vps_name) = hostup_routed_ipv6_route.web.prefix
    (hostup_routed_ipv6_route.db.vps_name)  = hostup_routed_ipv6_route.db.prefix
  }
}

output "backend_subnets" {
  description = "The private network's subnets."
  value       = hostup_private_network.backend.subnets[*].subnet_cidr
}

output "web_private_address" {
  description = "The web server's address in the private network."
  value       = hostup_vps_private_interface.web.ip_address
}
