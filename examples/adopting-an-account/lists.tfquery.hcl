list "hostup_routed_ipv6_pool" "all" {
  provider         = hostup
  include_resource = true
}

list "hostup_routed_ipv6_route" "all" {
  provider         = hostup
  include_resource = true
}

list "hostup_private_network" "all" {
  provider         = hostup
  include_resource = true
}

list "hostup_vps_private_interface" "all" {
  provider         = hostup
  include_resource = true
}
