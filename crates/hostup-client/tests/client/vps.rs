//! Servers and the account's limits.

use hostup_client::VpsFilter;
use hostup_mock_api::MockApi;

use crate::server::{Server, reply};
use crate::wire::text;
use crate::{client_of, operation};

#[tokio::test]
async fn servers_are_listed_page_by_page_and_filtered_by_the_api() {
    let mock = MockApi::start();
    mock.configure(|it| it.page_cap = 2);
    for nth in 1..=5 {
        mock.add_vps(&format!("web-{nth}"));
    }
    let client = client_of(&mock);
    let all = client
        .vps()
        .list(&operation(), &VpsFilter::default())
        .await
        .expect("a list");
    assert_eq!(all.len(), 5);
    assert_eq!(mock.requests().len(), 3);
    let filter = VpsFilter {
        name: Some("WEB-3".to_owned()),
        primary_ip: None,
    };
    let one = client
        .vps()
        .list(&operation(), &filter)
        .await
        .expect("a list");
    assert_eq!(
        one.iter()
            .filter_map(|it| it.name.as_deref())
            .collect::<Vec<_>>(),
        ["web-3"]
    );
    let filter = VpsFilter {
        name: None,
        primary_ip: one[0].primary_ip.clone(),
    };
    assert_eq!(
        client
            .vps()
            .list(&operation(), &filter)
            .await
            .expect("a list"),
        one
    );
}

/// Nothing may be attached to another server because a filter is not applied.
#[tokio::test]
async fn a_filter_that_the_api_does_not_apply_is_applied_here() {
    let server = Server::saying(vec![reply(200, &[], &text("vps.list.json"))]).await;
    let list = async |filter: VpsFilter| {
        let vps = server.client();
        vps.vps().list(&operation(), &filter).await.expect("a list")
    };
    let all = list(VpsFilter::default()).await;
    let [one, ..] = &all[..] else {
        panic!("{all:?}")
    };
    let named = |name: &str| VpsFilter {
        name: Some(name.to_owned()),
        primary_ip: None,
    };
    let at = |address: &str| VpsFilter {
        name: None,
        primary_ip: Some(address.to_owned()),
    };
    let name = one.name.as_deref().expect("a name");
    let address = one.primary_ip.as_deref().expect("an address");
    for filter in [named(&name.to_uppercase()), at(address)] {
        assert_eq!(list(filter).await[..], all[..1]);
    }
    for filter in [named("another"), at("192.0.2.250")] {
        assert_eq!(list(filter).await, []);
    }
}

#[tokio::test]
async fn the_limits_are_read() {
    let mock = MockApi::start();
    mock.configure(|it| it.numbers_as_floats = true);
    let limits = client_of(&mock)
        .vps()
        .payg_limits(&operation())
        .await
        .expect("limits");
    assert!(!limits.billing.currency_code.is_empty());
    assert_eq!(
        limits.max.cpu_cores - limits.current.cpu_cores,
        limits.remaining.cpu_cores
    );
}
