# By id, or by name when only one network has it.
terraform import hostup_private_network.backend pnet_01hxa3b4c5d6e7f8g9h0j1k2m3
