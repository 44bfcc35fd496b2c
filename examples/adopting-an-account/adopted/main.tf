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

variable "interfaces" {
  description = "The servers' addresses in the private networks, by server and address."
  type        = map(object({ vps_id = string, ip_address = string, subnet_id = string }))
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

import {
  for_each = var.interfaces
  to       = hostup_vps_private_interface.all[each.key]
  id       = each.key
}

resource "hostup_vps_private_interface" "all" {
  for_each = var.interfaces

  vps_id     = each.value.vps_id
  subnet_id  = each.value.subnet_id
  ip_address = each.value.ip_address

  # So Terraform detaches the servers before it deletes their network.
  depends_on = [hostup_private_network.all]
}
