variable "servers" {
  description = "The servers by name. The number, 0 to 239, decides which /56 of the pool is routed there."
  type        = map(object({ number = number }))

  validation {
    condition     = alltrue([for server in var.servers : server.number >= 0 && server.number < 240])
    error_message = "A server's number is 0 to 239: the addresses above are for services."
  }

  validation {
    condition     = length(distinct([for server in var.servers : server.number])) == length(var.servers)
    error_message = "No two servers have the same number."
  }
}

variable "services" {
  description = "The services by name: a number, 0 to 4095, that decides its /64, and the server it runs on."
  type        = map(object({ number = number, server = string }))
  default     = {}

  validation {
    condition     = alltrue([for service in var.services : service.number >= 0 && service.number < 4096])
    error_message = "A service's number is 0 to 4095."
  }

  validation {
    condition     = length(distinct([for service in var.services : service.number])) == length(var.services)
    error_message = "No two services have the same number."
  }
}

variable "private_network" {
  description = "The name of a private network to make; null for none."
  type        = string
  default     = null
}

variable "deletion_protection" {
  description = "Whether a plan that would give the /48 up fails."
  type        = bool
  default     = true
}
