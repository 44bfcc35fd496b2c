# Imports and manages what ../inventory found. The values are in account.auto.tfvars.json.

terraform {
  required_providers {
    hostup = {
      source = "hostup/hostup"
    }
  }
}

provider "hostup" {} # the key comes from HOSTUP_API_KEY

variable "pools" {
  description = "The ids of the account's pools."
  type        = set(string)
}

variable "routes" {
  description = "The account's routes, by prefix."
  type        = map(object({ pool_id = string, vps_id = string, label = optional(string) }))
}

variable "networks" {
  description = "The account's private networks, by id."
  type        = map(object({ name = string }))
}

variable "deletion_protection" {
  description = "Whether a plan that would release a /48 fails."
  type        = bool
  default     = true
}

import {
  for_each = var.pools
  to       = hostup_routed_ipv6_pool.all[each.key]
  id       = each.key
}

resource "hostup_routed_ipv6_pool" "all" {
  for_each = var.pools

  deletion_protection = var.deletion_protection
}

import {
  for_each = var.routes
  to       = hostup_routed_ipv6_route.all[each.key]
  id       = each.key
}

# A reference to the pool, not its id: so Terraform destroys routes before their pool.
resource "hostup_routed_ipv6_route" "all" {
  for_each = var.routes

  pool_id = hostup_routed_ipv6_pool.all[each.value.pool_id].id
  vps_id  = each.value.vps_id
  prefix  = each.key
  label   = each.value.label
}

import {
  for_each = var.networks
  to       = hostup_private_network.all[each.key]
  id       = each.key
}

resource "hostup_private_network" "all" {
  for_each = var.networks

  name = each.value.name
}
