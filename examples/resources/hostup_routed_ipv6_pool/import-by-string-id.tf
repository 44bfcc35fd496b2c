import {
  to = hostup_routed_ipv6_pool.main
  id = "2001:db8:1000::/48" # or the pool's id
}
