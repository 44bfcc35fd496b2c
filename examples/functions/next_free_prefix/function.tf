locals {
  used = ["2001:db8:1000::/56", "2001:db8:1000:200::/64"]
}

# "2001:db8:1000:100::/56"
output "next_56" {
  value = provider::hostup::next_free_prefix("2001:db8:1000::/48", local.used, 56)
}
