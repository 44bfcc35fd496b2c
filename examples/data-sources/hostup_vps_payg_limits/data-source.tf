data "hostup_vps_payg_limits" "account" {
  lifecycle {
    postcondition {
      condition     = self.remaining.instance_count >= 1
      error_message = "The account can't run another server."
    }
  }
}

output "core_price" {
  value = "${data.hostup_vps_payg_limits.account.billing.cpu_per_core_hour} ${data.hostup_vps_payg_limits.account.billing.currency_code} an hour"
}
