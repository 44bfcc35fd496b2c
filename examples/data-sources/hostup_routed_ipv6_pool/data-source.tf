# The account's only pool. Set `id` when there are several.
data "hostup_routed_ipv6_pool" "main" {}

output "routed_prefixes" {
  value = [for route in data.hostup_routed_ipv6_pool.main.routes : route.prefix]
}
