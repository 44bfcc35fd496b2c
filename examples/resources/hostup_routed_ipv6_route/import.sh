# By id or by prefix.
terraform import hostup_routed_ipv6_route.web 2001:db8:1000:1000::/64
