data "hostup_vps" "db" {
  name = "old-01"
}

data "hostup_vps_network" "db" {
  vps_id = data.hostup_vps.db.id
}

output "private_addresses" {
  value = flatten([
    for interface in data.hostup_vps_network.db.interfaces : [
      for address in interface.addresses : address.address if address.is_private
    ]
  ])
}
