data "hostup_routed_ipv6" "account" {}

# Servers that can't receive a route, and why.
output "not_ready" {
  value = {
    for server in data.hostup_routed_ipv6.account.destinations :
    server.name => server.can_receive_route_reason if !server.can_receive_route
  }
}
