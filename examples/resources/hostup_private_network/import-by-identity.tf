import {
  to = hostup_private_network.backend
  identity = {
    id = "pnet_01hxa3b4c5d6e7f8g9h0j1k2m3"
  }
}
