# By the server's id and the address.
terraform import hostup_vps_private_interface.web vps_01hxa3b4c5d6e7f8g9h0j1k2m3/10.42.0.10
