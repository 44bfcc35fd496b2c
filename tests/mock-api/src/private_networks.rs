//! Private networks: slow to come, slow to go, and never changed in between.

use std::collections::{BTreeMap, VecDeque};
use std::net::Ipv4Addr;

use serde_json::{Value, json};

use crate::account::Account;
use crate::body::Fields;
use crate::call::{Answer, Call};
use crate::cidr::V4;
use crate::ids;
use crate::object::{Calculated, Gate, Object};
use crate::pages::page;
use crate::problem::Refusal;
use crate::switches::{CanDeleteGate, DeleteAnswer, RegionAnswer};

/// The region of a network whose request names none.
const DEFAULT_REGION: &str = "stockholm";

/// A /21 has room for so many /24.
const MOST_SUBNETS: usize = 8;

/// A private network of the account.
#[derive(Clone, Debug)]
pub(crate) struct Network {
    pub(crate) object: Object,
    /// The slug, which the list's filter takes, whatever `region` answers.
    region: String,
    /// Accepted on create and shown nowhere.
    pub(crate) description: Option<String>,
    pub(crate) attachments: Vec<Attachment>,
    transition: Transition,
}

/// A VPS in a subnet of the network.
#[derive(Clone, Debug)]
pub(crate) struct Attachment {
    pub(crate) vps_id: String,
    pub(crate) address: Ipv4Addr,
    pub(crate) interface_id: String,
    pub(crate) interface_name: String,
}

/// Statuses still to come. The current one lasts for `reads` more reads.
#[derive(Clone, Debug, Default)]
struct Transition {
    reads: u32,
    next: VecDeque<(Next, u32)>,
}

/// What follows a status.
#[derive(Clone, Debug)]
enum Next {
    Status(String),
    Gone,
}

pub(crate) fn list(account: &mut Account, call: &Call) -> Result<Answer, Refusal> {
    let ids: Vec<String> = account
        .networks
        .iter()
        .map(|one| one.object.id().to_owned())
        .collect();
    for id in ids {
        account.count_read(&id);
    }
    let region = call.parameter("region");
    let hide_retired = account.switches.list_without_retired;
    let items = account
        .networks
        .iter()
        .filter(|network| {
            region
                .as_ref()
                .is_none_or(|region| network.region == *region)
        })
        .filter(|network| !(hide_retired && network.object.text("status") == "retired"))
        .map(|network| {
            let mut item = account.show_network(network);
            if let Some(item) = item.as_object_mut() {
                item.remove("subnets");
                item.remove("attachedVps");
            }
            item
        })
        .collect();
    page(call, account.switches.page_cap, items)
}

pub(crate) fn get(account: &mut Account, id: &str) -> Result<Answer, Refusal> {
    account.count_read(id);
    Ok(Answer::json(
        200,
        account.show_network(account.network(id)?),
    ))
}

pub(crate) fn create(account: &mut Account, call: &Call) -> Result<Answer, Refusal> {
    let known = ["name", "region", "description", "parentCidr"];
    let mut fields = Fields::new(
        call.object()?,
        &known,
        account.switches.refuse_unknown_fields,
    );
    let name = fields.required_text("name");
    // A name that is no text has been refused already; one that is missing too.
    if name.chars().count() > 100 {
        fields.invalid("name", "`name` must have at most 100 characters.");
    }
    let region = fields.optional_text("region");
    if region.as_ref().is_some_and(String::is_empty) {
        fields.invalid("region", "`region` must not be empty.");
    }
    let description = fields.nullable_text("description");
    let asked = fields.optional_text("parentCidr").and_then(|text| {
        let reason = match V4::parse(&text) {
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
    let range = account.free_range(asked).ok_or_else(|| {
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
    Ok(Answer::json(
        201,
        account.show_network(account.network(&id)?),
    ))
}

pub(crate) fn delete(account: &mut Account, id: &str) -> Result<Answer, Refusal> {
    let strict = account.switches.strict_network_delete;
    let end = if account.switches.ends_retired {
        Next::Status("retired".to_owned())
    } else {
        Next::Gone
    };
    let reads = account.switches.deprovisioning_reads;
    let network = account.network_mut(id)?;
    match network.object.text("status") {
        "retired" => return Err(Refusal::not_found()),
        // Asked again, which a lost answer may cause: it is on its way already.
        "deprovisioning" => {}
        _ => {
            if let Some(reason) = network.cannot_delete(strict) {
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
    Ok(match account.switches.delete_answer.clone() {
        DeleteAnswer::Documented | DeleteAnswer::State => {
            Answer::json(200, account.show_network(account.network(id)?))
        }
        other => account.deleted(&other),
    })
}

impl Network {
    /// The network's status and its living subnets': they move together.
    fn set_status(&mut self, status: &str) {
        self.object.set("status", status);
        for subnet in self.object.list_mut("subnets") {
            if subnet["status"] != "retired" {
                subnet["status"] = status.into();
            }
        }
    }

    pub(crate) fn retire_subnets(&mut self) {
        for subnet in self.object.list_mut("subnets") {
            subnet["status"] = "retired".into();
        }
    }

    /// Whatever a test makes of the status by hand, it stays.
    pub(crate) fn keep_status(&mut self) {
        self.transition = Transition::default();
    }

    fn cannot_delete(&self, all_retired: bool) -> Option<&'static str> {
        let mut subnets = self.object.list("subnets");
        if all_retired && subnets.any(|subnet| subnet["status"] != "retired") {
            return Some("Retire all child subnets before deleting.");
        }
        if !self.attachments.is_empty() {
            return Some("Detach all VPSs before deleting.");
        }
        let provisioning = |status: &Value| status == "provisioning";
        let busy = provisioning(self.object.get("status"))
            || self
                .object
                .list("subnets")
                .any(|subnet| provisioning(&subnet["status"]));
        busy.then_some("The private network is still being provisioned.")
    }

    pub(crate) fn counts(&self) -> bool {
        self.object.text("status") != "retired"
    }

    fn range(&self) -> Option<V4> {
        V4::parse(self.object.text("parentCidr")).ok()
    }
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

    pub(crate) fn show_network(&self, network: &Network) -> Value {
        let switches = &self.switches;
        let attached = network.attachments.iter().map(|attachment| {
            let vps = self
                .vpses
                .iter()
                .find(|vps| vps.object.id() == attachment.vps_id);
            json!({
                "id": attachment.vps_id,
                "name": vps.map(|vps| vps.object.text("name")).unwrap_or_default(),
                "primaryIp": attachment.address.to_string(),
            })
        });
        let attached: Vec<Value> = attached.collect();
        let region = match switches.region_answer {
            RegionAnswer::RackId => Some("dc1r28"),
            RegionAnswer::Slug => Some(network.region.as_str()),
            RegionAnswer::Null => None,
        };
        let subnets = network.object.list("subnets");
        let living = subnets
            .filter(|subnet| subnet["status"] != "retired")
            .count();
        let documented = switches.can_delete_gate == CanDeleteGate::Documented;
        let cannot_delete = match network.object.text("status") {
            "deprovisioning" | "retired" => Some("The private network is being deleted."),
            _ => network.cannot_delete(documented || switches.strict_network_delete),
        };
        let cannot_add = if self.network_limit_reached() {
            Some("Private network limit reached.")
        } else if network.object.text("status") != "active" {
            Some("The private network is not active.")
        } else {
            (living >= MOST_SUBNETS).then_some("The /21 has no room for another /24.")
        };
        let calculated = Calculated::Value;
        let shown = network.object.show([
            ("region", calculated(json!(region))),
            ("subnetCount", calculated(json!(living))),
            ("attachedVpsCount", calculated(json!(attached.len()))),
            ("attachedVps", calculated(json!(attached))),
            (
                "actions",
                Calculated::Gates(BTreeMap::from([
                    ("canDelete", Gate::of(cannot_delete)),
                    ("canAddSubnet", Gate::of(cannot_add)),
                ])),
            ),
        ]);
        shown.to_value()
    }

    /// One read of a network: its status moves on when it has been read often enough.
    fn count_read(&mut self, id: &str) {
        let Ok(network) = self.network_mut(id) else {
            return;
        };
        if network.transition.next.is_empty() {
            return;
        }
        if network.transition.reads > 0 {
            network.transition.reads -= 1;
            return;
        }
        match network.transition.next.pop_front() {
            Some((Next::Status(status), reads)) => {
                network.set_status(&status);
                // This read is the first to show it.
                network.transition.reads = reads.saturating_sub(1);
            }
            Some((Next::Gone, _)) => self.networks.retain(|one| one.object.id() != id),
            None => {}
        }
    }

    fn network_limit_reached(&self) -> bool {
        let count = self
            .networks
            .iter()
            .filter(|network| network.counts())
            .count();
        self.switches
            .private_network_limit
            .is_some_and(|limit| count >= limit)
    }

    /// The range asked for when it is free, or the first free one from 10.201.0.0 upward.
    pub(crate) fn free_range(&self, asked: Option<V4>) -> Option<V4> {
        let living = self.networks.iter().filter(|network| network.counts());
        let taken: Vec<V4> = living.filter_map(Network::range).collect();
        let free = |range: &V4| !taken.iter().any(|other| other.overlaps(*range));
        if asked.is_some() {
            return asked.filter(free);
        }
        std::iter::successors(V4::parse("10.201.0.0/21").ok(), |range| range.next())
            .take_while(|range| range.is_private())
            .find(free)
    }

    /// A network with its first /24, active at once.
    pub(crate) fn insert_network(&mut self, name: &str, region: Option<&str>, range: V4) -> String {
        let id = self.ids.next("pnet");
        let first = range.first_child(24);
        let outside = self.switches.gateway_outside;
        let gateway = if outside {
            Some(Ipv4Addr::new(203, 0, 113, 10))
        } else {
            first.host(1)
        };
        let object = Object::new(json!({
            "id": id,
            "name": name,
            "parentCidr": range.to_string(),
            "status": "active",
            "subnets": [{
                "id": self.ids.next("subnet"),
                "subnetCidr": first.to_string(),
                "vlanTag": self.free_vlan(),
                "gateway": gateway.map(|address| address.to_string()),
                "status": "active",
            }],
            "createdAt": ids::now(),
        }));
        self.networks.push(Network {
            object,
            region: region.unwrap_or(DEFAULT_REGION).to_owned(),
            description: None,
            attachments: Vec::new(),
            transition: Transition::default(),
        });
        id
    }

    /// The lowest VLAN of 200 to 399 that no living network has; null when there is none.
    fn free_vlan(&self) -> Option<u16> {
        let living = self.networks.iter().filter(|network| network.counts());
        let subnets = living.flat_map(|network| network.object.list("subnets"));
        let taken: Vec<&Value> = subnets.map(|subnet| &subnet["vlanTag"]).collect();
        (200..400_u16).find(|vlan| !taken.iter().any(|taken| **taken == *vlan))
    }
}
