//! The client with scripted responses and with the mock API.
#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "a test's helper should fail where it stands"
)]

mod absence;
mod api_variants;
mod bodies;
mod creates;
mod endpoint;
mod late;
mod lost_responses;
mod moves;
mod networks;
mod ownership;
mod prefixes;
mod rate;
mod retries;
mod secrets;
mod server;
mod shapes;
mod shared_reads;
mod time_outs;
mod volume;
mod vps;
mod vps_changes;
mod wire;

use std::time::Duration;

use hostup_client::{Client, Config, Endpoint, KnownRoute, NewRoute, Operation, Route};
use hostup_mock_api::MockApi;
use tokio_util::sync::CancellationToken;

/// The key for the scripted servers.
const KEY: &str = "hu_test_0123456789";

/// The defaults, with short pauses and short waits for objects that do not show.
fn config(endpoint: &str, key: &str) -> Config {
    let endpoint = Endpoint::parse(endpoint).expect("an endpoint");
    let mut config = Config::new(endpoint, key.to_owned().into());
    config.retry_pause = Duration::from_millis(5);
    config.lost_write_timeout = Duration::from_millis(300);
    config.recent_write_timeout = Duration::from_millis(300);
    config
}

fn client_of(mock: &MockApi) -> Client {
    Client::new(config(mock.endpoint(), mock.api_key())).expect("a client")
}

/// Long enough for every call that should succeed.
fn operation() -> Operation {
    operation_of(Duration::from_mins(1))
}

fn operation_of(timeout: Duration) -> Operation {
    Operation::new(timeout, CancellationToken::new())
}

fn client_with(mock: &MockApi, change: impl FnOnce(&mut Config)) -> Client {
    let mut config = config(mock.endpoint(), mock.api_key());
    change(&mut config);
    Client::new(config).expect("a client")
}

/// Returns what the state of a resource knows of its route.
fn known(pool_id: &str, route: &Route) -> KnownRoute {
    KnownRoute {
        id: route.id.clone(),
        pool_id: pool_id.to_owned(),
        prefix: route.prefix.parse().expect("a network"),
        vps_id: Some(route.vps_id.clone()),
        label: route.label.clone(),
    }
}

/// A /64 at any prefix.
fn any_route(pool_id: &str, vps_id: &str) -> NewRoute {
    NewRoute {
        pool_id: pool_id.to_owned(),
        vps_id: vps_id.to_owned(),
        prefix_length: 64,
        prefix: None,
        label: None,
    }
}
