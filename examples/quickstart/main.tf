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
  description = "The id of the server that serves the web."
  type        = string
}

variable "db_server" {
  description = "The id of the server that holds the database."
  type        = string
}

variable "web_label" {
  description = "A note on the web server's prefix."
  type        = string
  default     = "web"
}

# The account's /48.
resource "hostup_routed_ipv6_pool" "main" {}

# A /56 for one server, a /64 for the other; HostUp picks the first free ones.
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
  name   = "backend"
  region = "stockholm"
}

output "prefixes" {
  description = "What is routed where."
  value = {
    (hostup_routed_ipv6_route.web.vps_name) = hostup_routed_ipv6_route.web.prefix
    (hostup_routed_ipv6_route.db.vps_name)  = hostup_routed_ipv6_route.db.prefix
  }
}

output "backend_subnets" {
  description = "The private network's subnets."
  value       = hostup_private_network.backend.subnets[*].subnet_cidr
}
