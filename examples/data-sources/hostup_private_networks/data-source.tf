data "hostup_private_networks" "stockholm" {
  region = "stockholm"
}

output "network_ids" {
  value = { for network in data.hostup_private_networks.stockholm.networks : network.id => network.name }
}
