terraform {
  required_providers {
    hostup = {
      source = "hostup/hostup"
    }
  }
}

provider "hostup" {} # the key comes from HOSTUP_API_KEY

# A server you have, by its name.
data "hostup_routed_ipv6_destination" "web" {
  name = "web-01"
}

# The account's /48.
resource "hostup_routed_ipv6_pool" "main" {
  deletion_protection = true # a released /48 never comes back
}

# The first free /56 of it, for what runs on the server.
resource "hostup_routed_ipv6_route" "web" {
  pool_id       = hostup_routed_ipv6_pool.main.id
  vps_id        = data.hostup_routed_ipv6_destination.web.vps_id
  prefix_length = 56
}

resource "hostup_private_network" "backend" {
  name = "backend"
}

output "web" {
  description = "The prefix that is routed to the server, and its next hop."
  value = {
    prefix   = hostup_routed_ipv6_route.web.prefix
    next_hop = hostup_routed_ipv6_route.web.next_hop
  }
}
