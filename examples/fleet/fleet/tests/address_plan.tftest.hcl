# Tests the module without an account, a key or a request: `terraform test` in the module's directory.
# A mocked list of objects is empty, so the tests leave out the private network, whose subnets the module
# reads.

mock_provider "hostup" {
  mock_resource "hostup_routed_ipv6_pool" {
    defaults = {
      parent_cidr = "2001:db8:1000::/48"
    }
  }
}

variables {
  servers = {
    web-01 = { number = 1, private_host = 11 }
    db-01  = { number = 239 }
  }
  services = {
    www = { number = 0, server = "web-01" }
  }
}

run "every_server_and_service_has_its_prefix" {
  assert {
    condition     = output.servers["web-01"].prefix == "2001:db8:1000:100::/56"
    error_message = "web-01 has ${output.servers["web-01"].prefix}."
  }

  assert {
    condition     = output.servers["db-01"].prefix == "2001:db8:1000:ef00::/56"
    error_message = "db-01 has ${output.servers["db-01"].prefix}."
  }

  assert {
    condition     = output.services["www"].prefix == "2001:db8:1000:f000::/64"
    error_message = "www has ${output.services["www"].prefix}."
  }

  assert {
    condition     = length(output.private_addresses) == 0
    error_message = "There is no private network, but ${jsonencode(output.private_addresses)}."
  }
}

run "a_number_beyond_the_servers_is_refused" {
  command = plan

  variables {
    servers = { web-01 = { number = 240 } }
  }

  expect_failures = [var.servers]
}

run "two_services_cannot_share_a_number" {
  command = plan

  variables {
    services = {
      www  = { number = 0, server = "web-01" }
      mail = { number = 0, server = "web-01" }
    }
  }

  expect_failures = [var.services]
}
