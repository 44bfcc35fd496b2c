resource "hostup_private_network" "backend" {
  name        = "backend"
  region      = "stockholm"
  description = "Database traffic"

  timeouts = {
    create = "15m"
  }
}
