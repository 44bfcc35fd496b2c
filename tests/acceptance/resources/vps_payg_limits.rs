//! `hostup_vps_payg_limits`.

use serde_json::json;

use crate::resources::checks::assert_wrong_arguments;
use crate::scenarios;
use crate::world::World;

scenarios![
    data_source: [
        limits_and_prices_are_the_decimals_that_the_api_sends,
        wrong_arguments_are_reported_at_their_line,
    ],
];

fn limits_and_prices_are_the_decimals_that_the_api_sends(world: &mut World) {
    world.mock.add_vps("web-01");
    world.mock.edit_payg_limits(|limits| {
        limits["hasPendingRequests"] = json!(true);
        limits["pendingRequests"] = json!([{
            "id": "limreq_1", "limitType": "cpuCores", "currentLimit": 20.0, "requestedLimit": 40,
            "reason": null, "createdAt": "2026-01-01T00:00:00.000Z",
        }]);
        limits["billing"]["ipPerHour"] = json!(1);
    });
    world.configure(
        r#"
        data "hostup_vps_payg_limits" "it" {}
        locals {
          limits = data.hostup_vps_payg_limits.it
        }
        output "exact" { value = local.limits.billing.storage_per_gb_hour == 0.0008 }
        output "cores" {
          value = local.limits.max.cpu_cores * local.limits.billing.cpu_per_core_hour
        }
        "#,
    );
    world.apply();
    let shown = world.attributes("data.hostup_vps_payg_limits.it");
    for (group, count) in [("current", 1), ("max", 10), ("remaining", 9)] {
        assert_eq!(
            shown[group],
            json!({
                "cpu_cores": 2 * count, "memory_gb": 4 * count,
                "storage_gb": 50 * count, "instance_count": count,
            })
        );
    }
    assert_eq!(
        shown["billing"],
        json!({
            "cpu_per_core_hour": 0.04, "memory_per_gb_hour": 0.02, "storage_per_gb_hour": 0.0008,
            "ip_per_hour": 1, "bandwidth_per_gb": 0.01, "currency_code": "SEK",
        })
    );
    assert_eq!(
        shown["pending_requests"],
        json!([{
            "id": "limreq_1", "limit_type": "cpuCores", "current_limit": 20,
            "requested_limit": 40, "reason": null,
        }])
    );
    assert_eq!(world.output("exact"), true, "a price is the decimal it is");
    assert_eq!(world.output("cores"), 0.8);
}

fn wrong_arguments_are_reported_at_their_line(world: &mut World) {
    assert_wrong_arguments(
        world,
        "hostup_vps_payg_limits",
        &[(
            "pending_requests = []",
            "pending_requests = ",
            "HostUp sets `pending_requests`; a configuration cannot",
        )],
    );
}
