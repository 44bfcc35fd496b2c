data "hostup_vps" "web" {
  name = "web-01"
}

output "web_address" {
  value = data.hostup_vps.web.primary_ip
}
