# By id or by CIDR.
terraform import hostup_routed_ipv6_pool.main ripv6_01hxa3b4c5d6e7f8g9h0j1k2m3
