# Lists what the account has, as values for ../adopted. Only reads.

terraform {
  required_providers {
    hostup = {
      source = "hostup/hostup"
    }
  }
}

provider "hostup" {} # the key comes from HOSTUP_API_KEY

data "hostup_routed_ipv6" "account" {}

data "hostup_private_networks" "account" {}

# With the servers in each network, which the list above lacks.
data "hostup_private_network" "account" {
  for_each = toset([
    for network in data.hostup_private_networks.account.networks : network.id
    if network.status != "deprovisioning" # HostUp is removing it: it can't be imported
  ])

  id = each.key
}

output "account" {
  value = {
    pools = [for pool in data.hostup_routed_ipv6.account.pools : pool.id]

    routes = merge([
      for pool in data.hostup_routed_ipv6.account.pools : {
        for route in pool.routes :
        route.prefix => { pool_id = pool.id, vps_id = route.vps_id, label = route.label }
      }
    ]...)

    networks = {
      for network in data.hostup_private_network.account :
      network.id => { name = network.name }
    }

    interfaces = merge([
      for network in data.hostup_private_network.account : {
        for vps in network.attached_vps :
        "${vps.id}/${vps.primary_ip}" => {
          vps_id     = vps.id
          ip_address = vps.primary_ip
          subnet_id = one([
            for subnet in network.subnets : subnet.id
            if provider::hostup::cidr_contains(subnet.subnet_cidr, vps.primary_ip)
          ])
        }
        if vps.primary_ip != null
      }
    ]...)
  }
}
