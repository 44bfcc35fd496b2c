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
      for network in data.hostup_private_networks.account.networks :
      network.id => { name = network.name }
      if network.status != "deprovisioning" # HostUp is removing it: it can't be imported
    }
  }
}
