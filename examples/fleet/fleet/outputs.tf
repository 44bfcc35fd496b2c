output "pool" {
  description = "The account's /48."
  value       = hostup_routed_ipv6_pool.main.parent_cidr
}

output "servers" {
  description = "Every server's /56 and its next hop."
  value = {
    for name, route in hostup_routed_ipv6_route.server :
    name => { prefix = route.prefix, next_hop = route.next_hop }
  }
}

output "services" {
  description = "Every service's /64, and the server that has it now."
  value = {
    for name, route in hostup_routed_ipv6_route.service :
    name => { prefix = route.prefix, server = route.vps_name }
  }
}

output "subnets" {
  description = "The private network's subnets. Empty if there is no private network."
  value       = flatten(hostup_private_network.fleet[*].subnets[*].subnet_cidr)
}

output "private_addresses" {
  description = "The private address of every server that has one."
  value       = { for name, interface in hostup_vps_private_interface.server : name => interface.ip_address }
}
