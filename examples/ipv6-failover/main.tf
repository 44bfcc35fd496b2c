# A service whose addresses move between two servers: docs/guides/routed-ipv6-fleet.md.

terraform {
  required_providers {
    hostup = {
      source = "hostup/hostup"
    }
  }
}

provider "hostup" {} # the key comes from HOSTUP_API_KEY

variable "active" {
  description = "The name of the server that has the service's prefix. To fail over, set it to the other server."
  type        = string
  default     = "web-01"
}

variable "deletion_protection" {
  description = "Whether a plan that would release the /48 fails."
  type        = bool
  default     = true
}

# Fails before the route changes if the server can't receive it.
data "hostup_routed_ipv6_destination" "active" {
  name = var.active

  lifecycle {
    postcondition {
      condition     = self.can_receive_route
      error_message = "${var.active} can't take the prefix: ${coalesce(self.can_receive_route_reason, "no reason is given")}"
    }
  }
}

resource "hostup_routed_ipv6_pool" "main" {
  deletion_protection = var.deletion_protection
}

# `prefix` is set, so it stays the same when the route moves or is created again.
resource "hostup_routed_ipv6_route" "service" {
  pool_id = hostup_routed_ipv6_pool.main.id
  vps_id  = data.hostup_routed_ipv6_destination.active.vps_id
  prefix  = cidrsubnet(hostup_routed_ipv6_pool.main.parent_cidr, 16, 61440)
  label   = "service"
}

output "service_address" {
  description = "The address for DNS. Configure it on both servers; the one that has the prefix answers."
  value       = cidrhost(hostup_routed_ipv6_route.service.prefix, 1)
}

output "active" {
  description = "The server that has the prefix now."
  value       = hostup_routed_ipv6_route.service.vps_name
}
