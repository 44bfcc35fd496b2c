import {
  to = hostup_routed_ipv6_route.web
  identity = {
    prefix = "2001:db8:1000:1000::/64"
  }
}
