data "hostup_vps" "web" {
  name = "web-01"
}

resource "hostup_private_network" "backend" {
  name        = "backend"
  parent_cidr = "10.42.0.0/21"
}

resource "hostup_vps_private_interface" "web" {
  vps_id             = data.hostup_vps.web.id
  private_network_id = hostup_private_network.backend.id
  ip_address         = cidrhost(hostup_private_network.backend.subnets[0].subnet_cidr, 10)
}

output "mac_address" {
  value = hostup_vps_private_interface.web.mac_address
}
