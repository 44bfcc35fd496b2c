terraform {
  required_providers {
    hostup = {
      source = "hostup/hostup"
    }
  }
}

# Looks the existing servers up by their names.
data "hostup_routed_ipv6_destination" "server" {
  for_each = var.servers

  name = each.key
}

# The account's /48, which contains all prefixes below.
resource "hostup_routed_ipv6_pool" "main" {
  deletion_protection = var.deletion_protection
}

# A /56 for every server, from the pool's lower end: the server's number is the /56's.
resource "hostup_routed_ipv6_route" "server" {
  for_each = var.servers

  pool_id = hostup_routed_ipv6_pool.main.id
  vps_id  = data.hostup_routed_ipv6_destination.server[each.key].vps_id
  prefix  = cidrsubnet(hostup_routed_ipv6_pool.main.parent_cidr, 8, each.value.number)
  label   = each.key
}

# A /64 for every service, from f000 on: 61440 is the first /64 after the servers' 240 /56.
resource "hostup_routed_ipv6_route" "service" {
  for_each = var.services

  pool_id = hostup_routed_ipv6_pool.main.id
  vps_id  = data.hostup_routed_ipv6_destination.server[each.value.server].vps_id
  prefix  = cidrsubnet(hostup_routed_ipv6_pool.main.parent_cidr, 16, 61440 + each.value.number)
  label   = each.key
}

# A private network for traffic that must not be public.
resource "hostup_private_network" "fleet" {
  count = var.private_network == null ? 0 : 1

  name = var.private_network
}

# An address in it for every server with a `private_host`. HostUp may restart the server.
resource "hostup_vps_private_interface" "server" {
  for_each = {
    for name, server in var.servers : name => server.private_host
    if server.private_host != null && var.private_network != null
  }

  vps_id             = data.hostup_routed_ipv6_destination.server[each.key].vps_id
  private_network_id = hostup_private_network.fleet[0].id
  ip_address         = cidrhost(hostup_private_network.fleet[0].subnets[0].subnet_cidr, each.value)

  lifecycle {
    replace_triggered_by = [hostup_private_network.fleet[0].id]
  }
}
