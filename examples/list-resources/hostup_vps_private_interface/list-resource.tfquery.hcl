list "hostup_vps_private_interface" "all" {
  provider         = hostup
  include_resource = true
}
