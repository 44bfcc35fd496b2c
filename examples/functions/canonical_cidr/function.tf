# "2001:db8:1000:100::/56"
output "canonical" {
  value = provider::hostup::canonical_cidr("2001:0DB8:1000:0100::/56")
}
