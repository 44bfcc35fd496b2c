list "hostup_routed_ipv6_route" "all" {
  provider         = hostup
  include_resource = true
}
