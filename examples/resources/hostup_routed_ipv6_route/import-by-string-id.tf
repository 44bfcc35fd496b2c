import {
  to = hostup_routed_ipv6_route.web
  id = "2001:db8:1000:1000::/64" # or the route's id
}
