variable "office" {
  type    = string
  default = "192.0.2.64/28"

  validation {
    condition     = provider::hostup::cidr_contains("192.0.2.0/24", var.office)
    error_message = "The office must be in 192.0.2.0/24."
  }
}

# ["2001:db8:1000::1", "2001:db8:1000:100::/56"]
output "in_the_pool" {
  value = [
    for address in ["192.0.2.1", "2001:db8:1000::1", "2001:db8:1000:100::/56", "2001:db8:2000::1"] :
    address if provider::hostup::cidr_contains("2001:db8:1000::/48", address)
  ]
}
