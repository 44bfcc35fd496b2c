# The account's /48.
resource "hostup_routed_ipv6_pool" "main" {
  deletion_protection = true # a released /48 never comes back
}

# The first free /56, for containers on one server.
resource "hostup_routed_ipv6_route" "containers" {
  pool_id       = hostup_routed_ipv6_pool.main.id
  vps_id        = var.server
  prefix_length = 56
  label         = "containers"
}

# A certain /64. A change of the server moves it there, without renumbering.
resource "hostup_routed_ipv6_route" "web" {
  pool_id = hostup_routed_ipv6_pool.main.id
  vps_id  = var.server
  prefix  = cidrsubnet(hostup_routed_ipv6_pool.main.parent_cidr, 16, 4096)
}

variable "server" {
  description = "The id of the server, such as vps_01hxa3b4c5d6e7f8g9h0j1k2m5."
  type        = string
}
