import {
  to = hostup_vps_private_interface.web
  id = "vps_01hxa3b4c5d6e7f8g9h0j1k2m3/10.42.0.10"
}
