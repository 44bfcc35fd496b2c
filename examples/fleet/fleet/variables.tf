variable "servers" {
  description = "The servers by name. The number, 0 to 239, decides the /56; private_host, 2 to 254, the address in the private network."
  type        = map(object({ number = number, private_host = optional(number) }))

  validation {
    condition     = alltrue([for server in var.servers : server.number >= 0 && server.number < 240])
    error_message = "A server's number must be 0 to 239: the prefixes above are for services."
  }

  validation {
    condition     = length(distinct([for server in var.servers : server.number])) == length(var.servers)
    error_message = "Two servers must not have the same number."
  }

  validation {
    condition = alltrue([
      for server in var.servers : try(server.private_host >= 2 && server.private_host <= 254, true)
    ])
    error_message = "A server's private_host must be 2 to 254: .1 is the gateway."
  }

  validation {
    condition = length(distinct([
      for server in var.servers : server.private_host if server.private_host != null
    ])) == length([for server in var.servers : 1 if server.private_host != null])
    error_message = "Two servers must not have the same private_host."
  }
}

variable "services" {
  description = "The services by name. The number, 0 to 4095, decides the /64; the server receives it."
  type        = map(object({ number = number, server = string }))
  default     = {}

  validation {
    condition     = alltrue([for service in var.services : service.number >= 0 && service.number < 4096])
    error_message = "A service's number must be 0 to 4095."
  }

  validation {
    condition     = length(distinct([for service in var.services : service.number])) == length(var.services)
    error_message = "Two services must not have the same number."
  }
}

variable "private_network" {
  description = "The name of the private network to create. Null creates none."
  type        = string
  default     = null
}

variable "deletion_protection" {
  description = "Whether a plan that would release the /48 fails."
  type        = bool
  default     = true
}
