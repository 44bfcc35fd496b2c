list "hostup_routed_ipv6_pool" "all" {
  provider         = hostup
  include_resource = true
}
