//! A server, a private network, and the changes between them.

use hostup_mock_api::MockApi;
use serde_json::{Value, json};

use crate::http::{Client, Reply};

/// A mock with a server and a private network.
pub(crate) struct World {
    pub(crate) mock: MockApi,
    pub(crate) vps: String,
    pub(crate) network: String,
}

impl World {
    pub(crate) fn start() -> Self {
        let mock = MockApi::start();
        let (vps, network) = (mock.add_vps("web-01"), mock.add_network("a", None));
        Self { mock, vps, network }
    }

    pub(crate) fn client(&self) -> Client<'_> {
        Client::of(&self.mock)
    }

    pub(crate) fn path(&self) -> String {
        format!("/api/v2/vps/{}/network", self.vps)
    }

    pub(crate) fn post(&self, body: &Value) -> Reply {
        self.client().post(&self.path(), body)
    }

    /// Returns the body of an attach at this address.
    pub(crate) fn attach_body(&self, address: &str) -> Value {
        let subnet = &self.mock.networks()[0]["subnets"][0]["id"];
        json!({"action": "create_private_interface", "subnetId": subnet, "ipAddress": address})
    }

    pub(crate) fn attach(&self, address: &str) -> Reply {
        self.post(&self.attach_body(address))
    }

    pub(crate) fn detach(&self, name: &str) -> Reply {
        self.post(&json!({"action": "delete_interface", "interfaceName": name}))
    }

    /// Returns the `pollUrl` of a response.
    #[track_caller]
    pub(crate) fn job(response: &Reply) -> String {
        let operation = &response.expect(202)["operation"];
        operation["pollUrl"].as_str().expect("a path").to_owned()
    }

    /// Reads the private addresses as [`shown`].
    #[track_caller]
    pub(crate) fn shown(&self) -> Vec<String> {
        shown(&self.client().get(&self.path()).expect(200))
    }

    pub(crate) fn delete_network(&self) -> Reply {
        let path = format!("/api/v2/private-networks/{}", self.network);
        self.client().delete(&path)
    }
}

/// Returns a text such as `net1 10.201.0.10` for each private address.
#[track_caller]
pub(crate) fn shown(network: &Value) -> Vec<String> {
    let interfaces = network["interfaces"].as_array().expect("an array");
    let addresses = interfaces.iter().flat_map(|interface| {
        let listed = interface["ip"].as_array().expect("an array").iter();
        listed.map(move |address| (interface, address))
    });
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    addresses
        .filter(|(_, address)| address["isPrivate"] == true)
        .map(|(interface, address)| format!("{} {}", text(&interface["id"]), text(&address["ip"])))
        .collect()
}
