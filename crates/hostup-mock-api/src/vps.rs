//! Servers: the list, one by its id, the account's limits, and destinations of routes.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use serde_json::{Value, json};

use crate::account::Account;
use crate::call::{Call, Response};
use crate::interfaces::FIRST_INTERFACE;
use crate::object::{Capability, Object};
use crate::pages::page;
use crate::problem::Refusal;

/// A server of the account.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Vps {
    pub(crate) object: Object,
    /// The IPv6 address that routes point to.
    pub(crate) next_hop: Option<Ipv6Addr>,
    /// Its interfaces, as the API shows them.
    pub(crate) network: Object,
    /// The number in the name of its next interface, such as `net1`.
    pub(crate) next_interface: u32,
}

/// A server to add.
#[derive(Clone, Debug)]
pub struct VpsOptions {
    /// The name. It need not be unique.
    pub name: String,
    /// Whether it has an IPv6 address, the next hop of routes.
    pub ipv6: bool,
    /// `serviceStatus`. Only an `active` server can receive routes.
    pub status: String,
    /// `powerState`. `None` is null.
    pub power_state: Option<String>,
    /// Whether it has a public IPv4 address.
    pub ipv4: bool,
}

impl Default for VpsOptions {
    fn default() -> Self {
        Self {
            name: "web-01".to_owned(),
            ipv6: true,
            status: "active".to_owned(),
            power_state: Some("running".to_owned()),
            ipv4: true,
        }
    }
}

pub(crate) fn list(account: &Account, call: &Call) -> Result<Response, Refusal> {
    let name = call.parameter("name").map(|name| name.to_lowercase());
    let address = call.parameter("primaryIp");
    let items = account
        .vpses
        .iter()
        .filter(|vps| {
            let shown = vps.object.text("name").to_lowercase();
            name.as_ref().is_none_or(|name| shown == *name)
        })
        .filter(|vps| {
            let shown = vps.object.text("primaryIp");
            address.as_ref().is_none_or(|address| shown == *address)
        })
        .map(Vps::show)
        .collect();
    page(call, &account.switches, items)
}

pub(crate) fn get(account: &Account, id: &str) -> Result<Response, Refusal> {
    Ok(Response::json(200, account.vps(id)?.show()))
}

impl Vps {
    pub(crate) fn show(&self) -> Value {
        self.object.show([]).to_value()
    }

    /// Returns why the API would refuse a route to it.
    pub(crate) fn cannot_receive_route(&self) -> Option<&'static str> {
        if self.next_hop.is_none() {
            return Some("This VPS has no IPv6 address.");
        }
        let active = self.object.text("serviceStatus") == "active";
        (!active).then_some("This VPS is not active.")
    }

    pub(crate) fn show_destination(&self) -> Value {
        json!({
            "vpsId": self.object.id(),
            "name": self.object.text("name"),
            "primaryIp": self.object.get("primaryIp"),
            "nextHop": self.next_hop.map(|hop| hop.to_string()),
            "serviceStatus": self.object.text("serviceStatus"),
            "actions": {"canReceiveRoute": Capability::of(self.cannot_receive_route())},
        })
    }
}

impl Account {
    /// Returns the server, or the 404 that the switch selects.
    pub(crate) fn vps(&self, id: &str) -> Result<&Vps, Refusal> {
        let found = self.vpses.iter().find(|vps| vps.object.id() == id);
        found.ok_or_else(|| {
            if self.switches.vps_not_found_code {
                return Refusal::new(404, "vps_not_found", "The VPS could not be found.");
            }
            Refusal::not_found()
        })
    }

    /// Adds a server. Returns its id.
    pub fn add_vps_with(&mut self, options: VpsOptions) -> String {
        let VpsOptions {
            name,
            ipv6,
            status,
            power_state,
            ipv4,
        } = options;
        let id = self.ids.next("vps");
        let number = 10 + self.vpses_created;
        self.vpses_created = self.vpses_created.wrapping_add(1);
        let first = Ipv4Addr::new(192, 0, 2, 0).to_bits();
        let address = Ipv4Addr::from_bits(first + u32::from(number));
        let hop = Ipv6Addr::new(0x2001, 0x0db8, 0, 0, 0, 0, 0, number);
        let object = Object::new(json!({
            "id": id,
            "name": name,
            "primaryIp": ipv4.then(|| address.to_string()),
            "serviceStatus": status,
            "powerState": power_state,
            "operatingSystem": {
                "displayName": "Debian 13",
                "family": "debian",
                "version": "13",
                "variant": null,
            },
            "billing": {
                "amount": 149.5,
                "currencyCode": "SEK",
                "billingCycle": "monthly",
                "isPayg": false,
                "periodYears": null,
            },
            "resources": {"cpuCores": 2, "memoryGb": 4, "storageGb": 50},
        }));
        let ipv4 = ipv4.then_some(IpAddr::V4(address));
        let ipv6 = ipv6.then_some(hop);
        let addresses: Vec<IpAddr> = ipv4.into_iter().chain(ipv6.map(IpAddr::V6)).collect();
        let first = self.new_interface(FIRST_INTERFACE, &addresses);
        self.vpses.push(Vps {
            object,
            next_hop: ipv6,
            network: Object::new(json!({"interfaces": [first]})),
            next_interface: 1,
        });
        id
    }

    /// Returns the pay-as-you-go limits. Each server uses two cores, 4 GB and 50 GB; the maximum is
    /// ten of them.
    pub(crate) fn payg_limits(&self) -> Value {
        if let Some(edited) = &self.limits {
            return edited.clone();
        }
        let most = 10_usize;
        let used = self.vpses.len();
        let amounts = |count: usize| {
            json!({
                "cpuCores": 2 * count,
                "memoryGb": 4 * count,
                "storageGb": 50 * count,
                "instanceCount": count,
            })
        };
        json!({
            "current": amounts(used),
            "max": amounts(most),
            "remaining": amounts(most.saturating_sub(used)),
            "billing": {
                "cpuPerCoreHour": 0.04,
                "memoryPerGbHour": 0.02,
                "storagePerGbHour": 0.0008,
                "ipPerHour": 0.03,
                "bandwidthPerGb": 0.01,
                "currencyCode": "SEK",
            },
            "hasPendingRequests": false,
            "pendingRequests": [],
        })
    }
}
