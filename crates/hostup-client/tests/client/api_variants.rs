//! Where the API's pages contradict each other, the client works with each variant.

use hostup_client::{NewPrivateNetwork, NewRoute};
use hostup_mock_api::{CanDeleteRule, Fault, InvalidRequestShape, MockApi, RegionValue};

use crate::{any_route, client_of, operation};

fn network(name: &str) -> NewPrivateNetwork {
    NewPrivateNetwork {
        name: name.to_owned(),
        region: Some("stockholm".to_owned()),
        ..NewPrivateNetwork::default()
    }
}

#[tokio::test]
async fn a_409_has_a_problem_or_no_body() {
    for bare in [false, true] {
        let mock = MockApi::start();
        mock.configure(|it| it.conflict_without_body = bare);
        mock.add_pool();
        let error = client_of(&mock)
            .routed_ipv6()
            .allocate_pool(&operation())
            .await
            .expect_err("there is one");
        assert!(error.is_conflict() && !error.may_have_happened());
        assert_eq!(error.code().is_none(), bare);
    }
}

#[tokio::test]
async fn a_201_without_the_new_object_is_followed_by_a_read() {
    let mock = MockApi::start();
    mock.configure(|it| it.empty_201_state = true);
    let client = client_of(&mock);
    let pool = client
        .routed_ipv6()
        .allocate_pool(&operation())
        .await
        .expect("a pool");
    assert_eq!(mock.pools()[0]["id"], pool.id.as_str());
    let vps = mock.add_vps("web-01");
    let route = client
        .routed_ipv6()
        .create_route(&operation(), &any_route(&pool.id, &vps))
        .await
        .expect("a route");
    assert_eq!(mock.routes()[0]["id"], route.id.as_str());
    // The old state did not become the snapshot.
    let snapshot = client
        .routed_ipv6()
        .state(&operation())
        .await
        .expect("a state");
    assert!(snapshot.pool(&pool.id).is_some() && snapshot.route(&route.id).is_some());
    assert_eq!(mock.count("POST", "/api"), 2);
}

#[tokio::test]
async fn invalid_request_has_two_shapes() {
    for shape in [InvalidRequestShape::Example, InvalidRequestShape::Schema] {
        let mock = MockApi::start();
        mock.configure(|it| it.invalid_request_shape = shape);
        let error = client_of(&mock)
            .private_networks()
            .create(&operation(), &network(""))
            .await
            .expect_err("no name");
        assert_eq!(
            (error.status(), error.code()),
            (Some(400), Some("invalid_request"))
        );
        assert_eq!(error.field_errors()[0].pointer, "/name");
    }
}

#[tokio::test]
async fn a_request_id_is_opaque() {
    for uuid in [false, true] {
        let mock = MockApi::start();
        mock.configure(|it| it.uuid_request_ids = uuid);
        let error = client_of(&mock)
            .private_networks()
            .get(&operation(), "pnet_0")
            .await
            .expect_err("none");
        assert_eq!(
            error.request_id().expect("an id").starts_with("req_"),
            !uuid
        );
    }
}

#[tokio::test]
async fn a_region_is_returned_in_several_forms() {
    for (answered, region) in [
        (RegionValue::RackId, Some("dc1r28")),
        (RegionValue::Slug, Some("stockholm")),
        (RegionValue::Null, None),
    ] {
        let mock = MockApi::start();
        mock.configure(|it| it.region_value = answered);
        // With the lost response this shows that regions are not compared.
        mock.inject(Fault::on("POST", "/api/v2/private-networks").cut_after());
        let created = client_of(&mock)
            .private_networks()
            .create(&operation(), &network("n"))
            .await
            .expect("created");
        assert_eq!(created.region.as_deref(), region);
    }
}

#[tokio::test]
async fn gateways_and_capabilities_are_returned_as_the_api_sends_them() {
    for (outside, gate) in [
        (false, CanDeleteRule::Permissive),
        (true, CanDeleteRule::Documented),
    ] {
        let mock = MockApi::start();
        mock.configure(|it| {
            it.gateway_outside = outside;
            it.can_delete_rule = gate;
        });
        let id = mock.add_network("n", None);
        let network = client_of(&mock)
            .private_networks()
            .get(&operation(), &id)
            .await
            .expect("there");
        let subnet: ipnet::IpNet = network.subnets[0].subnet_cidr.parse().expect("a network");
        let gateway: std::net::IpAddr = network.subnets[0]
            .gateway
            .as_deref()
            .expect("one")
            .parse()
            .expect("an address");
        assert_eq!(subnet.contains(&gateway), !outside);
        assert_eq!(
            network.actions.can_delete.allowed,
            gate == CanDeleteRule::Permissive
        );
    }
}

#[tokio::test]
async fn a_404_has_one_of_two_codes() {
    for other in [false, true] {
        let mock = MockApi::start();
        mock.configure(|it| it.vps_not_found_code = other);
        let pool = mock.add_pool();
        let error = client_of(&mock)
            .routed_ipv6()
            .create_route(&operation(), &any_route(&pool, "vps_0"))
            .await;
        let error = error.expect_err("no such server");
        assert!(
            error.is_not_found() && !error.may_have_happened(),
            "{error:?}"
        );
        assert_eq!(
            error.code(),
            Some(if other { "vps_not_found" } else { "not_found" })
        );
    }
}

#[tokio::test]
async fn counts_are_integers_or_numbers_and_fields_may_be_added() {
    let mock = MockApi::start();
    mock.configure(|it| {
        it.numbers_as_floats = true;
        it.extra_fields = true;
        it.null_times = true;
    });
    let client = client_of(&mock);
    let pool = client
        .routed_ipv6()
        .allocate_pool(&operation())
        .await
        .expect("a pool");
    assert_eq!((pool.prefix_length, pool.allocated_at.as_ref()), (48, None));
    let vps = mock.add_vps("web-01");
    // Each create finds its own route without times too.
    let new = any_route(&pool.id, &vps);
    let routed = client.routed_ipv6();
    let operation = operation();
    let (one, two) = tokio::join!(
        routed.create_route(&operation, &new),
        routed.create_route(&operation, &new)
    );
    assert_ne!(one.expect("created").id, two.expect("created").id);
    let network = client
        .private_networks()
        .create(&operation, &network("n"))
        .await
        .expect("a network");
    assert_eq!(network.subnet_count, 1);
}

#[tokio::test]
async fn an_empty_label_and_no_label_are_the_same() {
    for shown in [false, true] {
        let mock = MockApi::start();
        mock.configure(|it| it.empty_labels = shown);
        let (pool, vps) = (mock.add_pool(), mock.add_vps("web-01"));
        let client = client_of(&mock);
        for label in [None, Some("")] {
            let new = NewRoute {
                label: label.map(str::to_owned),
                ..any_route(&pool, &vps)
            };
            let created = client.routed_ipv6().create_route(&operation(), &new).await;
            created.expect("its own route, whichever way it shows");
        }
        assert_eq!(mock.routes().len(), 2);
        assert_eq!(mock.count("POST", "/api"), 2);
    }
}
