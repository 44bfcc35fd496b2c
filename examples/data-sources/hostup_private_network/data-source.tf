data "hostup_private_network" "backend" {
  name = "backend"
}

output "backend_subnets" {
  value = data.hostup_private_network.backend.subnets[*].subnet_cidr
}
