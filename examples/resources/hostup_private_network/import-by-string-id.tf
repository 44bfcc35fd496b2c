import {
  to = hostup_private_network.backend
  id = "backend" # or the network's id
}
