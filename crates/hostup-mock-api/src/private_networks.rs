//! Private networks. Creating and deleting one takes some reads, and nothing updates one.

use std::collections::VecDeque;
use std::net::Ipv4Addr;

use serde_json::{Value, json};

use crate::account::Account;
use crate::body::Fields;
use crate::call::{Call, Response};
use crate::cidr::Cidr;
use crate::ids;
use crate::network::{Network, Next, Transition};
use crate::object::Object;
use crate::pages::page;
use crate::problem::Refusal;
use crate::routed_ipv6::deleted;
use crate::switches::DeleteResponse;

/// The region of a network that is created without one.
const DEFAULT_REGION: &str = "stockholm";

pub(crate) fn list(account: &mut Account, call: &Call) -> Result<Response, Refusal> {
    let ids = |account: &mut Account| -> Vec<String> {
        let networks = account.networks.iter();
        networks.map(|one| one.object.id().to_owned()).collect()
    };
    for id in account.as_read(ids) {
        account.count_read(&id);
    }
    account.as_read(|account| show_list(account, call))
}

fn show_list(account: &Account, call: &Call) -> Result<Response, Refusal> {
    let region = call.parameter("region");
    let items = account
        .networks
        .iter()
        .filter(|network| {
            region
                .as_ref()
                .is_none_or(|region| network.region == *region)
        })
        .map(|network| {
            let mut item = account.show_network(network);
            if let Some(item) = item.as_object_mut() {
                for detail in ["subnets", "attachedVps", "unusedAddressReservationCount"] {
                    item.remove(detail);
                }
            }
            item
        })
        .collect();
    page(call, &account.switches, items)
}

pub(crate) fn get(account: &mut Account, id: &str) -> Result<Response, Refusal> {
    // A read that does not show the network does not count.
    if account.as_read(|account| account.network(id).is_ok()) {
        account.count_read(id);
    }
    account.as_read(|account| {
        let network = account.network(id)?;
        Ok(Response::json(200, account.show_network(network)))
    })
}

pub(crate) fn create(account: &mut Account, call: &Call) -> Result<Response, Refusal> {
    let known = ["name", "region", "description", "parentCidr"];
    let mut fields = Fields::new(call.object()?, &known);
    let name = fields.required_text("name");
    if name.chars().count() > 100 {
        fields.invalid("name", "`name` must have at most 100 characters.");
    }
    let region = fields.optional_text("region");
    if region.as_ref().is_some_and(String::is_empty) {
        fields.invalid("region", "`region` must not be empty.");
    }
    let description = fields.nullable_text("description");
    let wanted = fields.optional_text("parentCidr").and_then(|text| {
        let reason = match Cidr::v4(&text) {
            Ok(range) if range.length() != 21 => "must be a /21",
            Ok(range) if !range.is_private() => "must lie in private IPv4 space",
            Ok(range) => return Some(range),
            Err(reason) => reason,
        };
        fields.invalid("parentCidr", format!("`parentCidr` {reason}."));
        None
    });
    if name.is_empty() {
        return Err(fields.refuse("name", "`name` must not be empty."));
    }
    fields.finish()?;
    if account.network_limit_reached() {
        let detail = "Private network limit reached.";
        return Err(Refusal::conflict("private_network_limit_reached", detail));
    }
    let range = account.free_range(wanted).ok_or_else(|| {
        let detail = "The range overlaps another private network.";
        Refusal::conflict("private_network_conflict", detail)
    })?;
    let id = account.insert_network(&name, region.as_deref(), range);
    let switches = &account.switches;
    let (reads, unknown) = (switches.provisioning_reads, switches.unknown_reads);
    let end = switches.provisioning_ends_in.clone();
    if let Some(network) = account
        .networks
        .iter_mut()
        .find(|one| one.object.id() == id)
    {
        network.description = description;
        network.set_status("provisioning");
        let mut next = VecDeque::new();
        if unknown > 0 {
            next.push_back((Next::Status("unknown".to_owned()), unknown));
        }
        next.push_back((Next::Status(end), 0));
        network.transition = Transition { reads, next };
    }
    Ok(Response::json(
        201,
        account.show_network(account.network(&id)?),
    ))
}

pub(crate) fn delete(account: &mut Account, id: &str) -> Result<Response, Refusal> {
    let strict = account.switches.strict_network_delete;
    let end = if account.switches.ends_retired {
        Next::Status("retired".to_owned())
    } else {
        Next::Gone
    };
    let reads = account.switches.deprovisioning_reads;
    let network = account.network(id)?;
    let reason = account.cannot_delete(network, strict);
    let network = account.network_mut(id)?;
    match network.object.text("status") {
        "retired" => return Err(Refusal::not_found()),
        // A client whose response was lost deletes it twice.
        "deprovisioning" => {}
        _ => {
            if let Some(reason) = reason {
                return Err(Refusal::conflict("network_in_use", reason));
            }
            network.object.set("status", "deprovisioning");
            network.retire_subnets();
            network.transition = Transition {
                reads,
                next: VecDeque::from([(end, 0)]),
            };
        }
    }
    Ok(match account.switches.delete_response.clone() {
        DeleteResponse::Documented | DeleteResponse::State => {
            Response::json(200, account.show_network(account.network(id)?))
        }
        other => deleted(&other),
    })
}

impl Account {
    pub(crate) fn network(&self, id: &str) -> Result<&Network, Refusal> {
        let mut networks = self.networks.iter();
        networks
            .find(|network| network.object.id() == id)
            .ok_or_else(Refusal::not_found)
    }

    pub(crate) fn network_mut(&mut self, id: &str) -> Result<&mut Network, Refusal> {
        let mut networks = self.networks.iter_mut();
        networks
            .find(|network| network.object.id() == id)
            .ok_or_else(Refusal::not_found)
    }

    pub(crate) fn network_limit_reached(&self) -> bool {
        let count = self
            .networks
            .iter()
            .filter(|network| network.exists())
            .count();
        self.switches
            .private_network_limit
            .is_some_and(|limit| count >= limit)
    }

    /// Returns the wanted range if it is free, or else the first free one from 10.201.0.0.
    pub(crate) fn free_range(&self, wanted: Option<Cidr>) -> Option<Cidr> {
        let networks = self.networks.iter().filter(|network| network.exists());
        let taken: Vec<Cidr> = networks.filter_map(Network::range).collect();
        let free = |range: &Cidr| !taken.iter().any(|other| other.overlaps(*range));
        if wanted.is_some() {
            return wanted.filter(free);
        }
        let all = Cidr::v4("10.0.0.0/8").ok()?;
        let first = 201 << 5;
        (first..)
            .map_while(|number| all.child(21, number))
            .find(free)
    }

    /// Adds a network with its first /24, active at once. Returns its id.
    pub(crate) fn insert_network(
        &mut self,
        name: &str,
        region: Option<&str>,
        range: Cidr,
    ) -> String {
        let id = self.ids.next("pnet");
        let first = range.child(24, 0).unwrap_or(range);
        let subnet = self.new_subnet(first);
        let object = Object::new(json!({
            "id": id,
            "name": name,
            "parentCidr": range.to_string(),
            "status": "active",
            "subnets": [subnet],
            "createdAt": ids::now(),
        }));
        let shows_from = self.shows_from();
        self.networks.push(Network {
            shows_from,
            object,
            region: region.unwrap_or(DEFAULT_REGION).to_owned(),
            description: None,
            reservations: Vec::new(),
            transition: Transition::default(),
        });
        id
    }

    /// Returns the document of a new subnet with this range, active at once.
    pub(crate) fn new_subnet(&mut self, range: Cidr) -> Value {
        let gateway = if self.switches.gateway_outside {
            Some(Ipv4Addr::new(203, 0, 113, 10))
        } else {
            range.host(1)
        };
        json!({
            "id": self.ids.next("subnet"),
            "subnetCidr": range.to_string(),
            "vlanTag": self.free_vlan(),
            "gateway": gateway.map(|address| address.to_string()),
            "status": "active",
        })
    }

    /// Returns the lowest VLAN of 200 to 399 that no network has.
    fn free_vlan(&self) -> Option<u16> {
        let networks = self.networks.iter().filter(|network| network.exists());
        let subnets = networks.flat_map(|network| network.object.list("subnets"));
        let taken: Vec<&Value> = subnets.map(|subnet| &subnet["vlanTag"]).collect();
        (200..400_u16).find(|vlan| !taken.iter().any(|taken| **taken == *vlan))
    }
}
