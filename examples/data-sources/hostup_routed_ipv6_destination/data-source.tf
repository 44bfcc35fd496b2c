data "hostup_routed_ipv6_destination" "web" {
  name = "web-01"
}

output "web_next_hop" {
  value = data.hostup_routed_ipv6_destination.web.next_hop
}
