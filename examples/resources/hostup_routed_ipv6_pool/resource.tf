# The account's /48. A released one never comes back, so a plan that would destroy it fails.
resource "hostup_routed_ipv6_pool" "main" {
  deletion_protection = true
}
