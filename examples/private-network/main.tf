# Two servers in a private network: docs/guides/private-network.md.

terraform {
  required_providers {
    hostup = {
      source = "hostup/hostup"
    }
  }
}

provider "hostup" {} # the key comes from HOSTUP_API_KEY

variable "network" {
  description = "The name of the private network."
  type        = string
  default     = "web-and-db"
}

# Two servers you have, by their names.
data "hostup_vps" "web" {
  name = "web-01"
}

data "hostup_vps" "db" {
  name = "db-01"
}

resource "hostup_private_network" "backend" {
  name        = var.network
  parent_cidr = "10.42.0.0/21" # its first subnet is 10.42.0.0/24
}

resource "hostup_vps_private_interface" "web" {
  vps_id             = data.hostup_vps.web.id
  private_network_id = hostup_private_network.backend.id
  ip_address         = cidrhost(hostup_private_network.backend.subnets[0].subnet_cidr, 10)

  lifecycle {
    replace_triggered_by = [hostup_private_network.backend.id]
  }
}

resource "hostup_vps_private_interface" "db" {
  vps_id             = data.hostup_vps.db.id
  private_network_id = hostup_private_network.backend.id
  ip_address         = cidrhost(hostup_private_network.backend.subnets[0].subnet_cidr, 20)

  # One server after the other, because each may restart.
  depends_on = [hostup_vps_private_interface.web]

  lifecycle {
    replace_triggered_by = [hostup_private_network.backend.id]
  }
}

output "netplan" {
  description = "Every server's /etc/netplan/60-private.yaml."
  value = {
    for name, interface in {
      web = hostup_vps_private_interface.web
      db  = hostup_vps_private_interface.db
    } :
    name => templatefile("${path.module}/netplan.yaml.tftpl", {
      mac_address = interface.mac_address
      address     = "${interface.ip_address}/${split("/", interface.subnet_cidr)[1]}"
    })
  }
}
