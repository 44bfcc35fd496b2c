//! The client against scripted answers and against the mock API.
#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "a test's helper should fail where it stands"
)]

mod absence;
mod bodies;
mod claims;
mod differences;
mod endpoint;
mod lost_answers;
mod moves;
mod networks;
mod rate;
mod retries;
mod secrets;
mod server;
mod shared_reads;
mod time_outs;
mod volume;
mod vps;
mod wire;

use std::time::Duration;

use hostup_mock_api::MockApi;
use terraform_provider_hostup::client::{Client, Config, Endpoint, NewRoute, Operation};
use tokio_util::sync::CancellationToken;

/// What the scripted servers are asked with.
const KEY: &str = "hu_test_0123456789";

/// Short pauses; everything else as it comes.
fn config(endpoint: &str, key: &str) -> Config {
    let endpoint = Endpoint::parse(endpoint).expect("an endpoint");
    let mut config = Config::new(endpoint, key.to_owned().into());
    config.retry_pause = Duration::from_millis(5);
    config
}

fn client_of(mock: &MockApi) -> Client {
    Client::new(config(mock.endpoint(), mock.api_key())).expect("a client")
}

/// Enough for everything that is meant to succeed.
fn operation() -> Operation {
    operation_of(Duration::from_mins(1))
}

fn operation_of(timeout: Duration) -> Operation {
    Operation::new(timeout, CancellationToken::new())
}

/// A /64, wherever there is room.
fn any_route(pool_id: &str, vps_id: &str) -> NewRoute {
    NewRoute {
        pool_id: pool_id.to_owned(),
        vps_id: vps_id.to_owned(),
        prefix_length: 64,
        prefix: None,
        label: None,
    }
}
