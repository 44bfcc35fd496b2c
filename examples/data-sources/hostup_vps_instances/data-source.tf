data "hostup_vps_instances" "all" {}

output "running_servers" {
  value = [for vps in data.hostup_vps_instances.all.instances : vps.name if vps.power_state == "running"]
}
