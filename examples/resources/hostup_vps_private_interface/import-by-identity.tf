import {
  to = hostup_vps_private_interface.web
  identity = {
    ip_address = "10.42.0.10"
    vps_id     = "vps_01hxa3b4c5d6e7f8g9h0j1k2m3"
  }
}
