list "hostup_private_network" "stockholm" {
  provider         = hostup
  include_resource = true

  config {
    region = "stockholm"
  }
}
